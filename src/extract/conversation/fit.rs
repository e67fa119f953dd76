//! Whether words that stand alone look like an answer to a field.

use crate::domain::field::{FieldName, Reading, Value};
use crate::domain::form::{Chosen, Form, choose};
use crate::extract::cues::{Cues, Group};
use crate::extract::lexicon::{is_one_of, mentions};
use crate::extract::user::answer::Said;
use crate::extract::{
    answer, count, entity, environment, feature, frequency, person, phone, station, user, when,
};
use crate::text::{Folded, fold};

/// How well words fit a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// They are no answer to it.
    Not,
    /// They may be one, where it was asked for.
    May,
    /// They can hardly be anything else.
    Sure,
}

/// What is known while fits are judged.
pub(super) struct Judge<'a> {
    pub form: &'a Form,
    pub base: &'a when::Base,
}

const PEOPLE: &str = "personne|post|arm|medecin|utilisateur|agent|tous|tout le monde|toute|salle|regul|une dizaine|une quinzaine|une vingtaine|everyone|people|users|collegue|moi|on est|nous sommes|environ|a peu pres|~";
const MANY: &str = "tous|toute|tout le|dizaine|quinzaine|vingtaine|trentaine|un seul|une seule|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|moi|seul|everyone|all |one|two|three|four|five|seven|eight|nine|ten|personne|un |une ";
const VAGUE: &str = "plusieurs|quelques|beaucoup|certains|several|many|some|pas mal";

/// Words of an answer of yes or no.
pub(super) const YES_NO: &str = "oui|non|ok|yes|no|ouais|nan|yep|nope|o|n|oui oui|bien sur|tout a fait|affirmatif|negatif|c'est fait|fait|pas fait|pas encore|non pas encore|oui fait|c'est bon|absolument|vu|bien sur que oui|of course|not yet|done";

impl Judge<'_> {
    /// How well `text` fits `name`.
    pub fn fit(&self, name: FieldName, text: &str) -> Fit {
        let folded = fold(text);
        let bare = answer::bare(&folded);
        let words = bare.split_whitespace().count();
        let yes_no = is_one_of(YES_NO, bare);
        let leads_yes_no = mentions_first(bare);
        if bare.is_empty() || words > 40 {
            return Fit::Not;
        }
        let sure = |is: bool| if is { Fit::Sure } else { Fit::Not };
        let may = |is: bool| if is { Fit::May } else { Fit::Not };
        let is_present = |answer: Option<crate::extract::token::Answer>| {
            answer.is_some_and(|answer| matches!(answer.reading, Reading::Present(_)))
        };
        match name {
            FieldName::Phone => {
                let digits = bare.bytes().filter(u8::is_ascii_digit).count();
                sure(digits >= 9 && is_present(phone::answer(text)))
                    .max(may((6..=16).contains(&digits)
                        && phone::answer(text).is_some()
                        && words <= 8))
            }
            FieldName::Email => sure(answer::address(text).is_some()).max(may(words <= 6
                && answer::is_this_address(text)
                && !answer::is_self(text))),
            FieldName::StartedAt => {
                let is = is_present(when::answer(text, self.base))
                    && !is_number(bare)
                    && phone::answer(text).is_none();
                sure(is && words <= 8 && begins_time(bare))
                    .max(may(is && words <= 6 && !bare.contains("appel")))
            }
            FieldName::Environment => sure(is_present(environment::answer(text))),
            FieldName::AffectedCount => {
                let found = count::answer(text);
                let known = is_present(found.clone());
                let digits = bare.bytes().filter(u8::is_ascii_digit).count();
                if is_number(bare) {
                    may(known)
                } else if yes_no || digits >= 6 && phone::answer(text).is_some() {
                    Fit::Not
                } else {
                    let tells = mentions(PEOPLE, &folded) && words <= 8;
                    let many = bare.bytes().any(|b| b.is_ascii_digit()) || mentions(MANY, &folded);
                    let (known, found) = (
                        known && many,
                        found.filter(|_| many || mentions(VAGUE, &folded)),
                    );
                    sure(known && tells)
                        .max(may(known && words <= 8))
                        .max(may(found.is_some() && words <= 4))
                }
            }
            FieldName::PrerequisitesChecked => {
                let spoken = mentions("requis|verif|configur|navigateur", &folded)
                    || is_one_of(
                        "fait|c'est fait|pas fait|pas encore|non pas encore|oui fait",
                        bare,
                    );
                sure(
                    spoken && station::answer(text).is_some()
                        || words <= 8 && super::short::checked(text).is_some(),
                )
                .max(may(
                    (yes_no || leads_yes_no && words <= 12) && station::answer(text).is_some()
                ))
            }
            FieldName::Reproducible => {
                let found = frequency::answer(text);
                if super::short::frequency(text).is_some() {
                    Fit::Sure
                } else if yes_no || leads_yes_no && words <= 2 {
                    may(found.is_some())
                } else {
                    sure(is_present(found.clone())).max(may(found.is_some() && words <= 8))
                }
            }
            FieldName::AffectedUser => {
                if yes_no || is_number(bare) || words > 14 || is_courtesy(bare) {
                    return Fit::Not;
                }
                let named = person::answer(text);
                let alone = named.name.is_some() && words <= 5;
                sure(
                    answer::is_self(text)
                        || user::answer::read(text) == Said::Me
                        || alone && named.role.is_none(),
                )
                .max(may(alone
                    || count::names_people(text)
                    || count::strings_people(text)
                    || self.is_login(text)))
            }
            FieldName::DeclarantRole => {
                let named = person::answer(text);
                let covers = named
                    .role
                    .as_ref()
                    .is_some_and(|(role, _)| role.chars().count() * 2 >= bare.chars().count());
                sure(covers && words <= 8).max(may(named.role.is_some() && words <= 10))
            }
            FieldName::DeclarantName => {
                let named = person::answer(text);
                sure(named.name.is_some() && named.role.is_some() && words <= 12)
                    .max(may(named.name.is_some() && words <= 6))
            }
            FieldName::Entity => {
                let known = entity::find(text).iter().any(|found| found.id.is_some());
                sure(known && words <= 10).max(may(
                    words <= 8 && mentions("samu|chu |chu|ars |hopital|ch de|ch d", &folded)
                ))
            }
            FieldName::Feature => {
                let named = feature::names_one(&Folded::new(text));
                let quoted = super::short::between_quotes(text).is_some();
                sure(named && words <= 8 || quoted && words <= 14).max(may(words <= 6
                    && !yes_no
                    && !is_number(bare)
                    && !is_courtesy(bare)
                    && self.others_fit_not(text)))
            }
            FieldName::Description => {
                let faulty = Cues::scan(&folded).has(Group::Fault);
                sure(faulty && words >= 3).max(may(words >= 6 && !is_courtesy(bare)))
            }
            FieldName::Own(_) => self.form.field(name).map_or(Fit::Not, |field| {
                if field.choices.is_empty() {
                    return may(words <= 6 && !yes_no);
                }
                sure(matches!(choose(&field.choices, text), Chosen::One(..)))
            }),
        }
    }

    /// « agarnier44 »: letters and digits in one word.
    fn is_login(&self, text: &str) -> bool {
        let word = text.trim();
        let digits = word.bytes().any(|b| b.is_ascii_digit());
        let letters = word.bytes().any(|b| b.is_ascii_alphabetic());
        digits && letters && !word.contains(char::is_whitespace) && word.len() >= 4
    }

    fn others_fit_not(&self, text: &str) -> bool {
        [
            FieldName::Phone,
            FieldName::Email,
            FieldName::StartedAt,
            FieldName::Environment,
            FieldName::Reproducible,
        ]
        .into_iter()
        .all(|name| self.fit(name, text) != Fit::Sure)
    }
}

/// « depuis hier », « vers 9h », « 14h30 »: words that a time begins with.
fn begins_time(bare: &str) -> bool {
    const LEADS: &str = "depuis|vers|a|ce|cette|hier|avant|le|la|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|since|at|around|this|yesterday|il|ca|cela|debut|commence|aujourd|des|dans|en|tout|on|today|last|monday|tuesday|wednesday|thursday|friday|saturday|sunday|about";
    let first = bare
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    first.starts_with(|c: char| c.is_ascii_digit()) || is_one_of(LEADS, first)
}

fn is_number(bare: &str) -> bool {
    bare.bytes().all(|b| b.is_ascii_digit()) && !bare.is_empty()
}

/// « merci », « voici la capture », « bonne journée »: words that answer nothing.
pub(super) fn is_courtesy(bare: &str) -> bool {
    const BEGINS: &str = "merci|cordialement|cdt|cdlt|bonne journee|bonne soiree|bonne reception|bonjour|bonsoir|salut|voici|voila|ci-joint|ci joint|ci-dessous|en piece|piece jointe|je vous envoie|je vous joins|je joins|j'ai joint|je mets|vous trouverez|bien a vous|bien recu|thanks|thank|regards|best|hello|hi|please|en reponse|suite a|pour info|desole|reponses|mes reponses|capture|copie|comme demande|as requested|see attached|attached|complete|completee|j'ai complete|j'ai repondu|je reponds|je vous reponds|voir|vu|rempli|remplie|fiche completee|fiche remplie|dans le texte|dans votre|en rouge|en bleu|en gras|en vert|ci-dessus|answers|my answers|see below|je vous ai|nous vous avons";
    BEGINS.split('|').any(|word| {
        bare.strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

/// Whether an answer begins with yes or no.
fn mentions_first(bare: &str) -> bool {
    let first = bare
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    matches!(first, "oui" | "non" | "ok" | "yes" | "no" | "ouais" | "nan")
}

/// The count in an answer, where it gives one.
pub(super) fn counted(text: &str) -> Option<Value> {
    match count::answer(text)?.reading {
        Reading::Present(value) => Some(value),
        _ => None,
    }
}
