//! From nothing to a session that is logged in: address, TLS, greeting, STARTTLS, CAPABILITY, LOGIN.
//!
//! Spoken in lines by this file itself, not by async-imap: only so can one see that nothing stands
//! behind the answer to STARTTLS, and async-imap fails at a CAPABILITY line with an odd atom and
//! takes a stale tagged NO for the login's answer (chatmail/async-imap#141).

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use data_encoding::BASE64;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::Limits;
use super::error::{ImapError, Step};
use super::guard::{Buffered, Connection};
use super::wire::is_of_the_hour;
use crate::config::{Imap, Security};
use crate::tls;

/// The longest line that a server may say before it knows us.
const LINE_MAX: u64 = 64 * 1024;
/// The most lines before an answer.
const LINES_MAX: usize = 1_000;

/// What a server says that it can do.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Capabilities(Vec<String>);

impl Capabilities {
    /// Whether the word is there, in whatever case it was said.
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.iter().any(|held| held.eq_ignore_ascii_case(word))
    }

    fn read(&mut self, line: &str) {
        let mut words = line.split_ascii_whitespace();
        if words.next() == Some("*")
            && words
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case("CAPABILITY"))
        {
            self.0.extend(words.map(str::to_owned));
        }
    }
}

/// Connects, protects the connection as configured, and logs in.
///
/// # Errors
/// Any step of it; where TLS was asked for and did not come about, no credential has been sent.
pub(super) async fn log_in(
    config: &Imap,
    limits: &Limits,
) -> Result<(Buffered, Capabilities), ImapError> {
    let tcp = connect(config, limits).await?;
    let whole = async {
        let (stream, greeted): (Box<dyn Connection>, bool) = match config.security {
            Security::Tls => {
                let connector = tls::connector(config.ca_file.as_deref())?;
                let stream = tls::handshake(&connector, &config.host, tcp).await?;
                (Box::new(stream), false)
            }
            Security::StartTls => (Box::new(start_tls(config, limits, tcp).await?), true),
            Security::Plain => (Box::new(tcp), false),
        };
        let mut lines = Lines::new(stream, limits);
        let known = !greeted && lines.greeting().await? == Greeting::Known;
        lines.step = Step::Login;
        if !known {
            lines.authenticate(config).await?;
        }
        // What a server offers often changes with the login: Dovecot names MOVE and UIDPLUS only then.
        let capabilities = lines.capabilities().await?;
        Ok((lines.io, capabilities))
    };
    timeout(limits.command, whole)
        .await
        .unwrap_or(Err(ImapError::Slow {
            step: Step::Login,
            limit: limits.command,
        }))
}

/// The first address that answers, each tried for its own time, so that a dead one before a good one
/// costs no more than that.
async fn connect(config: &Imap, limits: &Limits) -> Result<TcpStream, ImapError> {
    let host = (config.host.as_str(), config.port);
    let addresses = timeout(limits.connect, lookup_host(host))
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        .map_err(ImapError::Resolve)?;
    connect_any(addresses, limits.connect).await
}

async fn connect_any(
    addresses: impl Iterator<Item = SocketAddr>,
    limit: Duration,
) -> Result<TcpStream, ImapError> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in addresses {
        match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => {
                // Small commands must not wait for each other's acknowledgement.
                let _ = tcp.set_nodelay(true);
                return Ok(tcp);
            }
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(ImapError::Connect(last))
}

/// Greeting and STARTTLS in clear, then everything anew: what was said before the handshake could be
/// anybody's and is forgotten (RFC 9051 section 6.2.1).
async fn start_tls(
    config: &Imap,
    limits: &Limits,
    tcp: TcpStream,
) -> Result<TlsStream<TcpStream>, ImapError> {
    let connector = tls::connector(config.ca_file.as_deref())?;
    let mut clear = Lines::new(tcp, limits);
    // A session that is logged in already can't start TLS any more: RFC 9051 section 7.1.4.
    if clear.greeting().await? == Greeting::Known || !clear.capabilities().await?.has("STARTTLS") {
        return Err(ImapError::NoStartTls);
    }
    clear.step = Step::Tls;
    if clear.command("STARTTLS", |_| ()).await?.status != Status::Ok {
        return Err(ImapError::NoStartTls);
    }
    if !clear.io.buffer().is_empty() {
        return Err(ImapError::Injected);
    }
    Ok(tls::handshake(&connector, &config.host, clear.io.into_inner()).await?)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Greeting {
    /// Who are you?
    Stranger,
    /// `* PREAUTH`.
    Known,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Ok,
    No,
    Bad,
}

/// A tagged answer.
struct Answer {
    status: Status,
    /// It is a fault of the server's or of the hour, not of the password.
    is_of_the_hour: bool,
}

/// A connection spoken to in lines.
struct Lines<'a, S> {
    io: BufReader<S>,
    limits: &'a Limits,
    commands: u32,
    step: Step,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Lines<'a, S> {
    fn new(stream: S, limits: &'a Limits) -> Self {
        Self {
            io: BufReader::with_capacity(16 * 1024, stream),
            limits,
            commands: 0,
            step: Step::Greeting,
        }
    }

    async fn greeting(&mut self) -> Result<Greeting, ImapError> {
        let line = self.line().await?;
        let mut words = line.split_ascii_whitespace();
        match (
            words.next(),
            words.next().map(str::to_ascii_uppercase).as_deref(),
        ) {
            (Some("*"), Some("OK")) => Ok(Greeting::Stranger),
            (Some("*"), Some("PREAUTH")) => Ok(Greeting::Known),
            (Some("*"), Some("BYE")) => Err(ImapError::Unavailable),
            _ => Err(ImapError::NotUnderstood { step: self.step }),
        }
    }

    async fn capabilities(&mut self) -> Result<Capabilities, ImapError> {
        let mut capabilities = Capabilities::default();
        self.command("CAPABILITY", |line| capabilities.read(line))
            .await?;
        Ok(capabilities)
    }

    /// LOGIN with quoted strings where they can be quoted; AUTHENTICATE PLAIN where LOGIN is
    /// disabled or user and password hold more than ASCII.
    async fn authenticate(&mut self, config: &Imap) -> Result<(), ImapError> {
        let offered = self.capabilities().await?;
        let (user, password) = (config.user.as_str(), config.password.expose());
        let plain = offered.has("AUTH=PLAIN");
        let login = !offered.has("LOGINDISABLED");
        let answer = match (quoted(user), quoted(password)) {
            (Some(user), Some(password)) if login => {
                self.command(&format!("LOGIN {user} {password}"), |_| ())
                    .await?
            }
            _ if plain => {
                // RFC 4616: nothing, user, password, each ended by NUL but the last.
                let secret = BASE64.encode(format!("\0{user}\0{password}").as_bytes());
                self.command_with("AUTHENTICATE PLAIN", &[secret.into_bytes()], |_| ())
                    .await?
            }
            _ if login => {
                let (user, password) = (user.as_bytes(), password.as_bytes());
                let command = format!("LOGIN {{{}}}", user.len());
                let second = [user, format!(" {{{}}}", password.len()).as_bytes()].concat();
                self.command_with(&command, &[second, password.to_vec()], |_| ())
                    .await?
            }
            _ => return Err(ImapError::NoLogin),
        };
        match answer.status {
            Status::Ok => Ok(()),
            Status::No | Status::Bad if answer.is_of_the_hour => Err(ImapError::Unavailable),
            Status::No | Status::Bad => Err(ImapError::LoginRefused),
        }
    }

    async fn command(
        &mut self,
        command: &str,
        take: impl FnMut(&str),
    ) -> Result<Answer, ImapError> {
        self.command_with(command, &[], take).await
    }

    /// Sends a command, then one of `more` for each `+`, and hands over each line before the answer
    /// that bears our tag. Answers to other tags are stale and mean nothing to us.
    async fn command_with(
        &mut self,
        command: &str,
        more: &[Vec<u8>],
        mut take: impl FnMut(&str),
    ) -> Result<Answer, ImapError> {
        self.commands += 1;
        let tag = format!("L{}", self.commands);
        let mut more = more.iter();
        self.send(format!("{tag} {command}").as_bytes()).await?;
        for _ in 0..LINES_MAX {
            let line = self.line().await?;
            if line.starts_with('+') {
                let next = more
                    .next()
                    .ok_or(ImapError::NotUnderstood { step: self.step })?;
                self.send(next).await?;
            } else if let Some(answer) = line
                .strip_prefix(&tag)
                .and_then(|rest| rest.strip_prefix(' '))
            {
                return answer_of(answer).ok_or(ImapError::NotUnderstood { step: self.step });
            } else if is_bye(&line) {
                return Err(ImapError::Bye { step: self.step });
            } else {
                take(&line);
            }
        }
        Err(ImapError::NotUnderstood { step: self.step })
    }

    async fn send(&mut self, line: &[u8]) -> Result<(), ImapError> {
        let whole = async {
            self.io.write_all(&[line, b"\r\n"].concat()).await?;
            self.io.flush().await
        };
        let written = timeout(self.limits.silence, whole)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        written.map_err(|error| ImapError::of_io(self.step, self.limits.silence, error))
    }

    /// A line without its end. Bytes that are no UTF-8 are replaced: all we look for is ASCII.
    async fn line(&mut self) -> Result<String, ImapError> {
        let mut line = Vec::new();
        let mut bounded = (&mut self.io).take(LINE_MAX);
        let read = timeout(self.limits.silence, bounded.read_until(b'\n', &mut line))
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        read.map_err(|error| ImapError::of_io(self.step, self.limits.silence, error))?;
        if line.pop() != Some(b'\n') {
            return Err(if line.is_empty() {
                ImapError::Closed { step: self.step }
            } else {
                ImapError::NotUnderstood { step: self.step }
            });
        }
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }
}

/// A quoted string of RFC 9051 section 4.3, or nothing where one can't say it.
pub(super) fn quoted(text: &str) -> Option<String> {
    text.bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_control())
        .then(|| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

fn answer_of(text: &str) -> Option<Answer> {
    let (status, rest) = text.split_once(' ').unwrap_or((text, ""));
    let status = match status.to_ascii_uppercase().as_str() {
        "OK" => Status::Ok,
        "NO" => Status::No,
        "BAD" => Status::Bad,
        _ => return None,
    };
    let code = rest
        .strip_prefix('[')
        .and_then(|code| code.split([']', ' ']).next())
        .unwrap_or_default();
    // Gmail and Dovecot say « [ALERT] Too many simultaneous connections » so.
    let is_crowded =
        code.eq_ignore_ascii_case("ALERT") && rest.to_ascii_lowercase().contains("connections");
    Some(Answer {
        status,
        is_of_the_hour: is_of_the_hour(code) || is_crowded,
    })
}

fn is_bye(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    words.next() == Some("*")
        && words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("BYE"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_so_that_nothing_breaks_out() {
        for (text, said) in [
            ("plain", Some(r#""plain""#)),
            (r#"a"b\c"#, Some(r#""a\"b\\c""#)),
            ("two words", Some(r#""two words""#)),
            ("", Some(r#""""#)),
            ("line\r\nA1 DELETE INBOX", None),
            ("motdepassé", None),
            ("nul\0", None),
        ] {
            assert_eq!(quoted(text).as_deref(), said, "{text:?}");
        }
    }

    #[test]
    fn capabilities_are_read_in_any_case_and_shape() {
        for line in [
            "* CAPABILITY IMAP4rev1 IDLE MOVE",
            "* capability imap4rev1  idle  move",
            "* CAPABILITY AUTH= AUTH=PLAIN x]y(z Idle Move",
        ] {
            let mut capabilities = Capabilities::default();
            capabilities.read(line);
            assert!(
                capabilities.has("IDLE") && capabilities.has("move"),
                "{line}"
            );
            assert!(!capabilities.has("UIDPLUS"), "{line}");
        }
        let mut empty = Capabilities::default();
        empty.read("* CAPABILITY");
        assert_eq!(empty, Capabilities::default());
    }

    #[test]
    fn imap_33_an_answer_is_its_status_and_whether_a_later_one_may_differ() {
        for (text, status, is_of_the_hour) in [
            ("OK done", Status::Ok, false),
            ("ok", Status::Ok, false),
            ("NO [UNAVAILABLE] later", Status::No, true),
            ("NO [limit too many] x", Status::No, true),
            (
                "NO [ALERT] Too many simultaneous connections. (Failure)",
                Status::No,
                true,
            ),
            (
                "NO [ALERT] Please log in via your web browser",
                Status::No,
                false,
            ),
            ("NO [AUTHENTICATIONFAILED] no", Status::No, false),
            ("BAD what", Status::Bad, false),
        ] {
            let answer = answer_of(text).unwrap();
            assert_eq!(
                (answer.status, answer.is_of_the_hour),
                (status, is_of_the_hour),
                "{text}"
            );
        }
        assert!(answer_of("MAYBE").is_none());
    }

    #[tokio::test]
    async fn imap_37_a_dead_address_before_a_good_one_costs_no_more_than_its_time() {
        let limit = Duration::from_millis(200);
        let good = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let good = good.local_addr().unwrap();
        let refuses = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let closed = refuses.local_addr().unwrap();
        drop(refuses);
        // TEST-NET-1 (RFC 5737): nobody answers there, or no way leads there.
        let silent: SocketAddr = "192.0.2.1:143".parse().unwrap();
        for dead in [closed, silent] {
            let stream = connect_any([dead, good].into_iter(), limit).await.unwrap();
            assert_eq!(stream.peer_addr().unwrap(), good);
        }
        let error = connect_any([closed].into_iter(), limit).await.unwrap_err();
        assert!(matches!(error, ImapError::Connect(_)));
        assert!(connect_any(std::iter::empty(), limit).await.is_err());
    }
}
