//! Named points at which a test ends the process: the kill points K01–K20 of
//! `spec/reliability.md`, section 2.7. They exist in builds with debug assertions only.
//!
//! `VIGIE_FAILPOINT=K07:2` aborts when K07 is reached for the second time, as SIGKILL would: nothing
//! is written, nothing is closed. `VIGIE_FAILPOINT=K07:2:term` sends SIGTERM there instead, once,
//! and goes on.

/// Reaches the point of this name.
#[cfg(not(debug_assertions))]
#[inline]
pub fn hit(_name: &str) {}

#[cfg(debug_assertions)]
pub use armed::hit;

#[cfg(debug_assertions)]
mod armed {
    use std::process::Command;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// The point at which this process ends.
    struct Point {
        name: String,
        left: AtomicU32,
        is_term: bool,
    }

    /// Reaches the point of this name.
    pub fn hit(name: &str) {
        static POINT: OnceLock<Option<Point>> = OnceLock::new();
        let point = POINT.get_or_init(|| Point::parse(&std::env::var("VIGIE_FAILPOINT").ok()?));
        let Some(point) = point.as_ref().filter(|point| point.name == name) else {
            return;
        };
        if point.left.fetch_sub(1, Ordering::Relaxed) != 1 {
            return;
        }
        if !point.is_term {
            std::process::abort();
        }
        // The shell's parent is this process.
        let _ = Command::new("sh").args(["-c", "kill -TERM $PPID"]).status();
    }

    impl Point {
        fn parse(text: &str) -> Option<Self> {
            let mut parts = text.split(':');
            Some(Self {
                name: parts.next()?.to_owned(),
                left: AtomicU32::new(parts.next().map_or(Some(1), |count| count.parse().ok())?),
                is_term: parts.next() == Some("term"),
            })
        }
    }
}
