//! The corpus of `fixtures/mail` against what this room owes to its gold files.
use super::{BlockKind, Email, LineRole};
use crate::text::fold;
use serde_json::Value;
use std::path::PathBuf;

fn golds() -> Vec<(PathBuf, Vec<u8>, Value)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir("fixtures/mail")
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "eml"))
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let raw = std::fs::read(&path).unwrap();
            let gold = std::fs::read(path.with_extension("gold.json")).unwrap();
            (path, raw, serde_json::from_slice(&gold).unwrap())
        })
        .collect()
}

fn words(text: &str) -> String {
    fold(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_attachment_of_the_corpus_has_its_role() {
    for (path, raw, gold) in golds() {
        let email = Email::parse(&raw);
        let Some(expected) = gold["attachments"].as_object() else {
            continue;
        };
        for (name, role) in expected {
            let found = email.attachments.iter().find(|a| &a.filename == name);
            assert_eq!(
                found.map(|a| a.role.as_str()),
                role.as_str(),
                "{path:?} {name}"
            );
        }
    }
}

#[test]
fn the_declarants_words_are_own_words_in_every_message_of_the_corpus() {
    for (path, raw, gold) in golds() {
        let email = Email::parse(&raw);
        let own: String = email
            .body
            .lines
            .iter()
            .filter(|line| line.role == LineRole::Own || quoted_own(&email, line.block))
            .map(|line| format!("{} ", &email.body.text[line.span.clone()]))
            .collect();
        let own = words(&format!("{} {own}", email.subject));
        let description = &gold["fields"]["description"];
        for must in description["must"].as_array().into_iter().flatten() {
            let must = must.as_str().unwrap();
            assert!(own.contains(&words(must)), "{path:?} {must}");
        }
    }
}

fn quoted_own(email: &Email<'_>, block: Option<usize>) -> bool {
    block.is_some_and(|at| email.body.blocks[at].kind == BlockKind::OwnEarlier)
}
