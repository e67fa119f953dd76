//! One answer's words, taken for what they answer: what is settled at once, and what is read as the
//! answer behind a label is.

use super::fit::Fit;
use super::given::{Collector, trimmed};
use super::typed::says;
use super::{correct, fields_of, free, short, unsure};
use crate::domain::field::{Field, FieldName, Reading, Source, Value};
use crate::domain::form::{Item, LabelName};
use crate::extract::excerpt::Excerpt;
use crate::extract::label::Answered;
use crate::extract::{answers, count, entity, frequency, station};

impl Collector<'_> {
    /// Takes the words typed for some items.
    pub fn take(&mut self, items: &[Item], words: &Excerpt) {
        let names: Vec<FieldName> = fields_of(items).filter(|name| !self.has(*name)).collect();
        // The name and the role share a number: one answer holds both.
        let both =
            names.contains(&FieldName::DeclarantName) && names.contains(&FieldName::DeclarantRole);
        for name in &names {
            let words = &self.first_sentence(*name, &trimmed(words));
            if !says(&words.text) {
                continue;
            }
            self.given.typed.push((*name, words.clone()));
            if self.is_unknown(*name, &words.text) {
                self.decide(*name, Reading::Unknown, words, 0.93);
                self.taken(words);
                continue;
            }
            if *name == FieldName::StartedAt && self.start(words) {
                continue;
            }
            if *name == FieldName::PrerequisitesChecked
                && station::answer(&words.text).is_none()
                && let Some(done) = short::checked(&words.text)
            {
                self.decide(*name, Reading::Present(Value::YesNo(done)), words, 0.9);
                self.taken(words);
                continue;
            }
            if *name == FieldName::Reproducible
                && let Some(often) = short::frequency(&words.text)
            {
                self.decide(
                    *name,
                    Reading::Present(Value::Frequency(often)),
                    words,
                    0.93,
                );
                self.taken(words);
                continue;
            }
            let core;
            let words = if matches!(
                name,
                FieldName::DeclarantRole | FieldName::AffectedUser | FieldName::DeclarantName
            ) {
                core = correct::core(words);
                &core
            } else if *name == FieldName::Feature
                && let Some(named) = short::between_quotes(&words.text)
            {
                core = words.slice(named);
                &core
            } else {
                words
            };
            if *name == FieldName::AffectedUser && free::is_group(&words.text) {
                let group = Value::Text(answers::one_line(&words.text));
                self.decide(*name, Reading::Present(group), words, 0.93);
                self.taken(words);
                continue;
            }
            if both && *name == FieldName::DeclarantRole {
                continue;
            }
            self.given.labelled.answers.push(Answered {
                name: LabelName::Field(*name),
                words: words.clone(),
                source: Source::Quoted,
                below: false,
                loose: false,
            });
            let long = words.text.split_whitespace().count() > 8;
            if !long {
                self.taken(words);
            }
        }
    }

    /// The first sentence of an answer, where it answers alone: what follows is told beside it.
    fn first_sentence(&self, name: FieldName, words: &Excerpt) -> Excerpt {
        if name == FieldName::Description {
            return words.clone();
        }
        // « formation ? non, production »: what one asks oneself is no answer.
        if name == FieldName::Environment
            && let Some(at) = words.text.find('?')
            && self.judge.fit(name, &words.text[at + 1..]) == Fit::Sure
        {
            return words.slice(at + 1..words.text.len());
        }
        let cut = words.text.match_indices(". ").find(|(at, _)| {
            let before = words.text[..*at]
                .rsplit([' ', '\n'])
                .next()
                .unwrap_or_default();
            before.chars().count() > 3 && words.text[at + 2..].starts_with(char::is_uppercase)
        });
        match cut {
            Some((at, _)) if self.judge.fit(name, &words.text[..at]) > Fit::Not => {
                words.slice(0..at)
            }
            _ => words.clone(),
        }
    }

    pub fn taken(&mut self, words: &Excerpt) {
        let span = words.span();
        self.given.labelled.taken.push(span);
    }

    /// Whether the answer is that nobody knows; a value beside it counts before it.
    fn is_unknown(&self, name: FieldName, text: &str) -> bool {
        if !unsure::is_unsure(text) {
            return false;
        }
        let value = match name {
            FieldName::AffectedCount => {
                count::at_least(text) || text.bytes().any(|b| b.is_ascii_digit())
            }
            FieldName::Phone => text.bytes().filter(u8::is_ascii_digit).count() >= 9,
            FieldName::StartedAt | FieldName::Environment => {
                self.judge.fit(name, text) == Fit::Sure
            }
            FieldName::Reproducible => {
                frequency::answer(text)
                    .is_some_and(|answer| matches!(answer.reading, Reading::Present(_)))
                    && !text.contains('?')
            }
            FieldName::Feature => answers::names_beside(text),
            FieldName::Description => text.split_whitespace().count() > 8,
            FieldName::Entity => entity::find(text).iter().any(|found| found.id.is_some()),
            _ => false,
        };
        !value
    }

    /// Settles a field.
    pub fn decide(&mut self, name: FieldName, reading: Reading, words: &Excerpt, confidence: f32) {
        let evidence = words.evidence(
            &self.body.text,
            0..words.text.len(),
            Source::Quoted,
            confidence,
        );
        self.given.decided.push((
            name,
            Field {
                reading,
                evidence: Some(evidence),
            },
        ));
    }

    /// A start that names an hour alone is of the day that is known.
    fn start(&mut self, words: &Excerpt) -> bool {
        let Some((reading, span)) = correct::start(&words.text, self.judge.base, self.asked) else {
            return false;
        };
        let words = words.slice(span);
        self.decide(FieldName::StartedAt, reading, &words, 0.93);
        self.taken(&words);
        true
    }
}
