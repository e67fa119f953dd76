//! Captures (P5 of `spec/experience.md`): looked at whole only under the journal's eyes, masked and
//! deleted for good, in the stored message too.

use crate::pipeline::{Line, mail};
use crate::support::console::Desk;
use crate::support::stores::{TestStore, at};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use sha2::{Digest as _, Sha256};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use vigie::desk::capture::{self, Capture, CaptureError, Done};
use vigie::desk::letter::Occasion;
use vigie::desk::ticket::{self, Act};
use vigie::domain::account::{By, Role as Job};
use vigie::domain::audit::Deed;
use vigie::domain::capture::{Motive, Zone};
use vigie::domain::declaration::Role;
use vigie::domain::form::Item;
use vigie::domain::history::EventKind;
use vigie::domain::incident::{Reference, Status};
use vigie::domain::message::MessageId;
use vigie::mail::Email;
use vigie::store::{NewAccount, Raw, Store, Wanted};
use vigie::web;

/// Words hidden in the file's metadata.
const MARKER: &[u8] = b"MARKER Jeanne Exemple, 3 mars 1950";

/// The name that the file came under tells something too.
const NAME: &str = "Jeanne Exemple capture.png";

fn first() -> Reference {
    Reference::new("INC", 2026, 1)
}

/// A screen of 640 × 480 with a frame, lines of text and a noisy band, and words in its metadata.
fn screen() -> Vec<u8> {
    let mut noise = 1_u32;
    let picture = RgbImage::from_fn(640, 480, |x, y| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let is_ink = y % 16 < 8 && x % 5 == 0 && (40..400).contains(&y);
        match (y < 40, is_ink) {
            (true, _) => Rgb(noise.to_be_bytes()[..3].try_into().unwrap()),
            (_, true) => Rgb([20, 20, 20]),
            _ => Rgb([250, 250, 250]),
        }
    });
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut file, ImageFormat::Png)
        .unwrap();
    let png = file.into_inner();
    let text = [b"tEXtComment\0", MARKER].concat();
    let mut sum = flate2::Crc::new();
    sum.update(&text);
    let length = u32::try_from(text.len() - 4).unwrap().to_be_bytes();
    // Behind the header, which is 25 bytes long.
    [
        &png[..33],
        &length,
        &text,
        &sum.sum().to_be_bytes(),
        &png[33..],
    ]
    .concat()
}

/// Claire's form, whole but for nothing, with a document, this file and a note around it.
fn declaration(number: u32, file: &[u8], label: &str) -> Vec<u8> {
    let boundary = "=_b";
    let text = "Bonjour,\r\n\r\nNom et prénom : Claire Lebreton\r\nFonction : ARM\r\n\
        Téléphone : 02 61 91 00 12\r\nÉtablissement : SAMU de Nantes\r\n\
        Date et heure de début : 24/11/2026 09:00\r\nEnvironnement : production\r\n\
        Fonctionnalité : cartographie\r\nNombre d'utilisateurs : 4\r\n\
        Description : la carte reste grise, on ne voit plus les moyens engagés.\r\n";
    let whole = format!(
        "--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n\
         --{boundary}\r\nContent-Type: application/pdf; name=\"note.pdf\"\r\n\
         Content-Transfer-Encoding: 8bit\r\nContent-Disposition: attachment\r\n\r\n%PDF-1.4 une note\r\n\
         --{boundary}\r\nContent-Type: {label};\r\n name=\"{NAME}\"\r\n\
         Content-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment;\r\n filename=\"{NAME}\"\r\n\r\n{}\
         --{boundary}\r\nContent-Type: text/csv; name=fin.csv\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\na;b=3B\r\n\
         --{boundary}--\r\n",
        data_encoding::BASE64_MIME.encode(file)
    );
    let mail = String::from_utf8(mail(number, "", &whole)).unwrap();
    let kind = format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n");
    mail.replacen("Content-Type: text/plain; charset=utf-8\r\n", &kind, 1)
        .into_bytes()
}

/// A ticket whose second file is this one.
async fn ticket(test: TestStore, file: &[u8], label: &str) -> Line {
    let line = ticket_of(test, file, label).await;
    let incident = line.incident(1).await;
    assert_eq!(incident.attachments.len(), 3, "{:?}", incident.attachments);
    line
}

async fn ticket_of(test: TestStore, file: &[u8], label: &str) -> Line {
    let mut line = Line::with(test, "").await;
    line.receive(&declaration(1, file, label)).await;
    line.process(1).await;
    line
}

async fn both() -> [Line; 2] {
    [
        ticket(TestStore::sqlite().await, &screen(), "image/png").await,
        ticket(TestStore::postgres().await, &screen(), "image/png").await,
    ]
}

async fn second(line: &Line) -> Capture {
    capture::find(line.store(), &first(), 2).await.unwrap()
}

async fn delete(line: &Line, asks_again: bool) -> Result<Done, CaptureError> {
    let capture = second(line).await;
    let seen = capture.kept.sha256.clone();
    let how = (seen.as_str(), &Motive::Health, asks_again);
    let by = By::command(at(600));
    capture::delete(line.store(), &line.parts, &capture, how, &by).await
}

async fn raw(store: &Store) -> Vec<u8> {
    match store.raw_checked(MessageId(1)).await.unwrap() {
        Raw::Whole(raw) => raw,
        other => panic!("{other:?}"),
    }
}

/// The lines of journal of one deed.
async fn deeds(store: &Store, deed: Deed) -> Vec<String> {
    let wanted = Wanted {
        deed: Some(deed),
        ..Wanted::default()
    };
    let lines = store.journal(&wanted, 99).await.unwrap();
    lines.into_iter().map(|line| line.entry.target).collect()
}

/// The files of a store's folder in which one of these runs of bytes stands.
fn found_in(folder: &Path, needles: &[Vec<u8>]) -> Vec<(PathBuf, usize)> {
    let mut found = Vec::new();
    for file in walkdir::WalkDir::new(folder) {
        let file = file.unwrap();
        if !file.file_type().is_file() {
            continue;
        }
        let bytes = std::fs::read(file.path()).unwrap();
        for (at, needle) in needles.iter().enumerate() {
            if memchr::memmem::find(&bytes, needle).is_some() {
                found.push((file.path().to_owned(), at));
            }
        }
    }
    found
}

/// Runs of bytes that only the original file gives: of its base64 the beginning, which holds the marker,
/// and lines all over; and the name that it came under.
fn needles(file: &[u8]) -> Vec<Vec<u8>> {
    let base64 = data_encoding::BASE64_MIME.encode(file);
    let lines: Vec<&str> = base64.lines().collect();
    let few = [
        0,
        1,
        2,
        99,
        lines.len() / 3,
        lines.len() / 2,
        lines.len() - 2,
    ];
    let mut needles: Vec<Vec<u8>> = few
        .iter()
        .map(|at| lines[*at].as_bytes().to_vec())
        .collect();
    needles.push(b"Jeanne Exemple".to_vec());
    needles
}

fn folder(line: &Line) -> &Path {
    let path = line.url().strip_prefix("sqlite:").unwrap();
    Path::new(path).parent().unwrap()
}

/// What an act must leave as it was: all but the second file.
fn rest(raw: &[u8]) -> (String, Vec<Vec<u8>>) {
    let email = Email::parse(raw);
    let others = email.attachments.iter().enumerate();
    let others = others.filter(|(at, _)| *at != 1);
    (
        email.body.text.clone(),
        others.map(|(_, one)| one.contents.to_vec()).collect(),
    )
}

#[tokio::test]
async fn w_24_a_deleted_file_leaves_no_byte_and_the_rest_of_its_message_as_it_was() {
    let needles = needles(&screen());
    for line in both().await {
        let store = line.store();
        let before = raw(store).await;
        let is_file = line.url().starts_with("sqlite:");
        if is_file {
            // One or two may lie across a page of the file.
            let found = found_in(folder(&line), &needles);
            let there = |at: &usize| found.iter().any(|(_, one)| one == at);
            let count = (0..needles.len()).filter(there).count();
            assert!(count > needles.len() / 2, "they are looked for in vain");
        }
        assert!(delete(&line, false).await.unwrap().is_gone);
        let after = raw(store).await;
        if is_file {
            assert_eq!(found_in(folder(&line), &needles), []);
        }
        for needle in &needles {
            assert!(memchr::memmem::find(&after, needle).is_none());
        }
        assert_eq!(rest(&after), rest(&before));
        // Byte for byte: what stands before and behind the part.
        let start = memchr::memmem::find(&before, b"Content-Type: image/png").unwrap();
        let end = memchr::memmem::find(&before, b"\r\n--=_b\r\nContent-Type: text/csv").unwrap();
        assert!(after.starts_with(&before[..start]) && after.ends_with(&before[end..]));

        let incident = line.incident(1).await;
        let kept = &incident.attachments[1];
        assert_eq!(kept.attachment.filename, "piece-supprimee.txt");
        assert_eq!(kept.attachment.role, Role::Document);
        let held = capture::held(store, kept).await.unwrap();
        assert_eq!(
            String::from_utf8(held.contents)
                .unwrap()
                .replace('\u{a0}', " "),
            "Pièce supprimée le 24/11/2026 à 10:10, motif : donnée de santé, par commande.\r\n"
        );
        let asks = incident
            .to_ask
            .iter()
            .any(|ask| ask.item == Item::Screenshot);
        assert!(asks, "it must be asked for again");
        let history = store.history(&first()).await.unwrap();
        let event = history
            .iter()
            .find(|event| event.kind == EventKind::CaptureDeleted);
        let event = event.unwrap();
        assert_eq!(
            (event.detail.as_str(), event.who.as_str()),
            ("2 health", "commande")
        );
        assert_eq!(deeds(store, Deed::CaptureDeleted).await, ["m-1/2"]);
        assert_eq!(store.deep().await.unwrap().faults, []);
        // What is exported from now on tells of the text that took its place.
        let exported = format!("{:?}", store.export_tickets(0, 9).await.unwrap());
        assert!(!exported.contains("Jeanne"), "{exported}");
        // A message that was rewritten is read again like any other.
        let unreached = Act::Close(Some(Occasion::Unreached));
        let by = By::command(at(700));
        let (_, told) = ticket::act(store, &line.parts, &first(), unreached, &by)
            .await
            .unwrap();
        assert!(told[0].mail.is_some(), "{told:?}");
    }
}

#[tokio::test]
async fn w_25_masked_pixels_are_one_colour_in_the_stored_message_and_metadata_is_gone() {
    let needles = needles(&screen());
    for line in both().await {
        let store = line.store();
        let before = raw(store).await;
        let asked = line.incident(1).await.to_ask;
        let capture = second(&line).await;
        let zones = [
            Zone::parse("0,0,100,10").unwrap(),
            Zone::parse("50,50,10.5,5").unwrap(),
        ];
        let by = By::command(at(600));
        let done = capture::mask(store, &capture, &capture.kept.sha256, &zones, &by).await;
        assert!(done.unwrap().is_gone);
        let after = raw(store).await;
        assert_eq!(rest(&after), rest(&before));
        if line.url().starts_with("sqlite:") {
            assert_eq!(found_in(folder(&line), &needles), []);
        }
        let email = Email::parse(&after);
        let file = &email.attachments[1];
        assert_eq!(
            (file.filename.as_str(), file.content_type.as_str()),
            ("capture-masquee.png", "image/png")
        );
        assert!(memchr::memmem::find(&file.contents, b"tEXt").is_none());
        let old = image::load_from_memory(&screen()).unwrap().into_rgb8();
        let new = image::load_from_memory(&file.contents).unwrap().into_rgb8();
        assert_eq!(new.dimensions(), (640, 480));
        for (x, y, pixel) in new.enumerate_pixels() {
            let is_hidden = y < 48 || (320..388).contains(&x) && (240..264).contains(&y);
            let expected = match is_hidden {
                true => Rgb([0, 0, 0]),
                false => *old.get_pixel(x, y),
            };
            assert_eq!(*pixel, expected, "{x} {y}");
        }
        let incident = line.incident(1).await;
        assert_eq!(incident.attachments[1].attachment.role, Role::Screenshot);
        assert_eq!(incident.to_ask, asked);
        assert_eq!(deeds(store, Deed::CaptureMasked).await, ["m-1/2"]);
        assert_eq!(store.deep().await.unwrap().faults, []);
        // Once more, on what is there by now; the file that was looked at first is no longer there.
        let seen = capture.kept.sha256;
        let capture = second(&line).await;
        let stale = capture::mask(store, &capture, &seen, &zones, &by).await;
        assert!(matches!(stale, Err(CaptureError::Changed)), "{stale:?}");
        let again = capture::mask(store, &capture, &capture.kept.sha256, &zones, &by).await;
        assert!(again.is_ok());
    }
}

#[tokio::test]
async fn after_a_deletion_the_declarant_is_asked_for_another_capture_and_a_complete_ticket_is_reviewed()
 {
    for line in both().await {
        let store = line.store();
        let incident = line.incident(1).await;
        assert_eq!(incident.attachments[1].attachment.role, Role::Screenshot);
        let by = By::command(at(300));
        // Whatever else is missing is known by telephone.
        line.alter("UPDATE incidents SET to_ask = '[]'").await;
        let (status, _) = ticket::act(store, &line.parts, &first(), Act::Validate, &by)
            .await
            .unwrap();
        assert_eq!(status, Status::Complete);
        let done = delete(&line, true).await.unwrap();
        assert_eq!(done.told.len(), 1);
        assert!(done.told[0].mail.is_some(), "{:?}", done.told);
        let incident = line.incident(1).await;
        assert_eq!(incident.status, Status::ToReview);
        assert_eq!(incident.to_ask.len(), 1);
        let mails = store.mails_of(&first()).await.unwrap();
        let mail = mails.iter().find(|mail| mail.template == "E1d").unwrap();
        assert_eq!(mail.to, "c.lebreton@chu-nantes.example");
        let words = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains("Nous l’avons supprimée de notre outil"),
            "{words}"
        );
        line.leave(2_000).await;
        assert_eq!(line.incident(1).await.status, Status::Waiting);
        assert_eq!(store.deep().await.unwrap().faults, []);
    }
}

#[tokio::test]
async fn what_cannot_be_rewritten_exactly_is_refused_and_nothing_changes() {
    let data = data_encoding::BASE64.encode(&screen());
    let html = format!(
        "<p>Bonjour, la carte reste grise depuis ce matin en production.</p>\
         <img src=\"data:image/png;base64,{data}\">"
    );
    let message = String::from_utf8(mail(1, "", &html)).unwrap();
    let message = message.replace("text/plain", "text/html");
    let mut line = Line::new().await;
    line.receive(message.as_bytes()).await;
    line.process(1).await;
    let before = raw(line.store()).await;
    let capture = capture::find(line.store(), &first(), 1).await.unwrap();
    let seen = capture.kept.sha256.clone();
    let by = By::command(at(600));
    let how = (seen.as_str(), &Motive::Personal, true);
    let done = capture::delete(line.store(), &line.parts, &capture, how, &by).await;
    assert!(matches!(done, Err(CaptureError::Inside)), "{done:?}");
    let zones = [Zone::parse("1,1,1,1").unwrap()];
    let done = capture::mask(line.store(), &capture, &seen, &zones, &by).await;
    assert!(matches!(done, Err(CaptureError::Inside)), "{done:?}");
    assert_eq!(raw(line.store()).await, before);
    assert_eq!(line.mails().await.len(), 1, "only the request");

    let line = ticket(
        TestStore::sqlite().await,
        b"\x89PNG\r\n\x1a\nbroken",
        "image/png",
    )
    .await;
    let capture = second(&line).await;
    let seen = capture.kept.sha256.clone();
    let done = capture::mask(line.store(), &capture, &seen, &zones, &by).await;
    assert!(matches!(done, Err(CaptureError::NoPicture)), "{done:?}");
    let done = capture::mask(line.store(), &capture, &seen, &[], &by).await;
    assert!(matches!(done, Err(CaptureError::Zones)), "{done:?}");
    // Bytes that are not what came are left alone.
    line.alter("UPDATE message_chunks SET bytes = x'00'").await;
    let done = capture::mask(line.store(), &capture, &seen, &zones, &by).await;
    assert!(matches!(done, Err(CaptureError::Absent)), "{done:?}");
    for number in [0, 4, 99] {
        let none = capture::find(line.store(), &first(), number).await;
        assert!(matches!(none, Err(CaptureError::Unknown)), "{number}");
    }
}

#[tokio::test]
async fn with_an_attached_message_go_the_files_inside_it_and_the_later_ones_move_up() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let inner = "From: Hugo <h@autre.example>\r\nSubject: x\r\n\
             Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nmots\r\n--i\r\n\
             Content-Type: text/csv; name=a.csv\r\n\r\na;b\r\n--i--\r\n";
        // Encoded, which hides what is inside from whoever rewrites.
        let line = ticket_of(test, inner.as_bytes(), "message/rfc822").await;
        let store = line.store();
        let incident = line.incident(1).await;
        assert_eq!(incident.attachments.len(), 4, "{:?}", incident.attachments);
        let by = By::command(at(600));
        let inside = capture::find(store, &first(), 3).await.unwrap();
        let how = (inside.kept.sha256.as_str(), &Motive::Health, false);
        let done = capture::delete(store, &line.parts, &inside, how, &by).await;
        assert!(matches!(done, Err(CaptureError::Inside)), "{done:?}");
        assert!(delete(&line, false).await.is_ok());
        let incident = line.incident(1).await;
        let kept = incident.attachments.iter();
        let kept = kept.map(|kept| (kept.number, kept.attachment.filename.as_str()));
        let kept: Vec<_> = kept.collect();
        assert_eq!(
            kept,
            [(1, "note.pdf"), (2, "piece-supprimee.txt"), (3, "fin.csv")]
        );
        for kept in &incident.attachments {
            assert!(capture::held(store, kept).await.is_ok(), "{kept:?}");
        }
        assert_eq!(store.deep().await.unwrap().faults, []);
    }
}

#[tokio::test]
async fn a_message_that_is_nothing_but_a_picture_keeps_no_words_of_ours() {
    let mut line = Line::new().await;
    let message = mail(1, "", &data_encoding::BASE64_MIME.encode(&screen()));
    let message = String::from_utf8(message).unwrap().replace(
        "Content-Type: text/plain; charset=utf-8\r\n",
        "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n",
    );
    line.receive(message.as_bytes()).await;
    line.process(1).await;
    let capture = capture::find(line.store(), &first(), 1).await.unwrap();
    let how = (capture.kept.sha256.as_str(), &Motive::Health, false);
    let by = By::command(at(600));
    let done = capture::delete(line.store(), &line.parts, &capture, how, &by).await;
    assert!(done.is_ok(), "{done:?}");
    let after = raw(line.store()).await;
    let email = Email::parse(&after);
    assert_eq!((email.body.text.as_str(), email.attachments.len()), ("", 1));
    assert_eq!(email.subject, "Cartographie grise");
    assert_eq!(found_in(folder(&line), &needles(&screen())), []);
}

/// A console with accounts over a line's store, as browsers ask it.
struct Console {
    desk: Desk,
}

struct Answered {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Console {
    async fn open(line: &Line) -> Self {
        let how = (web::Access::Accounts, web::Reach::default());
        let desk = Desk::open(line.store(), Arc::clone(&line.parts), 600, how).await;
        for job in Job::ALL {
            let name = job.as_str();
            let account = NewAccount {
                name: name.to_owned(),
                display: format!("{name} D."),
                roles: [job].into_iter().collect(),
                password: None,
                subject: None,
            };
            let by = By::command(at(0));
            line.store().add_account(&account, &by).await.unwrap();
            let (account, _) = line.store().account(name).await.unwrap().unwrap();
            let token = data_encoding::HEXLOWER.encode(&Sha256::digest(name.as_bytes()));
            line.store()
                .begin_session(&token, &account, None, at(500))
                .await
                .unwrap();
        }
        Self { desk }
    }

    async fn ask(&self, job: Job, method: &str, path: &str, body: &str) -> Answered {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: vigie={}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.desk.address,
            job.as_str(),
            body.len()
        );
        let mut stream = TcpStream::connect(self.desk.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).await.unwrap();
        let end = memchr::memmem::find(&raw, b"\r\n\r\n").unwrap();
        let head = String::from_utf8(raw[..end].to_vec())
            .unwrap()
            .to_lowercase();
        Answered {
            status: head.get(9..12).unwrap().parse().unwrap(),
            head,
            body: raw[end + 4..].to_vec(),
        }
    }

    async fn get(&self, job: Job, path: &str) -> Answered {
        self.ask(job, "GET", path, "").await
    }

    /// Sends a form of the page at `from`, with its hidden fields.
    async fn post(&self, job: Job, from: &str, act: &str, fields: &str) -> Answered {
        let page = self.get(job, from).await;
        let hidden = |name| page.hidden(name).unwrap_or_default();
        let (token, seen) = (hidden("jeton"), hidden("vu"));
        let body = format!("jeton={token}&vu={seen}&{fields}");
        self.ask(job, "POST", &format!("{HERE}/{act}"), &body).await
    }
}

impl Answered {
    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines();
        lines
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            .unwrap_or_default()
    }

    fn text(&self) -> String {
        let text = String::from_utf8(self.body.clone()).unwrap();
        text.replace('\u{a0}', " ").replace("&#x2f;", "/")
    }

    fn shows(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    fn hidden(&self, name: &str) -> Option<String> {
        let text = self.text();
        let (_, rest) = text.split_once(&format!("name=\"{name}\" value=\""))?;
        Some(rest.split('"').next()?.to_owned())
    }
}

const HERE: &str = "/d/INC-26-00001/capture/2";

#[tokio::test]
async fn w_23_a_file_is_seen_whole_under_the_journals_eyes_and_its_thumbnail_tells_nothing() {
    let line = ticket(TestStore::sqlite().await, &screen(), "image/png").await;
    let console = Console::open(&line).await;
    let list = console.get(Job::Reader, "/d/INC-26-00001").await;
    assert!(list.shows(&format!("href=\"{HERE}\"")), "{}", list.text());
    let page = console.get(Job::Reader, HERE).await;
    assert_eq!(page.status, 200);
    assert!(page.shows("Cet affichage est inscrit au journal"));
    assert!(page.shows("640 × 480") && page.shows(&format!("src=\"{HERE}/image\"")));
    let small = console.get(Job::Reader, &format!("{HERE}/vignette")).await;
    let small = image::load_from_memory(&small.body).unwrap();
    assert!(small.width() <= 160 && small.height() <= 160);
    assert_eq!(deeds(line.store(), Deed::CaptureSeen).await.len(), 0);

    let whole = console.get(Job::Reader, &format!("{HERE}/image")).await;
    assert_eq!((whole.status, whole.body), (200, screen()));
    let whole = console.get(Job::Reader, &format!("{HERE}/image")).await;
    for (name, value) in [
        ("content-type", "image/png"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
    ] {
        assert_eq!(whole.header(name), value, "{name}");
    }
    assert_eq!(
        deeds(line.store(), Deed::CaptureSeen).await,
        ["m-1/2", "m-1/2"]
    );
    let painted = console
        .get(Job::Agent, &format!("{HERE}/image?zone=0,0,100,50"))
        .await;
    let painted = image::load_from_memory(&painted.body).unwrap().into_rgb8();
    assert_eq!(*painted.get_pixel(9, 9), Rgb([0, 0, 0]));
    assert_eq!(
        raw(line.store()).await,
        declaration(1, &screen(), "image/png")
    );
}

#[tokio::test]
async fn att_02_what_is_no_plain_picture_by_its_bytes_is_saved_and_never_shown() {
    let page = b"<!doctype html><script>alert(1)</script>";
    let drawing = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for (bytes, label) in [
        (&page[..], "image/png"),
        (drawing, "image/svg+xml"),
        (drawing, "image/png"),
        (
            b"<?xml version=\"1.0\"?><?xml-stylesheet href=\"x.xsl\"?><a/>",
            "text/xml",
        ),
        (b"%PDF-1.4 /JavaScript", "image/jpeg"),
    ] {
        let line = ticket(TestStore::sqlite().await, bytes, label).await;
        let console = Console::open(&line).await;
        let shown = console.get(Job::Agent, HERE).await;
        assert!(
            !shown.shows("<img") && !shown.shows("type=\"image\""),
            "{label}"
        );
        let answered = console.get(Job::Agent, &format!("{HERE}/image")).await;
        assert_eq!(answered.status, 200, "{label}");
        assert_eq!(answered.header("content-type"), "application/octet-stream");
        assert_eq!(answered.header("x-content-type-options"), "nosniff");
        assert_eq!(
            answered.header("content-security-policy"),
            "default-src 'none'; sandbox"
        );
        let saved = answered.header("content-disposition");
        assert_eq!(saved, "attachment; filename=\"inc-26-00001-piece-2.png\"");
        let small = console.get(Job::Agent, &format!("{HERE}/vignette")).await;
        assert_eq!(small.status, 404);
        assert_eq!(deeds(line.store(), Deed::CaptureSeen).await.len(), 1);
    }
}

#[tokio::test]
async fn att_03_a_file_of_nobody_or_a_guessed_number_is_not_there() {
    let line = ticket(TestStore::sqlite().await, &screen(), "image/png").await;
    let console = Console::open(&line).await;
    for path in [
        "/d/INC-26-00001/capture/0",
        "/d/INC-26-00001/capture/4",
        "/d/INC-26-00001/capture/-1",
        "/d/INC-26-00001/capture/1%2f2",
        "/d/INC-26-00001/capture/99999999999999999999999",
        "/d/INC-26-00002/capture/2",
        "/d/..%2f..%2fetc/capture/1",
        "/d/x/capture/2",
    ] {
        for end in ["", "/image", "/vignette"] {
            let answered = console.get(Job::Agent, &format!("{path}{end}")).await;
            assert_eq!(answered.status, 404, "{path}{end}");
        }
    }
    assert_eq!(deeds(line.store(), Deed::CaptureSeen).await.len(), 0);
    // Nobody without a session, and no administrator, reads one.
    let answered = console
        .get(Job::Administrator, &format!("{HERE}/image"))
        .await;
    assert_eq!(answered.status, 403);
}

#[tokio::test]
async fn who_only_reads_changes_nothing_an_agent_masks_and_a_responsible_person_deletes() {
    let line = ticket(TestStore::sqlite().await, &screen(), "image/png").await;
    let console = Console::open(&line).await;
    let before = raw(line.store()).await;
    let page = console.get(Job::Reader, HERE).await;
    assert!(
        !page.shows("masquer") && !page.shows("Supprimer"),
        "{}",
        page.text()
    );
    let page = console.get(Job::Agent, HERE).await;
    assert!(page.shows("Une personne responsable peut supprimer la pièce"));
    for (job, act, fields) in [
        (Job::Reader, "masquer", "zone=1,1,1,1"),
        (Job::Reader, "bonne", ""),
        (Job::Reader, "supprimer", "motif=health"),
        (Job::Agent, "supprimer", "motif=health"),
        (Job::Administrator, "supprimer", "motif=health"),
    ] {
        let answered = console.post(job, HERE, act, fields).await;
        assert_eq!(answered.status, 403, "{job:?} {act}");
    }
    // Without a reason, without a zone, or of another file than the one that is there.
    for (job, act, fields, words) in [
        (Job::Lead, "supprimer", "prevenir=1", "choisissez un motif"),
        (
            Job::Lead,
            "supprimer",
            "motif=other&texte=+",
            "choisissez un motif",
        ),
        (Job::Lead, "supprimer", "motif=why", "choisissez un motif"),
        (Job::Agent, "masquer", "zone=x", "posez d’abord une zone"),
    ] {
        let answered = console.post(job, HERE, act, fields).await;
        assert_eq!(answered.status, 422, "{act} {fields}");
        assert!(answered.shows(words), "{}", answered.text());
    }
    let other = "/d/INC-26-00001/capture/1";
    let answered = console
        .post(Job::Agent, other, "masquer", "zone=1,1,1,1")
        .await;
    assert_eq!(answered.status, 422);
    assert!(answered.shows("a changé depuis l’affichage"));
    assert_eq!(raw(line.store()).await, before);

    let good = console.post(Job::Agent, HERE, "bonne", "").await;
    assert_eq!(
        (good.status, good.header("location")),
        (303, &*HERE.to_lowercase())
    );
    assert_eq!(deeds(line.store(), Deed::CaptureAccepted).await, ["m-1/2"]);
    let page = console.get(Job::Reader, HERE).await;
    assert!(page.shows("rien à masquer (agent D.)"), "{}", page.text());

    let fields = "motif=other&texte=%3Cb%3Epas+utile&prevenir=1";
    let gone = console.post(Job::Lead, HERE, "supprimer", fields).await;
    assert_eq!(gone.status, 303, "{}", gone.text());
    let page = console.get(Job::Reader, HERE).await;
    assert!(
        page.shows("Pièce 2 supprimée par une personne (responsable D.)"),
        "{}",
        page.text()
    );
    assert!(page.shows("Message préparé : E1d"), "{}", page.text());
    let told = console.get(Job::Reader, &format!("{HERE}/image")).await;
    assert!(
        told.shows("motif : <b>pas utile, par responsable D."),
        "{}",
        told.text()
    );
    assert_eq!(told.header("content-type"), "application/octet-stream");
}

#[tokio::test]
async fn w_07_two_clicks_mask_a_zone_without_a_script() {
    let line = ticket(TestStore::sqlite().await, &screen(), "image/png").await;
    let console = Console::open(&line).await;
    let one = console
        .get(Job::Agent, &format!("{HERE}?clic.x=64&clic.y=48"))
        .await;
    assert!(one.shows("Premier coin posé"));
    let corner = one.hidden("coin").unwrap();
    let two = format!("{HERE}?coin={corner}&clic.x=320&clic.y=0");
    let two = console.get(Job::Agent, &two).await;
    assert!(
        two.shows("Zone 1 : gauche 10 %, haut 0 %, largeur 40 %, hauteur 10 %"),
        "{}",
        two.text()
    );
    let zone = two.hidden("zone").unwrap();
    let typed = format!("{HERE}?zone={zone}&gauche=0&haut=90&largeur=100&hauteur=10&ajouter=1");
    let both = console.get(Job::Agent, &typed).await;
    assert!(both.shows("Zone 2"));
    let query = "?zone=10,0,40,10&amp;zone=0,90,100,10";
    assert!(
        both.shows(&format!("{HERE}/image{query}")),
        "{}",
        both.text()
    );
    let done = console
        .post(
            Job::Agent,
            &typed,
            "masquer",
            "zone=10,0,40,10&zone=0,90,100,10",
        )
        .await;
    assert_eq!(done.status, 303, "{}", done.text());
    let whole = console.get(Job::Agent, &format!("{HERE}/image")).await;
    let whole = image::load_from_memory(&whole.body).unwrap().into_rgb8();
    for (x, y, is_black) in [
        (64, 0, true),
        (319, 47, true),
        (600, 470, true),
        (0, 100, false),
    ] {
        assert_eq!(
            *whole.get_pixel(x, y) == Rgb([0, 0, 0]),
            is_black,
            "{x} {y}"
        );
    }
    let page = console.get(Job::Agent, HERE).await;
    assert!(page.shows("Pièce 2 masquée par une personne, l’original est détruit (agent D.)"));
}

#[tokio::test]
async fn the_command_masks_and_deletes_where_no_console_is_at_hand() {
    let line = ticket(TestStore::sqlite().await, &screen(), "image/png").await;
    let folder = tempfile::tempdir().unwrap();
    let file = line.configuration(folder.path());
    let command = |words: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_vigie"))
            .args(["ticket", "capture", "INC-26-00001"])
            .args(words)
            .arg("--config")
            .arg(&file)
            .output()
            .unwrap();
        let complained = String::from_utf8(done.stderr).unwrap();
        (done.status.code(), complained)
    };
    for wrong in [
        &["2"][..],
        &["2", "--mask", "1,2,3"],
        &["2", "--mask", "1,1,1,1", "--delete", "health"],
        &["2", "--mask", "1,1,1,1", "--ask-again"],
        &["2", "--delete", " "],
    ] {
        assert_eq!(command(wrong).0, Some(2), "{wrong:?}");
    }
    let (code, complained) = command(&["2", "--mask", "0,0,100,10", "--mask", "0,90,100,10"]);
    assert_eq!(code, Some(0), "{complained}");
    assert_eq!(deeds(line.store(), Deed::CaptureMasked).await, ["m-1/2"]);
    let (code, complained) = command(&["2", "--delete", "montre une adresse", "--ask-again"]);
    assert_eq!(code, Some(0), "{complained}");
    let mails = line.mails().await;
    assert!(mails.iter().any(|mail| mail.template == "E1d"));
    let (code, complained) = command(&["9", "--delete", "health"]);
    assert_ne!(code, Some(0));
    assert!(complained.contains("there is no such file"), "{complained}");
    let found = found_in(self::folder(&line), &needles(&screen()));
    assert_eq!(found, []);
}
