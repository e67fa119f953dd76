//! Reading again: what an older reader kept is found, listed, put right once, and never against a
//! person's word; on both databases.

use crate::pipeline::{Line, declaration, mail};
use crate::support::stores::{TestStore, at};
use vigie::desk::reparse::{Change, Difference, apply, compare};
use vigie::domain::declaration::Kind;
use vigie::domain::field::{Evidence, Field, FieldName, Reading, Source, Value};
use vigie::domain::history::EventKind;
use vigie::domain::incident::{Incident, Reference, Status};
use vigie::store::Reread;

/// An incident of two messages: the declaration, and an answer that brings the phone.
async fn two_messages(line: &mut Line) -> Incident {
    line.receive(&declaration(1)).await;
    line.process(1).await;
    let ours = line.our_message_id().await;
    let headers = format!("In-Reply-To: {ours}\r\n");
    let body = "Bonjour,\r\nVous pouvez me joindre au 02 61 91 00 12.\r\n";
    line.receive(&mail(2, &headers, body)).await;
    line.process(2).await;
    let incident = line.incident(1).await;
    assert!(incident.fields[FieldName::Phone].value().is_some());
    incident
}

fn field(text: &str, source: Source) -> Field {
    Field {
        reading: Reading::Present(Value::Text(text.to_owned())),
        evidence: Some(Evidence {
            source,
            part: None,
            span: 0..0,
            raw: String::new(),
            confidence: 0.5,
        }),
    }
}

/// Puts other readings in place of the kept ones, as an older reader might have left them.
async fn age(line: &Line, incident: &Incident, fields: &[(FieldName, Field)]) {
    let messages = line.store().messages_of(&incident.reference).await.unwrap();
    let mut old = Reread {
        message: messages[0].id,
        incident: incident.id,
        kind: Kind::Declaration,
        reason: "filled form".to_owned(),
        opened: true,
        fields: incident.fields.clone(),
        changed: fields.iter().map(|(name, _)| *name).collect(),
        attachments: None,
        to_ask: incident.to_ask.clone(),
        major_suspected: incident.major_suspected,
        concerns: incident.concerns.clone(),
        subject: incident.subject.clone(),
        detail: String::new(),
    };
    for (name, field) in fields {
        old.fields[*name] = field.clone();
    }
    let kept = line
        .store()
        .commit_reread(&old, incident.version, at(3))
        .await;
    assert_eq!(kept.unwrap(), incident.version + 1);
}

fn changed(differences: &[Difference]) -> Vec<FieldName> {
    let name = |difference: &Difference| match &difference.change {
        Change::Field(name, _) => Some(*name),
        _ => None,
    };
    differences.iter().filter_map(name).collect()
}

async fn stores() -> [TestStore; 2] {
    [TestStore::sqlite().await, TestStore::postgres().await]
}

#[tokio::test]
async fn what_the_present_reader_read_itself_reads_the_same_again() {
    for test in stores().await {
        let mut line = Line::with(test, "").await;
        let incident = two_messages(&mut line).await;
        let found = compare(line.store(), &line.parts, &incident.reference).await;
        let found = found.unwrap().unwrap();
        assert_eq!((found.differences, found.moved), (Vec::new(), 0));
        let unknown = Reference::new("INC", 2026, 9);
        assert!(
            compare(line.store(), &line.parts, &unknown)
                .await
                .unwrap()
                .is_none()
        );
    }
}

#[tokio::test]
async fn readings_of_an_older_reader_are_listed_kept_once_and_mailed_to_nobody() {
    for test in stores().await {
        let mut line = Line::with(test, "").await;
        let before = two_messages(&mut line).await;
        let (store, parts) = (line.store().clone(), line.parts.clone());
        let mails = line.mails().await;
        let wrong = [
            (FieldName::Feature, field("bilan", Source::Prose)),
            (FieldName::Phone, Field::default()),
            (FieldName::Reproducible, field("x", Source::Prose)),
        ];
        age(&line, &before, &wrong).await;

        let found = compare(&store, &parts, &before.reference)
            .await
            .unwrap()
            .unwrap();
        let names = changed(&found.differences);
        assert_eq!(
            names,
            [
                FieldName::Phone,
                FieldName::Feature,
                FieldName::Reproducible
            ]
        );
        let aged = line.incident(1).await;
        assert!(
            aged.fields[FieldName::Phone].value().is_none(),
            "comparing writes nothing"
        );

        apply(&store, &found, at(4)).await.unwrap();
        let after = line.incident(1).await;
        assert_eq!(after.fields, before.fields);
        assert_eq!(after.field_messages, before.field_messages);
        assert_eq!(
            (&after.to_ask, after.status),
            (&before.to_ask, before.status)
        );
        assert!(after.version > aged.version);
        let messages = store.messages_of(&before.reference).await.unwrap();
        let history = store.history(&before.reference).await.unwrap();
        let reread: Vec<_> = history
            .iter()
            .filter(|event| event.kind == EventKind::Reread && event.at == at(4))
            .map(|event| (event.message.unwrap(), event.detail.as_str()))
            .collect();
        // The declaration gives the feature again; its answer gives the phone again.
        assert_eq!(reread[0].0, messages[0].id);
        assert!(
            reread[0].1.starts_with("feature reproducible"),
            "{}",
            reread[0].1
        );
        assert_eq!(reread[1], (messages[1].id, "phone"));
        assert_eq!(line.mails().await, mails);

        let again = compare(&store, &parts, &before.reference)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((again.differences, again.moved), (Vec::new(), 0));
        // A comparison of before is no longer worth anything.
        assert!(apply(&store, &found, at(5)).await.is_err());
        assert_eq!(line.incident(1).await, after);
    }
}

#[tokio::test]
async fn what_a_person_entered_stays_whatever_the_reader_says() {
    for test in stores().await {
        let mut line = Line::with(test, "").await;
        let before = two_messages(&mut line).await;
        let touched = [
            (FieldName::Feature, field("bilan", Source::Agent)),
            (FieldName::AffectedUser, field("Paul Martin", Source::Phone)),
        ];
        age(&line, &before, &touched).await;
        let (store, parts) = (line.store().clone(), line.parts.clone());
        let found = compare(&store, &parts, &before.reference)
            .await
            .unwrap()
            .unwrap();
        assert!(
            changed(&found.differences).is_empty(),
            "{:?}",
            found.differences
        );
        apply(&store, &found, at(4)).await.unwrap();
        let after = line.incident(1).await;
        for (name, field) in touched {
            assert_eq!(after.fields[name], field, "{name}");
        }
        assert_eq!(after.status, Status::ToReview);
    }
}

#[tokio::test]
async fn incidents_are_found_by_the_day_on_which_a_message_of_theirs_arrived() {
    for test in stores().await {
        let mut line = Line::with(test, "").await;
        two_messages(&mut line).await;
        let found = |since| line.store().incidents_since(since, 0, 9);
        assert_eq!(found(at(0)).await.unwrap().len(), 1);
        assert_eq!(found(at(1)).await.unwrap(), Vec::new());
        let (after, _) = found(at(0)).await.unwrap()[0];
        let rest = line.store().incidents_since(at(0), after, 9).await.unwrap();
        assert_eq!(rest, Vec::new());
    }
}
