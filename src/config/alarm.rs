//! `[alarm]`: whom to call when something is wrong: a mail to the operator by a server of its own,
//! a webhook, both or neither.

use super::check::Checked;
use super::error::ConfigError;
use super::reader::Reader;
use super::{Login, Smtp, value};
use data_encoding::BASE64;
use std::fmt;
use std::path::PathBuf;

/// `[alarm]`.
#[derive(Debug, Clone, Default)]
pub struct Alarm {
    /// The operator's mail.
    pub mail: Option<AlarmMail>,
    /// The webhook.
    pub webhook: Option<Webhook>,
}

/// A mail to the operator, by another server than the one whose failure it may tell.
#[derive(Debug, Clone)]
pub struct AlarmMail {
    /// The operator's address.
    pub to: String,
    /// The server.
    pub smtp: Smtp,
}

/// A webhook (Standard Webhooks 1.0.0).
#[derive(Clone)]
pub struct Webhook {
    /// Whether the connection is protected; only this machine is called without.
    pub tls: bool,
    /// Host name or address, without brackets.
    pub host: String,
    /// Port: 443 or 80 unless given.
    pub port: u16,
    /// Path and query.
    pub target: String,
    /// The key of its signatures.
    pub key: Vec<u8>,
    /// PEM file of the authority to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Hosts and addresses that may lie in a private network.
    pub private: Vec<String>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither the key nor the path, which often holds a token.
        f.debug_struct("Webhook")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl Reader<'_> {
    pub(super) fn alarm(&mut self) -> Checked<Alarm> {
        Ok(Alarm {
            mail: self.alarm_mail()?,
            webhook: self.alarm_webhook()?,
        })
    }

    fn alarm_mail(&mut self) -> Checked<Option<AlarmMail>> {
        let Some(url) = self.text("alarm.smtp_url") else {
            for key in [
                "alarm.to",
                "alarm.smtp_user",
                "alarm.smtp_password_file",
                "alarm.smtp_ca_file",
            ] {
                self.absent(key, "it needs smtp_url, the server that sends alarms")?;
            }
            return Ok(None);
        };
        let server = value::server(url, "smtp", [465, 587, 25])
            .map_err(|why| self.invalid("alarm.smtp_url", why))?;
        let to = self.line("alarm.to", "write to = \"operator@domain\" under [alarm]")?;
        let to = value::address_of(&to)
            .ok_or_else(|| self.invalid("alarm.to", "write address@domain"))?;
        let password = self.secret("alarm.smtp_password_file")?;
        let login = match (self.text("alarm.smtp_user"), password) {
            (Some(user), Some(password)) => Some(Login {
                user: user.to_owned(),
                password,
            }),
            (None, None) => None,
            _ => {
                return Err(self.invalid(
                    "alarm.smtp_user",
                    "smtp_user and smtp_password_file go together",
                ));
            }
        };
        Ok(Some(AlarmMail {
            to,
            smtp: Smtp {
                security: server.security,
                host: server.host,
                port: server.port,
                login,
                ca_file: self.path("alarm.smtp_ca_file")?,
            },
        }))
    }

    fn alarm_webhook(&mut self) -> Checked<Option<Webhook>> {
        const URL: &str = "alarm.webhook";
        const SECRET: &str = "alarm.webhook_secret_file";
        let Some(text) = self.text(URL).map(str::to_owned) else {
            for key in [SECRET, "alarm.webhook_ca_file"] {
                self.absent(key, "it needs webhook, the address that is called")?;
            }
            return Ok(None);
        };
        let url = url::Url::parse(&text)
            .ok()
            .filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
            .ok_or_else(|| self.invalid(URL, "write https://host/path"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(self.invalid(URL, "no user or password in a URL"));
        }
        let host = value::bare_host(url.host_str().unwrap_or_default());
        let tls = url.scheme() == "https";
        if !tls && !value::is_loopback(&host) {
            return Err(self.invalid(URL, "without TLS only this machine may be called"));
        }
        let secret = self.secret(SECRET)?.ok_or(ConfigError::Missing {
            key: SECRET,
            remedy: "put the secret (whsec_…) in a file and name it under [alarm]",
        })?;
        // Standard Webhooks: base64 of 24 to 64 bytes after `whsec_`.
        let key = secret
            .expose()
            .trim()
            .strip_prefix("whsec_")
            .and_then(|text| BASE64.decode(text.as_bytes()).ok())
            .filter(|key| (24..=64).contains(&key.len()))
            .ok_or_else(|| {
                self.invalid(
                    SECRET,
                    "the file must hold whsec_ and base64 of 24 to 64 bytes",
                )
            })?;
        Ok(Some(Webhook {
            tls,
            host,
            port: url.port().unwrap_or(if tls { 443 } else { 80 }),
            target: url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
            key,
            ca_file: self.path("alarm.webhook_ca_file")?,
            private: self.list("alarm.webhook_private"),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Security, Sources, Typed};
    use super::*;

    fn load(more: &str) -> Result<Alarm, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vigie.toml");
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        std::fs::write(folder.path().join("short"), "whsec_abcd").unwrap();
        let text = format!(
            "[service]\nname = \"Aide\"\nphone = \"01 99 00 12 34\"\n\
             [mailbox]\nurl = \"maildir:/var/mail/aide\"\n\
             [smtp]\nurl = \"dir:./sent\"\nfrom = \"Aide <aide@samu.example>\"\n[alarm]\n{more}"
        );
        std::fs::write(&path, text).unwrap();
        let folder = folder.path().display().to_string();
        let typed = Typed::read(&Sources {
            file: Some(path),
            environment: vec![("F".to_owned(), folder)],
            ..Sources::default()
        });
        match typed.unwrap().check() {
            Ok(loaded) => Ok(loaded.config.alarm),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn an_alarm_is_a_mail_a_webhook_both_or_neither() {
        let none = load("").unwrap();
        assert!(none.mail.is_none() && none.webhook.is_none());
        let both = load(
            "to = \"ops@samu.example\"\nsmtp_url = \"smtps://other.example\"\n\
             webhook = \"https://hook.example:8443/a?b=c\"\n\
             webhook_secret_file = \"${F}/secret\"\nwebhook_private = [\"10.0.0.7\"]\n",
        )
        .unwrap();
        let mail = both.mail.unwrap();
        assert_eq!(
            (mail.to.as_str(), mail.smtp.port),
            ("ops@samu.example", 465)
        );
        assert_eq!(mail.smtp.security, Security::Tls);
        let hook = both.webhook.unwrap();
        assert_eq!((hook.port, hook.target.as_str()), (8443, "/a?b=c"));
        assert_eq!((hook.key.len(), hook.tls), (24, true));
        assert_eq!(hook.private, ["10.0.0.7"]);
        assert!(!format!("{hook:?}").contains("b=c"));
    }

    #[test]
    fn half_an_alarm_is_refused() {
        for (text, said) in [
            ("to = \"ops@samu.example\"\n", "it needs smtp_url"),
            (
                "smtp_url = \"smtps://other.example\"\n",
                "alarm.to is missing",
            ),
            (
                "smtp_url = \"smtps://other.example\"\nto = \"ops\"\n",
                "write address@domain",
            ),
            (
                "webhook = \"https://hook.example/\"\n",
                "alarm.webhook_secret_file is missing",
            ),
            (
                "webhook = \"http://hook.example/\"\n",
                "without TLS only this machine",
            ),
            ("webhook = \"ftp://hook.example/\"\n", "write https://"),
            (
                "webhook = \"https://hook.example/\"\nwebhook_secret_file = \"${F}/short\"\n",
                "24 to 64 bytes",
            ),
            (
                "webhook_secret_file = \"${F}/secret\"\n",
                "it needs webhook",
            ),
        ] {
            let error = load(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
