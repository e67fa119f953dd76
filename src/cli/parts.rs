//! What several commands build from a configuration.

use super::exit::{Coded, Exit};
use super::{Global, Output, SYSTEM_FILE, environment};
use crate::clock::Clock;
use crate::config::{Config, Sources, Typed};
use crate::desk::intake::Parts;
use crate::domain::form::Form;
use crate::reply::{self, Settings};
use crate::secret::Key;
use crate::store::Store;
use crate::template::Templates;
use anyhow::Context as _;
use chrono::{DateTime, FixedOffset};
use std::path::Path;
use std::sync::Arc;

/// The support's name and the numbers that it publishes, as the sample configuration has them.
const PUBLISHED: [(&str, &str); 6] = [
    ("service.name", "Support SI-Samu"),
    ("service.phone", "0 809 100 809"),
    ("escalation.open.phone", "01 44 08 02 62"),
    (
        "escalation.open.email",
        "asip-si-samu-support-n3@esante.si-samu.fr",
    ),
    ("escalation.closed.phone", "06 37 00 84 99"),
    ("escalation.closed.email", "ASIP-Astreinte@sante.gouv.fr"),
];

/// A configuration of these values and the published ones, through the same checks as any other;
/// `origin` says who set them.
pub(super) fn published(
    origin: &'static str,
    environment: Vec<(String, String)>,
    values: Vec<(&'static str, String)>,
) -> anyhow::Result<Config> {
    let published = PUBLISHED.map(|(key, value)| (key, value.to_owned()));
    let flags = published.into_iter().chain(values);
    let typed = Typed::read(&Sources {
        file: None,
        environment,
        flags: flags.map(|(key, value)| (origin, key, value)).collect(),
    })?;
    Ok(typed.check()?.config)
}

/// The configuration; where there is none, that of the demonstration, so that a command
/// can be tried on any machine.
pub(super) fn config_or_demo(global: &Global, output: &mut Output) -> anyhow::Result<Config> {
    if global.config.is_some() || Path::new(SYSTEM_FILE).exists() {
        return Ok(global.load(Vec::new(), output)?.config);
    }
    let set = |key, value: &str| (key, value.to_owned());
    let values = vec![
        set("mailbox.url", "maildir:."),
        set("mailbox.address", "support@si-samu.example"),
        set("smtp.url", "dir:./sent"),
        set("smtp.from", "Support SI-Samu <support@si-samu.example>"),
    ];
    published("demonstration", environment(), values)
}

/// Opens the database, made and migrated as needed.
pub(super) async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let database = &config.storage.database;
    Store::open(database.url().expose())
        .await
        .with_context(|| format!("cannot open the database {database}"))
}

/// Opens the database to serve it, as one of the instances that share it; a SQLite file has one.
pub(super) async fn serve_store(config: &Config, clock: Clock) -> anyhow::Result<Store> {
    let database = &config.storage.database;
    let wrong = || format!("cannot open the database {database}");
    let store = Store::open_to_serve(database.url().expose())
        .await
        .with_context(wrong)?;
    store.join(clock.now()).await.with_context(wrong)
}

/// The folder that a file stands in, where the path names one.
pub(super) fn folder_of(path: &Path) -> Option<&Path> {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
}

/// The form: the configured definition, else the embedded one.
pub(super) fn form(config: &Config) -> anyhow::Result<Form> {
    match &config.form {
        Some(path) => form_of(path),
        None => Ok(Form::si_samu().clone()),
    }
}

/// The form that a file defines.
pub(super) fn form_of(path: &Path) -> anyhow::Result<Form> {
    let wrong = || Coded::new(Exit::Configuration, format!("form {}", path.display()));
    let definition = std::fs::read_to_string(path).with_context(wrong)?;
    Form::parse(&definition).with_context(wrong)
}

/// The mails' templates, each rendered once with sample data.
pub(super) fn templates(
    config: &Config,
    settings: &Settings,
    form: &Form,
) -> anyhow::Result<(Templates, reply::Checked)> {
    let wrong = || Coded::new(Exit::Configuration, "templates");
    let templates = Templates::load(reply::TEMPLATES, config.replies.templates.as_deref())
        .with_context(wrong)?;
    let checked = reply::check(&templates, settings, form).with_context(wrong)?;
    Ok((templates, checked))
}

/// What the intake needs to know of this installation.
pub(super) async fn intake(
    config: &Config,
    store: &Store,
    form: Form,
) -> anyhow::Result<Arc<Parts>> {
    let key = key(config, store).await?;
    let parts =
        Parts::new(config, key, form).context(Coded::new(Exit::Configuration, "templates"))?;
    Ok(Arc::new(parts))
}

/// The installation's key: the configured file's, else the one that the store keeps since its first
/// start.
pub(super) async fn key(config: &Config, store: &Store) -> anyhow::Result<Key> {
    if let Some(key) = key_file(config)? {
        return Ok(key);
    }
    let made = Key::generate()?;
    let kept = store.keep("key", made.as_bytes()).await?;
    let bytes = <[u8; 32]>::try_from(kept.as_slice())
        .context(Coded::new(Exit::Storage, "the stored key is damaged"))?;
    Ok(Key::from_bytes(bytes))
}

/// The configured key file's key.
pub(super) fn key_file(config: &Config) -> anyhow::Result<Option<Key>> {
    let Some(path) = &config.service.key_file else {
        return Ok(None);
    };
    let wrong = || {
        let text = format!("service.key_file {}", path.display());
        Coded::new(Exit::Configuration, text)
    };
    let contents = std::fs::read(path).with_context(wrong)?;
    Ok(Some(Key::from_file(&contents).with_context(wrong)?))
}

/// A clock that stands at `now`, or the system's.
pub(super) fn clock(now: Option<DateTime<FixedOffset>>) -> Clock {
    now.map_or(Clock::System, |now| Clock::Fixed(now.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The demonstration named nobody behind the support, so that its E1c was not whole.
    #[test]
    fn the_published_numbers_are_those_of_the_sample_configuration() {
        let sample = include_str!("../config/sample.toml");
        for (key, value) in PUBLISHED {
            let (section, name) = key.rsplit_once('.').unwrap();
            let (_, rest) = sample.split_once(&format!("[{section}]\n")).unwrap();
            let rest = rest.split("\n[").next().unwrap();
            let said = rest
                .lines()
                .find(|line| line.split(' ').next() == Some(name));
            assert!(said.unwrap().contains(&format!("\"{value}\"")), "{key}");
        }
    }
}
