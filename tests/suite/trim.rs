//! Trimming marks and cuts nothing: a set of French replies and forwards as clients write them, each
//! with what must be own words and what must be marked as something else (`spec/pains.md`, 24).

use std::path::{Path, PathBuf};

use serde_json::Value;
use vigie::domain::form::Form;
use vigie::extract::{Context, extract};
use vigie::mail::{BlockKind, Body, Email, LineRole};

/// Every message of the set with its labels.
fn set() -> Vec<(PathBuf, Vec<u8>, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/trim");
    let mut messages = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "eml") {
            let gold = std::fs::read(path.with_extension("gold.json")).unwrap();
            let raw = std::fs::read(&path).unwrap();
            messages.push((path, raw, serde_json::from_slice(&gold).unwrap()));
        }
    }
    messages.sort_by(|one, other| one.0.cmp(&other.0));
    messages
}

fn own_text(raw: &[u8]) -> String {
    let context = Context {
        received_at: chrono::DateTime::UNIX_EPOCH,
        own_addresses: &["support@vigie.example".to_owned()],
        mark: "INC",
        key: None,
    };
    extract(&Email::parse(raw), Form::si_samu(), &context).own_text
}

/// Runs of blanks made one: tabs of tables and no-break spaces say the same as a space.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .map(|v| v.as_str().unwrap())
}

/// Whether a line with these words has the role that the label names.
fn is_marked(body: &Body, role: &str, words: &str) -> bool {
    body.lines.iter().any(|line| {
        let forwarded = line
            .block
            .is_some_and(|block| body.blocks[block].kind == BlockKind::Forwarded);
        let fits = match role {
            "signature" => line.role == LineRole::Signature,
            "notice" => line.role == LineRole::Notice,
            "banner" => line.role == LineRole::Banner,
            "device" => line.role == LineRole::Device,
            "header" => line.role == LineRole::QuoteHeader,
            "quoted" => line.role == LineRole::Quoted,
            "forwarded" => line.role == LineRole::Own && forwarded,
            other => panic!("no role is called {other}"),
        };
        fits && plain(&body.text[line.span.clone()]).contains(&plain(words))
    })
}

#[test]
fn own_words_are_kept_and_all_else_is_marked() {
    let set = set();
    let mut faults = Vec::new();
    for (path, raw, gold) in &set {
        let name = path.file_stem().unwrap().to_string_lossy();
        let (own, body) = (plain(&own_text(raw)), Email::parse(raw).body);
        let mut fault = |what: &str, words: &str| faults.push(format!("{name}: {what}: {words}"));
        for words in strings(&gold["must"]) {
            if !own.contains(&plain(words)) {
                fault("lost", words);
            }
        }
        for words in strings(&gold["must_not"]) {
            if own.contains(&plain(words)) {
                fault("kept", words);
            }
        }
        for (role, list) in gold["marked"].as_object().unwrap() {
            for words in strings(list) {
                if own.contains(&plain(words)) {
                    fault("kept", words);
                }
                if !is_marked(&body, role, words) {
                    fault(&format!("not marked as {role}"), words);
                }
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} of {}:\n{}",
        faults.len(),
        set.len(),
        faults.join("\n")
    );
}

#[test]
fn bytes_kept_and_bytes_marked_are_the_body() {
    for (path, raw, _) in set() {
        let body = Email::parse(&raw).body;
        let mut at = 0;
        for line in &body.lines {
            let between = &body.text[at..line.span.start];
            assert!(
                between.chars().all(|c| matches!(c, '\n' | '>' | ' ')),
                "{path:?}: {between:?} is in no line"
            );
            at = line.span.end;
        }
        assert_eq!(at, body.text.len(), "{path:?}");
    }
}
