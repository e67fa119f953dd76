//! What carries words and pictures beside plain MIME parts (`spec/pains.md`, 21 and 23): signed
//! objects and `winmail.dat` read as their plain twins, and nine carriers of one screenshot.

use crate::pictures::window_png;
use crate::support::{cms, tnef};
use data_encoding::{BASE64_MIME, HEXLOWER};
use sha2::{Digest, Sha256};
use std::io::{Cursor, Write};
use std::time::{Duration, Instant};
use vigie::domain::declaration::{Declaration, Role};
use vigie::domain::form::{Ask, Form, Item};
use vigie::extract::{Context, extract};
use vigie::mail::{Doubt, Email};
use zip::write::{SimpleFileOptions, ZipWriter};

const HEADERS: &str = "From: Claire Lebreton <claire.lebreton@chu.example>\nTo: support@vigie.example\n\
Subject: Module cartographie\nDate: Tue, 3 Feb 2026 09:20:00 +0100\nMessage-ID: <carriers-1@chu.example>\n\
MIME-Version: 1.0\n";

const WORDS: &str = "Bonjour,

Le module cartographie reste gris depuis ce matin 9h, en production. L'\u{e9}cran ne se charge plus.
Utilisateur concern\u{e9} : Paul Martin

Cordialement,
Claire Lebreton
ARM - SAMU 44
02 61 91 40 12
";

fn read(email: &Email<'_>) -> (Declaration, Vec<Ask>) {
    let context = Context {
        received_at: chrono::DateTime::UNIX_EPOCH,
        own_addresses: &[],
        mark: "INC",
        key: None,
    };
    let declaration = extract(email, Form::si_samu(), &context);
    let asks = Form::si_samu().ask(&declaration);
    (declaration, asks)
}

fn text() -> String {
    format!("Content-Type: text/plain; charset=utf-8\n\n{WORDS}")
}

fn file(headers: &str, bytes: &[u8]) -> String {
    format!(
        "{headers}\nContent-Transfer-Encoding: base64\n\n{}\n",
        BASE64_MIME.encode(bytes)
    )
}

fn multipart(subtype: &str, parts: &[String]) -> String {
    let boundary = format!("b{}", HEXLOWER.encode(&Sha256::digest(parts.concat())[..6]));
    let parts: String = parts
        .iter()
        .map(|part| format!("--{boundary}\n{part}\n"))
        .collect();
    format!("Content-Type: multipart/{subtype}; boundary={boundary}\n\n{parts}--{boundary}--\n")
}

fn attached(name: &str, bytes: &[u8]) -> String {
    file(
        &format!("Content-Type: image/png\nContent-Disposition: attachment; filename=\"{name}\""),
        bytes,
    )
}

fn latin(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect()
}

const P7M: &str = "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n\
Content-Disposition: attachment; filename=smime.p7m";
const TNEF: &str = "Content-Type: application/ms-tnef; name=winmail.dat\n\
Content-Disposition: attachment; filename=winmail.dat";

#[test]
fn signed_mail_and_winmail_dat_are_read_as_their_plain_twins() {
    let (one, two) = (window_png(1), window_png(2));
    let inner = multipart(
        "mixed",
        &[text(), attached("un.png", &one), attached("deux.png", &two)],
    );
    let twin = format!("{HEADERS}{inner}");
    let twin = Email::parse(twin.as_bytes());
    let (expected, expected_asks) = read(&twin);
    let inner_crlf = inner.replace('\n', "\r\n");
    let pictures = |writer: tnef::Writer| {
        writer
            .attachment("UN.PNG", &one, &[(0x3707_001f, &tnef::wide("un.png"))])
            .attachment("DEUX.PNG", &two, &[(0x3707_001f, &tnef::wide("deux.png"))])
            .finish()
    };
    let plain = pictures(tnef::Writer::default().plain(&latin(WORDS)));
    let html = WORDS.replace('\n', "<br>\n");
    let html = pictures(tnef::Writer::default().message(&[
        (0x3fde_0003, &65001_u32.to_le_bytes()),
        (0x1013_0102, html.as_bytes()),
    ]));
    let rtf: String = WORDS
        .lines()
        .map(|line| format!("{line}\\par\n"))
        .collect::<String>()
        .replace('\u{e9}', "\\'e9");
    let rtf = [
        b"\0\0\0\0\0\0\0\0MELA\0\0\0\0{\\rtf1\\ansi\\ansicpg1252 ",
        rtf.as_bytes(),
        b"}",
    ]
    .concat();
    let rtf = pictures(tnef::Writer::default().message(&[(0x1009_0102, &rtf)]));
    let bare = pictures(tnef::Writer::default());
    let signature = file(
        "Content-Type: application/pkcs7-signature; name=smime.p7s\n\
Content-Disposition: attachment; filename=smime.p7s",
        b"0\x80\x06",
    );
    let signed_again = file(P7M, &cms::signed(inner_crlf.as_bytes()));
    for (name, body) in [
        ("opaque", file(P7M, &cms::signed(inner_crlf.as_bytes()))),
        (
            "opaque, LF inside",
            file(P7M, &cms::signed(inner.as_bytes())),
        ),
        (
            "opaque, in pieces, older label",
            file(
                "Content-Type: application/x-pkcs7-mime; name=smime.p7m",
                &cms::signed_in_pieces(inner_crlf.as_bytes()),
            ),
        ),
        (
            "opaque, known by its name only",
            file(
                "Content-Type: application/octet-stream; name=smime.p7m",
                &cms::signed(inner_crlf.as_bytes()),
            ),
        ),
        (
            "signed twice",
            file(P7M, &cms::signed(signed_again.as_bytes())),
        ),
        (
            "opaque, inside what a gateway wrapped",
            multipart("mixed", std::slice::from_ref(&signed_again)),
        ),
        ("detached", multipart("signed", &[inner.clone(), signature])),
        ("winmail.dat alone", file(TNEF, &plain)),
        ("winmail.dat, HTML", file(TNEF, &html)),
        ("winmail.dat, RTF", file(TNEF, &rtf)),
        (
            "winmail.dat beside the words",
            multipart("mixed", &[text(), file(TNEF, &bare)]),
        ),
        (
            "winmail.dat with the same words as HTML",
            multipart("mixed", &[text(), file(TNEF, &html)]),
        ),
        (
            "winmail.dat known by its name only",
            file(
                "Content-Type: application/octet-stream; name=winmail.dat",
                &plain,
            ),
        ),
        (
            "winmail.dat, signed",
            file(P7M, &cms::signed(file(TNEF, &plain).as_bytes())),
        ),
    ] {
        let raw = format!("{HEADERS}{body}");
        let email = Email::parse(raw.as_bytes());
        let (declaration, asks) = read(&email);
        assert_eq!(declaration.own_text, expected.own_text, "{name}");
        for (field, expected) in expected.fields.iter() {
            assert_eq!(
                declaration.fields[field].reading, expected.reading,
                "{name}: {field:?}"
            );
        }
        assert_eq!(declaration.kind, expected.kind, "{name}");
        assert_eq!(asks, expected_asks, "{name}");
        assert!(!email.doubts.contains(&Doubt::Encrypted), "{name}");
        let of = |role: Role| {
            let all = email.attachments.iter().filter(move |one| one.role == role);
            all.map(|one| (one.filename.as_str(), &*one.contents))
        };
        let screenshots: Vec<_> = of(Role::Screenshot).collect();
        assert_eq!(
            screenshots,
            [("un.png", &*one), ("deux.png", &*two)],
            "{name}"
        );
        let documents: Vec<&str> = of(Role::Document).map(|(name, _)| name).collect();
        let container: &[&str] = match name {
            name if name.starts_with("winmail") => &["winmail.dat"],
            "detached" => &["smime.p7s"],
            _ => &[],
        };
        assert_eq!(documents, container, "{name}");
    }
}

#[test]
fn a_picture_that_the_html_of_winmail_dat_shows_has_its_place() {
    let logo = crate::pictures::logo_png();
    let file_bytes = tnef::Writer::default()
        .message(&[
            (0x3fde_0003, &65001_u32.to_le_bytes()),
            (
                0x1013_0102,
                b"<p>Plus de carto.</p><p>Cordialement,<br>Claire Lebreton</p><img src=\"cid:image001@01\">",
            ),
        ])
        .attachment(
            "image001.png",
            &logo,
            &[(0x3712_001f, &tnef::wide("image001@01")), (0x3714_0003, &4_u32.to_le_bytes())],
        )
        .finish();
    let raw = format!("{HEADERS}{}", file(TNEF, &file_bytes));
    let email = Email::parse(raw.as_bytes());
    assert_eq!(
        email.attachments[1].content_id.as_deref(),
        Some("image001@01")
    );
    assert_eq!(email.attachments[1].role, Role::Logo);
}

#[test]
fn encrypted_mail_is_said_to_be_unreadable() {
    let object = cms::encrypted(2_000);
    let enveloped =
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m";
    let unnamed = "Content-Type: application/x-pkcs7-mime; name=smime.p7m";
    let signed = cms::signed(file(enveloped, &object).as_bytes());
    let pgp = [
        "Content-Type: application/pgp-encrypted\n\nVersion: 1\n".to_owned(),
        file(
            "Content-Type: application/octet-stream; name=encrypted.asc",
            b"x",
        ),
    ];
    for (name, body) in [
        ("S/MIME", file(enveloped, &object)),
        ("S/MIME, older label", file(unnamed, &object)),
        ("S/MIME, broken", file(enveloped, b"abc")),
        ("encrypted, then signed", file(P7M, &signed)),
        ("PGP", multipart("encrypted; protocol=\"application/pgp-encrypted\"", &pgp)),
        (
            "PGP in the text",
            "Content-Type: text/plain\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMA0\n=abcd\n-----END PGP MESSAGE-----\n".to_owned(),
        ),
    ] {
        let raw = format!("{HEADERS}{body}");
        let email = Email::parse(raw.as_bytes());
        assert!(email.doubts.contains(&Doubt::Encrypted), "{name}");
    }
}

fn docx(picture: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [
        ("word/document.xml", &b"<w/>"[..]),
        ("word/media/image1.png", picture),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A page with a line of text and a picture, as a word processor exports it.
fn pdf(jpeg: &[u8]) -> Vec<u8> {
    let page = b"%PDF-1.4\n1 0 obj <</Type/Page/Resources<</Font<</F1 3 0 R>>/XObject<</I 2 0 R>>>>>> endobj\n\
3 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj\n";
    let picture = format!(
        "2 0 obj <</Type/XObject/Subtype/Image/Width 1000/Height 640/ColorSpace/DeviceRGB\
/BitsPerComponent 8/Filter/DCTDecode/Length {}>> stream\n",
        jpeg.len()
    );
    [page, picture.as_bytes(), jpeg, b"\nendstream endobj\n%%EOF"].concat()
}

#[test]
fn nine_carriers_bring_one_screenshot_each() {
    let png = window_png(3);
    let jpeg = crate::pictures::window_jpeg(3);
    let heic = [
        &b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..],
        b"\0\0\0\x14ispe\0\0\0\0\0\0\x0f\xc0\0\0\x0b\xd0",
        &[7; 5_000],
    ]
    .concat();
    let html = |picture: &str| {
        format!(
            "Content-Type: text/html; charset=utf-8\n\n<p>{}</p>{picture}",
            WORDS.replace('\n', "<br>")
        )
    };
    let cid = |disposition: &str| {
        multipart(
            "related",
            &[
                html("<img src=\"cid:ecran@1\">"),
                file(
                    &format!("Content-Type: image/png\nContent-ID: <ecran@1>{disposition}"),
                    &png,
                ),
            ],
        )
    };
    let mixed = |part: String| multipart("mixed", &[text(), part]);
    let (word, page) = (docx(&png), pdf(&jpeg));
    let carriers: [(&str, String, &[u8]); 9] = [
        ("attached", mixed(attached("ecran.png", &png)), &png),
        (
            "inline, named by cid",
            cid("\nContent-Disposition: inline; filename=image.png"),
            &png,
        ),
        ("cid without disposition", cid(""), &png),
        (
            "data: URI",
            html(&format!(
                "<img src=\"data:image/png;base64,{}\">",
                data_encoding::BASE64.encode(&png)
            )),
            &png,
        ),
        (
            "message/rfc822",
            mixed(format!(
                "Content-Type: message/rfc822\n\nFrom: Paul Martin <paul.martin@chu.example>\nSubject: capture\n{}",
                multipart(
                    "mixed",
                    &["\nVoir la capture.".to_owned(), attached("ecran.png", &png)]
                )
            )),
            &png,
        ),
        (
            "Word",
            mixed(file(
                "Content-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document\n\
Content-Disposition: attachment; filename=ecran.docx",
                &word,
            )),
            &word,
        ),
        (
            "PDF",
            mixed(file(
                "Content-Type: application/pdf\nContent-Disposition: attachment; filename=ecran.pdf",
                &page,
            )),
            &page,
        ),
        (
            "HEIC",
            mixed(file(
                "Content-Type: image/heic\nContent-Disposition: attachment; filename=IMG_2031.HEIC",
                &heic,
            )),
            &heic,
        ),
        (
            "bytes without name or type",
            mixed(file("Content-Type: application/octet-stream", &png)),
            &png,
        ),
    ];
    for (name, body, bytes) in carriers {
        let raw = format!("{HEADERS}{body}");
        let email = Email::parse(raw.as_bytes());
        let (declaration, asks) = read(&email);
        let hash = |bytes: &[u8]| HEXLOWER.encode(&Sha256::digest(bytes));
        let listed: Vec<usize> = (0..email.attachments.len())
            .filter(|&at| hash(&email.attachments[at].contents) == hash(bytes))
            .collect();
        assert_eq!(listed.len(), 1, "{name}");
        assert_eq!(
            declaration.attachments[listed[0]].role,
            Role::Screenshot,
            "{name}"
        );
        assert!(
            asks.iter().all(|ask| ask.item != Item::Screenshot),
            "{name}: {asks:?}"
        );
        let screenshots = declaration
            .attachments
            .iter()
            .filter(|one| one.role == Role::Screenshot);
        assert_eq!(screenshots.count(), 1, "{name}");
    }
}

/// Hang guard: far beyond what these take in a debug build.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn files_that_are_made_to_harm_are_told_apart_within_bounds() {
    let zeros = vec![0; 1024 * 1024];
    let zip = |entries: Vec<(String, &[u8])>| {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    };
    let named = |count: usize| (0..count).map(|n| (format!("word/media/{n}.png"), &zeros[..]));
    let bomb = zip(named(30).collect());
    let nested = zip(vec![("word/media/inner.zip".to_owned(), &bomb)]);
    let many = zip((0..9_000)
        .map(|n| (format!("word/media/{n}.png"), &b"x"[..]))
        .collect());
    let huge_png = [
        &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..],
        &[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 2, 0, 0, 0],
    ]
    .concat();
    let frame = b"\x2c\0\0\0\0\xc8\0\x64\0\0\x02\x02\x44\x01\0";
    let frames = [
        &b"GIF89a\xc8\0\x64\0\0\0\0"[..],
        &frame.repeat(10_000),
        b";",
    ]
    .concat();
    let entities = "<!DOCTYPE s [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><svg>&b;</svg>";
    let pdf = "1 0 obj <</Subtype/Image/Width 9999/Height 9999/Filter/FlateDecode>> stream "
        .repeat(20_000);
    let mut packed = [&[0; 8][..], b"LZFu", &[0; 4]].concat();
    packed.extend([0xff, 0x0d, 0x0f, 0x0d, 0x0f, 0x0d, 0x0f, 0x0d, 0x0f].repeat(300_000));
    let tnef_bomb = tnef::Writer::default()
        .message(&[(0x1009_0102, &packed)])
        .finish();
    let mut crowd = tnef::Writer::default();
    for _ in 0..5_000 {
        crowd = crowd.attachment("a.png", b"x", &[]);
    }
    let office = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    for (name, media_type, bytes, role) in [
        ("zip bomb", office, bomb.as_slice(), Role::Document),
        ("zip in zip", office, &nested, Role::Document),
        ("9,000 entries", office, &many, Role::Document),
        (
            "gzip",
            "application/gzip",
            b"\x1f\x8b\x08\0",
            Role::Document,
        ),
        ("60,000 × 60,000", "image/png", &huge_png, Role::Screenshot),
        ("10,000 frames", "image/gif", &frames, Role::Logo),
        ("entities", "image/svg+xml", entities.as_bytes(), Role::Logo),
        ("PDF", "application/pdf", pdf.as_bytes(), Role::Screenshot),
        (
            "RTF in TNEF",
            "application/ms-tnef",
            &tnef_bomb,
            Role::Document,
        ),
        (
            "5,000 files in TNEF",
            "application/ms-tnef",
            &crowd.finish(),
            Role::Document,
        ),
    ] {
        let part = file(
            &format!("Content-Type: {media_type}\nContent-Disposition: attachment; filename=x"),
            bytes,
        );
        let raw = format!("{HEADERS}{}", multipart("mixed", &[text(), part]));
        let start = Instant::now();
        let email = Email::parse(raw.as_bytes());
        assert!(start.elapsed() < PATIENCE, "{name}");
        let attachment = &email.attachments[0];
        assert_eq!(
            (attachment.role, &*attachment.contents),
            (role, bytes),
            "{name}"
        );
        assert!(email.attachments.len() <= 101, "{name}");
    }
}
