//! Sending against a scripted server: what it says at each stage, and what becomes of the mail.

use std::future::{pending, ready};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::protection::{Like, Server};
use crate::support::certificates::Certificates;
use crate::support::smtp_script::{SmtpScript, Step, envelope, opening, say, taken};
use crate::support::still::Still;
use chrono::DateTime;
use tokio::sync::Notify;
use vigie::config::{self, Login, Secret, Security};
use vigie::domain::outgoing::{Claim, OutboxMail, Template};
use vigie::tls::{CertificateFault, TlsError};
use vigie::transport::{Cause, Delivery, Failure, Smtp, Stage, Timeouts, TransportError};

const MIME: &[u8] =
    b"Subject: x\r\nMessage-ID: <INC-26-00042.1.ff@vigie.example>\r\n\r\n.deux\r\n..\r\nfin\r\n";

/// Long enough for a busy machine, short enough for a test that waits for it.
const PATIENCE: Duration = Duration::from_secs(3);

fn mail() -> OutboxMail {
    OutboxMail {
        id: 1,
        claim: Claim { mail: 1, number: 1 },
        reference: "INC-26-00042".to_owned(),
        sequence: 1,
        template: Template::E1,
        message_id: "<INC-26-00042.1.ff@vigie.example>".to_owned(),
        envelope_from: "support@vigie.example".to_owned(),
        to: "claire@samu.example".to_owned(),
        mime: MIME.to_vec(),
        attempts: 1,
        created_at: DateTime::UNIX_EPOCH,
        first_due: DateTime::UNIX_EPOCH,
        released: false,
    }
}

fn server(port: u16, security: Security) -> config::Smtp {
    config::Smtp {
        security,
        host: "127.0.0.1".to_owned(),
        port,
        login: None,
        ca_file: None,
    }
}

fn client(server: config::Smtp) -> Smtp {
    let timeouts = Timeouts {
        connect: PATIENCE,
        command: PATIENCE,
        data: PATIENCE,
        answer: PATIENCE,
    };
    Smtp::new(server, timeouts)
}

fn plain(script: &SmtpScript) -> Smtp {
    client(server(script.port, Security::Plain))
}

fn login() -> Option<Login> {
    Some(Login {
        user: "vigie".to_owned(),
        password: Secret::new("secret".to_owned()),
    })
}

/// Sends one mail; nobody stops it.
async fn send(smtp: &Smtp) -> Delivery {
    smtp.send(&mail(), ready(true), pending()).await
}

/// Sends one mail to a server that plays one session.
async fn one(session: Vec<Step>) -> Delivery {
    let script = SmtpScript::start(vec![session]).await;
    let delivery = send(&plain(&script)).await;
    script.finished().await;
    delivery
}

fn failed(stage: Stage, cause: Cause) -> Failure {
    Failure { stage, cause }
}

/// The opening, then so many steps of a whole mail, then these.
fn after(count: usize, then: Vec<Step>) -> Vec<Step> {
    let mut session = opening();
    session.extend(taken().into_iter().take(count));
    session.extend(then);
    session
}

#[tokio::test]
async fn a_mail_arrives_byte_for_byte() {
    let script = SmtpScript::start(vec![[opening(), taken()].concat()]).await;
    assert_eq!(send(&plain(&script)).await, Delivery::Accepted);
    assert_eq!(script.mails(), [MIME]);
    script.finished().await;
}

#[tokio::test]
async fn snd_02_a_temporary_answer_at_any_stage_is_tried_again() {
    let quit = || vec![say("451 4.7.1 later"), Step::Hear("QUIT")];
    for (steps, stage) in [
        (1, Stage::Mail),
        (3, Stage::Rcpt),
        (5, Stage::Data),
        (7, Stage::Data),
    ] {
        let delivery = one(after(steps, quit())).await;
        assert_eq!(
            delivery,
            Delivery::Temporary(failed(stage, Cause::Code(451))),
            "{steps}"
        );
    }
}

#[tokio::test]
async fn snd_05_a_server_that_closes_is_tried_again() {
    for (steps, stage) in [
        (1, Stage::Mail),
        (3, Stage::Rcpt),
        (5, Stage::Data),
        (7, Stage::Data),
    ] {
        let delivery = one(after(steps, vec![say("421 4.3.2 closing")])).await;
        assert_eq!(
            delivery,
            Delivery::Temporary(failed(stage, Cause::Code(421))),
            "{steps}"
        );
    }
    for session in [vec![say("421 busy")], vec![say("554 no")], vec![]] {
        let delivery = one(session).await;
        assert!(
            matches!(delivery, Delivery::Temporary(failure) if failure.stage == Stage::Greeting)
        );
    }
}

#[tokio::test]
async fn snd_04_a_refused_recipient_or_mail_is_refused_for_good() {
    let refused = |line: &str| vec![say(line), Step::Hear("QUIT")];
    for (steps, line, stage, code) in [
        (3, "550 5.1.1 no such user", Stage::Rcpt, 550),
        (5, "554 5.5.1 no valid recipients", Stage::Data, 554),
        (7, "552 5.3.4 too large", Stage::Data, 552),
        (7, "554 5.7.1 spam", Stage::Data, 554),
    ] {
        let delivery = one(after(steps, refused(line))).await;
        assert_eq!(
            delivery,
            Delivery::Permanent(failed(stage, Cause::Code(code))),
            "{line}"
        );
    }
}

#[tokio::test]
async fn snd_04_a_refused_login_is_our_fault_and_tried_again() {
    let auth = vec![
        say("220 x"),
        Step::Hear("EHLO"),
        say("250-x\r\n250 AUTH PLAIN LOGIN"),
        Step::Hear("AUTH PLAIN AHZpZ2llAHNlY3JldA=="),
        say("535 5.7.8 no"),
    ];
    let script = SmtpScript::start(vec![auth.clone(), auth]).await;
    let smtp = client(config::Smtp {
        login: login(),
        ..server(script.port, Security::Plain)
    });
    let delivery = send(&smtp).await;
    assert_eq!(
        delivery,
        Delivery::Temporary(failed(Stage::Login, Cause::Code(535)))
    );
    assert!(matches!(smtp.check().await, Err(TransportError::Login)));
    script.finished().await;
    // The same said later, by a server that wants a login.
    let delivery = one(after(1, vec![say("530 5.7.0 log in"), Step::Hear("QUIT")])).await;
    assert_eq!(
        delivery,
        Delivery::Temporary(failed(Stage::Mail, Cause::Code(530)))
    );
}

#[tokio::test]
async fn a_server_without_a_login_of_ours_gets_no_password() {
    let script = SmtpScript::start(vec![opening()]).await;
    let smtp = client(config::Smtp {
        login: login(),
        ..server(script.port, Security::Plain)
    });
    assert!(matches!(smtp.check().await, Err(TransportError::NoLogin)));
    assert_eq!(script.heard(), ["EHLO [127.0.0.1]"]);
    script.finished().await;
}

#[tokio::test]
async fn snd_06_a_cut_before_the_final_dot_is_tried_again() {
    for steps in [0, 1, 3, 5] {
        let delivery = one(after(steps, vec![])).await;
        assert!(
            matches!(delivery, Delivery::Temporary(_)),
            "{steps} {delivery:?}"
        );
    }
    let mut cut_in_the_mail = [opening(), envelope()].concat();
    cut_in_the_mail.push(Step::Bytes(20));
    assert_eq!(
        one(cut_in_the_mail).await,
        Delivery::Temporary(failed(Stage::Data, Cause::Cut))
    );
}

#[tokio::test]
async fn snd_07_a_cut_after_the_final_dot_is_in_doubt() {
    let script = SmtpScript::start(vec![after(7, vec![])]).await;
    let delivery = send(&plain(&script)).await;
    assert_eq!(delivery, Delivery::InDoubt(failed(Stage::Dot, Cause::Cut)));
    assert_eq!(script.mails(), [MIME]);
    script.finished().await;
}

#[tokio::test]
async fn silence_has_an_end_at_every_stage() {
    let temporary = |stage| Delivery::Temporary(failed(stage, Cause::Timeout));
    let (greeting, mail, rcpt, data, dot) = tokio::join!(
        one(vec![Step::Stall]),
        one(after(1, vec![Step::Stall])),
        one(after(3, vec![Step::Stall])),
        one(after(5, vec![Step::Stall])),
        one(after(7, vec![Step::Stall])),
    );
    assert_eq!(greeting, temporary(Stage::Greeting));
    assert_eq!(mail, temporary(Stage::Mail));
    assert_eq!(rcpt, temporary(Stage::Rcpt));
    assert_eq!(data, temporary(Stage::Data));
    assert_eq!(dot, Delivery::InDoubt(failed(Stage::Dot, Cause::Timeout)));
}

#[tokio::test]
async fn snd_05_a_connection_is_used_again_and_replaced_where_it_died() {
    let session = [opening(), taken(), taken()].concat();
    let dead = [
        opening(),
        taken(),
        vec![Step::Hear("MAIL"), say("421 idle too long")],
    ]
    .concat();
    let cut = [opening(), taken()].concat();
    let last = [opening(), taken()].concat();
    let script = SmtpScript::start(vec![session, dead, cut, last]).await;
    let smtp = plain(&script);
    for _ in 0..5 {
        assert_eq!(send(&smtp).await, Delivery::Accepted);
    }
    assert_eq!(script.mails().len(), 5);
    script.finished().await;
}

#[tokio::test]
async fn snd_14_a_stripped_starttls_ends_the_session_before_anything_is_said() {
    for session in [
        opening(),
        [
            vec![
                say("220 x"),
                Step::Hear("EHLO"),
                say("250-x\r\n250 STARTTLS"),
            ],
            vec![Step::Hear("STARTTLS"), say("454 not now")],
        ]
        .concat(),
    ] {
        let script = SmtpScript::start(vec![session.clone(), session]).await;
        let smtp = client(config::Smtp {
            login: login(),
            ..server(script.port, Security::StartTls)
        });
        let delivery = send(&smtp).await;
        assert_eq!(
            delivery,
            Delivery::Temporary(failed(Stage::Tls, Cause::Refused))
        );
        assert!(matches!(
            smtp.check().await,
            Err(TransportError::NoStartTls)
        ));
        assert!(script.heard().iter().all(|line| !line.starts_with("AUTH")));
        script.finished().await;
    }
}

#[tokio::test]
async fn snd_14_an_answer_slipped_in_before_the_handshake_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let certificates = Certificates::make(folder.path());
    let session = vec![
        say("220 x"),
        Step::Hear("EHLO"),
        say("250-x\r\n250 STARTTLS"),
        Step::Hear("STARTTLS"),
        say("220 go\r\n250-evil\r\n250 AUTH PLAIN"),
    ];
    let script = SmtpScript::start_with(vec![session], Some(&certificates)).await;
    let smtp = client(config::Smtp {
        login: login(),
        ca_file: Some(certificates.authority.clone()),
        ..server(script.port, Security::StartTls)
    });
    assert!(matches!(smtp.check().await, Err(TransportError::Tls(_))));
    script.finished().await;
}

/// What a server says over TLS once the handshake is done.
fn protected(security: Security) -> Vec<Step> {
    let hello = vec![
        Step::Hear("EHLO"),
        say("250-x\r\n250-SIZE 1000000\r\n250 AUTH LOGIN"),
    ];
    let start = match security {
        Security::StartTls => vec![
            say("220-x\r\n220 x"),
            Step::Hear("EHLO"),
            say("250-x\r\n250 starttls"),
            Step::Hear("STARTTLS"),
            say("220 go"),
            Step::Tls,
        ],
        _ => vec![Step::Tls, say("220 x")],
    };
    let log_in = vec![
        Step::Hear("AUTH LOGIN"),
        say("334 VXNlcm5hbWU6"),
        Step::Hear("dmlnaWU="),
        say("334 UGFzc3dvcmQ6"),
        Step::Hear("c2VjcmV0"),
        say("235 2.7.0 welcome"),
    ];
    [start, hello, log_in].concat()
}

#[tokio::test]
async fn a_mail_leaves_over_tls_and_over_starttls() {
    let folder = tempfile::tempdir().unwrap();
    let certificates = Certificates::make(folder.path());
    for security in [Security::Tls, Security::StartTls] {
        let session = [protected(security), taken()].concat();
        let script = SmtpScript::start_with(vec![session], Some(&certificates)).await;
        let smtp = client(config::Smtp {
            login: login(),
            ca_file: Some(certificates.authority.clone()),
            ..server(script.port, security)
        });
        assert_eq!(send(&smtp).await, Delivery::Accepted, "{security:?}");
        assert_eq!(script.mails(), [MIME]);
        script.finished().await;
    }
}

#[tokio::test]
async fn snd_14_an_unknown_authority_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let certificates = Certificates::make(folder.path());
    let other = tempfile::tempdir().unwrap();
    let strangers = Certificates::make(other.path());
    for ca_file in [
        Some(strangers.authority.clone()),
        Some(PathBuf::from("/nowhere.pem")),
    ] {
        let script = SmtpScript::start_with(vec![vec![Step::Tls]], Some(&certificates)).await;
        let smtp = client(config::Smtp {
            ca_file,
            ..server(script.port, Security::Tls)
        });
        assert!(matches!(smtp.check().await, Err(TransportError::Tls(_))));
    }
}

#[tokio::test]
async fn snd_01_nobody_listening_is_tried_again() {
    let script = SmtpScript::start(vec![]).await;
    let port = script.port;
    script.finished().await;
    let smtp = client(server(port, Security::Plain));
    let delivery = send(&smtp).await;
    assert_eq!(
        delivery,
        Delivery::Temporary(failed(Stage::Connect, Cause::Refused))
    );
    assert!(matches!(
        smtp.check().await,
        Err(TransportError::Unreachable(_))
    ));
}

#[tokio::test]
async fn a_stale_answer_is_not_taken_for_ours() {
    // Understood one answer late, the second mail's refusal would never be read.
    let chatty = [
        opening(),
        envelope(),
        vec![Step::Mail, say("250 2.0.0 queued\r\n250 2.0.0 queued")],
        vec![Step::Stall],
    ]
    .concat();
    let script = SmtpScript::start(vec![chatty, [opening(), taken()].concat()]).await;
    let smtp = plain(&script);
    assert_eq!(send(&smtp).await, Delivery::Accepted);
    assert_eq!(send(&smtp).await, Delivery::Accepted);
    assert_eq!(script.mails().len(), 2);
    script.finished().await;
}

#[tokio::test]
async fn an_answer_too_many_inside_a_mail_ends_it_before_its_final_dot() {
    for (steps, stage) in [(1, Stage::Rcpt), (3, Stage::Data), (5, Stage::Data)] {
        let answer = match steps {
            5 => "354 go on",
            _ => "250 ok",
        };
        let too_many = format!("{answer}\r\n250 2.0.0 queued");
        assert_eq!(
            one(after(steps, vec![say(&too_many), Step::Stall])).await,
            Delivery::Temporary(failed(stage, Cause::Cut)),
            "{steps}"
        );
    }
}

#[tokio::test]
async fn a_refusal_that_comes_before_the_final_dot_is_heard_and_the_dot_is_not_written() {
    for (line, code) in [("451 4.3.0 later", 451), ("554 5.7.1 spam", 554)] {
        let session = after(5, vec![say(&format!("354 go on\r\n{line}")), Step::Stall]);
        let failure = failed(Stage::Data, Cause::Code(code));
        let expected = match code {
            451 => Delivery::Temporary(failure),
            _ => Delivery::Permanent(failure),
        };
        let script = SmtpScript::start(vec![session]).await;
        assert_eq!(send(&plain(&script)).await, expected);
        assert!(script.mails().is_empty());
        script.finished().await;
    }
}

#[tokio::test]
async fn a_mail_begins_only_after_354_and_is_sent_only_by_2xx_after_its_dot() {
    for (steps, line, expected) in [
        (
            5,
            "250 ok",
            Delivery::Temporary(failed(Stage::Data, Cause::Cut)),
        ),
        (
            7,
            "354 go on",
            Delivery::InDoubt(failed(Stage::Dot, Cause::Cut)),
        ),
    ] {
        let delivery = one(after(steps, vec![say(line), Step::Stall])).await;
        assert_eq!(delivery, expected, "{line}");
    }
}

#[tokio::test]
async fn snd_08_an_answer_is_awaited_for_ten_minutes_from_the_final_dot_and_then_in_doubt() {
    let still = Still::begin();
    for (seconds, expected) in [
        (590, Delivery::Accepted),
        (660, Delivery::InDoubt(failed(Stage::Dot, Cause::Timeout))),
    ] {
        let answer = Arc::new(Notify::new());
        let slow = vec![
            Step::Mail,
            Step::Wait(Arc::clone(&answer)),
            say("250 at last"),
        ];
        let script = SmtpScript::start(vec![[opening(), envelope(), slow].concat()]).await;
        let smtp = Smtp::new(server(script.port, Security::Plain), Timeouts::default());
        let sending = tokio::spawn(async move { send(&smtp).await });
        still.until(|| !script.mails().is_empty()).await;
        still.advance(Duration::from_secs(seconds)).await;
        answer.notify_one();
        assert_eq!(sending.await.unwrap(), expected, "{seconds}");
    }
}

#[tokio::test]
async fn snd_11_an_address_that_smtp_cannot_carry_is_refused_before_anything_is_said() {
    // Nobody listens there: a try would be temporary.
    let smtp = client(server(1, Security::Plain));
    let refused = Delivery::Permanent(failed(Stage::Rcpt, Cause::Refused));
    let long = format!("{}@samu.example", "a".repeat(300));
    for to in [
        "",
        "a@",
        "<>",
        "@samu.example",
        "a@samu.example, b@samu.example",
        "a@samu.example>\r\nRCPT TO:<b@samu.example",
        "Groupe: a@samu.example;",
        "é@samu.example",
        "a@hôpital.example",
        &long,
    ] {
        let mail = OutboxMail {
            to: to.to_owned(),
            ..mail()
        };
        let delivery = smtp.send(&mail, ready(true), pending()).await;
        assert_eq!(delivery, refused, "{to:?}");
    }
}

#[tokio::test]
async fn a_mail_that_is_not_ascii_in_whole_lines_is_refused_before_anything_is_said() {
    let smtp = client(server(1, Security::Plain));
    for mime in ["é\r\n", "a\n.\nb\r\n", "a\r.\rb\r\n"] {
        let mail = OutboxMail {
            mime: mime.into(),
            ..mail()
        };
        assert_eq!(
            smtp.send(&mail, ready(true), pending()).await,
            Delivery::Permanent(failed(Stage::Data, Cause::Refused)),
            "{mime:?}"
        );
    }
}

#[tokio::test]
async fn a_mail_that_may_not_begin_ends_after_its_recipient_was_accepted() {
    let session = after(4, vec![Step::Hear("QUIT")]);
    let script = SmtpScript::start(vec![session]).await;
    let smtp = plain(&script);
    let delivery = smtp.send(&mail(), ready(false), pending()).await;
    assert_eq!(delivery, Delivery::Withdrawn);
    script.finished().await;
}

#[tokio::test]
async fn a_stop_ends_a_send_before_its_final_dot_and_waits_after_it() {
    for (steps, lines) in [(1, 2), (3, 3), (5, 4)] {
        let script = SmtpScript::start(vec![after(steps, vec![Step::Stall])]).await;
        let smtp = plain(&script);
        let stopped = async {
            while script.heard().len() < lines {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let delivery = smtp.send(&mail(), ready(true), stopped).await;
        assert_eq!(delivery, Delivery::Withdrawn, "{steps}");
        script.finished().await;
    }
    let answer = Arc::new(Notify::new());
    let slow = vec![Step::Wait(Arc::clone(&answer)), say("250 at last")];
    let script = SmtpScript::start(vec![after(7, slow)]).await;
    let smtp = plain(&script);
    let stopped = async {
        while script.mails().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        answer.notify_one();
    };
    let delivery = smtp.send(&mail(), ready(true), stopped).await;
    assert_eq!(delivery, Delivery::Accepted);
}

#[tokio::test]
async fn snd_14_a_certificate_that_is_not_to_be_trusted_gets_nothing_and_the_mail_waits() {
    for (like, fault) in [
        (Like::Expired, CertificateFault::Expired),
        (Like::NotYet, CertificateFault::NotYet),
        (Like::OtherName, CertificateFault::WrongName),
        (Like::SelfSigned, CertificateFault::UnknownIssuer),
        (Like::OtherAuthority, CertificateFault::UnknownIssuer),
    ] {
        let there = Server::start(like).await;
        let smtp = client(config::Smtp {
            host: "localhost".to_owned(),
            login: login(),
            ca_file: Some(there.authority.clone()),
            ..server(there.port, Security::Tls)
        });
        match smtp.check().await {
            Err(TransportError::Tls(TlsError::Certificate(found))) => assert_eq!(found, fault),
            other => panic!("{fault}: {other:?}"),
        }
        assert_eq!(
            send(&smtp).await,
            Delivery::Temporary(failed(Stage::Tls, Cause::Refused))
        );
        assert_eq!(there.heard.load(Ordering::SeqCst), 0, "{fault}");
    }
}

#[tokio::test]
async fn snd_14_a_stranger_behind_starttls_hears_nothing_but_the_question_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let certificates = Certificates::make(folder.path());
    let other = tempfile::tempdir().unwrap();
    let strangers = Certificates::make(other.path());
    let session = protected(Security::StartTls)[..6].to_vec();
    let script = SmtpScript::start_with(vec![session], Some(&strangers)).await;
    let smtp = client(config::Smtp {
        login: login(),
        ca_file: Some(certificates.authority.clone()),
        ..server(script.port, Security::StartTls)
    });
    assert_eq!(
        send(&smtp).await,
        Delivery::Temporary(failed(Stage::Tls, Cause::Refused))
    );
    assert_eq!(script.heard(), ["EHLO [127.0.0.1]", "STARTTLS"]);
}

#[tokio::test]
async fn snd_14_a_cut_during_the_handshake_is_tried_again_and_nothing_was_said_in_clear() {
    let folder = tempfile::tempdir().unwrap();
    let certificates = Certificates::make(folder.path());
    let script = SmtpScript::start(vec![vec![Step::Bytes(30)]]).await;
    let smtp = client(config::Smtp {
        login: login(),
        ca_file: Some(certificates.authority.clone()),
        ..server(script.port, Security::Tls)
    });
    assert_eq!(
        send(&smtp).await,
        Delivery::Temporary(failed(Stage::Tls, Cause::Refused))
    );
    assert!(script.heard().is_empty());
    script.finished().await;
}
