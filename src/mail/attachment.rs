//! Attachments and what they are for: screenshot, logo or document (`spec/declaration.md`).
//!
//! A role is drawn from the picture's size in pixels, its file name, whether the HTML shows it and
//! where, and its repetition; pixels are not decoded. A picture that somebody attached on purpose
//! is a screenshot unless it is tiny or named like a logo; one that the HTML shows must be larger
//! than what signatures hold.

use super::charset;
use super::header::LONGEST_LINE;
use super::html::Picture;
use super::nesting::Entity;
use crate::domain::declaration::Role;
use crate::media::{document, picture, sniff};
use crate::text::fold;
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
        }
    }
}

/// Where the pictures of a message's HTML stand.
#[derive(Debug, Default)]
pub(super) struct Places<'p> {
    pub pictures: &'p [Picture],
    /// Where the writer's own words end, in the text that the pictures' places count in.
    pub own_end: usize,
}

/// The attachment that a leaf holds.
pub(super) fn read<'r>(entity: &Entity<'r>, places: &Places<'_>) -> Attachment<'r> {
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
    let shown: Vec<&Picture> = content_id
        .as_deref()
        .map(|id| {
            places
                .pictures
                .iter()
                .filter(|p| cid(&p.source).is_some_and(|c| c.eq_ignore_ascii_case(id)))
                .collect()
        })
        .unwrap_or_default();
    let role = role(&Clues {
        filename: &filename,
        content_type: &content_type,
        contents: &contents,
        attached,
        shown: &shown,
        own_end: places.own_end,
    });
    Attachment {
        filename,
        content_type,
        contents,
        role,
        content_id,
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
pub(super) fn embedded(places: &Places<'_>) -> Vec<Attachment<'static>> {
    let mut left = 20 * 1024 * 1024_usize;
    let mut found: Vec<Attachment<'static>> = Vec::new();
    for shown in places.pictures {
        let Some((head, data)) = shown.source.get(5..).and_then(|rest| rest.split_once(',')) else {
            continue;
        };
        let is_data = shown
            .source
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
            own_end: places.own_end,
        });
        found.push(Attachment {
            filename: String::new(),
            content_type,
            contents: Cow::Owned(contents),
            role,
            content_id: None,
        });
    }
    found
}

/// What a role is drawn from.
struct Clues<'c> {
    filename: &'c str,
    content_type: &'c str,
    contents: &'c [u8],
    /// Disposition says attachment.
    attached: bool,
    /// The places at which the HTML shows it.
    shown: &'c [&'c Picture],
    own_end: usize,
}

fn role(clues: &Clues<'_>) -> Role {
    match clues.content_type {
        "image/svg+xml" | "image/x-icon" | "image/vnd.microsoft.icon" => Role::Logo,
        "image/x-emf" | "image/x-wmf" | "image/emf" | "image/wmf" => Role::Document,
        t if t.starts_with("image/") => picture_role(clues),
        "application/pdf" if document::pdf_holds_screen(clues.contents) => Role::Screenshot,
        t if (t.contains("officedocument") || t.contains("opendocument"))
            && document::office_holds_screen(clues.contents) =>
        {
            Role::Screenshot
        }
        _ => Role::Document,
    }
}

/// Names that clients and people give to captures and photos.
const SCREEN_NAMES: [&str; 16] = [
    "capture", "screen", "ecran", "snip", "erreur", "error", "photo", "img_", "img-", "dsc",
    "pxl_", "whatsapp", "bug", "anomalie", "imprim", "snap",
];

/// Names of what signatures and newsletters hold.
const LOGO_NAMES: [&str; 16] = [
    "logo",
    "signature",
    "bandeau",
    "banner",
    "banniere",
    "facebook",
    "linkedin",
    "twitter",
    "youtube",
    "instagram",
    "icon",
    "picto",
    "pix",
    "spacer",
    "tracker",
    "footer",
];

fn picture_role(clues: &Clues<'_>) -> Role {
    let name = fold(clues.filename);
    let named_logo = LOGO_NAMES.iter().any(|word| name.contains(word));
    let named_screen = !named_logo && SCREEN_NAMES.iter().any(|word| name.contains(word));
    let Some((width, height)) = picture::size(clues.contents) else {
        // Broken or unknown: a phone's photo format, or nothing that can be said.
        return if named_logo {
            Role::Logo
        } else {
            Role::Screenshot
        };
    };
    let pixels = u64::from(width) * u64::from(height);
    let (long, short) = (width.max(height), width.min(height));
    // Trackers, rules, icons: no screen is that small.
    if short <= 16 || long <= 64 || pixels < 4_000 {
        return Role::Logo;
    }
    if pixels >= 400_000 && !(named_logo && long > 3 * short) {
        // As large as a screen: only a wide banner in a signature is that and no screenshot.
        let banner = long > 4 * short
            && clues
                .shown
                .iter()
                .any(|p| p.signature || p.at >= clues.own_end);
        return if banner { Role::Logo } else { Role::Screenshot };
    }
    if named_logo {
        return Role::Logo;
    }
    if clues.content_type == "image/jpeg" && picture::is_photo(clues.contents) {
        return Role::Screenshot;
    }
    if clues.shown.is_empty() {
        // Attached on purpose; inline without a place is what old clients do with logos.
        let small = !clues.attached && pixels < 30_000;
        return if small { Role::Logo } else { Role::Screenshot };
    }
    if clues.shown.len() > 1 || clues.shown.iter().any(|p| p.signature) {
        return Role::Logo;
    }
    if named_screen && pixels >= 20_000 {
        return Role::Screenshot;
    }
    let after_own = clues.shown.iter().all(|p| p.at >= clues.own_end);
    // A letterhead is small and wide; a snip of a dialogue stands among the words.
    let bound = if after_own { 150_000 } else { 40_000 };
    if pixels < bound || (after_own && long > 4 * short) {
        Role::Logo
    } else {
        Role::Screenshot
    }
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

    fn place(at: usize, signature: bool) -> Picture {
        Picture {
            source: String::new(),
            at,
            shown: (None, None),
            signature,
        }
    }

    #[test]
    fn a_pictures_role_follows_its_size_name_and_place() {
        let among = place(10, false);
        let below = place(200, false);
        let signature = place(200, true);
        for (name, width, height, attached, shown, role) in [
            // Attached on purpose, however small the snip.
            ("image.png", 525, 158, true, vec![], Role::Screenshot),
            ("Capture.PNG", 1280, 720, true, vec![], Role::Screenshot),
            ("logo_chu.png", 300, 120, true, vec![], Role::Logo),
            // Signature furniture.
            ("image001.png", 220, 64, false, vec![&below], Role::Logo),
            ("image002.png", 24, 24, false, vec![&below], Role::Logo),
            ("pix01.gif", 1, 1, false, vec![&below], Role::Logo),
            (
                "image003.png",
                600,
                200,
                false,
                vec![&signature],
                Role::Logo,
            ),
            ("bandeau.png", 1200, 300, false, vec![&below], Role::Logo),
            ("image004.png", 1600, 300, false, vec![&below], Role::Logo),
            (
                "image005.png",
                350,
                200,
                false,
                vec![&among, &below],
                Role::Logo,
            ),
            // Pasted captures.
            (
                "image002.png",
                1280,
                720,
                false,
                vec![&among],
                Role::Screenshot,
            ),
            (
                "image002.png",
                1280,
                720,
                false,
                vec![&below],
                Role::Screenshot,
            ),
            ("image.png", 420, 180, false, vec![&among], Role::Screenshot),
            ("snip.png", 300, 90, false, vec![&among], Role::Screenshot),
        ] {
            let contents = png(width, height);
            let clues = Clues {
                filename: name,
                content_type: "image/png",
                contents: &contents,
                attached,
                shown: &shown,
                own_end: 100,
            };
            assert_eq!(super::role(&clues), role, "{name} {width}×{height}");
        }
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
                own_end: 0,
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
        let pictures = [
            Picture {
                source,
                at: 5,
                shown: (None, None),
                signature: false,
            },
            Picture {
                source: "data:text/html;base64,AAAA".into(),
                at: 5,
                shown: (None, None),
                signature: false,
            },
            Picture {
                source: "data:".into(),
                at: 5,
                shown: (None, None),
                signature: false,
            },
        ];
        let found = embedded(&Places {
            pictures: &pictures,
            own_end: 100,
        });
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].role, Role::Screenshot);
    }
}
