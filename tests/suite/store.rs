//! The conformance suite: every method of the store, on SQLite and on a real PostgreSQL.

use crate::support::stores::{TestStore, at, entry_of, fetched, mail};
use chrono::TimeDelta;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::collections::{BTreeMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex};
use vigie::domain::account::By;
use vigie::domain::decision::{Review, Sent, Ticket};
use vigie::domain::declaration::{Attachment, Kind, Role};
use vigie::domain::field::{
    Evidence, Field, FieldName, Fields, Part, Reading, Reason, Source, Value,
};
use vigie::domain::form::{Ask, Item};
use vigie::domain::history::EventKind;
use vigie::domain::incident::{Concern, IncidentId, Reference, Status};
use vigie::domain::message::{Cursor, Fetched, MessageId, MessageState, Place};
use vigie::domain::outgoing::{Claim, MailState, Outgoing, Template};
use vigie::store::{
    About, Alike, Answer, Answering, Committed, Deadlines, Effect, Filled, NewAttachment,
    NewIncident, Notice, OpenError, Outcome, Store, StoreError, Threading,
};

const BOX: &str = "imap:support@mail.example/INBOX";
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Runs one story on both databases.
async fn on_both<F: Future<Output = ()>>(story: impl Fn(Store) -> F) {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        story(test.store.clone()).await;
        test.store.close().await;
    }
}

/// The `number`th claim of a mail.
fn claim(mail: i64, number: i64) -> Claim {
    Claim { mail, number }
}

/// Stores one message and claims it.
async fn claimed(store: &Store, uid: u32, bytes: &[u8]) -> MessageId {
    let recorded = store
        .record_batch(BOX, None, &[fetched(uid, bytes)], at(0))
        .await
        .unwrap();
    assert!(recorded[0].new);
    let claimed = store.claim_messages(at(1), LEASE, 1).await.unwrap();
    assert_eq!(claimed[0].id, recorded[0].message);
    claimed[0].id
}

fn fields() -> Fields {
    let mut fields = Fields::default();
    fields[FieldName::DeclarantName] = Field {
        reading: Reading::Present(Value::Text("Claire Lebreton".into())),
        evidence: Some(Evidence {
            source: Source::Signature,
            part: Some(Part::Attachment(2)),
            span: 312..334,
            raw: "LEBRETON Claire\0, ARM".into(),
            confidence: 0.97,
        }),
    };
    fields[FieldName::Entity] = Field {
        reading: Reading::Present(Value::Entity {
            name: "SAMU de Nantes".into(),
            id: Some("samu-44".into()),
        }),
        evidence: None,
    };
    fields[FieldName::Description] = Field {
        reading: Reading::Present(Value::Text("La carte reste grise\0.".into())),
        evidence: None,
    };
    fields[FieldName::Phone] = Field {
        reading: Reading::Unclear(Reason::PhoneDigits {
            read: "02 61 91 00 1".into(),
            digits: 9,
            expected: 10,
        }),
        evidence: None,
    };
    fields[FieldName::AffectedUser].reading = Reading::Unknown;
    fields
}

fn asks() -> Vec<Ask> {
    vec![
        Ask {
            item: Item::Field(FieldName::Phone),
            reason: None,
        },
        Ask {
            item: Item::Screenshot,
            reason: None,
        },
    ]
}

fn silent() -> Answering {
    Answering {
        address: "c.lebreton@chu.example".into(),
        body_hash: "hash".into(),
        alike: None,
        decide: Box::new(|_| Answer::Silent("off".into())),
    }
}

fn answered(template: Template, review: Option<Review>, hold: i64) -> Answering {
    Answering {
        decide: Box::new(move |facts| {
            Answer::Mail(Box::new(Outgoing {
                template,
                reference: facts.reference.to_string(),
                sequence: facts.sequence,
                to: "C.Lebreton@chu.example".into(),
                subject: format!("Re: Carto grise [{}]", facts.reference),
                message_id: format!("<{}.{}.ff@vigie.example>", facts.reference, facts.sequence),
                envelope_from: "support@vigie.example".into(),
                mime: b"Subject: x\r\n\r\n\0\xff".to_vec(),
                text: "Bonjour".into(),
                body_hash: "hash".into(),
                numbers: vec![vec![Item::Field(FieldName::Phone)]],
                hold_until: at(hold),
                review,
            }))
        }),
        ..silent()
    }
}

fn outcome(message: MessageId, effect: Effect) -> Outcome {
    Outcome {
        message,
        kind: Kind::Declaration,
        reason: "a fault is described".into(),
        from_address: "c.lebreton@chu.example".into(),
        subject: "Carto grise\0".into(),
        text: "La carte reste grise\0.".into(),
        attachments: vec![NewAttachment {
            attachment: Attachment {
                filename: "capture\0.png".into(),
                content_type: "image/png".into(),
                size: 48_211,
                role: Role::Screenshot,
            },
            sha256: "ab".repeat(32),
        }],
        effect,
    }
}

fn opening(message: MessageId, answering: Answering) -> Outcome {
    let new = NewIncident {
        prefix: "INC".into(),
        year: 2026,
        received_at: at(0),
        addresses: vec!["c.lebreton@chu.example".into()],
        fields: fields(),
        to_ask: asks(),
        major_suspected: false,
        concerns: Vec::new(),
        ..NewIncident::default()
    };
    outcome(message, Effect::Opened(Box::new(new), answering))
}

/// A report that a mail of an incident did not arrive.
fn bounced(incident: IncidentId, mail: Option<u32>) -> Effect {
    Effect::Filed {
        notice: Some(Notice {
            incident,
            mail,
            about: About::Failed {
                status: "5.1.1".into(),
                recipient: Some("somebody@else.example".into()),
            },
        }),
        threading: Threading::default(),
    }
}

/// An incident made from a new message.
async fn opened(store: &Store, uid: u32, answering: Answering) -> Committed {
    let bytes = mail(&format!("{uid}@chu.example"), "La carte reste grise.");
    let message = claimed(store, uid, &bytes).await;
    store
        .commit_outcome(&opening(message, answering), at(2))
        .await
        .unwrap()
}

#[tokio::test]
async fn raw_bytes_and_cursor_are_stored_together_and_come_back_as_they_were() {
    on_both(|store| async move {
        let mut large = vec![b'x'; (2 << 20) + 5];
        large[1 << 20] = 0;
        let batch = [
            fetched(1, b"\0\xff\r\nnot mail \x00"),
            fetched(2, &large),
            fetched(3, b""),
        ];
        let cursor = Cursor {
            uidvalidity: u32::MAX,
            uidnext: 4,
        };
        assert_eq!(store.cursor(BOX).await.unwrap(), None);
        let recorded = store
            .record_batch(BOX, Some(cursor), &batch, at(0))
            .await
            .unwrap();
        assert_eq!(store.cursor(BOX).await.unwrap(), Some(cursor));
        for (recorded, fetched) in recorded.iter().zip(&batch) {
            assert!(recorded.new);
            let raw = store.raw(recorded.message).await.unwrap().unwrap();
            assert!(raw == fetched.bytes);
        }
        assert_eq!(store.raw(MessageId(999)).await.unwrap(), None);
        let uids = store.known_uids(BOX, 7, &[1, 3, 4]).await.unwrap();
        assert_eq!(uids, BTreeMap::from([(1, None), (3, None)]));
        let next = Cursor {
            uidvalidity: 8,
            uidnext: 1,
        };
        store
            .record_batch(BOX, Some(next), &[], at(1))
            .await
            .unwrap();
        assert_eq!(store.cursor(BOX).await.unwrap(), Some(next));
    })
    .await;
}

#[tokio::test]
async fn the_same_place_twice_is_one_message_and_one_delivery() {
    on_both(|store| async move {
        let first = fetched(1, &mail("1@chu.example", "x"));
        let batch = [first.clone(), first.clone()];
        let recorded = store.record_batch(BOX, None, &batch, at(0)).await.unwrap();
        assert_eq!((recorded[0].new, recorded[1].new), (true, false));
        assert_eq!(recorded[0].message, recorded[1].message);
        let again = store
            .record_batch(BOX, None, &[first], at(9))
            .await
            .unwrap();
        assert!(!again[0].new);
        assert_eq!(store.export_messages(0, 9).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_copy_with_other_trace_headers_is_one_more_delivery_of_the_same_message() {
    on_both(|store| async move {
        let plain = mail("1@chu.example", "x");
        let mut copy = b"Received: from mx.example\r\n by here\r\nX-Spam: no\r\n".to_vec();
        copy.extend_from_slice(&plain);
        let batch = [fetched(1, &plain), fetched(2, &copy)];
        let recorded = store.record_batch(BOX, None, &batch, at(0)).await.unwrap();
        assert_eq!(recorded[0].message, recorded[1].message);
        // After UIDVALIDITY changed the folder is read again.
        let mut renumbered = fetched(1, &plain);
        renumbered.place = Place::Imap {
            uidvalidity: 8,
            uid: 1,
        };
        let again = store.record_batch(BOX, None, &[renumbered], at(1)).await;
        assert!(!again.unwrap()[0].new);
        let rows = store.export_messages(0, 9).await.unwrap();
        assert_eq!(rows.len(), 3);
        assert_ne!(rows[0].sha256, rows[1].sha256, "each as it was served");
        assert_eq!(rows[0].sha256, rows[2].sha256);
        assert_eq!(rows[2].uidvalidity, Some(8));
        assert_eq!(
            store.claim_messages(at(2), LEASE, 9).await.unwrap().len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn the_same_message_id_on_other_bytes_is_another_message_and_says_so() {
    on_both(|store| async move {
        let batch = [
            fetched(1, &mail("1@chu.example", "x")),
            fetched(2, &mail("1@chu.example", "y")),
        ];
        let recorded = store.record_batch(BOX, None, &batch, at(0)).await.unwrap();
        assert!(recorded[0].new && recorded[1].new);
        let claimed = store.claim_messages(at(1), LEASE, 9).await.unwrap();
        let flags: Vec<bool> = claimed
            .iter()
            .map(|stored| stored.same_message_id_other_bytes)
            .collect();
        assert_eq!(flags, [false, true]);
        assert_eq!(claimed[0].bytes, batch[0].bytes);
    })
    .await;
}

#[tokio::test]
async fn another_message_under_a_known_uid_is_stored_too_and_the_first_is_still_read() {
    on_both(|store| async move {
        let first = fetched(1, &mail("1@chu.example", "x"));
        let second = fetched(1, &mail("2@chu.example", "y"));
        store
            .record_batch(BOX, None, &[first], at(0))
            .await
            .unwrap();
        let recorded = store
            .record_batch(BOX, None, &[second], at(1))
            .await
            .unwrap();
        assert!(recorded[0].new);
        assert_eq!(store.export_messages(0, 9).await.unwrap().len(), 2);
        assert_eq!(
            store.claim_messages(at(2), LEASE, 9).await.unwrap().len(),
            2
        );
    })
    .await;
}

#[tokio::test]
async fn a_maildir_is_known_by_its_file_names() {
    on_both(|store| async move {
        let name = "1795510800.M1P2.host";
        let file = Fetched {
            place: Place::Maildir { name: name.into() },
            ..fetched(1, &mail("1@chu.example", "x"))
        };
        store
            .record_batch("maildir:x", None, &[file], at(0))
            .await
            .unwrap();
        let names = [name.to_owned(), "other \" ' name".to_owned()];
        let known = store.known_names("maildir:x", &names).await.unwrap();
        assert_eq!(known, HashSet::from([name.to_owned()]));
        assert!(
            store
                .known_names("maildir:y", &names)
                .await
                .unwrap()
                .is_empty()
        );
        let row = &store.export_messages(0, 9).await.unwrap()[0];
        assert_eq!((row.uidvalidity, row.uid), (None, None));
        assert_eq!(row.name.as_deref(), Some(name));
    })
    .await;
}

#[tokio::test]
async fn the_first_start_and_the_first_key_are_kept() {
    on_both(|store| async move {
        assert_eq!(store.first_start(BOX, at(5)).await.unwrap(), at(5));
        assert_eq!(store.first_start(BOX, at(9)).await.unwrap(), at(5));
        assert_eq!(store.keep("key", b"one").await.unwrap(), b"one");
        assert_eq!(store.keep("key", b"two").await.unwrap(), b"one");
        store.ping().await.unwrap();
        store.ping().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_whole_may_be_moved_once_and_what_was_left_on_the_server_never() {
    on_both(|store| async move {
        let mut batch: Vec<Fetched> = (1..=3)
            .map(|uid| fetched(uid, &mail(&format!("{uid}@x.example"), "x")))
            .collect();
        batch[1].left_on_server = true;
        store.record_batch(BOX, None, &batch, at(0)).await.unwrap();
        assert_eq!(store.to_move(BOX, 7, 9).await.unwrap(), [1, 3]);
        assert_eq!(store.to_move(BOX, 7, 1).await.unwrap(), [1]);
        assert_eq!(store.to_move(BOX, 8, 9).await.unwrap(), [0; 0]);
        store.mark_moved(BOX, 7, &[1], at(1)).await.unwrap();
        assert_eq!(store.to_move(BOX, 7, 9).await.unwrap(), [3]);
    })
    .await;
}

#[tokio::test]
async fn two_claimers_never_get_the_same_message() {
    on_both(|store| async move {
        let batch: Vec<Fetched> = (1..=40)
            .map(|uid| fetched(uid, &mail(&format!("{uid}@x.example"), "x")))
            .collect();
        store.record_batch(BOX, None, &batch, at(0)).await.unwrap();
        let mut tasks = Vec::new();
        for _ in 0..8 {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let claimed = store.claim_messages(at(1), LEASE, 3).await.unwrap();
                    if claimed.is_empty() {
                        return mine;
                    }
                    mine.extend(claimed.into_iter().map(|stored| stored.id));
                }
            }));
        }
        let mut all = Vec::new();
        for task in tasks {
            all.extend(task.await.unwrap());
        }
        let unique: HashSet<_> = all.iter().collect();
        assert_eq!((all.len(), unique.len()), (40, 40));
    })
    .await;
}

#[tokio::test]
async fn a_message_is_begun_three_times_alone_at_most() {
    on_both(|store| async move {
        let batch: Vec<Fetched> = (1..=2)
            .map(|uid| fetched(uid, &mail(&format!("{uid}@x.example"), "x")))
            .collect();
        store.record_batch(BOX, None, &batch, at(0)).await.unwrap();
        let claim = |seconds| store.claim_messages(at(seconds), LEASE, 9);
        assert_eq!(claim(0).await.unwrap().len(), 2);
        assert_eq!(claim(59).await.unwrap().len(), 0, "leased");
        let again = claim(60).await.unwrap();
        assert_eq!(again.len(), 1, "the lease ended, so it is claimed alone");
        assert_eq!(again[0].attempts, 1, "in company it proves nothing");
        // The one is done, the other kills the process each time.
        store
            .commit_outcome(
                &outcome(
                    again[0].id,
                    Effect::Filed {
                        notice: None,
                        threading: Threading::default(),
                    },
                ),
                at(61),
            )
            .await
            .unwrap();
        assert_eq!(claim(61).await.unwrap()[0].attempts, 1);
        assert_eq!(claim(200).await.unwrap()[0].attempts, 2);
        assert_eq!(claim(300).await.unwrap()[0].attempts, 3);
        assert_eq!(claim(400).await.unwrap().len(), 0);
        let quarantined = store.list_quarantined(9).await.unwrap();
        assert_eq!(quarantined.len(), 1);
        assert_eq!(quarantined[0].last_error, "unfinished");
        assert_eq!(store.counts().await.unwrap().quarantined, 1);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_fails_three_times_is_quarantined_and_keeps_its_bytes() {
    on_both(|store| async move {
        let bytes = mail("1@x.example", "x");
        let id = claimed(&store, 1, &bytes).await;
        store.give_back(id).await.unwrap();
        for attempt in 1..=3 {
            let claimed = store.claim_messages(at(attempt), LEASE, 9).await.unwrap();
            assert_eq!(i64::from(claimed[0].attempts), attempt);
            let state = store
                .fail_message(id, "panicked", at(attempt))
                .await
                .unwrap();
            let expected = if attempt < 3 {
                MessageState::New
            } else {
                MessageState::Quarantined
            };
            assert_eq!(state, expected);
        }
        assert!(
            store
                .claim_messages(at(9), LEASE, 9)
                .await
                .unwrap()
                .is_empty()
        );
        let refused = store.fail_message(id, "panicked", at(9)).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))));
        assert_eq!(store.raw(id).await.unwrap(), Some(bytes));
        let line = &store.list_messages(None, 9).await.unwrap()[0];
        assert_eq!(line.state, MessageState::Quarantined);
        assert_eq!(line.last_error, "panicked");
        assert!(store.list_messages(Some(id), 9).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_incident_comes_back_as_it_was_kept() {
    on_both(|store| async move {
        let committed = opened(&store, 1, silent()).await;
        assert!(committed.opened);
        assert_eq!(committed.silent.as_deref(), Some("off"));
        let reference = committed.reference.unwrap();
        assert_eq!(reference, Reference::new("INC", 2026, 1));
        let incident = store.incident(&reference).await.unwrap().unwrap();
        assert_eq!(incident.status, Status::ToReview);
        assert_eq!(incident.kind, Kind::Declaration);
        assert_eq!(incident.received_at, at(0));
        assert_eq!(incident.subject, "Carto grise");
        assert_eq!(incident.to_ask, asks());
        // U+0000 does not fit into PostgreSQL's text: it is dropped where it stands in plain text,
        // and kept where it is escaped.
        let mut expected = fields();
        let name = expected[FieldName::DeclarantName]
            .evidence
            .as_mut()
            .unwrap();
        name.raw = "LEBRETON Claire, ARM".into();
        assert_eq!(incident.fields, expected);
        let from = |name| incident.field_messages.get(&name).copied();
        assert_eq!(from(FieldName::Phone), Some(committed.message));
        assert_eq!(from(FieldName::StartedAt), None);
        assert_eq!(incident.attachments.len(), 1);
        assert_eq!(incident.attachments[0].attachment.filename, "capture.png");
        assert_eq!(incident.attachments[0].number, 1);
        let line = &store.list_incidents(None, 9).await.unwrap()[0];
        assert_eq!(line.reference, reference);
        assert_eq!(line.entity, "SAMU de Nantes");
        assert_eq!(line.summary, "La carte reste grise.");
        let messages = store.messages_of(&reference).await.unwrap();
        assert_eq!(messages[0].kind, "declaration");
        assert_eq!(messages[0].reference.as_ref(), Some(&reference));
        let events: Vec<EventKind> = store
            .history(&reference)
            .await
            .unwrap()
            .into_iter()
            .map(|event| event.kind)
            .collect();
        assert_eq!(events, [EventKind::Opened, EventKind::MailSuppressed]);
        let unknown = Reference::new("INC", 2026, 2);
        assert_eq!(store.incident(&unknown).await.unwrap(), None);
        assert_eq!(store.incident_id(&unknown).await.unwrap(), None);
        let ticket = &store.export_tickets(0, 9).await.unwrap()[0];
        assert_eq!(ticket.reference, reference.to_string());
        assert_eq!(ticket.fields, expected);
        assert_eq!(ticket.to_ask, ["phone", "screenshot"]);
        assert!(
            store
                .export_tickets(ticket.incident, 9)
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(store.counts().await.unwrap().to_review, 1);
    })
    .await;
}

#[tokio::test]
async fn references_rise_within_their_year_and_the_list_is_newest_first() {
    on_both(|store| async move {
        for uid in 1..=3 {
            opened(&store, uid, silent()).await;
        }
        let message = claimed(&store, 4, &mail("4@x.example", "x")).await;
        let mut next_year = opening(message, silent());
        if let Effect::Opened(new, _) = &mut next_year.effect {
            new.year = 2027;
        }
        let committed = store.commit_outcome(&next_year, at(3)).await.unwrap();
        let january = Reference::new("INC", 2027, 1);
        assert_eq!(committed.reference.as_ref(), Some(&january));
        let list = |before: Option<Reference>| {
            let store = store.clone();
            async move {
                let lines = store.list_incidents(before.as_ref(), 2).await.unwrap();
                lines
                    .into_iter()
                    .map(|line| line.reference.to_string())
                    .collect::<Vec<_>>()
            }
        };
        assert_eq!(list(None).await, ["INC-27-00001", "INC-26-00003"]);
        let third = Reference::new("INC", 2026, 3);
        assert_eq!(list(Some(third)).await, ["INC-26-00002", "INC-26-00001"]);
    })
    .await;
}

#[tokio::test]
async fn one_message_has_one_effect_whoever_commits_it() {
    on_both(|store| async move {
        let message = claimed(&store, 1, &mail("1@x.example", "x")).await;
        let (first, second) = (
            opening(message, answered(Template::E1, None, 120)),
            opening(message, answered(Template::E1, None, 120)),
        );
        let both = tokio::join!(
            store.commit_outcome(&first, at(2)),
            store.commit_outcome(&second, at(2))
        );
        let kept = usize::from(both.0.is_ok()) + usize::from(both.1.is_ok());
        assert_eq!(kept, 1);
        for failed in [both.0.err(), both.1.err()].into_iter().flatten() {
            assert!(matches!(failed, StoreError::Conflict(_)), "{failed:?}");
            assert!(!failed.is_transient());
        }
        assert_eq!(store.list_incidents(None, 9).await.unwrap().len(), 1);
        assert_eq!(store.list_outbox(None, None, 9).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn of_several_effects_kept_together_a_failing_one_falls_out_alone() {
    on_both(|store| async move {
        let first = claimed(&store, 1, &mail("1@x.example", "x")).await;
        let third = claimed(&store, 3, &mail("3@x.example", "x")).await;
        let outcomes = [
            opening(first, silent()),
            opening(MessageId(999), silent()),
            opening(third, silent()),
        ];
        let results = store.commit_outcomes(&outcomes, at(2)).await.unwrap();
        assert!(results[0].is_ok() && results[1].is_err() && results[2].is_ok());
        let references: Vec<String> = store
            .list_incidents(None, 9)
            .await
            .unwrap()
            .into_iter()
            .map(|line| line.reference.to_string())
            .collect();
        assert_eq!(references, ["INC-26-00002", "INC-26-00001"]);
    })
    .await;
}

/// Kept together they share statements; what each sees must be as if they were kept in turn.
#[tokio::test]
async fn of_several_effects_kept_together_each_counts_those_before_it() {
    on_both(|store| async move {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let answering = |review: Option<Review>| {
            let seen = Arc::clone(&seen);
            Answering {
                alike: Some(Alike {
                    words_hash: "words".into(),
                    since: at(0),
                }),
                decide: Box::new(move |facts| {
                    seen.lock().unwrap().push(facts.sent);
                    match facts.sent.to_address_hour {
                        3 => Answer::Silent("enough".into()),
                        _ => (answered(Template::E1c, review, 2).decide)(facts),
                    }
                }),
                ..silent()
            }
        };
        let batch: Vec<Fetched> = (1..=5)
            .map(|uid| fetched(uid, &mail(&format!("{uid}@x.example"), "x")))
            .collect();
        let recorded = store.record_batch(BOX, None, &batch, at(0)).await.unwrap();
        assert!(recorded.iter().all(|recorded| recorded.new));
        let claimed = store.claim_messages(at(1), LEASE, 9).await.unwrap();
        let bytes: Vec<&[u8]> = claimed.iter().map(|stored| &stored.bytes[..]).collect();
        let sent: Vec<&[u8]> = batch.iter().map(|fetched| &fetched.bytes[..]).collect();
        assert_eq!(bytes, sent);
        let outcomes = [
            opening(claimed[0].id, answering(None)),
            opening(claimed[1].id, answering(Some(Review::AllLimit))),
            outcome(
                claimed[2].id,
                Effect::Filed {
                    notice: None,
                    threading: Threading::default(),
                },
            ),
            opening(claimed[3].id, answering(None)),
            opening(claimed[4].id, answering(None)),
        ];
        let results = store.commit_outcomes(&outcomes, at(2)).await.unwrap();
        let results: Vec<Committed> = results.into_iter().map(Result::unwrap).collect();
        let seen = seen.lock().unwrap().clone();
        let column = |read: fn(&Sent) -> u32| seen.iter().map(read).collect::<Vec<u32>>();
        for read in [
            |sent: &Sent| sent.to_address_hour,
            |sent: &Sent| sent.to_address_day,
            |sent: &Sent| sent.outage_to_address_day,
            |sent: &Sent| sent.same_body_day,
        ] {
            assert_eq!(column(read), [0, 1, 2, 3]);
        }
        // What waits for a person counts neither for the domain nor in all.
        assert_eq!(column(|sent| sent.to_domain_quarter), [0, 1, 1, 2]);
        assert_eq!(column(|sent| sent.all_quarter), [0, 1, 1, 2]);
        let duplicates = column(|sent| u32::from(sent.likely_duplicate));
        assert_eq!(duplicates, [0, 1, 1, 1]);
        assert_eq!(column(|sent| u32::from(sent.circuit_open)), [0, 0, 1, 1]);
        assert!(results[1].circuit_opened && !results[3].circuit_opened);
        assert_eq!(results[4].silent.as_deref(), Some("enough"));
        assert!(results[2].reference.is_none());
        // What the tables say afterwards is what was counted.
        let after = store.limits("c.lebreton@chu.example", "hash", at(2)).await;
        let after = Sent {
            likely_duplicate: true,
            ..after.unwrap()
        };
        assert_eq!(after, seen[3]);
        let kinds = async |committed: &Committed| {
            let reference = committed.reference.clone().unwrap();
            let history = store.history(&reference).await.unwrap();
            let mails = store.mails_of(&reference).await.unwrap();
            assert_eq!(
                mails.iter().map(|mail| mail.id).collect::<Vec<i64>>(),
                committed.mail.into_iter().collect::<Vec<i64>>()
            );
            if let Some(id) = committed.mail {
                assert_eq!(
                    store.outbox_mime(id).await.unwrap().unwrap(),
                    b"Subject: x\r\n\r\n\0\xff"
                );
            }
            history
                .into_iter()
                .map(|event| event.kind)
                .collect::<Vec<EventKind>>()
        };
        assert_eq!(
            kinds(&results[0]).await,
            [EventKind::Opened, EventKind::MailPrepared]
        );
        assert_eq!(
            kinds(&results[3]).await,
            [
                EventKind::Opened,
                EventKind::LikelyDuplicate,
                EventKind::MailPrepared
            ]
        );
        assert_eq!(
            kinds(&results[4]).await,
            [
                EventKind::Opened,
                EventKind::LikelyDuplicate,
                EventKind::MailSuppressed
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn of_a_batch_what_is_stored_already_is_one_more_delivery_and_the_rest_is_new() {
    on_both(|store| async move {
        let first = mail("1@x.example", "x");
        let recorded = store
            .record_batch(BOX, None, &[fetched(1, &first)], at(0))
            .await
            .unwrap();
        let known = recorded[0].message;
        let other_bytes = mail("1@x.example", "y");
        let large = [mail("3@x.example", "z"), vec![b'z'; 3 << 20]].concat();
        for (uids, batch) in [
            // Copies under places of their own; then the same places again.
            ([2, 3, 4], [&first, &other_bytes, &large]),
            ([2, 3, 4], [&first, &other_bytes, &large]),
        ] {
            let batch: Vec<Fetched> = uids
                .iter()
                .zip(batch)
                .map(|(uid, bytes)| fetched(*uid, bytes))
                .collect();
            let cursor = Cursor {
                uidvalidity: 1,
                uidnext: 5,
            };
            let recorded = store
                .record_batch(BOX, Some(cursor), &batch, at(1))
                .await
                .unwrap();
            assert_eq!(recorded[0].message, known);
            assert!(recorded[1].message < recorded[2].message);
        }
        // Twice the same in one batch.
        let twice = mail("9@x.example", "x");
        let batch = [fetched(8, &twice), fetched(9, &twice)];
        let recorded = store.record_batch(BOX, None, &batch, at(1)).await.unwrap();
        assert_eq!(recorded[0].message, recorded[1].message);
        assert!(recorded[0].new && !recorded[1].new);
        let claimed = store.claim_messages(at(2), LEASE, 9).await.unwrap();
        let bytes: Vec<&[u8]> = claimed.iter().map(|stored| &stored.bytes[..]).collect();
        assert_eq!(bytes, [&first[..], &other_bytes, &large, &twice]);
        let doubtful: Vec<bool> = claimed
            .iter()
            .map(|stored| stored.same_message_id_other_bytes)
            .collect();
        assert_eq!(doubtful, [false, true, false, false]);
        assert!(claimed.iter().all(vigie::domain::message::Stored::is_whole));
        assert_eq!(store.export_messages(0, 99).await.unwrap().len(), 6);
    })
    .await;
}

#[tokio::test]
async fn an_answer_fills_what_was_missing_unless_the_incident_changed_meanwhile() {
    on_both(|store| async move {
        let committed = opened(&store, 1, answered(Template::E1, None, 2)).await;
        let reference = committed.reference.unwrap();
        let before = store.incident(&reference).await.unwrap().unwrap();
        let message = claimed(&store, 2, &mail("2@x.example", "06")).await;
        let mut filled_fields = before.fields.clone();
        filled_fields[FieldName::Phone].reading =
            Reading::Present(Value::Phone("+33261910012".into()));
        let joining = |version| {
            let filled = Filled {
                incident: before.id,
                version,
                fields: filled_fields.clone(),
                changed: vec![FieldName::Phone],
                to_ask: asks()[1..].to_vec(),
                major_suspected: false,
                concerns: vec![Concern::SameMessageId],
                subject: before.subject.clone(),
                status: Some(Status::ToReview),
                is_answer: true,
                address: Some("collegue@chu.example".into()),
                threading: Threading::default(),
                proposals: Vec::new(),
                supersedes: None,
                noted: Vec::new(),
            };
            outcome(message, Effect::Joined(Box::new(filled), silent()))
        };
        let late = store
            .commit_outcome(&joining(before.version + 1), at(3))
            .await;
        assert!(matches!(late, Err(StoreError::Conflict(_))));
        assert_eq!(
            store
                .limits("c.lebreton@chu.example", "", at(3))
                .await
                .unwrap()
                .to_address_hour,
            1
        );
        store
            .commit_outcome(&joining(before.version), at(3))
            .await
            .unwrap();
        assert_eq!(
            store
                .limits("c.lebreton@chu.example", "", at(3))
                .await
                .unwrap()
                .to_address_hour,
            0
        );
        let after = store.incident(&reference).await.unwrap().unwrap();
        assert_eq!(after.version, before.version + 1);
        assert_eq!(after.fields, filled_fields);
        assert_eq!(
            after.field_messages.get(&FieldName::Phone).copied(),
            Some(message)
        );
        assert_eq!(
            after.field_messages.get(&FieldName::Entity).copied(),
            Some(committed.message)
        );
        assert_eq!(after.to_ask, asks()[1..]);
        assert_eq!(after.concerns, [Concern::SameMessageId]);
        assert!(
            store
                .is_known_address(after.id, "Collegue@chu.example")
                .await
                .unwrap()
        );
        assert!(
            !store
                .is_known_address(after.id, "autre@chu.example")
                .await
                .unwrap()
        );
        assert_eq!(store.messages_of(&reference).await.unwrap().len(), 2);
        let history = store.history(&reference).await.unwrap();
        let attached = history
            .iter()
            .find(|event| event.kind == EventKind::MessageAttached);
        assert_eq!(attached.unwrap().detail, "phone");
    })
    .await;
}

#[tokio::test]
async fn a_bounce_is_linked_to_its_incident_and_shown_to_a_person() {
    on_both(|store| async move {
        let reference = opened(&store, 1, silent()).await.reference.unwrap();
        let id = store.incident_id(&reference).await.unwrap().unwrap();
        for uid in [2, 3] {
            let message = claimed(&store, uid, &mail(&format!("{uid}@x.example"), "x")).await;
            let bounce = outcome(message, bounced(id, None));
            store.commit_outcome(&bounce, at(3)).await.unwrap();
        }
        let incident = store.incident(&reference).await.unwrap().unwrap();
        assert_eq!(incident.concerns, [Concern::Bounced]);
        assert_eq!(store.messages_of(&reference).await.unwrap().len(), 3);
        let message = claimed(&store, 9, &mail("9@x.example", "x")).await;
        let effect = bounced(IncidentId(999), None);
        let lost = store.commit_outcome(&outcome(message, effect), at(3)).await;
        assert!(lost.is_err());
    })
    .await;
}

/// Sends a mail that is due.
async fn sent(store: &Store, id: i64, seconds: i64) {
    let due = store.claim_outbox(at(seconds), LEASE, 9).await.unwrap();
    let claim = due.iter().find(|mail| mail.id == id).unwrap().claim;
    assert!(store.mark_sending(claim, at(seconds), LEASE).await.unwrap());
    store.mark_sent(claim, &[], at(seconds)).await.unwrap();
}

#[tokio::test]
async fn the_ticket_so_far_knows_what_was_made_and_what_left() {
    on_both(|store| async move {
        let opened = opened(&store, 1, answered(Template::E1, None, 0)).await;
        let (reference, first) = (opened.reference.unwrap(), opened.mail.unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let mut uid = 1;
        let mut join = |template: Template| {
            uid += 1;
            let (store, seen, reference) = (store.clone(), Arc::clone(&seen), reference.clone());
            async move {
                let incident = store.incident(&reference).await.unwrap().unwrap();
                let message = claimed(&store, uid, &uid.to_string().into_bytes()).await;
                let filled = Filled {
                    incident: incident.id,
                    version: incident.version,
                    fields: incident.fields,
                    changed: Vec::new(),
                    to_ask: incident.to_ask,
                    major_suspected: false,
                    concerns: Vec::new(),
                    subject: incident.subject,
                    status: None,
                    is_answer: true,
                    address: None,
                    threading: Threading::default(),
                    proposals: Vec::new(),
                    supersedes: None,
                    noted: Vec::new(),
                };
                let answering = Answering {
                    decide: Box::new(move |facts| {
                        seen.lock().unwrap().push(facts.ticket);
                        (answered(template, None, 0).decide)(facts)
                    }),
                    ..silent()
                };
                let effect = Effect::Joined(Box::new(filled), answering);
                let done = store.commit_outcome(&outcome(message, effect), at(4)).await;
                done.unwrap().mail.unwrap()
            }
        };
        let cancelled = join(Template::E3).await;
        assert!(store.cancel(cancelled, &By::command(at(5))).await.unwrap());
        sent(&store, first, 6).await;
        for template in [Template::E1c, Template::E3, Template::E4, Template::E2] {
            join(template).await;
        }
        join(Template::E10).await;
        let seen = seen.lock().unwrap().clone();
        let facts = |ticket: &Ticket| {
            (
                ticket.requests,
                ticket.asked,
                ticket.outage,
                ticket.followed_up,
                ticket.reminded,
                ticket.completed,
            )
        };
        let facts: Vec<_> = seen.iter().map(facts).collect();
        assert_eq!(
            facts,
            [
                (1, false, false, false, false, false),
                (1, true, false, false, false, false),
                (2, true, true, false, false, false),
                (3, true, true, true, false, false),
                (4, true, true, true, true, false),
                (4, true, true, true, true, true),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn snd_13_a_bounce_marks_the_address_and_holds_what_waits_for_it_until_a_release() {
    on_both(|store| async move {
        let committed = opened(&store, 1, answered(Template::E1, None, 0)).await;
        let (reference, mail) = (committed.reference.unwrap(), committed.mail.unwrap());
        let id = store.incident_id(&reference).await.unwrap().unwrap();
        sent(&store, mail, 3).await;
        let waiting = opened(&store, 2, answered(Template::E1, None, 600)).await;
        let waiting = waiting.mail.unwrap();
        let limits = || store.limits("C.Lebreton@chu.example", "", at(9));
        assert!(!limits().await.unwrap().undeliverable);

        // Delayed, then delivered after all: nothing is wrong.
        for (uid, about) in [(3, About::Delayed), (4, About::Arrived)] {
            let message = claimed(&store, uid, &uid.to_string().into_bytes()).await;
            let notice = Notice {
                incident: id,
                mail: Some(1),
                about,
            };
            let effect = Effect::Filed {
                notice: Some(notice),
                threading: Threading::default(),
            };
            let done = store.commit_outcome(&outcome(message, effect), at(4)).await;
            assert_eq!(done.unwrap().reference.as_ref(), Some(&reference));
        }
        let incident = store.incident(&reference).await.unwrap().unwrap();
        assert!(incident.concerns.is_empty());
        assert_eq!(incident.status, Status::Waiting);
        assert!(!limits().await.unwrap().undeliverable);
        assert!(
            store
                .undeliverable_addresses(&reference)
                .await
                .unwrap()
                .is_empty()
        );

        let message = claimed(&store, 5, b"bounce").await;
        store
            .commit_outcome(&outcome(message, bounced(id, Some(1))), at(5))
            .await
            .unwrap();
        let incident = store.incident(&reference).await.unwrap().unwrap();
        assert_eq!(incident.concerns, [Concern::Bounced]);
        assert_eq!(incident.status, Status::ToCall, "a person telephones");
        let entry = entry_of(&store, mail).await.unwrap();
        assert_eq!(
            (entry.state, entry.bounced_at),
            (MailState::Sent, Some(at(5)))
        );
        assert_eq!(entry.bounce_status, "5.1.1");
        // The outbox's own recipient, not the one that the report names.
        assert_eq!(
            store.undeliverable_addresses(&reference).await.unwrap(),
            ["c.lebreton@chu.example"]
        );
        assert!(limits().await.unwrap().undeliverable);
        let held = entry_of(&store, waiting).await.unwrap();
        assert_eq!(
            (held.state, held.review.as_str()),
            (MailState::Review, "undeliverable")
        );
        let history = store.history(&reference).await.unwrap();
        let notices: Vec<(Option<i64>, &str)> = history
            .iter()
            .filter(|event| event.kind == EventKind::NoticeReceived)
            .map(|event| (event.mail, event.detail.as_str()))
            .collect();
        assert_eq!(
            notices,
            [
                (Some(mail), "delayed"),
                (Some(mail), "arrived"),
                (Some(mail), "bounce")
            ]
        );
        assert!(store.release(waiting, &By::command(at(6))).await.unwrap());
        assert!(!limits().await.unwrap().undeliverable, "a person acted");
        let claim = store.claim_outbox(at(7), LEASE, 9).await.unwrap();
        assert_eq!(claim[0].id, waiting);
    })
    .await;
}

#[tokio::test]
async fn a_recipient_that_the_server_refuses_is_marked_like_one_that_bounces() {
    on_both(|store| async move {
        for (uid, error, is_marked) in [(1, "end 554", false), (2, "rcpt 550", true)] {
            let committed = opened(&store, uid, answered(Template::E1, None, 0)).await;
            let claim = store.claim_outbox(at(3), LEASE, 9).await.unwrap()[0].claim;
            assert_eq!(Some(claim.mail), committed.mail);
            assert!(store.mark_sending(claim, at(3), LEASE).await.unwrap());
            store.mark_permanent(claim, error, at(4)).await.unwrap();
            let reference = committed.reference.unwrap();
            let marked = store.undeliverable_addresses(&reference).await.unwrap();
            assert_eq!(!marked.is_empty(), is_marked, "{error}");
            let incident = store.incident(&reference).await.unwrap().unwrap();
            assert_eq!(incident.concerns.contains(&Concern::Bounced), is_marked);
        }
    })
    .await;
}

#[tokio::test]
async fn loop_03_the_circuit_opens_once_and_nothing_leaves_until_a_person_closes_it() {
    on_both(|store| async move {
        let before = opened(&store, 1, answered(Template::E1, None, 0)).await;
        assert!(!before.circuit_opened);
        assert_eq!(store.open_circuit().await.unwrap(), None);
        for (uid, opens) in [(2, true), (3, false)] {
            let over = Some(Review::AllLimit);
            let committed = opened(&store, uid, answered(Template::E1, over, 0)).await;
            assert_eq!(committed.circuit_opened, opens, "{uid}");
        }
        let circuit = store.open_circuit().await.unwrap().unwrap();
        assert_eq!(
            (circuit.reason.as_str(), circuit.opened_at),
            ("all_limit", at(2))
        );
        let limits = store.limits("x@y.example", "", at(9)).await.unwrap();
        assert!(limits.circuit_open);
        // What was made before waits too; what a person releases leaves.
        assert!(
            store
                .claim_outbox(at(9), LEASE, 9)
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(store.next_due().await.unwrap(), None);
        let held = store
            .list_outbox(Some(MailState::Review), None, 9)
            .await
            .unwrap();
        assert!(
            store
                .release(held[0].id, &By::command(at(9)))
                .await
                .unwrap()
        );
        assert_eq!(store.next_due().await.unwrap(), Some(at(9)));
        let claimed = store.claim_outbox(at(9), LEASE, 9).await.unwrap();
        assert_eq!(claimed.len(), 1);
        assert_eq!(claimed[0].id, held[0].id);

        assert!(store.close_circuit(&By::command(at(10))).await.unwrap());
        assert!(!store.close_circuit(&By::command(at(10))).await.unwrap());
        assert_eq!(store.open_circuit().await.unwrap(), None);
        let limits = store.limits("x@y.example", "", at(11)).await.unwrap();
        assert_eq!(
            (limits.circuit_open, limits.all_quarter),
            (false, 0),
            "it counts anew"
        );
        let claimed = store.claim_outbox(at(11), LEASE, 9).await.unwrap();
        assert_eq!(claimed[0].id, before.mail.unwrap());
    })
    .await;
}

#[tokio::test]
async fn loop_03_the_support_is_told_once_of_an_open_circuit() {
    let test = TestStore::sqlite().await;
    let mut file = SqliteConnection::connect(&test.url).await.unwrap();
    let mut alarms = async || -> Vec<(String, String, bool, bool)> {
        sqlx::query_as(
            "SELECT subject, cause, told_at IS NOT NULL, cleared_at IS NOT NULL FROM alarms",
        )
        .fetch_all(&mut file)
        .await
        .unwrap()
    };
    let over = || answered(Template::E1, Some(Review::AllLimit), 0);
    let row = |cleared| vec![("circuit".to_owned(), "all_limit".to_owned(), false, cleared)];
    for uid in 1..=3 {
        opened(&test.store, uid, over()).await;
    }
    assert_eq!(alarms().await, row(false), "one alarm for three mails");
    test.store.close_circuit(&By::command(at(3))).await.unwrap();
    assert_eq!(alarms().await, row(true));
    opened(&test.store, 4, over()).await;
    assert_eq!(alarms().await, row(false), "it is raised again");
    test.store.close().await;
}

#[tokio::test]
async fn loop_11_the_same_words_from_the_same_address_are_linked_and_not_answered_again() {
    on_both(|store| async move {
        let alike = |words: &str, since: i64| Answering {
            alike: Some(Alike {
                words_hash: words.into(),
                since: at(since),
            }),
            decide: Box::new(|facts| match facts.sent.likely_duplicate {
                true => Answer::Silent("likely_duplicate".into()),
                false => (answered(Template::E1, None, 0).decide)(facts),
            }),
            ..silent()
        };
        let first = opened(&store, 1, alike("words", 0)).await;
        assert!(first.mail.is_some());
        for (uid, words, since, is_duplicate) in [
            (2, "words", 0, true),
            (3, "words", 2, false),
            (4, "others", 0, false),
        ] {
            let committed = opened(&store, uid, alike(words, since)).await;
            assert_eq!(committed.mail.is_none(), is_duplicate, "{uid}");
            let reference = committed.reference.unwrap();
            let incident = store.incident(&reference).await.unwrap().unwrap();
            let concerns: &[Concern] = if is_duplicate {
                &[Concern::LikelyDuplicate]
            } else {
                &[]
            };
            assert_eq!(incident.concerns, concerns, "{uid}");
            let history = store.history(&reference).await.unwrap();
            let link = history
                .iter()
                .find(|event| event.kind == EventKind::LikelyDuplicate)
                .map(|event| event.detail.clone());
            let named = is_duplicate.then(|| "INC-26-00001".to_owned());
            assert_eq!(link, named, "{uid}");
        }
    })
    .await;
}

#[tokio::test]
async fn loop_08_what_is_set_aside_is_kept_raw_and_makes_no_incident() {
    on_both(|store| async move {
        let message = claimed(&store, 1, b"round and round").await;
        let effect = Effect::Quarantined("circling");
        let done = store.commit_outcome(&outcome(message, effect), at(3)).await;
        let done = done.unwrap();
        assert!(done.quarantined && done.reference.is_none());
        let rows = store.list_quarantined(9).await.unwrap();
        assert_eq!((rows.len(), rows[0].id), (1, message));
        assert_eq!(
            store.raw(message).await.unwrap().unwrap(),
            b"round and round"
        );
        assert!(
            store
                .claim_messages(at(9999), LEASE, 9)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(store.list_incidents(None, 9).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn several_instances_count_against_the_same_limits() {
    let test = TestStore::postgres().await;
    // Answers in incidents that are there already: no counter's row makes their writers wait.
    let mut outcomes = Vec::new();
    let counts = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    for uid in 1..=8 {
        let reference = opened(&test.store, uid, silent()).await.reference.unwrap();
        let incident = test.store.incident(&reference).await.unwrap().unwrap();
        let bytes = mail(&format!("again{uid}@chu.example"), "encore");
        let message = claimed(&test.store, 100 + uid, &bytes).await;
        let filled = Filled {
            incident: incident.id,
            version: incident.version,
            fields: incident.fields.clone(),
            changed: Vec::new(),
            to_ask: incident.to_ask.clone(),
            major_suspected: false,
            concerns: Vec::new(),
            subject: incident.subject.clone(),
            status: None,
            is_answer: false,
            address: None,
            threading: Threading::default(),
            proposals: Vec::new(),
            supersedes: None,
            noted: Vec::new(),
        };
        let seen = counts.clone();
        let answering = Answering {
            decide: Box::new(move |facts| {
                seen.lock().unwrap().push(facts.sent.to_address_day);
                (answered(Template::E1, None, 0).decide)(facts)
            }),
            ..silent()
        };
        outcomes.push(outcome(
            message,
            Effect::Joined(Box::new(filled), answering),
        ));
    }
    let mut instances = tokio::task::JoinSet::new();
    for outcome in outcomes {
        let url = test.url.clone();
        instances.spawn(async move {
            let store = Store::open(&url).await.unwrap();
            store.commit_outcome(&outcome, at(3)).await.unwrap();
            store.close().await;
        });
    }
    while let Some(done) = instances.join_next().await {
        done.unwrap();
    }
    let mut counts = counts.lock().unwrap().clone();
    counts.sort_unstable();
    assert_eq!(counts, [0, 1, 2, 3, 4, 5, 6, 7]);
    test.store.close().await;
}

#[tokio::test]
async fn the_next_look_at_the_outbox_is_for_the_first_mail_that_can_leave_or_whose_lease_ends() {
    on_both(|store| async move {
        for (message, hold) in [(1, 10), (2, 200), (3, 500), (4, 20)] {
            opened(&store, message, answered(Template::E1, None, hold)).await;
        }
        let next = || store.next_due();
        assert_eq!(next().await.unwrap(), Some(at(10)));
        let claimed = store
            .claim_outbox(at(30), TimeDelta::seconds(100), 9)
            .await
            .unwrap();
        assert_eq!(claimed.len(), 2);
        // Both are in hand until 130; the next falls due at 200.
        assert_eq!(next().await.unwrap(), Some(at(130)));
        let long = TimeDelta::seconds(1_000);
        for mail in &claimed {
            assert!(store.mark_sending(mail.claim, at(31), long).await.unwrap());
        }
        assert_eq!(next().await.unwrap(), Some(at(200)));
        let claimed = store.claim_outbox(at(501), LEASE, 9).await.unwrap();
        assert_eq!(claimed.len(), 2);
        assert_eq!(next().await.unwrap(), Some(at(501) + LEASE));
    })
    .await;
}

#[tokio::test]
async fn a_mail_leaves_once_after_its_hold_and_its_incident_waits() {
    on_both(|store| async move {
        let committed = opened(&store, 1, answered(Template::E1, None, 120)).await;
        let reference = committed.reference.unwrap();
        let id = committed.mail.unwrap();
        assert_eq!(store.next_due().await.unwrap(), Some(at(120)));
        let claim = |seconds| store.claim_outbox(at(seconds), LEASE, 9);
        assert!(claim(119).await.unwrap().is_empty(), "held");
        let mail = claim(120).await.unwrap().remove(0);
        assert_eq!(mail.reference, reference.to_string());
        assert_eq!((mail.sequence, mail.attempts), (1, 1));
        assert_eq!(mail.mime, b"Subject: x\r\n\r\n\0\xff");
        assert_eq!(
            store.outbox_mime(id).await.unwrap(),
            Some(mail.mime.clone())
        );
        assert!(claim(121).await.unwrap().is_empty(), "leased");
        let early = store.mark_sent(mail.claim, &[], at(121)).await;
        assert!(matches!(early, Err(StoreError::Conflict(_))), "not begun");
        assert!(
            store
                .mark_sending(mail.claim, at(121), LEASE)
                .await
                .unwrap()
        );
        assert!(
            !store
                .mark_sending(mail.claim, at(121), LEASE)
                .await
                .unwrap()
        );
        let begun = entry_of(&store, id).await.unwrap();
        assert_eq!(begun.sending_since, Some(at(121)));
        store.mark_sent(mail.claim, &[], at(122)).await.unwrap();
        assert!(claim(9999).await.unwrap().is_empty());
        assert_eq!(store.next_due().await.unwrap(), None);
        let entry = entry_of(&store, id).await.unwrap();
        assert_eq!(entry.state, MailState::Sent);
        assert_eq!(entry.sent_at, Some(at(122)));
        assert_eq!(store.mails_of(&reference).await.unwrap(), [entry]);
        let incident = store.incident(&reference).await.unwrap().unwrap();
        assert_eq!(incident.status, Status::Waiting);
        let last = store.history(&reference).await.unwrap().pop().unwrap();
        assert_eq!(
            (last.kind, last.detail.as_str()),
            (EventKind::StatusChanged, "waiting")
        );
        assert!(!store.release(id, &By::command(at(123))).await.unwrap());
        assert!(!store.cancel(id, &By::command(at(123))).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_failed_is_tried_again_when_due_and_refused_ones_wait_for_a_person() {
    on_both(|store| async move {
        let id = opened(&store, 1, answered(Template::E1, None, 0))
            .await
            .mail
            .unwrap();
        store.claim_outbox(at(10), LEASE, 9).await.unwrap();
        assert!(
            store
                .mark_sending(claim(id, 1), at(10), LEASE)
                .await
                .unwrap()
        );
        store
            .mark_temporary(claim(id, 1), "451", at(300), true)
            .await
            .unwrap();
        assert!(
            store
                .claim_outbox(at(299), LEASE, 9)
                .await
                .unwrap()
                .is_empty()
        );
        let again = store
            .claim_outbox(at(300), LEASE, 9)
            .await
            .unwrap()
            .remove(0);
        assert_eq!(again.attempts, 2);
        assert_eq!(again.first_due, at(0));
        // Refused before it was begun.
        store
            .mark_permanent(again.claim, "550", at(301))
            .await
            .unwrap();
        let failed = store
            .list_outbox(Some(MailState::Failed), None, 9)
            .await
            .unwrap();
        assert_eq!((failed[0].id, failed[0].last_error.as_str()), (id, "550"));
        assert_eq!(store.counts().await.unwrap().for_person, 1);
        let incident = store.list_incidents(None, 9).await.unwrap().remove(0);
        assert_eq!(incident.concerns, [Concern::NotTold]);
        assert!(!store.release(id, &By::command(at(302))).await.unwrap());
        assert!(store.resend(id, &By::command(at(302))).await.unwrap());
        assert!(!store.resend(id, &By::command(at(302))).await.unwrap());
        let released = store
            .claim_outbox(at(302), LEASE, 9)
            .await
            .unwrap()
            .remove(0);
        assert!(released.released);
        assert_eq!((released.first_due, released.attempts), (at(302), 1));
    })
    .await;
}

#[tokio::test]
async fn a_crash_while_sending_leaves_the_mail_in_doubt_and_one_before_it_does_not() {
    on_both(|store| async move {
        let begun = opened(&store, 1, answered(Template::E1, None, 0))
            .await
            .mail
            .unwrap();
        let only_claimed = opened(&store, 2, answered(Template::E1, None, 0))
            .await
            .mail
            .unwrap();
        store.claim_outbox(at(10), LEASE, 9).await.unwrap();
        assert!(
            store
                .mark_sending(claim(begun, 1), at(10), LEASE)
                .await
                .unwrap()
        );
        assert_eq!(store.settle_interrupted(at(69)).await.unwrap(), 0);
        assert_eq!(store.settle_interrupted(at(70)).await.unwrap(), 1);
        let again = store.claim_outbox(at(70), LEASE, 9).await.unwrap();
        let ids: Vec<i64> = again.iter().map(|mail| mail.id).collect();
        assert_eq!(ids, [only_claimed]);
        let entry = entry_of(&store, begun).await.unwrap();
        assert_eq!(entry.state, MailState::InDoubt);
        // The slow server's late word still counts.
        store.mark_sent(claim(begun, 1), &[], at(80)).await.unwrap();
        assert!(
            store
                .mark_sending(claim(only_claimed, 2), at(80), LEASE)
                .await
                .unwrap()
        );
        store
            .mark_in_doubt(claim(only_claimed, 2), "cut", at(81))
            .await
            .unwrap();
        assert_eq!(store.counts().await.unwrap().for_person, 1);
    })
    .await;
}

#[tokio::test]
async fn snd_09_what_a_slow_instance_hears_late_does_not_undo_what_another_has_begun() {
    on_both(|store| async move {
        let id = opened(&store, 1, answered(Template::E1, None, 0))
            .await
            .mail
            .unwrap();
        let slow = store.claim_outbox(at(10), LEASE, 9).await.unwrap()[0].claim;
        assert!(store.mark_sending(slow, at(10), LEASE).await.unwrap());
        assert_eq!(store.settle_interrupted(at(70)).await.unwrap(), 1);
        assert!(store.resend(id, &By::command(at(80))).await.unwrap());
        let quick = store.claim_outbox(at(80), LEASE, 9).await.unwrap()[0].claim;
        assert_eq!((slow, quick), (claim(id, 1), claim(id, 2)));
        assert!(!store.mark_sending(slow, at(80), LEASE).await.unwrap());
        assert!(store.mark_sending(quick, at(81), LEASE).await.unwrap());
        let late = [
            store.mark_temporary(slow, "data 451", at(82), true).await,
            store.mark_permanent(slow, "data 554", at(82)).await,
            store.mark_in_doubt(slow, "dot cut", at(82)).await,
            store.mark_sent(slow, &[], at(82)).await,
        ];
        for late in late {
            assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
        }
        assert!(!store.give_back_mail(slow).await.unwrap());
        let entry = entry_of(&store, id).await.unwrap();
        assert_eq!(
            (entry.state, entry.sending_since),
            (MailState::Sending, Some(at(81)))
        );
        store.mark_sent(quick, &[], at(83)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_left_after_all_is_not_sent_a_second_time_though_a_person_asked_for_it() {
    on_both(|store| async move {
        let id = opened(&store, 1, answered(Template::E1, None, 0))
            .await
            .mail
            .unwrap();
        let claim = store.claim_outbox(at(10), LEASE, 9).await.unwrap()[0].claim;
        assert!(store.mark_sending(claim, at(10), LEASE).await.unwrap());
        store.settle_interrupted(at(70)).await.unwrap();
        assert!(store.resend(id, &By::command(at(80))).await.unwrap());
        store.mark_sent(claim, &[], at(81)).await.unwrap();
        let due = store.claim_outbox(at(9999), LEASE, 9).await.unwrap();
        assert!(due.is_empty());
    })
    .await;
}

#[tokio::test]
async fn snd_09_what_a_dead_instance_held_is_settled_at_once_and_what_the_living_hold_is_not() {
    on_both(|store| async move {
        let dead = store.join(at(0)).await.unwrap();
        let living = store.join(at(0)).await.unwrap();
        let mut claims = Vec::new();
        for (uid, owner) in [(1, &dead), (2, &dead), (3, &living), (4, &living)] {
            opened(&store, uid, answered(Template::E1, None, 0)).await;
            let mail = owner.claim_outbox(at(10), LEASE, 9).await.unwrap();
            claims.push(mail[0].claim);
        }
        for begun in [claims[0], claims[2]] {
            assert!(store.mark_sending(begun, at(11), LEASE).await.unwrap());
        }
        let mut seen = living.beat(at(11)).await.unwrap();
        seen.retain(|peer| Some(peer.id) == dead.instance());
        assert_eq!(living.bury(&seen, at(12)).await.unwrap().in_doubt, 1);
        let mut mails = store.list_outbox(None, None, 9).await.unwrap();
        mails.reverse();
        let states: Vec<_> = mails
            .into_iter()
            .map(|mail| (mail.state, mail.attempts))
            .collect();
        assert_eq!(
            states,
            [
                (MailState::InDoubt, 1),
                (MailState::Queued, 0),
                (MailState::Sending, 1),
                (MailState::Queued, 1)
            ]
        );
        let again = living.claim_outbox(at(12), LEASE, 9).await.unwrap();
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].id, claims[1].mail);
        // What the dead one's server said after all still counts.
        store.mark_sent(claims[0], &[], at(13)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_a_mail_that_was_not_begun_gives_back_is_as_before() {
    on_both(|store| async move {
        let id = opened(&store, 1, answered(Template::E1, None, 0))
            .await
            .mail
            .unwrap();
        for number in 1..=2 {
            let mail = store
                .claim_outbox(at(10), LEASE, 9)
                .await
                .unwrap()
                .remove(0);
            assert_eq!((mail.claim, mail.attempts), (claim(id, number), 1));
            if number == 2 {
                assert!(store.mark_sending(mail.claim, at(10), LEASE).await.unwrap());
            }
            assert!(store.give_back_mail(mail.claim).await.unwrap());
            assert!(!store.give_back_mail(mail.claim).await.unwrap());
            let entry = entry_of(&store, id).await.unwrap();
            assert_eq!((entry.state, entry.attempts), (MailState::Queued, 0));
            assert_eq!(entry.sending_since, None);
        }
    })
    .await;
}

#[tokio::test]
async fn a_mail_waits_for_the_earlier_ones_of_its_incident_that_are_due_or_under_way() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let store = &test.store;
        let first = opened(store, 1, answered(Template::E1, None, 0)).await;
        test.alter(
            "INSERT INTO outbox (incident_id, sequence, answers, template, is_request, recipient,
                address, domain, subject, message_id, envelope_from, mime, text, body_hash,
                numbers, state, review, created_at, first_due, due_at, attempts, last_error,
                released)
             SELECT incident_id, 2, answers, template, is_request, recipient, address, domain,
                subject, '<second@vigie.example>', envelope_from, mime, text, body_hash, numbers,
                state, review, created_at, first_due, due_at, attempts, last_error, released
             FROM outbox",
        )
        .await;
        let claimed = async |seconds| {
            let mails = store.claim_outbox(at(seconds), LEASE, 9).await.unwrap();
            mails
                .into_iter()
                .map(|mail| (mail.sequence, mail.claim))
                .collect::<Vec<_>>()
        };
        let one = claimed(10).await;
        assert_eq!(one, [(1, claim(first.mail.unwrap(), 1))]);
        assert!(claimed(10).await.is_empty(), "the first is under way");
        assert!(store.mark_sending(one[0].1, at(11), LEASE).await.unwrap());
        assert!(claimed(12).await.is_empty(), "the first is being sent");
        store
            .mark_temporary(one[0].1, "rcpt 451", at(130), true)
            .await
            .unwrap();
        // One that is put off keeps nobody waiting.
        let two = claimed(13).await;
        assert_eq!(two.len(), 1);
        assert_eq!(two[0].0, 2);
        store.close().await;
    }
}

#[tokio::test]
async fn a_mail_that_cannot_be_understood_is_set_aside_and_the_next_one_leaves() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let store = &test.store;
        let odd = opened(store, 1, answered(Template::E1, None, 0)).await;
        test.alter("UPDATE outbox SET template = 'E99'").await;
        let sound = opened(store, 2, answered(Template::E1, None, 0)).await;
        let claimed = store.claim_outbox(at(10), LEASE, 1).await.unwrap();
        assert_eq!(claimed[0].id, sound.mail.unwrap());
        let entry = entry_of(store, odd.mail.unwrap()).await.unwrap();
        assert_eq!(
            (entry.state, entry.last_error.as_str()),
            (MailState::Failed, "unreadable template")
        );
        store.close().await;
    }
}

/// Only a mail that a person had sent again may have left twice; one that was let leave may not.
#[tokio::test]
async fn n_5_a_mail_that_left_twice_is_a_fault_though_a_person_let_it_leave() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let store = &test.store;
        let made = opened(store, 1, answered(Template::E1, Some(Review::Mode), 0)).await;
        let id = made.mail.unwrap();
        assert!(store.release(id, &By::command(at(5))).await.unwrap());
        sent(store, id, 6).await;
        let found = async || {
            let faults = store.deep().await.unwrap().faults;
            let faults = faults.into_iter().filter(|fault| fault.invariant == "N5");
            faults.map(|fault| fault.text).collect::<Vec<_>>()
        };
        assert_eq!(found().await, [""; 0]);
        test.alter(
            "INSERT INTO history (incident_id, at, kind, outbox_id, detail)
             SELECT incident_id, at, kind, outbox_id, detail FROM history WHERE kind = 'mail_sent'",
        )
        .await;
        assert_eq!(
            found().await,
            [format!("mail {id} was sent more than once")]
        );
    }
}

#[tokio::test]
async fn what_waits_to_leave_is_counted_from_when_it_was_first_due() {
    on_both(|store| async move {
        let waiting = async |now: i64| {
            let deadlines = Deadlines {
                now: at(now),
                read: at(now),
                sent: at(now),
            };
            let vitals = store.vitals(BOX, deadlines).await.unwrap();
            (vitals.unsent, vitals.unsent_since)
        };
        assert_eq!(waiting(10).await, (0, None));
        for (uid, hold) in [(1, 5), (2, 120)] {
            opened(&store, uid, answered(Template::E1, None, hold)).await;
        }
        opened(&store, 3, answered(Template::E1, Some(Review::Mode), 0)).await;
        let claim = store.claim_outbox(at(5), LEASE, 9).await.unwrap()[0].claim;
        store
            .mark_temporary(claim, "rcpt 451", at(400), true)
            .await
            .unwrap();
        assert_eq!(waiting(119).await, (1, Some(at(5))));
        assert_eq!(waiting(120).await, (2, Some(at(5))));
    })
    .await;
}

#[tokio::test]
async fn snd_03_an_incident_says_that_nobody_was_told_until_somebody_was() {
    on_both(|store| async move {
        let committed = opened(&store, 1, answered(Template::E1, None, 0)).await;
        let (id, reference) = (committed.mail.unwrap(), committed.reference.unwrap());
        let concerns = async || {
            let incident = store.incident(&reference).await.unwrap().unwrap();
            incident.concerns
        };
        let first = store.claim_outbox(at(10), LEASE, 9).await.unwrap()[0].claim;
        store
            .mark_temporary(first, "rcpt 451", at(130), true)
            .await
            .unwrap();
        assert_eq!(concerns().await, []);
        assert_eq!(store.set_back_old(at(9), at(90_000)).await.unwrap(), 1);
        assert_eq!(concerns().await, [Concern::NotTold]);
        let entry = entry_of(&store, id).await.unwrap();
        assert_eq!(
            (entry.review.as_str(), entry.last_error.as_str()),
            ("too_old", "rcpt 451")
        );
        assert!(store.release(id, &By::command(at(90_001))).await.unwrap());
        let again = store.claim_outbox(at(90_001), LEASE, 9).await.unwrap()[0].claim;
        assert!(store.mark_sending(again, at(90_002), LEASE).await.unwrap());
        store.mark_sent(again, &[], at(90_003)).await.unwrap();
        assert_eq!(concerns().await, []);
    })
    .await;
}

#[tokio::test]
async fn a_person_releases_and_cancels_what_has_not_left() {
    on_both(|store| async move {
        let review = Some(Review::TicketTool);
        let held = opened(&store, 1, answered(Template::E1, None, 500))
            .await
            .mail
            .unwrap();
        let waits = opened(&store, 2, answered(Template::E1, review, 0))
            .await
            .mail
            .unwrap();
        let gone = opened(&store, 3, answered(Template::E2, None, 0)).await;
        assert_eq!(entry_of(&store, waits).await.unwrap().review, "ticket_tool");
        assert!(
            store
                .cancel(gone.mail.unwrap(), &By::command(at(3)))
                .await
                .unwrap()
        );
        assert!(
            !store
                .cancel(gone.mail.unwrap(), &By::command(at(3)))
                .await
                .unwrap()
        );
        assert!(
            !store
                .release(gone.mail.unwrap(), &By::command(at(3)))
                .await
                .unwrap()
        );
        assert!(!store.release(999, &By::command(at(3))).await.unwrap());
        assert!(
            store
                .claim_outbox(at(4), LEASE, 9)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(store.release(held, &By::command(at(5))).await.unwrap());
        assert!(store.release(waits, &By::command(at(6))).await.unwrap());
        let claimed = store.claim_outbox(at(7), LEASE, 9).await.unwrap();
        let ids: Vec<i64> = claimed.iter().map(|mail| mail.id).collect();
        assert_eq!(ids, [held, waits]);
        // Taken back between the claim and the sending.
        assert!(store.cancel(held, &By::command(at(8))).await.unwrap());
        assert!(
            !store
                .mark_sending(claimed[0].claim, at(8), LEASE)
                .await
                .unwrap()
        );
        let history = store.history(&gone.reference.unwrap()).await.unwrap();
        assert_eq!(history.last().unwrap().kind, EventKind::MailCancelled);
    })
    .await;
}

#[tokio::test]
async fn an_old_mail_waits_for_a_person_unless_one_released_it() {
    on_both(|store| async move {
        let old = opened(&store, 1, answered(Template::E1, None, 0))
            .await
            .mail
            .unwrap();
        let released = opened(&store, 2, answered(Template::E1, None, 0))
            .await
            .mail
            .unwrap();
        assert!(store.release(released, &By::command(at(3))).await.unwrap());
        assert_eq!(
            store.set_back_old(at(2), at(90_000)).await.unwrap(),
            0,
            "made at 2"
        );
        assert_eq!(store.set_back_old(at(3), at(90_000)).await.unwrap(), 1);
        let entry = entry_of(&store, old).await.unwrap();
        assert_eq!(entry.state, MailState::Review);
        assert_eq!(entry.review, "too_old");
        let claimed = store.claim_outbox(at(90_000), LEASE, 9).await.unwrap();
        assert_eq!(claimed.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn limits_count_what_was_made_and_not_what_was_cancelled() {
    on_both(|store| async move {
        let first = opened(&store, 1, answered(Template::E1c, None, 0))
            .await
            .mail
            .unwrap();
        opened(&store, 2, answered(Template::E1, Some(Review::Mode), 0)).await;
        let sent = |seconds| {
            let store = store.clone();
            async move {
                store
                    .limits("c.LEBRETON@chu.example", "hash", at(seconds))
                    .await
                    .unwrap()
            }
        };
        let now = sent(10).await;
        assert_eq!((now.to_address_hour, now.to_address_day), (2, 2));
        assert_eq!((now.outage_to_address_day, now.same_body_day), (1, 2));
        // What waits for a person keeps nobody else from theirs.
        assert_eq!((now.to_domain_quarter, now.all_quarter), (1, 1));
        let later = sent(1000).await;
        assert_eq!((later.all_quarter, later.to_address_hour), (0, 2));
        let tomorrow = sent(86_403).await;
        assert_eq!((tomorrow.to_address_day, tomorrow.same_body_day), (0, 0));
        store.cancel(first, &By::command(at(3))).await.unwrap();
        let now = sent(10).await;
        assert_eq!((now.all_quarter, now.to_address_day), (0, 1));
        let elsewhere = store.limits("a@b.example", "other", at(10)).await.unwrap();
        assert_eq!((elsewhere.to_address_day, elsewhere.all_quarter), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn two_senders_never_get_the_same_mail() {
    on_both(|store| async move {
        for uid in 1..=12 {
            opened(&store, uid, answered(Template::E1, None, 0)).await;
        }
        let mut tasks = Vec::new();
        for _ in 0..6 {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let claimed = store.claim_outbox(at(10), LEASE, 2).await.unwrap();
                    if claimed.is_empty() {
                        return mine;
                    }
                    mine.extend(claimed.into_iter().map(|mail| mail.id));
                }
            }));
        }
        let mut all = Vec::new();
        for task in tasks {
            all.extend(task.await.unwrap());
        }
        let unique: HashSet<_> = all.iter().collect();
        assert_eq!((all.len(), unique.len()), (12, 12));
    })
    .await;
}

#[tokio::test]
async fn what_was_committed_is_there_after_a_restart_and_nothing_else() {
    for mut test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let message = claimed(&test.store, 1, &mail("1@x.example", "x")).await;
        let effect = opening(message, answered(Template::E1, None, 0));
        // Dropped at its first await: as if the process had been killed there.
        drop(test.store.commit_outcome(&effect, at(2)));
        test.reopen().await;
        assert!(test.store.list_incidents(None, 9).await.unwrap().is_empty());
        let again = test.store.claim_messages(at(100), LEASE, 9).await.unwrap();
        assert_eq!(again[0].id, message);
        let committed = test.store.commit_outcome(&effect, at(101)).await.unwrap();
        test.reopen().await;
        let kept = test
            .store
            .incident(&committed.reference.unwrap())
            .await
            .unwrap();
        assert_eq!(
            kept.unwrap().fields[FieldName::Entity],
            fields()[FieldName::Entity]
        );
        test.store.close().await;
    }
}

/// Makes the database refuse every row of a table, as a full disk would in the midst of a commit.
async fn refuse_rows(test: &TestStore, table: &str) {
    if test.url.starts_with("sqlite:") {
        let mut file = SqliteConnection::connect(&test.url).await.unwrap();
        let trigger = format!(
            "CREATE TRIGGER refuse BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END"
        );
        sqlx::raw_sql(AssertSqlSafe(trigger))
            .execute(&mut file)
            .await
            .unwrap();
    } else {
        let mut server = PgConnection::connect(&test.url).await.unwrap();
        let trigger = format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'no'; END $$;
             CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
        );
        sqlx::raw_sql(AssertSqlSafe(trigger))
            .execute(&mut server)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn an_effect_that_fails_at_its_last_row_leaves_nothing_behind() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let message = claimed(&test.store, 1, &mail("1@x.example", "x")).await;
        refuse_rows(&test, "outbox").await;
        let effect = opening(message, answered(Template::E1, None, 0));
        assert!(test.store.commit_outcome(&effect, at(2)).await.is_err());
        let several = test.store.commit_outcomes(&[effect], at(2)).await.unwrap();
        assert!(several[0].is_err());
        let store = &test.store;
        assert!(store.list_incidents(None, 9).await.unwrap().is_empty());
        assert_eq!(store.counts().await.unwrap().waiting, 1);
        // The number was not spent.
        let quiet = store
            .commit_outcome(&opening(message, silent()), at(3))
            .await
            .unwrap();
        assert_eq!(quiet.reference, Some(Reference::new("INC", 2026, 1)));
        test.store.close().await;
    }
}

#[tokio::test]
async fn a_batch_that_fails_at_its_last_row_leaves_the_cursor_where_it_was() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let store = &test.store;
        let cursor = |uidnext| Cursor {
            uidvalidity: 7,
            uidnext,
        };
        let first = [fetched(1, &mail("1@x.example", "x"))];
        store
            .record_batch(BOX, Some(cursor(2)), &first, at(0))
            .await
            .unwrap();
        refuse_rows(&test, "deliveries").await;
        let second = [fetched(2, &mail("2@x.example", "x"))];
        assert!(
            store
                .record_batch(BOX, Some(cursor(3)), &second, at(1))
                .await
                .is_err()
        );
        assert_eq!(store.cursor(BOX).await.unwrap(), Some(cursor(2)));
        assert_eq!(store.counts().await.unwrap().messages, 1);
        test.store.close().await;
    }
}

#[tokio::test]
async fn a_server_that_drops_our_connections_is_met_again_and_none_stays_in_a_transaction() {
    let test = TestStore::postgres().await;
    let mut other = PgConnection::connect(&test.url).await.unwrap();
    for seconds in 0..5 {
        sqlx::raw_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = 'vigie' AND datname = current_database()",
        )
        .execute(&mut other)
        .await
        .unwrap();
        let uid = u32::try_from(seconds).unwrap() + 1;
        let batch = [fetched(uid, &mail(&format!("{uid}@x.example"), "x"))];
        while let Err(error) = test
            .store
            .record_batch(BOX, None, &batch, at(seconds))
            .await
        {
            assert!(error.is_transient(), "{error:?}");
        }
    }
    assert_eq!(test.store.counts().await.unwrap().messages, 5);
    let (open,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'vigie'
            AND datname = current_database() AND state LIKE 'idle in transaction%'",
    )
    .fetch_one(&mut other)
    .await
    .unwrap();
    assert_eq!(open, 0);
}

#[tokio::test]
async fn what_is_no_database_of_ours_is_refused_with_its_reason_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(
        &text,
        "not a database, by far, but long enough to be read as one\n".repeat(99),
    )
    .unwrap();
    let before = std::fs::read(&text).unwrap();
    let refused = Store::open(&format!("sqlite:{}", text.display())).await;
    assert!(
        matches!(refused, Err(OpenError::NotADatabase(_))),
        "{refused:?}"
    );
    assert_eq!(std::fs::read(&text).unwrap(), before);
    let refused = Store::open("mysql://localhost/x").await;
    assert!(matches!(refused, Err(OpenError::Url)), "{refused:?}");
    let refused = Store::open("postgres://x@127.0.0.1:1/x").await;
    assert!(refused.is_err_and(|error| error.is_transient()));
    let refused = Store::open(&format!("sqlite:{}/sub/x.db", text.display())).await;
    assert!(matches!(refused, Err(OpenError::Folder(_))), "{refused:?}");
}

#[tokio::test]
async fn both_databases_have_the_same_tables_columns_and_indexes() {
    let (sqlite, postgres) = (TestStore::sqlite().await, TestStore::postgres().await);
    let mut file = SqliteConnection::connect(&sqlite.url).await.unwrap();
    let mut server = PgConnection::connect(&postgres.url).await.unwrap();
    let of_file: Vec<(String,)> = sqlx::query_as(
        "SELECT t.name || '.' || c.name || ' ' || c.type
            || CASE WHEN c.\"notnull\" = 1 THEN ' required' ELSE '' END AS line
         FROM sqlite_master t, pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE '%sql%'
            AND t.name NOT LIKE 'search_index%'
         UNION ALL SELECT 'index ' || name FROM sqlite_master
         WHERE type = 'index' AND sql IS NOT NULL AND name NOT LIKE '%sql%' ORDER BY line",
    )
    .fetch_all(&mut file)
    .await
    .unwrap();
    let of_server: Vec<(String,)> = sqlx::query_as(
        "SELECT table_name || '.' || column_name || CASE data_type
               WHEN 'bigint' THEN ' INTEGER' WHEN 'boolean' THEN ' INTEGER'
               WHEN 'text' THEN ' TEXT' WHEN 'timestamp with time zone' THEN ' TEXT'
               WHEN 'bytea' THEN ' BLOB' WHEN 'double precision' THEN ' REAL'
               ELSE data_type END
            || CASE WHEN is_nullable = 'NO' THEN ' required' ELSE '' END COLLATE \"C\" AS line
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name NOT LIKE '%sql%'
            AND table_name <> 'search_index'
         UNION ALL SELECT 'index ' || indexname FROM pg_indexes
         WHERE schemaname = 'public' AND indexname NOT LIKE '%\\_key'
            AND indexname NOT LIKE '%\\_pkey' AND indexname NOT LIKE 'search\\_index%'
         ORDER BY line",
    )
    .fetch_all(&mut server)
    .await
    .unwrap();
    assert!(of_file.len() > 90, "{}", of_file.len());
    assert_eq!(of_file, of_server);
}

#[tokio::test]
async fn a_database_of_a_newer_version_or_altered_is_refused() {
    for (change, is_newer) in [
        (
            "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 2",
            true,
        ),
        ("UPDATE _sqlx_migrations SET checksum = X'00'", false),
    ] {
        let test = TestStore::sqlite().await;
        test.store.close().await;
        let mut file = SqliteConnection::connect(&test.url).await.unwrap();
        sqlx::query(change).execute(&mut file).await.unwrap();
        file.close().await.unwrap();
        let refused = Store::open(&test.url).await;
        assert!(
            match refused {
                Err(OpenError::Newer(9999)) => is_newer,
                Err(OpenError::Altered(1)) => !is_newer,
                _ => false,
            },
            "{change}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn when_a_mails_ticket_was_received_is_known() {
    on_both(|store| async move {
        let message = claimed(&store, 1, &mail("1@x.example", "x")).await;
        let outcome = opening(message, answered(Template::E1, None, 5));
        let committed = store.commit_outcome(&outcome, at(5)).await.unwrap();
        let mail = committed.mail.unwrap();
        let received = store.ticket_received(mail).await.unwrap();
        assert_eq!(received, Some(at(0)));
        assert_eq!(store.ticket_received(mail + 1).await.unwrap(), None);
    })
    .await;
}
