//! A small canvas: what screens and logos are drawn with, the same at every run.

use image::{Rgb, RgbImage};

pub type Colour = [u8; 3];

/// A picture in the making, with numbers that look drawn by lot.
pub struct Canvas {
    pub image: RgbImage,
    state: u64,
}

impl Canvas {
    pub fn new(width: u32, height: u32, background: Colour, seed: u64) -> Self {
        Self {
            image: RgbImage::from_pixel(width, height, Rgb(background)),
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        }
    }

    pub fn width(&self) -> i32 {
        i32::try_from(self.image.width()).unwrap()
    }

    pub fn height(&self) -> i32 {
        i32::try_from(self.image.height()).unwrap()
    }

    /// The next number below `bound`.
    pub fn draw(&mut self, bound: i32) -> i32 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        i32::try_from((self.state >> 11) % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    pub fn colour(&mut self) -> Colour {
        const BRANDS: [Colour; 10] = [
            [0, 91, 150],
            [226, 0, 26],
            [0, 150, 94],
            [245, 130, 32],
            [98, 36, 128],
            [0, 174, 199],
            [20, 40, 90],
            [160, 190, 40],
            [200, 20, 110],
            [90, 90, 95],
        ];
        BRANDS[usize::try_from(self.draw(10)).unwrap()]
    }

    pub fn dot(&mut self, x: i32, y: i32, colour: Colour) {
        if x >= 0 && y >= 0 && x < self.width() && y < self.height() {
            self.image
                .put_pixel(x.cast_unsigned(), y.cast_unsigned(), Rgb(colour));
        }
    }

    /// Mixes a colour in, as smoothed edges do.
    pub fn blend(&mut self, x: i32, y: i32, colour: Colour, share: i32) {
        if x >= 0 && y >= 0 && x < self.width() && y < self.height() {
            let under = self.image.get_pixel(x.cast_unsigned(), y.cast_unsigned()).0;
            self.dot(x, y, mixed(under, colour, share));
        }
    }

    pub fn rect(&mut self, x: i32, y: i32, width: i32, height: i32, colour: Colour) {
        for row in y.max(0)..(y + height).min(self.height()) {
            for column in x.max(0)..(x + width).min(self.width()) {
                self.image
                    .put_pixel(column.cast_unsigned(), row.cast_unsigned(), Rgb(colour));
            }
        }
    }

    pub fn frame(&mut self, x: i32, y: i32, width: i32, height: i32, colour: Colour) {
        self.rect(x, y, width, 1, colour);
        self.rect(x, y + height - 1, width, 1, colour);
        self.rect(x, y, 1, height, colour);
        self.rect(x + width - 1, y, 1, height, colour);
    }

    /// From one colour on the left to another on the right.
    pub fn gradient(&mut self, from: Colour, to: Colour) {
        let (width, height) = (self.width(), self.height());
        for x in 0..width {
            let colour = mixed(from, to, x * 100 / width);
            self.rect(x, 0, 1, height, colour);
        }
    }

    /// A filled ellipse with a smoothed edge.
    pub fn ellipse(&mut self, cx: i32, cy: i32, rx: i32, ry: i32, colour: Colour) {
        let (rx, ry) = (rx.max(1), ry.max(1));
        for y in cy - ry..=cy + ry {
            for x in cx - rx..=cx + rx {
                let (dx, dy) = ((x - cx) * 1000 / rx, (y - cy) * 1000 / ry);
                let far = dx * dx + dy * dy;
                let edge = 2_000_000 / rx.min(ry) + 1;
                if far <= 1_000_000 - edge {
                    self.dot(x, y, colour);
                } else if far <= 1_000_000 {
                    self.blend(x, y, colour, 50);
                }
            }
        }
    }

    pub fn line(&mut self, from: (i32, i32), to: (i32, i32), thick: i32, colour: Colour) {
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).max(1);
        for step in 0..=steps {
            let x = from.0 + (to.0 - from.0) * step / steps;
            let y = from.1 + (to.1 - from.1) * step / steps;
            self.rect(x, y, thick, thick, colour);
        }
    }

    /// A line of text that nobody can read: letters of stems and bars, words of two to nine,
    /// `scale` pixels a stroke; returns where it ends.
    pub fn text(&mut self, x: i32, y: i32, letters: i32, scale: i32, colour: Colour) -> i32 {
        let mut at = x;
        let mut word = 2 + self.draw(8);
        for _ in 0..letters {
            if at > self.width() {
                break;
            }
            if word == 0 {
                word = 2 + self.draw(8);
                at += 4 * scale;
                continue;
            }
            word -= 1;
            let shape = self.draw(64);
            let tall = if shape & 3 == 0 { 0 } else { 2 };
            let stroke = |canvas: &mut Self, dx: i32, dy: i32, w: i32, h: i32| {
                let (left, top) = (at + dx * scale, y + dy * scale);
                canvas.rect(left, top, w * scale, h * scale, colour);
                // Screens smooth letters sideways.
                for row in top..top + h * scale {
                    canvas.blend(left - 1, row, colour, 35);
                    canvas.blend(left + w * scale, row, colour, 35);
                }
            };
            if shape & 4 != 0 || shape & 24 == 0 {
                stroke(self, 0, tall, 1, 7 - tall);
            }
            if shape & 8 != 0 {
                stroke(self, 3, 2, 1, 5);
            }
            if shape & 16 != 0 {
                stroke(self, 0, 2, 4, 1);
            }
            if shape & 32 != 0 {
                stroke(self, 0, 6, 4, 1);
            }
            if shape & 20 == 20 {
                stroke(self, 0, 4, 3, 1);
            }
            at += 5 * scale + scale.min(2) / 2;
        }
        at
    }

    /// Grain, as cameras and their compression leave it.
    pub fn grain(&mut self, amount: i32) {
        for index in 0..self.image.width() * self.image.height() {
            let shift = self.draw(2 * amount + 1) - amount;
            let (x, y) = (index % self.image.width(), index / self.image.width());
            let pixel = self.image.get_pixel_mut(x, y);
            pixel.0 = pixel
                .0
                .map(|c| u8::try_from((i32::from(c) + shift).clamp(0, 255)).unwrap());
        }
    }
}

/// `share` percent of the second colour.
pub fn mixed(one: Colour, other: Colour, share: i32) -> Colour {
    let channel = |index: usize| {
        let (from, to) = (i32::from(one[index]), i32::from(other[index]));
        u8::try_from((from + (to - from) * share / 100).clamp(0, 255)).unwrap()
    };
    [channel(0), channel(1), channel(2)]
}
