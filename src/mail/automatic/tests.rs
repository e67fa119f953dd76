use super::*;
use crate::mail::Email;

fn facts(raw: &str) -> Automatic {
    Email::parse(raw.as_bytes()).automatic
}

#[test]
fn auto_submitted_is_read_without_its_comment() {
    for (value, expected) in [
        ("no", AutoSubmitted::No),
        ("no (sent by a person)", AutoSubmitted::No),
        ("No", AutoSubmitted::No),
        ("auto-replied", AutoSubmitted::Replied),
        ("auto-replied (vacation)", AutoSubmitted::Replied),
        (
            "auto-generated; owner-email=\"a@b\"",
            AutoSubmitted::Generated,
        ),
        ("auto-notified", AutoSubmitted::Other),
    ] {
        let facts = facts(&format!("Auto-Submitted: {value}\n\nx"));
        assert_eq!(facts.auto_submitted, Some(expected), "{value}");
    }
}

#[test]
fn older_marks_of_responders_lists_and_loops_are_facts() {
    for (header, header_named, list) in [
        ("X-Autoreply: yes", Some("X-Autoreply"), None),
        ("X-Autorespond: Re: x", Some("X-Autorespond"), None),
        ("Precedence: auto_reply", Some("Precedence"), None),
        ("X-Autoreply: no", None, None),
        ("X-Auto-Response-Suppress: All", None, None),
        ("List-Id: <x.example>", None, Some("List-Id")),
        (
            "List-Unsubscribe: <mailto:x@example>",
            None,
            Some("List-Unsubscribe"),
        ),
    ] {
        let facts = facts(&format!("{header}\n\nx"));
        assert_eq!(
            (facts.auto_reply_header, facts.list_header),
            (header_named, list),
            "{header}"
        );
    }
    let facts = facts(
        "Precedence: bulk\nX-Loop: Support@Support.invalid\nReceived: a\nReceived: b\nReturn-Path: <>\nX-Vigie-Id: 1\n\nx",
    );
    assert_eq!(facts.precedence, Some(Precedence::Bulk));
    assert_eq!(facts.x_loop, ["support@support.invalid"]);
    assert_eq!(facts.received, 2);
    assert!(facts.null_sender && facts.own_header);
}

#[test]
fn senders_that_are_machines_are_known_in_their_many_spellings() {
    for (from, daemon, no_reply) in [
        (
            "MAILER-DAEMON@mx.example (Mail Delivery System)",
            true,
            false,
        ),
        (
            "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            true,
            false,
        ),
        ("postmaster@ch.example", true, false),
        (
            "Administrateur système <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@ch.example>",
            true,
            false,
        ),
        (
            "Mail Delivery System <Mailer-Daemon@mail.example>",
            true,
            false,
        ),
        ("Intranet <ne-pas-repondre@intranet.example>", false, true),
        ("no-reply@outil.example", false, true),
        ("noreply+x@outil.example", false, true),
        ("Claire Lebreton <c.lebreton@chu.example>", false, false),
    ] {
        let facts = facts(&format!("From: {from}\n\nx"));
        assert_eq!(
            (facts.daemon_sender, facts.no_reply_sender),
            (daemon, no_reply),
            "{from}"
        );
    }
}

#[test]
fn a_delivery_report_tells_who_failed_and_which_mail_bounced() {
    let raw = "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nThis is the mail system.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; claire@chu.example\nAction: failed\nStatus: 5.1.1\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <INC-26-00042.1.4f9c@support.invalid>\nSubject: x\n\nBonjour\n--b--\n";
    let facts = facts(raw);
    assert_eq!(facts.report, Some(Report::DeliveryStatus));
    assert_eq!(
        facts.bounce,
        Some(Bounce {
            message_id: Some("INC-26-00042.1.4f9c@support.invalid".into()),
            recipient: Some("claire@chu.example".into()),
            action: Some(Action::Failed),
            subject: Some("x".into()),
            status: Some("5.1.1".into()),
        })
    );
}

#[test]
fn snd_13_only_what_failed_is_a_failure() {
    let of = |blocks: &str| {
        let raw = format!(
            "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{blocks}\n--b--\n"
        );
        facts(&raw).bounce.unwrap()
    };
    for (action, failed) in [
        ("failed", true),
        ("Failed (mailbox full)", true),
        ("delayed", false),
        ("relayed", false),
        ("delivered", false),
        ("expanded", false),
    ] {
        let bounce = of(&format!(
            "Final-Recipient: rfc822; a@b.example\nAction: {action}\nStatus: 4.4.7\n"
        ));
        assert_eq!(bounce.is_failure(), failed, "{action}");
        assert_eq!(bounce.recipient.as_deref(), Some("a@b.example"));
    }
    let two = of(
        "Original-Recipient: rfc822; first@b.example\nFinal-Recipient: rfc822; a@b.example\nAction: relayed\nStatus: 2.1.9\n\nFinal-Recipient: rfc822; c@b.example\nAction: failed\nStatus: 5.2.2\n",
    );
    assert!(two.is_failure());
    assert_eq!(
        (two.recipient.as_deref(), two.status.as_deref()),
        (Some("c@b.example"), Some("5.2.2"))
    );
    let prose = |body: &str| {
        facts(&format!(
            "From: MAILER-DAEMON@x.example\nSubject: Avis de non-remise\n\n{body}"
        ))
        .bounce
        .unwrap()
    };
    assert!(prose("Votre message n'a pu être remis.\n<a@b.example>:\n").is_failure());
    let late = "Votre message n'a pas encore pu être remis, nouvelle tentative dans 4 h.\n";
    assert!(!prose(late).is_failure());
}

#[test]
fn prose_bounces_are_read_too() {
    for (subject, body, id, recipient) in [
        (
            "Avis de non-remise",
            "Votre message n'a pu être remis au(x) destinataire(s) ci-dessous.\n\n<regul@ch.example>:\nDésolé, aucune boîte à ce nom ici. (#5.1.1)\n\n--- Ci-dessous une copie du message.\n\nFrom: Support <support@support.invalid>\nMessage-ID: <incident-2025-000044.1@support.invalid>\n",
            Some("incident-2025-000044.1@support.invalid"),
            Some("regul@ch.example"),
        ),
        (
            "failure notice",
            "Hi. This is the qmail-send program at mail.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n<a@ch.example>:\nuser unknown\n",
            None,
            Some("a@ch.example"),
        ),
        (
            "Mail delivery failed: returning message to sender",
            "A message that you sent could not be delivered to one or more of its recipients.\n\n  b@ch.example\n    no such user\n\nMessage-Id: <x@y>\n",
            Some("x@y"),
            Some("b@ch.example"),
        ),
    ] {
        let facts = facts(&format!(
            "From: MAILER-DAEMON@x.example\nTo: support@support.invalid\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{body}"
        ));
        assert!(facts.bounce_words, "{subject}");
        let bounce = facts.bounce.unwrap();
        assert_eq!(
            (bounce.message_id.as_deref(), bounce.recipient.as_deref()),
            (id, recipient),
            "{subject}"
        );
    }
}

#[test]
fn other_reports_and_calendars_are_not_bounces() {
    for (report_type, report) in [
        ("disposition-notification", Report::Disposition),
        ("feedback-report", Report::Feedback),
    ] {
        let facts = facts(&format!(
            "Content-Type: multipart/report; report-type={report_type}; boundary=b\n\n--b\n\nx\n--b--\n"
        ));
        assert_eq!(facts.report, Some(report));
        assert!(facts.bounce.is_none());
    }
    let facts = facts(
        "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nx\n--b\nContent-Type: text/calendar; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n--b--\n",
    );
    assert_eq!(facts.calendar.as_deref(), Some("REQUEST"));
}

#[test]
fn a_report_is_what_its_part_is_where_its_type_says_nothing() {
    for (report_type, part, report) in [
        ("", "message/disposition-notification", Report::Disposition),
        (
            "; report-type=xyz",
            "message/disposition-notification",
            Report::Disposition,
        ),
        (
            "; report-type=xyz",
            "message/feedback-report",
            Report::Feedback,
        ),
        (
            "; report-type=xyz",
            "message/delivery-status",
            Report::DeliveryStatus,
        ),
        ("; report-type=xyz", "text/plain", Report::Other),
    ] {
        let raw = format!(
            "From: x@y.example\nContent-Type: multipart/report{report_type}; boundary=b\n\n--b\n\nx\n--b\nContent-Type: {part}\n\nA: b\n--b--\n"
        );
        let facts = Email::parse(raw.as_bytes()).automatic;
        assert_eq!(facts.report, Some(report), "{report_type} {part}");
    }
}
