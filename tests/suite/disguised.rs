//! The labelled declarations as other people would have typed them: without capitals, without
//! accents, in capitals, without full stops, with other hours. What they say stays the same, so the
//! same labels hold, above floors a little under what the reader reaches.

use std::borrow::Cow;
use vigie::cli::score::{Rate, Score};
use vigie::domain::field::Part;
use vigie::domain::form::Form;
use vigie::mail::Email;

use super::corpus::{add, messages};

/// Headers that tell of a body that is written anew.
const ABOUT_THE_BODY: [&str; 3] = ["content-", "mime-version:", "x-ms-"];

/// The message with its text, and nothing else, typed otherwise; nothing where more than one plain
/// text belongs to it.
fn retyped(raw: &[u8], typed: impl Fn(&str) -> String) -> Option<Vec<u8>> {
    let email = Email::parse(raw);
    if email.body.part != Part::Text || !email.attachments.is_empty() || !email.attached.is_empty()
    {
        return None;
    }
    let text = String::from_utf8_lossy(raw).replace('\r', "");
    let (head, _) = text.split_once("\n\n")?;
    let mut kept = String::new();
    let mut is_kept = true;
    for line in head.lines() {
        if !line.starts_with([' ', '\t']) {
            let name = line.to_ascii_lowercase();
            is_kept = !ABOUT_THE_BODY.iter().any(|about| name.starts_with(about));
        }
        if is_kept {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept.push_str("MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n");
    kept.push_str(&typed(&email.body.text));
    Some(kept.into_bytes())
}

/// The text without the characters of which `drop` says so, given their neighbours.
fn without(text: &str, drop: impl Fn(char, Option<char>, Option<char>) -> bool) -> String {
    let letters: Vec<char> = text.chars().collect();
    let beside = |at: Option<usize>| at.and_then(|at| letters.get(at)).copied();
    letters
        .iter()
        .enumerate()
        .filter(|(at, c)| !drop(**c, beside(at.checked_sub(1)), beside(Some(at + 1))))
        .map(|(_, c)| *c)
        .collect()
}

fn without_stops(text: &str) -> String {
    without(text, |c, before, after| {
        c == '.' && before.is_some_and(char::is_lowercase) && after.is_none_or(char::is_whitespace)
    })
}

/// « 19h45 » as « 19:45 ».
fn with_colons(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    letters
        .iter()
        .enumerate()
        .map(|(at, c)| {
            let clock = *c == 'h' && at > 0 && digit(at - 1) && digit(at + 1) && digit(at + 2);
            if clock { ':' } else { *c }
        })
        .collect()
}

fn without_accents(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'à' | 'â' => Cow::Borrowed("a"),
            'é' | 'è' | 'ê' | 'ë' => Cow::Borrowed("e"),
            'î' | 'ï' => Cow::Borrowed("i"),
            'ô' => Cow::Borrowed("o"),
            'ù' | 'û' => Cow::Borrowed("u"),
            'ç' => Cow::Borrowed("c"),
            'É' | 'È' => Cow::Borrowed("E"),
            'À' => Cow::Borrowed("A"),
            'œ' => Cow::Borrowed("oe"),
            other => Cow::Owned(other.to_string()),
        })
        .collect()
}

#[test]
fn a_declaration_says_the_same_however_it_is_typed() {
    let labelled: Vec<_> = [
        "mail",
        "batches/7",
        "batches/8",
        "batches/9",
        "batches/10",
        "batches/11",
    ]
    .into_iter()
    .flat_map(|folder| messages(&format!("fixtures/{folder}")))
    .collect();
    // How it is typed, and at least so many percent of the fields right, at most so many false asks.
    type Typed = fn(&str) -> String;
    let hands: [(&str, Typed, f64, f64); 6] = [
        ("as it was", str::to_owned, 99.0, 0.5),
        ("without accents", without_accents, 99.0, 0.5),
        ("with colons in hours", with_colons, 99.0, 0.5),
        ("in small letters", str::to_lowercase, 97.0, 2.5),
        ("in capitals", str::to_uppercase, 97.0, 2.0),
        ("without stops", without_stops, 97.0, 1.5),
    ];
    for (hand, typed, floor, ceiling) in hands {
        let mut score = Score::new(Form::si_samu());
        for (path, gold) in labelled
            .iter()
            .filter(|(_, gold)| gold["kind"] == "declaration")
        {
            let raw = std::fs::read(path).unwrap();
            if let Some(raw) = retyped(&raw, typed) {
                let name = path.file_name().unwrap().to_string_lossy();
                add(&mut score, &name, gold, &raw);
            }
        }
        let percent = |rate: Rate| rate.percent().unwrap_or_default();
        let fields = percent(score.all_fields());
        let false_asks = percent(score.false_asks);
        println!(
            "{hand}: {} messages, fields {fields:.2} %, false asks {false_asks:.2} %",
            score.messages
        );
        for error in &score.errors {
            println!("{error}");
        }
        assert!(score.messages >= 40, "{hand}: {}", score.messages);
        assert!(
            fields >= floor,
            "{hand}: fields {fields} %, at least {floor} %"
        );
        assert!(
            false_asks <= ceiling,
            "{hand}: false asks {false_asks} %, at most {ceiling} %"
        );
    }
}
