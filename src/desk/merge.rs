//! What a later message makes of a ticket's fields (experience, P6): it fills what was missing or
//! unclear; what it says otherwise stands beside the old value until a person decides.

use crate::domain::asked::Asked;
use crate::domain::field::{
    Field, FieldName, Fields, Precision, Reading, Source, Value, ValueOrigin,
};
use crate::text::fold;
use std::collections::BTreeMap;

/// What a message changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Merged {
    /// Fields that it filled.
    pub(super) changed: Vec<FieldName>,
    /// Fields that it gives another value for, which was not taken.
    pub(super) otherwise: Vec<FieldName>,
}

/// Completes fields with what a later message brings. What a person entered is never overwritten,
/// not even where it says that nothing is known.
pub(super) fn merge(
    fields: &mut Fields,
    brought: &Fields,
    origins: &BTreeMap<FieldName, ValueOrigin>,
    asked: &Asked,
) -> Merged {
    let mut merged = Merged::default();
    for (name, field) in brought.iter() {
        let old = &fields[name];
        let is_a_persons = origins.get(&name).is_some_and(|one| one.is_a_persons());
        if !is_a_persons && fills(&old.reading, &field.reading) {
            fields[name] = field.clone();
            merged.changed.push(name);
        } else if says_otherwise(name, old, field, asked) {
            merged.otherwise.push(name);
        }
    }
    merged
}

/// Completes fields, whoever said them; gives the names of those that were filled.
pub fn fill(fields: &mut Fields, brought: &Fields) -> Vec<FieldName> {
    merge(fields, brought, &BTreeMap::new(), &Asked::default()).changed
}

/// Whether a new reading takes the place of an old one.
fn fills(old: &Reading, new: &Reading) -> bool {
    match (old, new) {
        (_, Reading::Missing) | (Reading::Present(_), _) => false,
        (Reading::Missing, _) => true,
        (Reading::Unclear(_), new) => !matches!(new, Reading::Unclear(_)),
        (Reading::Unknown, new) => matches!(new, Reading::Present(_)),
    }
}

/// Whether a value must be shown beside the old one. A description is what the declarant first
/// said: more words on it are no other value. What merely stands in a signature or a header says
/// nothing of the ticket, unless it was asked for.
fn says_otherwise(name: FieldName, old: &Field, new: &Field, asked: &Asked) -> bool {
    let Some(value) = new.value() else {
        return false;
    };
    let source = new.evidence.as_ref().map(|evidence| evidence.source);
    if matches!(source, Some(Source::Signature | Source::Header)) && !asked.asks_for(name) {
        return false;
    }
    name != FieldName::Description && old.value().is_none_or(|old| !is_same(old, value))
}

/// Whether two values say the same: case, accents, blanks and stops don't count, nor that one is
/// told less exactly than the other.
pub(super) fn is_same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Text(old), Value::Text(new)) => is_within(old, new),
        (
            Value::Entity { name: old, id },
            Value::Entity {
                name: new,
                id: new_id,
            },
        ) => (id.is_some() && id == new_id) || is_within(old, new),
        (
            Value::Instant { at: old, precision },
            Value::Instant {
                at: new,
                precision: new_precision,
            },
        ) => {
            let exact = |one: Precision| one == Precision::Minute;
            if *precision == Precision::Day || *new_precision == Precision::Day {
                old.date_naive() == new.date_naive()
            } else if exact(*precision) && exact(*new_precision) {
                old == new
            } else {
                (*old - *new).num_minutes().abs() < 60
            }
        }
        (old, new) => old == new,
    }
}

/// Whether the words of one stand in the other.
fn is_within(old: &str, new: &str) -> bool {
    let words = |text: &str| {
        let folded = fold(text);
        let words = folded.split(|c: char| !c.is_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        format!(" {} ", words.join(" "))
    };
    let (old, new) = (words(old), words(new));
    old.contains(&new) || new.contains(&old)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::{Evidence, Part, Reason};
    use crate::domain::form::Item;

    fn field(value: Value, source: Source) -> Field {
        Field {
            reading: Reading::Present(value),
            evidence: Some(Evidence {
                source,
                part: Some(Part::Text),
                span: 0..1,
                raw: "x".to_owned(),
                confidence: 0.9,
            }),
        }
    }

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    fn phone(value: &str) -> Value {
        Value::Phone(value.to_owned())
    }

    fn merged(old: &Field, new: Field, origin: ValueOrigin, asked: &Asked) -> (Merged, Field) {
        let (mut fields, mut brought) = (Fields::default(), Fields::default());
        fields[FieldName::Phone] = old.clone();
        brought[FieldName::Phone] = new;
        let origins = BTreeMap::from([(FieldName::Phone, origin)]);
        let merged = merge(&mut fields, &brought, &origins, asked);
        (merged, fields[FieldName::Phone].clone())
    }

    #[test]
    fn p_06_an_answer_fills_what_was_missing_or_unclear_and_unknown_is_an_answer() {
        let unclear = Field {
            reading: Reading::Unclear(Reason::PhoneNotCallable {
                read: "4312".to_owned(),
            }),
            evidence: None,
        };
        let unknown = Field {
            reading: Reading::Unknown,
            evidence: None,
        };
        let new = field(phone("+33261910012"), Source::Prose);
        for (old, brought, fills) in [
            (Field::default(), new.clone(), true),
            (unclear.clone(), new.clone(), true),
            (Field::default(), unknown.clone(), true),
            (unclear.clone(), unknown.clone(), true),
            (unknown.clone(), new.clone(), true),
            (new.clone(), unknown.clone(), false),
            (new.clone(), unclear.clone(), false),
            (unclear.clone(), unclear.clone(), false),
            (new.clone(), Field::default(), false),
        ] {
            let (merged, after) = merged(
                &old,
                brought.clone(),
                ValueOrigin::Parser,
                &Asked::default(),
            );
            assert_eq!(
                merged.changed.len(),
                usize::from(fills),
                "{old:?} {brought:?}"
            );
            assert!(merged.otherwise.is_empty());
            assert_eq!(after, if fills { brought } else { old });
        }
    }

    #[test]
    fn p_06_another_value_is_proposed_and_the_same_one_is_not() {
        let old = field(phone("+33261910012"), Source::Prose);
        let asked = Asked {
            numbers: vec![vec![Item::Field(FieldName::Phone)]],
            ..Asked::default()
        };
        for (new, source, asked, proposed) in [
            ("+33261910099", Source::Prose, &Asked::default(), true),
            ("+33261910012", Source::Prose, &Asked::default(), false),
            ("+33261910099", Source::Signature, &Asked::default(), false),
            ("+33261910099", Source::Header, &Asked::default(), false),
            ("+33261910099", Source::Signature, &asked, true),
        ] {
            let new = field(phone(new), source);
            let (merged, after) = merged(&old, new, ValueOrigin::Parser, asked);
            assert_eq!(merged.changed, []);
            assert_eq!(merged.otherwise.len(), usize::from(proposed), "{source:?}");
            assert_eq!(after, old);
        }
    }

    #[test]
    fn p_06_what_a_person_entered_is_never_overwritten() {
        let unknown = Field {
            reading: Reading::Unknown,
            evidence: None,
        };
        let new = field(phone("+33261910099"), Source::Prose);
        for origin in [ValueOrigin::Agent, ValueOrigin::Phone] {
            for old in [&unknown, &field(phone("+33261910012"), Source::Agent)] {
                let (merged, after) = merged(old, new.clone(), origin, &Asked::default());
                assert_eq!(merged.changed, []);
                assert_eq!(merged.otherwise, [FieldName::Phone]);
                assert_eq!(&after, old);
            }
        }
        let mut fields = Fields::default();
        fields[FieldName::Description] = field(text("la carte est grise"), Source::Prose);
        let mut brought = Fields::default();
        brought[FieldName::Description] = field(text("elle l’est toujours"), Source::Prose);
        let same = merge(&mut fields, &brought, &BTreeMap::new(), &Asked::default());
        assert_eq!(same, Merged::default());
    }

    #[test]
    fn values_are_the_same_however_they_are_written() {
        let instant = |at: &str, precision| Value::Instant {
            at: at.parse().unwrap(),
            precision,
        };
        let entity = |name: &str, id: Option<&str>| Value::Entity {
            name: name.to_owned(),
            id: id.map(str::to_owned),
        };
        let nine = "2026-11-24T09:00:00+01:00";
        for (old, new, same) in [
            (text("Cartographie"), text("la cartographie."), true),
            (text("Régulation"), text("REGULATION"), true),
            (text("carto"), text("cartographie"), false),
            (text("ARM"), text("charme"), false),
            (
                entity("SAMU 44", Some("samu-44")),
                entity("Samu de Nantes", Some("samu-44")),
                true,
            ),
            (
                entity("SAMU 44", Some("samu-44")),
                entity("SAMU 35", Some("samu-35")),
                false,
            ),
            (
                instant(nine, Precision::Hour),
                instant("2026-11-24T09:10:00+01:00", Precision::Minute),
                true,
            ),
            (
                instant(nine, Precision::Minute),
                instant("2026-11-24T09:10:00+01:00", Precision::Minute),
                false,
            ),
            (
                instant(nine, Precision::Minute),
                instant("2026-11-24T00:00:00+01:00", Precision::Day),
                true,
            ),
            (
                instant(nine, Precision::Minute),
                instant("2026-11-25T00:00:00+01:00", Precision::Day),
                false,
            ),
        ] {
            assert_eq!(is_same(&old, &new), same, "{old:?} {new:?}");
        }
    }
}
