//! Distributions: how many values lay at or below each of a few bounds, and their sum. What Prometheus
//! calls a histogram.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Bounds of waits within the program, in seconds.
const SHORT: &[f64] = &[0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0];

/// Bounds of rounds over the network, in seconds.
const LONG: &[f64] = &[0.1, 0.5, 2.0, 10.0, 60.0, 600.0];

/// Bounds of what people wait for, in seconds: two minutes are the usual hold.
const PATIENT: &[f64] = &[10.0, 60.0, 150.0, 300.0, 900.0, 3_600.0, 14_400.0, 86_400.0];

/// Bounds of sizes, in bytes.
const BYTES: &[f64] = &[1e3, 1e4, 1e5, 1e6, 1e7, 2.5e7];

/// Bounds of the number of questions in a request (experience.md 4.3).
const ITEMS: &[f64] = &[1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0, 14.0];

/// One distribution.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [f64],
    /// For each bound the values above the one before it; then those above the last.
    counts: Vec<AtomicU64>,
    sum: Mutex<f64>,
}

impl Histogram {
    fn new(bounds: &'static [f64]) -> Self {
        Self {
            bounds,
            counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum: Mutex::default(),
        }
    }

    /// Counts a value.
    pub fn observe(&self, value: f64) {
        let place = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
            *self.sum.lock().unwrap_or_else(PoisonError::into_inner) += value;
        }
    }

    /// Counts a time, in seconds.
    pub fn took(&self, time: Duration) {
        self.observe(time.as_secs_f64());
    }

    /// Counts a number of things, or of bytes.
    pub fn numbered(&self, number: usize) {
        self.observe(f64::from(u32::try_from(number).unwrap_or(u32::MAX)));
    }

    /// How many values there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        let counts = self.counts.iter();
        counts.map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// How many values lay at or below each bound, then in all (`+Inf`), and their sum.
    pub(super) fn told(&self) -> (Vec<(String, u64)>, f64) {
        let bounds = self.bounds.iter().map(f64::to_string);
        let bounds = bounds.chain(["+Inf".to_owned()]);
        let mut so_far = 0;
        let counts = self.counts.iter().map(|count| {
            so_far += count.load(Ordering::Relaxed);
            so_far
        });
        let sum = *self.sum.lock().unwrap_or_else(PoisonError::into_inner);
        (bounds.zip(counts).collect(), sum)
    }
}

/// What the fetch loop measures.
#[derive(Debug)]
pub struct Fetched {
    /// Rounds, in seconds, however they ended.
    pub rounds: Histogram,
    /// New messages, in bytes.
    pub bytes: Histogram,
}

impl Default for Fetched {
    fn default() -> Self {
        Self {
            rounds: Histogram::new(LONG),
            bytes: Histogram::new(BYTES),
        }
    }
}

/// Every reason why a try to read a message fails.
pub const FAILURES: [&str; 5] = ["altered", "panicked", "too_slow", "conflict", "not_kept"];

/// What the process loop measures.
#[derive(Debug)]
pub struct Reading {
    /// Reading one message, in seconds.
    pub seconds: Histogram,
    /// Questions of a request that was prepared.
    pub items: Histogram,
    failures: [AtomicU64; FAILURES.len()],
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            seconds: Histogram::new(SHORT),
            items: Histogram::new(ITEMS),
            failures: Default::default(),
        }
    }
}

impl Reading {
    /// A try failed, for one of [`FAILURES`].
    pub fn failed(&self, reason: &str) {
        let mut named = FAILURES.iter().zip(&self.failures);
        if let Some((_, count)) = named.find(|(name, _)| **name == reason) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many tries failed, by reason.
    pub fn failures(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self
            .failures
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        FAILURES.into_iter().zip(counts)
    }
}

/// From the message that opened a ticket until a mail about it left: the first one, or the one that
/// says that nothing is missing.
#[derive(Debug)]
pub struct Answering(pub Histogram);

impl Default for Answering {
    fn default() -> Self {
        Self(Histogram::new(PATIENT))
    }
}

/// Requests to the console, by route (its pattern), method and class of status: closed sets all.
#[derive(Debug, Default)]
pub struct Requests(Mutex<BTreeMap<(String, &'static str, &'static str), Histogram>>);

impl Requests {
    /// Counts an answer.
    pub fn answered(&self, route: &str, method: &'static str, class: &'static str, time: Duration) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry((route.to_owned(), method, class))
            .or_insert_with(|| Histogram::new(SHORT))
            .took(time);
    }

    /// Shows each with its labels as Prometheus writes them.
    pub(super) fn each(&self, mut show: impl FnMut(&str, &Histogram)) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for ((route, method, class), histogram) in &*all {
            let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{class}\"");
            show(&labels, histogram);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_counts_at_its_bound_and_at_all_above() {
        let histogram = Histogram::new(ITEMS);
        for items in [1, 2, 12, 99] {
            histogram.numbered(items);
        }
        let (buckets, sum) = histogram.told();
        let told: Vec<(&str, u64)> = buckets.iter().map(|(le, n)| (le.as_str(), *n)).collect();
        assert_eq!(told[..3], [("1", 1), ("2", 2), ("3", 2)]);
        assert_eq!(told[6..], [("11", 2), ("14", 3), ("+Inf", 4)]);
        assert!((sum - 114.0).abs() < 1e-9);
        assert_eq!(histogram.count(), 4);
    }

    #[test]
    fn a_failure_is_counted_by_its_reason_and_no_other_word_makes_one() {
        let reading = Reading::default();
        reading.failed("panicked");
        reading.failed("something else");
        let told: Vec<_> = reading.failures().filter(|(_, count)| *count > 0).collect();
        assert_eq!(told, [("panicked", 1)]);
    }
}
