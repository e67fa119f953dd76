//! What the answers after labels say, field by field.

use super::answer;
use super::choose::{Pool, Rank};
use super::label::Answered;
use super::token::Answer;
use super::user::{self, answer::Said};
use super::voice::{Voice, Who};
use super::{count, entity, environment, frequency, phone, station, when};

pub(in crate::extract) mod boxes;
mod feature;
mod longer;
mod who;

use crate::domain::field::{Evidence, FieldName, Reading, Reason, Source, Value};
use crate::domain::form::{Chosen, Form, LabelName, choose};

/// What an answer may point to.
#[derive(Debug, Clone, Default)]
pub struct Pointers {
    /// The address that the message came from, lower case.
    pub address: Option<String>,
    /// The declarant's name, where a label does not give it.
    pub name: Option<String>,
}

/// Adds what one voice's labels say.
pub fn read(
    voice: &Voice<'_>,
    form: &Form,
    base: &when::Base,
    pointers: &Pointers,
    pool: &mut Pool,
) {
    let rank = if voice.who == Who::Earlier {
        Rank::EarlierLabel
    } else {
        Rank::Label
    };
    let reader = Reader {
        voice,
        form,
        base,
        pointers,
        rank,
    };
    let of = |name| {
        voice
            .labelled
            .answers
            .iter()
            .filter(move |answered| answered.name == name && !answered.words.text.is_empty())
    };
    reader.declarant(pool);
    for answered in &voice.labelled.answers {
        if let LabelName::Field(name) = answered.name
            && !answered.words.text.is_empty()
            && !matches!(
                name,
                FieldName::DeclarantName | FieldName::Description | FieldName::StartedAt
            )
        {
            reader.field(name, answered, pool);
        }
    }
    reader.comments(pool);
    let starts: Vec<&Answered> = of(LabelName::Field(FieldName::StartedAt)).collect();
    reader.started_at(&starts, pool);
    let descriptions: Vec<&Answered> = of(LabelName::Field(FieldName::Description)).collect();
    reader.description(&descriptions, pool);
}

struct Reader<'a> {
    voice: &'a Voice<'a>,
    form: &'a Form,
    base: &'a when::Base,
    pointers: &'a Pointers,
    rank: Rank,
}

impl Reader<'_> {
    fn source(&self, answered: &Answered) -> Source {
        if self.voice.who == Who::Earlier {
            Source::Quoted
        } else {
            answered.source
        }
    }

    fn evidence(
        &self,
        answered: &Answered,
        range: std::ops::Range<usize>,
        confidence: f32,
    ) -> Evidence {
        let confidence = confidence
            - if answered.loose { 0.04 } else { 0.0 }
            - if answered.below { 0.02 } else { 0.0 };
        answered.words.evidence(
            &self.voice.body.text,
            range,
            self.source(answered),
            confidence,
        )
    }

    fn whole(&self, answered: &Answered, confidence: f32) -> Evidence {
        self.evidence(answered, 0..answered.words.text.len(), confidence)
    }

    fn add(&self, name: FieldName, answered: &Answered, found: Option<Answer>, pool: &mut Pool) {
        if let Some(found) = found {
            let evidence = self.evidence(answered, found.span, 0.97);
            pool.add(name, self.rank, found.reading, evidence);
        } else if !answered.below {
            // Something was answered; a line below the label may be no answer at all.
            let reading = Reading::Unclear(Reason::NotClear {
                read: answered.words.text.clone(),
            });
            pool.add(name, self.rank, reading, self.whole(answered, 0.6));
        }
    }

    fn field(&self, name: FieldName, answered: &Answered, pool: &mut Pool) {
        let ticked;
        let answered = match boxes::read(&answered.words.text) {
            boxes::Boxes::None => answered,
            boxes::Boxes::Undecided => return,
            boxes::Boxes::Ticked(range) => {
                ticked = Answered {
                    words: answered.words.slice(range),
                    ..answered.clone()
                };
                &ticked
            }
        };
        // « la colonne avec les petits drapeaux, je ne connais pas le nom » is an answer.
        let beside;
        let answered = match feature::known_part(&answered.words.text) {
            Some(range) if name == FieldName::Feature => {
                beside = Answered {
                    words: answered.words.slice(range),
                    ..answered.clone()
                };
                &beside
            }
            _ => answered,
        };
        let text = answered.words.text.as_str();
        // A number that is given counts, whatever else is not known.
        let numbered = match name {
            FieldName::Phone => phone::answer(text).is_some(),
            // « je ne sais pas, au moins 3 »
            FieldName::AffectedCount => count::at_least(text),
            _ => false,
        };
        if answer::is_unknown(text)
            && !numbered
            && !matches!(
                name,
                FieldName::PrerequisitesChecked | FieldName::Reproducible
            )
        {
            pool.add(
                name,
                self.rank,
                Reading::Unknown,
                self.whole(answered, 0.95),
            );
            return;
        }
        match name {
            // A newer number in the new words counts before the one given at first.
            FieldName::Phone if self.rank == Rank::EarlierLabel => {
                if let Some(found) = phone::answer(text) {
                    let evidence = self.evidence(answered, found.span, 0.95);
                    pool.add(name, Rank::Earlier, found.reading, evidence);
                }
            }
            FieldName::DeclarantRole => self.role(answered, pool),
            FieldName::Entity => self.entity(answered, pool),
            FieldName::AffectedUser => self.user(answered, pool),
            FieldName::Phone => self.add(name, answered, phone::answer(text), pool),
            FieldName::Email => self.email(answered, pool),
            FieldName::Environment => self.add(name, answered, environment::answer(text), pool),
            // « Où : SAMU 38, Grenoble » names the entity.
            FieldName::Feature if self.is_entity(text) => self.entity(answered, pool),
            FieldName::Feature if self.is_job(answered) => self.role(answered, pool),
            FieldName::Feature => self.feature(answered, pool),
            FieldName::AffectedCount => self.count(answered, pool),
            FieldName::PrerequisitesChecked => {
                self.add(name, answered, station::answer(text), pool);
            }
            FieldName::Reproducible => self.add(name, answered, frequency::answer(text), pool),
            FieldName::Own(_) => self.own(name, answered, pool),
            FieldName::DeclarantName | FieldName::StartedAt | FieldName::Description => {}
        }
    }

    /// A field that the form adds: a text as it is written, or the one choice that is meant.
    fn own(&self, name: FieldName, answered: &Answered, pool: &mut Pool) {
        let text = &answered.words.text;
        let Some(field) = self.form.field(name) else {
            return;
        };
        if field.choices.is_empty() {
            let reading = Reading::Present(Value::Text(one_line(text)));
            pool.add(name, self.rank, reading, self.whole(answered, 0.95));
            return;
        }
        match choose(&field.choices, text) {
            Chosen::One(value, span) => {
                let evidence = self.evidence(answered, span, 0.95);
                let reading = Reading::Present(Value::Text(value));
                pool.add(name, self.rank, reading, evidence);
            }
            Chosen::Unclear => self.add(name, answered, None, pool),
            Chosen::Unfilled => {}
        }
    }

    fn entity(&self, answered: &Answered, pool: &mut Pool) {
        let known = entity::answer(&answered.words.text).is_some_and(|found| {
            matches!(
                found.reading,
                Reading::Present(Value::Entity { id: Some(_), .. })
            )
        });
        // « Lieu : Bâtiment A > SAMU > Salle » of a ticket tool is a room.
        if !known && entity::is_location(&answered.words.text) {
            return;
        }
        let Some(found) = entity::answer(&answered.words.text) else {
            let text = one_line(&answered.words.text);
            let reading = Reading::Present(Value::Entity {
                name: text,
                id: None,
            });
            pool.add(
                FieldName::Entity,
                self.rank,
                reading,
                self.whole(answered, 0.8),
            );
            return;
        };
        let evidence = self.evidence(answered, found.span, 0.97);
        pool.add(FieldName::Entity, self.rank, found.reading, evidence);
    }

    fn user(&self, answered: &Answered, pool: &mut Pool) {
        let text = &answered.words.text;
        let named = super::person::answer(text);
        if self.is_who(answered) && self.introduces_writer(answered, &named, pool) {
            return;
        }
        // « Utilisateur : Théo Lancry, interne en médecine d'urgence » gives the writer's job too.
        if let (Some((name, _)), Some((role, span))) = (&named.name, &named.role)
            && self
                .pointers
                .name
                .as_ref()
                .is_some_and(|known| crate::text::fold(known) == crate::text::fold(name))
        {
            let evidence = self.evidence(answered, span.clone(), 0.85);
            let reading = Reading::Present(Value::Text(role.clone()));
            pool.add(FieldName::DeclarantRole, Rank::Around, reading, evidence);
            let reading = Reading::Present(Value::Text(name.clone()));
            pool.add(
                FieldName::AffectedUser,
                self.rank,
                reading,
                self.whole(answered, 0.9),
            );
            return;
        }
        let (value, evidence) = match user::answer::read(text) {
            Said::Me => (
                pool.best_text(FieldName::DeclarantName)
                    .or_else(|| self.pointers.name.clone())
                    .unwrap_or_else(|| one_line(text)),
                self.whole(answered, 0.95),
            ),
            Said::Named(value, span) => (value, self.evidence(answered, span, 0.95)),
            Said::Nothing => return,
        };
        pool.add(
            FieldName::AffectedUser,
            self.rank,
            Reading::Present(Value::Text(value)),
            evidence,
        );
        // « Utilisateurs : moi et mon collègue » tells how many, where nothing tells it better.
        let rank = if self.rank == Rank::EarlierLabel {
            Rank::Earlier
        } else {
            Rank::Prose
        };
        if let Some(found) = count::of_users(text) {
            let evidence = self.evidence(answered, found.span, 0.75);
            let reading = Reading::Present(Value::Count(found.count));
            pool.add(FieldName::AffectedCount, rank, reading, evidence);
        }
    }

    fn email(&self, answered: &Answered, pool: &mut Pool) {
        let text = &answered.words.text;
        if let Some((address, span)) = answer::address(text) {
            let evidence = self.evidence(answered, span, 0.98);
            pool.add(
                FieldName::Email,
                self.rank,
                Reading::Present(Value::Text(address)),
                evidence,
            );
        } else if let Some(address) = self
            .pointers
            .address
            .clone()
            .filter(|_| answer::is_this_address(text))
        {
            pool.add(
                FieldName::Email,
                self.rank,
                Reading::Present(Value::Text(address)),
                self.whole(answered, 0.97),
            );
        } else if text.contains('@') || text.contains('.') {
            let reading = Reading::Unclear(Reason::IncompleteAddress {
                read: one_line(text),
            });
            pool.add(
                FieldName::Email,
                self.rank,
                reading,
                self.whole(answered, 0.8),
            );
        }
    }

    fn count(&self, answered: &Answered, pool: &mut Pool) {
        let text = &answered.words.text;
        let found = count::answer(text);
        if found.is_none() && (longer::is_grade(text) || self.is_remark(answered)) {
            return;
        }
        // « Concernés : équipages de jour », « Combien : moi »: who, beside or instead of how many.
        let said = user::answer::read(text);
        let named = match (&found, said) {
            (None, Said::Named(value, span)) if count::names_people(&value) => {
                Some((value, self.evidence(answered, span, 0.7)))
            }
            // « Sont touchés : 3 ARM, 2 médecins et la cadre de nuit »
            (Some(_), Said::Named(value, span)) if count::lists_groups(&value) => {
                Some((value, self.evidence(answered, span, 0.85)))
            }
            // « Touchés : le Dr Baillif et moi, donc 2 »
            (Some(_), Said::Named(value, span)) if count::strings_people(&value) => {
                Some((value, self.evidence(answered, span, 0.85)))
            }
            (_, Said::Me) => pool
                .best_text(FieldName::DeclarantName)
                .or_else(|| self.pointers.name.clone())
                .map(|name| (name, self.whole(answered, 0.7))),
            _ => None,
        };
        if let Some((value, evidence)) = named {
            let rank = if self.rank == Rank::EarlierLabel {
                Rank::Earlier
            } else {
                Rank::Prose
            };
            let reading = Reading::Present(Value::Text(value));
            pool.add(FieldName::AffectedUser, rank, reading, evidence);
        }
        self.add(FieldName::AffectedCount, answered, found, pool);
    }
}

/// Whether words that say « je ne sais pas » name a part of the portal all the same.
pub(in crate::extract) fn names_beside(text: &str) -> bool {
    feature::known_part(text).is_some()
}

/// A value of one line: blanks run together, stops at its end dropped.
pub(super) fn one_line(text: &str) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = joined.trim_end_matches(['.', ',', ';', ' ']).len();
    joined[..end].to_owned()
}
