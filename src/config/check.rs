//! From what was typed to what it means. Everything that can be refused is refused here.

use super::error::{ConfigError, Place};
use super::secret::{Secret, is_world_readable};
use super::typed::{Typed, Value};
use super::value;
use super::{
    AnswerFrom, Config, Database, Imap, Level, Limits, Loaded, Log, LogFormat, Login, Mailbox,
    Major, Mode, Replies, Sender, Sending, Service, Smtp, Source, Storage, Transport, Web,
};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use std::path::PathBuf;
use std::time::Duration;

type Checked<T> = Result<T, ConfigError>;

/// Checks everything; the first fault ends it.
pub(super) fn check(typed: &Typed) -> Checked<Loaded> {
    let mut reader = Reader {
        typed,
        warnings: Vec::new(),
    };
    if !typed.has_file() && typed.get("mailbox.url").is_none() {
        return Err(ConfigError::NoFile);
    }
    let service = reader.service()?;
    let from = reader.from()?;
    let config = Config {
        mailbox: reader.mailbox(&from, service.timezone)?,
        smtp: Sending {
            transport: reader.transport()?,
            from,
        },
        replies: reader.replies()?,
        form: reader.path("form")?,
        major: reader.major()?,
        web: reader.web()?,
        storage: Storage {
            database: reader.database()?,
        },
        log: reader.log()?,
        service,
    };
    Ok(Loaded {
        config,
        warnings: reader.warnings,
    })
}

struct Reader<'a> {
    typed: &'a Typed,
    warnings: Vec<String>,
}

impl Reader<'_> {
    fn service(&self) -> Checked<Service> {
        let mark = self.text("service.mark").unwrap_or_default();
        let is_mark =
            (2..=8).contains(&mark.len()) && mark.bytes().all(|byte| byte.is_ascii_uppercase());
        if !is_mark {
            return Err(self.invalid("service.mark", "two to eight capital letters: INC"));
        }
        let zone = self.text("service.timezone").unwrap_or_default();
        Ok(Service {
            name: self.line(
                "service.name",
                "write the desk's name: name = \"Support …\" under [service]",
            )?,
            phone: self.line(
                "service.phone",
                "write the number that declarants call: phone = \"0 809 …\" under [service]",
            )?,
            mark: mark.to_owned(),
            timezone: zone.parse::<Tz>().map_err(|_| {
                self.invalid("service.timezone", "no such time zone; write Europe/Paris")
            })?,
            key_file: self.path("service.key_file")?,
        })
    }

    fn from(&self) -> Checked<Sender> {
        let text = self.line(
            "smtp.from",
            "write from = \"Name <address@domain>\" under [smtp]",
        )?;
        value::sender(&text).map_err(|why| self.invalid("smtp.from", why))
    }

    fn mailbox(&mut self, from: &Sender, zone: Tz) -> Checked<Mailbox> {
        let url = self.line(
            "mailbox.url",
            "write url = \"imaps://host\" or \"maildir:PATH\" under [mailbox]",
        )?;
        let source = if let Some(path) = url.strip_prefix("maildir:") {
            for key in [
                "mailbox.user",
                "mailbox.password_file",
                "mailbox.ca_file",
                "mailbox.folder",
                "mailbox.done_folder",
            ] {
                self.absent(key, "only an IMAP mailbox has it; take it out")?;
            }
            Source::Maildir {
                path: self.expand("mailbox.url", path)?,
            }
        } else {
            self.imap(&url)?
        };
        let address = match self.text("mailbox.address") {
            None => from.address.clone(),
            Some(text) => value::address_of(text)
                .ok_or_else(|| self.invalid("mailbox.address", "write address@domain"))?,
        };
        let poll = self.duration("mailbox.poll")?;
        if poll < Duration::from_secs(1) {
            return Err(self.invalid("mailbox.poll", "at least 1s"));
        }
        Ok(Mailbox {
            source,
            poll,
            max_size: value::size(self.text("mailbox.max_size").unwrap_or_default())
                .map_err(|why| self.invalid("mailbox.max_size", why))?,
            plus_address: matches!(
                self.typed.get("mailbox.plus_address"),
                Some((Value::Flag(true), _))
            ),
            answer_from: self.answer_from(zone)?,
            address,
        })
    }

    fn imap(&mut self, url: &str) -> Checked<Source> {
        let server = value::server(url, "imap", [993, 143, 143])
            .map_err(|why| self.invalid("mailbox.url", format!("{why}, or maildir:PATH")))?;
        let folder = self.text("mailbox.folder").unwrap_or("INBOX").to_owned();
        let done_folder = self.text("mailbox.done_folder").map(str::to_owned);
        if done_folder.as_ref() == Some(&folder) {
            return Err(self.invalid(
                "mailbox.done_folder",
                "it must not be the folder that is read",
            ));
        }
        for (key, name) in [
            ("mailbox.folder", Some(&folder)),
            ("mailbox.done_folder", done_folder.as_ref()),
        ] {
            if name.is_some_and(|name| name.is_empty() || name.chars().any(char::is_control)) {
                return Err(self.invalid(key, "not a folder's name"));
            }
        }
        Ok(Source::Imap(Imap {
            security: server.security,
            host: server.host,
            port: server.port,
            user: self.line("mailbox.user", "write the account's user under [mailbox]")?,
            password: self
                .secret("mailbox.password_file")?
                .ok_or(ConfigError::Missing {
                    key: "mailbox.password_file",
                    remedy: "put the password in a file and name it under [mailbox]",
                })?,
            ca_file: self.path("mailbox.ca_file")?,
            folder,
            done_folder,
        }))
    }

    fn answer_from(&self, zone: Tz) -> Checked<AnswerFrom> {
        let text = self.text("mailbox.answer_from").unwrap_or_default();
        if text == "first start" {
            return Ok(AnswerFrom::FirstStart);
        }
        let instant = DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|instant| instant.with_timezone(&Utc))
            .or_else(|| {
                let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
                let midnight = zone.from_local_datetime(&day.and_time(NaiveTime::MIN));
                midnight
                    .earliest()
                    .map(|instant| instant.with_timezone(&Utc))
            });
        instant.map(AnswerFrom::Since).ok_or_else(|| {
            self.invalid(
                "mailbox.answer_from",
                "write \"first start\", a day (2026-11-23) or an instant (2026-11-23T09:00:00+01:00)",
            )
        })
    }

    fn transport(&mut self) -> Checked<Transport> {
        let url = self.line(
            "smtp.url",
            "write url = \"smtps://host\" or \"dir:PATH\" under [smtp]",
        )?;
        if let Some(path) = url.strip_prefix("dir:") {
            for key in ["smtp.user", "smtp.password_file", "smtp.ca_file"] {
                self.absent(key, "only an SMTP server has it; take it out")?;
            }
            return Ok(Transport::Folder {
                path: self.expand("smtp.url", path)?,
            });
        }
        let server = value::server(&url, "smtp", [465, 587, 25])
            .map_err(|why| self.invalid("smtp.url", format!("{why}, or dir:PATH")))?;
        let password = self.secret("smtp.password_file")?;
        let login = match (self.text("smtp.user"), password) {
            (Some(user), Some(password)) => Some(Login {
                user: user.to_owned(),
                password,
            }),
            (None, None) => None,
            (Some(_), None) => {
                return Err(self.invalid("smtp.user", "a user needs a password_file"));
            }
            (None, Some(_)) => {
                return Err(self.invalid("smtp.password_file", "a password needs a user"));
            }
        };
        Ok(Transport::Smtp(Smtp {
            security: server.security,
            host: server.host,
            port: server.port,
            login,
            ca_file: self.path("smtp.ca_file")?,
        }))
    }

    fn replies(&self) -> Checked<Replies> {
        let mode = match self.text("replies.mode").unwrap_or_default() {
            "auto" => Mode::Auto,
            "review" => Mode::Review,
            "off" => Mode::Off,
            _ => return Err(self.invalid("replies.mode", "auto, review or off")),
        };
        let never_to = self.list("replies.never_to");
        if never_to.iter().any(|pattern| !pattern.contains('@')) {
            return Err(self.invalid(
                "replies.never_to",
                "addresses such as \"*@no-reply.example\"",
            ));
        }
        Ok(Replies {
            mode,
            hold: self.duration("replies.hold")?,
            limits: Limits {
                per_ticket: self.number("replies.max_per_ticket"),
                per_ticket_minute: self.number("replies.max_per_ticket_minute"),
                per_address_hour: self.number("replies.max_per_address_hour"),
                per_address: self.number("replies.max_per_address"),
                same_body: self.number("replies.max_same_body"),
                per_domain: self.number("replies.max_per_domain"),
                total: self.number("replies.max_total"),
            },
            max_age: self.duration("replies.max_age")?,
            never_to,
            templates: self.path("replies.templates")?,
        })
    }

    fn major(&self) -> Checked<Major> {
        let known_domains = self.list("major.known_domains");
        if known_domains
            .iter()
            .any(|domain| domain.contains('@') || !domain.contains('.'))
        {
            return Err(self.invalid("major.known_domains", "domains such as \"chu.example\""));
        }
        Ok(Major { known_domains })
    }

    fn web(&self) -> Checked<Web> {
        let listen: std::net::SocketAddr = self
            .text("web.listen")
            .unwrap_or_default()
            .parse()
            .map_err(|_| {
                self.invalid("web.listen", "write an address and a port: 127.0.0.1:8080")
            })?;
        if !listen.ip().is_loopback() {
            return Err(self.invalid(
                "web.listen",
                "the console has no accounts yet: only 127.0.0.1 or [::1] may be listened on",
            ));
        }
        Ok(Web { listen })
    }

    fn database(&mut self) -> Checked<Database> {
        const KEY: &str = "storage.database";
        let text = self.text(KEY).unwrap_or_default().to_owned();
        if let Some(path) = text.strip_prefix("sqlite:") {
            self.absent(
                "storage.password_file",
                "SQLite has no password; take it out",
            )?;
            return Ok(Database::Sqlite {
                path: self.expand(KEY, path)?,
            });
        }
        let url = url::Url::parse(&text)
            .ok()
            .filter(|url| matches!(url.scheme(), "postgres" | "postgresql") && url.has_host())
            .ok_or_else(|| self.invalid(KEY, "write sqlite:PATH or postgres://user@host/name"))?;
        if url.password().is_some() {
            return Err(self.invalid(
                KEY,
                "no password in a URL; put it in a file named by password_file",
            ));
        }
        Ok(Database::Postgres {
            url,
            password: self.secret("storage.password_file")?,
        })
    }

    fn log(&self) -> Checked<Log> {
        let format = match self.text("log.format") {
            None => None,
            Some("json") => Some(LogFormat::Json),
            Some("text") => Some(LogFormat::Text),
            Some(_) => return Err(self.invalid("log.format", "json or text")),
        };
        let level = self.text("log.level").unwrap_or_default();
        let level = [
            Level::Error,
            Level::Warn,
            Level::Info,
            Level::Debug,
            Level::Trace,
        ]
        .into_iter()
        .find(|known| known.as_str() == level)
        .ok_or_else(|| self.invalid("log.level", "error, warn, info, debug or trace"))?;
        Ok(Log { format, level })
    }

    fn text(&self, key: &'static str) -> Option<&str> {
        match self.typed.get(key) {
            Some((Value::Text(text), _)) => Some(text),
            _ => None,
        }
    }

    /// A required text of one line.
    fn line(&self, key: &'static str, remedy: &'static str) -> Checked<String> {
        let text = self.text(key).ok_or(ConfigError::Missing { key, remedy })?;
        let text = text.trim();
        if text.is_empty() || text.chars().any(char::is_control) {
            return Err(self.invalid(key, "one line that is not empty"));
        }
        Ok(text.to_owned())
    }

    fn number(&self, key: &'static str) -> u32 {
        match self.typed.get(key) {
            Some((Value::Number(number), _)) => *number,
            _ => 0,
        }
    }

    /// A list of texts without case.
    fn list(&self, key: &'static str) -> Vec<String> {
        match self.typed.get(key) {
            Some((Value::List(items), _)) => items
                .iter()
                .map(|item| item.trim().to_lowercase())
                .collect(),
            _ => Vec::new(),
        }
    }

    fn duration(&self, key: &'static str) -> Checked<Duration> {
        value::duration(self.text(key).unwrap_or_default()).map_err(|why| self.invalid(key, why))
    }

    fn path(&self, key: &'static str) -> Checked<Option<PathBuf>> {
        self.text(key)
            .map(|text| self.expand(key, text))
            .transpose()
    }

    /// A path, with each `${NAME}` replaced by that variable of the environment.
    fn expand(&self, key: &'static str, text: &str) -> Checked<PathBuf> {
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

    fn secret(&mut self, key: &'static str) -> Checked<Option<Secret>> {
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

    fn absent(&self, key: &'static str, why: &str) -> Checked<()> {
        match self.typed.get(key) {
            None => Ok(()),
            Some(_) => Err(self.invalid(key, why)),
        }
    }

    fn place(&self, key: &'static str) -> Place {
        self.typed
            .get(key)
            .map_or(Place::Default, |(_, place)| place.clone())
    }

    fn invalid(&self, key: &'static str, why: impl Into<String>) -> ConfigError {
        ConfigError::Invalid {
            place: self.place(key),
            key,
            why: why.into(),
        }
    }
}
