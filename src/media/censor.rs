//! Pictures made anew: a thumbnail too small to be read, and a copy with parts painted black.
//!
//! Both are PNG files made of the first frame's pixels alone: metadata, other frames, thumbnails and
//! what lies behind the end of the old file stay behind with it. Blur and mosaics can be undone, a
//! painted pixel can't (`spec/experience.md`, P5). Bounded as PARSE-06 of `spec/reliability.md` asks:
//! what the header says is believed before anything is decoded, and no input panics.

use super::{picture, sniff};
use image::metadata::Orientation;
use image::{
    DynamicImage, GenericImage as _, ImageDecoder, ImageFormat, ImageReader, Limits, Rgba,
};
use std::io::Cursor;
use std::panic::{UnwindSafe, catch_unwind};

/// Pixels that are decoded at most: two large screens side by side.
pub const MOST_PIXELS: u64 = 16_000_000;

/// Bytes that a decoder may take.
const MOST_BYTES: u64 = MOST_PIXELS * 4;

/// The longest side of a thumbnail, in pixels.
pub const THUMBNAIL: u32 = 160;

/// How much smaller than its picture a thumbnail is at least: a cut-out of a few words must not be
/// legible in it either.
const SMALLER: u32 = 4;

const BLACK: Rgba<u8> = Rgba([0, 0, 0, 255]);

/// The media type under which a browser may show these bytes as they are, whatever they were said to
/// be; `None` for everything that is not a plain picture by its first bytes. SVG never is.
#[must_use]
pub fn shown_as(bytes: &[u8]) -> Option<&'static str> {
    let plain = [
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/bmp",
    ];
    sniff(bytes).filter(|found| plain.contains(found))
}

/// Width and height in pixels as a browser shows it: turned as its Exif says. `None` where it is too
/// large to be worked on, or broken.
#[must_use]
pub fn shown_size(bytes: &[u8]) -> Option<(u32, u32)> {
    guarded(|| {
        use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
        let mut decoder = decoder(bytes)?;
        let (width, height) = decoder.dimensions();
        Some(match decoder.orientation() {
            Ok(Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH) => (height, width),
            _ => (width, height),
        })
    })
}

/// A PNG of at most [`THUMBNAIL`] pixels a side and a quarter of the picture; `None` where that is too
/// large or broken.
#[must_use]
pub fn thumbnail(bytes: &[u8]) -> Option<Vec<u8>> {
    guarded(|| {
        let picture = decoded(bytes)?;
        let side = |side: u32| (side / SMALLER).clamp(1, THUMBNAIL);
        png(&picture.thumbnail(side(picture.width()), side(picture.height())))
    })
}

/// A PNG of the picture with these zones painted black: left, top, width and height of each in
/// ten-thousandths of the sides; a pixel that a zone only touches is painted. `None` where the
/// picture is too large or broken.
#[must_use]
pub fn masked(bytes: &[u8], zones: &[[u16; 4]]) -> Option<Vec<u8>> {
    guarded(|| {
        let mut picture = decoded(bytes)?;
        let (width, height) = (picture.width(), picture.height());
        for [left, top, across, down] in zones {
            for y in pixels(*top, *down, height) {
                for x in pixels(*left, *across, width) {
                    picture.put_pixel(x, y, BLACK);
                }
            }
        }
        png(&picture)
    })
}

/// The pixels of a side that a share of it touches.
fn pixels(from: u16, share: u16, side: u32) -> std::ops::Range<u32> {
    let at = |share: u64| share * u64::from(side);
    let end = at(u64::from(from) + u64::from(share)).div_ceil(10_000);
    let within = |at: u64| u32::try_from(at.min(u64::from(side))).unwrap_or(side);
    within(at(from.into()) / 10_000)..within(end)
}

/// A decoder whose header was read and found bearable.
fn decoder(bytes: &[u8]) -> Option<impl ImageDecoder + '_> {
    let (width, height) = picture::size(bytes)?;
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return None;
    }
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    let mut limits = Limits::default();
    // The decoder's own reading of the header counts too.
    limits.max_image_width = Some(width);
    limits.max_image_height = Some(height);
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let decoder = reader.into_decoder().ok()?;
    (decoder.total_bytes() <= MOST_BYTES).then_some(decoder)
}

/// The first frame, upright.
fn decoded(bytes: &[u8]) -> Option<DynamicImage> {
    let mut decoder = decoder(bytes)?;
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(turned);
    Some(match picture {
        // PNG has no such pixels.
        DynamicImage::ImageRgb32F(_) | DynamicImage::ImageRgba32F(_) => picture.to_rgba8().into(),
        other => other,
    })
}

fn png(picture: &DynamicImage) -> Option<Vec<u8>> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).ok()?;
    Some(file.into_inner())
}

/// A decoder that panics has met a broken picture.
fn guarded<T>(work: impl FnOnce() -> Option<T> + UnwindSafe) -> Option<T> {
    catch_unwind(work).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};
    use proptest::prelude::*;

    fn file(picture: RgbImage, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(picture)
            .write_to(&mut file, format)
            .unwrap();
        file.into_inner()
    }

    /// A grain in which every pixel has its own colour.
    fn grain(width: u32, height: u32) -> RgbImage {
        let byte = |number: u32| u8::try_from(number % 251).unwrap();
        RgbImage::from_fn(width, height, |x, y| {
            Rgb([byte(x * 7 + 1), byte(y * 5 + 1), 77])
        })
    }

    /// The types of a PNG's chunks.
    fn chunks(png: &[u8]) -> Vec<String> {
        let (mut at, mut found) = (8, Vec::new());
        while let Some(head) = png.get(at..at + 8) {
            let length = u32::from_be_bytes(head[..4].try_into().unwrap()) as usize;
            found.push(String::from_utf8_lossy(&head[4..]).into_owned());
            at += 12 + length;
        }
        found.dedup();
        found
    }

    #[test]
    fn w_25_masked_pixels_are_black_the_others_as_they_were_and_no_metadata_is_left() {
        for format in [ImageFormat::Png, ImageFormat::Bmp, ImageFormat::Tiff] {
            let before = grain(200, 100);
            let mut bytes = file(before.clone(), format);
            bytes.extend_from_slice(b"MARKER-BEHIND-THE-END");
            let png = masked(&bytes, &[[1000, 2000, 2550, 3000], [0, 9990, 10_000, 10]]).unwrap();
            assert_eq!(chunks(&png), ["IHDR", "IDAT", "IEND"], "{format:?}");
            assert!(memchr::memmem::find(&png, b"MARKER").is_none());
            let after = image::load_from_memory(&png).unwrap().into_rgb8();
            assert_eq!(after.dimensions(), (200, 100));
            for (x, y, pixel) in after.enumerate_pixels() {
                let hidden = (20..71).contains(&x) && (20..50).contains(&y) || y == 99;
                let expected = match hidden {
                    true => Rgb([0, 0, 0]),
                    false => *before.get_pixel(x, y),
                };
                assert_eq!(*pixel, expected, "{format:?} {x} {y}");
            }
        }
    }

    #[test]
    fn a_thumbnail_is_small_enough_not_to_be_read() {
        for ((width, height), expected) in [
            ((1366, 768), (160, 90)),
            ((300, 200), (75, 50)),
            ((3, 2), (1, 1)),
            ((90, 2000), (7, 160)),
        ] {
            let small = thumbnail(&file(RgbImage::new(width, height), ImageFormat::Png)).unwrap();
            assert_eq!(picture::size(&small), Some(expected), "{width} {height}");
            assert_eq!(chunks(&small), ["IHDR", "IDAT", "IEND"]);
        }
    }

    #[test]
    fn a_picture_is_turned_as_its_exif_says_before_zones_are_painted() {
        let jpeg = file(grain(60, 20), ImageFormat::Jpeg);
        // APP1 with one entry: Orientation (0x0112), SHORT, 6: a quarter to the right.
        let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let turned = [&jpeg[..2], b"\xff\xe1", &length, exif, &jpeg[2..]].concat();
        assert_eq!(shown_size(&jpeg), Some((60, 20)));
        assert_eq!(shown_size(&turned), Some((20, 60)));
        let png = masked(&turned, &[[0, 0, 10_000, 1_000]]).unwrap();
        let after = image::load_from_memory(&png).unwrap().into_rgb8();
        assert_eq!(after.dimensions(), (20, 60));
        assert!((0..20).all(|x| *after.get_pixel(x, 0) == Rgb([0, 0, 0])));
        assert_ne!(*after.get_pixel(10, 30), Rgb([0, 0, 0]));
    }

    #[test]
    fn parse_06_what_claims_too_many_pixels_is_not_decoded() {
        let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bomb.extend([0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        for bytes in [bomb.as_slice(), svg, b"", b"GIF89a", b"%PDF-1.4"] {
            assert_eq!(thumbnail(bytes), None);
            assert_eq!(masked(bytes, &[]), None);
            assert_eq!(shown_size(bytes), None);
        }
        assert_eq!(shown_as(svg), None);
        // Four channels of 16 bits: few pixels, many bytes.
        let deep = DynamicImage::new_rgba16(4_000, 2_100);
        let mut file = Cursor::new(Vec::new());
        deep.write_to(&mut file, ImageFormat::Png).unwrap();
        assert_eq!(thumbnail(file.get_ref()), None);
    }

    #[test]
    fn only_plain_pictures_by_their_bytes_are_shown() {
        for (bytes, shown) in [
            (&b"\x89PNG\r\n\x1a\n"[..], Some("image/png")),
            (b"GIF89a/*<script>", Some("image/gif")),
            (b"<html><script>", None),
            (b"%PDF-1.4", None),
            (b"II*\0", None),
            (
                b"<?xml version=\"1.0\"?><?xml-stylesheet href=\"x\"?>",
                None,
            ),
        ] {
            assert_eq!(shown_as(bytes), shown);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn damaged_pictures_are_masked_or_refused(
            format in prop::sample::select(vec![ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::WebP, ImageFormat::Tiff]),
            cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
            end in any::<prop::sample::Index>(),
            zone in any::<[u16; 4]>(),
        ) {
            let mut bytes = file(RgbImage::new(20, 10), format);
            for (at, byte) in cuts {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(end.index(bytes.len()).max(1));
            let _ = masked(&bytes, &[zone]);
            let _ = thumbnail(&bytes);
            let _ = shown_size(&bytes);
        }
    }
}
