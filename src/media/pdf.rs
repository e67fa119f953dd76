//! The pictures that a PDF draws, found by the dictionaries of their objects.
//!
//! Streams can't stand inside compressed objects (ISO 32000-1, 7.5.7), so that every picture's
//! dictionary is in plain sight, in encrypted files too. Nothing else of the file is interpreted.

use super::pixels::{self, Look};
use flate2::read::ZlibDecoder;
use memchr::memmem::{self, Finder};
use std::io::Read;

/// Pictures of one file that are looked at.
const MOST_PICTURES: usize = 100;
/// Bytes of a dictionary, before and after its subtype.
const DICTIONARY: usize = 2048;
/// Bytes that one picture may unpack to (`spec/reliability.md`, PARSE-06).
const MOST_UNPACKED: u64 = 10 * 1024 * 1024;

/// A picture inside the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn<'p> {
    /// Width and height in pixels.
    pub size: (u32, u32),
    dictionary: &'p [u8],
    data: &'p [u8],
}

impl Drawn<'_> {
    /// What its pixels look like, where they are kept in a way that we read.
    #[must_use]
    pub fn look(&self) -> Option<Look> {
        let (width, height) = self.size;
        let pixels = u64::from(width) * u64::from(height);
        let has = |key: &[u8]| memmem::find(self.dictionary, key).is_some();
        if pixels > pixels::MOST_PIXELS {
            return None;
        }
        if has(b"/DCTDecode") {
            return pixels::look(self.data);
        }
        // A predictor leaves differences, not colours.
        if !has(b"/FlateDecode") || has(b"/Predictor") || has(b"/ImageMask true") {
            return None;
        }
        let mut raw = Vec::new();
        // A broken stream still gives what came before the break.
        let _ = ZlibDecoder::new(self.data)
            .take(MOST_UNPACKED)
            .read_to_end(&mut raw);
        let channels = u64::try_from(raw.len()).ok()?.checked_div(pixels)?;
        if !matches!(channels, 1 | 3) {
            return None;
        }
        let channels = usize::try_from(channels).ok()?;
        let rgba: Vec<u8> = raw
            .chunks_exact(channels)
            .flat_map(|pixel| [pixel[0], pixel[channels / 2], pixel[channels - 1], 255])
            .collect();
        pixels::look_at(&rgba, width, height)
    }
}

/// Whether the file sets no text: a scan, or a picture printed as PDF.
#[must_use]
pub fn is_without_text(bytes: &[u8]) -> bool {
    memmem::find(bytes, b"/Font").is_none() && memmem::find(bytes, b"/ObjStm").is_none()
}

/// The pictures, at most a hundred; masks are none.
pub fn pictures(bytes: &[u8]) -> impl Iterator<Item = Drawn<'_>> {
    let masks: Vec<u64> = memmem::find_iter(bytes, b"/SMask")
        .take(MOST_PICTURES)
        .filter_map(|at| number(&bytes[at + 6..]))
        .collect();
    let end = Finder::new(b"endstream");
    let mut endless = false;
    memmem::find_iter(bytes, b"/Image")
        .filter(|&at| {
            let before = bytes[..at].trim_ascii_end();
            before.ends_with(b"/Subtype") && !bytes[at + 6..].starts_with(b"Mask")
        })
        .take(MOST_PICTURES)
        .filter_map(move |at| {
            let from = at.saturating_sub(DICTIONARY);
            let object = memmem::rfind(&bytes[from..at], b"obj").map(|n| from + n);
            let object_number = object.and_then(|object| object_number(&bytes[..object]));
            if object_number.is_some_and(|number| masks.contains(&number)) {
                return None;
            }
            let start = object.unwrap_or(from);
            let until = bytes.len().min(at + DICTIONARY);
            let stop = memmem::find(&bytes[at..until], b"stream").map(|n| at + n);
            let dictionary = &bytes[start..stop.unwrap_or(until)];
            let value = |key: &[u8]| {
                let at = memmem::find(dictionary, key)? + key.len();
                u32::try_from(number(&dictionary[at..])?).ok()
            };
            let size = (value(b"/Width")?, value(b"/Height")?);
            let data = stop.map_or(&bytes[..0], |stop| {
                let data = &bytes[stop + b"stream".len()..];
                let blank = data
                    .iter()
                    .take_while(|b| b"\r\n ".contains(b))
                    .take(2)
                    .count();
                let data = &data[blank..];
                // A file without ends is searched for one only once.
                let length = (!endless).then(|| end.find(data)).flatten();
                endless |= length.is_none();
                &data[..length.unwrap_or(data.len())]
            });
            (size.0 > 0 && size.1 > 0).then_some(Drawn {
                size,
                dictionary,
                data,
            })
        })
}

/// « 12 0 » before `obj`.
fn object_number(before: &[u8]) -> Option<u64> {
    let tail = &before[before.len().saturating_sub(24)..];
    let mut words = tail
        .split(|b| !b.is_ascii_digit())
        .rev()
        .filter(|word| !word.is_empty());
    words.next()?;
    number(words.next()?)
}

fn number(text: &[u8]) -> Option<u64> {
    let digits = text.trim_ascii_start();
    let count = digits
        .iter()
        .take(9)
        .take_while(|b| b.is_ascii_digit())
        .count();
    std::str::from_utf8(&digits[..count]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::ZlibEncoder};
    use proptest::prelude::*;
    use std::io::Write;

    fn sizes(pdf: &str) -> Vec<(u32, u32)> {
        pictures(pdf.as_bytes())
            .map(|picture| picture.size)
            .collect()
    }

    #[test]
    fn pictures_are_found_by_their_dictionaries() {
        for (pdf, expected) in [
            (
                "1 0 obj <</Type/XObject/Subtype/Image/Width 1654/Height 2339>> stream",
                vec![(1654, 2339)],
            ),
            (
                "1 0 obj << /Width 1280 /Height 720 /Subtype /Image >>\nstream\nabc\nendstream",
                vec![(1280, 720)],
            ),
            (
                "1 0 obj <</Subtype/Image/Width 800/Height 600/SMask 2 0 R>> stream x endstream endobj\n\
2 0 obj <</Subtype/Image/Width 800/Height 600>> stream y endstream endobj",
                vec![(800, 600)],
            ),
            ("1 0 obj <</Subtype/ImageMask/Width 9/Height 9>>", vec![]),
            ("/ProcSet[/PDF/Text/ImageB/ImageC]", vec![]),
            ("1 0 obj <</Subtype/Image/Width 0/Height 5>> stream", vec![]),
            ("%PDF-1.4", vec![]),
        ] {
            assert_eq!(sizes(pdf), expected, "{pdf}");
        }
    }

    #[test]
    fn a_packed_picture_is_looked_at() {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
        let row = |y: u32| (0..100).map(move |x| if y % 20 < 7 && x % 4 == 0 { 20 } else { 255 });
        let pixels: Vec<u8> = (0..60).flat_map(row).collect();
        packed.write_all(&pixels).unwrap();
        let pdf = [
            &b"1 0 obj <</Subtype/Image/Width 100/Height 60/ColorSpace/DeviceGray/Filter/FlateDecode>>stream\r\n"[..],
            &packed.finish().unwrap(),
            b"\nendstream",
        ]
        .concat();
        let look = pictures(&pdf).next().unwrap().look().unwrap();
        assert_eq!(look.text_lines, 3, "{look:?}");
    }

    #[test]
    fn a_bomb_is_not_unpacked_past_its_bound() {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        for _ in 0..20 {
            packed.write_all(&vec![0; 1_000_000]).unwrap();
        }
        let pdf = [
            &b"1 0 obj <</Subtype/Image/Width 2000/Height 2000/Filter/FlateDecode>>stream\n"[..],
            &packed.finish().unwrap(),
        ]
        .concat();
        // What goes on after ten megabytes is no picture of that size.
        assert_eq!(pictures(&pdf).next().unwrap().look(), None);
        let many = "1 0 obj <</Subtype/Image/Width 9/Height 9>> stream ".repeat(100_000);
        assert_eq!(sizes(&many).len(), MOST_PICTURES);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_searched_without_harm(
            text in "(/Subtype|/Image|/Width 9|/Height 8|/SMask 1|1 0 obj|stream|endstream|/FlateDecode|/DCTDecode|\n| |é){0,40}",
        ) {
            for picture in pictures(text.as_bytes()) {
                let _ = picture.look();
            }
            let _ = is_without_text(text.as_bytes());
        }
    }
}
