//! A submission server, through a small pool of connections. The only user of lettre's transports.
//!
//! lettre's `AsyncSmtpTransport` can't tell a cut before the final dot from one after it and limits
//! only the connect, so each command is given here, with a limit on each wait. TLS is ours as well:
//! what a server (or somebody between) sends in clear after its answer to STARTTLS is refused, not
//! read as its answer to the next command.

mod answer;
mod starttls;
mod timeouts;
mod wire;

use self::answer::{expect, is_dead, is_plain, told, unfit, verdict, within};
use self::starttls::start_tls;
use self::timeouts::GOODBYE;
pub use self::timeouts::Timeouts;
use self::wire::{Socket, Talk, Wire};
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
use std::future::pending;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

/// Connections kept open between two mails: as many as mails are sent at once.
const MOST_IDLE: usize = 6;

/// Servers close idle connections after some minutes; we don't wait for that.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// A submission server.
#[derive(Debug)]
pub struct Smtp {
    server: config::Smtp,
    timeouts: Timeouts,
    idle: Mutex<Vec<Connection>>,
    /// Mails that a server was asked to take and has not answered.
    unanswered: AtomicUsize,
}

/// A mail with its addresses read.
struct Letter<'a> {
    from: Address,
    to: Address,
    mime: &'a [u8],
    /// Its final dot is on its way: from now on the server may have it.
    is_dotted: AtomicBool,
}

/// An open connection, ready for MAIL FROM.
struct Connection {
    smtp: AsyncSmtpConnection,
    talk: Arc<Talk>,
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
    /// first command says nothing about the mail. `begin` is awaited right before DATA; `stop` ends
    /// a send whose final dot is not on its way.
    pub async fn send(
        &self,
        mail: &OutboxMail,
        begin: impl Future<Output = bool>,
        stop: impl Future<Output = ()>,
    ) -> Delivery {
        // Addresses are checked before a mail is made: an odd row must not stop the others. What
        // SMTP without extensions can't carry is not tried either (SND-11).
        let addresses = (mail.envelope_from.parse(), mail.to.parse());
        let (Ok(from), Ok(to)) = addresses else {
            return unfit(Stage::Rcpt);
        };
        if !mail.envelope_from.is_ascii() || !mail.to.is_ascii() {
            return unfit(Stage::Rcpt);
        }
        if !is_plain(&mail.mime) {
            return unfit(Stage::Data);
        }
        let letter = Letter {
            from,
            to,
            mime: &mail.mime,
            is_dotted: AtomicBool::new(false),
        };
        let stopped = async {
            stop.await;
            if letter.is_dotted.load(Ordering::Relaxed) {
                pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            delivery = self.deliver(&letter, begin) => delivery,
            // Without its dot the server can't have the mail.
            () = stopped => Delivery::Withdrawn,
        }
    }

    async fn deliver(&self, letter: &Letter<'_>, begin: impl Future<Output = bool>) -> Delivery {
        let mut begin = pin!(begin);
        if let Some(kept) = self.take_idle().await {
            match self.transact(kept, letter, begin.as_mut()).await {
                Delivery::Temporary(failure) if is_dead(failure) => self.forget_idle().await,
                delivery => return delivery,
            }
        }
        match self.connect().await {
            Ok(connection) => self.transact(connection, letter, begin).await,
            Err(error) => Delivery::Temporary(error.failure()),
        }
    }

    /// All limits of one send together.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.timeouts.all()
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
    async fn transact(
        &self,
        mut connection: Connection,
        letter: &Letter<'_>,
        begin: Pin<&mut impl Future<Output = bool>>,
    ) -> Delivery {
        match self.hand_over(&mut connection, letter, begin).await {
            Ok(true) => {
                connection.used = Instant::now();
                let mut idle = self.idle.lock().await;
                if idle.len() < MOST_IDLE {
                    idle.push(connection);
                }
                Delivery::Accepted
            }
            Ok(false) => {
                goodbye(connection).await;
                Delivery::Withdrawn
            }
            Err(failure) => {
                let delivery = verdict(failure, connection.talk.is_dotted());
                // Only a server that waits for a command is taken leave of: a QUIT could end up
                // inside the mail.
                let is_midway = connection.talk.early_refusal().is_some();
                if matches!(failure.cause, Cause::Code(_)) && !is_midway {
                    goodbye(connection).await;
                }
                delivery
            }
        }
    }

    /// Whether the server took it; false where it may not begin. Each answer must be the one that
    /// the command calls for (RFC 5321, section 4.3.2): another positive one belongs to something
    /// else.
    async fn hand_over(
        &self,
        connection: &mut Connection,
        letter: &Letter<'_>,
        begin: Pin<&mut impl Future<Output = bool>>,
    ) -> Result<bool, Failure> {
        let Connection { smtp, talk, .. } = connection;
        talk.begin();
        let limit = self.timeouts.command;
        let mail = Mail::new(Some(letter.from.clone()), vec![]);
        talk.expect_silence();
        let answer = within(limit, Stage::Mail, smtp.command(mail)).await?;
        expect(&answer, 200..300, Stage::Mail)?;
        failpoint::hit("K10");
        let rcpt = Rcpt::new(letter.to.clone(), vec![]);
        talk.expect_silence();
        let answer = within(limit, Stage::Rcpt, smtp.command(rcpt)).await?;
        expect(&answer, 200..300, Stage::Rcpt)?;
        failpoint::hit("K11");
        if !begin.await {
            return Ok(false);
        }
        talk.expect_silence();
        let answer = within(limit, Stage::Data, smtp.command(Data)).await?;
        expect(&answer, 354..355, Stage::Data)?;
        // lettre ends the mail with a line end of its own before the dot.
        let mime = letter.mime.strip_suffix(b"\r\n").unwrap_or(letter.mime);
        let _unanswered = Unanswered::new(&self.unanswered);
        let mut message = pin!(smtp.message(mime));
        let ended = tokio::select! {
            biased;
            ended = &mut message => Some(told(ended, Stage::Data)),
            () = talk.dotted() => None,
            () = sleep(self.timeouts.data) => return Err(Failure {
                stage: Stage::Data,
                cause: Cause::Timeout,
            }),
        };
        let answer = match ended {
            Some(ended) => ended,
            None => {
                letter.is_dotted.store(true, Ordering::Relaxed);
                within(self.timeouts.answer, Stage::Data, message).await
            }
        };
        match (answer, talk.early_refusal()) {
            (Ok(answer), _) => expect(&answer, 200..300, Stage::Data)?,
            (Err(_), Some(code)) => {
                return Err(Failure {
                    stage: Stage::Data,
                    cause: Cause::Code(code),
                });
            }
            (Err(failure), None) => return Err(failure),
        }
        Ok(true)
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
        let (wire, talk) = Wire::new(socket, ahead);
        let opening = AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello);
        let smtp = within(self.timeouts.command, Stage::Greeting, opening)
            .await
            .map_err(TransportError::from)?;
        let mut connection = Connection {
            smtp,
            talk,
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
