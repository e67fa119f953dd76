//! A conversation through real Postfix and Dovecot: a declaration, our request, the answer as each client writes it, and
//! what the ticket holds then.

use chrono::TimeDelta;
use serde_json::Value;
use vigie::cli::demo::answer::{Reply, Request, Style, Values, answer};
use vigie::domain::form::Form;

use super::mailserver::{ANYBODY, DECLARANT, SUPPORT, now, on_sqlite, servers, until};
use super::support::dovecot::Dovecot;
use super::support::service::Service;
use super::support::smtp_client::submit;

/// Four lines and the screenshot are missing.
fn declaration(number: usize) -> String {
    format!(
        "From: \"LEBRETON Claire\" <{DECLARANT}>\nTo: <{SUPPORT}>\nSubject: carte bloquee {number}\n\
         Message-ID: <essai.{number}@chu-nantes.example>\nDate: {date}\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\
         DECLARATION D'INCIDENT\n\
         Déclarant (nom, prénom et fonction) : LEBRETON Claire, ARM\n\
         Entité concernée (Samu de Nantes, ARS PDL, ...) : SAMU de Nantes\n\
         Utilisateur concerné : Paul Martin\n\
         Adresse mail du déclarant : {DECLARANT}\n\
         Date et heure de début d'incident : 23/11/2026 à 9h00\n\
         Fonctionnalité concernée par l'incident : cartographie\n\
         Description détaillée de l'incident : la carte numéro {number} reste figée sur l'écran de chargement.\n\
         L'incident peut-il être reproduit ? oui\n",
        date = now(),
    )
}

/// Next to nothing is said.
fn bare(number: usize) -> String {
    format!(
        "From: <{ANYBODY}>\nTo: <{SUPPORT}>\nSubject: carte bloquee {number}\n\
         Message-ID: <essai.{number}@chu-nantes.example>\nDate: {date}\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\
         Bonjour,\n\nla carte numéro {number} reste figée, merci de faire le nécessaire.\n",
        date = now(),
    )
}

/// What the first declaration leaves to be asked for, beside a screenshot.
const ASKED: [&str; 4] = [
    "phone",
    "environment",
    "affected_count",
    "prerequisites_checked",
];

/// Our mails to this writer that ask for something about the declaration with this number.
fn requests(dovecot: &Dovecot, writer: &str, number: usize) -> Vec<Request> {
    let subject = format!("carte bloquee {number} [INC-");
    dovecot
        .messages(writer, "")
        .iter()
        .filter(|mail| String::from_utf8_lossy(mail).contains(&subject))
        .filter_map(|mail| Request::read(mail, Form::si_samu()))
        .collect()
}

fn ticket(service: &Service, number: usize) -> Option<Value> {
    let description = format!("la carte numéro {number} reste figée");
    service.export("tickets").into_iter().find(|ticket| {
        let said = ticket["fields"]["description"]["value"].as_str();
        said.is_some_and(|said| said.contains(&description))
    })
}

#[test]
fn e_07_to_e_14_through_postfix_and_dovecot_each_styles_answer_fills_the_ticket_and_nothing_is_asked_twice()
 {
    let (dovecot, postfix) = servers(None);
    let mut service = Service::new(|folder| on_sqlite(folder, &dovecot, &postfix));
    service.start();
    // Each style answers a declaration that lacks five things, and one that lacks nearly all.
    let styles: Vec<(usize, Style)> = (11..).zip(Style::ALL.repeat(2)).collect();
    let is_bare = |number: usize| number >= 11 + Style::ALL.len();
    // Two writers: neither gets more mails than one address may.
    let writer = |number: usize| if is_bare(number) { ANYBODY } else { DECLARANT };
    for (number, _) in &styles {
        let declaration = match is_bare(*number) {
            true => bare(*number),
            false => declaration(*number),
        };
        submit(
            postfix.smtp,
            writer(*number),
            SUPPORT,
            declaration.as_bytes(),
        );
    }
    for (number, style) in &styles {
        until("the request arrives", || {
            !requests(&dovecot, writer(*number), *number).is_empty()
        });
        let request = &requests(&dovecot, writer(*number), *number)[0];
        let asked = request.questions.len();
        assert!(
            asked == ASKED.len() || is_bare(*number) && asked > 6,
            "{asked}"
        );
        assert!(request.screenshot);
        let values = Values::invent(request, *style);
        let reply = Reply {
            style: *style,
            said: &values.said,
            picture: values.picture,
            at: request.date + TimeDelta::minutes(1),
        };
        submit(
            postfix.smtp,
            writer(*number),
            SUPPORT,
            &answer(request, &reply),
        );
    }
    let replies = || {
        let rows = service.export("messages");
        let read = rows.iter().filter(|row| row["state"] == "done");
        read.filter(|row| row["kind"] == "reply").count()
    };
    until("every answer is read", || replies() == styles.len());
    until("nothing is about to leave", || {
        let outbox = service.outbox();
        let leaving = |mail: &Value| mail["state"] == "queued" || mail["state"] == "sending";
        !outbox.iter().any(leaving)
    });
    assert!(service.stop().success());
    let outbox = service.outbox();
    for (number, style) in &styles {
        let ticket = ticket(&service, *number).expect("its ticket");
        let state = if style.knows() { "present" } else { "unknown" };
        for name in ASKED {
            assert_eq!(
                ticket["fields"][name]["state"], state,
                "{number} {style:?} {name}: {ticket}"
            );
        }
        let open: &[&str] = if style.knows() { &[] } else { &["screenshot"] };
        assert_eq!(
            ticket["to_ask"],
            serde_json::json!(open),
            "{number} {style:?}"
        );
        // Asked once, with one request; what is complete is confirmed once.
        let ours = outbox
            .iter()
            .filter(|mail| mail["reference"] == ticket["reference"]);
        let mut templates: Vec<&str> = ours
            .map(|mail| mail["template"].as_str().unwrap())
            .collect();
        templates.sort_unstable();
        let request = if is_bare(*number) { "E1b" } else { "E1" };
        let then = if style.knows() { "E2" } else { "E3" };
        assert_eq!(templates, [request, then], "{number} {style:?}");
    }
}
