//! Between rows and domain values: what can't be understood names its table, column and id.

use super::error::{Result, StoreError};
use crate::domain::incident::Reference;
use chrono::{DateTime, SecondsFormat, Utc};

/// A stored number that must not be negative and must fit.
pub(super) fn unsigned<T: TryFrom<i64>>(
    table: &'static str,
    column: &'static str,
    id: i64,
    value: i64,
) -> Result<T> {
    T::try_from(value).map_err(|_| StoreError::Row { table, column, id })
}

/// A stored word that must be one of a closed set.
pub(super) fn word<T>(
    table: &'static str,
    column: &'static str,
    id: i64,
    parsed: Option<T>,
) -> Result<T> {
    parsed.ok_or(StoreError::Row { table, column, id })
}

/// A stored reference.
pub(super) fn reference(table: &'static str, id: i64, text: &str) -> Result<Reference> {
    word(table, "reference", id, text.parse().ok())
}

/// A stored JSON value.
pub(super) fn json<T: serde::de::DeserializeOwned>(
    table: &'static str,
    column: &'static str,
    id: i64,
    text: &str,
) -> Result<T> {
    word(table, column, id, serde_json::from_str(text).ok())
}

/// A value as JSON; ours all have one.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// A list of texts as one bound value.
pub(super) fn json_texts(texts: &[String]) -> String {
    to_json(&texts)
}

/// A list of numbers as one bound value.
pub(super) fn json_numbers(numbers: &[u32]) -> String {
    to_json(&numbers)
}

/// A time inside JSON, written as a bound one is, since SQLite compares the texts.
pub(super) fn stamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

/// A length or size as the databases keep it.
pub(super) fn size(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// The stable word of an enum that serde writes as one.
pub(super) fn token<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The enum that serde writes as this word.
pub(super) fn from_token<T: serde::de::DeserializeOwned>(
    table: &'static str,
    column: &'static str,
    id: i64,
    text: &str,
) -> Result<T> {
    let value = serde_json::Value::String(text.to_owned());
    word(table, column, id, serde_json::from_value(value).ok())
}
