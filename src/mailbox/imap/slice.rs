//! Large messages, slice by slice, so that memory stays bounded, a slow server gets on with one in
//! each round, and others have their turn.

use std::time::Duration;

use tokio::time::Instant;

use super::Imap;
use super::error::{ImapError, Step};
use super::fetch::{body_of, uid_of};
use crate::mailbox::excerpt::{Excerpt, LOOKED_THROUGH};

/// The bytes of one slice grow and shrink between these with the speed of the server.
pub(super) const SLICE_MIN: u32 = 256 * 1024;
const SLICE_MAX: u32 = 4 * 1024 * 1024;
const SLICE_FAST: Duration = Duration::from_secs(1);
const SLICE_SLOW: Duration = Duration::from_secs(5);

/// The beginning of a large message, kept so that a slow server gets on with it in each round.
#[derive(Debug)]
pub(super) struct Partial {
    uidvalidity: u32,
    pub(super) uid: u32,
    taken: Taken,
}

/// What is here of a large message.
#[derive(Debug)]
enum Taken {
    /// All of it so far.
    Whole(Vec<u8>),
    /// It is over the size limit.
    Excerpt(Excerpt),
}

impl Taken {
    fn len(&self) -> u64 {
        match self {
            Self::Whole(bytes) => bytes.len() as u64,
            Self::Excerpt(excerpt) => excerpt.taken(),
        }
    }

    fn take(&mut self, slice: &[u8]) {
        match self {
            Self::Whole(bytes) => bytes.extend_from_slice(slice),
            Self::Excerpt(excerpt) => excerpt.take(slice),
        }
    }

    fn end(self) -> Sliced {
        match self {
            Self::Whole(bytes) => Sliced::Whole(bytes),
            Self::Excerpt(excerpt) => Sliced::Excerpt(excerpt.end()),
        }
    }
}

/// How the slices of one message went.
pub(super) enum Sliced {
    Whole(Vec<u8>),
    /// Headers and texts; the rest stays on the server.
    Excerpt(Vec<u8>),
    /// Others have their turn.
    PutOff,
    /// The server gave nothing.
    Absent,
}

impl Imap {
    /// Asks for one message slice by slice. Neither the announced size is relied on nor a slice that
    /// is shorter than asked for: the message ends where the announced size is reached, or where
    /// nothing more comes. One that is over the size limit, as announced or as found, is looked
    /// through and not held.
    pub(super) async fn fetch_sliced(
        &mut self,
        uidvalidity: u32,
        uid: u32,
        size: Option<u64>,
    ) -> Result<Sliced, ImapError> {
        let is_over = size.is_some_and(|size| size > self.max_size);
        let mut taken = match self.partial.take() {
            Some(partial) if (partial.uidvalidity, partial.uid) == (uidvalidity, uid) => {
                partial.taken
            }
            _ if is_over => Taken::Excerpt(Excerpt::new()),
            // Grown piece by piece it would take twice its size for a while.
            _ => {
                let size = size.unwrap_or_default().min(self.max_size);
                Taken::Whole(Vec::with_capacity(
                    usize::try_from(size).unwrap_or_default(),
                ))
            }
        };
        let turn = Instant::now() + self.limits.turn;
        loop {
            let have = taken.len();
            if let Taken::Whole(bytes) = &taken
                && have >= self.max_size
                && size != Some(have)
            {
                let mut excerpt = Excerpt::new();
                excerpt.take(bytes);
                taken = Taken::Excerpt(excerpt);
            }
            let most = match taken {
                Taken::Whole(_) => self.max_size,
                Taken::Excerpt(_) => LOOKED_THROUGH,
            };
            let want = u64::from(self.slice).min(most.saturating_sub(have));
            if want == 0 || (have > 0 && size == Some(have)) {
                return Ok(taken.end());
            }
            let asked = Instant::now();
            let slice = match self.slice_of(uid, have, want).await {
                Ok(slice) => slice,
                Err(error) => {
                    if have > 0 {
                        self.keep_partial(uidvalidity, uid, taken);
                    }
                    return Err(error);
                }
            };
            let slice = match slice {
                Some(slice) => slice,
                // Nothing behind the announced end is no refusal.
                None if have > 0 && size.is_some_and(|size| have >= size) => Vec::new(),
                None => return Ok(Sliced::Absent),
            };
            if have == 0 && slice.is_empty() && size != Some(0) {
                return Ok(Sliced::Absent);
            }
            if slice.is_empty() {
                return Ok(taken.end());
            }
            taken.take(&slice);
            self.slice = match asked.elapsed() {
                fast if fast < SLICE_FAST => self.slice.saturating_mul(2).min(SLICE_MAX),
                slow if slow > SLICE_SLOW => (self.slice / 2).max(SLICE_MIN),
                _ => self.slice,
            };
            if Instant::now() > turn {
                self.keep_partial(uidvalidity, uid, taken);
                return Ok(Sliced::PutOff);
            }
        }
    }

    fn keep_partial(&mut self, uidvalidity: u32, uid: u32, taken: Taken) {
        self.partial = Some(Partial {
            uidvalidity,
            uid,
            taken,
        });
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
