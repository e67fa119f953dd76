//! A conversation through real Postfix and Dovecot: a declaration, our request, the answer as each client writes it, and
//! what the ticket holds then.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::Value;
use vigie::cli::demo::answer::{Reply, Request, Style, Values, answer};
use vigie::domain::form::Form;

use super::mailserver::{DECLARANT, SUPPORT, now, on_sqlite, servers, until};
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

const ASKED: [&str; 4] = [
    "phone",
    "environment",
    "affected_count",
    "prerequisites_checked",
];

/// Our mails to the declarant that ask for something about the declaration with this number.
fn requests(dovecot: &Dovecot, number: usize) -> Vec<Request> {
    let subject = format!("carte bloquee {number} [INC-");
    dovecot
        .messages(DECLARANT, "")
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
    let styles: Vec<(usize, Style)> = (1..).zip(Style::ALL).collect();
    for (number, _) in &styles {
        submit(
            postfix.smtp,
            DECLARANT,
            SUPPORT,
            declaration(*number).as_bytes(),
        );
    }
    for (number, style) in &styles {
        until("the request arrives", || {
            !requests(&dovecot, *number).is_empty()
        });
        let request = &requests(&dovecot, *number)[0];
        assert_eq!(request.questions.len(), ASKED.len());
        assert!(request.screenshot);
        let values = Values::invent(request, *style);
        let reply = Reply {
            style: *style,
            said: &values.said,
            picture: values.picture,
            at: request.date + TimeDelta::minutes(1),
        };
        submit(postfix.smtp, DECLARANT, SUPPORT, &answer(request, &reply));
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
    for (number, style) in &styles {
        let ticket = ticket(&service, *number).expect("its ticket");
        let state = if style.knows() { "present" } else { "unknown" };
        for name in ASKED {
            assert_eq!(
                ticket["fields"][name]["state"], state,
                "{style:?} {name}: {ticket}"
            );
        }
        let open: &[&str] = if style.knows() { &[] } else { &["screenshot"] };
        assert_eq!(ticket["to_ask"], serde_json::json!(open), "{style:?}");
    }
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    for mail in service.outbox() {
        if mail["template"] == "E1" || mail["template"] == "E1b" {
            *asked.entry(mail["reference"].to_string()).or_default() += 1;
        }
    }
    assert_eq!(asked.len(), styles.len());
    assert!(asked.values().all(|count| *count == 1), "{asked:?}");
}
