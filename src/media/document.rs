//! The pictures inside an office file, by its directory.
//!
//! Only pictures are unpacked, at most 100 and 10 MiB together; a directory of thousands of entries
//! is not read (`spec/reliability.md`, PARSE-06).

use memchr::memmem;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Pictures that are unpacked.
const MOST_PICTURES: usize = 100;
/// Bytes that are unpacked, of all of them together.
const MOST_UNPACKED: u64 = 10 * 1024 * 1024;
/// Entries of a directory that is read: a long presentation has a thousand.
const MOST_ENTRIES: u16 = 5_000;
/// Where the end of the directory stands: a record of 22 bytes and a comment (APPNOTE 4.3.16).
const DIRECTORY_END: usize = 22 + 65_535;
const KINDS: [&str; 8] = [
    ".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff",
];

/// The media type of an office file, by the names in its directory; OpenDocument says it in its first
/// entry, which is not packed.
#[must_use]
pub fn office_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes
        .get(30..)
        .is_some_and(|name| name.starts_with(b"mimetypeapplication/vnd.oasis.opendocument."))
    {
        let kind = &bytes[30 + b"mimetypeapplication/vnd.oasis.opendocument.".len()..];
        return Some(match kind {
            kind if kind.starts_with(b"spreadsheet") => {
                "application/vnd.oasis.opendocument.spreadsheet"
            }
            kind if kind.starts_with(b"presentation") => {
                "application/vnd.oasis.opendocument.presentation"
            }
            _ => "application/vnd.oasis.opendocument.text",
        });
    }
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

/// The pictures of a .docx, .xlsx, .pptx or OpenDocument file; none where it is broken or odd.
pub fn office_pictures(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let mut archive = is_bearable(bytes)
        .then(|| ZipArchive::new(Cursor::new(bytes)).ok())
        .flatten();
    let mut indices = 0..archive.as_ref().map_or(0, ZipArchive::len);
    let mut left = MOST_UNPACKED;
    std::iter::from_fn(move || {
        let archive = archive.as_mut()?;
        loop {
            let index = indices.next()?;
            let Ok(entry) = archive.by_index(index) else {
                continue;
            };
            if !entry.name().is_ok_and(|name| is_picture(&name)) {
                continue;
            }
            let mut picture = Vec::new();
            // A broken stream still gives what came before the break.
            let _ = entry.take(left).read_to_end(&mut picture);
            left -= u64::try_from(picture.len()).unwrap_or(left).min(left);
            return Some(picture);
        }
    })
    .take(MOST_PICTURES)
}

fn is_picture(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let folder = name.contains("media/") || name.starts_with("pictures/");
    folder && KINDS.iter().any(|kind| name.ends_with(kind))
}

/// Whether the directory says that it has few enough entries to be read into memory.
fn is_bearable(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(DIRECTORY_END)..];
    memmem::rfind(tail, b"PK\x05\x06")
        .and_then(|at| tail.get(at + 10..at + 12)?.try_into().ok())
        .is_some_and(|count| u16::from_le_bytes(count) <= MOST_ENTRIES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
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

    #[test]
    fn the_pictures_of_an_office_file_are_found() {
        for (name, is_found) in [
            ("word/media/image1.png", true),
            ("xl/media/image1.JPEG", true),
            ("ppt/media/image2.gif", true),
            ("Pictures/1000.png", true),
            ("word/media/image1.emf", false),
            ("word/embeddings/x.png", false),
        ] {
            let file = archive(&[("word/document.xml", b"<w/>"), (name, b"picture")]);
            let pictures: Vec<Vec<u8>> = office_pictures(&file).collect();
            assert_eq!(pictures == [b"picture"], is_found, "{name}");
            assert!(
                super::super::sniff(&file)
                    .unwrap()
                    .ends_with("wordprocessingml.document")
            );
        }
    }

    #[test]
    fn bombs_and_broken_archives_are_unpacked_within_bounds() {
        let zeros = vec![0; 200 * 1024];
        let names: Vec<String> = (0..200).map(|n| format!("word/media/{n}.png")).collect();
        let many: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &zeros[..])).collect();
        let lengths: Vec<usize> = office_pictures(&archive(&many)).map(|p| p.len()).collect();
        assert_eq!(lengths.len(), MOST_PICTURES);
        assert_eq!(lengths.iter().sum::<usize>(), 10 * 1024 * 1024);
        let nested = archive(&many[..1]);
        let nested = archive(&[("word/media/inner.zip", &nested)]);
        assert_eq!(office_pictures(&nested).count(), 0);
        let mut crowded = archive(&many[..1]);
        let at = memmem::rfind(&crowded, b"PK\x05\x06").unwrap();
        crowded[at + 10..at + 12].copy_from_slice(&[0xff; 2]);
        assert_eq!(office_pictures(&crowded).count(), 0);
        assert_eq!(office_pictures(b"PK\x03\x04 broken").count(), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn damaged_archives_are_listed_without_harm(
            cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
            end in any::<prop::sample::Index>(),
        ) {
            let mut bytes = archive(&[("word/document.xml", b"<w/>"), ("word/media/1.png", &[7; 300])]);
            for (at, byte) in cuts {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(end.index(bytes.len()));
            let _ = office_pictures(&bytes).count();
        }
    }
}
