//! Commands and answers of a session that is logged in. async-imap reads the answers; which of them
//! belongs to which command is decided here, because its streams end without an error when the
//! connection breaks or the server says NO (async-imap 0.12.0, found by trial).

use std::io;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use async_imap::Client;
use async_imap::imap_proto::{MailboxDatum, ResponseCode, Status};
use futures_util::FutureExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::time::{Instant, timeout, timeout_at};

pub(super) use async_imap::imap_proto::{AttributeValue, Response};

use super::error::{ImapError, Step};
use super::guard::{Buffered, Guard};

/// A connection with its count of commands.
#[derive(Debug)]
pub(super) struct Wire {
    client: Client<Guard>,
    silence: Duration,
    commands: u32,
    /// The tag of an IDLE that waits for its DONE.
    idling: Option<Tag>,
    /// The messages in the folder, as last told.
    exists: u32,
    /// The server told that messages came, since new ones were last searched for.
    arrived: bool,
}

/// The name of one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag(String);

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Done {
    /// OK, or else NO or BAD.
    pub(super) ok: bool,
    /// The response code, as far as it matters here.
    pub(super) code: Option<Code>,
}

/// Response codes of tagged answers that change what we do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// The folder can't be written to.
    ReadOnly,
    /// The target folder does not exist.
    TryCreate,
    /// A fault of the server's or of the hour (RFC 5530).
    Unavailable,
}

/// How a wait for news ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Idled {
    /// The folder changed.
    News,
    /// The time was up.
    Quiet,
    /// The server does not do IDLE after all.
    Refused,
}

impl Wire {
    /// Speaks over `stream`, whose next byte begins a line.
    pub(super) fn new(stream: Buffered, silence: Duration) -> Self {
        Self {
            client: Client::new(Guard::new(stream)),
            silence,
            commands: 0,
            idling: None,
            exists: 0,
            arrived: false,
        }
    }

    /// New messages are about to be searched for: what came before is found.
    pub(super) fn searches(&mut self) {
        self.arrived = false;
    }

    /// Whether messages came since: an IDLE would not tell of them again.
    pub(super) fn has_arrivals(&self) -> bool {
        self.arrived
    }

    /// The number of messages in the folder, as the server last told it.
    pub(super) fn exists(&self) -> u32 {
        self.exists
    }

    /// Sends a command without waiting for its answer.
    ///
    /// # Errors
    /// The connection is gone, or takes no bytes.
    pub(super) async fn send(&mut self, step: Step, command: &str) -> Result<Tag, ImapError> {
        self.commands += 1;
        let tag = Tag(format!("V{}", self.commands));
        self.write(step, &format!("{} {command}\r\n", tag.0))
            .await?;
        Ok(tag)
    }

    /// Hands each untagged answer to `take` until the command `tag` is done. Answers to other tags
    /// are stale and mean nothing.
    ///
    /// # Errors
    /// Silence, a break, `* BYE`, bytes that can't be understood, no end within `limit`, or what
    /// `take` says. The connection is of no use afterwards.
    pub(super) async fn collect(
        &mut self,
        step: Step,
        tag: &Tag,
        limit: Duration,
        mut take: impl FnMut(&Response<'_>) -> Result<(), ImapError> + Send,
    ) -> Result<Done, ImapError> {
        let deadline = Instant::now() + limit;
        loop {
            let done = timeout_at(
                deadline,
                self.read(step, |answer| match answer {
                    Response::Done { .. } => Ok(Done::of(answer, tag)),
                    other => take(other).map(|()| None),
                }),
            )
            .await
            .unwrap_or(Err(ImapError::Slow { step, limit }))??;
            if let Some(done) = done {
                return Ok(done);
            }
        }
    }

    /// One command whose untagged answers do not matter.
    ///
    /// # Errors
    /// As [`Wire::collect`].
    pub(super) async fn run(
        &mut self,
        step: Step,
        command: &str,
        limit: Duration,
    ) -> Result<Done, ImapError> {
        let tag = self.send(step, command).await?;
        self.collect(step, &tag, limit, |_| Ok(())).await
    }

    /// IDLE (RFC 2177) until the folder changes or `limit` is over. May be dropped while it waits:
    /// [`Wire::log_out`] ends the IDLE then.
    ///
    /// # Errors
    /// As [`Wire::collect`].
    pub(super) async fn idle(&mut self, limit: Duration) -> Result<Idled, ImapError> {
        let step = Step::Idle;
        let tag = self.send(step, "IDLE").await?;
        let mut news = false;
        let limit_to_begin = self.silence;
        let begun = Instant::now() + limit_to_begin;
        loop {
            // Chatter breaks the silence; it must not put off the `+` for ever.
            let heard = timeout_at(begun, self.read(step, |answer| Heard::of(answer, &tag))).await;
            let slow = ImapError::Slow {
                step,
                limit: limit_to_begin,
            };
            match heard.unwrap_or(Err(slow))? {
                Heard::Continue => break,
                Heard::Done => return Ok(Idled::Refused),
                Heard::News => news = true,
                Heard::Else => (),
            }
        }
        self.idling = Some(tag.clone());
        let deadline = Instant::now() + limit;
        // Silence is what one expects of an IDLE: only its own end counts.
        self.client.get_mut().watch(None);
        while !news {
            match timeout_at(deadline, self.read(step, |answer| Heard::of(answer, &tag))).await {
                Ok(heard) => match heard? {
                    // The server ended it by itself.
                    Heard::Done => {
                        self.idling = None;
                        return Ok(Idled::Quiet);
                    }
                    heard => news = heard == Heard::News,
                },
                Err(_) => break,
            }
        }
        self.write(step, "DONE\r\n").await?;
        self.idling = None;
        let silence = self.silence;
        self.collect(step, &tag, silence, |_| Ok(())).await?;
        Ok(if news { Idled::News } else { Idled::Quiet })
    }

    /// Says goodbye, for at most `limit`; what the server answers does not matter any more.
    pub(super) async fn log_out(mut self, limit: Duration) {
        let farewell = async {
            if self.idling.take().is_some() {
                self.write(Step::Logout, "DONE\r\n").await?;
            }
            let tag = self.send(Step::Logout, "LOGOUT").await?;
            self.collect(Step::Logout, &tag, limit, |_| Ok(())).await
        };
        let _ = timeout(limit, farewell).await;
    }

    async fn write(&mut self, step: Step, line: &str) -> Result<(), ImapError> {
        let silence = self.silence;
        let stream = self.client.get_mut();
        stream.watch(Some(silence));
        let whole = async {
            stream.write_all(line.as_bytes()).await?;
            stream.flush().await
        };
        timeout(silence, whole)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            .map_err(|error| ImapError::of_io(step, silence, error))
    }

    /// Reads one answer and makes of it what `take` says.
    async fn read<R>(
        &mut self,
        step: Step,
        take: impl FnOnce(&Response<'_>) -> R + Send,
    ) -> Result<R, ImapError> {
        // imap-proto 0.17 cuts the text behind a response code at byte 1, and panics where that byte
        // is inside a character (`* OK [ALERT]é`).
        let answer = AssertUnwindSafe(self.client.read_response())
            .catch_unwind()
            .await
            .map_err(|_| ImapError::NotUnderstood { step })?
            .map_err(|error| ImapError::of_io(step, self.silence, error))?
            .ok_or(ImapError::Closed { step })?;
        match answer.parsed() {
            Response::MailboxData(MailboxDatum::Exists(exists)) => {
                self.arrived |= *exists > self.exists;
                self.exists = *exists;
            }
            Response::Expunge(_) => self.exists = self.exists.saturating_sub(1),
            _ => (),
        }
        match answer.parsed() {
            Response::Data { status, .. } if *status == Status::Bye && step != Step::Logout => {
                Err(ImapError::Bye { step })
            }
            other => Ok(take(other)),
        }
    }
}

impl Done {
    /// The end of the command `tag`, if this is it.
    fn of(answer: &Response<'_>, tag: &Tag) -> Option<Self> {
        match answer {
            Response::Done {
                tag: theirs,
                status,
                outcome,
            } if theirs.0 == tag.0 => Some(Self {
                ok: *status == Status::Ok,
                code: match &outcome.code {
                    Some(code) => Code::of(code),
                    // Codes that imap-proto does not know are left in the text.
                    None => outcome.information.as_deref().and_then(Code::of_text),
                },
            }),
            _ => None,
        }
    }
}

impl Code {
    fn of(code: &ResponseCode<'_>) -> Option<Self> {
        match code {
            ResponseCode::ReadOnly => Some(Self::ReadOnly),
            ResponseCode::TryCreate => Some(Self::TryCreate),
            _ => None,
        }
    }

    fn of_text(text: &str) -> Option<Self> {
        let word = text.strip_prefix('[')?.split([']', ' ']).next()?;
        is_of_the_hour(word).then_some(Self::Unavailable)
    }
}

/// Response codes of RFC 5530, and one of Gmail's, that speak of the server or of the hour, neither
/// of a password nor of a folder (IMAP-33).
pub(super) fn is_of_the_hour(code: &str) -> bool {
    ["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "THROTTLED"]
        .iter()
        .any(|word| code.eq_ignore_ascii_case(word))
}

/// What SELECT says of a folder.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Folder {
    /// UIDVALIDITY; 0 where the server names none, which no server may.
    pub(super) uidvalidity: u32,
    /// UIDNEXT, if named.
    pub(super) uidnext: Option<u32>,
    /// The number of messages.
    pub(super) exists: u32,
}

impl Folder {
    /// Takes what an untagged answer to SELECT says.
    pub(super) fn read(&mut self, answer: &Response<'_>) {
        match answer {
            Response::MailboxData(MailboxDatum::Exists(exists)) => self.exists = *exists,
            Response::Data { outcome, .. } => match outcome.code {
                Some(ResponseCode::UidValidity(validity)) => self.uidvalidity = validity,
                Some(ResponseCode::UidNext(next)) if next > 0 => self.uidnext = Some(next),
                _ => (),
            },
            _ => (),
        }
    }
}

/// Takes the UIDs of an untagged SEARCH; 0 is no UID.
pub(super) fn read_search(answer: &Response<'_>, uids: &mut Vec<u32>) {
    if let Response::MailboxData(MailboxDatum::Search(found)) = answer {
        uids.extend(found.iter().filter(|uid| **uid > 0));
    }
}

/// What an answer means during IDLE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    Continue,
    Done,
    News,
    Else,
}

impl Heard {
    fn of(answer: &Response<'_>, tag: &Tag) -> Self {
        match answer {
            Response::Continue(_) => Self::Continue,
            Response::Done { tag: theirs, .. } if theirs.0 == tag.0 => Self::Done,
            Response::MailboxData(MailboxDatum::Exists(_) | MailboxDatum::Recent(_))
            | Response::Expunge(_) => Self::News,
            _ => Self::Else,
        }
    }
}
