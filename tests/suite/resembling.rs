//! Incidents that look alike: found when one is opened, kept, and only ever proposed.

use std::process::Command;

use chrono::TimeDelta;
use vigie::desk::{alike, merger};
use vigie::domain::account::By;
use vigie::domain::alike::{Candidate, Likeness, MOST, Sign};
use vigie::domain::incident::{Reference, Status};

use super::pipeline::Line;
use super::support::stores::{TestStore, at};

/// A form that a person of the SAMU de Nantes fills in.
fn form(number: usize, from: &str, feature: &str, description: &str) -> Vec<u8> {
    format!(
        "From: <{from}>\r\nTo: <support@vigie.example>\r\nSubject: incident\r\n\
         Message-ID: <{number}@chu.example>\r\nDate: Mon, 23 Nov 2026 09:12:00 +0100\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nDECLARATION D'INCIDENT\r\n\
         Entité concernée (Samu de Nantes, ARS PDL, ...) : SAMU de Nantes\r\n\
         Fonctionnalité concernée par l'incident : {feature}\r\n\
         Description détaillée de l'incident : {description}\r\n"
    )
    .into_bytes()
}

const FIGEE: &str = "la carte reste figée sur l'écran de chargement, le fond de plan manque";

/// What looks like the incident with this number.
async fn found(line: &Line, number: u32) -> Vec<Candidate> {
    let reference = reference(line, number).await;
    line.store().candidates(&reference).await.unwrap()
}

async fn reference(line: &Line, number: u32) -> Reference {
    let lines = line.store().list_incidents(None, 99).await.unwrap();
    let mut references = lines.into_iter().map(|line| line.reference);
    references.find(|name| name.number() == number).unwrap()
}

async fn lines() -> [Line; 2] {
    [
        Line::with(TestStore::sqlite().await, "").await,
        Line::with(TestStore::postgres().await, "").await,
    ]
}

#[tokio::test]
async fn the_same_declaration_from_a_colleague_is_proposed_on_both_incidents_and_merged_by_nobody()
{
    for mut line in lines().await {
        line.receive(&form(1, "claire@chu.example", "cartographie", FIGEE))
            .await;
        line.process(1).await;
        line.receive(&form(2, "hugo@autre.example", "cartographie", FIGEE))
            .await;
        line.process(2).await;
        let candidates = found(&line, 2).await;
        assert_eq!(candidates.len(), 1, "{candidates:?}");
        let first = &candidates[0];
        assert_eq!(first.other, reference(&line, 1).await);
        assert_eq!(first.likeness, Likeness::SameDeclaration);
        assert!(first.signs.contains(&Sign::Words), "{first:?}");
        let older = found(&line, 1).await;
        assert_eq!(older.len(), 1);
        assert_eq!(older[0].other, reference(&line, 2).await);
        for incident in line.store().list_incidents(None, 9).await.unwrap() {
            assert_ne!(incident.status, Status::Merged);
        }
        // Looked for again from the older side, the pair is kept once.
        let (older, day) = (reference(&line, 1).await, TimeDelta::hours(24));
        let again = alike::find(line.store(), &[older], day, at(3))
            .await
            .unwrap();
        assert_eq!(again.first().map(|(_, found)| found.len()), Some(1));
        assert_eq!(found(&line, 1).await.len(), 1);
        assert_eq!(found(&line, 2).await.len(), 1);
        line.store().close().await;
    }
}

#[tokio::test]
async fn reports_of_one_outage_are_grouped_and_two_faults_at_one_place_are_not() {
    for mut line in lines().await {
        let blank = "plus de carte chez nous, écran blanc à la place du plan";
        let phone = "les appels ne sonnent plus sur les bandeaux de la salle";
        for message in [
            form(1, "claire@chu.example", "cartographie", FIGEE),
            form(2, "hugo@chu.example", "cartographie", blank),
            form(3, "nadia@chu.example", "téléphonie", phone),
        ] {
            line.receive(&message).await;
            line.process(1).await;
        }
        let second = found(&line, 2).await;
        assert_eq!(second.len(), 1, "{second:?}");
        assert_eq!(second[0].likeness, Likeness::SameOutage);
        assert_eq!(second[0].other, reference(&line, 1).await);
        assert!(
            second[0]
                .reasons()
                .starts_with("même entité, même fonctionnalité, ")
        );
        assert!(found(&line, 3).await.is_empty());
        line.store().close().await;
    }
}

/// Each pair that a person had told apart kept one of the five places, so that at last nothing more
/// was proposed.
#[tokio::test]
async fn what_a_person_told_apart_takes_no_place_of_what_is_still_to_be_looked_at() {
    for mut line in lines().await {
        let most = u32::try_from(MOST).unwrap();
        // The newest is the one that all others are compared with, the oldest the last of them.
        for number in 1..=most + 2 {
            let from = format!("p{number}@chu.example");
            let form = form(number as usize, &from, "cartographie", FIGEE);
            line.receive(&form).await;
            line.process(i64::from(number)).await;
        }
        let (last, day) = (most + 2, TimeDelta::hours(24));
        let this = reference(&line, last).await;
        let others: Vec<Reference> = found(&line, last)
            .await
            .into_iter()
            .map(|candidate| candidate.other)
            .collect();
        assert_eq!(others.len(), MOST);
        for other in &others {
            merger::distinct(line.store(), (&this, other), &By::command(at(60)))
                .await
                .unwrap();
        }
        assert!(found(&line, last).await.is_empty());
        let these = std::slice::from_ref(&this);
        let again = alike::find(line.store(), these, day, at(61)).await.unwrap();
        assert_eq!(again[0].1.len(), 1, "{again:?}");
        let proposed = found(&line, last).await;
        assert_eq!(proposed.len(), 1, "{proposed:?}");
        assert!(!others.contains(&proposed[0].other));
        // From either side.
        let ids = [line.store().incident_id(&this).await.unwrap().unwrap()];
        let apart = line.store().told_apart(&ids).await.unwrap();
        assert_eq!(apart.len(), MOST);
        let first = line.store().incident_id(&others[0]).await.unwrap().unwrap();
        let turned = line.store().told_apart(&[first]).await.unwrap();
        assert_eq!(turned, [(first, ids[0])]);
        assert!(line.store().told_apart(&[]).await.unwrap().is_empty());
        line.store().close().await;
    }
}

#[tokio::test]
async fn an_incident_that_is_not_there_looks_like_nothing() {
    let line = Line::new().await;
    let nobody = Reference::new("INC", 2026, 99);
    let day = TimeDelta::hours(24);
    let these = std::slice::from_ref(&nobody);
    let found = alike::find(line.store(), these, day, at(0)).await.unwrap();
    assert!(found.is_empty());
    assert!(line.store().candidates(&nobody).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_command_lists_what_looks_like_a_ticket_with_the_reasons() {
    let mut line = Line::new().await;
    for number in 1..=2 {
        line.receive(&form(number, "claire@chu.example", "cartographie", FIGEE))
            .await;
        line.process(1).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = line.configuration(folder.path());
    let command = |name: &str| {
        Command::new(env!("CARGO_BIN_EXE_vigie"))
            .args(["ticket", "alike", name, "--config"])
            .arg(&file)
            .output()
            .unwrap()
    };
    let second = reference(&line, 2).await.to_string();
    let told = command(&second);
    let said = String::from_utf8_lossy(&told.stdout);
    let first = reference(&line, 1).await;
    assert_eq!(
        said,
        format!(
            "{first}  doublon\u{a0}?  même entité, même fonctionnalité, au même moment, même déclarant, \
             mêmes mots\n"
        ),
        "{}",
        String::from_utf8_lossy(&told.stderr)
    );
    assert_eq!(command("INC-26-09999").status.code(), Some(1));
}
