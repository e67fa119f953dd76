//! Names of writers who use no capitals: « c mamadou tounkara ambulancier », « c bidule arm au samu ».

use super::super::token::{Kind, Tokens};
use super::name::{Shape, Unit, is_particle, unit};
use super::prose::{role_behind, run};
use super::{is_common, is_place_word, role};

/// « c mamadou tounkara ambulancier », « moi c julie lemaitre du samu 35 »: a given name in small
/// letters and the surname that no table knows, before a job or a place.
pub(super) fn with_small_surname<'t>(
    text: &'t str,
    tokens: &'t Tokens,
    mut units: Vec<Unit<'t>>,
) -> Vec<Unit<'t>> {
    let [given] = units.as_slice() else {
        return units;
    };
    if given.shape != Shape::Lower || !given.is_given() || tokens.ends_line(given.to) {
        return units;
    }
    let Some(surname) = unit(text, tokens, given.to) else {
        return units;
    };
    let to = surname.to;
    let stops = is_common(surname.folded)
        || is_place_word(surname.folded)
        || is_particle(surname.folded)
        || tokens.among(given.to, NO_NAME)
        || role::role(tokens, given.to).is_some();
    let followed = role::role(tokens, to).is_some()
        || tokens
            .any_phrase(to, "du samu|au samu|samu|du crra|du smur|du centre 15|de la regul|d la regul|a la regul|o samu|ala regul|en regul|au smur|smur|au crra")
            .is_some()
        || tokens.sign(to, b',') && role::role(tokens, to + 1).is_some();
    if surname.folded.len() > 2 && surname.shape == Shape::Lower && !stops && followed {
        units.push(surname);
    }
    units
}

/// Small words between « c'est » and a job that are no name.
const NO_NAME: &str = "juste|encore|toujours|bien|pas|aussi|votre|ton|nouveau|nouvelle|nouvel|simple|chaque|quel|quelle|quelque|mieux|pire|jeune|ancien|ancienne|ex|actuellement|qui|est|comme|avec|sur|dans|depuis|ici|seul|seule";

/// « c bidule arm au samu »: a name in small letters that no table knows, before a job.
pub(super) fn small_name<'t>(
    text: &'t str,
    tokens: &'t Tokens,
    at: usize,
    name_at: usize,
) -> Vec<Unit<'t>> {
    if !tokens.among(at, "c|cest|ici|moi") {
        return Vec::new();
    }
    unit(text, tokens, name_at)
        .filter(|unit| {
            let stops = is_common(unit.folded)
                || is_place_word(unit.folded)
                || is_particle(unit.folded)
                || tokens.among(name_at, NO_NAME)
                || role::role(tokens, name_at).is_some();
            unit.folded.len() > 2
                && !stops
                && (tokens.among(
                    unit.to,
                    "arm|ide|iade|medecin|interne|cadre|parm|infirmiere|infirmier",
                ) || closes_with_job(tokens, name_at, unit.to))
        })
        .into_iter()
        .collect()
}

/// « c est martinez le superviseur », « ici lefort, la cadre de garde »: whether an article and a job
/// behind the word at `at` close the words or stand before a number.
fn closes_with_job(tokens: &Tokens, at: usize, end: usize) -> bool {
    const NOBODY: &str = "pareil|pareille|idem|aussi|bien|toujours|encore|donc|juste|normal|surement|surtout|souvent|parfois|avec|pour|sans|chez|comme|quand|plutot|meme|notre|votre|peut|sur|urgent|grave|pas|plus|non|oui|que|qui|mais|depuis|bon|fini|mort";
    let next = if tokens.sign(end, b',') { end + 1 } else { end };
    tokens.among(next, "le|la")
        && !tokens.among(at, NOBODY)
        && role::role(tokens, next + 1).is_some_and(|to| {
            matches!(
                tokens.get(to).map(|token| token.kind),
                None | Some(Kind::Line | Kind::Number | Kind::Sign(b'.' | b','))
            )
        })
}

/// « karim arm 06 39 … », « dylan, ide », « julie weisse chef de salle rappeler … »: whether a name
/// in small letters and a job close the words, or stand before a number or how to be called.
pub(super) fn signs_small(text: &str, tokens: &Tokens, at: usize) -> bool {
    let units = small_run(text, tokens, at);
    let Some(last) = units.last() else {
        return false;
    };
    let closes = |at: usize| {
        matches!(
            tokens.get(at).map(|token| token.kind),
            None | Some(Kind::Line | Kind::Number)
        ) || tokens.among(
            at,
            "samu|tel|port|poste|dect|smur|crra|rappeler|rappelez|joignable|a|au|du|de",
        )
    };
    let leads = units[0].is_given() || units[0].shape == Shape::Initial;
    leads
        && role_behind(tokens, last.to).is_some_and(|(_, end)| {
            let signed = matches!(tokens.get(end).map(|t| t.kind), Some(Kind::Sign(_)));
            // Two words of a name need no more than the sentence's end behind the job.
            closes(end) || signed && (closes(end + 1) || units.len() > 1 && tokens.sign(end, b'.'))
        })
}

/// « samu02 laon jess (arm) »: whether a place stands right before the name at `at`, and the job in a
/// bracket behind it.
pub(super) fn is_behind_place(tokens: &Tokens, at: usize) -> bool {
    let placed = (at.saturating_sub(3)..at).any(|before| {
        ["samu", "smur", "crra", "ch", "chu"]
            .iter()
            .any(|place| tokens.word(before).starts_with(place))
            && (before..at).all(|at| {
                matches!(
                    tokens.get(at).map(|token| token.kind),
                    Some(Kind::Word | Kind::Number)
                )
            })
    });
    placed && (at + 1..at + 3).any(|next| tokens.sign(next, b'('))
}

/// A given name or an initial in small letters from `at` on, and the surname behind it before a job.
pub(super) fn small_run<'t>(text: &'t str, tokens: &'t Tokens, at: usize) -> Vec<Unit<'t>> {
    let mut units = run(text, tokens, at, true);
    if units.is_empty() {
        units.extend(small_initial(text, tokens, at));
    }
    let told = units.len();
    if told != 1 || units[0].shape == Shape::Title {
        return units;
    }
    while units.len() < 4
        && let Some(last) = units.last()
        && role_behind(tokens, last.to).is_none()
        && !tokens.ends_line(last.to)
        && let Some(word) = unit(text, tokens, last.to)
        && word.shape == Shape::Lower
        && (word.folded.len() > 2 || is_particle(word.folded))
        && !is_common(word.folded)
        && !is_place_word(word.folded)
        && role::role(tokens, word.from).is_none()
    {
        units.push(word);
    }
    let is_led = units
        .last()
        .is_some_and(|last| !is_particle(last.folded) && role_behind(tokens, last.to).is_some());
    if !is_led {
        units.truncate(told);
    }
    units
}

/// « j. saudemont »: the letter with its point.
fn small_initial<'t>(text: &'t str, tokens: &'t Tokens, at: usize) -> Option<Unit<'t>> {
    let letter = unit(text, tokens, at)?;
    let to = letter.to + 1;
    let pointed =
        letter.folded.len() == 1 && tokens.sign(letter.to, b'.') && tokens.glued(letter.to);
    pointed.then_some(Unit {
        to,
        text: text.get(tokens.span(at, to))?,
        shape: Shape::Initial,
        ..letter
    })
}

#[cfg(test)]
mod tests {
    use super::super::find_in_prose;

    #[test]
    fn a_surname_in_small_letters_is_read_before_a_job_or_a_place() {
        for (text, name) in [
            (
                "slt c mamadou tounkara ambulancier smur de perigueux, la tablette plante",
                "Mamadou Tounkara",
            ),
            (
                "c julie lemaitre du samu 35, la carte est blanche",
                "Julie Lemaitre",
            ),
            (
                "moi c karim benzekri, interne, plus de carto",
                "Karim Benzekri",
            ),
            ("c julie encore du samu 35", "Julie"),
        ] {
            let found = find_in_prose(text);
            let told = found.iter().find_map(|person| person.name.as_deref());
            assert_eq!(told, Some(name), "{text}");
        }
    }

    #[test]
    fn no_article_is_a_name_be_it_shouted() {
        for text in [
            "NI EN SALLE NI\nCHEZ LES MEDECINS.",
            "PLUS RIEN POUR LES ARM",
        ] {
            let found = find_in_prose(text);
            assert!(
                found.iter().all(|person| person.name.is_none()),
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn in_a_shouted_message_capitals_are_no_sign_of_a_name() {
        for (text, name, job) in [
            (
                "DEPUIS CE MATIN PLUS RIEN NE S'AFFICHE SUR LES POSTES DE LA SALLE, JE SUIS LE SEUL TOUCHÉ. JOIGNABLE AU 06 39 98 80 02",
                None,
                None,
            ),
            (
                "PLUS AUCUN APPEL N'ARRIVE SUR LE BANDEAU, LES APPELANTS TOMBENT SUR OCCUPE. URGENT\nJEROME ICARD CHEF DE SALLE",
                Some("Jerome Icard"),
                Some("chef de salle"),
            ),
            (
                "LE PORTAIL EST TOMBE SUR TOUS LES POSTES, ON REGULE SUR PAPIER DEPUIS 3H10 CE MATIN, VITE\nJ. KUSTER, CHEF DE SALLE",
                Some("J. Kuster"),
                Some("chef de salle"),
            ),
        ] {
            let found = find_in_prose(text);
            let writer = found.iter().find(|person| person.writer);
            let told = writer.and_then(|person| person.name.as_deref());
            let role = writer.and_then(|person| person.role.as_ref());
            assert_eq!(told, name, "{text}");
            assert_eq!(role.map(|(role, _)| role.as_str()), job, "{text}");
        }
    }
}
