//! The labelled pictures (`spec/pains.md`, 22): drawn here, placed in mails as clients place them, and
//! told apart by the reader. `mails.txt` is the set and its labels: what a screen shows is a
//! screenshot, what a signature holds a logo. Every third mail was held out while the rules were made.

mod canvas;
mod logos;
mod screens;

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, RgbImage};
use std::fmt::Write;
use std::io::Cursor;
use std::sync::LazyLock;
use vigie::domain::declaration::Role;
use vigie::domain::form::{Form, Item};
use vigie::extract::{Context, extract};
use vigie::mail::Email;

/// A labelled picture and where its mail has it.
struct Picture {
    /// The line's words, for messages of the tests.
    said: String,
    role: Role,
    bytes: Vec<u8>,
    place: String,
    name: String,
    media_type: String,
    shown: Option<u32>,
    size: (u32, u32),
}

/// A mail of the set.
struct Mail {
    held_out: bool,
    pictures: Vec<Picture>,
    raw: Vec<u8>,
}

/// Drawn once for all tests.
static MAILS: LazyLock<Vec<Mail>> = LazyLock::new(mails);

fn mails() -> Vec<Mail> {
    include_str!("mails.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .enumerate()
        .map(|(index, line)| {
            let (client, pictures) = line.split_once('|').unwrap();
            let client = client.trim();
            let pictures: Vec<Picture> = (0..)
                .zip(pictures.split(';'))
                .map(|(number, words)| picture(client, words.trim(), seed(index, number)))
                .collect();
            Mail {
                held_out: index % 3 == 2,
                raw: mail(client, index, &pictures),
                pictures,
            }
        })
        .collect()
}

fn seed(mail: usize, picture: u64) -> u64 {
    u64::try_from(mail).unwrap() * 100 + picture + 1
}

fn picture(client: &str, line: &str, seed: u64) -> Picture {
    let mut words = line.split(' ');
    let scene = words.next().unwrap();
    let (width, height) = words.next().unwrap().split_once('x').unwrap();
    let size = (width.parse().unwrap(), height.parse().unwrap());
    let format = words.next().unwrap();
    let place = words.next().unwrap();
    let rest: Vec<&str> = words.collect();
    let (name, shown) = match rest.split_last() {
        Some((last, name)) if !name.is_empty() && last.parse::<u32>().is_ok() => {
            (name.join(" "), last.parse().ok())
        }
        _ => (rest.join(" "), None),
    };
    let (role, bytes) = if let Some(image) = screens::screen(scene, size.0, size.1, seed) {
        (Role::Screenshot, encoded(image, format))
    } else if scene == "animated" {
        let frames = (0..3).map(|turn| logos::logo("banner", size.0, size.1, seed + turn).unwrap());
        (Role::Logo, animated(frames))
    } else {
        let image = logos::logo(scene, size.0, size.1, seed).expect(scene);
        (Role::Logo, encoded(image, format))
    };
    Picture {
        said: format!("{client}: {line}"),
        role,
        bytes,
        place: place.to_owned(),
        name: if name == "-" { String::new() } else { name },
        media_type: format!("image/{format}"),
        shown,
        size,
    }
}

fn encoded(image: RgbImage, format: &str) -> Vec<u8> {
    let format = ImageFormat::from_extension(format).unwrap();
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image)
        .write_to(&mut file, format)
        .unwrap();
    file.into_inner()
}

fn animated(images: impl Iterator<Item = RgbImage>) -> Vec<u8> {
    let mut file = Vec::new();
    {
        let mut encoder = GifEncoder::new_with_speed(&mut file, 30);
        for image in images {
            let frame = Frame::new(DynamicImage::ImageRgb8(image).into_rgba8());
            encoder.encode_frame(frame).unwrap();
        }
    }
    file
}

/// The mail, as its client builds it.
fn mail(client: &str, index: usize, pictures: &[Picture]) -> Vec<u8> {
    const SAID: [&str; 4] = [
        "Bonjour,|Le module cartographie reste gris depuis ce matin 9h sur mon poste.|Merci de votre aide.",
        "Bonjour à tous,|Impossible d'enregistrer un dossier : le bouton Valider ne répond plus, en production. Deux ARM sont touchés.",
        "Bonjour,|Message d'erreur à l'ouverture du portail, voir ci-dessous.|Bonne journée",
        "Plus d'annuaire depuis hier 14h30, le listing est vide.",
    ];
    let said: Vec<&str> = SAID[index % SAID.len()].split('|').collect();
    let signature = ["Claire Lebreton", "ARM - SAMU 44", "02 61 91 40 12"];
    let html = !matches!(client, "plain" | "iphone" | "octet");
    let mut raw = format!(
        "From: Claire Lebreton <claire.lebreton@chu.example>\nTo: support@vigie.example\nSubject: Portail\n\
Date: Tue, 3 Feb 2026 09:20:00 +0100\nMessage-ID: <pictures-{index}@chu.example>\nMIME-Version: 1.0\n\
Content-Type: multipart/{}; boundary=b\n\n--b\n",
        if html { "related" } else { "mixed" }
    );
    if html {
        let page = page(client, index, pictures, &said, &signature);
        write!(raw, "Content-Type: text/html; charset=utf-8\n\n{page}\n").unwrap();
    } else {
        write!(
            raw,
            "Content-Type: text/plain; charset=utf-8\n\n{}\n\nCordialement,\n{}\n",
            said.join("\n"),
            signature.join("\n")
        )
        .unwrap();
    }
    for (number, picture) in pictures.iter().enumerate() {
        if picture.place == "data" {
            continue;
        }
        let disposition = match picture.place.as_str() {
            "attached" => "attachment",
            _ => "inline",
        };
        let media_type = if client == "octet" {
            "application/octet-stream"
        } else {
            &picture.media_type
        };
        write!(
            raw,
            "--b\nContent-Type: {media_type}\nContent-Transfer-Encoding: base64\n"
        )
        .unwrap();
        if client != "octet" || !picture.name.is_empty() {
            writeln!(
                raw,
                "Content-Disposition: {disposition}; filename=\"{}\"",
                picture.name
            )
            .unwrap();
        }
        if html && picture.place != "attached" {
            writeln!(raw, "Content-ID: <{}>", content_id(number)).unwrap();
        }
        write!(
            raw,
            "\n{}\n",
            data_encoding::BASE64_MIME.encode(&picture.bytes)
        )
        .unwrap();
    }
    raw.push_str("--b--\n");
    raw.into_bytes()
}

fn content_id(number: usize) -> String {
    format!("image{number:03}.png@01DC94E1.5A3B7C20")
}

fn page(
    client: &str,
    index: usize,
    pictures: &[Picture],
    said: &[&str],
    signature: &[&str],
) -> String {
    let shown = |place: &str| -> String {
        let tag = |(number, picture): (usize, &Picture)| {
            let width = picture.shown.unwrap_or(picture.size.0);
            let height = picture.size.1 * width / picture.size.0;
            let source = match place {
                "data" => format!(
                    "data:{};base64,{}",
                    picture.media_type,
                    data_encoding::BASE64.encode(&picture.bytes)
                ),
                _ => format!("cid:{}", content_id(number)),
            };
            format!("<img width=\"{width}\" height=\"{height}\" src=\"{source}\">")
        };
        let tags = pictures
            .iter()
            .enumerate()
            .filter(|(_, picture)| picture.place == place);
        tags.map(tag).collect::<Vec<_>>().join(" ")
    };
    let line = |text: &str| match client {
        "outlook" | "reply" => format!("<p class=\"MsoNormal\">{text}</p>\n"),
        _ => format!("<div>{text}</div>\n"),
    };
    let mut page = String::from("<html><body>\n");
    for (number, words) in said.iter().enumerate() {
        page += &line(words);
        if number == said.len().min(2) - 1 {
            page += &line(&(shown("words") + &shown("data")));
        }
    }
    // Pasted at the end of the words, or at the end of everything.
    let early = index % 2 == 1;
    if early {
        page += &line(&shown("after"));
    }
    let lines: String = signature.iter().map(|words| line(words)).collect();
    let inside = format!("{lines}{}", line(&shown("signature")));
    page += &line("Cordialement,");
    page += &match client {
        "gmail" => format!("<div dir=\"ltr\" class=\"gmail_signature\">{inside}</div>\n"),
        "owa" => format!("<div id=\"Signature\">{inside}</div>\n"),
        "thunderbird" => format!("<div class=\"moz-signature\">-- <br>{inside}</div>\n"),
        _ => inside,
    };
    if !early {
        page += &line(&shown("after"));
    }
    if client == "reply" {
        page += "<div style=\"border:none;border-top:solid #E1E1E1 1.0pt\"><p class=\"MsoNormal\">\
<b>De :</b> Paul Martin &lt;paul.martin@chu.example&gt;<br><b>Envoyé :</b> lundi 2 février 2026 17:03<br>\
<b>À :</b> Claire Lebreton<br><b>Objet :</b> Portail</p></div>\n<p>Claire, peux-tu voir avec le support ?</p>\n\
<p>Paul Martin</p>\n";
        page += &line(&shown("quote"));
    }
    page + "</body></html>"
}

/// What the reader says of the pictures of some mails.
#[derive(Default)]
struct Told {
    screenshots: usize,
    logos: usize,
    screenshots_lost: Vec<String>,
    logos_taken: Vec<String>,
}

impl Told {
    fn of<'m>(mails: impl Iterator<Item = &'m Mail>) -> Self {
        let mut told = Self::default();
        for mail in mails {
            let email = Email::parse(&mail.raw);
            for picture in &mail.pictures {
                let attachment = email
                    .attachments
                    .iter()
                    .find(|attachment| *attachment.contents == picture.bytes)
                    .unwrap_or_else(|| panic!("no bytes of {}", picture.said));
                let said = format!("{:?}: {}", attachment.role, picture.said);
                if picture.role == Role::Screenshot {
                    told.screenshots += 1;
                    if attachment.role != Role::Screenshot {
                        told.screenshots_lost.push(said);
                    }
                } else {
                    told.logos += 1;
                    if attachment.role == Role::Screenshot {
                        told.logos_taken.push(said);
                    }
                }
            }
        }
        told
    }

    fn print(&self, name: &str) {
        println!(
            "{name}: {} of {} screenshots lost, {} of {} logos taken for one",
            self.screenshots_lost.len(),
            self.screenshots,
            self.logos_taken.len(),
            self.logos
        );
        for said in self.screenshots_lost.iter().chain(&self.logos_taken) {
            println!("  {said}");
        }
    }
}

#[test]
fn no_screenshot_is_lost_and_hardly_a_logo_is_taken_for_one() {
    let mails = &*MAILS;
    let (held_out, open): (Vec<&Mail>, Vec<&Mail>) = mails.iter().partition(|mail| mail.held_out);
    let pictures: usize = mails.iter().map(|mail| mail.pictures.len()).sum();
    assert!(pictures >= 120, "{pictures}");
    for (name, mails) in [("open", open), ("held out", held_out)] {
        let told = Told::of(mails.into_iter());
        told.print(name);
        assert!(told.screenshots_lost.is_empty(), "{name}");
        assert!(told.logos_taken.len() * 50 <= told.logos, "{name}");
    }
}

#[test]
fn a_mail_with_logos_only_is_asked_for_a_screenshot() {
    let only_logos = |mail: &&Mail| mail.pictures.iter().all(|one| one.role == Role::Logo);
    let mails: Vec<&Mail> = MAILS.iter().filter(only_logos).collect();
    assert!(mails.iter().any(|mail| mail.pictures.len() == 6));
    for mail in mails {
        let email = Email::parse(&mail.raw);
        let context = Context {
            received_at: chrono::DateTime::UNIX_EPOCH,
            own_addresses: &[],
            mark: "INC",
            key: None,
        };
        let form = Form::si_samu();
        let asks = form.ask(&extract(&email, form, &context));
        assert!(
            asks.iter().any(|ask| ask.item == Item::Screenshot),
            "{}",
            mail.pictures[0].said
        );
    }
}

/// A window as a PNG file, for mails of other tests.
pub fn window_png(seed: u64) -> Vec<u8> {
    encoded(screens::screen("window", 1000, 640, seed).unwrap(), "png")
}

/// The same as a JPEG file.
pub fn window_jpeg(seed: u64) -> Vec<u8> {
    encoded(screens::screen("window", 1000, 640, seed).unwrap(), "jpeg")
}

/// A hospital's logo as a signature holds it.
pub fn logo_png() -> Vec<u8> {
    encoded(logos::logo("logo", 220, 80, 1).unwrap(), "png")
}
