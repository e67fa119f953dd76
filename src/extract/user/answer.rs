//! Who is affected, as answered after a label: « moi-même », « non c'est bien moi », « le Dr Roy
//! (médecin régulateur) », « tous ceux qui regardent la page, donc les dix régulateurs ».

use super::super::answer::is_self;
use super::super::answers::one_line;
use super::super::count::company::{company, name};
use super::super::lexicon::is_one_of;
use super::super::token::{Kind, Tokens, phrase};
use std::ops::Range;

/// What the answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The declarant.
    Me,
    /// Somebody, a login or a group, as written, at these bytes of the answer.
    Named(String, Range<usize>),
    /// Nothing that names anybody.
    Nothing,
}

/// Reads an answer.
#[must_use]
pub fn read(text: &str) -> Said {
    let head = head(text);
    let mut range = trimmed(text, head);
    let mut words = &text[range.clone()];
    if is_me(words) || is_self(words) {
        return Said::Me;
    }
    // « non, c'est le Dr Roy »: what leads to the name goes, and what is left of a label.
    let tokens = Tokens::new(words);
    let mut from = label_rest(&tokens);
    for _ in 0..3 {
        let next = phrase!(
            tokens,
            from,
            "non|oui|c est|c etait|ce n est pas moi|pas moi|pas pour moi|c est pour|il s agit de|il s agit du|il s agit d|cela concerne|ca concerne|cela touche|ca touche|mais|pas quelqu un en particulier|personne en particulier|l utilisateur est|l utilisateur concerne est|it is|it s"
        );
        match next {
            Some(next) if next < tokens.len() => {
                from = next;
                while matches!(
                    tokens.get(from).map(|t| t.kind),
                    Some(Kind::Sign(b',' | b':' | b'-' | b'\'' | b'.' | 0x1a))
                ) {
                    from += 1;
                }
            }
            _ => break,
        }
    }
    if from > 0 && from < tokens.len() {
        range = range.start + tokens.span(from, from + 1).start..range.end;
        words = &text[range.clone()];
        if is_me(words) || is_self(words) {
            return Said::Me;
        }
    }
    let kept = shortest(words);
    range = trimmed(text, range.start + kept.start..range.start + kept.end);
    let value = one_line(&text[range.clone()]);
    if value.chars().any(char::is_alphanumeric) {
        Said::Named(value, range)
    } else {
        Said::Nothing
    }
}

/// Behind « concern? : », the rest of a label whose accents were lost.
fn label_rest(tokens: &Tokens) -> usize {
    if !tokens.among(
        0,
        "concern|concerne|concernee|concernes|impact|impacte|impactes|touch|touche|touches",
    ) {
        return 0;
    }
    (1..tokens.len().min(5))
        .take_while(|at| {
            tokens.is(*at, &["e", "s", "es"])
                || matches!(tokens.get(*at).map(|t| t.kind), Some(Kind::Sign(_)))
        })
        .find(|at| tokens.sign(*at, b':'))
        .map_or(0, |at| at + 1)
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let words = &text[range.clone()];
    let start = range.start + (words.len() - words.trim_start().len());
    start..start + words.trim().len()
}

/// The answer's first clause: a new sentence or a new line that speaks of something else ends it.
fn head(text: &str) -> Range<usize> {
    let text_end = text.trim_end().len();
    let start = (text.len() - text.trim_start().len()).min(text_end);
    for (at, character) in text[..text_end]
        .char_indices()
        .skip_while(|(at, _)| *at < start)
    {
        let rest = &text[at + character.len_utf8()..];
        let said = text[start..at].chars().any(char::is_alphanumeric);
        let ends = match character {
            '\n' => speaks(rest),
            '.' | '!' | '?' | ';' => {
                let next = rest.trim_start();
                rest.len() > next.len()
                    && next.starts_with(char::is_uppercase)
                    && !abbreviated(&text[start..at])
                    && (speaks(next) || character != '.')
            }
            _ => false,
        };
        if ends && said {
            return start..at;
        }
    }
    start..text_end
}

fn abbreviated(before: &str) -> bool {
    let word = before
        .rsplit(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or_default();
    word.chars().count() < 2
        || matches!(
            word,
            "Dr" | "Mme" | "Mr" | "Pr" | "Mlle" | "dr" | "mme" | "mr"
        )
}

/// Whether the words that follow are a sentence of their own and no further name.
fn speaks(rest: &str) -> bool {
    let line = rest.trim_start().lines().next().unwrap_or_default();
    let folded = crate::text::fold(line);
    let words = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    const SPEAKS: [&str; 34] = [
        "je",
        "j",
        "on",
        "nous",
        "il",
        "elle",
        "ils",
        "c",
        "ca",
        "cela",
        "ce",
        "est",
        "sont",
        "ne",
        "pas",
        "merci",
        "cordialement",
        "voici",
        "voila",
        "suis",
        "ai",
        "avons",
        "peux",
        "peut",
        "rappelez",
        "appelez",
        "bonne",
        "cdt",
        "cdlt",
        "quant",
        "capture",
        "photo",
        "fait",
        "marche",
    ];
    words.take(12).any(|word| SPEAKS.contains(&word))
}

/// « non c bien moi », « oui, moi-même », « moi, ARM position 3 »: the declarant and nobody else.
fn is_me(words: &str) -> bool {
    let tokens = Tokens::new(words);
    let mut at = 0;
    for _ in 0..6 {
        if let Some(next) = phrase!(
            tokens,
            at,
            "oui|non|si|si si|mais si|mais|effectivement|evidemment|en effet|tout a fait|bien sur|exactement|bah|ben|c est|c|c etait|toujours|bien|a priori|juste|uniquement|seulement|que|rien que|mon compte a|euh|personne d autre que|aucun autre que|yes|no|it s|it is|pour|chez|sur"
        ) {
            at = next;
        }
        while matches!(
            tokens.get(at).map(|t| t.kind),
            Some(Kind::Sign(b',' | b':' | b'-' | b'\'' | b'.'))
        ) {
            at += 1;
        }
    }
    let Some(mut end) = phrase!(
        tokens,
        at,
        "le meme que ci dessus|la meme que ci dessus|le meme que plus haut|voir ci dessus|voir plus haut|cf ci dessus|cf plus haut|voir declarant|cf declarant|comme ci dessus|meme que declarant|meme que le declarant|le meme|la meme|moi meme|moi|myself|me|idem|idem declarant|le declarant|la declarante|le declarant lui meme|la declarante elle meme|l auteur|l auteur du mail|l auteur de ce mail|mon compte|mon poste|mon identifiant|ma session|\
         meme personne|la meme personne|le signataire|la signataire|le soussigne|moi je|votre serviteur|same as above|same|my account|my workstation|le demandeur|la demandeuse"
    ) else {
        return false;
    };
    if let Some(company) = company(words, &tokens, at, true)
        && company.me
        && company.members.len() > 1
    {
        return false;
    }
    for _ in 0..3 {
        end = phrase!(tokens, end, "seul|seule|uniquement|seulement|aussi|bien sur|pour l instant|a priori|pour le moment|personnellement|egalement|meme|comme declarant|comme indique|comme plus haut|ci dessus|only|exclusivement|voila|donc|en l occurrence|que declarant|que le declarant|que la declarante|que ci dessus|que plus haut|normal|nominatif|personnel")
            .unwrap_or(end);
    }
    let rest = tokens.get(end).map(|t| t.kind);
    // « c bien moi Pour la capture … »: a capital begins something else.
    let anew = words
        .get(tokens.span(end, end + 1))
        .is_some_and(|word| word.starts_with(char::is_uppercase))
        && !words.starts_with(char::is_uppercase)
        && name(words, &tokens, end).is_none();
    let joined = tokens.is(end, &["et", "ainsi", "plus", "avec", "ou", "and"])
        || matches!(rest, Some(Kind::Sign(b'+' | b'&' | b'/')));
    let after = tokens.is(end, &["je", "j", "sur", "qui", "au", "a", "en", "depuis"]);
    !joined
        && (after
            || anew
            || matches!(
                rest,
                None | Some(
                    Kind::Line | Kind::Sign(b'.' | b'!' | b'(' | b',' | b'-' | b';' | b':')
                )
            ))
}

/// The shortest part that names them: « …, donc la dizaine de régulateurs qui tournent ici » →
/// « la dizaine de régulateurs ».
fn shortest(words: &str) -> Range<usize> {
    // « l'équipe de la cellule lits, soit quatre personnes »: how many they are names nobody.
    const NUMBERS: &str = "personnes|utilisateurs|people|users|deux|trois|quatre|cinq|sept|huit|neuf|onze|douze|treize|quatorze|quinze|seize|vingt|trente|dizaine|quinzaine|vingtaine|environ|total|four|five|seven|eight";
    let folded = crate::text::Folded::new(words);
    let lower = folded.as_str();
    let mut range = 0..lower.len();
    for cue in [
        ", donc ",
        ", soit ",
        ", c'est-a-dire ",
        ", c-a-d ",
        ", a savoir ",
        ", cad ",
        ", autrement dit ",
    ] {
        if let Some(at) = lower.find(cue) {
            let after = &lower[at + cue.len()..];
            let names = after.split(|c: char| !c.is_alphanumeric()).any(|word| {
                word.len() > 3 && word.chars().all(char::is_alphabetic) && !is_one_of(NUMBERS, word)
            });
            range = if names {
                at + cue.len()..lower.len()
            } else {
                0..at
            };
            break;
        }
    }
    let part = &lower[range.clone()];
    for cue in [
        " qui ",
        " dont ",
        " lorsqu",
        " quand ",
        " depuis ",
        " parce ",
        " car ",
        " remontent ",
        " remonte ",
        " signalent ",
        " signale ",
        " constatent ",
        " rencontrent ",
        " ont le meme",
        " ont la meme",
        " n'arrivent ",
        " ne peuvent ",
        " ne voient ",
        " ne peut ",
        " n'arrive ",
        " report ",
        " reports ",
    ] {
        if let Some(at) = part.find(cue) {
            let before = part[..at].trim_end();
            let pronoun = [
                "ceux",
                "celles",
                "celui",
                "celle",
                "personnes",
                "personne",
                "gens",
                "ceux-ci",
                "n'importe",
            ]
            .iter()
            .any(|word| before.ends_with(word));
            if !pronoun && before.len() > 3 {
                range.end = range.start + before.len();
                break;
            }
        }
    }
    // « Julie Renard (j.renard@…) »
    if let Some(at) = lower[range.clone()].find(" (")
        && lower[range.start + at..range.end].contains('@')
        && at > 0
    {
        range.end = range.start + at;
    }
    // « login lmercier2 (M. Lucas Mercier, ARM) » cut short: no half of a bracket.
    let kept = &lower[range.clone()];
    if let Some(at) = kept.rfind('(')
        && at > 2
        && !kept[at..].contains(')')
    {
        range.end = range.start + kept[..at].trim_end().len();
    }
    let span = folded.original(range);
    // « Paul Roy (médecin régulateur) », « Paul Roy, ARM »: the job is no part of the name.
    let named = super::super::person::answer(&words[span.clone()]);
    if let (Some((_, name)), Some((_, role))) = (named.name, named.role)
        && role.start >= name.end
        && !words[span.start..span.start + name.end].contains('(')
        && words[span.start + name.end..span.start + role.start]
            .chars()
            .all(|c| matches!(c, ' ' | ',' | '(' | '-' | '\u{a0}'))
    {
        return span.start..span.start + name.end;
    }
    span
}
