//! Starting, watching and stopping the loops. The first signal lets each finish what is in hand; a
//! second one, or ten seconds, drops the rest. Only what must not be dropped ([`Lifecycle::hold_while`])
//! is waited for longer. A loop that ends by itself stops the service with a failing code, so that
//! its supervisor sees it.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// How long loops may take to finish what is in hand.
const GRACE: Duration = Duration::from_secs(10);

/// What a loop is given after it held, to write down what came of it.
const SETTLING: Duration = Duration::from_secs(5);

/// How often a stop asks whether something still holds.
const LOOK: Duration = Duration::from_millis(100);

/// The loops that run.
pub struct Lifecycle {
    token: CancellationToken,
    loops: JoinSet<(&'static str, Result<(), String>)>,
    held: Box<dyn Fn() -> bool + Send + Sync>,
    terminate: Signal,
    interrupt: Signal,
}

impl fmt::Debug for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifecycle")
            .field("loops", &self.loops.len())
            .finish_non_exhaustive()
    }
}

/// How the service ended, when it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Everything in hand was finished.
    Finished,
    /// Something in hand was dropped: it is taken up at the next start.
    Dropped,
}

/// Why the service ended though nobody asked it to.
#[derive(Debug, thiserror::Error)]
pub enum LifecycleError {
    /// The system gives us no signals.
    #[error("signals can't be waited for")]
    Signals(#[source] io::Error),
    /// A loop ended with an error.
    #[error("the {name} loop failed: {cause}")]
    Failed {
        /// Which.
        name: &'static str,
        /// Its error, with what lies behind it.
        cause: String,
    },
    /// A loop ended without one.
    #[error("the {0} loop ended by itself")]
    Ended(&'static str),
    /// A loop panicked.
    #[error("a loop panicked")]
    Panicked,
}

impl Lifecycle {
    /// No loop yet. Cancelling `token` is the same as the first signal. From here on signals are
    /// heard: one that came between the start of the loops and [`Lifecycle::run`] would end the
    /// process as it stands.
    ///
    /// # Errors
    /// The system gives us no signals.
    pub fn new(token: CancellationToken) -> Result<Self, LifecycleError> {
        Ok(Self {
            token,
            loops: JoinSet::new(),
            held: Box::new(|| false),
            terminate: signal(SignalKind::terminate()).map_err(LifecycleError::Signals)?,
            interrupt: signal(SignalKind::interrupt()).map_err(LifecycleError::Signals)?,
        })
    }

    /// The token that tells a loop to finish.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// Starts a loop. It ends, with what is in hand finished, once the token is cancelled.
    pub fn start<E: Error + Send + 'static>(
        &mut self,
        name: &'static str,
        work: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        self.loops
            .spawn(async move { (name, work.await.map_err(|error| chain(&error))) });
    }

    /// While this is true a stop waits, beyond its ten seconds. Whoever holds sets the limit.
    pub fn hold_while(&mut self, held: impl Fn() -> bool + Send + Sync + 'static) {
        self.held = Box::new(held);
    }

    /// Waits for SIGTERM, SIGINT or the token, then for the loops.
    ///
    /// # Errors
    /// A loop ended before it was asked to; the others were stopped.
    pub async fn run(mut self) -> Result<Stopped, LifecycleError> {
        let died = tokio::select! {
            died = first_to_end(&mut self.loops) => died,
            () = any(&mut self.terminate, &mut self.interrupt) => None,
            () = self.token.cancelled() => None,
        };
        match &died {
            Some(died) => tracing::error!(event = "service.failed", "{died}"),
            None => tracing::info!(event = "service.stopping", "finishing what is in hand"),
        }
        self.token.cancel();
        let finished = tokio::select! {
            () = finish(&mut self.loops) => true,
            () = patience(&*self.held) => false,
            () = any(&mut self.terminate, &mut self.interrupt) => false,
        };
        self.loops.abort_all();
        match died {
            Some(died) => Err(died),
            None if finished => Ok(Stopped::Finished),
            None => {
                tracing::warn!(
                    event = "service.dropped",
                    "what was in hand is taken up at the next start"
                );
                Ok(Stopped::Dropped)
            }
        }
    }
}

async fn any(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => (),
        _ = interrupt.recv() => (),
    }
}

/// Until nobody may ask for more time.
async fn patience(held: &(dyn Fn() -> bool + Send + Sync)) {
    let mut end = Instant::now() + GRACE;
    while Instant::now() < end {
        sleep(LOOK).await;
        if held() {
            end = end.max(Instant::now() + SETTLING);
        }
    }
}

async fn first_to_end(
    loops: &mut JoinSet<(&'static str, Result<(), String>)>,
) -> Option<LifecycleError> {
    Some(match loops.join_next().await? {
        Ok((name, Ok(()))) => LifecycleError::Ended(name),
        Ok((name, Err(cause))) => LifecycleError::Failed { name, cause },
        Err(_) => LifecycleError::Panicked,
    })
}

async fn finish(loops: &mut JoinSet<(&'static str, Result<(), String>)>) {
    while let Some(ended) = loops.join_next().await {
        if let Ok((name, Err(cause))) = ended {
            tracing::error!(
                event = "loop.failed",
                name,
                "the loop did not end well: {cause}"
            );
        }
    }
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use std::future::pending;

    fn lifecycle() -> Lifecycle {
        Lifecycle::new(CancellationToken::new()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn loops_that_end_when_asked_are_a_clean_end() {
        let mut life = lifecycle();
        let token = life.token();
        life.start("one", {
            let token = life.token();
            async move {
                token.cancelled().await;
                tokio::time::sleep(Duration::from_secs(9)).await;
                Ok::<_, Infallible>(())
            }
        });
        token.cancel();
        assert_eq!(life.run().await.unwrap(), Stopped::Finished);
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_does_not_end_is_dropped_after_ten_seconds() {
        let mut life = lifecycle();
        life.start("stuck", pending::<Result<(), Infallible>>());
        life.token().cancel();
        let before = tokio::time::Instant::now();
        assert_eq!(life.run().await.unwrap(), Stopped::Dropped);
        assert!(before.elapsed() >= GRACE && before.elapsed() < GRACE + Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_holds_is_waited_for_and_written_down() {
        let mut life = lifecycle();
        let token = life.token();
        let begun = Instant::now();
        let answer = begun + Duration::from_secs(500);
        life.hold_while(move || Instant::now() < answer);
        life.start("deliver", {
            let token = token.clone();
            async move {
                token.cancelled().await;
                tokio::time::sleep_until(answer + Duration::from_secs(4)).await;
                Ok::<_, Infallible>(())
            }
        });
        token.cancel();
        assert_eq!(life.run().await.unwrap(), Stopped::Finished);
    }

    #[tokio::test(start_paused = true)]
    async fn what_held_and_does_not_end_is_dropped_in_the_end() {
        let mut life = lifecycle();
        let begun = Instant::now();
        let answer = begun + Duration::from_secs(60);
        life.hold_while(move || Instant::now() < answer);
        life.start("stuck", pending::<Result<(), Infallible>>());
        life.token().cancel();
        assert_eq!(life.run().await.unwrap(), Stopped::Dropped);
        let after = begun.elapsed();
        assert!(after > Duration::from_secs(60) && after < Duration::from_secs(66));
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_dies_stops_the_others_and_is_an_error() {
        let mut life = lifecycle();
        let token = life.token();
        life.start("other", {
            let token = token.clone();
            async move {
                token.cancelled().await;
                Ok::<_, Infallible>(())
            }
        });
        life.start("broken", async {
            Err::<(), _>(io::Error::other("no disk"))
        });
        let error = life.run().await.unwrap_err();
        assert_eq!(error.to_string(), "the broken loop failed: no disk");
        assert!(token.is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_ends_or_panics_by_itself_is_an_error() {
        let mut life = lifecycle();
        life.start("short", async { Ok::<_, Infallible>(()) });
        assert!(matches!(
            life.run().await,
            Err(LifecycleError::Ended("short"))
        ));
        let mut life = lifecycle();
        life.start("panics", async {
            if true {
                panic!("on purpose");
            }
            Ok::<_, Infallible>(())
        });
        assert!(matches!(life.run().await, Err(LifecycleError::Panicked)));
    }
}
