//! From what was typed to what it means. Everything that can be refused is refused here.

use super::error::ConfigError;
use super::reader::Reader;
use super::typed::{Typed, Value};
use super::value;
use super::{
    AnswerFrom, Config, Database, Imap, Level, Loaded, Log, LogFormat, Login, Mailbox, Replies,
    Sender, Sending, Service, Smtp, Source, Storage, Transport,
};
use crate::domain::decision::{Limits, Mode};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use std::time::Duration;

/// A checked value, or what is wrong with it.
pub(super) type Checked<T> = Result<T, ConfigError>;

/// Checks everything; the first fault ends it.
pub(super) fn check(typed: &Typed) -> Checked<Loaded> {
    let mut reader = Reader::new(typed);
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
        hours: reader.hours(service.timezone)?,
        escalation: reader.escalation()?,
        next_news: reader.optional_worked("promise.next_news")?,
        known_domains: reader.known_domains()?,
        form: reader.path("form")?,
        auth: reader.auth()?,
        web: reader.web()?,
        storage: Storage {
            database: reader.database()?,
        },
        log: reader.log()?,
        alarm: reader.alarm()?,
        service,
    };
    Ok(Loaded {
        config,
        warnings: reader.warnings,
    })
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
            aliases: self.aliases()?,
            authserv_id: self.authserv_id()?,
        })
    }

    fn aliases(&self) -> Checked<Vec<String>> {
        let aliases = self.list("mailbox.aliases");
        if aliases
            .iter()
            .any(|alias| value::address_of(alias).is_none())
        {
            return Err(self.invalid("mailbox.aliases", "write [\"address@domain\"]"));
        }
        Ok(aliases)
    }

    fn authserv_id(&self) -> Checked<Option<String>> {
        let Some(text) = self.text("mailbox.authserv_id") else {
            return Ok(None);
        };
        let is_name = !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_graphic() && !"();\"".contains(c));
        if !is_name {
            return Err(self.invalid(
                "mailbox.authserv_id",
                "the first word of the Authentication-Results that your server writes: \"mx.example\"",
            ));
        }
        Ok(Some(text.to_ascii_lowercase()))
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
        let reminder_after = self.worked("replies.reminder_after")?;
        let call_after = self.worked("replies.call_after")?;
        Ok(Replies {
            reminder_after,
            call_after,
            mode,
            hold: self.duration("replies.hold")?,
            limits: Limits {
                per_ticket: self.number("replies.max_per_ticket"),
                ticket_interval: TimeDelta::from_std(self.duration("replies.ticket_interval")?)
                    .map_err(|_| self.invalid("replies.ticket_interval", "too long"))?,
                per_address_hour: self.number("replies.max_per_address_hour"),
                per_address_day: self.number("replies.max_per_address"),
                per_body_day: self.number("replies.max_same_body"),
                per_domain_quarter: self.number("replies.max_per_domain"),
                all_quarter: self.number("replies.max_total"),
            },
            duplicate_within: self.duration("replies.duplicate_within")?,
            max_age: self.duration("replies.max_age")?,
            never_to,
            templates: self.path("replies.templates")?,
        })
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
        let level = Level::parse(level)
            .ok_or_else(|| self.invalid("log.level", "error, warn, info, debug or trace"))?;
        Ok(Log { format, level })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AnswerFrom, ConfigError, Loaded, SAMPLE, Source, Sources, Typed};
    use super::super::{Database, Transport, keys};
    use crate::domain::decision::{Limits, Mode};

    const SMALL: &str = "[service]\nname = \"Aide\"\nphone = \"01 99 00 12 34\"\n\
        [mailbox]\nurl = \"maildir:/var/mail/aide\"\n\
        [smtp]\nurl = \"dir:./sent\"\nfrom = \"Aide <aide@samu.example>\"\n";

    fn sources(folder: &tempfile::TempDir, text: &str) -> Sources {
        let path = folder.path().join("vigie.toml");
        std::fs::write(&path, text).unwrap();
        Sources {
            file: Some(path),
            ..Sources::default()
        }
    }

    fn load(text: &str) -> Result<Loaded, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        Typed::read(&sources(&folder, text))?.check()
    }

    fn fault(text: &str) -> String {
        let error = load(text).unwrap_err().to_string();
        error
            .rsplit_once('/')
            .map_or(error.clone(), |(_, tail)| tail.to_owned())
    }

    #[test]
    fn aliases_are_ours_and_the_servers_name_is_read_in_lower_case() {
        let more = "aliases = [\"Si-Samu@Samu.example\"]\nauthserv_id = \"MX.example\"";
        let text = SMALL.replacen("[mailbox]", &format!("[mailbox]\n{more}"), 1);
        let config = load(&text).unwrap().config;
        assert_eq!(
            config.own_addresses(),
            ["aide@samu.example", "si-samu@samu.example"]
        );
        assert_eq!(config.mailbox.authserv_id.as_deref(), Some("mx.example"));
        for (wrong, what) in [
            ("aliases = [\"si-samu\"]", "mailbox.aliases"),
            ("authserv_id = \"mx; x\"", "mailbox.authserv_id"),
        ] {
            let text = SMALL.replacen("[mailbox]", &format!("[mailbox]\n{wrong}"), 1);
            assert!(fault(&text).contains(what), "{}", fault(&text));
        }
    }

    #[test]
    fn a_small_file_gives_the_defaults() {
        let config = load(SMALL).unwrap().config;
        assert_eq!(config.mailbox.address, "aide@samu.example");
        assert_eq!(config.own_addresses(), ["aide@samu.example"]);
        assert_eq!(config.mailbox.answer_from, AnswerFrom::FirstStart);
        assert_eq!(config.replies.mode, Mode::Auto);
        assert_eq!(config.replies.hold.as_secs(), 120);
        assert_eq!(config.replies.limits, Limits::default());
        assert_eq!(config.web.listen.to_string(), "127.0.0.1:8080");
        assert!(matches!(config.mailbox.source, Source::Maildir { .. }));
        assert!(matches!(config.smtp.transport, Transport::Folder { .. }));
    }

    #[test]
    fn bom_and_crlf_change_nothing() {
        let text = format!("\u{feff}{}", SMALL.replace('\n', "\r\n"));
        assert_eq!(load(&text).unwrap().config.service.name, "Aide");
        let wrong = fault(&format!("{text}[web]\r\nlisen = \"127.0.0.1:1\"\r\n"));
        assert!(
            wrong.starts_with("vigie.toml:10: unknown key web.lisen"),
            "{wrong}"
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (more, said) in [
            (
                "[web]\nlisen = \"x\"\n",
                "vigie.toml:10: unknown key web.lisen (did you mean web.listen?)",
            ),
            (
                "[escalation.night]\nphone = \"1\"\n",
                "vigie.toml:9: unknown key escalation.night",
            ),
            (
                "[[webhooks]]\nurl = \"x\"\n",
                "vigie.toml:9: unknown key webhooks",
            ),
            ("[retention]\n", "vigie.toml:9: unknown key retention"),
            (
                "[major]\ncadence = \"30m\"\n",
                "vigie.toml:10: unknown key major.cadence",
            ),
            (
                "[web]\npublic_url = \"http://vigie.example\"\n",
                "vigie.toml:10: web.public_url: write https://",
            ),
            (
                "[web]\nlisten = 8080\n",
                "vigie.toml:10: web.listen must be a text in quotes",
            ),
            (
                "[replies]\nmax_per_ticket = -1\n",
                "vigie.toml:10: replies.max_per_ticket must be a whole number from 0",
            ),
            (
                "[replies]\nnever_to = \"a@b\"\n",
                "vigie.toml:10: replies.never_to must be a list",
            ),
            (
                "[replies]\nhold = \"soon\"\n",
                "vigie.toml:10: replies.hold: « soon » is no duration",
            ),
            (
                "[replies]\nmode = \"on\"\n",
                "vigie.toml:10: replies.mode: auto, review or off",
            ),
            (
                "[web]\nlisten = \"0.0.0.0:80\"\n",
                "vigie.toml:10: web.listen: others than this machine reach it",
            ),
            (
                "[log]\nlevel = \"loud\"\n",
                "vigie.toml:10: log.level: error, warn",
            ),
            (
                "[storage]\ndatabase = \"postgres://a:b@c/d\"\n",
                "vigie.toml:10: storage.database: no password in a URL",
            ),
            (
                "[storage]\ndatabase = \"sqlite:${NOWHERE}/a.db\"\n",
                "vigie.toml:10: storage.database: the environment has no NOWHERE",
            ),
            ("[web\n", "vigie.toml:9: "),
        ] {
            let text = format!("{SMALL}{more}");
            let error = load(&text).unwrap_err().to_string();
            let at = error.find("vigie.toml").unwrap_or(0);
            assert!(error[at..].starts_with(said), "{more}: {error}");
            assert_eq!(error.lines().count(), 1, "{error}");
        }
        assert!(fault("form = 3\n").starts_with("vigie.toml:1: form must be a text"));
        assert!(fault("").starts_with("service.name is missing: write the desk's name"));
    }

    #[test]
    fn an_imap_mailbox_needs_a_user_and_a_password_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("imap-password");
        let imap = |more: &str| {
            SMALL.replace(
                "url = \"maildir:/var/mail/aide\"",
                &format!("url = \"imaps://imap.example\"\n{more}"),
            )
        };
        assert!(fault(&imap("")).starts_with("mailbox.user is missing"));
        assert!(fault(&imap("user = \"a\"")).starts_with("mailbox.password_file is missing"));
        let named =
            imap("user = \"a\"\npassword_file = \"${CREDENTIALS_DIRECTORY}/imap-password\"");
        let mut sources = sources(&folder, &named);
        sources.environment.push((
            "CREDENTIALS_DIRECTORY".to_owned(),
            folder.path().display().to_string(),
        ));
        let missing = Typed::read(&sources)
            .unwrap()
            .check()
            .unwrap_err()
            .to_string();
        assert!(
            missing.contains(":7: mailbox.password_file: cannot read the secret in"),
            "{missing}"
        );
        std::fs::write(&secret, "hunter2\n").unwrap();
        let loaded = Typed::read(&sources).unwrap().check().unwrap();
        assert_eq!(loaded.warnings.len(), 1, "everyone can read it");
        assert!(!format!("{:?}", loaded.config).contains("hunter2"));
        let Source::Imap(account) = &loaded.config.mailbox.source else {
            panic!("not IMAP");
        };
        assert_eq!((account.password.expose(), account.port), ("hunter2", 993));
    }

    #[test]
    fn the_strongest_origin_wins_and_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut sources = sources(
            &folder,
            &format!("{SMALL}[web]\nlisten = \"127.0.0.1:1\"\n"),
        );
        let listen = |sources: &Sources| {
            let typed = Typed::read(sources).unwrap();
            let setting = typed
                .settings()
                .into_iter()
                .find(|s| s.key == "web.listen")
                .unwrap();
            (setting.value, setting.place.to_string())
        };
        assert!(listen(&sources).1.ends_with("vigie.toml:10"));
        let variable = ("VIGIE__WEB__LISTEN".to_owned(), "127.0.0.1:2".to_owned());
        sources.environment.push(variable);
        assert_eq!(
            listen(&sources),
            (
                "\"127.0.0.1:2\"".to_owned(),
                "environment VIGIE__WEB__LISTEN".to_owned()
            )
        );
        sources
            .flags
            .push(("--listen", "web.listen", "127.0.0.1:3".to_owned()));
        assert_eq!(
            listen(&sources),
            ("\"127.0.0.1:3\"".to_owned(), "flag --listen".to_owned())
        );
        sources
            .environment
            .push(("VIGIE__WEB__LISEN".to_owned(), String::new()));
        let error = Typed::read(&sources).unwrap_err().to_string();
        assert_eq!(
            error,
            "environment VIGIE__WEB__LISEN: unknown key web.lisen (did you mean web.listen?)"
        );
    }

    #[test]
    fn the_sample_names_every_key_and_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        for secret in ["imap-password", "smtp-password"] {
            std::fs::write(folder.path().join(secret), "x").unwrap();
        }
        let mut sources = sources(&folder, SAMPLE);
        sources.environment.push((
            "CREDENTIALS_DIRECTORY".to_owned(),
            folder.path().display().to_string(),
        ));
        let config = Typed::read(&sources).unwrap().check().unwrap().config;
        assert!(
            matches!(config.storage.database, Database::Sqlite { path } if path == std::path::Path::new("/var/lib/vigie/vigie.db"))
        );
        for key in keys::KEYS {
            let word = key.name.rsplit('.').next().unwrap_or(key.name);
            assert!(
                SAMPLE.lines().any(|line| {
                    let line = line.strip_prefix("# ").unwrap_or(line);
                    line.split_once('=')
                        .is_some_and(|(name, _)| name.trim() == word)
                }),
                "{} is not in the sample",
                key.name
            );
        }
    }
}
