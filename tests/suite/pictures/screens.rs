//! Pictures of screens: windows, portals, terminals, dialogues and what is cut out of them,
//! telephones, and photos of screens.

use super::canvas::{Canvas, Colour, mixed};
use image::RgbImage;

const WHITE: Colour = [255, 255, 255];
const INK: Colour = [32, 33, 36];
const PALE: Colour = [240, 240, 240];
const EDGE: Colour = [200, 200, 204];

pub fn screen(scene: &str, width: u32, height: u32, seed: u64) -> Option<RgbImage> {
    let mut canvas = Canvas::new(width, height, WHITE, seed);
    match scene {
        "window" => window(&mut canvas, WHITE, INK),
        "dark" => window(&mut canvas, [30, 31, 34], [210, 211, 214]),
        "portal" => portal(&mut canvas),
        "terminal" => terminal(&mut canvas),
        "dialog" => dialog(&mut canvas),
        "crop" => crop(&mut canvas),
        "menu" => menu(&mut canvas),
        "toolbar" => toolbar(&mut canvas),
        "sheet" => sheet(&mut canvas),
        "map" => map(&mut canvas),
        "chart" => chart(&mut canvas),
        "blank" => blank(&mut canvas),
        "notice" => notice(&mut canvas),
        "blurred" => blurred(&mut canvas),
        "phone" => phone(&mut canvas),
        "photo" => return Some(photo(width, height, seed)),
        _ => return None,
    }
    Some(canvas.image)
}

fn title_bar(canvas: &mut Canvas, background: Colour, ink: Colour) {
    let width = canvas.width();
    canvas.rect(0, 0, width, 30, background);
    canvas.rect(9, 8, 14, 14, [0, 120, 212]);
    canvas.text(30, 11, 24, 1, ink);
    for (index, from) in [width - 125, width - 80, width - 32]
        .into_iter()
        .enumerate()
    {
        match index {
            0 => canvas.rect(from, 16, 11, 1, ink),
            1 => canvas.frame(from, 10, 11, 11, ink),
            _ => {
                canvas.line((from, 10), (from + 10, 20), 1, ink);
                canvas.line((from + 10, 10), (from, 20), 1, ink);
            }
        }
    }
}

fn rows(canvas: &mut Canvas, left: i32, top: i32, ink: Colour) {
    let (width, height) = (canvas.width(), canvas.height());
    for y in (top..height - 10).step_by(22) {
        let mut x = left;
        while x < width - 30 {
            let letters = 4 + canvas.draw(14);
            canvas.text(x, y, letters, 1, ink);
            x += 60 + canvas.draw(4) * 40;
        }
        canvas.rect(left - 5, y + 14, width, 1, mixed(ink, [128, 128, 128], 80));
    }
}

fn window(canvas: &mut Canvas, background: Colour, ink: Colour) {
    let (width, height) = (canvas.width(), canvas.height());
    canvas.rect(0, 0, width, height, background);
    title_bar(canvas, mixed(background, [128, 128, 128], 15), ink);
    let mut x = 10;
    while x < width * 2 / 3 {
        let letters = 4 + canvas.draw(6);
        x = canvas.text(x, 38, letters, 1, ink) + 16;
    }
    canvas.rect(0, 54, width, 1, EDGE);
    for button in 0..width / 40 {
        let colour = canvas.colour();
        canvas.rect(10 + button * 36, 60, 18, 18, colour);
    }
    rows(canvas, 14, 92, ink);
    let button = canvas.colour();
    canvas.rect(width - 110, height - 36, 90, 24, button);
    canvas.text(width - 96, height - 28, 8, 1, WHITE);
}

fn portal(canvas: &mut Canvas) {
    let (width, height) = (canvas.width(), canvas.height());
    canvas.rect(0, 0, width, 34, [222, 225, 230]);
    canvas.rect(8, 6, 220, 28, WHITE);
    canvas.text(34, 15, 22, 1, INK);
    canvas.rect(0, 34, width, 36, WHITE);
    canvas.rect(100, 40, width - 200, 24, [241, 243, 244]);
    canvas.text(120, 48, 40, 1, INK);
    let brand = canvas.colour();
    canvas.rect(0, 70, width, 52, brand);
    canvas.text(20, 86, 12, 3, WHITE);
    canvas.rect(0, 122, 190, height, [245, 246, 250]);
    for y in (140..height - 20).step_by(34) {
        canvas.ellipse(22, y + 5, 6, 6, brand);
        let letters = 8 + canvas.draw(12);
        canvas.text(40, y, letters, 1, INK);
    }
    for (column, x) in (210..width - 100).step_by(230).enumerate() {
        let row_offset = i32::try_from(column % 2).unwrap() * 10;
        for y in (140 + row_offset..height - 60).step_by(150) {
            canvas.frame(x, y, 210, 130, EDGE);
            canvas.text(x + 10, y + 10, 16, 2, INK);
            for line in 0..4 {
                let letters = 12 + canvas.draw(18);
                canvas.text(x + 10, y + 40 + line * 16, letters, 1, [95, 99, 104]);
            }
        }
    }
}

fn terminal(canvas: &mut Canvas) {
    let (width, height) = (canvas.width(), canvas.height());
    canvas.rect(0, 0, width, height, [12, 12, 12]);
    for y in (8..height - 10).step_by(15) {
        let letters = 10 + canvas.draw(width / 8);
        let ink = if canvas.draw(5) == 0 {
            [22, 198, 12]
        } else {
            [204, 204, 204]
        };
        canvas.text(8, y, letters, 1, ink);
    }
}

fn dialog(canvas: &mut Canvas) {
    let (width, height) = (canvas.width(), canvas.height());
    canvas.rect(0, 0, width, height, PALE);
    canvas.rect(0, 0, width, 28, WHITE);
    canvas.text(10, 10, 18, 1, INK);
    canvas.line((width - 22, 9), (width - 13, 18), 1, INK);
    canvas.line((width - 13, 9), (width - 22, 18), 1, INK);
    canvas.ellipse(32, 58, 15, 15, [232, 17, 35]);
    canvas.line((26, 52), (38, 64), 2, WHITE);
    canvas.line((38, 52), (26, 64), 2, WHITE);
    for line in 0..((height - 80) / 18).clamp(1, 4) {
        let letters = (width - 90) / 7 + canvas.draw(6);
        canvas.text(60, 44 + line * 18, letters, 1, INK);
    }
    canvas.rect(width - 96, height - 34, 80, 24, [225, 225, 225]);
    canvas.frame(width - 96, height - 34, 80, 24, [0, 120, 215]);
    canvas.text(width - 72, height - 26, 4, 1, INK);
    canvas.frame(0, 0, width, height, [120, 120, 125]);
}

/// A few lines cut out of a window.
fn crop(canvas: &mut Canvas) {
    let (width, height) = (canvas.width(), canvas.height());
    let tint = canvas.draw(3);
    let background = [WHITE, [248, 249, 250], [255, 235, 238]][usize::try_from(tint).unwrap()];
    canvas.rect(0, 0, width, height, background);
    for y in (8..height - 8).step_by(20) {
        let letters = (width / 9).max(6) + canvas.draw(8);
        let ink = if canvas.draw(3) == 0 {
            [176, 0, 32]
        } else {
            INK
        };
        canvas.text(12, y, letters, 1, ink);
    }
}

fn menu(canvas: &mut Canvas) {
    let (width, height) = (canvas.width(), canvas.height());
    canvas.frame(0, 0, width, height, EDGE);
    for (index, y) in (10..height - 12).step_by(26).enumerate() {
        if index == 2 {
            canvas.rect(1, y - 6, width - 2, 24, [0, 120, 215]);
        }
        let ink = if index == 2 { WHITE } else { INK };
        let letters = 8 + canvas.draw(width / 10);
        canvas.text(30, y, letters, 1, ink);
    }
}

fn toolbar(canvas: &mut Canvas) {
    let (width, height) = (canvas.width(), canvas.height());
    canvas.rect(0, 0, width, height, [243, 243, 243]);
    for x in (6..width - 60).step_by(64) {
        let colour = canvas.colour();
        canvas.rect(
            x + 14,
            6,
            (height - 24).clamp(8, 32),
            (height - 24).clamp(8, 32),
            colour,
        );
        canvas.text(x, height - 13, 9, 1, INK);
    }
}

fn sheet(canvas: &mut Canvas) {
    let (width, height) = (canvas.width(), canvas.height());
    for y in (0..height).step_by(20) {
        canvas.rect(0, y, width, 1, EDGE);
        for x in (40..width).step_by(80) {
            let letters = canvas.draw(9);
            canvas.text(x + 6, y + 7, letters, 1, INK);
        }
    }
    for x in (40..width).step_by(80) {
        canvas.rect(x, 0, 1, height, EDGE);
    }
    canvas.rect(0, 0, width, 20, [230, 242, 230]);
}

fn map(canvas: &mut Canvas) {
    let (width, height) = (canvas.width(), canvas.height());
    canvas.rect(0, 0, width, height, [242, 239, 233]);
    for _ in 0..12 {
        let (x, y) = (canvas.draw(width), canvas.draw(height));
        let (rx, ry) = (20 + canvas.draw(width / 6), 15 + canvas.draw(height / 6));
        let colour = [[173, 209, 158], [170, 211, 223], [224, 223, 223]]
            [usize::try_from(canvas.draw(3)).unwrap()];
        canvas.ellipse(x, y, rx, ry, colour);
    }
    for _ in 0..30 {
        let from = (canvas.draw(width), canvas.draw(height));
        let to = (canvas.draw(width), canvas.draw(height));
        canvas.line(from, to, 3, [252, 214, 164]);
    }
    for _ in 0..40 {
        let (x, y, letters) = (canvas.draw(width), canvas.draw(height), 4 + canvas.draw(10));
        canvas.text(x, y, letters, 1, [60, 60, 60]);
    }
    for _ in 0..8 {
        let (x, y) = (canvas.draw(width), canvas.draw(height));
        canvas.ellipse(x, y, 8, 8, [220, 30, 30]);
    }
}

fn chart(canvas: &mut Canvas) {
    let (width, height) = (canvas.width(), canvas.height());
    canvas.text(20, 12, 24, 2, INK);
    for y in (50..height - 30).step_by(40) {
        canvas.rect(50, y, width - 70, 1, EDGE);
        canvas.text(15, y - 4, 4, 1, [95, 99, 104]);
    }
    for x in (70..width - 50).step_by(50) {
        let tall = 20 + canvas.draw(height - 110);
        canvas.rect(x, height - 30 - tall, 30, tall, [66, 133, 244]);
        canvas.text(x, height - 22, 4, 1, [95, 99, 104]);
    }
}

/// A page that stays white but for its bar.
fn blank(canvas: &mut Canvas) {
    let width = canvas.width();
    canvas.rect(0, 0, width, 26, [222, 225, 230]);
    canvas.text(16, 9, 18, 1, INK);
}

/// A toast: a line and a button on a coloured ground.
fn notice(canvas: &mut Canvas) {
    let (width, height) = (canvas.width(), canvas.height());
    canvas.rect(0, 0, width, height, [50, 50, 50]);
    canvas.text(14, height / 2 - 4, width / 9, 1, WHITE);
    canvas.text(width - 50, height / 2 - 4, 6, 1, [138, 180, 248]);
}

/// A window whose sender made the names unreadable.
fn blurred(canvas: &mut Canvas) {
    window(canvas, WHITE, INK);
    let (width, height) = (canvas.width(), canvas.height());
    for y in (110..height - 60).step_by(44) {
        for x in (60..width - 160).step_by(20) {
            let grey = u8::try_from(150 + canvas.draw(90)).unwrap();
            canvas.rect(x, y, 20, 22, [grey, grey, grey]);
        }
    }
}

fn phone(canvas: &mut Canvas) {
    let (width, height) = (canvas.width(), canvas.height());
    canvas.text(40, 24, 5, 3, INK);
    canvas.rect(width - 80, 24, 44, 20, INK);
    canvas.rect(0, 64, width, 100, [0, 92, 169]);
    canvas.text(40, 98, 14, 4, WHITE);
    for y in (190..height - 140).step_by(130) {
        canvas.ellipse(70, y + 50, 36, 36, [220, 226, 236]);
        let (one, two) = (8 + canvas.draw(10), 12 + canvas.draw(14));
        canvas.text(130, y + 20, one, 3, INK);
        canvas.text(130, y + 64, two, 2, [120, 120, 126]);
        canvas.rect(130, y + 118, width, 1, EDGE);
    }
    canvas.rect(0, height - 110, width, 110, [248, 248, 248]);
    canvas.rect(width / 2 - 90, height - 20, 180, 6, INK);
}

/// A screen seen by a camera: from the side, with its frame, grain and uneven light.
fn photo(width: u32, height: u32, seed: u64) -> RgbImage {
    let mut screen = Canvas::new(800, 500, WHITE, seed);
    window(&mut screen, WHITE, INK);
    let mut canvas = Canvas::new(width, height, [46, 42, 40], seed);
    let (w, h) = (canvas.width(), canvas.height());
    let (left, top, right, bottom) = (w / 9, h / 8, w * 8 / 9, h * 5 / 6);
    canvas.rect(
        left - 18,
        top - 18,
        right - left + 36,
        bottom - top + 40,
        [14, 14, 15],
    );
    for y in top..bottom {
        for x in left..right {
            let lean = (x - left) * (bottom - top) / (right - left) / 12;
            let sx = (x - left) * 800 / (right - left);
            let sy = ((y - top + lean) * 500 / (bottom - top)).min(499);
            let pixel = screen
                .image
                .get_pixel(sx.cast_unsigned(), sy.cast_unsigned())
                .0;
            let light = 70 + (x * 25 / w) - ((x * 7 + y * 3) % 11);
            canvas.dot(
                x,
                y,
                pixel.map(|c| u8::try_from(i32::from(c) * light / 100).unwrap_or(255)),
            );
        }
    }
    canvas.grain(9);
    canvas.image
}
