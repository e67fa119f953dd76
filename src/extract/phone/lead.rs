//! What the words right before some digits say they are: an extension, a telephone number, another
//! kind of number.

use crate::extract::lexicon::{is_one_of, mentions};
use crate::text::fold;
use std::ops::Range;

fn lead(text: &str, start: usize, width: usize) -> String {
    let mut begin = start.saturating_sub(width);
    while !text.is_char_boundary(begin) {
        begin += 1;
    }
    let folded = fold(&text[begin..start]);
    folded.rsplit('\n').next().unwrap_or_default().to_owned()
}

/// Whether the words right before say that an extension follows (« poste », « DECT »).
pub(super) fn names_extension(text: &str, start: usize) -> bool {
    let lead = lead(text, start, 16);
    let lead = lead.trim_end_matches([' ', ':', '.', '-', '°', '(']);
    let word = lead
        .rsplit(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or_default();
    // « me contacter au 2347 », « joignable au 45 12 », « faites le 4512 »
    let called = {
        let words = self::lead(text, start, 34);
        let words = words.trim_end_matches([' ', ':', '°', '(']);
        ["au", "sur le", "le", "sur", "at"]
            .iter()
            .filter_map(|end| words.strip_suffix(end))
            .filter(|words| words.ends_with(' '))
            .map(str::trim_end)
            .any(|words| {
                [
                    "me contacter",
                    "nous contacter",
                    "me joindre",
                    "nous joindre",
                    "joignable",
                    "joignables",
                    "rappelez moi",
                    "rappelez-moi",
                    "rappeler",
                    "me rappeler",
                    "appelez-moi",
                    "m'appeler",
                    "contactez-moi",
                    "reach me",
                    "call me",
                    "en interne",
                    "faites",
                    "composez",
                    "joignable en interne",
                    "rappel",
                    "rappelez-nous",
                    "je reponds",
                    "reachable",
                ]
                .iter()
                .any(|call| words.ends_with(call))
            })
    };
    called && !looks_like_hour(text, start)
        || matches!(
            word,
            "poste" | "ext" | "extension" | "dect" | "bip" | "interne" | "tel" | "telephone"
        ) && !lead.ends_with("du poste")
            && !lead.ends_with("sur le poste")
            && !lead.ends_with("le poste")
}

/// « rappelez-moi au 15 », « joignable le 1204 à 9h »: a year or an hour is no extension.
fn looks_like_hour(text: &str, start: usize) -> bool {
    let written: usize = text[start..]
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, ' ' | '.'))
        .map(char::len_utf8)
        .sum();
    let written = text[start..start + written].trim_end_matches([' ', '.']);
    let rest = &text[start + written.len()..];
    let digits = written.chars().filter(char::is_ascii_digit).count();
    !(4..=6).contains(&digits)
        || rest.trim_start().starts_with(['h', 'H', ':', '/', '%'])
        || written.starts_with("20") && digits == 4 && rest.starts_with('-')
}

/// Whether the word right before is one that a department's figure follows: « SAMU », « CESU ».
pub(super) fn names_department(text: &str, start: usize) -> bool {
    let lead = lead(text, start, 16);
    let word = lead
        .trim_end_matches([' ', '-'])
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    is_one_of(
        "samu|smur|sas|cesu|crra|sdis|cta|codis|sdmis|bspp|ars|dd|centre15|crra15|dt|medecins|adps|udps",
        word,
    )
}

/// « …, après voir avec le cadre »: what is for later says nothing of the number before.
pub(super) fn till_later(after: &str) -> &str {
    [
        ", apres", " ensuite", ", puis", " sinon", "; apres", ". apres",
    ]
    .iter()
    .filter_map(|cut| after.find(cut))
    .min()
    .map_or(after, |at| &after[..at])
}

/// Whether the words right before announce a telephone number.
pub(super) fn announces_number(text: &str, start: usize) -> bool {
    let lead = lead(text, start, 40);
    [
        "tel", "num", "joign", "joindre", "appel", "phone", "portable", "mobile", "gsm", "port",
        "call", "fixe", "ligne",
    ]
    .iter()
    .any(|word| lead.contains(word))
}

/// Whether the words right before name another kind of number.
pub(super) fn is_identifier(text: &str, start: usize) -> bool {
    let lead = lead(text, start, 24);
    [
        "finess",
        "rpps",
        "adeli",
        "siret",
        "siren",
        "dossier",
        "ticket",
        "ref",
        "affaire",
        "version",
        "incident n",
        "matricule",
        "ip ",
        "ip:",
    ]
    .iter()
    .any(|word| {
        lead.rfind(word).is_some_and(|at| {
            // « de préférence » names no reference.
            let begins = !lead[..at].ends_with(char::is_alphabetic);
            begins && !lead[at..].contains(',') && !lead[at..].contains("tel")
        })
    })
}

/// « Mme Legentil (secrétaire de régulation, 02 …) »: whether the number at `span` stands in a
/// bracket behind a word of `name`, so that it is that person's own.
#[must_use]
pub fn is_beside(text: &str, span: &Range<usize>, name: &str) -> bool {
    let from = text.floor_char_boundary(span.start.saturating_sub(90));
    let before = crate::text::fold(text.get(from..span.start).unwrap_or_default());
    let Some((lead, inside)) = before.rsplit_once('(') else {
        return false;
    };
    let lead = lead.rsplit([',', ';', '\n']).next().unwrap_or_default();
    let name = crate::text::fold(name);
    !inside.contains(')')
        && lead
            .split(|c: char| !c.is_alphabetic() && c != '-')
            .rev()
            .filter(|word| !word.is_empty())
            .take(2)
            .any(|word| word.len() > 2 && name.split(' ').any(|part| part == word))
}

/// Whether the words before a number give it to somebody spoken of, whose report may be passed on:
/// « je transmets le message de Jordan. Son numéro : … ».
pub fn is_anothers(text: &str, start: usize) -> bool {
    const CUES: &str = "son numero|son portable|sa ligne|son tel|son direct|son poste|ses coordonnees|le joindre|la joindre|le rappeler|la rappeler|l'appeler|his number|her number";
    mentions(CUES, &lead(text, start, 28))
}

/// « après 18h voir plutôt le Dr Grondin 06 … », « ensuite demander Mme Pages au 04 … »: the number of
/// the one to be asked, who is named right before it.
pub(super) fn sends_to_another(before: &str) -> bool {
    const ASK: &str = "voir|voyez|demander|demandez|contacter|contactez|appeler|appelez|joindre|solliciter|adressez|adresser|prevenir|ask|call|see";
    const BETWEEN: &str = "avec|plutot|directement|vous|a|au|aupres|de|d'abord|for";
    const WHO: &str = "dr|docteur|pr|m|mr|mme|mlle|monsieur|madame|cadre|chef|cheffe|medecin|responsable|adjoint|adjointe|secretaire|remplacant|remplacante|releve";
    const OWNED: &str = "le|la|l|notre|son|sa|ma|mon";
    let clause = before
        .rsplit([',', ';', ':', '('])
        .next()
        .unwrap_or_default();
    let mut words = clause
        .split(|c: char| !c.is_alphabetic() && c != '-')
        .filter(|word| !word.is_empty())
        .skip_while(|word| !is_one_of(ASK, word))
        .skip(1)
        .skip_while(|word| is_one_of(BETWEEN, word) || is_one_of(OWNED, word));
    words.next().is_some_and(|word| is_one_of(WHO, word)) && words.count() <= 5
}
