//! Declarations with known gaps, from raw bytes to the request: what is asked is what is missing.

use crate::pipeline::Line;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use vigie::domain::field::FieldName;
use vigie::domain::form::{Ask, Item};
use vigie::domain::outgoing::MailState;

/// A labelled declaration.
struct Labelled {
    name: String,
    raw: Vec<u8>,
    /// What must be asked for.
    must: BTreeSet<String>,
    /// What must not.
    never: BTreeSet<String>,
}

impl Labelled {
    fn new(gold: &Path) -> Option<Self> {
        let told: Value = serde_json::from_slice(&std::fs::read(gold).unwrap()).unwrap();
        if told["kind"] != "declaration" {
            return None;
        }
        let (mut must, mut never) = (BTreeSet::new(), BTreeSet::new());
        for name in FieldName::ALL {
            let name = name.as_str();
            let state = &told["fields"][name]["state"];
            let states = state.as_array().cloned().unwrap_or(vec![state.clone()]);
            let is_gap = |state: &Value| matches!(state.as_str(), Some("missing" | "unclear"));
            if states.iter().all(is_gap) {
                must.insert(name.to_owned());
            } else if !states.iter().any(is_gap) {
                never.insert(name.to_owned());
            }
        }
        let roles = told["attachments"].as_object();
        let is_shown = roles.is_some_and(|roles| roles.values().any(|role| role == "screenshot"));
        let of_screenshot = if is_shown { &mut never } else { &mut must };
        of_screenshot.insert(Item::Screenshot.as_str().to_owned());
        let path = gold.to_string_lossy().replace(".gold.json", ".eml");
        Some(Self {
            name: path.clone(),
            raw: std::fs::read(path).unwrap(),
            must,
            never,
        })
    }
}

/// The labelled declarations of a folder of the fixtures, by name.
fn labelled(folder: &str) -> Vec<Labelled> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(folder);
    let mut golds: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".gold.json"))
        .collect();
    golds.sort();
    golds
        .iter()
        .filter_map(|gold| Labelled::new(gold))
        .collect()
}

fn asked(asks: &[Ask]) -> BTreeSet<String> {
    asks.iter()
        .map(|ask| ask.item.as_str().to_owned())
        .collect()
}

#[tokio::test]
async fn a_hundred_declarations_are_tickets_before_any_question_leaves_and_are_asked_for_what_they_lack()
 {
    let mut declarations = labelled("mail");
    let corpus = declarations.len();
    for batch in ["batches/2", "batches/7", "batches/8"] {
        declarations.extend(labelled(batch));
    }
    declarations.truncate(100);
    assert_eq!(declarations.len(), 100);
    let mut line = Line::new().await;
    line.receive_all(declarations.iter().map(|one| one.raw.clone()))
        .await;
    let mut done = 0;
    while done < 100 {
        let round = line.process(1).await;
        assert!(round.done > 0, "{done} of 100");
        done += round.done;
    }
    assert_eq!(line.incidents().await, 100);
    // Nothing has left yet, nor may before its hold.
    let mails = line.mails().await;
    let waits = |state: MailState| matches!(state, MailState::Queued | MailState::Review);
    assert!(mails.iter().all(|mail| waits(mail.state)));
    assert!(line.leave(120).await.is_empty());
    let (mut right, mut wrong) = (0, Vec::new());
    let mut undue = Vec::new();
    for (number, (labelled, message)) in declarations.iter().zip(line.messages().await).enumerate()
    {
        let reference = message.reference.expect("a declaration opens a ticket");
        let incident = line.store().incident(&reference).await.unwrap().unwrap();
        let asked = asked(&incident.to_ask);
        let false_asks: Vec<&String> = asked.intersection(&labelled.never).collect();
        if number < corpus && !false_asks.is_empty() {
            undue.push(format!("{}: {false_asks:?}", labelled.name));
        }
        if labelled.must.is_subset(&asked) && false_asks.is_empty() {
            right += 1;
        } else {
            wrong.push(format!(
                "{}: {asked:?}, not {:?}",
                labelled.name, labelled.must
            ));
        }
    }
    assert!(right >= 95, "{right} of 100\n{}", wrong.join("\n"));
    // E-17: nobody is asked for what they said, or said that they don't know.
    assert!(undue.is_empty(), "{}", undue.join("\n"));
}
