//! What the words around a telephone number say of it.

use super::lead::{sends_to_another, till_later};
use super::{Number, is_support};
use crate::extract::lexicon::{is_one_of, mentions};
use crate::text::fold;
use std::ops::Range;

/// What the words around a number, and its prefix, say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is one independent observation"
)]
pub struct Hints {
    /// The words ask to be called there (« rappelez-moi au », « joignable », « mon numéro »).
    pub reachable: bool,
    /// A direct line, an office, a DECT, the room.
    pub direct: bool,
    /// A mobile, by prefix or by word.
    pub mobile: bool,
    /// A switchboard (« standard », « accueil »).
    pub switchboard: bool,
    /// A secretary's office.
    pub secretariat: bool,
    /// A fax.
    pub fax: bool,
    /// Somebody else's (« ma collègue », « voir avec M. … »).
    pub third_party: bool,
    /// The public's line, or a patient's or caller's number.
    pub public_line: bool,
    /// The support's own number.
    pub support: bool,
    /// Only an extension was given.
    pub extension: bool,
    /// « ne pas appeler ».
    pub not_to_call: bool,
    /// « de préférence ».
    pub preferred: bool,
    /// « sinon », « à défaut ».
    pub fallback: bool,
}

// Folded beginnings of words, parted by bars.
const REACHABLE: &str = concat!(
    "joign|joindre|ou l'avoir|ou m'avoir|ou nous avoir|ou me trouver|ou le trouver|ou la trouver|ou nous trouver|faites le |composez le |rappel|appelez|appeler|mon num|mon tel|mon numero|contact|me joindre|",
    "disponible|reach me|call me|my number|my phone|my mobile|je suis au|je suis la |je suis sur place|je suis en poste|numero ici|dispo au|pour vous|je reponds|c'est le ",
);
const DIRECT: &str = "direct |direct:|direct.|direct)|direct,|direct-|directe|dect|bureau|salle|ligne|pont|mon poste|desk";
const MOBILE: &str = "portable|mobile|port.|port |gsm|cell|mob.";
const SWITCHBOARD: &str = "standard|accueil|switchboard|std|hopital :|reception";
const SECRETARIAT: &str =
    "secretariat|assistante :|assistante du|assistante de dir|assistant :|secretaire|secr.|sec.";
const FAX: &str = "fax|telecopie|telecopieur|telec";
const THIRD: &str = concat!(
    "collegue|confrere|consoeur|voir avec|voyez avec|astreinte|informatique|hotline|",
    "prestataire|editeur|centre de services|service desk|support informatique|assistance informatique|remplac|prend le relais|son portable a elle|technicien|",
    "chef de service|sa ligne|celui de m|celui du dr|pour le dr|pour le docteur|pour mme|pour madame|pour monsieur|pour m. |numero de ma |numero de mon chef|",
    "pompiers|le sdis|la dsi|service informatique|support info|cellule de crise|le medecin de garde|le cadre de garde|son numero|ses coordonnees|sa collegue",
);
const OWN: &str = "mon portable|mon mobile|mon num|mon tel|ma ligne|mon poste|mon fixe|me joindre|me rappel|moi |m'appel|je suis au|mon direct|mon dect";
const PUBLIC: &str = concat!(
    "numero du samu|numero public|ligne publique|ligne 15|lignes 15|le 15 |appelant|patient|",
    "requerant|usager|numero affiche|numero de la victime|tel patient|composant le|",
    "compose le|appels du|l'appel du |appele le support|appele votre|appele la hotline|appele l'assistance|appele le centre de service|appels entrants|numero entrant|apparait avec le",
);
const NOT_TO_CALL: &str = concat!(
    "ne pas appel|ne pas rappel|ne pas joindre|ne pas utiliser|n'appelez pas|pas au |pas le |",
    "surtout pas|plutot que le|plutot qu'au|et non au|et pas au|do not call|don't call|",
    "ne repond pas|ne marche pas|ne fonctionne pas|hors service|ancien numero|l'ancien|suis plus au|suis plus joignable|n'est plus le|",
    "plus au |n'appelez plus|sauf le |surtout pas|inutile d'appeler|evitez|eviter|ne prenez pas|not the|instead of",
);
/// The one to call first.
const PREFERRED: &str = concat!(
    "de preference|en priorite|prioritairement|d'abord|en premier|plutot|preferer|privilegi|mieux vaut|le mieux|de preference|",
    "preferez|merci d'utiliser|je prefere|utilisez|essayez plutot|sur le portable de preference|a privilegier|preferably|rather|prenez|utilisez plutot|le plus simple|le plus sur|toujours joignable",
);
/// The one to call where the other does not answer.
const FALLBACK: &str = concat!(
    "sinon|a defaut|en cas d'absence|en secours|eventuellement|en dernier recours|si pas de reponse|si je ne reponds|si absent|",
    "en mon absence|ou en cas|otherwise|or else|if not",
);
/// Nobody is there now.
const AWAY: &str = concat!(
    "je ne suis pas|j'y suis pas|n'y suis pas|n'y suis plus|n'y serai|ne serai pas|je n'y |serai absent|suis absent|est ferme|ferme le|ferme jusqu|ferme)|ferme apres|ferme a |ferme ce|ferme la nuit|repondeur|personne ne repond|pas avant|ne repond pas apres|",
    "ne repond plus apres|en journee seulement|heures de bureau|aux heures ouvrables|heures ouvrees|ne capte|pas de reseau|voicemail|closed|not there",
);

impl Hints {
    /// How likely the number is where the declarant wants to be called.
    pub(super) fn score(self, number: &Number) -> f32 {
        if self.support || self.fax {
            return 0.0;
        }
        let mut score: f32 = 0.6;
        for (holds, weight) in [
            (self.reachable, 0.2),
            (self.direct, 0.1),
            (self.mobile, 0.0),
            (self.secretariat, -0.25),
            (self.switchboard, -0.35),
            (self.third_party, -0.4),
            (self.public_line, -0.5),
            (self.not_to_call, -0.6),
            (self.preferred, 0.3),
            (self.fallback, -0.25),
        ] {
            if holds {
                score += weight;
            }
        }
        if matches!(number, Number::Wrong(_)) {
            score -= 0.2;
        }
        score.clamp(0.02, 0.99)
    }
}

/// Reads the words around the number at `span`; words before `from` belong to another number.
pub(super) fn around(text: &str, span: &Range<usize>, from: usize, number: &Number) -> Hints {
    let before = before(text, span.start, from);
    let after = after(text, span.end);
    let has = |words: &'static str| mentions(words, &before) || named_after(&after, words);
    let kind = nearest_kind(&before);
    let digits = match number {
        Number::Valid(number) => number.as_str(),
        Number::Wrong(_) => "",
    };
    let mobile_prefix = [
        "+336", "+337", "+26269", "+262639", "+59069", "+59469", "+59669",
    ]
    .iter()
    .any(|prefix| digits.starts_with(prefix));
    let fax = kind == Some(Line::Fax) || named_after(&after, FAX);
    let switchboard = kind == Some(Line::Switchboard) || named_after(&after, SWITCHBOARD);
    let secretariat = kind == Some(Line::Secretariat) || named_after(&after, SECRETARIAT);
    let another = sends_to_another(&before);
    Hints {
        reachable: has(REACHABLE) && !another,
        direct: kind == Some(Line::Direct) || named_after(&after, DIRECT),
        mobile: mobile_prefix || kind == Some(Line::Mobile),
        switchboard,
        secretariat,
        fax,
        third_party: third_party(&before)
            || is_desk(text, span.start)
            || named_after(till_later(&after), THIRD),
        public_line: public(&before) || named_after(&after, PUBLIC),
        support: is_support(text.get(span.clone()).unwrap_or_default()),
        extension: digits.is_empty() && span.len() <= 6,
        not_to_call: refused(&before, &after),
        preferred: !another
            && PREFERRED
                .split('|')
                .any(|word| before.contains(word) && !before.contains(&format!("{word} que")))
            || named_after(&after, PREFERRED)
            && !after.contains("plutot que")
            // « … ou de préférence 06 … » does so too.
            && !after.starts_with("ou ")
            // « …, mais plutôt le 06 … » prefers the next one.
            && ![" le", " au", " sur", " :"].iter().any(|lead| after.trim_end().ends_with(lead)),
        fallback: mentions(FALLBACK, &before)
            || mentions(AWAY, &after)
            || named_after(&after, "en secours|en dernier recours|si urgence seulement"),
    }
}

/// « appelez le 15 »: the public's line, unless a line of one's own is named nearer: « on prend le 15
/// sur le portable de garde ».
fn public(before: &str) -> bool {
    if !mentions(PUBLIC, before) {
        return false;
    }
    let last = |words: &str| words.split('|').filter_map(|word| before.rfind(word)).max();
    // « le 15 sonne dans le vide … rappeler sur le 06 … »: the call wanted is nearer.
    const CALL: &str = "rappeler au|rappeler sur|rappeler le|me rappel|nous rappel|rappelez|me joindre|nous joindre|joignable|call me|call us";
    let called = last("le 15 ") == last(PUBLIC) && last(CALL) > last(PUBLIC);
    last(PUBLIC) > last(MOBILE) && !called
}

/// A number's line, by the word that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Fax,
    Switchboard,
    Secretariat,
    Direct,
    Mobile,
}

/// The kind of line named last before the number.
fn nearest_kind(before: &str) -> Option<Line> {
    let kinds = [
        (Line::Fax, FAX),
        (Line::Switchboard, SWITCHBOARD),
        (Line::Secretariat, SECRETARIAT),
        (Line::Direct, DIRECT),
        (Line::Mobile, MOBILE),
    ];
    let letter = before.trim_end_matches([' ', ':', '.', '-']);
    if letter == "f" || letter.ends_with(" f") || letter.ends_with("/f") || letter.ends_with("-f") {
        return Some(Line::Fax);
    }
    kinds
        .iter()
        .filter(|(_, words)| mentions(words, before))
        .flat_map(|(line, words)| {
            words
                .split('|')
                .filter_map(|word| before.rfind(word).map(|at| (at, *line)))
        })
        .max_by_key(|(at, _)| *at)
        .map(|(_, line)| line)
}

/// Whether the bracket or the few words right behind the number name one of `words`, unrefused.
fn named_after(after: &str, words: &'static str) -> bool {
    let named = |word: &str| {
        after.find(word).is_some_and(|at| {
            let lead = &after[..at];
            !(lead.contains("pas ")
                || lead.contains("sauf")
                || lead.contains("et non")
                || lead.contains("plutot"))
        })
    };
    mentions(words, after) && words.split('|').any(named)
}

/// « voir avec M. Pujol (04 …) »: the bracket's owner is somebody named with a title.
fn third_party(before: &str) -> bool {
    let last = |words: &'static str| {
        let places = words.split('|').filter_map(|word| before.rfind(word));
        mentions(words, before).then(|| places.max()).flatten()
    };
    if last(THIRD).is_some_and(|third| last(OWN).is_none_or(|own| own < third)) {
        return true;
    }
    if sends_to_another(before) {
        return true;
    }
    let lead = before.trim_end();
    lead.ends_with('(')
        && ["m. ", "mme ", "mr ", "monsieur ", "madame ", "dr "]
            .iter()
            .any(|title| lead.rfind(title).is_some_and(|at| lead.len() - at < 30))
}

/// « Centre de services informatiques - CH Cotentin - 02 … »: the desk that a line begins with.
fn is_desk(text: &str, start: usize) -> bool {
    const DESKS: &str = "centre de service|centre de support|hotline|helpdesk|help desk|service desk|assistance informatique";
    let line = text[..start].rsplit('\n').next().unwrap_or_default();
    let head: String = line.chars().take(60).collect();
    let head = fold(&head);
    DESKS
        .split('|')
        .any(|desk| head.trim_start().starts_with(desk))
}

fn refused(before: &str, after: &str) -> bool {
    let mut begin = before.len().saturating_sub(28);
    while !before.is_char_boundary(begin) {
        begin += 1;
    }
    let near = &before[begin..];
    let near = near.trim_start_matches(|c: char| !c.is_ascii());
    const BEHIND: &str = "ne pas appeler)|ne pas appeler ce|ne repond pas|ne marche pas|hors service|ne fonctionne pas|ne passe plus|ne marche plus|ne fonctionne plus|ne repond plus|est en panne|est coupe|ne passe pas|a eviter|ne prend pas les appel|ne prend pas d'appel|ne prend pas l'appel|ne recoit pas d'appel|ne recoit plus d'appel";
    mentions(NOT_TO_CALL, near) || BEHIND.split('|').any(|word| after.contains(word))
}

/// The folded words before the number on its line, back to the previous number or a separator.
fn before(text: &str, start: usize, from: usize) -> String {
    let mut begin = from.min(start).max(start.saturating_sub(160));
    while !text.is_char_boundary(begin) {
        begin += 1;
    }
    let mut words = &text[begin..start];
    if let Some(line) = words.rfind('\n') {
        // A sentence wrapped by the client goes on from the line above.
        let last = &words[line + 1..];
        let above = words[..line].trim_end();
        let wrapped =
            above.len() > 50 && !above.ends_with(['.', ':', '!', '?', ';']) && !last.contains(':');
        if !wrapped {
            words = last;
        }
    }
    let folded = fold(words);
    let cut = ["|", ";", ") ", " / ", " - ", ". ", "! ", "? "]
        .iter()
        .filter_map(|separator| {
            let at = match *separator {
                ". " => folded
                    .rmatch_indices(separator)
                    .map(|(at, _)| at)
                    .find(|at| !is_abbreviated(&folded[..*at]))?,
                _ => folded.rfind(separator)?,
            };
            Some(at + separator.len())
        })
        .max()
        .unwrap_or(0);
    folded[cut..].to_owned()
}

/// Whether the words end in an abbreviation, so that a point behind them ends no sentence: « T. »,
/// « Port. », « M. ».
fn is_abbreviated(words: &str) -> bool {
    const SHORT: &str = "t|p|f|m|n|d|tel|teleph|port|mob|num|no|nr|dir|std|secr|sec|fax|telec|ext|int|bur|dect|mr|mme|mlle|dr|pr|st|resp|perso|pro|fix|ld|lig|ind";
    let word = words
        .rsplit([' ', '/', '-', '('])
        .next()
        .unwrap_or_default();
    is_one_of(SHORT, word)
}

/// The folded words right behind: a bracket, or up to the end of the clause.
fn after(text: &str, end: usize) -> String {
    let mut stop = (end + 60).min(text.len());
    while !text.is_char_boundary(stop) {
        stop -= 1;
    }
    let rest = fold(&text[end..stop]);
    let rest = rest.split('\n').next().unwrap_or_default().trim_start();
    if let Some(inside) = rest.strip_prefix('(') {
        // « (l'ancien 02 … ne marche plus) », « (secrétariat : 02 …) » speak of the number inside.
        let inside = inside.split_inclusive(')').next().unwrap_or_default();
        let digits = inside.bytes().filter(u8::is_ascii_digit).count();
        let told = inside
            .split(|c: char| c.is_ascii_digit())
            .next()
            .unwrap_or_default();
        let other = digits > 7 && told.contains(char::is_alphabetic) || told.contains("ancien");
        return if other {
            String::new()
        } else {
            inside.to_owned()
        };
    }
    let cut = rest
        .find(|c: char| {
            c.is_ascii_digit() || matches!(c, '|' | ';' | '/' | '.' | '!' | '?' | '-' | '<' | '(')
        })
        .unwrap_or(rest.len());
    let mut clause = rest[..cut].trim_end();
    // « Direct : 02 …  Fax : 02 … »: the last word names the number behind it.
    if rest[cut..].starts_with(|c: char| c.is_ascii_digit()) {
        let last = clause
            .rsplit(' ')
            .find(|word| word.contains(char::is_alphabetic));
        let names = |word: &str| {
            let word = word.trim_matches(|c: char| !c.is_alphabetic());
            matches!(
                word,
                "fax"
                    | "tel"
                    | "std"
                    | "standard"
                    | "port"
                    | "portable"
                    | "mobile"
                    | "secretariat"
                    | "accueil"
            )
        };
        if let Some(last) = last.filter(|last| clause.ends_with(':') || names(last)) {
            clause = &clause[..clause.rfind(last).unwrap_or(0)];
        }
    }
    // « …, mais appelez plutôt sur le 06 … » speaks of the number behind.
    let leads = rest[cut..].starts_with(|c: char| c.is_ascii_digit())
        && ["mais ", "ou ", "sinon ", "puis ", "et "]
            .iter()
            .any(|joint| clause.trim_start().starts_with(joint));
    if leads && !mentions(AWAY, clause) && !mentions("ne |n'|preference", clause) {
        return String::new();
    }
    // Words behind a comma speak of something else unless they refuse.
    match clause.find(',') {
        Some(0) => clause[1..].split(',').next().unwrap_or_default().to_owned(),
        Some(comma) => clause[..comma].to_owned(),
        None => clause.to_owned(),
    }
}
