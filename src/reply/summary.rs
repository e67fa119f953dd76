//! « Ce que nous avons compris »: the values of a declaration, read back to their author.
//!
//! Only what the message itself says is repeated, on one line each and cut short: a request must
//! not carry a payload that somebody had sent to a third person in our name.

use super::french;
use super::wrap::{clip, one_line, stopped};
use crate::domain::field::{Environment, FieldName, Fields, Frequency, Value};
use crate::domain::form::Form;
use serde::Serialize;

/// One line: « Établissement : SAMU de Nantes. »
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// « Établissement ».
    pub name: String,
    /// « SAMU de Nantes. », with its final stop.
    pub value: String,
}

/// The list of a request: where, since when, what, who.
#[must_use]
pub fn understood(fields: &Fields, form: &Form) -> Vec<Line> {
    let name = |field: FieldName, otherwise: &str| {
        form.field(field)
            .map_or_else(|| otherwise.to_owned(), |field| field.summary.clone())
    };
    let lines = [
        (name(FieldName::Entity, "Établissement"), entity(fields)),
        (name(FieldName::StartedAt, "Début"), start(fields)),
        (name(FieldName::Feature, "Où"), place(fields)),
        (name(FieldName::AffectedCount, "Qui"), people(fields)),
        (name(FieldName::Description, "Panne"), fault(fields)),
    ];
    present(lines.into_iter().chain(own(fields, form)))
}

/// What the ticket is about, for a mention within a sentence.
#[must_use]
pub fn subject(fields: &Fields) -> Option<String> {
    text(fields, FieldName::Feature, 48)
}

/// The fields that the form adds.
fn own<'a>(
    fields: &'a Fields,
    form: &'a Form,
) -> impl Iterator<Item = (String, Option<String>)> + 'a {
    form.fields
        .iter()
        .filter(|field| matches!(field.name, FieldName::Own(_)))
        .map(|field| (field.summary.clone(), text(fields, field.name, 80)))
}

/// The list of a complete ticket.
#[must_use]
pub fn noted(fields: &Fields, form: &Form) -> Vec<Line> {
    let where_and_who: Vec<String> = [entity(fields), environment(fields), people(fields)]
        .into_iter()
        .flatten()
        .collect();
    let where_and_who = (!where_and_who.is_empty()).then(|| where_and_who.join(", "));
    let fault = match (text(fields, FieldName::Feature, 60), fault(fields)) {
        (Some(feature), Some(fault)) if fault.to_lowercase().contains(&feature.to_lowercase()) => {
            Some(fault)
        }
        (Some(feature), Some(fault)) => Some(format!("{fault} ({feature})")),
        (feature, fault) => feature.or(fault),
    };
    let phone = match fields[FieldName::Phone].value() {
        Some(Value::Phone(number)) => Some(french::phone(number)),
        _ => None,
    };
    let lines = [
        ("Panne".to_owned(), fault),
        ("Où et qui".to_owned(), where_and_who),
        ("Depuis".to_owned(), start(fields)),
        ("Pour vous joindre".to_owned(), phone),
    ];
    present(lines.into_iter().chain(own(fields, form)))
}

fn present(lines: impl Iterator<Item = (String, Option<String>)>) -> Vec<Line> {
    lines
        .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
        .map(|(name, value)| Line {
            name,
            value: stopped(value),
        })
        .collect()
}

/// A text value on one line, at most `most` characters, without its final stop.
fn text(fields: &Fields, name: FieldName, most: usize) -> Option<String> {
    let value = match fields[name].value()? {
        Value::Text(text) => text,
        Value::Entity { name, .. } => name,
        _ => return None,
    };
    let line = clip(&one_line(value), most);
    let line = line.trim_end_matches(['.', ' ', ';', ',', ':']);
    (!line.is_empty()).then(|| line.to_owned())
}

fn entity(fields: &Fields) -> Option<String> {
    text(fields, FieldName::Entity, 80)
}

fn start(fields: &Fields) -> Option<String> {
    match fields[FieldName::StartedAt].value()? {
        Value::Instant { at, precision } => Some(french::start(at, *precision)),
        _ => None,
    }
}

fn environment(fields: &Fields) -> Option<String> {
    match fields[FieldName::Environment].value()? {
        Value::Environment(Environment::Production) => Some("production".to_owned()),
        Value::Environment(Environment::Training) => Some("formation".to_owned()),
        _ => None,
    }
}

fn place(fields: &Fields) -> Option<String> {
    let feature = text(fields, FieldName::Feature, 80);
    match (feature, environment(fields)) {
        (Some(feature), Some(environment)) => Some(format!("{feature}, en {environment}")),
        (Some(feature), None) => Some(feature),
        (None, Some(environment)) => Some(format!("en {environment}")),
        (None, None) => None,
    }
}

fn people(fields: &Fields) -> Option<String> {
    let user = text(fields, FieldName::AffectedUser, 60);
    match (fields[FieldName::AffectedCount].value(), user) {
        (Some(Value::Count(count)), Some(user)) if count.max == Some(1) && !count.all => Some(user),
        (Some(Value::Count(count)), Some(user)) => {
            Some(format!("{}, dont {user}", french::users(count)))
        }
        (Some(Value::Count(count)), None) => Some(french::users(count)),
        (_, user) => user,
    }
}

fn fault(fields: &Fields) -> Option<String> {
    let description = text(fields, FieldName::Description, 160)?;
    let often = match fields[FieldName::Reproducible].value() {
        Some(Value::Frequency(Frequency::Intermittent)) => "par moments",
        Some(Value::Frequency(Frequency::Yes)) => "à chaque fois",
        _ => return Some(description),
    };
    // After a whole paragraph the words would hang in the air.
    let is_short = description.chars().count() <= 80 && !description.contains(['.', '?', '!', '…']);
    Some(match is_short {
        true => format!("{description}, {often}"),
        false => description,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::{Count, Reading};

    fn fields(values: &[(FieldName, Value)]) -> Fields {
        let mut fields = Fields::default();
        for (name, value) in values {
            fields[*name].reading = Reading::Present(value.clone());
        }
        fields
    }

    fn shown(lines: &[Line]) -> Vec<String> {
        lines
            .iter()
            .map(|line| format!("{} : {}", line.name, line.value))
            .collect()
    }

    #[test]
    fn only_what_is_known_is_read_back() {
        let form = Form::si_samu();
        assert!(understood(&Fields::default(), form).is_empty());
        let one = fields(&[(
            FieldName::Environment,
            Value::Environment(Environment::Training),
        )]);
        assert_eq!(shown(&understood(&one, form)), ["Où : en formation."]);
        let count = Count {
            min: Some(1),
            max: Some(1),
            all: false,
        };
        let one = fields(&[
            (FieldName::AffectedCount, Value::Count(count)),
            (
                FieldName::AffectedUser,
                Value::Text("Inès Caradec".to_owned()),
            ),
        ]);
        assert_eq!(shown(&understood(&one, form)), ["Qui : Inès Caradec."]);
    }

    #[test]
    fn long_words_of_a_declarant_are_cut_and_stay_on_their_line() {
        let description = format!(
            "écran figé\r\n\r\n  1) Téléphone :\r\n{}",
            "et puis ".repeat(99)
        );
        let fields = fields(&[(FieldName::Description, Value::Text(description))]);
        let lines = understood(&fields, Form::si_samu());
        assert_eq!(lines.len(), 1);
        assert!(lines[0].value.chars().count() <= 160);
        assert!(lines[0].value.starts_with("écran figé 1) Téléphone : et"));
    }

    #[test]
    fn how_often_follows_a_short_fault_only() {
        let often = Value::Frequency(Frequency::Intermittent);
        for (fault, shown_as) in [
            ("l’écran reste figé.", "l’écran reste figé, par moments."),
            ("Figé. Puis plus rien.", "Figé. Puis plus rien."),
        ] {
            let fields = fields(&[
                (FieldName::Description, Value::Text(fault.to_owned())),
                (FieldName::Reproducible, often.clone()),
            ]);
            assert_eq!(understood(&fields, Form::si_samu())[0].value, shown_as);
        }
    }
}
