//! What the pixels of a picture look like: a screen's flat grounds, small text and straight edges, or
//! a logo's colours, a photo's grain, a printed code.
//!
//! Looked at only where everything else leaves a doubt, for at most [`MOST_PIXELS`]
//! (`spec/decisions.md`, 23); what the header says is believed before anything is decoded.

use super::picture;
use image::{ImageReader, Limits};
use std::io::Cursor;

/// Pixels that are decoded at most.
pub const MOST_PIXELS: u64 = 4_000_000;
/// Bytes that a decoder may take: four channels of 16 bits for each pixel.
const MOST_BYTES: u64 = MOST_PIXELS * 8;

/// Steps between neighbours, of 255.
const SHARP: u8 = 48;
const VISIBLE: u8 = 10;
/// Sharp steps in a row of pixels that crosses text.
const TEXT_STEPS: u32 = 8;
/// Sharp steps in the row of a letter that has most of them: two stems and their sides.
const STEPS_A_LETTER: u32 = 3;
/// Heights of the band of rows that small text fills.
const TEXT_HEIGHT: std::ops::RangeInclusive<u32> = 4..=13;

/// What was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Share of neighbours that are alike: near 1 on screens, low in photos.
    pub flat: f32,
    /// Share of the commonest colour.
    pub ground: f32,
    /// Share of bright colours in what is not the ground: high in logos.
    pub coloured: f32,
    /// Lines of text as small as on a screen.
    pub text_lines: u32,
    /// Letters that these lines may hold.
    pub letters: u32,
    /// Straight edges nearly as long as the picture: frames, bars, rows of tables.
    pub edges: u32,
    /// Black and white in like parts and nothing between: a printed code.
    pub code: bool,
}

/// Decodes the first frame and looks; `None` where it is too large or broken.
#[must_use]
pub fn look(bytes: &[u8]) -> Option<Look> {
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
    let picture = reader.decode().ok()?.into_rgba8();
    look_at(picture.as_raw(), picture.width(), picture.height())
}

/// Looks at pixels of four channels.
#[must_use]
pub fn look_at(pixels: &[u8], width: u32, height: u32) -> Option<Look> {
    let (width, height) = (width as usize, height as usize);
    let is_whole = width > 0 && height > 0 && pixels.len() >= width * height * 4;
    is_whole.then(|| seen(pixels, width, height))
}

/// Where a pixel's colour is counted: four bits a channel.
fn bin([red, green, blue]: [u8; 3]) -> usize {
    usize::from(red >> 4) << 8 | usize::from(green >> 4) << 4 | usize::from(blue >> 4)
}

/// Transparent parts are seen on white.
fn opaque(pixel: &[u8]) -> [u8; 3] {
    let [red, green, blue, alpha] = *pixel else {
        return [255; 3];
    };
    let on_white = |channel: u8| {
        let mixed = (u32::from(channel) * u32::from(alpha) + 255 * (255 - u32::from(alpha))) / 255;
        u8::try_from(mixed).unwrap_or(255)
    };
    [on_white(red), on_white(green), on_white(blue)]
}

fn seen(pixels: &[u8], width: usize, height: usize) -> Look {
    let mut bins = vec![0_u32; 4096];
    let mut bright = vec![0_u32; 4096];
    let mut extremes = (0_u32, 0_u32);
    let mut alike = 0_u32;
    let mut light: Vec<u8> = Vec::with_capacity(width * height);
    let mut bands = Bands::default();
    for row in pixels.chunks_exact(width * 4).take(height) {
        let mut steps = 0;
        for (x, pixel) in row.chunks_exact(4).enumerate() {
            let colour = opaque(pixel);
            let [red, green, blue] = colour.map(u32::from);
            let luma = u8::try_from((red * 3 + green * 6 + blue) / 10).unwrap_or(255);
            let (high, low) = (red.max(green).max(blue), red.min(green).min(blue));
            bins[bin(colour)] += 1;
            bright[bin(colour)] += u32::from(high - low > 60);
            extremes.0 += u32::from(luma < 40);
            extremes.1 += u32::from(luma > 215);
            if x > 0 {
                let step = luma.abs_diff(light[light.len() - 1]);
                alike += u32::from(step <= 2);
                steps += u32::from(step >= SHARP);
            }
            light.push(luma);
        }
        bands.row(steps);
    }
    bands.row(0);
    let all = u32::try_from(width * height).unwrap_or(u32::MAX).max(1);
    let share = |part: u32, whole: u32| part as f32 / whole.max(1) as f32;
    let (ground_at, ground) = bins
        .iter()
        .copied()
        .enumerate()
        .max_by_key(|&(_, count)| count)
        .unwrap_or_default();
    // Neighbours of the ground's colour are smoothed edges and compression, no ink.
    let mut ink = (0, 0);
    for (at, &count) in bins.iter().enumerate() {
        let near = [0, 4, 8].iter().all(|shift| {
            let channel = |bin: usize| bin >> shift & 15;
            channel(at).abs_diff(channel(ground_at)) <= 2
        });
        if !near {
            ink.0 += count;
            ink.1 += bright[at];
        }
    }
    let (black, white) = (share(extremes.0, all), share(extremes.1, all));
    Look {
        flat: share(alike, all),
        ground: share(ground, all),
        coloured: share(ink.1, ink.0),
        text_lines: bands.lines,
        letters: bands.letters,
        edges: edges(&light, width, height),
        code: black > 0.2 && white > 0.3 && black + white > 0.95,
    }
}

/// Bands of rows that are crossed by text.
#[derive(Default)]
struct Bands {
    open: u32,
    most_steps: u32,
    lines: u32,
    letters: u32,
}

impl Bands {
    fn row(&mut self, steps: u32) {
        if steps >= TEXT_STEPS {
            self.open += 1;
            self.most_steps = self.most_steps.max(steps);
        } else {
            if TEXT_HEIGHT.contains(&self.open) {
                self.lines += 1;
                self.letters += self.most_steps / STEPS_A_LETTER;
            }
            self.open = 0;
            self.most_steps = 0;
        }
    }
}

/// Straight edges over three fifths of the width or of the height.
fn edges(light: &[u8], width: usize, height: usize) -> u32 {
    let mut found = 0;
    let mut before = false;
    for y in 1..height {
        let (above, row) = (&light[(y - 1) * width..y * width], &light[y * width..]);
        let steps = above
            .iter()
            .zip(row)
            .map(|(&one, &other)| one.abs_diff(other));
        let is_edge = longest(steps) * 5 >= width * 3;
        found += u32::from(is_edge && !before);
        before = is_edge;
    }
    // Columns are counted while rows are walked: a run for each of them.
    let mut runs = vec![(0_usize, 0_usize); width];
    for row in light.chunks_exact(width) {
        for x in 1..width {
            let (run, longest) = &mut runs[x];
            *run = if row[x].abs_diff(row[x - 1]) >= VISIBLE {
                *run + 1
            } else {
                0
            };
            *longest = (*longest).max(*run);
        }
    }
    before = false;
    for (_, longest) in runs {
        let is_edge = longest * 5 >= height * 3;
        found += u32::from(is_edge && !before);
        before = is_edge;
    }
    found
}

/// The longest run of visible steps.
fn longest(steps: impl Iterator<Item = u8>) -> usize {
    let (mut run, mut longest) = (0, 0);
    for step in steps {
        run = if step >= VISIBLE { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
    use proptest::prelude::*;

    fn file(image: RgbImage, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(image)
            .write_to(&mut file, format)
            .unwrap();
        file.into_inner()
    }

    /// White, with what a function draws in it.
    fn drawn(ink: impl Fn(u32, u32) -> Option<[u8; 3]>) -> Look {
        let image = RgbImage::from_fn(200, 100, |x, y| Rgb(ink(x, y).unwrap_or([255; 3])));
        look(&file(image, ImageFormat::Png)).unwrap()
    }

    #[test]
    fn text_edges_colours_and_grain_are_seen() {
        let text = drawn(|x, y| (y % 20 < 7 && x % 4 == 0).then_some([30; 3]));
        assert_eq!(
            (text.text_lines, text.edges, text.code),
            (5, 0, false),
            "{text:?}"
        );
        assert!(text.coloured < 0.1, "{text:?}");
        let frame = drawn(|x, y| (y == 30 || x == 9 && y > 30).then_some([90; 3]));
        assert_eq!((frame.text_lines, frame.edges), (0, 2), "{frame:?}");
        let logo = drawn(|x, y| (x < 60 && y < 60).then_some([0, 91, 150]));
        assert!(logo.coloured > 0.9 && logo.flat > 0.9, "{logo:?}");
        let code = drawn(|x, y| ((x / 8 * 7 + y / 8 * 3) % 5 < 2).then_some([0; 3]));
        assert!(code.code, "{code:?}");
        let grain = drawn(|x, y| Some([u8::try_from((x * 37 + y * 91) % 200).unwrap(); 3]));
        assert!(grain.flat < 0.2 && !grain.code, "{grain:?}");
    }

    #[test]
    fn more_than_four_million_pixels_are_not_decoded() {
        let large = file(RgbImage::new(2_001, 2_000), ImageFormat::Png);
        assert_eq!(look(&large), None);
        let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bomb.extend([0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        assert_eq!(look(&bomb), None);
        // A header that says little and a decoder that finds much.
        let mut lying = file(RgbImage::new(3_000, 3_000), ImageFormat::Gif);
        lying[6..10].copy_from_slice(&[10, 0, 10, 0]);
        assert!(look(&lying).is_none_or(|look| look.ground > 0.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn damaged_pictures_are_looked_at_without_harm(
            format in prop::sample::select(vec![ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::WebP, ImageFormat::Tiff]),
            cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
            end in any::<prop::sample::Index>(),
        ) {
            let mut bytes = file(RgbImage::new(20, 10), format);
            for (at, byte) in cuts {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(end.index(bytes.len()).max(1));
            let _ = look(&bytes);
        }
    }
}
