//! The labelled messages of `fixtures/mail`, with LF and with CRLF line ends: scored, printed, and
//! held above floors a little under what the reader reaches.

use serde_json::Value;
use std::path::{Path, PathBuf};
use vigie::cli::score::{Rate, Score};
use vigie::domain::form::Form;
use vigie::extract::{Context, extract};
use vigie::mail::Email;
use vigie::present::json::Parsed;

fn messages() -> Vec<(PathBuf, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail");
    let mut found: Vec<(PathBuf, Value)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".gold.json"))
        .map(|gold| {
            let value = serde_json::from_str(&std::fs::read_to_string(&gold).unwrap()).unwrap();
            (gold.with_extension("").with_extension("eml"), value)
        })
        .collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

fn score(line_ends: &str) -> Score {
    let mut score = Score::default();
    for (path, gold) in messages() {
        let raw = std::fs::read(&path).unwrap();
        let raw = with_line_ends(&raw, line_ends);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let email = Email::parse(&raw);
        let context = Context {
            received_at: chrono::DateTime::UNIX_EPOCH,
            own_addresses: &[],
            mark: "INC",
            key: None,
        };
        let form = Form::si_samu();
        let declaration = extract(&email, form, &context);
        let asks = form.ask(&declaration);
        let parsed = serde_json::to_value(Parsed::new(&name, &email, &declaration, &asks)).unwrap();
        score.add(&name, &gold, Some(&parsed));
    }
    score
}

fn with_line_ends(raw: &[u8], line_end: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + raw.len() / 30);
    for (index, line) in raw.split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            out.extend_from_slice(line_end.as_bytes());
        }
        out.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
    }
    out
}

#[test]
fn the_labelled_messages_are_read_as_they_are_labelled() {
    for (name, line_end) in [("LF", "\n"), ("CRLF", "\r\n")] {
        let score = score(line_end);
        println!("{name}\n{}", score.to_text());
        for error in &score.errors {
            println!("{error}");
        }
        assert!(score.messages >= 65, "no labelled messages found");
        assert_eq!(score.unread, 0);
        let at_least = |what: &str, rate: Rate, floor: f64| {
            let percent = rate.percent().unwrap_or_default();
            assert!(
                percent >= floor,
                "{name}: {what} {percent} %, at least {floor} %"
            );
        };
        let at_most = |what: &str, rate: Rate, ceiling: f64| {
            let percent = rate.percent().unwrap_or_default();
            assert!(
                percent <= ceiling,
                "{name}: {what} {percent} %, at most {ceiling} %"
            );
        };
        at_least("kind", score.kind, 100.0);
        at_least("fields", score.all_fields(), 99.0);
        at_least("perfect declarations", score.perfect, 92.0);
        at_least("attachments", score.attachments, 99.0);
        at_least("major", score.major, 98.0);
        at_most("false asks", score.false_asks, 0.5);
        at_most("missed asks", score.missed_asks, 1.0);
    }
}
