//! Size of a picture in pixels and the camera that took it, read from its header.

use exif::{In, Reader, Tag};
use std::io::Cursor;

/// Width and height in pixels as the header says, for PNG, JPEG, GIF, BMP, WebP, TIFF and HEIC.
#[must_use]
pub fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let size = match super::sniff(bytes)? {
        "image/png" => (big(bytes, 16)?, big(bytes, 20)?),
        "image/gif" => (little16(bytes, 6)?, little16(bytes, 8)?),
        // Height is negative where rows run downwards.
        "image/bmp" => (
            little(bytes, 18)?,
            little(bytes, 22)?.cast_signed().unsigned_abs(),
        ),
        "image/jpeg" => jpeg(bytes)?,
        "image/webp" => webp(bytes)?,
        "image/heic" | "image/avif" => heic(bytes)?,
        "image/tiff" => tiff(bytes)?,
        _ => return None,
    };
    (size.0 > 0 && size.1 > 0).then_some(size)
}

/// Whether the picture carries the marks of a camera (Exif Make or Model): a photo.
#[must_use]
pub fn is_photo(bytes: &[u8]) -> bool {
    // The Exif block stands in the first 64 KiB; what follows is the picture itself.
    let head = &bytes[..bytes.len().min(128 * 1024)];
    let mut cursor = Cursor::new(head);
    Reader::new()
        .read_from_container(&mut cursor)
        .is_ok_and(|exif| {
            [Tag::Make, Tag::Model]
                .iter()
                .any(|&tag| exif.get_field(tag, In::PRIMARY).is_some())
        })
}

/// Whether a GIF has more than one frame. Blocks are stepped over, none is unpacked, and the second
/// frame ends the walk.
#[must_use]
pub fn is_animated(bytes: &[u8]) -> bool {
    fn frames(bytes: &[u8]) -> Option<u32> {
        let table = |flags: u8| {
            if flags & 0x80 == 0 {
                0
            } else {
                3 << ((flags & 7) + 1)
            }
        };
        let mut at = 13 + table(*bytes.get(10)?);
        let mut frames = 0;
        while frames < 2 {
            match *bytes.get(at)? {
                0x2c => {
                    frames += 1;
                    at += 11 + table(*bytes.get(at + 9)?);
                }
                0x21 => at += 2,
                _ => break,
            }
            loop {
                let length = usize::from(*bytes.get(at)?);
                at += 1 + length;
                if length == 0 {
                    break;
                }
            }
        }
        Some(frames)
    }
    bytes.starts_with(b"GIF8") && frames(bytes) == Some(2)
}

fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((big16(bytes, at + 7)?, big16(bytes, at + 5)?));
            }
            _ => at += 2 + (big16(bytes, at + 2)?.max(2)) as usize,
        }
    }
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    let byte = |at: usize| bytes.get(at).map(|&b| u32::from(b));
    match bytes.get(12..16)? {
        b"VP8 " => Some((little16(bytes, 26)? & 0x3fff, little16(bytes, 28)? & 0x3fff)),
        b"VP8L" => {
            let bits = little(bytes, 21)?;
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => {
            let three = |at: usize| Some(byte(at)? | byte(at + 1)? << 8 | byte(at + 2)? << 16);
            Some((three(24)? + 1, three(27)? + 1))
        }
        _ => None,
    }
}

/// The largest `ispe` (image spatial extents) box; tiles and thumbnails have smaller ones.
fn heic(bytes: &[u8]) -> Option<(u32, u32)> {
    let head = &bytes[..bytes.len().min(64 * 1024)];
    memchr::memmem::find_iter(head, b"ispe")
        .take(100)
        .filter_map(|at| Some((big(head, at + 8)?, big(head, at + 12)?)))
        .max_by_key(|&(width, height)| u64::from(width) * u64::from(height))
}

fn tiff(bytes: &[u8]) -> Option<(u32, u32)> {
    let small = bytes.starts_with(b"II");
    let long = |at| {
        if small {
            little(bytes, at)
        } else {
            big(bytes, at)
        }
    };
    let short = |at| {
        if small {
            little16(bytes, at)
        } else {
            big16(bytes, at)
        }
    };
    let directory = long(4)? as usize;
    let (mut width, mut height) = (None, None);
    for entry in 0..(short(directory)? as usize).min(100) {
        let at = directory + 2 + entry * 12;
        let value = || {
            if short(at + 2)? == 3 {
                short(at + 8)
            } else {
                long(at + 8)
            }
        };
        match short(at)? {
            256 => width = value(),
            257 => height = value(),
            _ => {}
        }
    }
    Some((width?, height?))
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at.checked_add(4)?)?
        .try_into()
        .ok()
        .map(u32::from_be_bytes)
}

fn little(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at.checked_add(4)?)?
        .try_into()
        .ok()
        .map(u32::from_le_bytes)
}

fn big16(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at.checked_add(2)?)?
        .try_into()
        .ok()
        .map(|b| u32::from(u16::from_be_bytes(b)))
}

fn little16(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at.checked_add(2)?)?
        .try_into()
        .ok()
        .map(|b| u32::from(u16::from_le_bytes(b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, ImageFormat};
    use proptest::prelude::*;

    #[test]
    fn the_size_stands_in_the_header_of_every_format() {
        for format in [
            ImageFormat::Png,
            ImageFormat::Jpeg,
            ImageFormat::Gif,
            ImageFormat::Bmp,
            ImageFormat::WebP,
            ImageFormat::Tiff,
        ] {
            let mut file = Cursor::new(Vec::new());
            DynamicImage::new_rgb8(321, 45)
                .write_to(&mut file, format)
                .unwrap();
            assert_eq!(size(file.get_ref()), Some((321, 45)), "{format:?}");
            assert!(!is_photo(file.get_ref()));
        }
        let heic = b"\0\0\0\x18ftypheic....\0\0\0\x14ispe\0\0\0\0\0\0\x02\0\0\0\x02\0\0\0\0\x14ispe\0\0\0\0\0\0\x0f\xc0\0\0\x0b\xd0";
        assert_eq!(size(heic), Some((4032, 3024)));
    }

    #[test]
    fn a_picture_that_claims_billions_of_pixels_is_only_measured() {
        let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bomb.extend([0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        assert_eq!(size(&bomb), Some((60_000, 60_000)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_measured_without_harm(
            magic in prop::sample::select(vec![&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff", b"GIF89a", b"BM", b"RIFF0000WEBPVP8X", b"II*\0", b"MM\0*", b"\0\0\0\0ftypheicispe"]),
            rest in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let bytes = [magic, &rest].concat();
            let _ = size(&bytes);
            let _ = is_photo(&bytes);
        }
    }
}
