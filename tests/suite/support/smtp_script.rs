//! An SMTP server that follows a script: what each side says, and what goes wrong.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

use super::certificates::Certificates;

/// One step of a session, from the server's side.
#[derive(Debug, Clone)]
pub enum Step {
    /// Writes these lines.
    Say(String),
    /// Reads a line that begins so.
    Hear(&'static str),
    /// Reads a mail to its final dot.
    Mail,
    /// Reads so many bytes.
    Bytes(usize),
    /// Speaks TLS from here on.
    Tls,
    /// Says nothing more, and keeps the connection.
    Stall,
    /// Waits until the test lets it go on.
    Wait(Arc<Notify>),
}

/// A running script. Each connection takes the next session; the last connection's end is the end
/// of its session.
pub struct SmtpScript {
    /// Where it listens.
    pub port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    mails: Arc<Mutex<Vec<Vec<u8>>>>,
    sessions: JoinHandle<Result<(), String>>,
}

type Log<T> = Arc<Mutex<Vec<T>>>;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Greeting and EHLO without extensions.
pub fn opening() -> Vec<Step> {
    vec![
        say("220 script.example ESMTP"),
        Step::Hear("EHLO [127.0.0.1]"),
        say("250 script.example"),
    ]
}

/// A whole mail, taken.
pub fn taken() -> Vec<Step> {
    [envelope(), vec![Step::Mail, say("250 2.0.0 queued")]].concat()
}

/// MAIL, RCPT and DATA, each accepted.
pub fn envelope() -> Vec<Step> {
    vec![
        Step::Hear("MAIL FROM:<support@vigie.example>"),
        say("250 ok"),
        Step::Hear("RCPT TO:<claire@samu.example>"),
        say("250 ok"),
        Step::Hear("DATA"),
        say("354 go on"),
    ]
}

pub fn say(line: &str) -> Step {
    Step::Say(line.to_owned())
}

impl SmtpScript {
    /// Listens on a free loopback port.
    pub async fn start(sessions: Vec<Vec<Step>>) -> Self {
        Self::start_with(sessions, None).await
    }

    /// The same with a certificate for [`Step::Tls`].
    pub async fn start_with(sessions: Vec<Vec<Step>>, certificates: Option<&Certificates>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it listens").port();
        let (heard, mails): (Log<String>, Log<Vec<u8>>) = Default::default();
        let acceptor = certificates.map(|made| acceptor(&made.server, &made.key));
        let (heard_there, mails_there) = (Arc::clone(&heard), Arc::clone(&mails));
        let sessions = tokio::spawn(async move {
            for session in sessions {
                let (tcp, _) = listener.accept().await.map_err(|error| error.to_string())?;
                play(tcp, &session, acceptor.as_ref(), &heard_there, &mails_there).await?;
            }
            Ok(())
        });
        Self {
            port,
            heard,
            mails,
            sessions,
        }
    }

    /// Every line that was heard, but for the mails.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no test panicked in here").clone()
    }

    /// Every mail that came whole, as it stood on the wire, dots undoubled.
    pub fn mails(&self) -> Vec<Vec<u8>> {
        self.mails.lock().expect("no test panicked in here").clone()
    }

    /// Waits until every session was played, and fails where one went otherwise.
    pub async fn finished(self) {
        let played = tokio::time::timeout(std::time::Duration::from_secs(30), self.sessions).await;
        played
            .expect("a session was not played")
            .expect("the script ran")
            .expect("as scripted");
    }
}

async fn play(
    tcp: TcpStream,
    steps: &[Step],
    acceptor: Option<&TlsAcceptor>,
    heard: &Log<String>,
    mails: &Log<Vec<u8>>,
) -> Result<(), String> {
    let mut stream: BufReader<Box<dyn Stream>> = BufReader::new(Box::new(tcp));
    let lost = |error: std::io::Error| error.to_string();
    for step in steps {
        match step {
            Step::Say(lines) => {
                let bytes = format!("{lines}\r\n");
                stream.write_all(bytes.as_bytes()).await.map_err(lost)?;
                stream.flush().await.map_err(lost)?;
            }
            Step::Hear(start) => {
                let mut line = String::new();
                stream.read_line(&mut line).await.map_err(lost)?;
                let line = line.trim_end().to_owned();
                let is_right = line.starts_with(start);
                heard.lock().map_err(|_| "poisoned")?.push(line.clone());
                if !is_right {
                    return Err(format!("heard {line:?}, expected {start:?}"));
                }
            }
            Step::Mail => {
                let mail = read_mail(&mut stream).await.map_err(lost)?;
                mails.lock().map_err(|_| "poisoned")?.push(mail);
            }
            Step::Bytes(count) => {
                let mut bytes = vec![0; *count];
                stream.read_exact(&mut bytes).await.map_err(lost)?;
            }
            Step::Tls => {
                let acceptor = acceptor.ok_or("no certificate was given")?;
                let protected = acceptor.accept(stream.into_inner()).await.map_err(lost)?;
                stream = BufReader::new(Box::new(protected));
            }
            Step::Wait(signal) => signal.notified().await,
            Step::Stall => {
                // The client gives up first.
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest).await;
            }
        }
    }
    Ok(())
}

/// A server that takes whatever comes, several sessions at once. While it is closed it hangs up on
/// whoever connects.
#[derive(Clone)]
pub struct SmtpSink {
    /// Where it listens.
    pub port: u16,
    state: Arc<SinkState>,
}

struct SinkState {
    is_open: AtomicBool,
    /// What it says to RCPT.
    recipient: Mutex<&'static str>,
    connects: AtomicUsize,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    mails: Mutex<Vec<Vec<u8>>>,
}

impl SmtpSink {
    /// Listens on a free loopback port, open or closed.
    pub async fn start(is_open: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it listens").port();
        let state = Arc::new(SinkState {
            is_open: AtomicBool::new(is_open),
            recipient: Mutex::new("250 ok"),
            connects: AtomicUsize::new(0),
            at_once: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
            mails: Mutex::default(),
        });
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                serving.connects.fetch_add(1, Ordering::SeqCst);
                if serving.is_open.load(Ordering::SeqCst) {
                    let state = Arc::clone(&serving);
                    // A client that hangs up ends its session, however it does.
                    tokio::spawn(async move { drop(state.serve(tcp).await) });
                }
            }
        });
        Self { port, state }
    }

    /// From now on it takes mail.
    pub fn open(&self) {
        self.state.is_open.store(true, Ordering::SeqCst);
    }

    /// From now on it says this to each recipient.
    pub fn say_to_recipients(&self, line: &'static str) {
        *self.state.recipient.lock().expect("no panic in here") = line;
    }

    /// How often somebody connected.
    pub fn connects(&self) -> usize {
        self.state.connects.load(Ordering::SeqCst)
    }

    /// The most mails that it had accepted DATA for and not yet answered at one time.
    pub fn most_at_once(&self) -> usize {
        self.state.most_at_once.load(Ordering::SeqCst)
    }

    /// The mails that it took, in their order.
    pub fn mails(&self) -> Vec<Vec<u8>> {
        self.state.mails.lock().expect("no panic in here").clone()
    }
}

impl SinkState {
    async fn serve(&self, tcp: TcpStream) -> std::io::Result<()> {
        let mut stream: BufReader<Box<dyn Stream>> = BufReader::new(Box::new(tcp));
        stream.write_all(b"220 sink.example\r\n").await?;
        let mut line = String::new();
        while stream.read_line(&mut line).await? > 0 {
            let answer = match line.get(..4) {
                Some("RCPT") => *self.recipient.lock().expect("no panic in here"),
                Some("DATA") => {
                    stream.write_all(b"354 go on\r\n").await?;
                    let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
                    self.most_at_once.fetch_max(now, Ordering::SeqCst);
                    let mail = read_mail(&mut stream).await;
                    self.at_once.fetch_sub(1, Ordering::SeqCst);
                    self.mails.lock().expect("no panic in here").push(mail?);
                    "250 2.0.0 queued"
                }
                _ => "250 ok",
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
            line.clear();
        }
        Ok(())
    }
}

async fn read_mail(stream: &mut BufReader<Box<dyn Stream>>) -> std::io::Result<Vec<u8>> {
    let mut mail = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(mail);
        }
        mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

fn acceptor(certificate: &Path, key: &Path) -> TlsAcceptor {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .expect("the certificate is there")
        .map(|certificate| certificate.expect("it is PEM"))
        .collect();
    let key = PrivateKeyDer::from_pem_file(key).expect("the key is there");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("the key fits");
    TlsAcceptor::from(Arc::new(config))
}
