//! Pictures of signatures and newsletters: logos, banners, portraits, icons, trackers, rules, codes,
//! badges, cards and campaigns.

use super::canvas::{Canvas, Colour, mixed};
use image::RgbImage;

const WHITE: Colour = [255, 255, 255];

pub fn logo(scene: &str, width: u32, height: u32, seed: u64) -> Option<RgbImage> {
    let mut canvas = Canvas::new(width, height, WHITE, seed);
    let (w, h) = (canvas.width(), canvas.height());
    let brand = canvas.colour();
    match scene {
        "logo" => {
            emblem(&mut canvas, h / 2, h / 2, h * 2 / 5, brand);
            let scale = (h / 24).max(1);
            canvas.text(h + 4, h / 3, 12, scale, brand);
            canvas.text(h + 4, h * 2 / 3, 18, (scale / 2).max(1), [90, 90, 95]);
        }
        "emblem" => emblem(&mut canvas, w / 2, h / 2, w.min(h) * 9 / 20, brand),
        "wordmark" => {
            let scale = (w / 60).clamp(1, h / 9);
            canvas.text(w / 16, (h - 7 * scale) / 2, 10, scale, brand);
        }
        "banner" => {
            canvas.gradient(brand, mixed(brand, WHITE, 50));
            emblem(&mut canvas, h / 2, h / 2, h / 3, WHITE);
            let scale = (h / 24).max(1);
            canvas.text(h + 10, h / 3, w / (7 * scale), scale, WHITE);
        }
        "campaign" => {
            canvas.gradient(mixed(brand, [0, 0, 0], 30), mixed(brand, WHITE, 60));
            for _ in 0..14 {
                let (x, y) = (canvas.draw(w), canvas.draw(h));
                let radius = 10 + canvas.draw(h / 4);
                canvas.ellipse(x, y, radius, radius, mixed(brand, WHITE, 40));
            }
            canvas.text(w / 10, h / 3, 16, (h / 60).max(2), WHITE);
            canvas.text(w / 10, h * 2 / 3, 28, (h / 120).max(1), WHITE);
            canvas.grain(4);
        }
        "portrait" => {
            canvas.gradient([176, 190, 204], [120, 136, 150]);
            canvas.ellipse(w / 2, h * 11 / 10, w * 2 / 5, h * 2 / 5, [44, 62, 90]);
            canvas.ellipse(w / 2, h * 2 / 5, w / 5, h / 4, [222, 178, 150]);
            canvas.ellipse(w / 2, h / 5, w / 5, h / 8, [70, 48, 34]);
            canvas.grain(8);
        }
        "social" => {
            canvas.ellipse(w / 2, h / 2, w / 2 - 1, h / 2 - 1, brand);
            canvas.text(w * 2 / 5, h * 3 / 10, 1, (h / 16).max(1), WHITE);
        }
        "tracker" => {}
        "rule" => canvas.rect(0, 0, w, h, brand),
        "qr" => {
            let cell = (w / 29).max(1);
            for y in 2..27 {
                for x in 2..27 {
                    if canvas.draw(2) == 0 {
                        canvas.rect(x * cell, y * cell, cell, cell, [0, 0, 0]);
                    }
                }
            }
            for (x, y) in [(2, 2), (20, 2), (2, 20)] {
                canvas.rect(x * cell, y * cell, 7 * cell, 7 * cell, [0, 0, 0]);
                canvas.rect((x + 1) * cell, (y + 1) * cell, 5 * cell, 5 * cell, WHITE);
                canvas.rect(
                    (x + 2) * cell,
                    (y + 2) * cell,
                    3 * cell,
                    3 * cell,
                    [0, 0, 0],
                );
            }
        }
        "barcode" => {
            let mut x = 10;
            while x < w - 10 {
                let wide = 1 + canvas.draw(4);
                canvas.rect(x, 6, wide, h - 12, [0, 0, 0]);
                x += wide + 1 + canvas.draw(4);
            }
        }
        "badge" => {
            canvas.ellipse(w / 2, h / 2, w * 9 / 20, h * 9 / 20, brand);
            canvas.ellipse(w / 2, h / 2, w * 7 / 20, h * 7 / 20, WHITE);
            canvas.text(w / 4, h * 9 / 20, 8, (w / 90).max(1), brand);
            canvas.rect(
                w * 2 / 5,
                h * 7 / 10,
                w / 5,
                h / 5,
                mixed(brand, [0, 0, 0], 30),
            );
        }
        // A signature drawn as one picture: name, post and numbers on white.
        "card" => {
            emblem(&mut canvas, h / 3, h / 2, h / 4, brand);
            canvas.rect(h * 3 / 4, h / 8, 2, h * 3 / 4, brand);
            canvas.text(h * 3 / 4 + 14, h / 6, 16, 2, brand);
            for line in 0..3 {
                canvas.text(h * 3 / 4 + 14, h / 6 + 28 + line * 18, 24, 1, [80, 80, 84]);
            }
        }
        _ => return None,
    }
    Some(canvas.image)
}

fn emblem(canvas: &mut Canvas, x: i32, y: i32, radius: i32, brand: Colour) {
    match canvas.draw(4) {
        0 => {
            canvas.ellipse(x, y, radius, radius, brand);
            let ground = mixed(brand, WHITE, 85);
            canvas.rect(x - radius / 6, y - radius / 2, radius / 3, radius, ground);
            canvas.rect(x - radius / 2, y - radius / 6, radius, radius / 3, ground);
        }
        1 => {
            let light = mixed(brand, WHITE, 55);
            canvas.ellipse(x - radius / 3, y, radius * 2 / 3, radius, brand);
            canvas.ellipse(x + radius / 3, y, radius / 2, radius * 2 / 3, light);
        }
        2 => {
            for step in 0..3 {
                let shift = step * radius / 2;
                let colour = mixed(brand, WHITE, step * 30);
                canvas.line(
                    (x - radius, y + radius - shift),
                    (x + radius, y - shift),
                    radius / 4 + 1,
                    colour,
                );
            }
        }
        _ => {
            canvas.rect(x - radius, y - radius, radius, radius, brand);
            canvas.rect(x, y, radius, radius, mixed(brand, [0, 0, 0], 30));
            canvas.ellipse(
                x + radius / 2,
                y - radius / 2,
                radius / 2,
                radius / 2,
                mixed(brand, WHITE, 40),
            );
        }
    }
}
