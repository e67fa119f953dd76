//! An IMAP server on loopback that answers as a sound one would, except where a test wants it to misbehave, and that
//! writes down every line it was told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use vigie::config::{self, Secret, Security};
use vigie::mailbox::imap::{Imap, Limits};

/// What a sound server offers after login.
pub const CAPABILITIES: &str = "IMAP4rev1 IDLE MOVE UIDPLUS AUTH=PLAIN";

/// What the server says to one command.
pub enum Act {
    /// What a sound server says.
    Answer,
    /// This instead; `{tag}` stands for the command's tag.
    Say(Vec<u8>),
    /// This before each line of the sound answer.
    Between(&'static str),
    /// The first bytes of the sound answer, then the end of the connection.
    Cut(usize),
    /// The first items of the sound answer, then this line, then the end of the connection.
    Items(usize, &'static str),
    /// The sound answer without the items that hold this.
    Without(&'static str),
    /// Nothing, for ever.
    Silence,
    /// The first bytes of the sound answer, then nothing, for ever.
    Stall(usize),
    /// This line again and again, for ever.
    Chatter(&'static str),
}

impl Act {
    /// [`Act::Say`] of a text.
    pub fn say(text: &str) -> Self {
        Self::Say(text.as_bytes().to_vec())
    }
}

/// A command as it came.
pub struct Asked<'a> {
    /// Which connection, from 1.
    pub session: usize,
    /// The command without its tag; empty: the greeting is due.
    pub command: &'a str,
}

impl Asked<'_> {
    /// Whether it asks for whole bodies.
    pub fn bodies(&self) -> bool {
        self.command.contains("BODY.PEEK[]")
    }

    /// Whether it asks for sizes.
    pub fn sizes(&self) -> bool {
        self.command.contains("RFC822.SIZE")
    }

    /// Whether it begins with these words.
    pub fn is(&self, words: &str) -> bool {
        self.command.starts_with(words)
    }
}

/// What the server holds.
pub struct Folder {
    /// What it says after login.
    pub capabilities: String,
    /// As told by SELECT; `None`: not told.
    pub uidvalidity: Option<u32>,
    /// As told by SELECT instead of the right one.
    pub uidnext: Option<u32>,
    /// The inbox.
    pub messages: BTreeMap<u32, Vec<u8>>,
    /// What was moved or copied away.
    pub done: Vec<u32>,
    /// Marked as deleted.
    pub deleted: Vec<u32>,
    /// Every line that came, after its connection's number.
    pub log: Vec<String>,
}

/// A running server.
pub struct Server {
    /// Its port on 127.0.0.1.
    pub port: u16,
    shared: Arc<Shared>,
}

type Hook = Box<dyn FnMut(&Asked<'_>, &mut Folder) -> Act + Send>;

struct Shared {
    folder: Mutex<Folder>,
    hook: Mutex<Hook>,
    news: Notify,
}

impl Server {
    /// Starts one with messages of these UIDs; `hook` decides what it says.
    pub async fn start(
        uids: &[u32],
        hook: impl FnMut(&Asked<'_>, &mut Folder) -> Act + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
        Self::on(listener, uids, hook)
    }

    /// The same, on a port of the test's choice.
    pub fn on(
        listener: TcpListener,
        uids: &[u32],
        hook: impl FnMut(&Asked<'_>, &mut Folder) -> Act + Send + 'static,
    ) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            folder: Mutex::new(Folder {
                capabilities: CAPABILITIES.to_owned(),
                uidvalidity: Some(7),
                uidnext: None,
                messages: uids.iter().map(|uid| (*uid, message(*uid))).collect(),
                done: Vec::new(),
                deleted: Vec::new(),
                log: Vec::new(),
            }),
            hook: Mutex::new(Box::new(hook)),
            news: Notify::new(),
        });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            let mut sessions = 0;
            while let Ok((stream, _)) = listener.accept().await {
                sessions += 1;
                let shared = Arc::clone(&serving);
                tokio::spawn(async move { shared.serve(stream, sessions).await });
            }
        });
        Self { port, shared }
    }

    /// A sound one.
    pub async fn sound(uids: &[u32]) -> Self {
        Self::start(uids, |_, _| Act::Answer).await
    }

    /// A client of it, unprotected, with these limits.
    pub fn client(&self, limits: Limits) -> Imap {
        Imap::new(self.config(), 4 * 1024 * 1024, limits)
    }

    /// The client's configuration.
    pub fn config(&self) -> config::Imap {
        config::Imap {
            security: Security::Plain,
            host: "127.0.0.1".to_owned(),
            port: self.port,
            user: "box@vigie.example".to_owned(),
            password: Secret::new("mot de \"passe\"".to_owned()),
            ca_file: None,
            folder: "INBOX".to_owned(),
            done_folder: Some("Traités".to_owned()),
        }
    }

    /// What it holds.
    pub fn folder(&self) -> MutexGuard<'_, Folder> {
        self.shared.folder.lock().expect("no test panicked in it")
    }

    /// The commands that came, all connections together.
    pub fn log(&self) -> Vec<String> {
        self.folder().log.clone()
    }

    /// A message comes in.
    pub fn deliver(&self, uid: u32) {
        self.folder().messages.insert(uid, message(uid));
        self.shared.news.notify_waiters();
    }
}

/// The message of a UID: each another, with line ends and brackets that tempt a parser.
pub fn message(uid: u32) -> Vec<u8> {
    let lines = "ligne ) {12}\r\n".repeat(1 + uid as usize % 40);
    format!("From: a{uid}@samu.example\r\nMessage-ID: <{uid}@samu.example>\r\nSubject: n {uid}\r\n\r\n{lines}")
        .into_bytes()
}

impl Shared {
    async fn serve(&self, stream: TcpStream, session: usize) {
        let mut stream = BufReader::new(stream);
        if self.act(&mut stream, session, "", "").await.is_none() {
            return;
        }
        loop {
            let Some(line) = self.line(&mut stream, session).await else {
                return;
            };
            let (tag, mut command) = line
                .split_once(' ')
                .map_or((line.clone(), String::new()), |(tag, command)| {
                    (tag.to_owned(), command.to_owned())
                });
            // Literals of LOGIN.
            while let Some(size) = command
                .ends_with('}')
                .then(|| command.rsplit('{').next())
                .flatten()
                .and_then(|size| size.trim_end_matches('}').parse().ok())
            {
                let mut literal = vec![0; size];
                if stream.write_all(b"+ go\r\n").await.is_err()
                    || stream.read_exact(&mut literal).await.is_err()
                {
                    return;
                }
                let rest = self.line(&mut stream, session).await.unwrap_or_default();
                command = format!("{command}{}{rest}", String::from_utf8_lossy(&literal));
            }
            let Some(soundly) = self.act(&mut stream, session, &tag, &command).await else {
                return;
            };
            if command == "IDLE" && soundly && !self.idle(&mut stream, session, &tag).await {
                return;
            }
        }
    }

    async fn line(&self, stream: &mut BufReader<TcpStream>, session: usize) -> Option<String> {
        let mut line = String::new();
        let read = stream.read_line(&mut line).await.ok()?;
        let line = line.trim_end().to_owned();
        if read > 0 {
            let mut folder = self.folder.lock().expect("no test panicked in it");
            folder.log.push(format!("{session} {line}"));
        }
        (read > 0).then_some(line)
    }

    /// Says what the hook wants, and whether that was what a sound server says. Nothing: the connection is over.
    async fn act(
        &self,
        stream: &mut BufReader<TcpStream>,
        session: usize,
        tag: &str,
        command: &str,
    ) -> Option<bool> {
        let act = {
            let mut folder = self.folder.lock().expect("no test panicked in it");
            let mut hook = self.hook.lock().expect("no test panicked in it");
            hook(&Asked { session, command }, &mut folder)
        };
        let soundly = matches!(act, Act::Answer | Act::Between(_));
        // What is not said is not done either.
        let sound = match act {
            Act::Say(_) | Act::Silence | Act::Chatter(_) => Vec::new(),
            _ => self.sound(command),
        };
        let (bytes, go_on) = match act {
            Act::Answer => (sound.concat(), true),
            Act::Say(bytes) => (bytes, true),
            Act::Between(line) => {
                let between = |answer: Vec<u8>| [line.as_bytes().to_vec(), answer].concat();
                (sound.into_iter().flat_map(between).collect(), true)
            }
            Act::Cut(bytes) => {
                let mut all = sound.concat();
                all.truncate(bytes);
                (all, false)
            }
            Act::Items(items, last) => {
                let mut some = sound;
                some.truncate(items);
                some.push(last.as_bytes().to_vec());
                (some.concat(), false)
            }
            Act::Without(text) => {
                let holds = |line: &Vec<u8>| {
                    String::from_utf8_lossy(line).contains(text) && !line.starts_with(b"{tag}")
                };
                (
                    sound
                        .into_iter()
                        .filter(|line| !holds(line))
                        .flatten()
                        .collect(),
                    true,
                )
            }
            Act::Stall(bytes) => {
                let mut all = replace(&sound.concat(), b"{tag}", tag.as_bytes());
                all.truncate(bytes);
                stream.write_all(&all).await.ok();
                std::future::pending::<()>().await;
                return None;
            }
            Act::Silence => {
                std::future::pending::<()>().await;
                return None;
            }
            Act::Chatter(line) => {
                while stream.write_all(line.as_bytes()).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                return None;
            }
        };
        let said = replace(&bytes, b"{tag}", tag.as_bytes());
        let over = stream.write_all(&said).await.is_err() || !go_on || command == "LOGOUT";
        (!over).then_some(soundly)
    }

    /// After the `+`: news until DONE.
    async fn idle(&self, stream: &mut BufReader<TcpStream>, session: usize, tag: &str) -> bool {
        loop {
            tokio::select! {
                line = self.line(stream, session) => {
                    // Whatever came after a refused IDLE is answered as the end of one.
                    let end = format!("{tag} OK idled\r\n");
                    return line.is_some() && stream.write_all(end.as_bytes()).await.is_ok();
                }
                () = self.news.notified() => {
                    let exists = self.folder.lock().expect("no test panicked in it").messages.len();
                    let line = format!("* {exists} EXISTS\r\n");
                    if stream.write_all(line.as_bytes()).await.is_err() {
                        return false;
                    }
                }
            }
        }
    }

    /// The items of a sound answer, the tagged line last.
    fn sound(&self, command: &str) -> Vec<Vec<u8>> {
        let mut folder = self.folder.lock().expect("no test panicked in it");
        let words: Vec<&str> = command.split(' ').collect();
        let set = words.get(2).copied().unwrap_or_default();
        let mut items: Vec<String> = Vec::new();
        match (words[0], words.get(1).copied().unwrap_or_default()) {
            ("CAPABILITY", _) => items.push(format!("* CAPABILITY {}", folder.capabilities)),
            ("SELECT" | "EXAMINE", _) => items = folder.select(),
            ("UID", "SEARCH") => {
                let set = words.get(3).copied().unwrap_or_default();
                let found: Vec<String> = folder.among(set).iter().map(u32::to_string).collect();
                items.push(
                    format!("* SEARCH {}", found.join(" "))
                        .trim_end()
                        .to_owned(),
                );
            }
            ("UID", "FETCH") => {
                let mut answers = folder.fetch(set, command);
                answers.push(b"{tag} OK fetched\r\n".to_vec());
                return answers;
            }
            ("UID", "MOVE" | "COPY") => {
                let uids = folder.among(set);
                folder.done.extend(&uids);
                if words[1] == "MOVE" {
                    folder.messages.retain(|uid, _| !uids.contains(uid));
                }
            }
            ("UID", "STORE") => {
                let uids = folder.among(set);
                folder.deleted.extend(uids);
            }
            ("UID", "EXPUNGE") => {
                let uids = folder.among(set);
                let deleted = folder.deleted.clone();
                folder
                    .messages
                    .retain(|uid, _| !(uids.contains(uid) && deleted.contains(uid)));
            }
            ("IDLE", _) => return vec![b"+ idling\r\n".to_vec()],
            ("", _) => return vec![b"* OK ready\r\n".to_vec()],
            ("LOGOUT", _) => items.push("* BYE".to_owned()),
            _ => (),
        }
        items.push("{tag} OK done".to_owned());
        items
            .into_iter()
            .map(|item| (item + "\r\n").into_bytes())
            .collect()
    }
}

impl Folder {
    fn select(&self) -> Vec<String> {
        let next = self
            .messages
            .keys()
            .last()
            .map_or(1, |uid| uid.saturating_add(1));
        let mut items = vec![
            "* FLAGS (\\Seen \\Deleted)".to_owned(),
            format!("* {} EXISTS", self.messages.len()),
        ];
        items.extend(
            self.uidvalidity
                .map(|uid| format!("* OK [UIDVALIDITY {uid}] valid")),
        );
        items.push(format!(
            "* OK [UIDNEXT {}] next",
            self.uidnext.unwrap_or(next)
        ));
        items
    }

    /// The UIDs of a set that are here; `*` is the last one, and `9:*` names it even where it is 3.
    pub fn among(&self, set: &str) -> Vec<u32> {
        let last = self.messages.keys().last().copied().unwrap_or(0);
        let number = |text: &str| {
            if text == "*" {
                last
            } else {
                text.parse().unwrap_or(0)
            }
        };
        let ranges: Vec<(u32, u32)> = set
            .split(',')
            .map(|range| {
                let (from, to) = range.split_once(':').unwrap_or((range, range));
                let (from, to) = (number(from), number(to));
                (from.min(to), from.max(to))
            })
            .collect();
        let among = |uid: &&u32| ranges.iter().any(|(from, to)| (from..=to).contains(uid));
        self.messages.keys().filter(among).copied().collect()
    }

    fn fetch(&self, set: &str, command: &str) -> Vec<Vec<u8>> {
        let mut answers = Vec::new();
        for (sequence, uid) in self.among(set).into_iter().enumerate() {
            let bytes = &self.messages[&uid];
            let head = format!("* {} FETCH (UID {uid}", sequence + 1);
            if command.contains("RFC822.SIZE") {
                let size = bytes.len();
                answers.push(
                    format!(
                        "{head} RFC822.SIZE {size} INTERNALDATE \"23-Nov-2026 09:00:00 +0100\" FLAGS (\\Seen))\r\n"
                    )
                    .into_bytes(),
                );
                continue;
            }
            let slice = command.split_once("[]<").and_then(|(_, rest)| {
                let (from, rest) = rest.split_once('.')?;
                let (count, _) = rest.split_once('>')?;
                Some((from.parse::<usize>().ok()?, count.parse::<usize>().ok()?))
            });
            let (origin, part) = match slice {
                Some((from, count)) => {
                    let from_ = from.min(bytes.len());
                    let to = (from + count).min(bytes.len());
                    (format!("<{from}>"), &bytes[from_..to])
                }
                None => (String::new(), bytes.as_slice()),
            };
            let mut answer = format!("{head} BODY[]{origin} {{{}}}\r\n", part.len()).into_bytes();
            answer.extend_from_slice(part);
            answer.extend_from_slice(b")\r\n");
            answers.push(answer);
        }
        answers
    }
}

/// Every `from` in `bytes` made `to`.
fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memmem::find(rest, from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    out
}
