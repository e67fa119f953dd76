//! Single values out of what was typed: texts, durations, paths, secrets.

use super::check::Checked;
use super::error::{ConfigError, Place};
use super::secret::{Secret, is_world_readable};
use super::typed::{Typed, Value};
use super::value;
use std::path::PathBuf;
use std::time::Duration;

/// Reads keys and keeps what deserves a warning.
pub(super) struct Reader<'a> {
    pub(super) typed: &'a Typed,
    pub(super) warnings: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(typed: &'a Typed) -> Self {
        Self {
            typed,
            warnings: Vec::new(),
        }
    }
}

impl Reader<'_> {
    pub(super) fn text(&self, key: &'static str) -> Option<&str> {
        match self.typed.get(key) {
            Some((Value::Text(text), _)) => Some(text),
            _ => None,
        }
    }

    /// A required text of one line.
    pub(super) fn line(&self, key: &'static str, remedy: &'static str) -> Checked<String> {
        let text = self.text(key).ok_or(ConfigError::Missing { key, remedy })?;
        let text = text.trim();
        if text.is_empty() || text.chars().any(char::is_control) {
            return Err(self.invalid(key, "one line that is not empty"));
        }
        Ok(text.to_owned())
    }

    pub(super) fn number(&self, key: &'static str) -> u32 {
        match self.typed.get(key) {
            Some((Value::Number(number), _)) => *number,
            _ => 0,
        }
    }

    /// A list of texts without case.
    pub(super) fn list(&self, key: &'static str) -> Vec<String> {
        match self.typed.get(key) {
            Some((Value::List(items), _)) => items
                .iter()
                .map(|item| item.trim().to_lowercase())
                .collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn duration(&self, key: &'static str) -> Checked<Duration> {
        value::duration(self.text(key).unwrap_or_default()).map_err(|why| self.invalid(key, why))
    }

    pub(super) fn path(&self, key: &'static str) -> Checked<Option<PathBuf>> {
        self.text(key)
            .map(|text| self.expand(key, text))
            .transpose()
    }

    /// A path, with each `${NAME}` replaced by that variable of the environment.
    pub(super) fn expand(&self, key: &'static str, text: &str) -> Checked<PathBuf> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| self.invalid(key, "${ without }"))?;
            let value = self.typed.variable(name).ok_or_else(|| {
                self.invalid(
                    key,
                    format!(
                        "the environment has no {name}; start as a service, or write the path out"
                    ),
                )
            })?;
            out.push_str(before);
            out.push_str(value);
            rest = after;
        }
        out.push_str(rest);
        if out.is_empty() || out.contains('\0') {
            return Err(self.invalid(key, "the path is empty"));
        }
        Ok(PathBuf::from(out))
    }

    pub(super) fn secret(&mut self, key: &'static str) -> Checked<Option<Secret>> {
        let Some(path) = self.path(key)? else {
            return Ok(None);
        };
        let secret = Secret::read(&path).map_err(|source| ConfigError::Secret {
            place: self.place(key),
            key,
            path: path.clone(),
            source,
        })?;
        if is_world_readable(&path) {
            self.warnings.push(format!(
                "{}: {key}: everyone can read {}; run chmod 600",
                self.place(key),
                path.display()
            ));
        }
        Ok(Some(secret))
    }

    pub(super) fn absent(&self, key: &'static str, why: &str) -> Checked<()> {
        match self.typed.get(key) {
            None => Ok(()),
            Some(_) => Err(self.invalid(key, why)),
        }
    }

    pub(super) fn place(&self, key: &'static str) -> Place {
        self.typed
            .get(key)
            .map_or(Place::Default, |(_, place)| place.clone())
    }

    pub(super) fn invalid(&self, key: &'static str, why: impl Into<String>) -> ConfigError {
        ConfigError::Invalid {
            place: self.place(key),
            key,
            why: why.into(),
        }
    }
}
