//! Messages made to take long are read, whole, and before anybody wonders (`spec/reliability.md`,
//! PARSE-07 to 09). How fast, `benches/traps.rs` shows.

use std::time::{Duration, Instant};

use vigie::domain::asked::Asked;
use vigie::domain::declaration::Kind;
use vigie::domain::form::Form;
use vigie::extract::{Context, answer, extract};
use vigie::mail::Email;

use crate::support::traps::{ANSWERS, REQUEST, TRAPS};

/// No trap takes a tenth of it, even unoptimised on a busy machine.
const HANG: Duration = Duration::from_secs(300);

const CONTEXT: Context<'_> = Context {
    received_at: chrono::DateTime::UNIX_EPOCH,
    own_addresses: &[],
    mark: "INC",
    key: None,
};

#[test]
fn messages_made_to_take_long_are_read_to_their_end() {
    let form = Form::si_samu();
    for trap in TRAPS {
        let raw = (trap.message)(trap.size);
        let begun = Instant::now();
        let email = Email::parse(&raw);
        let declaration = extract(&email, form, &CONTEXT);
        let asks = form.ask(&declaration);
        let took = begun.elapsed();
        println!("{:>8.2} s  {}", took.as_secs_f64(), trap.name);
        assert!(took < HANG, "{} took {took:?}", trap.name);
        assert_eq!(
            declaration.kind.is_answered(),
            !asks.is_empty(),
            "{}",
            trap.name
        );
        assert!(!declaration.own_text.contains("caché"), "{}", trap.name);
    }
}

#[test]
fn answers_made_to_take_long_are_read_to_their_end() {
    let form = Form::si_samu();
    let asked = Asked::of_text(REQUEST, form);
    assert_eq!(asked.numbers.len(), 5);
    for trap in ANSWERS {
        let raw = (trap.message)(trap.size);
        let begun = Instant::now();
        let read = answer(&Email::parse(&raw), form, &CONTEXT, &asked);
        let took = begun.elapsed();
        println!("{:>8.2} s  {}", took.as_secs_f64(), trap.name);
        assert!(took < HANG, "{} took {took:?}", trap.name);
        assert_eq!(read.declaration.kind, Kind::Reply, "{}", trap.name);
        assert!(!read.is_resolved(), "{}", trap.name);
    }
}
