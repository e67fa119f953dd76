//! Words of names: how they are written, in which order, and how they are capitalised.

use super::super::lexicon::is_one_of;
use super::super::token::{Kind, Tokens};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Each given name, and whether it is a common one: the first list of the table.
static GIVEN: LazyLock<HashMap<&'static str, bool>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    let mut lists = 0;
    for line in include_str!("given.txt").lines() {
        if line.starts_with('#') {
            lists += 1;
        } else {
            for name in line.split_whitespace() {
                names.entry(name).or_insert(lists == 1);
            }
        }
    }
    names
});

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// LEBRETON
    Capitals,
    /// Lebreton
    Title,
    /// lebreton
    Lower,
    /// « L. », « B »
    Initial,
}

/// One word of a text, hyphens and apostrophes inside it included.
#[derive(Debug, Clone)]
pub(super) struct Unit<'t> {
    /// Tokens `from..to`.
    pub from: usize,
    pub to: usize,
    /// As written.
    pub text: &'t str,
    /// Folded.
    pub folded: &'t str,
    pub shape: Shape,
}

impl Unit<'_> {
    /// Whether this is, or begins with, a known given name.
    pub fn is_given(&self) -> bool {
        is_given(self.folded)
    }

    /// Whether it may stand in a name by the way it is written.
    pub fn is_named(&self) -> bool {
        self.shape != Shape::Lower && (self.shape == Shape::Initial || self.folded.len() > 1)
    }
}

fn first_part<'t>(unit: &Unit<'t>) -> &'t str {
    unit.folded.split('-').next().unwrap_or_default()
}

/// Whether a folded word is a given name: « claire », « jean-pierre ».
pub fn is_given(folded: &str) -> bool {
    folded
        .split('-')
        .next()
        .is_some_and(|first| GIVEN.contains_key(first))
}

/// Whether a folded word is a common given name, and no common surname.
pub(super) fn is_common_given(folded: &str) -> bool {
    const SURNAMES: &str = "martin|bernard|thomas|robert|richard|simon|laurent|michel|david|bertrand|vincent|francois|andre|mathieu|nicolas|clement|gauthier|lucas|robin|henry|denis|roger|roland|gerard|arnaud|remy|renaud|gilbert|charles|\
        marie|olivier|philippe|pierre|jacob|paul|julien|leon|colin|marcel|benoit|guy|germain|hubert|humbert|albert|alexandre|etienne|joseph|jean|raymond|louis|victor|georges|claude|rene|blaise|gilles|herve|yves|tanguy|guillaume|\
        patrice|pascal|maurice|constant|gaston|gautier|geoffroy|sylvestre|prosper|honore|gervais|toussaint|barthelemy|jacques|lionel|thierry|didier|daniel|baptiste|basile|ferdinand|fernandez|rose|fleur|blanche|salomon|samson|abel|adam|\
        hamon|jose|cherif|salah|said|ali|omar|moussa|issa|ibrahim|nelson|douglas|curtis|graham|don|dan|john|james|george|allan|alain|anton|conrad|eloi|firmin|fabre|martial|mathis|regis|roch|urbain|valentin|vital|salvador|rodrigue|rodrigues|gabriel|gaspard|bastien|barnabe";
    let first = folded.split('-').next().unwrap_or_default();
    GIVEN.get(first) == Some(&true) && !is_one_of(SURNAMES, first)
}

/// The word that begins at token `at`.
pub(super) fn unit<'t>(text: &'t str, tokens: &'t Tokens, at: usize) -> Option<Unit<'t>> {
    if tokens.get(at)?.kind != Kind::Word {
        return None;
    }
    // « sur la 2A. Ange-Marie … »: the letter belongs to the number.
    let numbered = at > 0
        && tokens.glued(at)
        && tokens
            .get(at - 1)
            .is_some_and(|token| token.kind == Kind::Number);
    if numbered && tokens.width(at) == 1 {
        return None;
    }
    let mut to = at + 1;
    for _ in 0..4 {
        let joint = matches!(
            tokens.get(to).map(|t| t.kind),
            Some(Kind::Sign(b'-' | b'\''))
        );
        let joined = joint
            && tokens.glued(to)
            && tokens.glued(to + 1)
            && tokens.get(to + 1).is_some_and(|t| t.kind == Kind::Word);
        if !joined {
            break;
        }
        to += 2;
    }
    let written = text.get(tokens.span(at, to))?;
    let letters = || written.chars().filter(|c| c.is_alphabetic());
    let shape = if letters().count() == 1 && written.chars().all(char::is_uppercase) {
        Shape::Initial
    } else if letters().all(char::is_uppercase) {
        if tokens.shouted() {
            Shape::Lower
        } else {
            Shape::Capitals
        }
    } else if written.chars().next().is_some_and(char::is_uppercase)
        || written
            .get(2..3)
            .is_some_and(|c| c.starts_with(char::is_uppercase))
    {
        Shape::Title
    } else {
        Shape::Lower
    };
    // The initial's point belongs to it.
    let to = if shape == Shape::Initial && tokens.sign(to, b'.') && tokens.glued(to) {
        to + 1
    } else {
        to
    };
    Some(Unit {
        from: at,
        to,
        text: text.get(tokens.span(at, to))?,
        folded: tokens.folded(at, to),
        shape,
    })
}

/// Small words inside names.
pub(super) fn is_particle(folded: &str) -> bool {
    matches!(
        folded,
        "de" | "du"
            | "des"
            | "la"
            | "le"
            | "les"
            | "van"
            | "von"
            | "der"
            | "den"
            | "el"
            | "al"
            | "ben"
            | "bin"
            | "da"
            | "di"
            | "dos"
            | "das"
            | "do"
            | "st"
            | "saint"
            | "ep"
            | "ait"
    )
}

/// « LEBRETON Claire » → « Claire Lebreton »: given names first, each capitalised.
pub(super) fn arranged(units: &[Unit<'_>]) -> String {
    let given = |unit: &Unit<'_>| unit.is_given() && unit.shape != Shape::Initial;
    let capitals = units
        .iter()
        .filter(|unit| unit.shape == Shape::Capitals)
        .count();
    let order: Vec<&Unit<'_>> = match units {
        [] => Vec::new(),
        // « Puig L. », « A. BENOIT »: initials stand first.
        [first, second] if (first.shape == Shape::Initial) != (second.shape == Shape::Initial) => {
            let initial = if first.shape == Shape::Initial {
                [first, second]
            } else {
                [second, first]
            };
            if given(initial[1]) && second.shape == Shape::Initial {
                vec![first, second]
            } else {
                initial.to_vec()
            }
        }
        // The surname in capitals, the given name not.
        _ if capitals > 0
            && capitals < units.len()
            && units.iter().any(|unit| {
                matches!(unit.shape, Shape::Title | Shape::Lower) && !is_particle(unit.folded)
            }) =>
        {
            let surname = |unit: &&Unit<'_>| {
                unit.shape == Shape::Capitals
                    || is_particle(unit.folded)
                    || unit.folded.starts_with("d'") && unit.shape != Shape::Title
            };
            let (surnames, givens): (Vec<_>, Vec<_>) = units.iter().partition(surname);
            givens.into_iter().chain(surnames).collect()
        }
        // « Oudinot Pascal »: the known given name stands last.
        [rest @ .., last] if !rest.is_empty() && given(last) && !rest.iter().any(given) => {
            std::iter::once(last).chain(rest.iter()).collect()
        }
        // « Morvan Huguette »: the first may be a rare given name, the last is a common one.
        [first, last]
            if is_common_given(last.folded) && !GIVEN.get(first_part(first)).unwrap_or(&false) =>
        {
            vec![last, first]
        }
        // « Martin Jean-Pierre »: a composed given name is no surname.
        [first, last]
            if given(last) && last.folded.contains('-') && !first.folded.contains('-') =>
        {
            vec![last, first]
        }
        _ => units.iter().collect(),
    };
    let mut name = String::new();
    for (index, unit) in order.iter().enumerate() {
        if index > 0 {
            name.push(' ');
        }
        name.push_str(&capitalised(unit.text, index > 0));
    }
    name
}

/// One word as a name is written: « LEMOINE-PASQUIER » → « Lemoine-Pasquier », « O'CONNELL » →
/// « O'Connell »; a word of both cases is left alone. `inside`: particles stay small.
pub(super) fn capitalised(word: &str, inside: bool) -> String {
    let upper = word.chars().filter(|c| c.is_uppercase()).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let mixed = upper > 0 && upper < letters;
    let folded = crate::text::fold(word);
    if inside
        && matches!(
            folded.as_str(),
            "de" | "du" | "des" | "van" | "von" | "der" | "den" | "da" | "di" | "dos"
        )
    {
        return word.to_lowercase();
    }
    if mixed {
        return word.to_owned();
    }
    let mut out = String::with_capacity(word.len());
    let mut start = true;
    for (index, character) in word.chars().enumerate() {
        if start {
            out.extend(character.to_uppercase());
        } else {
            out.extend(character.to_lowercase());
        }
        start = !character.is_alphabetic();
        // « Floc'h »: one letter behind an apostrophe is not begun anew.
        if matches!(character, '\'' | '’') {
            let rest = word
                .chars()
                .skip(index + 1)
                .take_while(|c| c.is_alphabetic())
                .count();
            start = rest > 1;
        }
    }
    out
}
