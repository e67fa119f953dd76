//! Large messages, slice by slice, so that memory stays bounded, a slow server gets on with one in
//! each round, and others have their turn.

use std::time::Duration;

use tokio::time::Instant;

use super::Imap;
use super::error::{ImapError, Step};
use super::fetch::{body_of, uid_of};

/// The bytes of one slice grow and shrink between these with the speed of the server.
pub(super) const SLICE_MIN: u32 = 256 * 1024;
const SLICE_MAX: u32 = 4 * 1024 * 1024;
const SLICE_FAST: Duration = Duration::from_secs(1);
const SLICE_SLOW: Duration = Duration::from_secs(5);
/// What is taken of a message over the size limit: its headers and, in nearly all mail, its text.
const HEAD: u64 = 1024 * 1024;

/// The beginning of a large message, kept so that a slow server gets on with it in each round.
#[derive(Debug)]
pub(super) struct Partial {
    uidvalidity: u32,
    pub(super) uid: u32,
    bytes: Vec<u8>,
}

/// How the slices of one message went.
pub(super) enum Sliced {
    Whole(Vec<u8>),
    /// The rest stays on the server.
    Beginning(Vec<u8>),
    /// Others have their turn.
    PutOff,
    /// The server gave nothing.
    Absent,
}

impl Imap {
    /// Asks for one message slice by slice. The announced size is not relied on: a slice shorter than
    /// asked for is the last.
    pub(super) async fn fetch_sliced(
        &mut self,
        uidvalidity: u32,
        uid: u32,
        size: Option<u64>,
    ) -> Result<Sliced, ImapError> {
        let most = if size.is_some_and(|size| size > self.max_size) {
            HEAD.min(self.max_size)
        } else {
            self.max_size
        };
        let mut bytes = match self.partial.take() {
            Some(partial) if (partial.uidvalidity, partial.uid) == (uidvalidity, uid) => {
                partial.bytes
            }
            _ => Vec::new(),
        };
        let turn = Instant::now() + self.limits.turn;
        loop {
            let have = bytes.len() as u64;
            let want = u64::from(self.slice).min(most.saturating_sub(have));
            if want == 0 {
                let whole = size == Some(have);
                return Ok(if whole {
                    Sliced::Whole(bytes)
                } else {
                    Sliced::Beginning(bytes)
                });
            }
            let asked = Instant::now();
            let slice = match self.slice_of(uid, have, want).await {
                Ok(slice) => slice,
                Err(error) => {
                    if have > 0 {
                        self.partial = Some(Partial {
                            uidvalidity,
                            uid,
                            bytes,
                        });
                    }
                    return Err(error);
                }
            };
            let slice = match slice {
                Some(slice) => slice,
                // Nothing behind the announced end is no refusal.
                None if have > 0 && size == Some(have) => Vec::new(),
                None => return Ok(Sliced::Absent),
            };
            bytes.extend_from_slice(&slice);
            if bytes.is_empty() && size != Some(0) {
                return Ok(Sliced::Absent);
            }
            if (slice.len() as u64) < want {
                return Ok(Sliced::Whole(bytes));
            }
            self.slice = match asked.elapsed() {
                fast if fast < SLICE_FAST => self.slice.saturating_mul(2).min(SLICE_MAX),
                slow if slow > SLICE_SLOW => (self.slice / 2).max(SLICE_MIN),
                _ => self.slice,
            };
            if Instant::now() > turn {
                self.partial = Some(Partial {
                    uidvalidity,
                    uid,
                    bytes,
                });
                return Ok(Sliced::PutOff);
            }
        }
    }

    async fn slice_of(
        &mut self,
        uid: u32,
        offset: u64,
        want: u64,
    ) -> Result<Option<Vec<u8>>, ImapError> {
        let mut slice = None;
        let command = format!("UID FETCH {uid} (UID BODY.PEEK[]<{offset}.{want}>)");
        self.collect(Step::Bodies, &command, self.limits.bodies, |attributes| {
            if uid_of(attributes) == Some(uid)
                && let Some((Some(at), body)) = body_of(attributes)
                && u64::from(at) == offset
                && slice.is_none()
            {
                if body.len() as u64 > want {
                    return Err(ImapError::NotUnderstood { step: Step::Bodies });
                }
                slice = Some(body.to_vec());
            }
            Ok(())
        })
        .await?;
        Ok(slice)
    }
}
