//! Taking messages: sizes first, then small ones together and large ones in slices (`slice`), so that
//! neither a large message nor a broken one holds up or loses the others.
//!
//! The end of a FETCH proves nothing: what was asked for is compared with what came.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::error::{ImapError, Step};
use super::owed::uid_set;
use super::search::search_uids;
use super::slice::Sliced;
use super::wire::{AttributeValue, Response};
use super::{Batch, Imap};
use crate::domain::message::{Fetched, Place};

/// The most messages whose sizes one command asks for.
const SIZES: usize = 500;
/// The most messages, and by their sizes the most bytes, that one command asks for.
const TOGETHER: usize = 50;
const TOGETHER_BYTES: u64 = 8 * 1024 * 1024;
/// A larger message is asked for in slices.
const SMALL: u64 = 1024 * 1024;
/// What the server says of a message before it gives it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    pub(super) size: Option<u64>,
    pub(super) internal_date: Option<DateTime<Utc>>,
}

impl Imap {
    /// The next batch of this round, or nothing when the round is over. `now` stands in where the
    /// server gives no date. May be dropped: nothing is handed over before it is whole.
    ///
    /// # Errors
    /// The session ended; what came before has been given by earlier calls.
    pub async fn next(&mut self, now: DateTime<Utc>) -> Result<Option<Batch>, ImapError> {
        let batch = match self.failed.take() {
            Some(error) => Err(error),
            None => self.next_batch(now).await,
        };
        if batch.is_err() {
            self.session = None;
            self.queue.clear();
        }
        batch
    }

    async fn next_batch(&mut self, now: DateTime<Utc>) -> Result<Option<Batch>, ImapError> {
        loop {
            let messages = match self.queue.front() {
                Some(uid) => self.fetch(*uid, now).await?,
                None if self.searching => {
                    self.search().await?;
                    continue;
                }
                None => return Ok(self.hand_over(Vec::new())),
            };
            if !messages.is_empty() {
                return Ok(self.hand_over(messages));
            }
        }
    }

    /// One step towards the message `uid` at the head of the queue.
    async fn fetch(&mut self, uid: u32, now: DateTime<Utc>) -> Result<Vec<Fetched>, ImapError> {
        let Some(owed) = &self.owed else {
            return Err(ImapError::Closed { step: Step::Bodies });
        };
        let uidvalidity = owed.uidvalidity();
        if owed.is_given_up(uid) {
            self.queue.pop_front();
            return Ok(vec![self.give_up(uidvalidity, uid, now)]);
        }
        let alone = owed.is_alone(uid);
        let Some(facts) = self.facts.get(&uid).copied() else {
            self.read_facts().await?;
            return Ok(Vec::new());
        };
        if !alone && facts.size.is_some_and(|size| size <= SMALL) {
            return self.fetch_together(uidvalidity, now).await;
        }
        self.queue.pop_front();
        let (bytes, left_on_server) = match self.fetch_sliced(uidvalidity, uid, facts.size).await {
            Ok(Sliced::Whole(bytes)) => (bytes, false),
            Ok(Sliced::Excerpt(bytes)) => (bytes, true),
            Ok(Sliced::PutOff) => return Ok(Vec::new()),
            Ok(Sliced::Absent) => {
                self.account_for(&[uid]).await?;
                return Ok(Vec::new());
            }
            Err(error) => {
                // Half a message more than before is no try in vain.
                if self.partial.is_none() {
                    self.withhold(uid);
                }
                return Err(error);
            }
        };
        Ok(vec![Fetched {
            place: Place::Imap { uidvalidity, uid },
            internal_date: facts.internal_date.unwrap_or(now),
            bytes,
            left_on_server,
            told_size: facts.size,
            withheld: false,
        }])
    }

    /// Asks for sizes and dates of the messages at the head of the queue.
    async fn read_facts(&mut self) -> Result<(), ImapError> {
        let uids = self.head_of_queue(SIZES);
        let mut facts = BTreeMap::new();
        let command = format!(
            "UID FETCH {} (UID RFC822.SIZE INTERNALDATE FLAGS)",
            uid_set(&uids)
        );
        let done = self
            .collect(Step::Sizes, &command, self.limits.command, |attributes| {
                let read = Facts {
                    size: attributes.iter().find_map(|attribute| match attribute {
                        AttributeValue::Rfc822Size(size) => Some(u64::from(*size)),
                        _ => None,
                    }),
                    internal_date: attributes.iter().find_map(|attribute| match attribute {
                        AttributeValue::InternalDate(date) => parse_date(date),
                        _ => None,
                    }),
                };
                // Flags alone, told because another client changed them, are no answer to this.
                if let Some(uid) = uid_of(attributes)
                    && (read.size.is_some() || read.internal_date.is_some())
                {
                    facts.entry(uid).or_insert(read);
                }
                Ok(())
            })
            .await;
        if let Err(error) = done {
            self.blame(&uids);
            return Err(error);
        }
        let absent: Vec<u32> = uids
            .into_iter()
            .filter(|uid| !facts.contains_key(uid))
            .collect();
        self.facts.extend(facts);
        self.account_for(&absent).await
    }

    /// Asks for the small messages at the head of the queue with one command.
    async fn fetch_together(
        &mut self,
        uidvalidity: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<Fetched>, ImapError> {
        let mut bytes = 0;
        let uids: Vec<u32> = self
            .head_of_queue(TOGETHER)
            .into_iter()
            .take_while(|uid| {
                let size = self.facts.get(uid).and_then(|facts| facts.size);
                bytes += size.unwrap_or(u64::MAX / 2).min(u64::MAX / 4);
                size.is_some_and(|size| size <= SMALL) && bytes <= TOGETHER_BYTES
            })
            .collect();
        self.queue.drain(..uids.len());
        let asked: BTreeSet<u32> = uids.iter().copied().collect();
        let mut bodies: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
        let mut taken: u64 = 0;
        let command = format!("UID FETCH {} (UID BODY.PEEK[])", uid_set(&uids));
        let done = self
            .collect(Step::Bodies, &command, self.limits.bodies, |attributes| {
                if let Some(uid) = uid_of(attributes)
                    && let Some((None | Some(0), body)) = body_of(attributes)
                    && asked.contains(&uid)
                    && !bodies.contains_key(&uid)
                {
                    taken += body.len() as u64;
                    bodies.insert(uid, body.to_vec());
                }
                // Sizes that lie do not fill the memory.
                if taken > 2 * TOGETHER_BYTES {
                    return Err(ImapError::NotUnderstood { step: Step::Bodies });
                }
                Ok(())
            })
            .await;
        bodies.retain(|uid, body| {
            !body.is_empty()
                || self
                    .facts
                    .get(uid)
                    .is_some_and(|facts| facts.size == Some(0))
        });
        let absent: Vec<u32> = uids
            .into_iter()
            .filter(|uid| !bodies.contains_key(uid))
            .collect();
        let accounted = match done {
            Ok(()) => self.account_for(&absent).await,
            Err(error) => {
                self.separate(&absent);
                Err(error)
            }
        };
        if let Err(error) = accounted {
            if bodies.is_empty() {
                return Err(error);
            }
            // What came whole before the break is kept; the break is told with the next call.
            self.failed = Some(error);
        }
        Ok(bodies
            .into_iter()
            .map(|(uid, bytes)| {
                let facts = self.facts.get(&uid);
                let date = facts.and_then(|facts| facts.internal_date);
                Fetched {
                    place: Place::Imap { uidvalidity, uid },
                    internal_date: date.unwrap_or(now),
                    bytes,
                    left_on_server: false,
                    told_size: facts.and_then(|facts| facts.size),
                    withheld: false,
                }
            })
            .collect())
    }

    /// Runs a FETCH and hands each answer's attributes to `take`. NO and BAD are errors too: what
    /// came before them is with the caller.
    pub(super) async fn collect(
        &mut self,
        step: Step,
        command: &str,
        limit: Duration,
        mut take: impl FnMut(&[AttributeValue<'_>]) -> Result<(), ImapError> + Send,
    ) -> Result<(), ImapError> {
        let Some(session) = &mut self.session else {
            return Err(ImapError::Closed { step });
        };
        let tag = session.wire.send(step, command).await?;
        let done = session
            .wire
            .collect(step, &tag, limit, |answer| match answer {
                Response::Fetch(_, attributes) => take(attributes),
                _ => Ok(()),
            })
            .await?;
        if done.ok {
            Ok(())
        } else {
            Err(ImapError::Refused { step })
        }
    }

    /// Asks whether messages that did not come are still there: those that are not were taken away
    /// by somebody else, which is no fault.
    async fn account_for(&mut self, absent: &[u32]) -> Result<(), ImapError> {
        if absent.is_empty() {
            return Ok(());
        }
        self.queue.retain(|uid| !absent.contains(uid));
        let Some(session) = &mut self.session else {
            return Err(ImapError::Closed { step: Step::Search });
        };
        let there: BTreeSet<u32> =
            search_uids(&mut session.wire, &uid_set(absent), self.limits.command)
                .await?
                .into_iter()
                .collect();
        for uid in absent {
            if there.contains(uid) {
                self.withhold(*uid);
            } else if let Some(owed) = &mut self.owed {
                owed.settle(*uid);
            }
        }
        Ok(())
    }

    /// The first messages of the queue that may be asked for together; one where it is to be alone.
    fn head_of_queue(&self, most: usize) -> Vec<u32> {
        let alone = |uid: &u32| self.owed.as_ref().is_some_and(|owed| owed.is_alone(*uid));
        let together: Vec<u32> = self
            .queue
            .iter()
            .copied()
            .take_while(|uid| !alone(uid))
            .take(most)
            .collect();
        if together.is_empty() {
            self.queue.front().copied().into_iter().collect()
        } else {
            together
        }
    }

    /// A command for these failed.
    fn blame(&mut self, uids: &[u32]) {
        match uids {
            [uid] if self.owed.as_ref().is_some_and(|owed| owed.is_alone(*uid)) => {
                self.withhold(*uid);
            }
            _ => self.separate(uids),
        }
    }

    fn separate(&mut self, uids: &[u32]) {
        if let Some(owed) = &mut self.owed {
            owed.separate(uids);
        }
    }

    fn withhold(&mut self, uid: u32) {
        if let Some(facts) = self.facts.get(&uid) {
            self.told.insert(uid, *facts);
        }
        if let Some(owed) = &mut self.owed {
            owed.withheld(uid);
        }
    }
}

pub(super) fn uid_of(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) if *uid > 0 => Some(*uid),
        _ => None,
    })
}

/// The whole body, or a slice of it with its offset. `BODY[] NIL` is none.
pub(super) fn body_of<'a>(attributes: &'a [AttributeValue<'_>]) -> Option<(Option<u32>, &'a [u8])> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection {
            section: None,
            index,
            data: Some(data),
        } => Some((*index, data.as_ref())),
        _ => None,
    })
}

/// INTERNALDATE of RFC 9051 section 9: ` 1-Nov-2026 08:12:41 +0100`.
fn parse_date(date: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_str(date.trim(), "%d-%b-%Y %H:%M:%S %z")
        .ok()
        .map(|date| date.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_the_server_are_read() {
        for (said, meant) in [
            (" 1-Nov-2026 08:12:41 +0100", Some("2026-11-01T07:12:41Z")),
            ("23-Nov-2026 00:00:00 -0430", Some("2026-11-23T04:30:00Z")),
            ("23-Nov-2026", None),
            ("", None),
        ] {
            let meant = meant.map(|text| text.parse::<DateTime<Utc>>().unwrap());
            assert_eq!(parse_date(said), meant, "{said:?}");
        }
    }
}
