//! How fast the whole reader is, beside mail-parser alone decoding the same messages in the same run.
//!
//! The box is mixed as mailboxes of support are: 60 % text of 3 to 15 kB, 25 % with a screenshot of 40 to 300 kB, 10 %
//! Outlook's HTML with logos, 5 % odd ones from the corpus. Only the ratio of the two figures means something on another
//! machine. Digests of attachments are left out: the reader doesn't need them, the store does.
#![expect(
    clippy::print_stdout,
    reason = "the ratio is what the bench is run for"
)]

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{TimeZone, Utc};
use criterion::{Criterion, Throughput};
use mail_parser::{MessageParser, PartType};
use vigie::domain::form::Form;
use vigie::extract::{Context, extract};
use vigie::mail::Email;

/// Messages in the box.
const BOX: usize = 400;

fn main() {
    let messages = mailbox();
    let bytes: usize = messages.iter().map(Vec::len).sum();
    println!(
        "{} messages, {:.1} MB, {} kB on average",
        messages.len(),
        bytes as f64 / 1e6,
        bytes / messages.len() / 1000
    );

    let mut criterion = Criterion::default()
        .sample_size(10)
        .measurement_time(Duration::from_secs(8))
        .configure_from_args();
    for (unit, throughput) in [
        ("bytes", Throughput::Bytes(bytes as u64)),
        ("messages", Throughput::Elements(messages.len() as u64)),
    ] {
        let mut group = criterion.benchmark_group(format!("parse by {unit}"));
        group.throughput(throughput);
        group.bench_function("mail-parser alone", |bencher| {
            bencher.iter(|| decode_all(&messages));
        });
        group.bench_function("vigie", |bencher| {
            bencher.iter(|| read_all(&messages));
        });
        group.finish();
    }
    criterion.final_summary();
    ratio(&messages, bytes);
}

/// Rounds of both, one after the other, so that a busy machine slows both alike; the median of the rounds' ratios.
fn ratio(messages: &[Vec<u8>], bytes: usize) {
    let timed = |work: &dyn Fn(&[Vec<u8>])| {
        let begun = Instant::now();
        work(messages);
        begun.elapsed().as_secs_f64()
    };
    let mut rounds: Vec<(f64, f64)> = (0..11)
        .map(|_| (timed(&decode_all), timed(&read_all)))
        .collect();
    rounds.sort_by(|one, other| (one.0 / one.1).total_cmp(&(other.0 / other.1)));
    let (alone, whole) = rounds[rounds.len() / 2];
    let line = |name: &str, seconds: f64| {
        println!(
            "{name:<18} {:>8.0} messages/s {:>8.1} MB/s",
            messages.len() as f64 / seconds,
            bytes as f64 / 1e6 / seconds
        );
    };
    line("mail-parser alone", alone);
    line("vigie", whole);
    println!("ratio              {:>8.2}", alone / whole);
}

/// Every part of every message decoded, as far as mail-parser goes.
fn decode_all(messages: &[Vec<u8>]) {
    let parser = MessageParser::new();
    for message in messages {
        let Some(mail) = parser.parse(message.as_slice()) else {
            continue;
        };
        for part in &mail.parts {
            match &part.body {
                PartType::Text(text) | PartType::Html(text) => black_box(text.len()),
                PartType::Binary(bytes) | PartType::InlineBinary(bytes) => black_box(bytes.len()),
                PartType::Message(inner) => black_box(inner.parts.len()),
                PartType::Multipart(parts) => black_box(parts.len()),
            };
        }
    }
}

/// What `vigie parse` does with each: message, declaration, and what is to be asked.
fn read_all(messages: &[Vec<u8>]) {
    let form = Form::si_samu();
    let own = ["support@si-samu.example".to_owned()];
    let received_at = Utc
        .timestamp_opt(1_795_500_000, 0)
        .single()
        .unwrap_or_default();
    let context = Context {
        received_at,
        own_addresses: &own,
        mark: "INC",
        key: None,
    };
    for message in messages {
        let email = Email::parse(message);
        let declaration = extract(&email, form, &context);
        black_box(form.ask(&declaration).len());
    }
}

/// The same box each time: every choice comes from a small generator with a fixed seed.
fn mailbox() -> Vec<Vec<u8>> {
    let corpus = corpus();
    let mut chance = Chance(7);
    (0..BOX)
        .map(|number| match chance.below(100) {
            0..60 => plain(number, &mut chance),
            60..85 => with_screenshot(number, &mut chance),
            85..95 => outlook(number, &mut chance),
            _ => corpus[chance.below(corpus.len())].clone(),
        })
        .collect()
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail");
    let mut files: Vec<_> = fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "eml"));
    files.sort();
    let messages: Vec<Vec<u8>> = files
        .iter()
        .filter_map(|file| fs::read(file).ok())
        .collect();
    assert!(!messages.is_empty(), "fixtures/mail holds no message");
    messages
}

fn head(number: usize) -> String {
    format!(
        "From: Claire Lebreton <claire.lebreton@chu-nantes.example>\r\nTo: <support@si-samu.example>\r\n\
         Subject: =?UTF-8?Q?Incident_n=C2=B0_{number}?=\r\nDate: Mon, 23 Nov 2026 09:12:00 +0100\r\n\
         Message-ID: <banc.{number}@chu-nantes.example>\r\nMIME-Version: 1.0\r\n"
    )
}

/// A declaration, in sentences or on the form, above a thread that goes on for a while.
fn words(chance: &mut Chance) -> String {
    let mut text = String::from("Bonjour,\r\n\r\n");
    if chance.below(2) == 0 {
        text.push_str(
            "Déclarant (nom, prénom et fonction) : LEBRETON Claire, ARM\r\nEntité concernée : SAMU de Nantes\r\n\
             Utilisateur concerné : Paul Martin\r\nNuméro de téléphone : 02 61 91 12 40\r\n\
             Date et heure de début d'incident : 23/11/2026 à 8h30\r\nEnvironnement concerné : production\r\n\
             Fonctionnalité concernée : cartographie\r\nNombre d'utilisateurs impactés : 10 à 12\r\n\
             Description détaillée : la carte reste figée, on attend le fond de plan.\r\n\
             Pré-requis vérifiés : oui\r\nReproductible : oui\r\n",
        );
    } else {
        text.push_str(
            "Depuis ce matin vers 9h le module cartographie de la prod reste figé chez nous, au SAMU de Nantes,\r\n\
             pour une dizaine de personnes. Vous pouvez me rappeler au 02 61 91 12 40.\r\n",
        );
    }
    text.push_str("\r\nCordialement,\r\nClaire Lebreton\r\nARM - SAMU 44\r\n\r\n");
    let length = 3_000 + chance.below(12_000);
    let mut said = 0;
    while text.len() < length {
        let _ = write!(
            text,
            "Le 2{} nov. 2026 à 10:0{}, Paul Martin a écrit :\r\n",
            said % 4,
            said % 10
        );
        for _ in 0..12 {
            let sentence = SENTENCES[chance.below(SENTENCES.len())];
            let _ = write!(text, "> {sentence}\r\n");
        }
        said += 1;
    }
    text
}

const SENTENCES: [&str; 8] = [
    "Nous avons revu la liste des moyens avec l'équipe de nuit, rien à signaler.",
    "La réunion de mardi est déplacée à 14h30, salle Loire, merci de prévenir les cadres.",
    "Pour mémoire l'accès de formation reste ouvert jusqu'au 12/12 inclus.",
    "Je te joins le tableau mis à jour ; il manque encore les chiffres du SAMU 85.",
    "",
    "Le poste du fond a été changé hier, l'écran ne clignote plus.",
    "Peux-tu rappeler la régulation au 02 61 91 40 02 quand tu as un moment ?",
    "Bonne journée à tous.",
];

fn plain(number: usize, chance: &mut Chance) -> Vec<u8> {
    format!(
        "{}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}",
        head(number),
        words(chance)
    )
    .into_bytes()
}

fn with_screenshot(number: usize, chance: &mut Chance) -> Vec<u8> {
    let picture = screenshot(40_000 + chance.below(260_000), chance);
    format!(
        "{}Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{}\r\n--b1\r\nContent-Type: image/png; name=\"capture.png\"\r\n\
         Content-Disposition: attachment; filename=\"capture.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}--b1--\r\n",
        head(number),
        words(chance),
        base64(&picture),
    )
    .into_bytes()
}

/// Word's HTML beside the text, with two small pictures of a signature.
fn outlook(number: usize, chance: &mut Chance) -> Vec<u8> {
    let text = words(chance);
    let mut html = String::from(
        "<html><head><style>p.MsoNormal{margin:0cm;font-size:11.0pt}</style></head><body lang=\"FR\"><div class=\"WordSection1\">",
    );
    for line in text.lines() {
        let line = line.replace('<', "&lt;").replace('>', "&gt;");
        let _ = write!(
            html,
            "<p class=\"MsoNormal\"><span style=\"font-family:&quot;Calibri&quot;,sans-serif\">{line}<o:p></o:p></span></p>\r\n"
        );
    }
    html.push_str("<img width=\"190\" height=\"64\" src=\"cid:l1\"><img width=\"24\" height=\"24\" src=\"cid:l2\"></div></body></html>");
    let logo = |name: &str, id: &str, bytes: &[u8]| {
        format!(
            "--b1\r\nContent-Type: image/png; name=\"{name}\"\r\nContent-Disposition: inline; filename=\"{name}\"\r\n\
             Content-ID: <{id}>\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
            base64(bytes)
        )
    };
    let (wide, small) = (
        picture(190, 64, 6_000, chance),
        picture(24, 24, 1_200, chance),
    );
    format!(
        "{}Content-Type: multipart/related; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: multipart/alternative; boundary=\"b2\"\r\n\r\n\
         --b2\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n\
         --b2\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}--b2--\r\n{}{}--b1--\r\n",
        head(number),
        base64(html.as_bytes()),
        logo("image001.png", "l1", &wide),
        logo("image002.png", "l2", &small),
    )
    .into_bytes()
}

fn screenshot(size: usize, chance: &mut Chance) -> Vec<u8> {
    picture(1920, 1080, size, chance)
}

/// A PNG by its header; the rest are bytes that don't compress, as in a real one.
fn picture(width: u32, height: u32, size: usize, chance: &mut Chance) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend((bytes.len()..size).map(|_| chance.below(256) as u8));
    bytes
}

fn base64(bytes: &[u8]) -> String {
    let encoded = data_encoding::BASE64.encode(bytes);
    let mut lines = String::with_capacity(encoded.len() * 78 / 76 + 2);
    for line in encoded.as_bytes().chunks(76) {
        lines.push_str(std::str::from_utf8(line).unwrap_or_default());
        lines.push_str("\r\n");
    }
    lines
}

/// A small generator (xorshift), the same numbers each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }
}
