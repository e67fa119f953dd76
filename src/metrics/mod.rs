//! Figures of the running service that the store does not hold: how mailbox and sending fare, what
//! was counted, and the text in which Prometheus reads all figures.

use std::fmt::{Display, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

pub use histogram::{Answering, FAILURES, Fetched, Histogram, Reading, Requests};

mod histogram;

/// Every outcome of a round of fetching: `ok`, or why it failed.
pub const OUTCOMES: [&str; 7] = [
    "ok", "auth", "tls", "network", "protocol", "folder", "store",
];

/// How the mailbox fares, written by the fetch loop, read by pages and health.
#[derive(Debug, Default)]
pub struct MailboxHealth {
    state: Mutex<MailboxState>,
    polls: [AtomicU64; OUTCOMES.len()],
    /// What the loop measures.
    pub measured: Fetched,
}

/// One look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MailboxState {
    /// When a round last went through: « Relevé il y a … ».
    pub last_success: Option<DateTime<Utc>>,
    /// Set while rounds fail.
    pub failure: Option<MailboxFailure>,
    /// The messages in the folder at the last comparison with the ledger.
    pub uids_server: u64,
    /// Those of them that are stored.
    pub uids_accounted: u64,
    /// Set while the two differ: since the first comparison that found it.
    pub gap_since: Option<DateTime<Utc>>,
}

/// Rounds that fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailboxFailure {
    /// When the first of them failed.
    pub since: DateTime<Utc>,
    /// `auth`, `tls`, `network`, `protocol`, `folder`, `store`.
    pub error: &'static str,
    /// How many failed in a row.
    pub tries: u32,
    /// When the next one begins.
    pub next_try: DateTime<Utc>,
}

impl MailboxHealth {
    /// The present state.
    #[must_use]
    pub fn state(&self) -> MailboxState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A round went through. The failure that it ends, if any.
    pub fn succeeded(&self, now: DateTime<Utc>) -> Option<MailboxFailure> {
        self.count("ok");
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.last_success = Some(now);
        state.failure.take()
    }

    /// Messages were stored in a round that goes on: a long one is no silence.
    pub fn progressed(&self, now: DateTime<Utc>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.last_success = Some(now);
    }

    /// A round failed, for the `tries`th time in a row.
    pub fn failed(
        &self,
        error: &'static str,
        tries: u32,
        next_try: DateTime<Utc>,
        now: DateTime<Utc>,
    ) {
        self.count(error);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let since = state.failure.map_or(now, |failure| failure.since);
        state.failure = Some(MailboxFailure {
            since,
            error,
            tries,
            next_try,
        });
    }

    /// The folder was compared with the ledger: it holds `server` messages, of which `accounted`
    /// are stored.
    pub fn reconciled(&self, server: u64, accounted: u64, now: DateTime<Utc>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state.uids_server, state.uids_accounted) = (server, accounted);
        state.gap_since = if server == accounted {
            None
        } else {
            state.gap_since.or(Some(now))
        };
    }

    /// How many rounds ended how, in the order of [`OUTCOMES`].
    pub fn polls(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.polls.iter().map(|count| count.load(Ordering::Relaxed));
        OUTCOMES.into_iter().zip(counts)
    }

    fn count(&self, outcome: &str) {
        let named = OUTCOMES.iter().zip(&self.polls);
        if let Some((_, count)) = named.into_iter().find(|(name, _)| **name == outcome) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// How sending fares, written by the deliver loop, read by pages and health.
#[derive(Debug, Default)]
pub struct SendingHealth {
    state: Mutex<SendingState>,
    /// From a ticket's first message to the first mail about it.
    pub first_answer: Answering,
    /// From a ticket's first message until we said that it is complete (E2).
    pub completion: Answering,
}

/// One look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SendingState {
    /// When a server last took a mail.
    pub last_success: Option<DateTime<Utc>>,
    /// Set while the way out is closed.
    pub failure: Option<SendingFailure>,
}

/// A way out that is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendingFailure {
    /// Since the first mail that could not leave.
    pub since: DateTime<Utc>,
    /// Where it fails, a stage of the transport: `connect`, `tls`, `login`, `mail`, `folder`.
    pub kind: &'static str,
    /// How many tries failed in a row.
    pub tries: u32,
}

impl SendingHealth {
    /// The present state.
    #[must_use]
    pub fn state(&self) -> SendingState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A server answered about a mail, whatever it said: the way is open (SND-04).
    pub fn is_open(&self) {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .failure = None;
    }

    /// A server took a mail.
    pub fn succeeded(&self, now: DateTime<Utc>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.last_success = Some(now);
        state.failure = None;
    }

    /// No mail can leave, whichever it is.
    pub fn failed(&self, kind: &'static str, now: DateTime<Utc>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, tries) = state
            .failure
            .map_or((now, 0), |failure| (failure.since, failure.tries));
        state.failure = Some(SendingFailure {
            since,
            kind,
            tries: tries.saturating_add(1),
        });
    }
}

/// How calls of the alarm went.
#[derive(Debug, Default)]
pub struct AlarmCounts {
    /// Webhooks that were answered with 2xx.
    pub delivered: AtomicU64,
    /// Webhooks that were not.
    pub failed: AtomicU64,
}

/// What a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Only rises, but for a restart.
    Counter,
    /// Rises and falls.
    Gauge,
    /// How many values lay where.
    Histogram,
}

/// Writes figures in Prometheus' text format 0.0.4. Names and labels come from the program, values
/// of labels from closed sets: nothing needs to be escaped but what [`Exposition::labelled`] escapes.
#[derive(Debug, Default)]
pub struct Exposition(String);

impl Exposition {
    /// A figure without labels.
    pub fn plain(&mut self, name: &str, kind: Type, help: &str, value: impl Display) {
        self.head(name, kind, help);
        self.line(format_args!("{name} {value}"));
    }

    /// The same where it is known.
    pub fn known(&mut self, name: &str, kind: Type, help: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.plain(name, kind, help, value);
        }
    }

    /// A figure for each value of one label.
    pub fn labelled<V: Display>(
        &mut self,
        (name, label): (&str, &str),
        kind: Type,
        help: &str,
        values: impl IntoIterator<Item = (impl AsRef<str>, V)>,
    ) {
        self.head(name, kind, help);
        for (word, value) in values {
            let word = word.as_ref().replace('\\', "\\\\");
            let word = word.replace('"', "\\\"").replace('\n', "\\n");
            self.line(format_args!("{name}{{{label}=\"{word}\"}} {value}"));
        }
    }

    /// A distribution without labels.
    pub fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) {
        self.head(name, Type::Histogram, help);
        self.buckets(name, "", histogram);
    }

    /// The console's requests: how many, and how long they took.
    pub fn requests(&mut self, requests: &Requests) {
        let name = "vigie_http_requests_total";
        self.head(name, Type::Counter, "Requests to the console.");
        requests.each(|labels, times| {
            self.line(format_args!("{name}{{{labels}}} {}", times.count()));
        });
        let name = "vigie_http_request_duration_seconds";
        self.head(name, Type::Histogram, "How long they took.");
        requests.each(|labels, times| self.buckets(name, labels, times));
    }

    fn buckets(&mut self, name: &str, labels: &str, histogram: &Histogram) {
        let comma = if labels.is_empty() { "" } else { "," };
        let (buckets, sum) = histogram.told();
        for (bound, count) in &buckets {
            self.line(format_args!(
                "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {count}"
            ));
        }
        let braced = if labels.is_empty() {
            String::new()
        } else {
            format!("{{{labels}}}")
        };
        self.line(format_args!("{name}_sum{braced} {sum}"));
        let count = buckets.last().map_or(0, |(_, count)| *count);
        self.line(format_args!("{name}_count{braced} {count}"));
    }

    /// `process_*` of this process, as Prometheus' own libraries name them; what the system does not
    /// tell is left out.
    pub fn process(&mut self, started: DateTime<Utc>) {
        let process = Process::look();
        let name = "process_resident_memory_bytes";
        self.known(name, Type::Gauge, "Resident memory.", process.resident);
        let name = "process_open_fds";
        self.known(name, Type::Gauge, "Open descriptors.", process.descriptors);
        let name = "process_cpu_seconds_total";
        self.known(
            name,
            Type::Counter,
            "CPU time, user and system.",
            process.cpu,
        );
        let name = "process_start_time_seconds";
        self.plain(name, Type::Gauge, "When it started.", started.timestamp());
    }

    /// The whole text.
    #[must_use]
    pub fn finish(self) -> String {
        self.0
    }

    fn head(&mut self, name: &str, kind: Type, help: &str) {
        let kind = match kind {
            Type::Counter => "counter",
            Type::Gauge => "gauge",
            Type::Histogram => "histogram",
        };
        self.line(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}"));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // A String takes whatever is written to it.
        let _ = writeln!(self.0, "{line}");
    }
}

/// What this process takes, as far as `/proc` tells.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Process {
    /// Bytes of memory.
    pub resident: Option<u64>,
    /// The most bytes of memory so far.
    pub peak: Option<u64>,
    /// Open descriptors.
    pub descriptors: Option<usize>,
    /// Seconds of CPU.
    pub cpu: Option<f64>,
}

impl Process {
    /// Asks the system.
    #[must_use]
    pub fn look() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let kilobytes = |name: &str| -> Option<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let number: u64 = line.split_whitespace().next()?.parse().ok()?;
            Some(number * 1024)
        };
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        // Fields 14 and 15 (proc(5)); the name before them may hold blanks. A tick is 1/100 s.
        let ticks = |after: &str| -> Option<u32> {
            let mut fields = after.split_whitespace().skip(11);
            let user: u32 = fields.next()?.parse().ok()?;
            user.checked_add(fields.next()?.parse().ok()?)
        };
        Self {
            resident: kilobytes("VmRSS:"),
            peak: kilobytes("VmHWM:"),
            descriptors: std::fs::read_dir("/proc/self/fd").ok().map(Iterator::count),
            cpu: stat
                .rsplit_once(')')
                .and_then(|(_, after)| ticks(after))
                .map(|ticks| f64::from(ticks) / 100.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        let mut text = Exposition::default();
        text.plain("vigie_a", Type::Gauge, "One.", 3);
        text.known("vigie_b", Type::Gauge, "Unknown.", None::<u64>);
        let values = [("x", 1), ("y\"\\\n", 2)];
        text.labelled(("vigie_c_total", "state"), Type::Counter, "Two.", values);
        assert_eq!(
            text.finish(),
            "# HELP vigie_a One.\n# TYPE vigie_a gauge\nvigie_a 3\n\
             # HELP vigie_c_total Two.\n# TYPE vigie_c_total counter\n\
             vigie_c_total{state=\"x\"} 1\nvigie_c_total{state=\"y\\\"\\\\\\n\"} 2\n"
        );
    }

    #[test]
    fn the_system_tells_what_this_process_takes() {
        let process = Process::look();
        assert!(process.resident.unwrap() > 1_000_000);
        assert!(process.peak >= process.resident);
        assert!(process.descriptors.unwrap() > 2);
        assert!(process.cpu.unwrap() >= 0.0);
    }

    #[test]
    fn a_difference_lasts_since_the_first_comparison_that_found_it() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let health = MailboxHealth::default();
        health.reconciled(5, 4, at(10));
        health.reconciled(6, 4, at(20));
        assert_eq!(health.state().gap_since, Some(at(10)));
        health.reconciled(6, 6, at(30));
        assert_eq!(health.state().gap_since, None);
    }

    #[test]
    fn rounds_are_counted_by_how_they_ended() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let health = MailboxHealth::default();
        health.succeeded(at(0));
        health.failed("tls", 1, at(2), at(1));
        health.failed("tls", 2, at(4), at(2));
        let told: Vec<_> = health.polls().filter(|(_, count)| *count > 0).collect();
        assert_eq!(told, [("ok", 1), ("tls", 2)]);
    }
}
