//! Whether what was understood agrees with its label, compared as `spec/declaration.md` says.

use crate::domain::field::FieldName;
use serde_json::Value;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The states that a label allows.
pub(super) fn states(entry: &Value) -> BTreeSet<&str> {
    match &entry["state"] {
        Value::Array(states) => states.iter().filter_map(Value::as_str).collect(),
        state => state.as_str().into_iter().collect(),
    }
}

/// Whether the state is one that the label allows and, when present, the value is accepted.
pub fn field_right(field: FieldName, got: &Value, gold: &Value) -> bool {
    let state = got["state"].as_str().unwrap_or("missing");
    if !states(gold).contains(state) {
        return false;
    }
    if state != "present" {
        return true;
    }
    let value = &got["value"];
    let texts = |key: &str| -> Vec<String> {
        gold[key]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(fold)
            .collect()
    };
    if field == FieldName::Description {
        let text = fold(value.as_str().unwrap_or_default());
        return texts("must")
            .iter()
            .all(|must| text.contains(must.as_str()))
            && !texts("must_not")
                .iter()
                .any(|never| !never.is_empty() && text.contains(never.as_str()));
    }
    if field == FieldName::Entity && gold["id"].is_string() && gold["id"] == got["id"] {
        return true;
    }
    gold["accept"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|accepted| same(field, value, accepted, gold))
}

fn same(field: FieldName, got: &Value, accepted: &Value, gold: &Value) -> bool {
    use FieldName as F;
    match field {
        F::StartedAt => {
            let length = match gold["precision"].as_str() {
                Some("hour") => 13,
                Some("day") => 10,
                _ => 16,
            };
            let cut = |value: &Value| {
                value
                    .as_str()
                    .map(|text| text.get(..length).unwrap_or(text).to_owned())
            };
            cut(got).is_some() && cut(got) == cut(accepted)
        }
        F::AffectedCount => ["min", "max", "all"]
            .iter()
            .all(|key| got[*key] == accepted[*key]),
        F::DeclarantName
        | F::DeclarantRole
        | F::Entity
        | F::AffectedUser
        | F::Feature
        | F::Own(_) => {
            fold(got.as_str().unwrap_or_default()) == fold(accepted.as_str().unwrap_or_default())
        }
        _ => word(got).to_lowercase() == word(accepted).to_lowercase(),
    }
}

/// A stable word, or that there is none.
pub(super) fn word(value: &Value) -> String {
    value.as_str().unwrap_or("nothing").to_owned()
}

/// Text as scoring compares it: without case, accents, outer punctuation and runs of blanks.
fn fold(text: &str) -> String {
    let plain: String = text
        .replace('œ', "oe")
        .replace('Œ', "OE")
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .collect::<String>()
        .to_lowercase()
        .replace(['’', '‘', '`', '´'], "'");
    let joined = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    joined
        .trim_matches(|c: char| " .,;:!?«»\"'()[]-–—*_".contains(c))
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_is_compared_without_case_accents_outer_punctuation_and_runs_of_blanks() {
        for (got, accepted) in [
            ("Cadre de  SANTÉ.", "cadre de santé"),
            ("« Export »", "export"),
            ("L’ŒIL", "l'oeil"),
        ] {
            let gold = json!({"state": "present", "accept": [accepted]});
            let got = json!({"state": "present", "value": got});
            assert!(field_right(FieldName::Feature, &got, &gold), "{got}");
        }
    }

    #[test]
    fn a_start_agrees_to_the_precision_of_its_label() {
        for (precision, got, agrees) in [
            ("minute", "2026-03-12T09:00:00+01:00", true),
            ("minute", "2026-03-12T09:01:00+01:00", false),
            ("hour", "2026-03-12T09:40:00+01:00", true),
            ("hour", "2026-03-12T10:00:00+01:00", false),
            ("day", "2026-03-12T23:59:00+01:00", true),
        ] {
            let gold = json!({"state": "present", "precision": precision,
                "accept": ["2026-03-12T09:00:00+01:00"]});
            let got = json!({"state": "present", "value": got});
            assert_eq!(
                field_right(FieldName::StartedAt, &got, &gold),
                agrees,
                "{precision} {got}"
            );
        }
    }

    #[test]
    fn a_description_holds_what_it_must_and_nothing_that_it_must_not() {
        let gold = json!({"state": "present", "must": ["l'écran reste blanc"], "must_not": ["Cordialement"]});
        for (value, agrees) in [
            ("Depuis 9h l’écran  reste BLANC", true),
            ("L'écran reste blanc. Cordialement", false),
            ("écran noir", false),
        ] {
            let got = json!({"state": "present", "value": value});
            assert_eq!(
                field_right(FieldName::Description, &got, &gold),
                agrees,
                "{value}"
            );
        }
    }
}
