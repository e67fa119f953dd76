//! The fields of one declaration, indexed by name.

use super::field::{Field, FieldName, OwnName, Reading};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::{Index, IndexMut};

/// What an absent field says.
static MISSING: Field = Field {
    reading: Reading::Missing,
    evidence: None,
};

/// The fields of one declaration, indexed by name: the thirteen, and those that its form adds. Each
/// is there; one that nothing was read of is missing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Fields {
    known: [Field; 13],
    own: BTreeMap<OwnName, Field>,
}

impl Fields {
    /// The thirteen with their names, in the order of the published form, then those of the form's
    /// own that something was read of.
    pub fn iter(&self) -> impl Iterator<Item = (FieldName, &Field)> {
        let own = self.own.iter();
        let own = own.map(|(name, field)| (FieldName::Own(*name), field));
        FieldName::ALL.into_iter().zip(&self.known).chain(own)
    }

    /// Forgets the fields for which `is_asked_for` does not hold.
    pub fn keep(&mut self, is_asked_for: impl Fn(FieldName) -> bool) {
        for (name, field) in FieldName::ALL.into_iter().zip(&mut self.known) {
            if !is_asked_for(name) {
                *field = Field::default();
            }
        }
        self.own
            .retain(|name, _| is_asked_for(FieldName::Own(*name)));
    }
}

impl Index<FieldName> for Fields {
    type Output = Field;

    fn index(&self, name: FieldName) -> &Field {
        match name.place() {
            Ok(place) => self.known.get(place).unwrap_or(&MISSING),
            Err(own) => self.own.get(&own).unwrap_or(&MISSING),
        }
    }
}

impl IndexMut<FieldName> for Fields {
    fn index_mut(&mut self, name: FieldName) -> &mut Field {
        match name.place() {
            Ok(place) => &mut self.known[place],
            Err(own) => self.own.entry(own).or_default(),
        }
    }
}
