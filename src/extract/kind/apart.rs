//! A report that stands beside other matters: what a message still tells where the sentences that
//! ask, thank, announce, set a condition or speak of the writer's absence are left out.

use super::super::cues::{Cues, Group};
use super::super::signs::{details, signs};
use crate::extract::lexicon::mentions;

/// What is left of a message apart from its other matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Apart {
    /// How many places name a fault.
    pub faults: usize,
    /// Signs of a report, see [`signs`].
    pub signs: usize,
    /// Details that only a report gives, see [`details`].
    pub details: usize,
    /// It says since when, or at what hour.
    pub dated: bool,
}

impl Apart {
    /// Reads a writer's folded words.
    pub(super) fn read(text: &str) -> Self {
        let mut told = String::with_capacity(text.len());
        for sentence in parts(text) {
            if !is_other_matter(sentence) {
                told.push_str(sentence);
                told.push('\n');
            }
        }
        Self {
            faults: Cues::scan(&told).count(Group::Fault),
            signs: signs(&told),
            details: details(&told),
            dated: mentions(DATED, &told),
        }
    }

    /// Whether what is left reports something: a fault, or so much else that only a report gives it.
    pub(super) fn reports(self) -> bool {
        self.faults > 0 || self.dated && self.signs >= 2 && self.signs + self.details >= 4
    }

    /// The same of words that others than a report's may well hold: a letter, a server's prose.
    pub(super) fn reports_in_detail(self) -> bool {
        self.faults > 0 && self.dated && self.signs + self.details >= 3
    }
}

/// Words by which a report says when.
pub(super) const DATED: &str = "depuis |des ce matin|hier|ce matin|cette nuit|cet apres-midi|aujourd'hui|tout a l'heure|a l'instant|since |yesterday|this morning|today|tonight";

/// Sentences of a text, and the parts of them that another clause begins: « Merci, mais … ».
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    const TURNS: [&str; 10] = [
        ", mais ",
        " mais ",
        ", par contre",
        " par contre",
        " en revanche",
        " par ailleurs",
        " cependant",
        " toutefois",
        ", sinon",
        " : ",
    ];
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let turn = |at: usize| TURNS.iter().any(|turn| rest[at..].starts_with(turn));
        let end = rest
            .char_indices()
            .skip(1)
            .find_map(|(at, c)| match c {
                '.' | '!' | '?' | ';' | '\n' => {
                    let next = at + c.len_utf8();
                    let stands =
                        c != '.' || rest[next..].chars().next().is_none_or(char::is_whitespace);
                    stands.then_some(next)
                }
                ' ' | ',' if turn(at) => Some(at),
                _ => None,
            })
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part)
    })
}

/// Whether a sentence tells of something else than what fails.
fn is_other_matter(sentence: &str) -> bool {
    const ABSENT: &str = "absent|absence|en conge|en vacances|a mon retour|de retour|out of office|out of the office|i am away|i'm away|on leave|on holiday";
    const CONDITION: &str = "en cas de|en cas d'|en cas d |si vous|si le |si la |si l'|si besoin|si necessaire|si urgent|pour tout |pour toute |pour les urgences|pour une urgence|en mon absence|s'il y a|if you|if the|for any|for urgent|in case of|urgent issues";
    const PLANNED: &str =
        "sera |seront |aura lieu|auront lieu|programmee|planifiee|est prevue|est prevu |will be";
    const RECEIPT: &str = "bien ete enregistre|bien ete pris|avons bien recu|accusons reception|ne pas repondre|ne pas y repondre|genere automatiquement|envoye automatiquement";
    const NONE: &str = "aucun |aucune |pas de panne|pas d'incident|pas un incident|rien a signaler";
    const OVER: &str = "n'arrivait|n'arrivions|ne s'affichait|ne marchait|ne fonctionnait|etait |etaient |le probleme|la panne|l'incident|le souci|du bug|le bug|pour l'aide|intervention";
    let sentence = sentence.trim();
    let cues = Cues::scan(sentence);
    let fault = cues.has(Group::Fault);
    let negated = super::super::sentence::is_negated(sentence);
    // « Est-ce normal que la carte ne s'affiche plus ? » asks and reports at once.
    let asks = cues.has(Group::Question) || sentence.ends_with('?') && !negated;
    asks || mentions(CONDITION, sentence)
        || mentions(RECEIPT, sentence)
        || mentions(PLANNED, sentence)
        || mentions(ABSENT, sentence) && !(fault && negated)
        || cues.has(Group::Resolved)
        || cues.has(Group::Thanks) && !fault
        || mentions(NONE, sentence) && cues.has(Group::Question)
        || mentions(OVER, sentence) && !mentions(DATED, sentence)
}

#[cfg(test)]
mod tests {
    use super::Apart;

    #[test]
    fn a_report_is_seen_beside_other_matters() {
        for text in [
            "merci pour hier, la telephonie marche a nouveau. par contre depuis ce matin la carte est figee.",
            "la carte ne s'affiche plus. je suis absente cet apres-midi, de retour le 23.",
            "comment changer mon mot de passe ? de plus, la carte est figee.",
            "les fiches du samu 69 ont leurs numeros melanges depuis hier 13h30 ; on attend le bon service. quand aura lieu la formation ?",
            "l'acces sera interrompu jeudi, c'est note. mais depuis 9h la carte ne s'affiche plus.",
        ] {
            assert!(Apart::read(text).reports(), "{text}");
        }
    }

    #[test]
    fn absences_questions_thanks_and_plans_alone_report_nothing() {
        for text in [
            "je suis absent jusqu'au 30. en cas de panne urgente, contactez la dsi.",
            "je suis en conges. si le portail est bloque, appelez le 02 61 91 35 78.",
            "savez-vous si la prochaine version corrige le bug de la carte ? merci.",
            "merci pour la telephonie mardi, tout est rentre dans l'ordre au samu 44.",
            "la carte ne s'affichait plus depuis 9h mais c'est regle, merci a tous.",
            "coupure programmee : l'acces sera interrompu jeudi. en cas de probleme appelez la dsi.",
            "nous sommes 12 arm au samu 44. pouvez-vous me dire quand aura lieu la formation ?",
        ] {
            let apart = Apart::read(text);
            assert!(!apart.reports_in_detail(), "{text}: {apart:?}");
        }
    }
}
