//! Messages made to take long, at half and at full size: seconds, and what doubling the size does to
//! them. About 2 is linear; ratios of traps that take milliseconds say little.
//! `cargo bench --bench traps -- [WORD] [PARTS]`: traps with that word in their name, at a part of their size.
#![expect(
    clippy::print_stdout,
    reason = "the figures are what the bench is run for"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use vigie::domain::asked::Asked;
use vigie::domain::form::Form;
use vigie::extract::{Context, answer, extract};
use vigie::mail::Email;

#[path = "../tests/suite/support/traps.rs"]
mod traps;

/// Runs of each; the fastest counts.
const RUNS: usize = 2;

fn main() {
    // cargo adds arguments of its own.
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"));
    let word = arguments.next().unwrap_or_default();
    let parts = arguments
        .next()
        .and_then(|parts| parts.parse().ok())
        .unwrap_or(1);
    println!("{:>10} {:>9} {:>9}   trap", "bytes", "seconds", "doubling");
    let messages = traps::TRAPS.iter().map(|trap| (trap, fastest as Reading));
    let answers = traps::ANSWERS
        .iter()
        .map(|trap| (trap, answered as Reading));
    for (trap, fastest) in messages
        .chain(answers)
        .filter(|(trap, _)| trap.name.contains(&word))
    {
        let size = trap.size / parts;
        let half = fastest(&(trap.message)(size / 2));
        let full = fastest(&(trap.message)(size));
        let ratio = full.as_secs_f64() / half.as_secs_f64().max(1e-9);
        println!(
            "{:>10} {:>9.3} {ratio:>9.2}   {}",
            size,
            full.as_secs_f64(),
            trap.name
        );
    }
}

/// How long reading takes.
type Reading = fn(&[u8]) -> Duration;

const CONTEXT: Context<'_> = Context {
    received_at: chrono::DateTime::UNIX_EPOCH,
    own_addresses: &[],
    mark: "INC",
    key: None,
};

/// One message read whole: parsed, understood, and what to ask of it.
fn fastest(raw: &[u8]) -> Duration {
    let form = Form::si_samu();
    of_runs(|| {
        let declaration = extract(&Email::parse(raw), form, &CONTEXT);
        black_box(form.ask(&declaration).len());
    })
}

/// One answer read whole, by what was asked.
fn answered(raw: &[u8]) -> Duration {
    let form = Form::si_samu();
    let asked = Asked::of_text(traps::REQUEST, form);
    of_runs(|| {
        black_box(answer(&Email::parse(raw), form, &CONTEXT, &asked));
    })
}

fn of_runs(read: impl Fn()) -> Duration {
    (0..RUNS)
        .map(|_| {
            let begun = Instant::now();
            read();
            begun.elapsed()
        })
        .min()
        .unwrap_or_default()
}
