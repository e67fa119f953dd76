//! The ways of saying « I don't know », « me » and « this address », and whether words are denied.

use super::cues::{Cues, Group};
use super::lexicon::{is_one_of, mentions};
use crate::text::fold;
use std::ops::Range;

/// Whether the answer says that the declarant does not know or that it does not apply.
#[must_use]
pub fn is_unknown(text: &str) -> bool {
    const WHOLE: &str = "nsp|ne sait pas|inconnu|inconnue|sans objet|non concerne|non applicable|\
        n/a|na|so|unknown|sais pas|ignore|a determiner|non communique|non connu|pas d'idee|aucune idee|sais plus|\
        je n'en ai pas|j'en ai pas|elle n'en a pas|il n'en a pas|on n'en a pas|n'en a pas|nous n'en avons pas|\
        pas de telephone|pas de numero|pas de mail|pas d'adresse|connais pas|pas connu|pas su|inconnue a ce jour|idk|\
        ne s'applique pas|ca ne s'applique pas|pas applicable|not applicable|does not apply|non pertinent|pas concerne|personne en particulier|\
        aucun en particulier|pas d'utilisateur en particulier|aucun utilisateur en particulier|pas d'utilisateur precis|nobody in particular|non evaluable|non chiffrable|non quantifiable|non determine|non estime|impossible a chiffrer|impossible a evaluer|impossible a dire|difficile a dire|difficile a chiffrer|ne se prononce pas|sans avis|jsp|jsais pas|chais pas|aucune|non renseigne|?? je sais pas";
    let folded = fold(text);
    let said = bare(&folded);
    // « N/A (panne générale) », « aucun en particulier, c'est général »: the rest says why.
    let bare_said = folded
        .split_once(" (")
        .or_else(|| folded.split_once(", "))
        .filter(|(_, why)| {
            !why.contains(|c: char| c.is_ascii_digit()) && !mentions("mais |sauf |moi|but ", why)
        })
        .map_or(said, |(first, _)| bare(first));
    is_one_of(WHOLE, said)
        || is_one_of(WHOLE, bare_said)
        || Cues::scan(&folded).has(Group::Unknown) && !mentions("si c'est|pourquoi|mais ", &folded)
}

/// Whether the answer points to the declarant: « moi », « idem », « lui-même ».
#[must_use]
pub fn is_self(text: &str) -> bool {
    const WHOLE: &str = "moi|moi-meme|moi meme|idem|id|le declarant|la declarante|declarant|lui-meme|\
        lui meme|elle-meme|elle meme|le meme|la meme|meme|meme personne|idem declarant|myself|me|same|\
        mon compte|moi uniquement|moi seul|moi seule|uniquement moi|que moi|mon poste|seulement moi|\
        idem que le declarant|idem que declarant|c'est moi|juste moi";
    const END: &str = "(me)|(moi)|(moi-meme)|(idem)";
    const START: &str = "moi (|moi,|moi-meme (|moi-meme,|idem (|moi uniquement|idem,|moi seul";
    let folded = fold(text);
    is_one_of(WHOLE, bare(&folded))
        || END.split('|').any(|end| folded.trim_end().ends_with(end))
        || (folded.len() < 60
            && !folded.contains(" et ")
            && START
                .split('|')
                .any(|start| folded.trim_start().starts_with(start)))
}

/// Whether the answer points to the address that the message came from.
#[must_use]
pub fn is_this_address(text: &str) -> bool {
    const CUES: &str = "celle-ci|celle ci|celui-ci|celui ci|cette adresse|cette boite|ce mail|la mienne|\
        le mien|ci-dessus|ci dessus|idem|mon adresse|meme adresse|celle de ce|expediteur|cet email|\
        cet e-mail|this one|celle d'envoi|celle de l'envoi|this address";
    let folded = fold(text);
    folded.len() < 70 && (mentions(CUES, &folded) || bare(&folded) == "moi")
}

/// Folded words without the signs around them.
pub(super) fn bare(folded: &str) -> &str {
    folded.trim_matches(|c: char| !c.is_alphanumeric())
}

/// The address in an answer or a line, lower case, with its bytes.
#[must_use]
pub fn address(text: &str) -> Option<(String, Range<usize>)> {
    let at = text.find('@')?;
    let local = |c: char| c.is_alphanumeric() || "._%+-'".contains(c);
    let domain = |c: char| c.is_alphanumeric() || ".-".contains(c);
    let start = text[..at]
        .char_indices()
        .rev()
        .take_while(|(_, c)| local(*c))
        .last()
        .map(|(start, _)| start)?;
    let length: usize = text[at + 1..]
        .chars()
        .take_while(|c| domain(*c))
        .map(char::len_utf8)
        .sum();
    let mut end = at + 1 + length;
    while text[..end].ends_with(['.', '-']) {
        end -= 1;
    }
    let found = text.get(start..end)?;
    let (_, host) = found.split_once('@')?;
    let top = host.rsplit('.').next().unwrap_or_default();
    (host.contains('.')
        && !host.contains("..")
        && top.chars().count() >= 2
        && top.chars().all(char::is_alphabetic))
    .then(|| (found.to_lowercase(), start..end))
}

/// Whether the words before end in a negation that has not been closed by a comma or a « mais ».
pub(super) fn is_denied(before: &str) -> bool {
    let clause = before
        .rsplit([',', ';', '.', ':', '\n', '('])
        .next()
        .unwrap_or_default();
    // « il affiche « numéro non attribué » à chaque coup »: what is shown denies nothing.
    let shown = clause
        .find('"')
        .zip(clause.rfind('"'))
        .filter(|(open, close)| open < close);
    let clause = shown.map_or_else(
        || clause.to_owned(),
        |(open, close)| format!("{} {}", &clause[..open], &clause[close..]),
    );
    let mut last = clause
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .rev()
        .take(6)
        .collect::<Vec<_>>();
    last.reverse();
    let mut denied = false;
    for (index, word) in last.iter().enumerate() {
        match *word {
            "pas" | "non" | "hors" | "sauf" | "not" | "jamais" | "ni" | "aucun" | "sans" => {
                // « plus rien en prod » and « pas d'accès à la prod » deny something else.
                denied = !matches!(
                    last.get(index + 1),
                    Some(&"d" | &"de" | &"acces" | &"seulement" | &"que")
                );
            }
            "mais" | "but" => denied = false,
            _ => {}
        }
    }
    denied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_may_point_elsewhere() {
        for text in [
            "moi",
            "Moi-même",
            "idem",
            "lui-même",
            "moi uniquement",
            "Dr Paul Roy (moi)",
        ] {
            assert!(is_self(text), "{text}");
        }
        for text in ["Paul Martin", "moi et Sabrina", "l'équipe"] {
            assert!(!is_self(text), "{text}");
        }
        for text in [
            "celle-ci",
            "celui-ci",
            "cette adresse",
            "la mienne",
            "celle ci-dessus",
        ] {
            assert!(is_this_address(text), "{text}");
        }
        let (found, span) = address("A.Roy@CH-X.example<mailto:a.roy@ch-x.example>").unwrap();
        assert_eq!((found.as_str(), span), ("a.roy@ch-x.example", 0..18));
        assert_eq!(address("a.roy@hopital"), None);
    }
}
