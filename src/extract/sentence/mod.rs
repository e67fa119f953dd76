//! Running text cut into sentences, and what each is about: the fault, how to reach the writer,
//! what is attached, thanks, an introduction.

use super::cues::{Cues, Group};
use crate::text::Folded;
pub(crate) use aside::is_another_matter;
use aside::{
    announces, attaches_form, closed, extension, introduces, longest_number, ought, polite, strong,
};
use cut::{cut, greeting};
use std::ops::Range;

mod apology;
mod aside;
mod cut;
mod reach;

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
            let start = start + apology::opening(&text[start..range.end]);
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
        () if closed(words) || announces(words) || attaches_form(words) => About::Aside,
        () if digits >= 8 && reach::tells(words) => About::Aside,
        () if faults == 0 && digits < 8 && ought(words) => About::Context,
        // « Je vais essayer de rester courtois. »
        () if polite(words) && length <= 10 && !strong(words) => About::Aside,
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
            && !(digits >= 8
                && asides > 0
                && faults <= 1 + negated
                && length <= 24
                && !strong(words)) =>
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
    fn a_number_to_call_stands_apart_from_what_goes_wrong() {
        for (text, about) in [
            (
                "pour me joindre c'est le 02 61 91 50 07, nous sommes trois à ne plus rien voir",
                [About::Aside, About::Fault],
            ),
            (
                "slt le module planning rame chez nous, tel 0240010203",
                [About::Fault, About::Aside],
            ),
        ] {
            let found: Vec<About> = read(text).into_iter().map(|(_, about)| about).collect();
            assert_eq!(found, about, "{text}");
        }
        assert_eq!(
            read("Si quelqu'un veut m'en parler ce soir, mon num 02 61 91 50 07").len(),
            1
        );
    }

    #[test]
    fn who_is_greeted_is_no_part_of_what_goes_wrong() {
        for (text, first) in [
            (
                "Bonjour la métropole,\nle suivi est figé",
                "le suivi est figé",
            ),
            ("Bonjour les amis ! la file est vide", "la file est vide"),
            (
                "Bonjour de Nouméa,\nle lien ne part plus",
                "le lien ne part plus",
            ),
            ("Good evening,\nthe map is frozen", "the map is frozen"),
            ("Good morning all, the map is frozen", "the map is frozen"),
            (
                "Bonjour la carte, elle est figée",
                "la carte, elle est figée",
            ),
            ("Bonjour le 15 ne sonne plus", "le 15 ne sonne plus"),
        ] {
            assert_eq!(read(text)[0].0, first, "{text}");
        }
    }

    #[test]
    fn what_only_leads_to_the_report_is_aside() {
        for text in [
            "deux choses :",
            "J'ai trois points à vous signaler :",
            "Voici le détail :",
            "Fiche remplie en pièce jointe, je n'ai pas réussi à la coller ici.",
            "Veuillez trouver ci-joint notre fiche d'incident complétée ce jour",
            "Vous trouverez la déclaration d'incident en PJ",
            "Rien d'urgent, mais la réunion de jeudi s'appuie dessus.",
            "Please excuse my English.",
            "I write on behalf of the SAMU 59 remote desk",
            "Suite au petit incident de mardi (dossier clos, encore merci), je reviens vers vous pour tout autre chose.",
            "Mon cabinet est au 02 61 91 50 90 mais en journée je ne décroche pas.",
        ] {
            assert_eq!(read(text)[0].1, About::Aside, "{text}");
        }
        for text in [
            "On devrait pouvoir rappeler d'un clic.",
            "La fiche jointe au dossier ne s'ouvre plus",
            "Le dossier 2026-0312-00441 est verrouillé par un collègue parti à 8h.",
            "L'affaire 20260312-0441 est revenue dans la liste",
            "les soucis du matin reviennent : la carte se fige",
        ] {
            assert_ne!(read(text)[0].1, About::Aside, "{text}");
        }
        let other =
            read("Suite à vos échanges (c'est réglé), tout autre chose : la cloche reste à 99");
        assert_eq!(other[1], ("la cloche reste à 99", About::Context));
    }

    #[test]
    fn an_earlier_trouble_that_was_helped_is_aside() {
        for text in [
            "En mars votre collègue m'avait dépannée pour un problème d'impression, là c'est autre chose.",
            "Vous aviez résolu mon souci d'export, rien à voir aujourd'hui.",
            "J'avais signalé une panne du fax, cette fois c'est un autre sujet.",
        ] {
            assert_eq!(read(text)[0].1, About::Aside, "{text}");
        }
        assert_eq!(
            read("Vous aviez corrigé la carte, mais là l'export plante encore.")[0].1,
            About::Fault
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
