//! Which client introduced a quoted or forwarded message, and in which language: by the words and the
//! way of writing dates of its attribution or header block. A guess, for those who read the thread.

use crate::mail::{Client, Language};

/// What a heading's form says of the client that wrote it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Introduced {
    pub language: Option<Language>,
    pub client: Option<Client>,
}

/// Words of each language, folded, as attributions, separators and header blocks have them.
const WORDS: [(&str, Language); 34] = [
    ("a ecrit", Language::French),
    ("a envoye", Language::French),
    ("envoye", Language::French),
    ("objet :", Language::French),
    ("objet:", Language::French),
    ("sujet :", Language::French),
    ("pour :", Language::French),
    ("transfere", Language::French),
    ("reexpedie", Language::French),
    ("reachemine", Language::French),
    ("d'origine", Language::French),
    ("message initial", Language::French),
    ("mail original", Language::French),
    ("wrote", Language::English),
    ("quoting", Language::English),
    ("sent:", Language::English),
    ("subject:", Language::English),
    ("forwarded", Language::English),
    ("original message", Language::English),
    ("schrieb", Language::German),
    ("gesendet", Language::German),
    ("betreff", Language::German),
    ("weitergeleitet", Language::German),
    ("escribio", Language::Spanish),
    ("asunto", Language::Spanish),
    ("reenviado", Language::Spanish),
    ("ha scritto", Language::Italian),
    ("oggetto", Language::Italian),
    ("inoltrato", Language::Italian),
    ("escreveu", Language::Portuguese),
    ("assunto", Language::Portuguese),
    ("encaminhada", Language::Portuguese),
    ("schreef", Language::Dutch),
    ("onderwerp", Language::Dutch),
];

fn language(words: &str) -> Option<Language> {
    WORDS
        .iter()
        .find(|(word, _)| words.contains(word))
        .map(|&(_, language)| language)
}

/// An attribution line; `depth` is the quote that it stands in.
pub(super) fn of_attribution(folded: &str, text: &str, depth: u8) -> Introduced {
    let has = |word: &str| folded.contains(word);
    let digits_first = folded
        .strip_prefix("le ")
        .and_then(|rest| rest.split(' ').next());
    let client = if has("a ecrit sur ") {
        Some(Client::Notes)
    } else if folded.starts_with("quoting ") || !folded.bytes().any(|b| b.is_ascii_digit()) {
        Some(Client::Horde)
    } else if has("utc+") && !has("utc+1 ") || has(" utc+1, ") {
        Some(Client::Yahoo)
    } else if has("gmt+") {
        Some(Client::K9)
    } else if has(" cet, ") || has(" cest, ") {
        Some(Client::Sogo)
    } else if depth > 0 {
        Some(Client::AppleMail)
    } else if digits_first.is_some_and(|date| date.len() == 10 && date.contains('/')) {
        Some(Client::Thunderbird)
    } else if digits_first.is_some_and(|date| date.len() == 10 && date.contains('-')) {
        Some(Client::Roundcube)
    } else if text.contains('<') && folded.split(' ').nth(1).is_some_and(is_short_day) {
        Some(Client::Gmail)
    } else {
        None
    };
    Introduced {
        language: language(folded),
        client,
    }
}

/// « lun. », « Mon, », « mo., »: Gmail cuts the names of days.
fn is_short_day(word: &str) -> bool {
    word.ends_with(['.', ',']) && word.len() <= 5
}

/// The lines of a header block.
pub(super) fn of_block<'l>(lines: impl Iterator<Item = &'l str>) -> Introduced {
    let (mut language_seen, mut sent, mut dated, mut offset, mut to) =
        (None, false, false, false, false);
    for line in lines {
        language_seen = language_seen.or_else(|| language(line));
        sent |= [
            "envoye",
            "sent",
            "gesendet",
            "enviado",
            "inviato",
            "verzonden",
        ]
        .iter()
        .any(|word| line.starts_with(word));
        dated |= line.starts_with("date");
        offset |= line.contains("(gmt");
        to |= line.starts_with("pour");
    }
    let client = match () {
        () if offset => Some(Client::Samsung),
        () if sent => Some(Client::Outlook),
        () if dated && to => Some(Client::Notes),
        () => None,
    };
    Introduced {
        language: language_seen,
        client,
    }
}

/// A separator and what the block below it said; `by` for Notes' « Transféré par ».
pub(super) fn below_separator(words: &str, by: bool, block: Introduced) -> Introduced {
    let client = match words {
        _ if by => Some(Client::Notes),
        "mail original" | "mail transfere" => Some(Client::Zimbra),
        "message transfere" => Some(Client::Thunderbird),
        "forwarded message" if block.client != Some(Client::Outlook) => Some(Client::Gmail),
        words if words.starts_with("debut du message") || words.starts_with("begin forwarded") => {
            Some(Client::AppleMail)
        }
        _ => block.client,
    };
    Introduced {
        language: language(words).or(block.language),
        client,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Email;

    #[test]
    fn clients_and_languages_are_known_by_their_headings() {
        for (heading, language, client) in [
            (
                "Le lun. 2 mars 2026 à 10:02, Paul Roy <p@x.example> a écrit :\n> x",
                Language::French,
                Some(Client::Gmail),
            ),
            (
                "On Mon, Mar 2, 2026 at 10:02 AM Paul Roy <p@x.example> wrote:\n> x",
                Language::English,
                Some(Client::Gmail),
            ),
            (
                "> Le 2 mars 2026 à 10:02, Paul Roy <p@x.example> a écrit :\n> x",
                Language::French,
                Some(Client::AppleMail),
            ),
            (
                "Le 02/03/2026 à 10:02, Paul Roy a écrit :\n> x",
                Language::French,
                Some(Client::Thunderbird),
            ),
            (
                "Le 2026-03-02 10:02, Paul Roy a écrit :\n> x",
                Language::French,
                Some(Client::Roundcube),
            ),
            (
                "Le 2 mars 2026 10:02:03 GMT+01:00, Paul <p@x.example> a écrit :\n> x",
                Language::French,
                Some(Client::K9),
            ),
            (
                "Quoting Paul Roy <p@x.example>:\n> x",
                Language::English,
                Some(Client::Horde),
            ),
            (
                "\"Paul\" <p@x.example> a écrit sur 02/03/2026 10:02:03 :\n> x",
                Language::French,
                Some(Client::Notes),
            ),
            (
                "Op ma 2 mrt 2026 om 10:02 schreef Paul Roy <p@x.example>:\n> x",
                Language::Dutch,
                None,
            ),
            (
                "De : Paul\nEnvoyé : lundi 2 mars 2026 10:02\nÀ : x\nObjet : y\n\nx",
                Language::French,
                Some(Client::Outlook),
            ),
            (
                "Von: Paul\nGesendet: Montag, 2. März 2026 10:02\nAn: x\nBetreff: y\n\nx",
                Language::German,
                Some(Client::Outlook),
            ),
            (
                "----- Mail transféré -----\nDe: \"Paul\" <p@x.example>\nÀ: x\nEnvoyé: Lundi 2 Mars 2026 10:02:03\nObjet: y\n\nx",
                Language::French,
                Some(Client::Zimbra),
            ),
            (
                "---------- Forwarded message ---------\nDe : Paul <p@x.example>\nDate: lun. 2 mars 2026 à 06:12\nSubject: y\n\nx",
                Language::English,
                Some(Client::Gmail),
            ),
            (
                "-------- Message d'origine --------\nDe : Paul <p@x.example>\nDate : 02/03/2026 10:02 (GMT+01:00)\nÀ : x\nObjet : y\n\nx",
                Language::French,
                Some(Client::Samsung),
            ),
        ] {
            let raw = format!("Content-Type: text/plain; charset=utf-8\n\nvu\n\n{heading}\n");
            let body = Email::parse(raw.as_bytes()).body;
            let block = body
                .blocks
                .first()
                .unwrap_or_else(|| panic!("no block: {heading}"));
            assert_eq!(
                (block.language, block.client),
                (Some(language), client),
                "{heading}"
            );
        }
    }
}
