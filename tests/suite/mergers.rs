//! A ticket is made part of another one, and one of its own again.

use crate::pipeline::{Line, mail};
use crate::support::stores::{TestStore, at};
use crate::web::Console;
use std::process::Command;
use vigie::desk::letter::Occasion;
use vigie::desk::merger::{self, MergerError};
use vigie::desk::reparse;
use vigie::desk::ticket::{self, Act, ActError};
use vigie::domain::account::By;
use vigie::domain::act::Closing;
use vigie::domain::export::ExportedTicket;
use vigie::domain::field::{FieldName, Reading, ValueOrigin};
use vigie::domain::form::Item;
use vigie::domain::history::EventKind;
use vigie::domain::incident::{Concern, Incident, Reference, Status};
use vigie::domain::merger::{Misfit, REVERSIBLE};
use vigie::domain::outgoing::{MailState, Template};
use vigie::store::{OutboxEntry, StoreError};

const HUGO: &str = "From: Hugo Garnier <h.garnier@autre.example>\r\n";
const NADIA: &str = "From: Nadia Roux <n.roux@tiers.example>\r\n";

/// A form without a doubt in it, and these lines more.
fn form(name: &str, more: &str) -> String {
    format!(
        "Bonjour,\r\n\r\nNom et prénom : {name}\r\nÉtablissement : SAMU de Nantes\r\n\
         Date et heure de début : 24/11/2026 09:00\r\nEnvironnement : production\r\n\
         Fonctionnalité : cartographie\r\n{more}\
         Description : la carte reste grise, on ne voit plus les moyens engagés.\r\n"
    )
}

fn name(number: u32) -> Reference {
    Reference::new("INC", 2026, number)
}

/// Claire's ticket 1, which lacks the telephone and the function, and Hugo's ticket 2, which has
/// them.
async fn pair(test: TestStore) -> Line {
    let mut line = Line::with(test, "").await;
    let users = "Nombre d'utilisateurs : 4\r\n";
    line.receive(&mail(1, "", &form("Claire Lebreton", users)))
        .await;
    line.process(1).await;
    let more = format!("{users}Téléphone : 02 61 91 00 12\r\nFonction : ARM\r\n");
    line.receive(&mail(2, HUGO, &form("Hugo Garnier", &more)))
        .await;
    line.process(2).await;
    assert_eq!(line.incidents().await, 2);
    line
}

async fn both() -> [Line; 2] {
    [
        pair(TestStore::sqlite().await).await,
        pair(TestStore::postgres().await).await,
    ]
}

async fn merge(line: &Line, part: u32, into: u32, seconds: i64) -> Result<(), MergerError> {
    let (pair, now) = ((&name(part), &name(into)), at(seconds));
    let plan = merger::plan(line.store(), &line.parts, pair, false, now).await?;
    merger::merge(line.store(), &line.parts, &plan, &By::command(now)).await?;
    Ok(())
}

async fn split(line: &Line, part: u32, seconds: i64) -> Result<u32, MergerError> {
    let undone = merger::split(
        line.store(),
        &line.parts,
        &name(part),
        &By::command(at(seconds)),
    )
    .await?;
    Ok(undone.2.stay)
}

async fn mails(line: &Line, number: u32) -> Vec<OutboxEntry> {
    line.store().mails_of(&name(number)).await.unwrap()
}

async fn events(line: &Line, number: u32, kind: EventKind) -> Vec<String> {
    let history = line.store().history(&name(number)).await.unwrap();
    let of_kind = history.into_iter().filter(|event| event.kind == kind);
    of_kind.map(|event| event.detail).collect()
}

async fn timers(line: &Line, number: u32) -> Vec<String> {
    line.timers(&name(number)).await
}

async fn exported(line: &Line) -> Vec<ExportedTicket> {
    line.store().export_tickets(0, 99).await.unwrap()
}

fn asks(incident: &Incident, name: FieldName) -> bool {
    let item = Item::Field(name);
    incident.to_ask.iter().any(|ask| ask.item == item)
}

fn words(mail: &OutboxEntry) -> String {
    mail.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn merging_tells_the_declarant_completes_the_kept_ticket_and_takes_back_what_waits() {
    for line in both().await {
        let pair = (&name(2), &name(1));
        let plan = merger::plan(line.store(), &line.parts, pair, false, at(30))
            .await
            .unwrap();
        assert_eq!(
            plan.filled,
            [FieldName::DeclarantRole, FieldName::Phone],
            "what Claire said stays"
        );
        assert_eq!((plan.taken_back, plan.letters.len()), (1, 1));
        assert_eq!(plan.until, at(30) + REVERSIBLE);
        assert_eq!(mails(&line, 2).await.len(), 1, "nothing is done yet");
        merger::merge(line.store(), &line.parts, &plan, &By::command(at(30)))
            .await
            .unwrap();
        // Hugo is told once, after the hold, and nothing more is asked of him under his number.
        let hugos = mails(&line, 2).await;
        let states: Vec<(&str, MailState)> = hugos
            .iter()
            .map(|mail| (mail.template.as_str(), mail.state))
            .collect();
        assert_eq!(states[1], ("E10", MailState::Queued));
        assert_eq!(states[0].1, MailState::Cancelled);
        assert_eq!(states.len(), 2);
        assert_eq!(hugos[1].to, "h.garnier@autre.example");
        assert_eq!(hugos[1].due_at, at(30 + 120));
        assert!(
            words(&hugos[1]).contains("INC-26-00002 est rattaché au INC-26-00001"),
            "{}",
            hugos[1].text
        );
        // The kept ticket knows what Hugo said, each with its source, and asks for it no more.
        let kept = line.incident(1).await;
        let part = line.incident(2).await;
        let phone = FieldName::Phone;
        assert_eq!(kept.fields[phone], part.fields[phone]);
        assert_eq!(kept.field_messages[&phone], part.field_messages[&phone]);
        assert!(!asks(&kept, phone));
        assert_eq!(
            events(&line, 1, EventKind::FieldsTaken).await,
            ["declarant_role phone"]
        );
        let claires = mails(&line, 1).await;
        assert_eq!(claires.len(), 2);
        assert_eq!(claires[0].state, MailState::Cancelled);
        assert!(claires[0].text.contains("téléphone ?") || claires[0].text.contains("numéro"));
        assert_eq!(claires[1].state, MailState::Queued);
        assert_eq!(claires[1].due_at, claires[0].due_at);
        assert!(claires[1].text.len() < claires[0].text.len());
        // Both histories say what became of them.
        let merged = events(&line, 2, EventKind::Merged).await;
        assert!(
            merged[0].starts_with("INC-26-00001 same_declaration "),
            "{merged:?}"
        );
        let absorbed = events(&line, 1, EventKind::Absorbed).await;
        assert!(absorbed[0].starts_with("INC-26-00002 "), "{absorbed:?}");
        assert_eq!(part.status, Status::Merged);
        assert_eq!(part.merged.unwrap().into, name(1));
        assert_eq!(kept.parts, [name(2)]);
        let stub = &exported(&line).await[1];
        assert_eq!(stub.status, "merged");
        assert_eq!(stub.merged_into.as_deref(), Some("INC-26-00001"));
        // The pair is settled.
        for number in 1..=2 {
            let candidates = line.store().candidates(&name(number)).await.unwrap();
            assert!(candidates.is_empty(), "{candidates:?}");
        }
        // The merged ticket stands still.
        assert_eq!(line.leave(200).await.len(), 2);
        assert!(timers(&line, 2).await.is_empty());
        assert_eq!(line.incident(2).await.status, Status::Merged);
        let refused = ticket::act(
            line.store(),
            &line.parts,
            &name(2),
            Act::Reopen,
            &By::command(at(300)),
        )
        .await;
        assert!(matches!(refused, Err(ActError::Merged(..))), "{refused:?}");
        // What was taken of another ticket is not lost when messages are read again.
        let again = reparse::compare(line.store(), &line.parts, &name(1))
            .await
            .unwrap();
        let differences = again.map(|again| again.differences).unwrap_or_default();
        assert!(differences.is_empty(), "{differences:?}");
        line.store().close().await;
    }
}

#[tokio::test]
async fn w_26_undone_within_the_hold_everything_is_as_it_was_and_nobody_was_told() {
    for line in both().await {
        let before = exported(&line).await;
        let candidates = line.store().candidates(&name(1)).await.unwrap();
        assert_eq!(candidates.len(), 1);
        merge(&line, 2, 1, 30).await.unwrap();
        assert_ne!(exported(&line).await, before);
        assert_eq!(split(&line, 2, 60).await.unwrap(), 0);
        assert_eq!(exported(&line).await, before);
        assert_eq!(line.store().candidates(&name(1)).await.unwrap(), candidates);
        let part = line.incident(2).await;
        assert_eq!(part.merged, None);
        assert!(line.incident(1).await.parts.is_empty());
        let left = line.leave(200).await;
        let mut left: Vec<(&str, String)> = left
            .iter()
            .map(|mail| (mail.template.as_str(), mail.to.clone()))
            .collect();
        left.sort_unstable();
        let asked = |to: &str| ("E1", to.to_owned());
        assert_eq!(
            left,
            [
                asked("c.lebreton@chu-nantes.example"),
                asked("h.garnier@autre.example")
            ]
        );
        assert_eq!(
            events(&line, 1, EventKind::FieldsReturned).await,
            ["declarant_role phone"]
        );
        assert_eq!(events(&line, 2, EventKind::Split).await, ["INC-26-00001 0"]);
        let twice = split(&line, 2, 300).await;
        assert!(matches!(twice, Err(MergerError::NotMerged(_))), "{twice:?}");
        line.store().close().await;
    }
}

#[tokio::test]
async fn w_26_undone_after_the_requests_have_left_both_wait_as_they_did() {
    for line in both().await {
        assert_eq!(line.leave(200).await.len(), 2);
        let before = exported(&line).await;
        let due = [timers(&line, 1).await, timers(&line, 2).await];
        assert_eq!(due[1], ["reminder", "call"]);
        merge(&line, 2, 1, 300).await.unwrap();
        assert!(timers(&line, 2).await.is_empty());
        assert_eq!(line.leave(500).await.len(), 1, "E10");
        assert_eq!(split(&line, 2, 86_400).await.unwrap(), 0);
        assert_eq!(exported(&line).await, before);
        assert_eq!([timers(&line, 1).await, timers(&line, 2).await], due);
        line.store().close().await;
    }
}

/// Whoever has read that nothing is left to do is not asked by a machine.
#[tokio::test]
async fn a_request_that_comes_back_after_the_declarant_was_told_waits_for_a_person() {
    for line in both().await {
        merge(&line, 2, 1, 30).await.unwrap();
        line.leave(200).await;
        split(&line, 2, 300).await.unwrap();
        let request = &mails(&line, 2).await[0];
        assert_eq!(request.state, MailState::Review);
        assert_eq!(request.review, "split");
        assert!(line.leave(900).await.is_empty());
        line.store().close().await;
    }
}

#[tokio::test]
async fn answers_to_the_merged_ticket_are_read_by_what_it_asked_and_go_to_the_kept_one() {
    for mut line in both().await {
        line.leave(200).await;
        let hugos = mails(&line, 2).await[0].id;
        let mime = line.store().outbox_mime(hugos).await.unwrap().unwrap();
        let mime = String::from_utf8(mime).unwrap().replace("\r\n ", " ");
        let id = mime
            .lines()
            .find_map(|line| line.strip_prefix("Message-ID:"))
            .unwrap();
        let part = line.incident(2).await;
        merge(&line, 2, 1, 300).await.unwrap();
        let headers = format!("{HUGO}In-Reply-To: {}\r\n", id.trim());
        // By a number alone, which means something else in what Claire was asked.
        let checked = FieldName::PrerequisitesChecked;
        let number = async |incident: &Incident| {
            let asked = line.store().asked(incident.id, Some(1), at(300)).await;
            let (numbers, _) = asked.unwrap();
            let is_it = |items: &Vec<Item>| items.contains(&Item::Field(checked));
            numbers.iter().position(is_it).unwrap() + 1
        };
        let at_hugos = number(&part).await;
        assert_ne!(at_hugos, number(&line.incident(1).await).await);
        let body = format!("Bonjour,\r\n\r\n{at_hugos}) oui\r\n");
        line.receive(&mail(3, &headers, &body)).await;
        line.process(400).await;
        assert_eq!(line.incidents().await, 2);
        let kept = line.incident(1).await;
        let messages = line.store().messages_of(&name(1)).await.unwrap();
        assert_eq!(messages.len(), 2);
        assert!(kept.fields[checked].value().is_some());
        assert!(asks(&kept, FieldName::Reproducible));
        // The mark of the kept ticket is believed from whoever was in the merged one.
        let known = line
            .store()
            .is_known_address(kept.id, "h.garnier@autre.example");
        assert!(known.await.unwrap());
        // What came meanwhile stays, and history says so; what nobody touched goes.
        assert_eq!(split(&line, 2, 500).await.unwrap(), 1);
        assert_eq!(
            events(&line, 1, EventKind::Parted).await,
            ["INC-26-00002 1"]
        );
        let after = line.incident(1).await;
        assert_eq!(line.store().messages_of(&name(1)).await.unwrap().len(), 2);
        assert!(after.fields[checked].value().is_some());
        assert_eq!(after.fields[FieldName::Phone].reading, Reading::Missing);
        assert!(asks(&after, FieldName::Phone));
        assert_eq!(after.status, Status::ToReview, "an answer came");
        assert_eq!(line.incident(2).await.status, Status::Waiting);
        line.store().close().await;
    }
}

/// A number is spoken, and either one leads to the ticket that is kept.
#[tokio::test]
async fn the_mark_of_the_merged_ticket_leads_to_the_kept_one_from_whoever_is_in_either() {
    for mut line in both().await {
        merge(&line, 2, 1, 30).await.unwrap();
        line.leave(200).await;
        let body = "Bonjour,\r\n\r\nCela se reproduit toujours.\r\n";
        for (number, from, mark) in [(3, "", 2), (4, HUGO, 1), (5, HUGO, 2)] {
            let headers = format!("{from}Subject: Cartographie [INC-26-0000{mark}]\r\n");
            line.receive(&mail(number, &headers, body)).await;
            line.process(300 + i64::from(number)).await;
            assert_eq!(line.incidents().await, 2, "message {number}");
        }
        let messages = line.store().messages_of(&name(1)).await.unwrap();
        assert_eq!(messages.len(), 4);
        // Who is in neither is in neither.
        let headers = format!("{NADIA}Subject: Cartographie [INC-26-00002]\r\n");
        line.receive(&mail(6, &headers, body)).await;
        line.process(400).await;
        let messages = line.store().messages_of(&name(1)).await.unwrap();
        assert_eq!(messages.len(), 4);
        line.store().close().await;
    }
}

#[tokio::test]
async fn a_value_that_somebody_touched_since_stays_when_the_merger_is_undone() {
    for line in both().await {
        merge(&line, 2, 1, 30).await.unwrap();
        line.alter("UPDATE incident_fields SET origin = 'agent' WHERE name = 'phone'")
            .await;
        split(&line, 2, 60).await.unwrap();
        let kept = line.incident(1).await;
        assert!(kept.fields[FieldName::Phone].value().is_some());
        assert_eq!(
            kept.fields[FieldName::DeclarantRole].reading,
            Reading::Missing
        );
        assert_eq!(kept.origins[&FieldName::Phone], ValueOrigin::Agent);
        line.store().close().await;
    }
}

#[tokio::test]
async fn a_value_of_an_agent_is_not_completed_by_the_other_ticket() {
    for line in both().await {
        line.alter(
            "INSERT INTO incident_fields (incident_id, name, state, origin)
             VALUES (1, 'phone', 'unknown', 'agent')",
        )
        .await;
        merge(&line, 2, 1, 30).await.unwrap();
        let kept = line.incident(1).await;
        assert_eq!(kept.fields[FieldName::Phone].reading, Reading::Unknown);
        line.store().close().await;
    }
}

#[tokio::test]
async fn what_is_part_of_a_ticket_goes_with_it_and_nothing_goes_in_a_ring() {
    for mut line in both().await {
        line.receive(&mail(3, NADIA, &form("Nadia Roux", ""))).await;
        line.process(3).await;
        let itself = merge(&line, 1, 1, 10).await;
        assert!(
            matches!(itself, Err(MergerError::Misfit(Misfit::Itself(_)))),
            "{itself:?}"
        );
        let nobody = merge(&line, 9, 1, 10).await;
        assert!(matches!(nobody, Err(MergerError::Unknown(_))), "{nobody:?}");
        merge(&line, 3, 2, 10).await.unwrap();
        for (part, into) in [(3, 1), (1, 3), (2, 3)] {
            let again = merge(&line, part, into, 11).await;
            assert!(
                matches!(
                    again,
                    Err(MergerError::Misfit(Misfit::Part(..) | Misfit::IntoPart(..)))
                ),
                "{part} into {into}: {again:?}"
            );
        }
        line.leave(200).await;
        merge(&line, 2, 1, 300).await.unwrap();
        // Nadia is told too where her ticket is followed by now.
        let told = mails(&line, 3).await.pop().unwrap();
        assert_eq!(told.template, "E10");
        assert!(words(&told).contains("INC-26-00003 est rattaché au INC-26-00001"));
        let third = line.incident(3).await;
        let (_, whole) = line.store().kept_in(third.id).await.unwrap().unwrap();
        assert_eq!(whole, name(1));
        assert_eq!(line.incident(1).await.parts, [name(2), name(3)]);
        let deeper = split(&line, 3, 400).await;
        assert!(matches!(deeper, Err(MergerError::Deeper(..))), "{deeper:?}");
        split(&line, 2, 401).await.unwrap();
        assert_eq!(line.incident(2).await.parts, [name(3)]);
        split(&line, 3, 402).await.unwrap();
        // What is over takes nothing in.
        let close = Act::Close(None);
        ticket::act(
            line.store(),
            &line.parts,
            &name(1),
            close,
            &By::command(at(500)),
        )
        .await
        .unwrap();
        let closed = merge(&line, 2, 1, 501).await;
        assert!(
            matches!(closed, Err(MergerError::Misfit(Misfit::Over { .. }))),
            "{closed:?}"
        );
        // A closed ticket may become part of an open one, and is closed again afterwards.
        merge(&line, 1, 2, 502).await.unwrap();
        split(&line, 1, 503).await.unwrap();
        assert_eq!(line.incident(1).await.status, Status::Closed);
        // After seven days it is for good.
        merge(&line, 3, 2, 600).await.unwrap();
        let late = split(&line, 3, 601 + REVERSIBLE.num_seconds()).await;
        assert!(matches!(late, Err(MergerError::TooLate(_))), "{late:?}");
        line.store().close().await;
    }
}

/// Two people, each at an instance of their own, merge the two into each other at once.
#[tokio::test]
async fn of_two_who_merge_at_once_one_does_and_the_other_learns_that_it_changed() {
    for line in both().await {
        let (one, other) = tokio::join!(merge(&line, 1, 2, 30), merge(&line, 2, 1, 30));
        let is_beaten = |done: &Result<(), MergerError>| {
            matches!(
                done,
                Err(MergerError::Store(StoreError::Conflict(_)) | MergerError::Misfit(_))
            )
        };
        assert!(
            one.is_ok() && is_beaten(&other) || other.is_ok() && is_beaten(&one),
            "{one:?} {other:?}"
        );
        let merged = exported(&line).await;
        let merged = merged.iter().filter(|one| one.merged_into.is_some());
        assert_eq!(merged.count(), 1);
        line.store().close().await;
    }
}

#[tokio::test]
async fn a_ticket_that_changed_since_it_was_looked_at_is_a_conflict_and_nothing_is_done() {
    for mut line in both().await {
        let pair = (&name(2), &name(1));
        let plan = merger::plan(line.store(), &line.parts, pair, false, at(30))
            .await
            .unwrap();
        let answers = format!("In-Reply-To: {}\r\n", line.our_message_id().await);
        let body = "Bonjour,\r\n\r\nCela se reproduit toujours.\r\n";
        line.receive(&mail(3, &answers, body)).await;
        line.process(40).await;
        let before = (exported(&line).await, line.mails().await);
        let done = merger::merge(line.store(), &line.parts, &plan, &By::command(at(50))).await;
        assert!(
            matches!(done, Err(MergerError::Store(StoreError::Conflict(_)))),
            "{done:?}"
        );
        assert_eq!((exported(&line).await, line.mails().await), before);
        line.store().close().await;
    }
}

#[tokio::test]
async fn nobody_is_told_twice_nor_in_vain_nor_when_it_is_silent() {
    for mut line in both().await {
        // Claire declares twice more: she is told once about the one that takes the other along.
        for number in 3..=4 {
            let more = format!("Nombre d'utilisateurs : {number}\r\n");
            line.receive(&mail(number, "", &form("Claire Lebreton", &more)))
                .await;
            line.process(i64::from(number)).await;
        }
        assert_eq!(line.incidents().await, 4);
        let pair = (&name(4), &name(3));
        let silent = merger::plan(line.store(), &line.parts, pair, true, at(10))
            .await
            .unwrap();
        merger::merge(line.store(), &line.parts, &silent, &By::command(at(10)))
            .await
            .unwrap();
        assert_eq!(mails(&line, 4).await.len(), 1, "its request");
        merge(&line, 3, 2, 20).await.unwrap();
        let told = line.mails().await;
        let told = told.iter().filter(|mail| mail.template == "E10");
        let told: Vec<&Reference> = told.map(|mail| &mail.reference).collect();
        assert_eq!(told, [&name(3)]);
        // What went to Hugo came back.
        line.alter("UPDATE incident_addresses SET undeliverable_since = '2026-11-24T09:00:00+00:00' WHERE incident_id = 2")
            .await;
        merge(&line, 2, 1, 30).await.unwrap();
        let hugos = mails(&line, 2).await;
        assert!(hugos.iter().all(|mail| mail.template != "E10"), "{hugos:?}");
        let silenced = events(&line, 2, EventKind::MailSuppressed).await;
        assert_eq!(silenced, ["undeliverable"]);
        line.store().close().await;
    }
}

#[tokio::test]
async fn a_pair_that_a_person_told_apart_is_not_proposed_again() {
    for mut line in both().await {
        // Claire's words again, from her: the machine takes them for the same.
        let users = "Nombre d'utilisateurs : 4\r\n";
        line.receive(&mail(3, "", &form("Claire Lebreton", users)))
            .await;
        line.process(3).await;
        let third = line.incident(3).await;
        assert_eq!(third.concerns, [Concern::LikelyDuplicate]);
        let is_proposed = async |one: u32, other: u32| {
            let found = line.store().candidates(&name(one)).await.unwrap();
            found.iter().any(|candidate| candidate.other == name(other))
        };
        assert!(is_proposed(3, 1).await);
        merger::distinct(line.store(), (&name(3), &name(1)), &By::command(at(60)))
            .await
            .unwrap();
        assert!(!is_proposed(3, 1).await);
        assert!(!is_proposed(1, 3).await);
        let these = [name(1), name(3)];
        let day = chrono::TimeDelta::hours(24);
        vigie::desk::alike::find(line.store(), &these, day, at(61))
            .await
            .unwrap();
        assert!(!is_proposed(3, 1).await, "looked for once more");
        assert!(line.incident(3).await.concerns.is_empty());
        assert_eq!(
            events(&line, 1, EventKind::FoundDistinct).await,
            ["INC-26-00003"]
        );
        merge(&line, 2, 1, 70).await.unwrap();
        let part = merger::distinct(line.store(), (&name(1), &name(2)), &By::command(at(80))).await;
        assert!(
            matches!(part, Err(MergerError::Misfit(Misfit::Part(..)))),
            "{part:?}"
        );
        line.store().close().await;
    }
}

/// What came back was noted on the part alone, which nobody opens any more.
#[tokio::test]
async fn an_e10_that_comes_back_is_shown_on_the_kept_ticket_too() {
    for mut line in both().await {
        merge(&line, 2, 1, 30).await.unwrap();
        let left = line.leave(200).await;
        let told = left.iter().find(|mail| mail.template == Template::E10);
        let told = told.unwrap();
        let report = format!(
            "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {}\r\n\
             Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <b@mx.example>\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mx.autre.example\r\n\r\n\
             Final-Recipient: rfc822; h.garnier@autre.example\r\nAction: failed\r\n\
             Status: 5.1.1\r\n\r\n\
             --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {}\r\n\r\n--b--\r\n",
            told.envelope_from, told.message_id
        );
        line.receive(report.as_bytes()).await;
        line.process(300).await;
        let notice = EventKind::NoticeReceived;
        assert_eq!(events(&line, 2, notice).await, ["bounce"]);
        assert_eq!(
            events(&line, 1, notice).await,
            ["part_bounced INC-26-00002"]
        );
        for number in [1, 2] {
            let concerns = line.incident(number).await.concerns;
            assert!(concerns.contains(&Concern::Bounced), "{concerns:?}");
        }
        // Claire is reached: her ticket's own address is not marked.
        let marked = line.store().undeliverable_addresses(&name(1)).await;
        assert!(marked.unwrap().is_empty());
        let console = Console::over(line.into_test()).await;
        let page = console.get("/d/INC-26-00001").await;
        page.shows(
            "retour d’erreur : le déclarant du dossier rattaché INC-26-00002 n’a pas reçu notre message",
        );
        page.shows(
            "Non joignable par courriel (h.garnier@autre.example) : appeler 02 61 91 00 12.",
        );
        page.shows("notre message n’a pas été remis");
    }
}

/// E10: « vous recevrez les mêmes nouvelles ».
#[tokio::test]
async fn when_the_kept_ticket_is_closed_the_declarants_of_its_parts_are_told_too() {
    for line in both().await {
        merge(&line, 2, 1, 30).await.unwrap();
        line.leave(200).await;
        let closing = Occasion::Closing(Closing {
            now: "la carte s’affiche de nouveau".to_owned(),
            ..Closing::default()
        });
        let act = Act::Close(Some(closing));
        ticket::act(
            line.store(),
            &line.parts,
            &name(1),
            act,
            &By::command(at(300)),
        )
        .await
        .unwrap();
        for (number, to) in [
            (1, "c.lebreton@chu-nantes.example"),
            (2, "h.garnier@autre.example"),
        ] {
            let told = mails(&line, number).await.pop().unwrap();
            assert_eq!((told.template.as_str(), told.to.as_str()), ("E9", to));
        }
        line.store().close().await;
    }
}

#[tokio::test]
async fn the_command_says_what_it_would_do_and_does_it_when_told_to() {
    let line = pair(TestStore::sqlite().await).await;
    let folder = tempfile::tempdir().unwrap();
    let file = line.configuration(folder.path());
    let command = |words: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_vigie"))
            .arg("ticket")
            .args(words)
            .arg("--config")
            .arg(&file)
            .output()
            .unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        let complained = String::from_utf8(done.stderr).unwrap();
        (done.status.code(), said.replace('\u{a0}', " "), complained)
    };
    let merge = ["merge", "INC-26-00002", "--into", "INC-26-00001"];
    let (code, said, complained) = command(&merge);
    assert_eq!(code, Some(2), "{complained}");
    assert!(complained.contains("--yes"), "{complained}");
    for effect in [
        "INC-26-00002 est rattaché au INC-26-00001 :",
        "le déclarant est prévenu",
        "le INC-26-00001 est complété : fonction, téléphone",
        "un envoi en attente est retiré",
        "les réponses au INC-26-00002 iront au INC-26-00001",
        "annulable jusqu’au ",
        ": vigie ticket split INC-26-00002",
    ] {
        assert!(said.contains(effect), "{effect} in {said}");
    }
    assert_eq!(line.incident(2).await.status, Status::ToReview);
    let (code, _, complained) = command(&[&merge[..], &["--yes"]].concat());
    assert_eq!(code, Some(0), "{complained}");
    assert_eq!(line.incident(2).await.status, Status::Merged);
    let (code, _, complained) = command(&[&merge[..], &["--yes"]].concat());
    assert_eq!(code, Some(1), "{complained}");
    assert!(complained.contains("part of INC-26-00001"), "{complained}");
    let (code, said, complained) = command(&["split", "INC-26-00002"]);
    assert_eq!(code, Some(0), "{complained}");
    assert!(
        said.starts_with("INC-26-00002 est de nouveau un dossier à part : à relire\n"),
        "{said}"
    );
    assert!(
        said.contains("rendus par le INC-26-00001 : fonction, téléphone"),
        "{said}"
    );
    let (code, _, complained) = command(&["distinct", "INC-26-00002", "INC-26-00001"]);
    assert_eq!(code, Some(0), "{complained}");
    let (code, said, _) = command(&["alike", "INC-26-00002"]);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    line.store().close().await;
}
