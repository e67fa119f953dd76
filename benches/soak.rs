//! What takes long to show (`spec/reliability.md` 2.7, PARSE-10), as commands that print one line each:
//!
//! - `cargo bench --bench soak -- --kills 1000`: SIGKILL at random times under load, a real Dovecot on one side and
//!   an SMTP sink on the other; then what was served, stored, made and sent is compared (N1 to N8, N13).
//! - `… -- --failpoints 20 --binary target/debug/vigie`: the process dies so often at each named kill point, K01 to K20,
//!   which only builds with debug assertions have.
//! - `… -- --mutations 100000`: mutated messages of the fixtures, read on threads with half of the usual stack.
//!
//! `--seed N` chooses other times and other mutants; `--binary FILE` another program than the one built beside this.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command for people who work on the program: it prints, and ends where it can't go on"
)]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use support::checker::Verdict;
use support::fill::fixtures;
use support::mutate::{Chance, Mutants, claimed, parts};
use support::service::BINARY;
use support::station::WITHOUT_MOVE;
use support::story::Story;
use vigie::desk::intake;

#[path = "../tests/suite/support/mod.rs"]
#[allow(
    dead_code,
    reason = "what the tests build on, of which this needs a part"
)]
mod support;

/// Kills of one installation, which then comes to rest and is checked.
const ROUND: usize = 100;

/// Of a thread that reads mutants: half of what the service's have.
const STACK: usize = 1 << 20;

/// No mutant is longer.
const LONGEST: usize = 512 * 1024;

/// A mutant is read within this, or it is told.
const SLOW: Duration = Duration::from_secs(2);

const POINTS: [(&str, Option<&str>); 20] = [
    ("K01", None),
    ("K02", None),
    ("K03", None),
    ("K04", None),
    ("K05", None),
    ("K06", None),
    ("K07", None),
    ("K08", None),
    ("K09", None),
    ("K10", None),
    ("K11", None),
    ("K12", None),
    ("K13", None),
    ("K14", None),
    ("K15", None),
    ("K15-stored", None),
    ("K15-moved", None),
    ("K16", Some(WITHOUT_MOVE)),
    ("K17", Some(WITHOUT_MOVE)),
    ("K18", None),
];

fn main() -> ExitCode {
    let mut asked: BTreeMap<String, String> = BTreeMap::new();
    let mut arguments = std::env::args().skip(1).peekable();
    while let Some(argument) = arguments.next() {
        // cargo adds `--bench`, which takes no value.
        if let Some(name) = argument.strip_prefix("--")
            && let Some(value) = arguments.next_if(|value| !value.starts_with("--"))
        {
            asked.insert(name.to_owned(), value);
        }
    }
    let number = |name: &str| {
        asked
            .get(name)
            .map(|text| text.parse::<u64>().expect("a number"))
    };
    if let Some(binary) = asked.get("binary") {
        let binary = PathBuf::from(binary)
            .canonicalize()
            .expect("the binary is there");
        BINARY.set(binary).expect("nobody has chosen one yet");
    }
    let seed = number("seed").unwrap_or(1);
    let mut clean = true;
    let mut ran = false;
    if let Some(count) = number("kills") {
        clean &= kills(usize::try_from(count).expect("a count"), seed);
        ran = true;
    }
    if let Some(count) = number("failpoints") {
        clean &= failpoints(count);
        ran = true;
    }
    if let Some(count) = number("mutations") {
        clean &= mutations(count, seed);
        ran = true;
    }
    if !ran {
        println!(
            "nothing asked: cargo bench --bench soak -- --kills N | --failpoints N | --mutations N"
        );
    }
    if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What several installations came to.
#[derive(Default)]
struct Sum {
    delivered: usize,
    ends: usize,
    verdict: Verdict,
}

impl Sum {
    fn add(&mut self, delivered: usize, ends: usize, verdict: Verdict) {
        self.delivered += delivered;
        self.ends += ends;
        let all = &mut self.verdict;
        all.served += verdict.served;
        all.stored += verdict.stored;
        all.incidents += verdict.incidents;
        all.sent += verdict.sent;
        all.doubled += verdict.doubled;
        all.lost += verdict.lost;
        all.in_doubt += verdict.in_doubt;
        all.quarantined += verdict.quarantined;
        for fault in &verdict.faults {
            println!("{fault}");
        }
        all.faults.extend(verdict.faults);
    }

    fn tell(&self, what: &str, begun: Instant) -> bool {
        let Verdict {
            stored,
            incidents,
            sent,
            doubled,
            lost,
            in_doubt,
            quarantined,
            faults,
            ..
        } = &self.verdict;
        println!(
            "{what}: {} survived in {} s; {} delivered, {stored} stored, {incidents} incidents, {sent} mails sent, \
             {doubled} doubled, {lost} lost, {in_doubt} in doubt, {quarantined} quarantined, {} faults",
            self.ends,
            begun.elapsed().as_secs(),
            self.delivered,
            faults.len()
        );
        faults.is_empty()
    }
}

/// Lets the last service come to rest, and compares.
fn check(mut story: Story) -> (usize, Verdict) {
    story.service.start();
    story.station.quiet(&story.service, story.delivered);
    let status = story.service.stop();
    let mut verdict = story.station.check(&story.service, story.delivered);
    if !status.success() {
        verdict
            .faults
            .push(format!("the service ended with {status}"));
    }
    (story.delivered, verdict)
}

fn kills(count: usize, seed: u64) -> bool {
    let begun = Instant::now();
    let mut chance = Chance::new(seed);
    let mut sum = Sum::default();
    let mut left = count;
    while left > 0 {
        let round = left.min(ROUND);
        let mut story = Story::begin(None);
        for _ in 0..round {
            story.service.start();
            // From the first steps of a start to well into the work; more often early.
            let life = Duration::from_millis(50 << chance.below(5))
                + Duration::from_millis(chance.below(400) as u64);
            let born = Instant::now();
            while born.elapsed() < life {
                story.deliver(1 + chance.below(2));
                thread::sleep(Duration::from_millis(20 + chance.below(200) as u64).min(life));
            }
            assert!(
                story.service.ended().is_none(),
                "the service ended by itself:\n{}",
                story.service.log()
            );
            story.service.kill();
        }
        let (delivered, verdict) = check(story);
        sum.add(delivered, round, verdict);
        left -= round;
        if left > 0 {
            sum.tell("so far", begun);
        }
    }
    sum.tell(&format!("kills, seed {seed}"), begun)
}

fn failpoints(count: u64) -> bool {
    let begun = Instant::now();
    let mut sum = Sum::default();
    for (point, capability) in POINTS {
        let mut story = Story::begin(capability);
        for time in 0..count {
            story.run_into(&format!("{point}:{}", 1 + time % 2), 3);
        }
        let (delivered, verdict) = check(story);
        println!(
            "{point}: {count} times, {} in doubt, {} faults",
            verdict.in_doubt,
            verdict.faults.len()
        );
        sum.add(delivered, usize::try_from(count).expect("a count"), verdict);
    }
    sum.tell("kill points", begun)
}

fn mutations(count: u64, seed: u64) -> bool {
    let begun = Instant::now();
    std::panic::set_hook(Box::new(|_| {}));
    let messages = fixtures().into_iter().map(|(_, bytes)| bytes).collect();
    let (mutants, parts) = (Mutants::new(seed, LONGEST, messages), parts());
    let next = AtomicU64::new(0);
    let slowest = Mutex::new((Duration::ZERO, 0));
    let (panics, slow) = (AtomicU64::new(0), AtomicU64::new(0));
    let kinds: Mutex<BTreeMap<&str, u64>> = Mutex::default();
    let read_all = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return;
            }
            let stored = claimed(1, mutants.mutant(number));
            let started = Instant::now();
            let read = catch_unwind(AssertUnwindSafe(|| intake::read(&stored, &parts)));
            let took = started.elapsed();
            match read {
                Ok(read) => {
                    *kinds
                        .lock()
                        .unwrap()
                        .entry(read.declaration.kind.as_str())
                        .or_default() += 1;
                }
                Err(_) => {
                    panics.fetch_add(1, Ordering::Relaxed);
                    println!("mutant {number} of seed {seed} panics");
                }
            }
            if took > SLOW {
                slow.fetch_add(1, Ordering::Relaxed);
                println!(
                    "mutant {number} of seed {seed}, {} bytes, took {took:?}",
                    stored.bytes.len()
                );
            }
            let mut slowest = slowest.lock().unwrap();
            *slowest = (*slowest).max((took, number));
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let thread = thread::Builder::new().stack_size(STACK);
            thread
                .spawn_scoped(scope, read_all)
                .expect("a thread starts");
        }
    });
    let kinds = kinds.into_inner().unwrap();
    let (took, number) = slowest.into_inner().unwrap();
    let (panics, slow) = (panics.into_inner(), slow.into_inner());
    println!(
        "mutations, seed {seed}: {} read in {} s, {panics} panics, {slow} over {SLOW:?}, the slowest {} ms (mutant {number}); {kinds:?}",
        kinds.values().sum::<u64>(),
        begun.elapsed().as_secs(),
        took.as_millis()
    );
    panics == 0 && slow == 0
}
