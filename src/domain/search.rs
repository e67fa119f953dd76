//! What a ticket or a message is found by: its words, folded and cut by us ([`crate::text::words`]), so
//! that both databases compare the same ones.
//!
//! Beside the words of texts stand facets, a word of a field's value each: `§environment§formation`.
//! `§` is no letter, so that no text makes one.

use super::field::{Environment, FieldName, Frequency, Value};
use super::form::Item;
use crate::text::words;

/// The mark of a facet; alone, the end of a text, over which no phrase reaches.
const MARK: &str = "§";

/// Words of one document at most: PostgreSQL counts no further place (its manual, 12.11).
const MOST_WORDS: usize = 16_000;

/// Bytes of a message's text that are kept to be searched.
pub const MOST_TEXT: usize = 64 << 10;

/// The name of the facet of senders.
pub(super) const FROM: &str = "from";

/// The name of the facet of what is still asked for.
pub(super) const LACKS: &str = "lacks";

/// The name of the facet of screenshots.
pub(super) const SCREENSHOT: &str = "screenshot";

/// One message of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written<'a> {
    /// Decoded.
    pub subject: &'a str,
    /// The address of From.
    pub from: &'a str,
    /// Its words.
    pub text: &'a str,
}

/// What only tickets have.
#[derive(Debug, Clone, Default)]
pub struct Filed<'a> {
    /// The fields that have a value.
    pub values: Vec<(FieldName, &'a Value)>,
    /// What is still asked for.
    pub lacks: Vec<Item>,
    /// Whether a screenshot came.
    pub has_screenshot: bool,
}

/// The words that a document is found by, a blank between two: facets first, so that they are never cut.
#[must_use]
pub fn document<'a>(
    messages: impl IntoIterator<Item = Written<'a>>,
    ticket: Option<&Filed<'_>>,
) -> String {
    let (mut facets, mut said) = (Vec::new(), Vec::new());
    for message in messages {
        let from = words(message.from);
        facets.extend(from.iter().map(|word| facet(FROM, word)));
        facets.push(MARK.to_owned());
        for part in [words(message.subject), from, words(message.text)] {
            said.extend(part);
            said.push(MARK.to_owned());
        }
    }
    if let Some(ticket) = ticket {
        for (name, value) in &ticket.values {
            facets.push(facet(name.as_str(), ""));
            let value_words = words(&searched(value));
            facets.extend(value_words.iter().map(|word| facet(name.as_str(), word)));
            if is_told(value) {
                said.extend(value_words);
                said.push(MARK.to_owned());
            }
        }
        let lacks = ticket.lacks.iter();
        facets.extend(lacks.map(|item| facet(LACKS, item.as_str())));
        facets.push(facet(SCREENSHOT, yes_no(ticket.has_screenshot)));
        facets.push(MARK.to_owned());
    }
    let mut all = facets;
    all.extend(said);
    all.truncate(MOST_WORDS);
    all.join(" ")
}

/// One word of a facet; an empty one says that there is a value. SQLite's index would cut it at a sign
/// within ASCII.
pub(super) fn facet(name: &str, word: &str) -> String {
    let name = name.replace(|letter: char| !letter.is_alphanumeric(), MARK);
    format!("{MARK}{name}{MARK}{word}")
}

pub(super) fn yes_no(yes: bool) -> &'static str {
    match yes {
        true => "oui",
        false => "non",
    }
}

/// A value in the words by which people look for it.
#[must_use]
pub fn searched(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Entity { name, id } => format!("{name} {}", id.as_deref().unwrap_or_default()),
        Value::Phone(number) => phone(number),
        Value::Instant { at, .. } => at.format("%Y-%m-%d %d/%m/%Y %H:%M").to_string(),
        Value::Environment(Environment::Production) => "production".to_owned(),
        Value::Environment(Environment::Training) => "formation".to_owned(),
        Value::Count(count) => {
            let all = if count.all { "tous" } else { "" };
            let number = |number: Option<u32>| number.map(|one| one.to_string());
            let (min, max) = (number(count.min), number(count.max));
            format!(
                "{all} {} {}",
                min.unwrap_or_default(),
                max.unwrap_or_default()
            )
        }
        Value::YesNo(yes) => yes_no(*yes).to_owned(),
        Value::Frequency(Frequency::Yes) => "oui toujours".to_owned(),
        Value::Frequency(Frequency::No) => "non".to_owned(),
        Value::Frequency(Frequency::Intermittent) => "parfois".to_owned(),
    }
}

/// Whether a value is told by its words alone: « oui » is not.
fn is_told(value: &Value) -> bool {
    matches!(
        value,
        Value::Text(_) | Value::Entity { .. } | Value::Phone(_) | Value::Environment(_)
    )
}

/// A number as it is said, as it is dialled here, and as it is stored.
fn phone(number: &str) -> String {
    let Some(rest) = number.strip_prefix("+33") else {
        return number.to_owned();
    };
    let national: Vec<char> = format!("0{rest}").chars().collect();
    let pairs: Vec<String> = national
        .chunks(2)
        .map(|pair| pair.iter().collect())
        .collect();
    format!("{} 0{rest} {number}", pairs.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_facets_then_words_and_no_phrase_reaches_over_a_texts_end() {
        let message = Written {
            subject: "Carto grise §lacks§phone",
            from: "c.l@chu.example",
            text: "L’écran",
        };
        let phone = Value::Phone("+33261911240".to_owned());
        let ticket = Filed {
            values: vec![(FieldName::Phone, &phone)],
            lacks: vec![Item::Field(FieldName::Entity)],
            has_screenshot: false,
        };
        assert_eq!(
            document([message], Some(&ticket)),
            "§from§c §from§l §from§chu §from§example § \
             §phone§ §phone§02 §phone§61 §phone§91 §phone§12 §phone§40 §phone§0261911240 \
             §phone§33261911240 §lacks§entity §screenshot§non § \
             carto grise lacks phone § c l chu example § l ecran § \
             02 61 91 12 40 0261911240 33261911240 §"
        );
        let long = "mot ".repeat(20_000);
        let cut = document(
            [Written {
                text: &long,
                ..message
            }],
            None,
        );
        assert_eq!(cut.split(' ').count(), MOST_WORDS);
    }
}
