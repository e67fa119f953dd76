//! The room as a whole: the corpus against its gold files, odd mail, and mail made to harm.
use super::{BlockKind, DateSource, Doubt, Email, LineRole};
use crate::text::fold;
use proptest::prelude::*;
use serde_json::Value;
use std::path::PathBuf;
use std::time::{Duration, Instant};

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

#[test]
fn odd_mail_is_read_all_the_same() {
    for (raw, subject, text) in [
        (&b""[..], "", ""),
        (b"\n\n", "", ""),
        (b"Subject: x", "x", ""),
        (b"Subject: x\n\n", "x", ""),
        (
            b"From claire Mon Jan  1\nSubject: x\n\nplus de carto",
            "x",
            "plus de carto",
        ),
        (
            b"Subject: x\rTo: a@b\r\rplus de carto\rdepuis 9h",
            "x",
            "plus de carto\ndepuis 9h",
        ),
        (
            b"Subject: x\r\n\r\nplus\0 de carto\r\n",
            "x",
            "plus de carto",
        ),
        (
            b"plus de carto\n\ndepuis 9h",
            "",
            "plus de carto\n\ndepuis 9h",
        ),
        (
            b"Subject: r\xe9gul\nContent-Type: text/plain; charset=x-unknown\n\n\xe9cran",
            "r\u{e9}gul",
            "\u{e9}cran",
        ),
        (
            b"Subject: =?utf-8?Q?a=0D=0ABcc:_x=E2=80=AE?=\n\nx",
            "a Bcc: x",
            "x",
        ),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nplus de carto",
            "",
            "plus de carto",
        ),
        (
            b"Content-Type: multipart/mixed; boundary=absent\n\nplus de carto",
            "",
            "plus de carto",
        ),
        (
            b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nbonjour !",
            "",
            "bonjour !",
        ),
    ] {
        let email = Email::parse(raw);
        assert_eq!(
            (email.subject.as_str(), email.body.text.as_str()),
            (subject, text)
        );
    }
}

#[test]
fn the_date_falls_back_to_the_newest_received() {
    for (headers, source, date) in [
        (
            "Date: Fri, 21 Nov 2025 08:02:55 -0400",
            DateSource::Header,
            Some("2025-11-21T08:02:55-04:00"),
        ),
        (
            "Received: from a by b; Thu, 22 May 2025 09:10:00 +0200\nReceived: from c by a; Thu, 22 May 2025 09:00:00 +0200",
            DateSource::Received,
            Some("2025-05-22T09:10:00+02:00"),
        ),
        ("Date: yesterday", DateSource::Absent, None),
    ] {
        let raw = format!("{headers}\n\nx");
        let email = Email::parse(raw.as_bytes());
        assert_eq!(email.date_source, source, "{headers}");
        assert_eq!(
            email.date.map(|d| d.to_rfc3339()).as_deref(),
            date,
            "{headers}"
        );
    }
}

#[test]
fn two_authors_and_the_null_sender_are_seen() {
    for (headers, count, return_path) in [
        ("From: a@x.example\nFrom: b@x.example", 2, None),
        (
            "From: a@x.example, b@x.example\nReturn-Path: <>",
            2,
            Some(""),
        ),
        (
            "From: a@x.example\nReturn-Path: <a@x.example>",
            1,
            Some("a@x.example"),
        ),
        ("To: x@x.example", 0, None),
    ] {
        let raw = format!("{headers}\n\nx");
        let email = Email::parse(raw.as_bytes());
        assert_eq!(
            (email.from_count, email.return_path.as_deref()),
            (count, return_path),
            "{headers}"
        );
    }
}

#[test]
fn an_attached_message_is_opened_in_every_way_that_it_is_attached() {
    let inner = "From: Paul <paul@chu.example>\nSubject: liste\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nla liste est vide\n--i\nContent-Type: image/png; name=ecran.png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgoAAAANSUhEUgAABQAAAALQ\n--i--\n";
    let encoded = data_encoding::BASE64_MIME.encode(inner.as_bytes());
    for part in [
        format!("Content-Type: message/rfc822\n\n{inner}"),
        format!(
            "Content-Type: message/rfc822; name=a.eml\nContent-Transfer-Encoding: base64\n\n{encoded}"
        ),
        format!(
            "Content-Type: application/octet-stream; name=a.eml\nContent-Transfer-Encoding: base64\n\n{encoded}"
        ),
    ] {
        let raw = format!(
            "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nvoir\n--b\n{part}\n--b--\n"
        );
        let email = Email::parse(raw.as_bytes());
        assert_eq!(email.attached.len(), 1, "{part}");
        assert_eq!(email.attached[0].number, 1);
        assert_eq!(email.attached[0].body.text, "la liste est vide");
        let names: Vec<&str> = email
            .attachments
            .iter()
            .map(|a| a.filename.as_str())
            .collect();
        assert_eq!(names.last(), Some(&"ecran.png"), "{part}");
        assert_eq!(email.attachments[1].role.as_str(), "screenshot");
    }
}

#[test]
fn names_of_attachments_are_decoded_however_they_are_written() {
    for (header, name) in [
        ("filename=\"écran.png\"", "écran.png"),
        (
            "filename=\"=?iso-8859-1?Q?=E9cran_conf=2Epng?=\"",
            "écran conf.png",
        ),
        (
            "filename*=ISO-8859-1''Position%204%20-%20indisponibilit%E9.png",
            "Position 4 - indisponibilité.png",
        ),
        (
            "filename*0*=utf-8''%C3%A9cr; filename*1*=an.png",
            "écran.png",
        ),
        (
            "filename=\"C:\\\\Users\\\\claire\\\\ecran.png\"",
            "ecran.png",
        ),
        ("filename=\"../../etc/ecran.png\"", "ecran.png"),
    ] {
        let raw = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\nContent-Type: image/png\nContent-Disposition: attachment; {header}\n\nx\n--b--\n"
        );
        let email = Email::parse(raw.as_bytes());
        assert_eq!(email.attachments[0].filename, name, "{header}");
    }
}

/// Hang guard: ten times and more what these take in a debug build.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn mail_that_is_made_to_harm_is_read_in_bounds() {
    let mut base64 = "Subject: x\n\nx".to_owned();
    for _ in 0..40 {
        let encoded = data_encoding::BASE64_MIME.encode(base64.as_bytes());
        base64 =
            format!("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{encoded}");
        if base64.len() > 2_000_000 {
            break;
        }
    }
    let deep = "Content-Type: message/rfc822\n\n".repeat(100_000);
    let hidden = format!(
        "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{}",
        data_encoding::BASE64_MIME
            .encode("Content-Type: message/rfc822\n\n".repeat(20_000).as_bytes())
    );
    let words = format!("Subject: {}\n\nx", "=?utf-8?Q?a?= ".repeat(300_000));
    let torn = format!("From: {}\n\nx", "=?utf-8?q?".repeat(300_000));
    let addresses = format!("To: {}\n\nx", "a@x.example, ".repeat(100_000));
    let comments = format!("From: {}\n\nx", "(".repeat(1_000_000));
    let pieces: String = (0..20_000).map(|n| format!("; filename*{n}=a")).collect();
    let pieces = format!("Content-Type: image/png\nContent-Disposition: attachment{pieces}\n\nx");
    let fields = format!("{}\nx", "X: y\n".repeat(100_000));
    let mut bodies: Vec<String> = [
        "a",
        "> ",
        "Le ",
        "0 1",
        "@",
        "-- \n",
        "De : a\n",
        "Cordialement,\n",
        "De : a\nEnvoyé : b\nObjet : c\n",
        "> Le 12/05/2025, A a écrit :\n",
        ">",
        "Le 1 a\n",
        "\t",
        "é",
    ]
    .iter()
    .map(|unit| format!("Subject: x\n\n{}", unit.repeat(1_000_000 / unit.len())))
    .collect();
    bodies.push(format!(
        "Content-Type: text/html\n\n{}",
        "<div>".repeat(200_000)
    ));
    bodies.push(format!(
        "Content-Type: text/html\n\n{}",
        "<!--".repeat(200_000)
    ));
    for raw in [
        base64, deep, hidden, words, torn, addresses, comments, pieces, fields,
    ]
    .iter()
    .chain(&bodies)
    {
        let start = Instant::now();
        let email = Email::parse(raw.as_bytes());
        assert!(email.subject.chars().count() <= 998);
        assert!(
            start.elapsed() < PATIENCE,
            "{}",
            &raw[..raw.floor_char_boundary(60)]
        );
    }
    let deep = "Content-Type: message/rfc822\n\n".repeat(100_000);
    assert!(
        Email::parse(deep.as_bytes())
            .doubts
            .contains(&Doubt::NestingCut)
    );
}

fn sound(email: &Email<'_>) {
    let body = &email.body;
    let mut at = 0;
    for line in &body.lines {
        let between = body.text.get(at..line.span.start);
        assert!(between.is_some_and(|b| b.chars().all(|c| matches!(c, '\n' | '>' | ' '))));
        assert!(line.block.is_none_or(|block| block < body.blocks.len()));
        at = line.span.end;
    }
    assert_eq!(at, body.text.len());
    for span in body
        .emphasis
        .iter()
        .chain(body.blocks.iter().map(|b| &b.span))
    {
        assert!(body.text.get(span.clone()).is_some(), "{span:?}");
    }
    assert!(!body.text.contains('\0') && !email.subject.contains(['\n', '\r', '\0']));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_mail(raw in prop::collection::vec(any::<u8>(), 0..2_000)) {
        sound(&Email::parse(&raw));
    }

    #[test]
    fn any_lines_are_a_body(
        text in "(> |>|>> |Le 12/05/2025 à 11:02, A B <a@b.example> a écrit :|De : A B|Envoyé : lundi 12 janvier 2026 17:03|Objet : x|À : c|-- |Cordialement,|Bonjour,|mots é|-----Message d'origine-----|________________|Envoyé de mon iPhone|\n|\n\n){0,40}",
        html in any::<bool>(),
    ) {
        let kind = if html { "html" } else { "plain; format=flowed" };
        let raw = format!("From: A B <a@b.example>\nSubject: TR: x\nContent-Type: text/{kind}\n\n{text}");
        sound(&Email::parse(raw.as_bytes()));
    }

    #[test]
    fn a_damaged_mail_of_the_corpus_is_still_a_mail(
        file in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        end in any::<prop::sample::Index>(),
    ) {
        let golds = golds();
        let mut raw = golds[file.index(golds.len())].1.clone();
        for (at, byte) in cuts {
            let at = at.index(raw.len());
            raw[at] = byte;
        }
        raw.truncate(end.index(raw.len()).max(raw.len() / 2));
        sound(&Email::parse(&raw));
    }
}
