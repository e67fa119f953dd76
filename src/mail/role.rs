//! What a picture is for, weighed from several kinds of evidence: how it was sent, where the page
//! shows it and how large, its shape, its name, how often it comes; and, where these leave a doubt,
//! what its pixels look like (`spec/decisions.md`, 23).
//!
//! To lose a screenshot asks somebody for what they sent, to take a logo for one costs support a
//! look: a tie goes to the screenshot.

use super::html::Picture;
use crate::domain::declaration::Role;
use crate::media::pixels::{self, Look};
use crate::media::{document, pdf, picture};
use crate::text::fold;

/// What a role is drawn from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clues<'c> {
    pub filename: &'c str,
    pub content_type: &'c str,
    pub contents: &'c [u8],
    /// Disposition says attachment.
    pub attached: bool,
    /// The places at which the HTML shows it.
    pub shown: &'c [&'c Shown],
}

/// A picture of the page, and among which words it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub picture: Picture,
    pub place: Place,
}

/// Among which words a picture stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Own words follow.
    Words,
    /// After the last of the own words, before the greeting that ends them.
    Below,
    /// After a greeting that ends the words, a name, a notice.
    Signature,
    /// Inside a container that a client makes for its signature.
    Container,
    /// In a thread that is quoted.
    Quote,
}

pub(super) fn role(clues: &Clues<'_>) -> Role {
    match clues.content_type {
        "image/svg+xml" | "image/x-icon" | "image/vnd.microsoft.icon" => Role::Logo,
        "image/x-emf" | "image/x-wmf" | "image/emf" | "image/wmf" => Role::Document,
        t if t.starts_with("image/") => picture_role(clues),
        "application/pdf" if pdf_holds_screen(clues.contents) => Role::Screenshot,
        t if (t.contains("officedocument") || t.contains("opendocument"))
            && office_holds_screen(clues.contents) =>
        {
            Role::Screenshot
        }
        _ => Role::Document,
    }
}

/// Pictures of a document are decoded until they make four megapixels together.
struct Sight {
    left: u64,
}

impl Sight {
    fn is_screen(
        &mut self,
        size: (u32, u32),
        before: i32,
        look: impl FnOnce() -> Option<Look>,
    ) -> bool {
        let pixels = pixels_of(size);
        if size.0.min(size.1) <= 16 || pixels < 15_000 {
            return false;
        }
        // What is drawn for print is large whatever it is.
        let evidence = before + area(size) / 2;
        if evidence.abs() >= SURE {
            return evidence > 0;
        }
        let look = (pixels <= self.left).then(look).flatten();
        self.left = self.left.saturating_sub(pixels);
        evidence + look.map_or(0, |look| looks(&look, size)) > 0
    }
}

fn office_holds_screen(bytes: &[u8]) -> bool {
    let mut sight = Sight {
        left: pixels::MOST_PIXELS,
    };
    document::office_pictures(bytes).any(|file| {
        picture::size(&file).is_some_and(|size| {
            let camera = if picture::is_photo(&file) { 30 } else { 0 };
            sight.is_screen(size, IN_DOCUMENT + camera, || pixels::look(&file))
        })
    })
}

/// A scan, a picture printed as PDF, or a page that shows a screen among its words.
fn pdf_holds_screen(bytes: &[u8]) -> bool {
    let mut sight = Sight {
        left: pixels::MOST_PIXELS,
    };
    let before = if pdf::is_without_text(bytes) {
        25
    } else {
        IN_DOCUMENT
    };
    pdf::pictures(bytes).any(|drawn| sight.is_screen(drawn.size, before, || drawn.look()))
}

/// Names that clients and people give to captures and photos.
const SCREEN_NAMES: [&str; 18] = [
    "capture",
    "screen",
    "ecran",
    "snip",
    "erreur",
    "error",
    "photo",
    "img_",
    "img-",
    "dsc",
    "pxl_",
    "whatsapp",
    "bug",
    "anomalie",
    "imprim",
    "snap",
    "clip_image",
    "clipboard",
];

/// Names of what signatures and newsletters hold; « Outlook- » is what its web page calls them.
const LOGO_NAMES: [&str; 18] = [
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
    "outlook-",
    "qrcode",
];

/// A document holds pictures among its words, and its letterhead.
const IN_DOCUMENT: i32 = 5;

/// Beyond this much evidence, either way, nothing is left to doubt.
const SURE: i32 = 40;

/// No picture has more pixels a side.
const LARGEST: u32 = 1_000_000;

fn picture_role(clues: &Clues<'_>) -> Role {
    let told = |screenshot: bool| {
        if screenshot {
            Role::Screenshot
        } else {
            Role::Logo
        }
    };
    let name = named(clues.filename);
    let Some(size) = picture::size(clues.contents) else {
        // Broken or unknown: a phone's photo format, or nothing that can be said.
        return told(name >= 0);
    };
    // A header may tell any number.
    let size = (size.0.min(LARGEST), size.1.min(LARGEST));
    let (long, short) = (size.0.max(size.1), size.0.min(size.1));
    // Trackers, rules, icons: no screen is that small.
    if short <= 16 || long <= 64 || pixels_of(size) < 4_000 {
        return Role::Logo;
    }
    let evidence =
        name + place(clues, size) + described(clues) + extent(clues, size) + kind(clues, size);
    if evidence.abs() >= SURE {
        return told(evidence > 0);
    }
    let looks = pixels::look(clues.contents).map_or(0, |look| looks(&look, size));
    told(evidence + looks >= 0)
}

fn pixels_of((width, height): (u32, u32)) -> u64 {
    u64::from(width) * u64::from(height)
}

fn named(filename: &str) -> i32 {
    let name = fold(filename);
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&LOGO_NAMES) {
        -30
    } else if has(&SCREEN_NAMES) {
        20
    } else {
        0
    }
}

/// How it was sent and where it is shown.
fn place(clues: &Clues<'_>, size: (u32, u32)) -> i32 {
    let at = |place: Place| clues.shown.iter().any(|shown| shown.place == place);
    match clues.shown.len() {
        0 if clues.attached && !is_moved(clues.filename) => 35,
        // Phones and plain text: captures and logos alike, but what is as large as a screen is one.
        0 if pixels_of(size) >= 600_000 => 10,
        0 => 0,
        // The same picture under each message of a thread.
        2.. => -30,
        _ if at(Place::Container) => -35,
        _ if at(Place::Quote) => -20,
        _ if at(Place::Signature) => -20,
        _ if at(Place::Below) => 18,
        _ => 25,
    }
}

/// « pic04412.gif »: what stood in the text, which Notes makes a file of its own (« Embedded image
/// moved to file »).
fn is_moved(filename: &str) -> bool {
    let name = fold(filename);
    let digits = name
        .strip_prefix("pic")
        .and_then(|rest| rest.split('.').next());
    digits.is_some_and(|digits| {
        (4..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// What the page says of it. Office programs describe what they see (« Une image contenant texte,
/// capture d’écran, logiciel »); a logo leads to a site.
fn described(clues: &Clues<'_>) -> i32 {
    let Some(shown) = clues.shown.first() else {
        return 0;
    };
    let alt = fold(&shown.picture.alt);
    let says = |words: &[&str]| words.iter().any(|word| alt.contains(word));
    let seen = if says(&["capture d", "screenshot", "screen shot", "copie d'ecran"]) {
        20
    } else if says(&["logo", "signature", "banniere", "bandeau"]) {
        -15
    } else {
        0
    };
    seen - if shown.picture.link { 10 } else { 0 }
}

/// How much of the page it takes: as it is shown where that is smaller than it is.
fn extent(clues: &Clues<'_>, size: (u32, u32)) -> i32 {
    let shown = clues
        .shown
        .first()
        .and_then(|shown| match shown.picture.shown {
            (Some(width), _) => Some((
                width,
                u64::from(width) * u64::from(size.1) / u64::from(size.0),
            )),
            (None, Some(height)) => {
                let width = u64::from(height) * u64::from(size.0) / u64::from(size.1);
                Some((u32::try_from(width).unwrap_or(u32::MAX), u64::from(height)))
            }
            (None, None) => None,
        })
        .filter(|&(width, _)| width > 0 && width < size.0);
    // A large picture shown at the size of a stamp is drawn for print; a page is shrunk to the column.
    let stamp = shown.is_some_and(|(width, height)| {
        width <= 200 && height <= 150 && pixels_of(size) > 2 * u64::from(width) * height
    });
    if stamp {
        return -30;
    }
    // Banners are strips; among the words a strip is a toolbar or a line that was cut out.
    let aside = |shown: &&Shown| {
        matches!(
            shown.place,
            Place::Signature | Place::Container | Place::Quote
        )
    };
    let is_aside = clues.shown.iter().any(aside);
    let (width, height) = shown.unwrap_or((size.0, u64::from(size.1)));
    let (width, height) = (u64::from(width), height.max(1));
    let shape = match () {
        () if !is_aside => 0,
        () if width > 6 * height => -10,
        // Signatures are narrow: what fills a block of the page was put there.
        () if width >= 300 && height >= 150 && 2 * width < 5 * height => 12,
        () => 0,
    };
    area(size) + shape
}

/// How large it is.
fn area(size: (u32, u32)) -> i32 {
    match pixels_of(size) {
        600_000.. => 30,
        250_000.. => 20,
        100_000.. => 10,
        40_000.. => 0,
        15_000.. => -8,
        _ => -15,
    }
}

/// What the kind of file tells.
fn kind(clues: &Clues<'_>, size: (u32, u32)) -> i32 {
    let (long, short) = (size.0.max(size.1), size.0.min(size.1));
    match clues.content_type {
        "image/jpeg" if picture::is_photo(clues.contents) => 30,
        "image/gif" if picture::is_animated(clues.contents) && pixels_of(size) < 250_000 => -40,
        // What is pasted without compression.
        "image/bmp" | "image/tiff" => 10,
        // A telephone's whole screen.
        _ if size.1 == long && short >= 600 && 2 * long >= 3 * short => 15,
        _ => 0,
    }
}

/// What the pixels look like.
fn looks(look: &Look, size: (u32, u32)) -> i32 {
    if look.code {
        return -40;
    }
    let text = match look.letters {
        0..8 => -5,
        8..25 => 3,
        25..50 => 10,
        50..100 => 18,
        _ => 25,
    };
    // A rule has two edges.
    let edges = match look.edges {
        0 => 0,
        1 | 2 => 3,
        _ => 10,
    };
    // Errors are red and chosen lines blue among other words.
    let is_page = look.text_lines >= 3;
    let colours = match look.coloured {
        coloured if coloured > 0.6 => {
            if is_page {
                -10
            } else {
                -20
            }
        }
        coloured if coloured > 0.35 => {
            if is_page {
                -4
            } else {
                -8
            }
        }
        coloured if coloured < 0.15 && look.letters >= 8 => 15,
        _ => 0,
    };
    // Grain on a small picture: a portrait; on a large one: a photo of a screen.
    let grain = match look.flat {
        flat if flat < 0.45 && pixels_of(size) < 200_000 => -20,
        flat if flat < 0.45 => -5,
        _ => 0,
    };
    text + edges + colours + grain
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

    fn shown(place: Place, width: Option<u32>) -> Shown {
        let picture = Picture {
            source: String::new(),
            at: 0,
            shown: (width, None),
            signature: false,
            link: false,
            alt: String::new(),
        };
        Shown { picture, place }
    }

    #[test]
    fn a_pictures_role_follows_its_size_name_and_place() {
        let among = shown(Place::Words, None);
        let below = shown(Place::Below, None);
        let signature = shown(Place::Signature, None);
        let container = shown(Place::Container, None);
        let quote = shown(Place::Quote, None);
        let stamp = shown(Place::Signature, Some(160));
        let column = shown(Place::Words, Some(602));
        let (screenshot, logo) = (Role::Screenshot, Role::Logo);
        for (name, width, height, attached, shown, role) in [
            // Attached on purpose, however small the snip.
            ("image.png", 525, 158, true, vec![], screenshot),
            ("Capture.PNG", 1280, 720, true, vec![], screenshot),
            ("logo_chu.png", 300, 120, true, vec![], logo),
            // What Notes moved out of the text.
            ("pic04412.gif", 120, 40, true, vec![], logo),
            ("pic23321.jpg", 1280, 720, true, vec![], screenshot),
            // Signature furniture.
            ("image001.png", 220, 64, false, vec![&signature], logo),
            ("image002.png", 24, 24, false, vec![&among], logo),
            ("pix01.gif", 1, 1, false, vec![&below], logo),
            ("image003.png", 600, 200, false, vec![&container], logo),
            ("bandeau.png", 1200, 300, false, vec![&signature], logo),
            ("image004.png", 1600, 300, false, vec![&signature], logo),
            ("image005.png", 350, 200, false, vec![&among, &below], logo),
            ("image006.png", 1200, 500, false, vec![&stamp], logo),
            ("image007.png", 300, 100, false, vec![&quote], logo),
            ("Outlook-1kd9s.png", 350, 140, false, vec![&signature], logo),
            // Pasted captures.
            ("image002.png", 1280, 720, false, vec![&among], screenshot),
            ("image002.png", 1280, 720, false, vec![&column], screenshot),
            (
                "image002.png",
                1280,
                720,
                false,
                vec![&signature],
                screenshot,
            ),
            ("image002.png", 1280, 720, false, vec![&quote], screenshot),
            ("image.png", 420, 180, false, vec![&among], screenshot),
            ("image.png", 420, 180, false, vec![&below], screenshot),
            ("snip.png", 300, 90, false, vec![&among], screenshot),
        ] {
            let contents = png(width, height);
            let clues = Clues {
                filename: name,
                content_type: "image/png",
                contents: &contents,
                attached,
                shown: &shown,
            };
            assert_eq!(super::role(&clues), role, "{name} {width}×{height}");
        }
    }

    #[test]
    fn what_the_page_says_of_a_picture_counts() {
        let contents = png(420, 260);
        for (alt, link, role) in [
            (
                "Une image contenant texte, capture d\u{2019}\u{e9}cran, Police",
                false,
                Role::Screenshot,
            ),
            ("A screenshot of a computer", false, Role::Screenshot),
            ("Copie d'\u{e9}cran du portail", false, Role::Screenshot),
            (
                "Une image contenant logo, Police, Graphique",
                false,
                Role::Logo,
            ),
            ("logo GHT", true, Role::Logo),
            ("", true, Role::Logo),
        ] {
            let mut shown = shown(Place::Signature, None);
            shown.picture.alt = alt.to_owned();
            shown.picture.link = link;
            let clues = Clues {
                filename: "image001.png",
                content_type: "image/png",
                contents: &contents,
                attached: false,
                shown: &[&shown],
            };
            // Black says little: the words decide.
            assert_eq!(super::role(&clues), role, "{alt}");
        }
    }

    #[test]
    fn a_picture_that_is_too_large_to_be_decoded_is_judged_by_its_header() {
        for side in [60_000_u32, 0x7fff_ffff, u32::MAX] {
            let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
            bomb.extend([side.to_be_bytes(), side.to_be_bytes()].concat());
            for shown in [vec![], vec![&shown(Place::Signature, Some(900_000))]] {
                let clues = Clues {
                    filename: "x.png",
                    content_type: "image/png",
                    contents: &bomb,
                    attached: true,
                    shown: &shown,
                };
                assert_eq!(super::role(&clues), Role::Screenshot, "{side}");
            }
        }
    }
}
