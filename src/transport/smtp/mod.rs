//! A submission server, through a small pool of connections. The only user of lettre's transports.
//!
//! lettre's `AsyncSmtpTransport` can't tell a cut before the final dot from one after it and limits
//! only the connect, so each command is given here, with a limit on each wait. TLS is ours as well:
//! what a server (or somebody between) sends in clear after its answer to STARTTLS is refused, not
//! read as its answer to the next command.

mod starttls;
mod wire;

use self::starttls::start_tls;
use self::wire::{Socket, Wire};
use super::{Cause, Delivery, Failure, Stage, TransportError};
use crate::config;
use crate::config::Security;
use crate::domain::outgoing::OutboxMail;
use crate::failpoint;
use crate::tls;
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// Connections kept open between two mails.
const MOST_IDLE: usize = 2;

/// Servers close idle connections after some minutes; we don't wait for that.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// How long a server may take over a goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// How long each wait may last.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Name, TCP connection and TLS.
    pub connect: Duration,
    /// Each answer before the mail itself.
    pub command: Duration,
    /// The mail and the answer to its final dot.
    pub data: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            // RFC 5321 section 4.5.3.2 asks for 5 minutes, and for 10 after the final dot.
            command: Duration::from_secs(300),
            data: Duration::from_secs(600),
        }
    }
}

/// A submission server.
#[derive(Debug)]
pub struct Smtp {
    server: config::Smtp,
    timeouts: Timeouts,
    idle: Mutex<Vec<Connection>>,
    /// Mails that a server was asked to take and has not answered.
    unanswered: AtomicUsize,
}

/// An open connection, ready for MAIL FROM.
struct Connection {
    smtp: AsyncSmtpConnection,
    /// Set once a final dot was written.
    dot: Arc<AtomicBool>,
    used: Instant,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connection")
    }
}

impl Smtp {
    /// A server; nothing is opened yet.
    #[must_use]
    pub fn new(server: config::Smtp, timeouts: Timeouts) -> Self {
        Self {
            server,
            timeouts,
            idle: Mutex::new(Vec::new()),
            unanswered: AtomicUsize::new(0),
        }
    }

    /// Sends one mail. A kept connection that has died meanwhile is replaced: a failure at its
    /// first command says nothing about the mail.
    pub async fn send(&self, mail: &OutboxMail) -> Delivery {
        if let Some(kept) = self.take_idle().await {
            match self.transact(kept, mail).await {
                Delivery::Temporary(failure) if is_dead(failure) => self.forget_idle().await,
                delivery => return delivery,
            }
        }
        match self.connect().await {
            Ok(connection) => self.transact(connection, mail).await,
            Err(error) => Delivery::Temporary(error.failure()),
        }
    }

    /// Connects, protects and logs in; sends nothing.
    ///
    /// # Errors
    /// The first step that fails.
    pub async fn check(&self) -> Result<(), TransportError> {
        let connection = self.connect().await?;
        goodbye(connection).await;
        Ok(())
    }

    /// Whether a server that accepted DATA still owes its answer to the mail; never for longer than
    /// the limit on it.
    #[must_use]
    pub fn is_owed_an_answer(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) > 0
    }

    /// Says goodbye on the connections that are kept.
    pub async fn close(&self) {
        let kept: Vec<Connection> = self.idle.lock().await.drain(..).collect();
        for connection in kept {
            goodbye(connection).await;
        }
    }

    async fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().await;
        idle.retain(|connection| connection.used.elapsed() < LONGEST_IDLE);
        idle.pop()
    }

    async fn forget_idle(&self) {
        self.idle.lock().await.clear();
    }

    /// MAIL, RCPT, DATA and the mail.
    async fn transact(&self, mut connection: Connection, mail: &OutboxMail) -> Delivery {
        let (Ok(from), Ok(to)) = (mail.envelope_from.parse(), mail.to.parse()) else {
            // Addresses are checked before a mail is made: an odd row must not stop the others.
            return Delivery::Permanent(Failure {
                stage: Stage::Rcpt,
                cause: Cause::Refused,
            });
        };
        match self.hand_over(&mut connection, from, to, &mail.mime).await {
            Ok(()) => {
                connection.used = Instant::now();
                let mut idle = self.idle.lock().await;
                if idle.len() < MOST_IDLE {
                    idle.push(connection);
                }
                Delivery::Accepted
            }
            Err(failure) => {
                let delivery = verdict(failure, connection.dot.load(Ordering::Relaxed));
                // Only a server that still talks is taken leave of: a QUIT could end up inside
                // the mail.
                if matches!(failure.cause, Cause::Code(_)) {
                    goodbye(connection).await;
                }
                delivery
            }
        }
    }

    async fn hand_over(
        &self,
        connection: &mut Connection,
        from: Address,
        to: Address,
        mime: &[u8],
    ) -> Result<(), Failure> {
        // A kept connection has written the dot of the mail before.
        connection.dot.store(false, Ordering::Relaxed);
        let smtp = &mut connection.smtp;
        let limit = self.timeouts.command;
        within(
            limit,
            Stage::Mail,
            smtp.command(Mail::new(Some(from), vec![])),
        )
        .await?;
        failpoint::hit("K10");
        within(limit, Stage::Rcpt, smtp.command(Rcpt::new(to, vec![]))).await?;
        failpoint::hit("K11");
        within(limit, Stage::Data, smtp.command(Data)).await?;
        // lettre ends the mail with a line end of its own before the dot.
        let mime = mime.strip_suffix(b"\r\n").unwrap_or(mime);
        let _unanswered = Unanswered::new(&self.unanswered);
        within(self.timeouts.data, Stage::Data, smtp.message(mime)).await?;
        Ok(())
    }

    async fn connect(&self) -> Result<Connection, TransportError> {
        let server = &self.server;
        let limit = self.timeouts.connect;
        let address = (server.host.as_str(), server.port);
        let tcp = timeout(limit, TcpStream::connect(address))
            .await
            .map_err(|_| TransportError::Silent(Stage::Connect))?
            .map_err(TransportError::Unreachable)?;
        // Small commands must not wait for each other; a refusal to set it changes nothing else.
        let _ = tcp.set_nodelay(true);
        let hello = hello(&tcp);
        let (socket, ahead) = match server.security {
            Security::Plain => (Socket::Plain(tcp), &b""[..]),
            Security::Tls => (self.protected(tcp).await?, &b""[..]),
            Security::StartTls => {
                let tcp = timeout(self.timeouts.command, start_tls(tcp, &hello))
                    .await
                    .map_err(|_| TransportError::Silent(Stage::Tls))??;
                // After STARTTLS no greeting comes, but lettre begins by reading one.
                (self.protected(tcp).await?, &b"220 protected\r\n"[..])
            }
        };
        let (wire, dot) = Wire::new(socket, ahead);
        let opening = AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello);
        let smtp = within(self.timeouts.command, Stage::Greeting, opening)
            .await
            .map_err(TransportError::from)?;
        let mut connection = Connection {
            smtp,
            dot,
            used: Instant::now(),
        };
        self.log_in(&mut connection).await?;
        Ok(connection)
    }

    async fn protected(&self, tcp: TcpStream) -> Result<Socket, TransportError> {
        let connector = tls::connector(self.server.ca_file.as_deref())?;
        let handshake = tls::handshake(&connector, &self.server.host, tcp);
        let stream = timeout(self.timeouts.connect, handshake)
            .await
            .map_err(|_| TransportError::Silent(Stage::Tls))??;
        Ok(Socket::Tls(Box::new(stream)))
    }

    async fn log_in(&self, connection: &mut Connection) -> Result<(), TransportError> {
        const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];
        let Some(login) = &self.server.login else {
            return Ok(());
        };
        let offered = connection
            .smtp
            .server_info()
            .get_auth_mechanism(&MECHANISMS);
        if offered.is_none() {
            return Err(TransportError::NoLogin);
        }
        let credentials = Credentials::new(login.user.clone(), login.password.expose().to_owned());
        let answer = connection.smtp.auth(&MECHANISMS, &credentials);
        match within(self.timeouts.command, Stage::Login, answer).await {
            Ok(_) => Ok(()),
            // 530, 534, 535, 538: authentication failed or is asked for otherwise (RFC 4954, 6).
            Err(Failure {
                cause: Cause::Code(530..=539),
                ..
            }) => Err(TransportError::Login),
            Err(failure) => Err(failure.into()),
        }
    }
}

/// Counts a mail for as long as its answer is awaited, however the wait ends.
struct Unanswered<'a>(&'a AtomicUsize);

impl<'a> Unanswered<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl TransportError {
    /// The same for the outbox. None of these says anything about a mail: all are tried again.
    fn failure(&self) -> Failure {
        let (stage, cause) = match self {
            Self::Unreachable(_) => (Stage::Connect, Cause::Refused),
            Self::Silent(stage) => (*stage, Cause::Timeout),
            Self::Broken(stage) => (*stage, Cause::Cut),
            Self::Tls(_) | Self::NoStartTls => (Stage::Tls, Cause::Refused),
            Self::Refused { stage, code } => (*stage, Cause::Code(*code)),
            Self::Login => (Stage::Login, Cause::Code(535)),
            Self::NoLogin => (Stage::Login, Cause::Refused),
            Self::Folder { .. } => (Stage::Folder, Cause::Refused),
        };
        Failure { stage, cause }
    }
}

impl From<Failure> for TransportError {
    fn from(failure: Failure) -> Self {
        let Failure { stage, cause } = failure;
        match cause {
            Cause::Code(code) => Self::Refused { stage, code },
            Cause::Timeout => Self::Silent(stage),
            Cause::Cut | Cause::Refused => Self::Broken(stage),
        }
    }
}

/// Temporary, permanent or in doubt.
///
/// 4xx is temporary at any stage. 5xx is for good where it is about the recipient or the mail
/// itself; 53x (authentication) and 5xx before RCPT are about us and are tried again. No code at
/// all is in doubt once the final dot was written.
fn verdict(failure: Failure, dot: bool) -> Delivery {
    match failure.cause {
        Cause::Code(530..=539) => Delivery::Temporary(failure),
        Cause::Code(500..) if !matches!(failure.stage, Stage::Mail) => Delivery::Permanent(failure),
        Cause::Code(_) => Delivery::Temporary(failure),
        _ if dot => Delivery::InDoubt(Failure {
            stage: Stage::Dot,
            ..failure
        }),
        _ => Delivery::Temporary(failure),
    }
}

/// Whether a failure on a kept connection is that of the connection: it ended, it is silent, or the
/// server says that it closes (421).
fn is_dead(failure: Failure) -> bool {
    failure.stage == Stage::Mail
        && matches!(
            failure.cause,
            Cause::Cut | Cause::Timeout | Cause::Code(421)
        )
}

/// Waits for an answer, no longer than `limit`.
async fn within<T>(
    limit: Duration,
    stage: Stage,
    answer: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Failure> {
    let cause = match timeout(limit, answer).await {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => match error.status() {
            Some(code) => Cause::Code(code.into()),
            None => Cause::Cut,
        },
        Err(_) => Cause::Timeout,
    };
    Err(Failure { stage, cause })
}

/// QUIT, without waiting long for the answer.
async fn goodbye(mut connection: Connection) {
    // Whatever comes of it, the connection is dropped here.
    let _ = timeout(GOODBYE, connection.smtp.abort()).await;
}

/// The name in EHLO: our end's address, which is always right (RFC 5321, section 4.1.4).
fn hello(tcp: &TcpStream) -> ClientId {
    match tcp.local_addr().map(|address| address.ip()) {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::default(),
    }
}
