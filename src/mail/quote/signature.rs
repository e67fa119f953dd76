//! Greetings and signatures of one message: « Bonjour, », « Cordialement, » and what follows it,
//! the separator « -- », the name and contact lines at the end.

use super::{Raw, notice, person};
use crate::mail::{Address, Line, LineRole};

/// Where a run of a person's lines stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// From the top of a message on.
    Message,
    /// Between quoted lines: answers, in which a name is an answer too.
    Between,
    /// Below all quoted lines.
    AfterQuote,
}

/// Sets the roles of a run of lines that were taken for own words.
pub(super) fn read(raws: &[Raw<'_>], lines: &mut [Line], author: Option<&Address>, place: Place) {
    let notices = notice::read(raws);
    for (line, notice) in lines.iter_mut().zip(&notices) {
        if let Some(role) = notice {
            line.role = *role;
        }
    }
    let own = |lines: &[Line], at: usize| lines[at].role == LineRole::Own;
    for (raw, line) in raws.iter().zip(lines.iter_mut()) {
        if line.role == LineRole::Own && is_rule(&raw.folded) {
            line.role = LineRole::Blank;
        }
        // Containers of Gmail, OWA, Thunderbird, Zimbra, BlueMind.
        if line.role == LineRole::Own && raw.signature {
            line.role = LineRole::Signature;
        }
    }
    if place == Place::Message {
        let first: Vec<usize> = (0..raws.len())
            .filter(|&at| own(lines, at))
            .take(2)
            .collect();
        for at in first {
            if is_greeting(raws[at].text, &raws[at].folded) {
                lines[at].role = LineRole::Greeting;
            } else {
                break;
            }
        }
    }
    if let Some(start) = signature_start(raws, lines, author, place) {
        let mut resumed = false;
        for at in start..raws.len() {
            if lines[at].role != LineRole::Own {
                continue;
            }
            resumed = at > start && (resumed || resumes(raws, at));
            if !resumed {
                lines[at].role = LineRole::Signature;
            }
        }
    }
    // Contact lines that nothing announces: « CHU … FINESS 340785123 Standard : 04 … ».
    if place == Place::Message {
        for at in (0..raws.len()).rev() {
            match lines[at].role {
                LineRole::Own if is_contact(&raws[at].folded) => {
                    lines[at].role = LineRole::Signature
                }
                LineRole::Own => break,
                _ => {}
            }
        }
    }
}

/// The first line of the signature, where there is one.
fn signature_start(
    raws: &[Raw<'_>],
    lines: &[Line],
    author: Option<&Address>,
    place: Place,
) -> Option<usize> {
    let own: Vec<usize> = (0..raws.len())
        .filter(|&at| lines[at].role == LineRole::Own)
        .collect();
    let dashes = |at: &usize| matches!(raws[*at].text.trim_end(), "--" | "—" | "–");
    // RFC 3676, 4.3; clients lose the blank behind the dashes (K-9).
    let separator = (0..raws.len()).find(|at| dashes(at));
    let closing = own.iter().copied().find(|&at| {
        let after = own.iter().filter(|&&n| n > at).count();
        is_closing(&raws[at].folded) && (after <= 14 || !is_form(raws, at + 1))
    });
    let name = author
        .filter(|_| place != Place::Between)
        .and_then(|author| name_line(raws, &own, author, place));
    [separator, closing, name].into_iter().flatten().min()
}

/// Rules and separators of dashes hold no words.
fn is_rule(folded: &str) -> bool {
    folded.len() >= 4
        && folded
            .bytes()
            .all(|b| matches!(b, b'-' | b'_' | b'=' | b'*' | b'~' | b'#' | b' '))
}

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
fn is_greeting(text: &str, folded: &str) -> bool {
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

fn is_closing(folded: &str) -> bool {
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

fn starts_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '\''))
}

/// The line near the end that begins with the author's name (« Gwénaël Le Bihan, ARM », « DR
/// VASSEUR … », « L. Puig », « BL »), if all that follows is short.
fn name_line(raws: &[Raw<'_>], own: &[usize], author: &Address, place: Place) -> Option<usize> {
    let mut names = person::words(&author.name);
    if names.is_empty() {
        names = person::words(
            &author
                .address
                .split('@')
                .next()
                .unwrap_or("")
                .replace('.', " "),
        );
    }
    names.retain(|name| name.len() > 2 && name.chars().all(char::is_alphabetic));
    let tail = own.len().saturating_sub(8);
    let mut found = None;
    for (index, &at) in own.iter().enumerate().skip(tail).rev() {
        let raw = &raws[at];
        if raw.folded.len() > 110 {
            break;
        }
        let first_of_chunk = index == 0;
        if first_of_chunk && (place == Place::AfterQuote || own.len() > 8) {
            break;
        }
        if begins_with_name(&raw.folded, &names) || is_initials(raw.text, author) {
            found = Some(at);
        } else if raw.folded.len() > 80 && !is_contact(&raw.folded) {
            break;
        }
    }
    found
}

fn begins_with_name(folded: &str, names: &[String]) -> bool {
    if folded.contains(':') && !folded.contains("tel") {
        return false;
    }
    let mut words = folded
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | ',' | '.' | '/' | '('))
        .filter(|w| {
            !w.is_empty()
                && !matches!(
                    *w,
                    "dr" | "docteur" | "mme" | "pr" | "m" | "mr" | "madame" | "monsieur"
                )
        });
    let count = folded.split_whitespace().count();
    let Some(first) = words.next() else {
        return false;
    };
    let is_name = |word: &str| names.iter().any(|name| name == word);
    let initial = first.chars().count() == 1 && names.iter().any(|name| name.starts_with(first));
    // « Kevin F., ARM nuit »; « Kevin a vu que… » is a sentence.
    let second = words.next();
    is_name(first)
        && (count <= 3
            || second.is_some_and(|w| {
                is_name(w) || w.len() == 1 && names.iter().any(|name| name.starts_with(w))
            })
            || folded.contains(',')
                && folded
                    .find(',')
                    .is_some_and(|at| folded[..at].split_whitespace().count() <= 3)
            || second.is_some_and(|w| {
                [
                    "medecin",
                    "arm",
                    "cadre",
                    "ide",
                    "infirmiere",
                    "infirmier",
                    "secretaire",
                    "samu",
                ]
                .contains(&w)
            }))
        || initial && second.is_some_and(is_name)
}

fn is_initials(text: &str, author: &Address) -> bool {
    let letters: Vec<char> = text.trim().chars().filter(|c| c.is_alphabetic()).collect();
    let bare = text
        .trim()
        .chars()
        .all(|c| c.is_uppercase() || matches!(c, '.' | ' ' | '-'));
    if !bare || !(2..=4).contains(&letters.len()) {
        return false;
    }
    let mut initials: Vec<char> = person::words(&author.name)
        .iter()
        .filter_map(|w| w.chars().next())
        .collect();
    let mut letters: Vec<char> = letters.iter().flat_map(|c| c.to_lowercase()).collect();
    initials.sort_unstable();
    letters.sort_unstable();
    initials == letters
}

/// Words that only contact blocks hold.
fn is_contact(folded: &str) -> bool {
    folded.len() <= 160
        && ([
            "finess", "rpps", "cedex", "www.", "http://", "https://", "siret",
        ]
        .iter()
        .any(|w| folded.contains(w))
            || [
                "fax",
                "telecopie",
                "standard",
                "secretariat",
                "tel.",
                "tel ",
                "telephone",
                "bp ",
            ]
            .iter()
            .filter(|w| folded.contains(*w))
            .count()
                >= 2
            || folded == "suivez-nous"
            || folded.starts_with("adresse de visite"))
}

/// Whether the writer goes on after the signature: a postscript, a form filled below it, a long
/// sentence.
fn resumes(raws: &[Raw<'_>], at: usize) -> bool {
    let raw = &raws[at];
    starts_word(&raw.folded, "ps")
        || starts_word(&raw.folded, "p.s")
        || (raw.text.chars().count() > 140 && !is_contact(&raw.folded))
        || form_label(&raw.folded) && is_form(raws, at)
}

/// Whether three lines of a declaration form follow.
fn is_form(raws: &[Raw<'_>], from: usize) -> bool {
    raws.get(from..)
        .unwrap_or_default()
        .iter()
        .filter(|raw| form_label(&raw.folded))
        .take(3)
        .count()
        == 3
}

fn form_label(folded: &str) -> bool {
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

    #[test]
    fn the_authors_name_opens_the_signature() {
        let author = |name: &str| Address {
            name: name.into(),
            address: String::new(),
        };
        for (name, line, opens) in [
            ("Kevin Lhermitte", "Kevin", true),
            ("Laurence Puig", "L. Puig", true),
            ("Helene Vasseur", "DR VASSEUR MEDECIN REGULATEUR", true),
            ("Quentin Bellanger", "Quentin Bellanger, samu 53", true),
            ("FERRAND Kevin", "Kevin F., ARM nuit", true),
            ("LEMOINE-PASQUIER Tristan", "Tristan Lemoine-Pasquier", true),
            (
                "Kevin Lhermitte",
                "Kevin a redémarré le poste sans effet",
                false,
            ),
            ("Kevin Lhermitte", "Déclarant : Kevin Lhermitte", false),
        ] {
            let names = person::words(&author(name).name);
            assert_eq!(begins_with_name(fold(line).trim(), &names), opens, "{line}");
        }
        assert!(is_initials("BL", &author("LACASSAGNE Benoît")));
        assert!(!is_initials("HS", &author("LACASSAGNE Benoît")));
    }
}
