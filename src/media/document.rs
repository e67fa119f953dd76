//! Whether an office file or a PDF holds a picture of a screen, by its directory and object headers.
//!
//! Nothing is unpacked but the first 64 KiB of a picture, to read its size; archives with more
//! than 100 entries are not looked into (`spec/reliability.md`, PARSE-06).

use super::picture;
use memchr::memmem;
use std::io::{Cursor, Read};
use zip::ZipArchive;

const MOST_ENTRIES: usize = 100;
const PICTURE_HEAD: u64 = 64 * 1024;
/// Pixels from which a picture inside a document is more than a letterhead.
const SCREEN: u64 = 120_000;

/// The media type of an office file, by the names in its directory.
#[must_use]
pub fn office_type(bytes: &[u8]) -> Option<&'static str> {
    // The first local header names the first entry, and the directory at the end all of them.
    let tail = &bytes[bytes.len().saturating_sub(16 * 1024)..];
    let holds = |name: &[u8]| memmem::find(tail, name).is_some();
    if holds(b"word/document.xml") {
        Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
    } else if holds(b"xl/workbook.xml") {
        Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    } else if holds(b"ppt/presentation.xml") {
        Some("application/vnd.openxmlformats-officedocument.presentationml.presentation")
    } else {
        None
    }
}

/// Whether a .docx, .xlsx, .pptx or OpenDocument file holds a picture as large as a screen's.
#[must_use]
pub fn office_holds_screen(bytes: &[u8]) -> bool {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return false;
    };
    if archive.len() > MOST_ENTRIES {
        return false;
    }
    (0..archive.len()).any(|index| {
        let Ok(entry) = archive.by_index(index) else {
            return false;
        };
        let Ok(name) = entry.name().map(|name| name.to_ascii_lowercase()) else {
            return false;
        };
        let folder = name.contains("media/") || name.starts_with("pictures/");
        let kind = [
            ".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff",
        ];
        if !folder || !kind.iter().any(|k| name.ends_with(k)) {
            return false;
        }
        let mut head = Vec::new();
        // A broken stream still gives what came before the break.
        let _ = entry.take(PICTURE_HEAD).read_to_end(&mut head);
        picture::size(&head)
            .is_some_and(|(width, height)| u64::from(width) * u64::from(height) >= SCREEN)
    })
}

/// Whether a PDF is a scan or a pasted picture: it draws a large picture and sets no text.
#[must_use]
pub fn pdf_holds_screen(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(8 * 1024 * 1024)];
    if memmem::find(head, b"/Font").is_some() {
        return false;
    }
    memmem::find_iter(head, b"/Image").take(100).any(|at| {
        let from = at.saturating_sub(400);
        let around = &head[from..head.len().min(at + 400)];
        let (width, height) = (number(around, b"/Width"), number(around, b"/Height"));
        width
            .zip(height)
            .is_some_and(|(width, height)| width * height >= SCREEN)
    })
}

fn number(text: &[u8], key: &[u8]) -> Option<u64> {
    let at = memmem::find(text, key)? + key.len();
    let digits: String = text[at..]
        .iter()
        .skip_while(|b| b.is_ascii_whitespace())
        .take(6)
        .take_while(|b| b.is_ascii_digit())
        .map(|&b| char::from(b))
        .collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, ImageFormat};
    use std::io::Write;
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height)
            .write_to(&mut file, ImageFormat::Png)
            .unwrap();
        file.into_inner()
    }

    #[test]
    fn an_office_file_with_a_picture_of_a_screen_is_known() {
        for (name, width, height, holds) in [
            ("word/media/image1.png", 1280, 720, true),
            ("xl/media/image1.png", 800, 600, true),
            ("ppt/media/image2.png", 525, 300, true),
            ("Pictures/1000.png", 1280, 720, true),
            ("word/media/image1.png", 200, 60, false),
            ("word/embeddings/x.png", 1280, 720, false),
        ] {
            let file = archive(&[("word/document.xml", b"<w/>"), (name, &png(width, height))]);
            assert_eq!(office_holds_screen(&file), holds, "{name} {width}");
            assert!(
                super::super::sniff(&file)
                    .unwrap()
                    .ends_with("wordprocessingml.document")
            );
        }
    }

    #[test]
    fn bombs_and_broken_archives_hold_nothing() {
        let zeros = vec![0; 20 * 1024 * 1024];
        assert!(!office_holds_screen(&archive(&[(
            "word/media/image1.png",
            &zeros
        )])));
        let many: Vec<String> = (0..200).map(|n| format!("word/media/{n}.png")).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|n| (n.as_str(), &b"x"[..])).collect();
        assert!(!office_holds_screen(&archive(&many)));
        assert!(!office_holds_screen(b"PK\x03\x04 broken"));
    }

    #[test]
    fn a_scanned_pdf_is_a_screen_and_a_written_one_is_not() {
        for (pdf, holds) in [
            (
                "%PDF-1.4 <</Type/XObject/Subtype/Image/Width 1654/Height 2339>>",
                true,
            ),
            (
                "%PDF-1.4 << /Width 1280 /Height 720 /Subtype /Image >>",
                true,
            ),
            (
                "%PDF-1.4 <</Subtype/Image/Width 1654/Height 2339>> <</Type/Font>>",
                false,
            ),
            ("%PDF-1.4 <</Subtype/Image/Width 20/Height 20>>", false),
            ("%PDF-1.4", false),
        ] {
            assert_eq!(pdf_holds_screen(pdf.as_bytes()), holds, "{pdf}");
        }
    }
}
