//! What people write around their words: greetings, closings, contact lines, labels of the form.

use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

const GREETINGS: [&str; 26] = [
    "bonjour",
    "bonsoir",
    "bonjours",
    "salut",
    "hello",
    "hi",
    "hey",
    "dear",
    "bjr",
    "bsr",
    "coucou",
    "madame",
    "monsieur",
    "mesdames",
    "messieurs",
    "cher",
    "chere",
    "chers",
    "cheres",
    "re-bonjour",
    "rebonjour",
    "bonne annee",
    "good morning",
    "good afternoon",
    "good evening",
    "bonjoir",
];

/// Words that may stand beside a greeting without making it a statement.
const BESIDE: [&str; 52] = [
    "a",
    "tous",
    "toutes",
    "tout",
    "toute",
    "le",
    "la",
    "les",
    "l'equipe",
    "equipe",
    "support",
    "si-samu",
    "madame",
    "monsieur",
    "mesdames",
    "messieurs",
    "docteur",
    "dr",
    "mme",
    "m.",
    "m",
    "mr",
    "et",
    "bonne",
    "bon",
    "annee",
    "meilleurs",
    "voeux",
    "cher",
    "chere",
    "chers",
    "cheres",
    "collegue",
    "collegues",
    "confrere",
    "confreres",
    "vous",
    "journee",
    "soiree",
    "nouvelle",
    "team",
    "all",
    "everyone",
    "there",
    "sir",
    "madam",
    "or",
    "ou",
    "de",
    "du",
    "hotline",
    "assistance",
];

/// A line that only greets: « Bonjour à tous, », « Bonjour Brigitte, », « Bonne année à vous ! ».
pub(super) fn is_greeting(text: &str, folded: &str) -> bool {
    if folded.len() > 70 {
        return false;
    }
    let Some(greeting) = GREETINGS
        .iter()
        .filter(|g| starts_word(folded, g))
        .max_by_key(|g| g.len())
    else {
        return false;
    };
    let folded_rest = &folded[greeting.len()..];
    let skipped = folded_rest.split_whitespace().count();
    let words: Vec<&str> = text.split_whitespace().collect();
    let originals = &words[words.len().saturating_sub(skipped)..];
    folded_rest
        .split_whitespace()
        .zip(originals)
        .all(|(word, original)| {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'');
            let shouted = original.chars().filter(|c| c.is_uppercase()).count() > 1;
            let named = original.chars().next().is_some_and(char::is_uppercase) && !shouted;
            bare.is_empty() || BESIDE.contains(&bare) || named || GREETINGS.contains(&bare)
        })
}

/// Closings; those in the second list must be the whole line but for a name.
const CLOSINGS: [&str; 44] = [
    "cordialement",
    "bien cordialement",
    "tres cordialement",
    "cordiales salutations",
    "salutations",
    "sinceres salutations",
    "meilleures salutations",
    "mes salutations",
    "bien a vous",
    "bien a toi",
    "respectueusement",
    "confraternellement",
    "bien confraternellement",
    "amicalement",
    "sincerement",
    "je vous prie d'agreer",
    "je vous prie de",
    "veuillez agreer",
    "veuillez recevoir",
    "veuillez croire",
    "recevez",
    "en vous remerciant",
    "vous remerciant",
    "je vous remercie",
    "nous vous remercions",
    "avec mes remerciements",
    "tous mes remerciements",
    "dans l'attente",
    "en l'attente",
    "en attente de votre retour",
    "bonne journee",
    "bonne soiree",
    "bonne fin de",
    "bonne nuit",
    "bonne garde",
    "bonne reception",
    "belle journee",
    "bon week-end",
    "a bientot",
    "best regards",
    "kind regards",
    "warm regards",
    "yours sincerely",
    "many thanks",
];
const SHORT_CLOSINGS: [&str; 24] = [
    "cdlt",
    "cdt",
    "cdlmt",
    "crdlt",
    "bcdt",
    "slts",
    "bav",
    "regards",
    "thanks",
    "thank you",
    "thanks a lot",
    "cheers",
    "merci",
    "merci d'avance",
    "merci par avance",
    "merci beaucoup",
    "merci bien",
    "merci a vous",
    "merci pour votre aide",
    "merci de votre aide",
    "bonne continuation",
    "merci pour votre retour",
    "merci de votre retour",
    "sincerely",
];

pub(super) fn is_closing(folded: &str) -> bool {
    if folded.len() > 110 {
        return false;
    }
    if CLOSINGS.iter().any(|c| starts_word(folded, c)) {
        // A sentence that only begins like one (« Je vous remercie de rappeler au 02 … ») has digits.
        return !folded.bytes().any(|b| b.is_ascii_digit()) || folded.len() <= 40;
    }
    SHORT_CLOSINGS
        .iter()
        .filter(|c| starts_word(folded, c))
        .any(|closing| {
            let rest = folded[closing.len()..].trim_matches(|c: char| !c.is_alphanumeric());
            let punctuated = folded[closing.len()..]
                .trim_start()
                .starts_with([',', '.', '!', '/', '-']);
            rest.is_empty()
                || SHORT_CLOSINGS.contains(&rest)
                || CLOSINGS.iter().any(|c| starts_word(rest, c))
                || (punctuated || *closing != "merci")
                    && rest.len() <= 30
                    && rest.split_whitespace().count() <= 4
                    && !rest.contains(':')
                    && !rest.starts_with("de ")
        })
}

pub(super) fn starts_word(text: &str, word: &str) -> bool {
    // Most fail here, without a call.
    text.as_bytes().first() == word.as_bytes().first()
        && text
            .strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '\''))
}

/// Rules and separators of dashes hold no words.
pub(super) fn is_rule(folded: &str) -> bool {
    folded.len() >= 4
        && folded
            .bytes()
            .all(|b| matches!(b, b'-' | b'_' | b'=' | b'*' | b'~' | b'#' | b' '))
}

/// Words that only contact blocks hold.
const CONTACT: [&str; 7] = [
    "finess", "rpps", "cedex", "www.", "http://", "https://", "siret",
];
/// Words of which contact blocks hold two.
const REACHED: [&str; 8] = [
    "fax",
    "telecopie",
    "standard",
    "secretariat",
    "tel.",
    "tel ",
    "telephone",
    "bp ",
];

static CONTACTS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(CONTACT.iter().chain(&REACHED)).ok());

/// Whether a line belongs to a contact block.
pub(super) fn is_contact(folded: &str) -> bool {
    if folded.len() > 160 {
        return false;
    }
    let Some(contacts) = CONTACTS.as_ref() else {
        return false;
    };
    let mut reached = [false; REACHED.len()];
    for found in contacts.find_overlapping_iter(folded) {
        match found.pattern().as_usize().checked_sub(CONTACT.len()) {
            None => return true,
            Some(which) => reached[which] = true,
        }
    }
    reached.iter().filter(|there| **there).count() >= 2
        || folded == "suivez-nous"
        || folded.starts_with("adresse de visite")
}

pub(super) fn form_label(folded: &str) -> bool {
    [
        "declarant",
        "entite",
        "utilisateur",
        "numero de tel",
        "adresse mail",
        "date et heure",
        "debut",
        "environnement",
        "fonctionnalite",
        "nombre d",
        "description",
        "la verification",
        "l'incident peut",
        "pre-requis",
        "prerequis",
        "reproductible",
    ]
    .iter()
    .any(|label| {
        folded
            .trim_start_matches(|c: char| !c.is_alphabetic())
            .starts_with(label)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold;

    #[test]
    fn greetings_greet_and_say_nothing_else() {
        for (line, greets) in [
            ("Bonjour,", true),
            ("Bonjour à tous,", true),
            ("Bonjour et bonne année à toute l'équipe,", true),
            ("Bonne année à vous tous !", true),
            ("Bonjour, et meilleurs vœux,", true),
            ("Bonjour Brigitte,", true),
            ("Bonjour Docteur Martin", true),
            ("Hi,", true),
            ("Madame, Monsieur,", true),
            ("Bonjour plus de carto au samu 35", false),
            ("Bonjour CARTO HS", false),
            ("Bonjour, il y a 2 heures la demande de transport", false),
            ("Bonjour c'est Frédéric", false),
            ("Historique vide", false),
        ] {
            assert_eq!(is_greeting(line, fold(line).trim()), greets, "{line}");
        }
    }

    #[test]
    fn closings_close_and_requests_do_not() {
        for (line, closes) in [
            ("Cordialement,", true),
            ("Bien à vous", true),
            ("cdlt", true),
            ("Cdt", true),
            ("Cordialement, Sandra", true),
            ("Merci", true),
            ("Merci d'avance", true),
            ("Merci, bonne journée", true),
            ("Thanks a lot", true),
            ("Kind regards / Bien à vous", true),
            (
                "En vous remerciant de l'attention que vous porterez à ma demande,",
                true,
            ),
            ("Merci de faire vite, relève à 7h", false),
            ("Merci d'activer la procédure d'escalade", false),
            ("Merci de me rappeler au 02 61 91 53 27", false),
            ("Bonnes pratiques affichées en boucle", false),
            (
                "La carte est blanche. Cordialement à tous les postes",
                false,
            ),
        ] {
            assert_eq!(is_closing(fold(line).trim()), closes, "{line}");
        }
    }
}
