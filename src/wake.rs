//! The one Notify: whoever stores work wakes the loops that wait for some.

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// Wakes every loop that listens. A loop asks to be woken before it looks for work, so that nothing
/// stored in between is missed, and keeps a slow poll as a net.
#[derive(Debug, Default)]
pub struct Wake(Notify);

impl Wake {
    /// Nobody listens yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// There is work.
    pub fn wake(&self) {
        self.0.notify_waiters();
    }

    /// Ends with the first [`Wake::wake`] after this call, even one before it is awaited.
    pub fn listen(&self) -> Notified<'_> {
        self.0.notified()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wake_between_asking_and_waiting_is_not_lost() {
        let wake = Wake::new();
        let (first, second) = (wake.listen(), wake.listen());
        wake.wake();
        first.await;
        second.await;
    }
}
