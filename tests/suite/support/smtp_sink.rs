//! An SMTP server that takes mail from any number of sessions at once and keeps it: the envelope and
//! the bytes, in the order in which the final dots came. What it answers can be changed at any time.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It takes everything.
    Ok,
    /// 451 at RCPT: come again.
    Later,
    /// 550 at RCPT: never.
    Refuse,
    /// It takes the mail to its final dot, then drops the connection without an answer.
    Drop,
}

/// A mail that came whole.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The envelope's sender, empty for the null one.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// As it stood on the wire, dots undoubled.
    pub bytes: Vec<u8>,
    /// Whether the client was told 250.
    pub is_answered: bool,
}

impl Taken {
    /// The Message-ID without its angle brackets; empty where there is none.
    pub fn message_id(&self) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        let header = text.split("\r\n\r\n").next().unwrap_or_default();
        header
            .split("\r\n")
            .find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("message-id")
                    .then(|| value.trim().trim_matches(['<', '>']).to_owned())
            })
            .unwrap_or_default()
    }
}

struct Shared {
    mode: Mode,
    taken: Vec<Taken>,
    is_over: bool,
}

/// A running sink.
pub struct Sink {
    /// Where it listens, on loopback.
    pub port: u16,
    shared: Arc<Mutex<Shared>>,
}

impl Sink {
    /// Listens on a free loopback port.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let shared = Arc::new(Mutex::new(Shared {
            mode: Mode::Ok,
            taken: Vec::new(),
            is_over: false,
        }));
        let there = Arc::clone(&shared);
        thread::spawn(move || {
            for session in listener.incoming() {
                if lock(&there).is_over {
                    return;
                }
                let there = Arc::clone(&there);
                if let Ok(session) = session {
                    // A client that breaks off ends its own session only.
                    thread::spawn(move || serve(&session, &there));
                }
            }
        });
        Self { port, shared }
    }

    /// From now on it answers so.
    pub fn set(&self, mode: Mode) {
        lock(&self.shared).mode = mode;
    }

    /// Everything that came whole so far.
    pub fn taken(&self) -> Vec<Taken> {
        lock(&self.shared).taken.clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        lock(&self.shared).is_over = true;
        // Wakes the listener, which then ends.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }
}

fn lock(shared: &Mutex<Shared>) -> std::sync::MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(session: &TcpStream, shared: &Mutex<Shared>) -> std::io::Result<()> {
    session.set_read_timeout(Some(Duration::from_secs(600)))?;
    let mut input = BufReader::new(session);
    let mut output = session;
    let (mut from, mut to) = (String::new(), Vec::new());
    output.write_all(b"220 sink.example ESMTP\r\n")?;
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let word = line
            .split([' ', ':', '\r'])
            .next()
            .unwrap_or_default()
            .to_ascii_uppercase();
        let mode = lock(shared).mode;
        let answer: &[u8] = match word.as_str() {
            "EHLO" => b"250-sink.example\r\n250 8BITMIME\r\n",
            "MAIL" => {
                from = path(&line);
                to.clear();
                b"250 ok\r\n"
            }
            "RCPT" => match mode {
                Mode::Later => b"451 4.7.1 come again\r\n",
                Mode::Refuse => b"550 5.1.1 nobody here\r\n",
                Mode::Ok | Mode::Drop => {
                    to.push(path(&line));
                    b"250 ok\r\n"
                }
            },
            "DATA" if to.is_empty() => b"503 no recipient\r\n",
            "DATA" => {
                output.write_all(b"354 go on\r\n")?;
                let bytes = mail(&mut input)?;
                let mut shared = lock(shared);
                let is_answered = shared.mode != Mode::Drop;
                shared.taken.push(Taken {
                    from: from.clone(),
                    to: to.clone(),
                    bytes,
                    is_answered,
                });
                if !is_answered {
                    return Ok(());
                }
                b"250 2.0.0 taken\r\n"
            }
            "QUIT" => {
                output.write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            "RSET" | "NOOP" => b"250 ok\r\n",
            _ => b"500 what?\r\n",
        };
        output.write_all(answer)?;
    }
}

/// What stands between the angle brackets.
fn path(line: &str) -> String {
    let inner = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or(String::new(), |(path, _)| path.to_owned())
}

fn mail(input: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut mail = Vec::new();
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(mail);
        }
        mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
