//! What the words right before some digits say they are: an extension, a telephone number, another
//! kind of number.

use crate::text::fold;

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
    matches!(
        word,
        "poste" | "ext" | "extension" | "dect" | "bip" | "interne" | "tel" | "telephone"
    ) && !lead.ends_with("du poste")
        && !lead.ends_with("sur le poste")
        && !lead.ends_with("le poste")
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
