//! `vigie check`: tries everything that the service needs, changes nothing, says what to do.

use super::{Exit, Global, Output, check_alarm, deep, parts};
use crate::clock::Clock;
use crate::config::{
    Config, ConfigError, Database, Loaded, Place, Security, Source, Transport, Typed,
};
use crate::desk::answer;
use crate::mailbox::Mailbox;
use crate::secret::Key;
use crate::store::{Lacking, Store};
use chrono::{DateTime, Datelike as _, Offset as _, TimeDelta, Utc};
use chrono_tz::{OffsetComponents as _, Tz};
use serde_json::json;
use std::path::Path;

pub(super) const EXAMPLE: &str = "Example: vigie check --config vigie.toml\n";

/// Templates are rendered with this key where the store has none yet.
const SAMPLE_KEY: [u8; 32] = [0; 32];

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Leave out the mailbox and sending
    #[arg(long)]
    offline: bool,
    /// Look through all that is stored as well, and hold it against the mailbox
    #[arg(long)]
    deep: bool,
    /// Look whether every line of the journal is what was written
    #[arg(long)]
    audit: bool,
    /// Print JSON: one object a check
    #[arg(long)]
    json: bool,
}

/// What came of one check.
pub(super) struct Found {
    pub(super) name: &'static str,
    pub(super) result: Result<String, Fault>,
}

/// What is wrong, and what to do.
pub(super) struct Fault {
    pub(super) exit: Exit,
    pub(super) text: String,
    pub(super) remedy: String,
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let typed = global.typed(Vec::new());
    let loaded = match &typed {
        Err(error) => Err(fault(error, Exit::Configuration)),
        Ok(typed) => typed.check().map_err(|error| config_fault(&error)),
    };
    let found = match (typed, loaded) {
        (Ok(typed), Ok(loaded)) => {
            for warning in &loaded.warnings {
                output.warn(warning);
            }
            super::block_on(async { Ok(all(args, &typed, &loaded).await) })?
        }
        (_, Err((name, fault))) => vec![Found {
            name,
            result: Err(fault),
        }],
        (Err(_), Ok(_)) => Vec::new(),
    };
    for found in &found {
        print(found, args.json, output)?;
    }
    let faults: Vec<&Fault> = found
        .iter()
        .filter_map(|found| found.result.as_ref().err())
        .collect();
    let Some(first) = faults.first() else {
        return Ok(Exit::Done);
    };
    let plural = if faults.len() == 1 { "" } else { "s" };
    output.say(&format!(
        "{} failure{plural} (code {}). Mend it, then run again: vigie check",
        faults.len(),
        first.exit as u8
    ));
    Ok(first.exit)
}

async fn all(args: &Args, typed: &Typed, loaded: &Loaded) -> Vec<Found> {
    let config = &loaded.config;
    let mut found = vec![
        done("configuration", configuration(typed)),
        done("secrets", secrets(config)),
        Found {
            name: "templates",
            result: templates(config),
        },
        Found {
            name: "clock",
            result: clock(config.service.timezone, Clock::System.now()),
        },
        Found {
            name: "database",
            result: database(config).await,
        },
    ];
    if !args.offline {
        found.push(Found {
            name: "mailbox",
            result: mailbox(config).await,
        });
        found.push(Found {
            name: "sending",
            result: sending(config).await,
        });
        found.extend(check_alarm::all(&config.alarm).await);
    }
    found.extend(deep::asked(config, args.deep, args.audit, args.offline).await);
    found
}

fn done(name: &'static str, text: String) -> Found {
    Found {
        name,
        result: Ok(text),
    }
}

fn configuration(typed: &Typed) -> String {
    let settings = typed.settings();
    let from_environment = settings
        .iter()
        .filter(|setting| matches!(setting.place, Place::Environment(_)))
        .count();
    let file = settings.iter().find_map(|setting| match &setting.place {
        Place::File { path, .. } => Some(path.display().to_string()),
        _ => None,
    });
    format!(
        "{} ({} values, {from_environment} from the environment)",
        file.unwrap_or_else(|| "no file".to_owned()),
        settings.len()
    )
}

fn secrets(config: &Config) -> String {
    let mut names = Vec::new();
    if matches!(config.mailbox.source, Source::Imap(_)) {
        names.push("mailbox password");
    }
    if let Transport::Smtp(smtp) = &config.smtp.transport
        && smtp.login.is_some()
    {
        names.push("smtp password");
    }
    if let Database::Postgres {
        password: Some(_), ..
    } = &config.storage.database
    {
        names.push("database password");
    }
    if config.service.key_file.is_some() {
        names.push("key");
    }
    if names.is_empty() {
        "none is needed".to_owned()
    } else {
        names.join(", ")
    }
}

fn templates(config: &Config) -> Result<String, Fault> {
    let render = || {
        let form = parts::form(config)?;
        let key = parts::key_file(config)?.unwrap_or_else(|| Key::from_bytes(SAMPLE_KEY));
        let (_, checked) = parts::templates(config, &answer::settings(config, &key), &form)?;
        Ok(format!(
            "{} mails rendered, {} columns at most",
            checked.mails, checked.columns
        ))
    };
    render().map_err(|error: anyhow::Error| {
        let (_, fault) = fault(&error, Exit::Configuration);
        Fault {
            remedy: "mend that file, or take its key out of the configuration".to_owned(),
            ..fault
        }
    })
}

fn clock(zone: Tz, now: DateTime<Utc>) -> Result<String, Fault> {
    if now.year() < 2026 {
        return Err(Fault {
            exit: Exit::Failed,
            text: format!("this machine says {}", now.date_naive()),
            remedy: "set the clock: systemctl start systemd-timesyncd".to_owned(),
        });
    }
    let local = now.with_timezone(&zone);
    let season = if local.offset().dst_offset() == TimeDelta::zero() {
        "winter time"
    } else {
        "summer time"
    };
    Ok(format!(
        "{zone}, {season}, {} ({})",
        local.format("%F %H:%M"),
        local.offset().fix()
    ))
}

async fn database(config: &Config) -> Result<String, Fault> {
    let database = &config.storage.database;
    if let Database::Sqlite { path } = database
        && !path.exists()
    {
        return new_database(path);
    }
    let url = database.url();
    let tried = async {
        let (store, lacking) = Store::look(url.expose()).await?;
        let counts = match lacking {
            Lacking::All => None,
            Lacking::Nothing | Lacking::Some(_) => Some((store.ping().await, store.counts().await)),
        };
        store.close().await;
        let Some((pinged, counts)) = counts else {
            return Ok(format!("{database}, made at the first start"));
        };
        pinged?;
        let counts = counts?;
        let mut text = format!(
            "{database}, writable, {} messages, {} incidents",
            counts.messages, counts.incidents
        );
        if let Lacking::Some(count) = lacking {
            text.push_str(&format!(
                ", brought to this version at the next start ({count} steps)"
            ));
        }
        Ok::<_, anyhow::Error>(text)
    };
    match tried.await {
        Ok(text) => Ok(text),
        Err(error) => Err(Fault {
            exit: Exit::Storage,
            text: format!("{database}: {error:#}"),
            remedy: match database {
                Database::Sqlite { .. } => {
                    "check that the account that runs vigie may write the file and its folder, and that the disk is not full".to_owned()
                }
                Database::Postgres { .. } => {
                    "check [storage] database and password_file, and that the server runs".to_owned()
                }
            },
        }),
    }
}

/// A file made here would belong to whoever runs the check: only the place is tried.
fn new_database(path: &Path) -> Result<String, Fault> {
    let shown = path.display();
    let mut folder = parts::folder_of(path).unwrap_or(Path::new("."));
    while !folder.exists() {
        match folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => folder = parent,
            _ => folder = Path::new("."),
        }
    }
    let trial = folder.join(".vigie-check");
    match std::fs::write(&trial, b"").and_then(|()| std::fs::remove_file(&trial)) {
        Ok(()) => Ok(format!("{shown}, made at the first start")),
        Err(error) => Err(Fault {
            exit: Exit::Storage,
            text: format!("{shown}: cannot write in {}: {error}", folder.display()),
            remedy: "make that folder for the account that runs vigie (StateDirectory=vigie)"
                .to_owned(),
        }),
    }
}

async fn mailbox(config: &Config) -> Result<String, Fault> {
    let place = match &config.mailbox.source {
        Source::Imap(imap) => format!(
            "{}:{}, {}, {}",
            imap.host,
            imap.port,
            security(imap.security),
            imap.folder
        ),
        Source::Maildir { path } => path.display().to_string(),
    };
    match Mailbox::new(&config.mailbox).check().await {
        Ok(trial) => Ok(format!(
            "{place}: {} messages, {}",
            trial.messages,
            if trial.told {
                "told of news (IDLE)".to_owned()
            } else {
                format!("looked at every {} s", config.mailbox.poll.as_secs())
            }
        )),
        Err(error) => Err(remote(&place, &error.into(), "[mailbox]")),
    }
}

async fn sending(config: &Config) -> Result<String, Fault> {
    let place = match &config.smtp.transport {
        Transport::Smtp(smtp) => {
            format!("{}:{}, {}", smtp.host, smtp.port, security(smtp.security))
        }
        Transport::Folder { path } => format!("folder {}", path.display()),
    };
    let transport = crate::transport::Transport::new(&config.smtp.transport);
    let tried = transport.check().await;
    transport.close().await;
    match tried {
        Ok(()) => Ok(format!("{place}, nothing was sent")),
        Err(error) => Err(remote(&place, &error.into(), "[smtp]")),
    }
}

/// A place on the network that does not answer as it should.
pub(super) fn remote(place: &str, error: &anyhow::Error, section: &str) -> Fault {
    let text = format!("{error:#}");
    Fault {
        exit: Exit::Unreachable,
        text: format!("{place}: {text}"),
        remedy: format!("check {section} in the configuration, and the network to that place"),
    }
}

pub(super) fn security(security: Security) -> &'static str {
    match security {
        Security::Tls => "TLS",
        Security::StartTls => "STARTTLS",
        Security::Plain => "no TLS",
    }
}

fn config_fault(error: &ConfigError) -> (&'static str, Fault) {
    let is_secret = matches!(
        error,
        ConfigError::Secret { .. }
            | ConfigError::Missing {
                key: "mailbox.password_file",
                ..
            }
    );
    let remedy = if is_secret {
        "put the secret in that file (LoadCredential= in the unit, chmod 600)"
    } else {
        "mend that line; vigie config --default shows every key"
    };
    let fault = Fault {
        exit: Exit::Configuration,
        text: error.to_string(),
        remedy: remedy.to_owned(),
    };
    (
        if is_secret {
            "secrets"
        } else {
            "configuration"
        },
        fault,
    )
}

fn fault(error: &anyhow::Error, exit: Exit) -> (&'static str, Fault) {
    let fault = Fault {
        exit,
        text: format!("{error:#}"),
        remedy: "mend that line; vigie config --default shows every key".to_owned(),
    };
    ("configuration", fault)
}

fn print(found: &Found, json: bool, output: &mut Output) -> anyhow::Result<()> {
    let (word, text) = match &found.result {
        Ok(text) => (output.paint("32", "ok    "), text),
        Err(fault) => (output.paint("1;31", "FAILED"), &fault.text),
    };
    if json {
        let fault = found.result.as_ref().err();
        let object = json!({
            "check": found.name,
            "ok": fault.is_none(),
            "detail": text,
            "remedy": fault.map(|fault| &fault.remedy),
            "code": fault.map(|fault| fault.exit as u8),
        });
        return output.line(&object.to_string());
    }
    output.line(&format!("  {word}  {:<13}  {text}", found.name))?;
    if let Err(fault) = &found.result {
        output.line(&format!("          → {}", fault.remedy))?;
    }
    Ok(())
}
