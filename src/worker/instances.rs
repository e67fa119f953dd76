//! The beat of this instance, and the watch over the others: who stood still for long enough is
//! buried, and what it had in hand goes on elsewhere.
//!
//! Time is counted by this instance's own monotonic clock, and only while it sees the database: after
//! an outage nobody is dead for not having beaten during it. A death is noticed within
//! [`DEAD`] and two beats, so that the mailbox is taken over within 30 s (IMAP-41).

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::store::{Peer, Settled, Store, StoreError};
use crate::wake::Wake;
use std::sync::Arc;

/// How often an instance says that it lives.
pub const BEAT: Duration = Duration::from_secs(3);

/// How long a beat may stand still before its instance counts as dead.
pub const DEAD: Duration = Duration::from_secs(15);

/// What the loop works with.
#[derive(Debug, Clone)]
pub struct Watching {
    /// The store, joined.
    pub store: Store,
    /// The time of day, for what is noted.
    pub clock: Clock,
    /// Told when work of the dead is free.
    pub wake: Arc<Wake>,
}

/// For how long each of the others has stood still.
#[derive(Debug, Default)]
pub struct Watch(HashMap<i64, Still>);

#[derive(Debug, Clone, Copy)]
struct Still {
    beat: i64,
    since: Duration,
}

impl Watch {
    /// Takes one look, `elapsed` after the last one; gives those that stood still for too long.
    /// Only as much of the time between two looks counts as lies between two beats.
    pub fn look(&mut self, peers: &[Peer], elapsed: Duration) -> Vec<Peer> {
        self.0
            .retain(|id, _| peers.iter().any(|peer| peer.id == *id));
        let mut dead = Vec::new();
        for peer in peers {
            let still = self.0.entry(peer.id).or_insert(Still {
                beat: peer.beat,
                since: Duration::ZERO,
            });
            if still.beat == peer.beat {
                still.since += elapsed.min(BEAT);
            } else {
                *still = Still {
                    beat: peer.beat,
                    since: Duration::ZERO,
                };
            }
            if still.since >= DEAD {
                dead.push(*peer);
            }
        }
        dead
    }
}

/// Beats and watches until `token` is cancelled. A store that fails for a while is waited for.
///
/// # Errors
/// The store failed in a way that time does not mend.
pub async fn run(parts: Watching, token: CancellationToken) -> Result<(), StoreError> {
    let mut watch = Watch::default();
    let mut last = Instant::now();
    let mut failures: u32 = 0;
    while !token.is_cancelled() {
        match round(&parts, &mut watch, &mut last).await {
            Ok(settled) => {
                failures = 0;
                if settled.instances > 0 {
                    tracing::warn!(
                        event = "instance.buried",
                        instances = settled.instances,
                        messages = settled.messages,
                        in_doubt = settled.in_doubt,
                        "another instance died: its work goes on here"
                    );
                    parts.wake.wake();
                }
            }
            Err(error) if error.is_transient() => {
                failures += 1;
                if failures == 1 {
                    tracing::warn!(
                        event = "instance.silent",
                        error = %error,
                        "this instance can't tell that it lives, trying again"
                    );
                }
            }
            Err(error) => return Err(error),
        }
        token.run_until_cancelled(sleep(BEAT)).await;
    }
    Ok(())
}

async fn round(
    parts: &Watching,
    watch: &mut Watch,
    last: &mut Instant,
) -> Result<Settled, StoreError> {
    let peers = parts.store.beat(parts.clock.now()).await?;
    let elapsed = last.elapsed();
    *last = Instant::now();
    let dead = watch.look(&peers, elapsed);
    if dead.is_empty() {
        return Ok(Settled::default());
    }
    parts.store.bury(&dead, parts.clock.now()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn peer(id: i64, beat: i64) -> Peer {
        Peer { id, beat }
    }

    #[test]
    fn who_stands_still_for_fifteen_seconds_is_dead_and_who_beats_is_not() {
        let mut watch = Watch::default();
        for second in 0..=5 {
            let dead = watch.look(&[peer(1, 7), peer(2, second)], BEAT);
            let expected: &[Peer] = if second == 4 || second == 5 {
                &[peer(1, 7)]
            } else {
                &[]
            };
            assert_eq!(dead, expected, "{second}");
        }
    }

    #[test]
    fn sto_05_an_outage_of_the_database_kills_nobody() {
        let mut watch = Watch::default();
        watch.look(&[peer(1, 7)], BEAT);
        // Neither beat nor look was possible for an hour.
        assert_eq!(watch.look(&[peer(1, 7)], 3600 * SECOND), []);
        assert_eq!(watch.look(&[peer(1, 8)], BEAT), []);
    }
}
