//! What people do with a capture: zones that they black out, and why they delete it
//! (`spec/experience.md`, P5).

use std::fmt;

/// Zones of one capture.
pub const MOST_ZONES: usize = 20;

/// The whole of a side, in hundredths of a percent.
const WHOLE: u16 = 10_000;

/// Characters of a reason that a person types.
const LONGEST_REASON: usize = 200;

/// A point of a picture, in hundredths of a percent of its sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corner {
    x: u16,
    y: u16,
}

impl Corner {
    /// The point that was clicked on a picture shown at this size in pixels; beyond it counts as its
    /// edge.
    #[must_use]
    pub fn clicked((x, y): (u32, u32), (width, height): (u32, u32)) -> Self {
        let share = |at: u32, whole: u32| {
            let at = u64::from(at.min(whole)) * u64::from(WHOLE) / u64::from(whole.max(1));
            u16::try_from(at).unwrap_or(WHOLE)
        };
        Self {
            x: share(x, width),
            y: share(y, height),
        }
    }

    /// Reads what it prints.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (x, y) = text.split_once(',')?;
        Some(Self {
            x: percent(x)?,
            y: percent(y)?,
        })
    }
}

impl fmt::Display for Corner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", Percent(self.x), Percent(self.y))
    }
}

/// A rectangle of a picture, in hundredths of a percent of its sides; never empty, never beyond the
/// picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone([u16; 4]);

impl Zone {
    /// Left, top, width and height as a person types them, in percent, with a decimal comma or point.
    /// What would reach beyond the picture ends at its edge; `None` where nothing of it is inside.
    #[must_use]
    pub fn typed([left, top, width, height]: [&str; 4]) -> Option<Self> {
        let (left, top) = (percent(left)?, percent(top)?);
        let width = percent(width)?.min(WHOLE - left);
        let height = percent(height)?.min(WHOLE - top);
        (width > 0 && height > 0).then_some(Self([left, top, width, height]))
    }

    /// The rectangle between two opposite corners.
    #[must_use]
    pub fn between(one: Corner, other: Corner) -> Self {
        let span = |one: u16, other: u16| {
            let (from, to) = (one.min(other), one.max(other));
            let from = from.min(WHOLE - 1);
            (from, (to - from).max(1))
        };
        let ((left, width), (top, height)) = (span(one.x, other.x), span(one.y, other.y));
        Self([left, top, width, height])
    }

    /// Reads what it prints: « 12,30.5,40,8 », left, top, width and height in percent.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(',');
        let mut next = || parts.next();
        let typed = [next()?, next()?, next()?, next()?];
        next().is_none().then(|| Self::typed(typed)).flatten()
    }

    /// Left, top, width and height in hundredths of a percent.
    #[must_use]
    pub fn parts(self) -> [u16; 4] {
        self.0
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [left, top, width, height] = self.0.map(Percent);
        write!(f, "{left},{top},{width},{height}")
    }
}

/// Hundredths of a percent as percent: « 12 », « 12.5 ».
struct Percent(u16);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 100, self.0 % 100) {
            (whole, 0) => write!(f, "{whole}"),
            (whole, part) if part % 10 == 0 => write!(f, "{whole}.{}", part / 10),
            (whole, part) => write!(f, "{whole}.{part:02}"),
        }
    }
}

/// A percentage from 0 to 100, in hundredths; further decimals are dropped.
fn percent(text: &str) -> Option<u16> {
    let text = text.trim().trim_end_matches(['%', ' ', '\u{a0}']);
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return None;
    }
    let whole: u16 = whole.parse().ok().filter(|whole| *whole <= 100)?;
    let part: String = part.chars().chain("00".chars()).take(2).collect();
    let share = whole * 100 + part.parse::<u16>().ok()?;
    (share <= WHOLE).then_some(share)
}

/// Why a file is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Motive {
    /// It showed data about somebody's health.
    Health,
    /// It showed other personal data.
    Personal,
    /// As a person says it, in one line.
    Other(String),
}

impl Motive {
    /// What a form or a command says; `None` for an unknown word, or another reason that is empty.
    #[must_use]
    pub fn parse(word: &str, text: &str) -> Option<Self> {
        match word {
            "health" => Some(Self::Health),
            "personal" => Some(Self::Personal),
            "other" => {
                let words: Vec<&str> = text
                    .split(|c: char| c.is_whitespace() || c.is_control())
                    .filter(|word| !word.is_empty())
                    .collect();
                let text: String = words.join(" ").chars().take(LONGEST_REASON).collect();
                (!text.is_empty()).then_some(Self::Other(text))
            }
            _ => None,
        }
    }

    /// The stable word in the history.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::Personal => "personal",
            Self::Other(_) => "other",
        }
    }

    /// What support reads.
    #[must_use]
    pub fn french(&self) -> &str {
        match self {
            Self::Health => "donnée de santé",
            Self::Personal => "donnée personnelle",
            Self::Other(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_reads_as_it_prints_and_stays_inside_the_picture() {
        for (text, parts) in [
            ("12,30,40,8", [1200, 3000, 4000, 800]),
            ("12.5,0,0.05,100", [1250, 0, 5, 10_000]),
            ("90,90,10,10", [9000, 9000, 1000, 1000]),
        ] {
            let zone = Zone::parse(text).unwrap();
            assert_eq!((zone.parts(), zone.to_string().as_str()), (parts, text));
        }
        let beyond = Zone::parse("90,90,40,40").unwrap();
        assert_eq!(beyond.parts(), [9000, 9000, 1000, 1000]);
        let comma = Zone::typed(["12,5 %", " 0", "10", "10"]).unwrap();
        assert_eq!(comma.parts(), [1250, 0, 1000, 1000]);
        for wrong in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "1,2,0,4",
            "100,0,10,10",
            "-1,0,10,10",
            "1e1,0,10,10",
            "101,0,1,1",
            "100.5,0,1,1",
            "+1,0,1,1",
            "NaN,0,1,1",
            "99999999999,0,1,1",
        ] {
            assert_eq!(Zone::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn two_clicks_make_a_zone_whichever_comes_first() {
        let size = (800, 400);
        let (one, other) = (
            Corner::clicked((80, 40), size),
            Corner::clicked((400, 300), size),
        );
        let zone = Zone::between(one, other);
        assert_eq!(zone.to_string(), "10,10,40,65");
        assert_eq!(Zone::between(other, one), zone);
        assert_eq!(Corner::parse(&one.to_string()), Some(one));
        let edge = Corner::clicked((9_999, 9_999), size);
        assert_eq!(Zone::between(edge, edge).parts(), [9999, 9999, 1, 1]);
        assert_eq!(Corner::clicked((5, 5), (0, 0)).to_string(), "0,0");
    }

    #[test]
    fn a_reason_is_one_of_the_known_or_some_words_on_one_line() {
        assert_eq!(Motive::parse("health", "x"), Some(Motive::Health));
        assert_eq!(Motive::parse("other", " \r\n "), None);
        assert_eq!(Motive::parse("why", "x"), None);
        let long = Motive::parse("other", &format!("a\r\nb {}", "é".repeat(500))).unwrap();
        assert!(long.french().starts_with("a b é") && long.french().chars().count() == 200);
    }
}
