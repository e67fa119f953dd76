//! A clock that only the test moves: hours of waiting take no time, and none passes by itself while
//! bytes or a database are on their way.

use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// While it lives, tokio's clock stands still.
pub struct Still {
    _let_go: Sender<()>,
}

impl Still {
    /// Stops the clock. Tokio would move it on by itself where nothing runs, but for a blocking
    /// task: this one blocks until the end of the test.
    pub fn begin() -> Self {
        let (let_go, end) = channel::<()>();
        tokio::task::spawn_blocking(move || {
            let _ = end.recv();
        });
        tokio::time::pause();
        Self { _let_go: let_go }
    }

    /// So much time passes.
    pub async fn advance(&self, by: Duration) {
        tokio::time::advance(by).await;
        self.rest().await;
    }

    /// Everything that can go on without time goes on for a while.
    pub async fn rest(&self) {
        for _ in 0..500 {
            tokio::task::yield_now().await;
        }
    }

    /// Lets moments pass until this is so. Each is a tenth of a second, and few are needed.
    pub async fn until(&self, mut so: impl FnMut() -> bool) {
        for _ in 0..1000 {
            if so() {
                return;
            }
            self.rest().await;
            // What runs in threads of its own needs real time.
            std::thread::sleep(Duration::from_millis(2));
            self.advance(Duration::from_millis(100)).await;
        }
        panic!("it never came");
    }
}
