//! What one mail of ours asked, which is what an answer to it is read by.

use super::field::{FieldName, Fields};
use super::form::{Form, FormField, Item};
use crate::text::fold;

/// What one mail of ours asked, and what its ticket held then.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// The items of each number, in the order of the numbers: number 1 is the first.
    pub numbers: Vec<Vec<Item>>,
    /// The text part of that mail, LF line ends: what of an answer only repeats it is nobody's
    /// answer. Empty where it is not known: the form's own questions stand in for it.
    pub text: String,
    /// The fields that the ticket holds already.
    pub known: Fields,
}

impl Asked {
    /// What a mail of ours asked, by the numbered lines of its text part. Linear.
    #[must_use]
    pub fn of_text(text: &str, form: &Form) -> Self {
        let mut asked = Self {
            text: text.to_owned(),
            ..Self::default()
        };
        for line in text.lines() {
            if let Some((number, question)) = numbered(line)
                && number == asked.numbers.len() + 1
            {
                let items = items(question, form);
                if !items.is_empty() {
                    asked.numbers.push(items);
                }
            }
        }
        asked
    }

    /// Whether one of the questions is about this field.
    #[must_use]
    pub fn asks_for(&self, name: FieldName) -> bool {
        self.fields().any(|asked| asked == name)
    }

    /// The fields that were asked for, in the order of their numbers.
    pub fn fields(&self) -> impl Iterator<Item = FieldName> + '_ {
        self.numbers.iter().flatten().filter_map(Item::field)
    }
}

/// Whether the text part of a mail of ours asks for a screenshot. Linear.
#[must_use]
pub fn asks_for_screenshot(text: &str, form: &Form) -> bool {
    let wanted = fold(&form.screenshot_question);
    let wanted = wanted.split(',').next().unwrap_or_default();
    // What the declarant wrote themselves stands behind the marks of a quote.
    let ours = text.lines().filter(|line| !line.starts_with('>'));
    let ours = fold(&ours.collect::<Vec<_>>().join(" "));
    !wanted.is_empty() && ours.contains(wanted)
}

/// « 2) Prérequis du poste vérifiés (oui, non) : »: the number and what follows it.
#[must_use]
pub fn numbered(line: &str) -> Option<(usize, &str)> {
    let line = line.trim();
    let (number, question) = line.split_once(')')?;
    let number = number.parse().ok().filter(|number| *number > 0)?;
    Some((number, question.trim()))
}

/// The items that a question of ours asks for: those of the longest wording that it begins with.
fn items(question: &str, form: &Form) -> Vec<Item> {
    let question = fold(question);
    let length = |wording: &str| {
        let wording = fold(wording);
        let wording = wording.trim_end_matches(')');
        (!wording.is_empty() && question.starts_with(wording)).then_some(wording.len())
    };
    let longest = |field: &FormField| {
        let wordings = [
            Some(&field.question),
            Some(&field.short),
            field.alone.as_ref(),
        ];
        wordings
            .into_iter()
            .flatten()
            .filter_map(|wording| length(wording))
            .max()
    };
    let best = form.fields.iter().filter_map(longest).max();
    form.fields
        .iter()
        .filter(|field| best.is_some() && longest(field) == best)
        .map(|field| Item::Field(field.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_mail_are_found_again_in_its_text() {
        let text = "Il nous manque quatre réponses et une copie d’écran.\n\n  1) Téléphone (lu 02 40 08 77 0, il manque un chiffre) :\n\n\n  \
            2) Prérequis du poste vérifiés (oui, non ; réponse peu claire) :\n\n  3) Votre nom, prénom et fonction :\n\n  4) Production ou formation :\n\n\
            > 5) Votre fonction :\n> Joignez une copie d’écran\n";
        let field = Item::Field;
        let asked = Asked::of_text(text, Form::si_samu());
        assert_eq!(
            asked.numbers,
            [
                vec![field(FieldName::Phone)],
                vec![field(FieldName::PrerequisitesChecked)],
                vec![
                    field(FieldName::DeclarantName),
                    field(FieldName::DeclarantRole)
                ],
                vec![field(FieldName::Environment)],
            ]
        );
        assert!(asks_for_screenshot(text, Form::si_samu()));
        let alone = "  1) Votre fonction :\n";
        assert!(!asks_for_screenshot(alone, Form::si_samu()));
        let alone = Asked::of_text(alone, Form::si_samu());
        assert_eq!(alone.numbers, [vec![field(FieldName::DeclarantRole)]]);
    }
}
