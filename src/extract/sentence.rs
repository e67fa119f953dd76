//! Running text cut into sentences, and what each is about: the fault, how to reach the writer,
//! what is attached, thanks, an introduction.

use super::cues::{Cues, Group};
use super::person::is_role;
use super::token::Tokens;
use crate::text::Folded;
use std::ops::Range;

/// What a sentence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Something does not work.
    Fault,
    /// Nothing else was recognised: context, what was expected.
    Context,
    /// Greeting, thanks, how and when to reach the writer, what is attached.
    Aside,
}

/// One sentence; ranges are bytes of the text it was cut from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// From its first word, a greeting before it left out, to its stop.
    pub span: Range<usize>,
    /// What it is about.
    pub about: About,
}

/// Cuts a text into sentences and says what each is about.
#[must_use]
pub fn sentences(text: &str, folded: &Folded, cues: &Cues) -> Vec<Sentence> {
    let places = Places::new(folded, cues);
    cut(text)
        .into_iter()
        .filter_map(|range| {
            let start = range.start + greeting(&text[range.clone()]);
            let words = text[start..range.end].trim();
            if !words.contains(char::is_alphanumeric) {
                return None;
            }
            let start = range.end - text[start..range.end].trim_start().len();
            let span = start..start + words.len();
            let about = about(text, &span, &places);
            Some(Sentence { span, about })
        })
        .collect()
}

/// The cues' places in the original text.
struct Places {
    fault: Vec<Range<usize>>,
    aside: Vec<Range<usize>>,
    opening: Vec<Range<usize>>,
}

impl Places {
    fn new(folded: &Folded, cues: &Cues) -> Self {
        let of = |groups: &[Group]| {
            groups
                .iter()
                .flat_map(|group| cues.of(*group))
                .map(|range| folded.original(range))
                .collect()
        };
        Self {
            fault: of(&[Group::Fault]),
            aside: of(&[Group::Contact, Group::Attached, Group::Away, Group::Closing]),
            opening: of(&[Group::Opening]),
        }
    }
}

fn about(text: &str, span: &Range<usize>, places: &Places) -> About {
    let inside = |range: &&Range<usize>| range.start >= span.start && range.end <= span.end;
    let negated = usize::from(is_negated(&text[span.clone()]));
    let faults = places.fault.iter().filter(inside).count() + negated;
    let asides = places.aside.iter().filter(inside).count();
    let opens = places
        .opening
        .iter()
        .filter(inside)
        .any(|range| range.start < span.start + 40);
    let words = &text[span.clone()];
    let digits = longest_number(words);
    let length = words.split_whitespace().count();
    let leading = places
        .aside
        .iter()
        .filter(inside)
        .any(|range| range.start <= span.start + 12);
    match () {
        () if closed(words) => About::Aside,
        // « Je ne finis qu'à 8 h, pas la peine de rappeler après »: a negation alone is no fault.
        () if leading
            && faults <= 1 + negated
            && (digits >= 8 || length <= 14)
            && !strong(words) =>
        {
            About::Aside
        }
        // « Sorry for writing in English, my typing is slow »
        () if opens
            && places
                .opening
                .iter()
                .filter(inside)
                .any(|range| range.start <= span.start + 2)
            && (length <= 14 || polite(words))
            && faults <= 2
            && !strong(words) =>
        {
            About::Aside
        }
        () if faults > 0
            && !(digits >= 8 && asides > 0 && faults <= 1 + negated && !strong(words)) =>
        {
            About::Fault
        }
        // A long sentence that speaks of calls or of thanks may tell more.
        () if asides > 0 && length > 18 && digits < 8 => About::Context,
        () if asides > 0 || digits >= 8 || (length <= 6 && extension(words)) => About::Aside,
        () if opens && length <= 14 || introduces(words) && length <= 26 => About::Aside,
        () => About::Context,
    }
}

/// « Je suis Claire, ARM au SAMU 44. »
fn introduces(words: &str) -> bool {
    let folded = crate::text::fold(words);
    let mut said = folded.split_whitespace();
    let first = (said.next(), said.next());
    let second_capital = words
        .split_whitespace()
        .nth(2)
        .is_some_and(|word| word.starts_with(char::is_uppercase));
    matches!(
        first,
        (Some("je"), Some("m'appelle"))
            | (Some("my"), Some("name"))
            | (Some("this"), Some("is"))
            | (Some("c" | "moi" | "cest"), Some(_))
            | (Some("slt" | "bjr"), Some("c" | "ici" | "moi"))
    ) || matches!(first, (Some("je"), Some("suis")) | (Some("i"), Some("am")))
        && (second_capital || is_job(words))
        || matches!(first.0, Some("ici"))
            && words
                .split_whitespace()
                .nth(1)
                .is_some_and(|word| word.starts_with(char::is_uppercase))
}

/// « …, c'est réglé, n'en parlons plus »: another matter, told and done.
fn closed(words: &str) -> bool {
    let words = crate::text::fold(words);
    [
        "n'en parlons plus",
        "n'y reviens pas",
        "n'y revenons pas",
        "ca n'a rien a voir",
        "ce n'est pas le sujet",
        "c'est un autre sujet",
        "deja regle",
        "c'est regle depuis",
        "avait ete regle",
        "avait ete corrige",
        "a ete corrige depuis",
        "inutile de revenir",
    ]
    .iter()
    .any(|cue| words.contains(cue))
}

/// « J'espère que vous allez bien depuis … », « j'ai bien noté que … »: no report, however long.
fn polite(words: &str) -> bool {
    let words = crate::text::fold(words);
    [
        "j'espere que vous",
        "je vais essayer de rester",
        "je reste courtois",
        "excusez",
        "nous esperons que vous",
        "j'ai bien note",
        "par ailleurs j'ai bien",
        "je me permets de vous ecrire car je ne sais",
    ]
    .iter()
    .any(|start| words.starts_with(start))
}

/// « Je suis chargée de mission à l'ARS », « I am the on-site IT engineer »
fn is_job(words: &str) -> bool {
    let tokens = Tokens::new(words);
    let at = if tokens.among(2, "un|une|le|la|l|the|a|an") {
        if tokens.sign(3, b'\'') { 4 } else { 3 }
    } else {
        2
    };
    (at..at + 4).any(|at| is_role(&tokens, at))
}

/// Words that report a fault whatever else the sentence says.
fn strong(words: &str) -> bool {
    let words = crate::text::fold(words);
    const STRONG: &str = "inaccessible|indisponible|erreur|bloque|fige|plante|en panne|impossible|ne marche|marche pas|\
        marche plus|ne fonctionne|fonctionne plus|s'affiche|disparu| hs|bug|plus de |refus";
    STRONG.split('|').any(|cue| words.contains(cue))
}

/// « ne garde pas », « n'arrive plus », « ne voit rien »: something is not as it should be.
#[must_use]
pub fn is_negated(words: &str) -> bool {
    let folded = crate::text::fold(words);
    let mut since = usize::MAX;
    for word in folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        since = since.saturating_add(1);
        match word {
            "ne" | "n" => since = 0,
            "pas" | "plus" | "rien" | "aucun" | "aucune" | "jamais" | "personne" if since <= 4 => {
                return true;
            }
            _ => {}
        }
    }
    false
}

/// « poste 2214 »: where somebody is to be called.
fn extension(words: &str) -> bool {
    let folded = crate::text::fold(words);
    folded
        .split("poste ")
        .skip(1)
        .any(|rest| rest.bytes().take_while(u8::is_ascii_digit).count() >= 3)
}

/// The most digits in one number, blanks and points between them.
fn longest_number(words: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in words.chars() {
        match c {
            '0'..='9' => run += 1,
            ' ' | '.' | '-' | '\u{a0}' | '+' | '(' | ')' | '\u{202f}' => {}
            _ => run = 0,
        }
        longest = longest.max(run);
    }
    longest
}

/// How many bytes of greeting stand at the start: « Bonjour, », « Bjr ».
fn greeting(words: &str) -> usize {
    const GREETINGS: [&str; 21] = [
        "bonjour",
        "bonsoir",
        "bjr",
        "bsr",
        "hello",
        "salut",
        "coucou",
        "hi",
        "dear",
        "re-bonsoir",
        "rebonjour",
        "re-bonjour",
        "madame",
        "monsieur",
        "mesdames",
        "messieurs",
        "slt",
        "cher",
        "chere",
        "chers",
        "cheres",
    ];
    const AFTER: [&str; 23] = [
        "a",
        "vous",
        "toute",
        "tous",
        "toutes",
        "et",
        "le",
        "la",
        "l",
        "equipe",
        "support",
        "madame",
        "monsieur",
        "mesdames",
        "messieurs",
        "bonne",
        "annee",
        "all",
        "team",
        "there",
        "les",
        "collegues",
        "chers",
    ];
    let mut end = 0;
    let mut greeted = false;
    for (start, word) in words_of(words) {
        let folded = crate::text::fold(word);
        let rest = &words[start + word.len()..];
        // « Bonjour le support », but « Bonjour le numéro ne s'affiche plus ».
        let article = matches!(folded.as_str(), "le" | "la" | "les" | "l");
        let named = || {
            let next = crate::text::fold(
                rest.split(|c: char| !c.is_alphanumeric())
                    .find(|word| !word.is_empty())
                    .unwrap_or_default(),
            );
            [
                "support", "equipe", "team", "centre", "service", "monde", "collegue", "n3",
                "hotline", "si",
            ]
            .iter()
            .any(|one| next.starts_with(one))
        };
        let continues = greeted && AFTER.contains(&folded.as_str()) && (!article || named());
        if GREETINGS.contains(&folded.as_str()) {
            greeted = true;
        } else if !continues {
            return if greeted { start } else { 0 };
        }
        end = start + word.len();
        // « Bonjour, » ends here; what follows is the sentence.
        let rest = &words[end..];
        let marks = rest.len()
            - rest
                .trim_start_matches([',', '!', '.', ' ', '\u{a0}', ':', '\n', '\u{202f}'])
                .len();
        if marks > 0 && rest[..marks].contains([',', '!', '.', '\n', ':']) {
            // « Madame, Monsieur, »
            return end + marks + greeting(&words[end + marks..]);
        }
    }
    if greeted { end } else { 0 }
}

fn words_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(|c: char| !(c.is_alphanumeric() || c == '-'))
        .filter_map(move |word| {
            let start = at;
            at += word.len()
                + text[at + word.len()..]
                    .chars()
                    .next()
                    .map_or(1, char::len_utf8);
            (!word.is_empty()).then_some((start, word))
        })
}

/// Sentence ranges: a stop before a blank and a capital, or the end of a line.
fn cut(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let ends = match c {
            '\n' => true,
            '.' | '!' | '?' | '…' => {
                let rest = &text[end..];
                let next =
                    rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '"', '»', ')', '\'']);
                let spaced = rest.len() > next.len() || next.is_empty();
                // Some never write capitals: a small letter begins a sentence behind a long one.
                let long = c == '.' && end - start >= 24;
                spaced
                    && (long || !next.starts_with(char::is_lowercase))
                    && !next.starts_with(['.', '!', '?'])
                    && !(c == '.' && is_abbreviation(&text[start..at]))
            }
            _ => false,
        };
        if ends {
            // Quotes and brackets that close behind the stop belong to it.
            let mut end = end;
            while let Some((at, c)) = chars.peek().copied() {
                if !matches!(c, '"' | '»' | ')') {
                    break;
                }
                end = at + c.len_utf8();
                chars.next();
            }
            ranges.push(start..end);
            start = end;
        }
    }
    if start < text.len() {
        ranges.push(start..text.len());
    }
    ranges
}

fn is_abbreviation(before: &str) -> bool {
    let word = before
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let folded = crate::text::fold(word);
    matches!(
        folded.as_str(),
        "dr" | "pr"
            | "mme"
            | "mlle"
            | "m"
            | "mr"
            | "cf"
            | "tel"
            | "ex"
            | "st"
            | "ste"
            | "bat"
            | "no"
            | "ref"
            | "env"
            | "av"
            | "bd"
            | "mgr"
            | "p"
            | "f"
            | "t"
            | "port"
    ) || (word.chars().count() == 1 && word.chars().all(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(&str, About)> {
        let folded = Folded::new(text);
        let cues = Cues::scan(folded.as_str());
        sentences(text, &folded, &cues)
            .into_iter()
            .map(|sentence| (&text[sentence.span], sentence.about))
            .collect()
    }

    #[test]
    fn greetings_are_left_out_and_sentences_keep_their_stops() {
        assert_eq!(
            read(
                "Bonjour, la carte est figée. Merci d'avance.\nJe suis joignable au 06 39 98 00 01"
            ),
            [
                ("la carte est figée.", About::Fault),
                ("Merci d'avance.", About::Aside),
                ("Je suis joignable au 06 39 98 00 01", About::Aside),
            ]
        );
        assert_eq!(read("Bjr plus de carto ici")[0].0, "plus de carto ici");
        assert_eq!(
            read("Bonjour à tous,\nle Dr. Roy ne voit rien")[0].0,
            "le Dr. Roy ne voit rien"
        );
    }

    #[test]
    fn what_is_attached_and_who_can_be_reached_is_aside() {
        for text in [
            "Je mets la photo de l'écran.",
            "Mon portable : 06 39 98 00 02",
            "RAPPELEZ MOI AU 0639980003",
            "Bonne journée",
        ] {
            assert_eq!(read(text)[0].1, About::Aside, "{text}");
        }
        for text in [
            "Le portail est inaccessible",
            "page blanche depuis 8h",
            "ça ne marche plus",
        ] {
            assert_eq!(read(text)[0].1, About::Fault, "{text}");
        }
    }
}
