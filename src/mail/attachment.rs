//! Attachments and what they are for: screenshot, logo or document (`spec/declaration.md`).
//!
//! How a role is drawn is told in [`super::role`].

use super::charset;
use super::header::LONGEST_LINE;
use super::nesting::Entity;
use super::replace::Place;
use super::role::{Clues, Shown, role};
use crate::domain::declaration::Role;
use crate::media::sniff;
use std::borrow::Cow;

/// An attachment with its bytes.
#[derive(Debug, Clone)]
pub struct Attachment<'x> {
    /// As in [`crate::domain::declaration::Attachment`].
    pub filename: String,
    /// Lower case, sniffed where the label is `application/octet-stream` or missing.
    pub content_type: String,
    /// Decoded bytes.
    pub contents: Cow<'x, [u8]>,
    /// What it is for.
    pub role: Role,
    /// Content-ID without angle brackets, by which the HTML names it.
    pub content_id: Option<String>,
    /// Where it stands in the raw message; `None` for what is inside another file, in the HTML or in
    /// an encoded message.
    pub place: Option<Place>,
}

impl Attachment<'_> {
    /// The same attachment with bytes of its own.
    #[must_use]
    pub fn into_owned(self) -> Attachment<'static> {
        Attachment {
            filename: self.filename,
            content_type: self.content_type,
            contents: Cow::Owned(self.contents.into_owned()),
            role: self.role,
            content_id: self.content_id,
            place: self.place,
        }
    }
}

/// The attachment that a leaf holds.
pub(super) fn read<'r>(entity: &Entity<'r>, page: &[Shown]) -> Attachment<'r> {
    let contents = entity.decoded();
    let content_id = entity.headers.raw("Content-ID").map(|value| {
        charset::line(&super::header::utf8(value), LONGEST_LINE)
            .trim_matches(['<', '>', ' '])
            .to_owned()
    });
    let filename = filename(entity);
    let label = format!("{}/{}", entity.media_type.kind, entity.media_type.subtype);
    let content_type = content_type(label, &filename, &contents);
    let attached = entity
        .disposition
        .as_ref()
        .is_some_and(|d| d.kind == "attachment");
    let shown: Vec<&Shown> = content_id
        .as_deref()
        .map(|id| {
            page.iter()
                .filter(|shown| {
                    cid(&shown.picture.source).is_some_and(|cid| cid.eq_ignore_ascii_case(id))
                })
                .collect()
        })
        .unwrap_or_default();
    let role = role(&Clues {
        filename: &filename,
        content_type: &content_type,
        contents: &contents,
        attached,
        shown: &shown,
    });
    Attachment {
        filename,
        content_type,
        contents,
        role,
        content_id,
        place: Some(Place {
            at: entity.at.clone(),
            body: entity.at.end - entity.body.len(),
        }),
    }
}

/// The name that a part was given, RFC 2231 and RFC 2047 decoded, without folders.
pub(super) fn filename(entity: &Entity<'_>) -> String {
    let name = entity
        .disposition
        .as_ref()
        .and_then(|d| d.parameter("filename"))
        .or_else(|| entity.media_type.parameter("name"))
        .or_else(|| entity.media_type.parameter("filename"))
        .unwrap_or_default();
    name.rsplit(['/', '\\'])
        .next()
        .unwrap_or(name)
        .trim()
        .chars()
        .take(255)
        .collect()
}

/// The pictures that HTML carries inside itself (`data:` URIs), at most 50 and 20 MiB.
pub(super) fn embedded(page: &[Shown]) -> Vec<Attachment<'static>> {
    let mut left = 20 * 1024 * 1024_usize;
    let mut found: Vec<Attachment<'static>> = Vec::new();
    for shown in page {
        let source = &shown.picture.source;
        let Some((head, data)) = source.get(5..).and_then(|rest| rest.split_once(',')) else {
            continue;
        };
        let is_data = source
            .get(..5)
            .is_some_and(|s| s.eq_ignore_ascii_case("data:"));
        if !is_data
            || !head.to_ascii_lowercase().ends_with(";base64")
            || found.len() >= 50
            || data.len() > left
        {
            continue;
        }
        let data: Vec<u8> = data.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        let Some(contents) = mail_parser::decoders::base64::base64_decode(&data) else {
            continue;
        };
        left -= data.len();
        let label = head
            .split(';')
            .next()
            .unwrap_or("")
            .trim()
            .to_ascii_lowercase();
        let content_type = content_type(label, "", &contents);
        if !content_type.starts_with("image/") || found.iter().any(|f| f.contents == contents) {
            continue;
        }
        let role = role(&Clues {
            filename: "",
            content_type: &content_type,
            contents: &contents,
            attached: false,
            shown: &[shown],
        });
        found.push(Attachment {
            filename: String::new(),
            content_type,
            contents: Cow::Owned(contents),
            role,
            content_id: None,
            place: None,
        });
    }
    found
}

fn content_type(label: String, filename: &str, contents: &[u8]) -> String {
    let vague = matches!(
        label.as_str(),
        "application/octet-stream"
            | "application/x-unknown"
            | "application/unknown"
            | "application/x-zip-compressed"
            | "application/zip"
            | "application/download"
            | "application/force-download"
            | "image/*"
            | "text/plain"
            | "/"
            | ""
    );
    let sniffed = sniff(contents);
    match sniffed {
        Some(found) if vague || (label.starts_with("image/") && found.starts_with("image/")) => {
            found.to_owned()
        }
        _ if vague && label != "text/plain" => by_extension(filename).map_or(label, str::to_owned),
        _ => label,
    }
}

fn by_extension(filename: &str) -> Option<&'static str> {
    let extension = filename.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match extension.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" | "jpe" | "jfif" => "image/jpeg",
        "gif" => "image/gif",
        "bmp" => "image/bmp",
        "webp" => "image/webp",
        "heic" | "heif" => "image/heic",
        "svg" => "image/svg+xml",
        "pdf" => "application/pdf",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "odp" => "application/vnd.oasis.opendocument.presentation",
        "txt" | "log" => "text/plain",
        "csv" => "text/csv",
        "msg" => "application/vnd.ms-outlook",
        "eml" => "message/rfc822",
        "vcf" => "text/vcard",
        _ => return None,
    })
}

fn cid(source: &str) -> Option<&str> {
    source
        .get(..4)
        .filter(|s| s.eq_ignore_ascii_case("cid:"))
        .map(|_| source[4..].trim())
}

#[cfg(test)]
mod tests {
    use super::super::html::Picture;
    use super::super::role::Place;
    use super::*;
    use image::{DynamicImage, ImageFormat};
    use std::io::Cursor;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height)
            .write_to(&mut file, ImageFormat::Png)
            .unwrap();
        file.into_inner()
    }

    #[test]
    fn other_files_are_documents() {
        for content_type in [
            "application/pdf",
            "text/vcard",
            "application/vnd.ms-outlook",
            "application/x-pkcs7-signature",
            "text/plain",
        ] {
            let clues = Clues {
                filename: "x",
                content_type,
                contents: b"x",
                attached: true,
                shown: &[],
            };
            assert_eq!(role(&clues), Role::Document, "{content_type}");
        }
    }

    #[test]
    fn a_vague_label_gives_way_to_the_bytes_and_then_to_the_name() {
        for (label, name, contents, content_type) in [
            (
                "application/octet-stream",
                "x",
                &b"\x89PNG\r\n\x1a\n"[..],
                "image/png",
            ),
            ("image/jpeg", "x.jpg", b"\x89PNG\r\n\x1a\n", "image/png"),
            (
                "application/octet-stream",
                "journal.log",
                b"abc",
                "text/plain",
            ),
            ("application/octet-stream", "x.heic", b"abc", "image/heic"),
            (
                "application/vnd.ms-outlook",
                "x.msg",
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
                "application/vnd.ms-outlook",
            ),
        ] {
            assert_eq!(
                super::content_type(label.to_owned(), name, contents),
                content_type
            );
        }
    }

    #[test]
    fn pictures_inside_the_html_are_attachments() {
        let source = format!(
            "data:image/png;base64,{}",
            data_encoding::BASE64.encode(&png(800, 600))
        );
        let page: Vec<Shown> = [&source, "data:text/html;base64,AAAA", "data:"]
            .into_iter()
            .map(|source| Shown {
                picture: Picture {
                    source: source.to_owned(),
                    at: 5,
                    shown: (None, None),
                    signature: false,
                    link: false,
                    alt: String::new(),
                },
                place: Place::Words,
            })
            .collect();
        let found = embedded(&page);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].role, Role::Screenshot);
    }
}
