//! Builds the labels of a form out of its definition.

use super::FieldName;
use super::definition::RawField;
use super::labels::{DETERMINERS, LabelName, Labels, Variant, letters};
use super::words::{bare, sound, sounds, words_of};

pub(super) struct Builder(Labels);

impl Builder {
    pub(super) fn new(tails: &[String], others: &[String], placeholders: &[String]) -> Self {
        let mut builder = Self(Labels::default());
        builder.0.tails = tails.iter().map(|tail| words_of(tail)).collect();
        builder.0.tail_sounds = builder
            .0
            .tails
            .iter()
            .flatten()
            .map(|word| sound(word))
            .collect();
        for other in others {
            builder.add(LabelName::Other, other, false);
        }
        for text in placeholders {
            builder.0.placeholders.push((None, bare(text)));
        }
        builder
    }

    pub(super) fn add_field(&mut self, name: FieldName, field: &RawField) {
        let head = field.label.split([':', '(']).next().unwrap_or_default();
        // « Fonction » heads its field and is still an everyday word.
        let everyday = field.weak.iter().any(|weak| bare(weak) == bare(head));
        self.add(LabelName::Field(name), head, everyday);
        for label in &field.labels {
            self.add(LabelName::Field(name), label, false);
        }
        for label in &field.weak {
            self.add(LabelName::Field(name), label, true);
        }
        for label in &field.surname {
            self.add(LabelName::Surname, label, true);
        }
        for label in &field.given {
            self.add(LabelName::Given, label, true);
        }
        for question in [Some(&field.question), field.short.as_ref()]
            .into_iter()
            .flatten()
        {
            let head = question.split('(').next().unwrap_or_default();
            self.add(LabelName::Field(name), head, false);
        }
        let prompts = &mut self.0.prompts;
        prompts.extend(field.prompts.iter().map(|prompt| (name, words_of(prompt))));
        // The longest first, so that a short prompt does not leave half of a long one.
        prompts.sort_by_key(|(_, words)| std::cmp::Reverse(words.len()));
        for text in field.placeholders.iter().chain(&field.prompts) {
            self.0.placeholders.push((Some(name), bare(text)));
        }
    }

    fn add(&mut self, name: LabelName, label: &str, weak: bool) {
        let words = words_of(label);
        let joined = words.join(" ");
        let Some(first) = words.first() else { return };
        if let Some(known) = self.0.variants.iter_mut().find(|v| v.joined == joined) {
            known.weak &= weak && known.name == name;
            return;
        }
        let index = self.0.variants.len();
        self.0
            .by_first
            .entry(first.clone())
            .or_default()
            .push(index);
        self.0
            .by_sound
            .entry(sounds(words.iter().map(String::as_str)))
            .or_insert(index);
        self.0.variants.push(Variant {
            words,
            letters: letters(&joined),
            joined,
            name,
            weak,
        });
    }

    pub(super) fn build(mut self) -> Labels {
        self.0
            .tails
            .sort_by_key(|tail| std::cmp::Reverse(tail.len()));
        self.0.openings = DETERMINERS
            .into_iter()
            .chain(self.0.by_first.keys().map(String::as_str))
            .collect();
        let variants = &self.0.variants;
        for indices in self.0.by_first.values_mut() {
            indices.sort_by_key(|&index| std::cmp::Reverse(variants[index].words.len()));
        }
        self.0
    }
}
