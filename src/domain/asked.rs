//! What one mail of ours asked: an answer is read and merged with its knowledge.

use super::field::{FieldName, Fields};
use super::form::Item;

/// What one mail of ours asked, and what its ticket knows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    /// The questions in the order of their numbers: number 1 is the first. Name and role share one.
    pub numbers: Vec<Vec<Item>>,
    /// A copy of the screen is wanted.
    pub screenshot: bool,
    /// The ticket's fields before the answer.
    pub known: Fields,
}

impl Asked {
    /// Whether one of the questions is about this field.
    #[must_use]
    pub fn asks_for(&self, name: FieldName) -> bool {
        let item = Item::Field(name);
        self.numbers.iter().any(|items| items.contains(&item))
    }
}
