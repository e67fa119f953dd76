//! Answers ticked in boxes: `☐ formation ☒ production`, `[x] oui [ ] non`, `oui ☑ non ☐`.

use std::ops::Range;

/// What the boxes of an answer say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::extract) enum Boxes {
    /// There are none.
    None,
    /// There are boxes and none of them is ticked, or more than one.
    Undecided,
    /// The bytes of the words beside the one that is ticked.
    Ticked(Range<usize>),
}

const TICKED: [&str; 20] = [
    "☒", "☑", "✅", "✔", "✓", "■", "[x]", "[X]", "[ x ]", "[ X ]", "(x)", "(X)", "( x )", "( X )",
    "[v]", "[V]", "[✓]", "[✔]", "\u{f0fe}", "\u{f054}",
];
const EMPTY: [&str; 9] = [
    "☐", "□", "[ ]", "[]", "[  ]", "( )", "()", "[_]", "\u{f0a8}",
];

/// Reads the boxes of an answer.
pub(in crate::extract) fn read(text: &str) -> Boxes {
    let mut marks: Vec<(Range<usize>, bool)> = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let mark =
            |list: &[&'static str]| list.iter().find(|mark| rest.starts_with(**mark)).copied();
        match (mark(&TICKED), mark(&EMPTY)) {
            (Some(ticked), _) => {
                marks.push((at..at + ticked.len(), true));
                at += ticked.len();
            }
            (None, Some(empty)) => {
                marks.push((at..at + empty.len(), false));
                at += empty.len();
            }
            (None, None) => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    // A lone « (x) » or « ✓ » behind words is a tick only beside other boxes.
    let (Some(first), Some(last)) = (marks.first(), marks.last()) else {
        return Boxes::None;
    };
    let said = |range: &Range<usize>| text[range.clone()].contains(char::is_alphanumeric);
    let leading = !said(&(0..first.0.start));
    if marks.len() == 1 && !leading && said(&(last.0.end..text.len())) {
        return Boxes::None;
    }
    let mut ticked = marks.iter().enumerate().filter(|(_, (_, on))| *on);
    let (Some((index, (mark, _))), None) = (ticked.next(), ticked.next()) else {
        return Boxes::Undecided;
    };
    let range = if leading {
        mark.end..marks.get(index + 1).map_or(text.len(), |next| next.0.start)
    } else {
        let from = if index == 0 {
            0
        } else {
            marks[index - 1].0.end
        };
        from..mark.start
    };
    let words = &text[range.clone()];
    let start = range.start + (words.len() - words.trim_start().len());
    let end = start + words.trim().len();
    if said(&(start..end)) {
        Boxes::Ticked(start..end)
    } else {
        Boxes::Undecided
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_beside_the_ticked_box_are_the_answer() {
        for (text, expected) in [
            ("☐ formation   ☒ production", Some("production")),
            ("☒ oui ☐ non", Some("oui")),
            ("[ ] oui [x] non", Some("non")),
            ("( ) toujours (X) parfois ( ) non", Some("parfois")),
            ("oui ☑   non ☐", Some("oui")),
            ("oui [ ] non [X]", Some("non")),
            ("[x] production", Some("production")),
            ("☐ oui ☐ non", None),
            ("[ ] formation [ ] production", None),
            ("☒ oui ☒ non", None),
        ] {
            let expected = expected.map_or(Boxes::Undecided, |word| {
                let at = text.find(word).unwrap();
                Boxes::Ticked(at..at + word.len())
            });
            assert_eq!(read(text), expected, "{text}");
        }
        for text in ["oui, à chaque fois", "production (pas formation)", "non ()"] {
            assert!(!matches!(read(text), Boxes::Ticked(_)), "{text}");
        }
    }
}
