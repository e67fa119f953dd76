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

/// Does what a message asks for, for tests of what holds when reading a message fails: `X-Failpoint:
/// panic`, `abort` or `hang` in its first 4 KiB.
#[cfg(not(debug_assertions))]
#[inline]
pub fn asked_for(_message: &[u8]) {}

#[cfg(debug_assertions)]
pub use armed::{asked_for, hit};

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

    /// Does what a message asks for.
    pub fn asked_for(message: &[u8]) {
        const MARK: &[u8] = b"X-Failpoint: ";
        let head = &message[..message.len().min(4096)];
        let Some(at) = memchr::memmem::find(head, MARK) else {
            return;
        };
        let word = &head[at + MARK.len()..];
        if word.starts_with(b"panic") {
            std::panic::resume_unwind(Box::new("failpoint"));
        } else if word.starts_with(b"abort") {
            std::process::abort();
        } else if word.starts_with(b"hang") {
            std::thread::sleep(std::time::Duration::from_secs(3600));
        }
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
