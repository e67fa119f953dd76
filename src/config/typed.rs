//! What was typed: every key with its value and origin, before anything is made of it.
//!
//! Order of force: flag, then environment (`VIGIE__WEB__LISTEN`), then file, then default.

use super::error::{ConfigError, Place};
use super::keys::{self, KEYS, Key, Kind};
use super::{Loaded, check};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// Where values are looked for.
#[derive(Debug, Default, Clone)]
pub struct Sources {
    /// The file, if any.
    pub file: Option<PathBuf>,
    /// The whole environment; only names that begin with `VIGIE__` are keys.
    pub environment: Vec<(String, String)>,
    /// `(flag, key, value)`: `("--listen", "web.listen", "127.0.0.1:0")`.
    pub flags: Vec<(&'static str, &'static str, String)>,
}

/// A value as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Flag(bool),
    Number(u32),
    List(Vec<String>),
}

/// All that was typed, with defaults filled in.
#[derive(Debug)]
pub struct Typed {
    values: BTreeMap<&'static str, (Value, Place)>,
    environment: BTreeMap<String, String>,
    file: Option<PathBuf>,
}

/// One effective value, for `vigie config`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// `section.key`.
    pub key: &'static str,
    /// As TOML.
    pub value: String,
    /// Where it was given.
    pub place: Place,
    /// Whether it names a secret's file; the secret itself is never shown.
    pub is_secret: bool,
}

impl Typed {
    /// Reads the file, the environment and the flags.
    ///
    /// # Errors
    /// The file can't be read or is not TOML, a key is unknown, a value has the wrong type.
    pub fn read(sources: &Sources) -> Result<Self, ConfigError> {
        let mut typed = Self {
            values: BTreeMap::new(),
            environment: sources.environment.iter().cloned().collect(),
            file: sources.file.clone(),
        };
        for key in KEYS {
            if let Some(default) = key.default {
                typed.set_word(key, default, Place::Default)?;
            }
        }
        if let Some(path) = &sources.file {
            typed.read_file(path)?;
        }
        for (name, value) in &sources.environment {
            let Some(rest) = name.strip_prefix("VIGIE__") else {
                continue;
            };
            let place = Place::Environment(name.clone());
            let key = rest.to_lowercase().replace("__", ".");
            let key = keys::find(&key).ok_or_else(|| unknown(place.clone(), key))?;
            typed.set_word(key, value, place)?;
        }
        for (flag, key, value) in &sources.flags {
            let place = Place::Flag((*flag).to_owned());
            let key = keys::find(key).ok_or_else(|| unknown(place.clone(), (*key).to_owned()))?;
            typed.set_word(key, value, place)?;
        }
        Ok(typed)
    }

    /// Makes of it a configuration that can't be wrong; reads the secrets' files.
    ///
    /// # Errors
    /// A key is missing, a value can't be meant, a secret can't be read.
    pub fn check(&self) -> Result<Loaded, ConfigError> {
        check::check(self)
    }

    /// Every value that is set, in the order of the sample.
    #[must_use]
    pub fn settings(&self) -> Vec<Setting> {
        KEYS.iter()
            .filter_map(|key| {
                let (value, place) = self.values.get(key.name)?;
                Some(Setting {
                    key: key.name,
                    value: show(&without_password(value)),
                    place: place.clone(),
                    is_secret: key.name.ends_with("password_file")
                        || key.name.ends_with("key_file"),
                })
            })
            .collect()
    }

    pub(super) fn get(&self, key: &'static str) -> Option<&(Value, Place)> {
        self.values.get(key)
    }

    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str)
    }

    pub(super) fn has_file(&self) -> bool {
        self.file.is_some()
    }

    fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let bytes = std::fs::read(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        let line = |text: &[u8]| Place::File {
            path: path.to_owned(),
            line: 1 + text.iter().filter(|byte| **byte == b'\n').count(),
        };
        let text = std::str::from_utf8(&bytes).map_err(|error| ConfigError::Syntax {
            place: line(&bytes[..error.valid_up_to()]),
            message: "not UTF-8: save the file as UTF-8".to_owned(),
        })?;
        // A byte-order mark is what a Windows editor leaves; it holds no line.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let place = |at: usize| line(text.as_bytes().get(..at).unwrap_or_default());
        let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
            place: place(error.span().map_or(0, |span| span.start)),
            message: error.message().lines().collect::<Vec<_>>().join(", "),
        })?;
        self.read_table("", table.get_ref(), &place)
    }

    /// Reads a table's keys and the sections within it; `section` is empty at the top.
    fn read_table(
        &mut self,
        section: &str,
        table: &DeTable<'_>,
        place: &dyn Fn(usize) -> Place,
    ) -> Result<(), ConfigError> {
        for (name, value) in table {
            let full = match section {
                "" => name.get_ref().to_string(),
                section => format!("{section}.{}", name.get_ref()),
            };
            match value.get_ref() {
                DeValue::Table(inner) if keys::is_section(&full) => {
                    self.read_table(&full, inner, place)?;
                }
                value => self.set_toml(&full, value, place(name.span().start))?,
            }
        }
        Ok(())
    }

    fn set_toml(
        &mut self,
        name: &str,
        value: &DeValue<'_>,
        place: Place,
    ) -> Result<(), ConfigError> {
        let key = keys::find(name).ok_or_else(|| unknown(place.clone(), name.to_owned()))?;
        let read = match (key.kind, value) {
            (Kind::Text, DeValue::String(text)) => Some(Value::Text(text.as_ref().to_owned())),
            (Kind::Flag, DeValue::Boolean(flag)) => Some(Value::Flag(*flag)),
            (Kind::Number, DeValue::Integer(number)) => {
                u32::from_str_radix(number.as_str(), number.radix())
                    .ok()
                    .map(Value::Number)
            }
            (Kind::List, DeValue::Array(items)) => items
                .iter()
                .map(|item| item.get_ref().as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
                .map(Value::List),
            _ => None,
        };
        self.set(key, read, place)
    }

    /// A value without quotes, as the environment, flags and defaults give it; lists are cut at
    /// commas.
    fn set_word(&mut self, key: &'static Key, word: &str, place: Place) -> Result<(), ConfigError> {
        let read = match key.kind {
            Kind::Text => Some(Value::Text(word.to_owned())),
            Kind::Flag => word.parse().ok().map(Value::Flag),
            Kind::Number => word.parse().ok().map(Value::Number),
            Kind::List => Some(Value::List(
                word.split(',')
                    .map(|item| item.trim().to_owned())
                    .filter(|item| !item.is_empty())
                    .collect(),
            )),
        };
        self.set(key, read, place)
    }

    fn set(
        &mut self,
        key: &'static Key,
        value: Option<Value>,
        place: Place,
    ) -> Result<(), ConfigError> {
        let Some(value) = value else {
            return Err(ConfigError::WrongType {
                place,
                key: key.name.to_owned(),
                expected: key.kind.expected(),
            });
        };
        self.values.insert(key.name, (value, place));
        Ok(())
    }
}

fn unknown(place: Place, key: String) -> ConfigError {
    ConfigError::UnknownKey {
        place,
        nearest: keys::nearest(&key),
        key,
    }
}

/// A password that someone put into a URL, which `check` refuses, is not shown either.
fn without_password(value: &Value) -> Value {
    let Value::Text(text) = value else {
        return value.clone();
    };
    let Some((scheme, rest)) = text.split_once("://") else {
        return value.clone();
    };
    match rest.rsplit_once('@') {
        Some((login, host)) if login.contains(':') => {
            let user = login.split(':').next().unwrap_or_default();
            Value::Text(format!("{scheme}://{user}:(set)@{host}"))
        }
        _ => value.clone(),
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::Text(text) => toml::Value::String(text.clone()).to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::List(items) => {
            toml::Value::Array(items.iter().cloned().map(toml::Value::String).collect()).to_string()
        }
    }
}
