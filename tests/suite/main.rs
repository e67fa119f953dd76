//! The integration tests: one binary, a module for each side of the program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on fails there, and says what it saw"
)]

mod acts;
mod alarm;
mod answers;
mod browser;
mod captures;
mod carriers;
mod charset;
mod cli;
mod conversation;
mod corpus;
mod delivery;
mod disguised;
mod forms;
mod gaps;
mod house;
mod instances;
mod interleaved;
mod kills;
mod life;
mod loops;
mod mailserver;
mod mergers;
mod misbehaviour;
mod mutation;
mod oncall;
mod outage;
mod page;
mod people;
mod pictures;
mod pipeline;
mod polling;
mod protection;
mod proxied;
mod quarantine;
mod reparse;
mod replies;
mod resembling;
mod search;
mod sending;
mod served;
mod storage;
mod store;
mod support;
mod threading;
mod traps;
mod trim;
mod turns;
mod web;
mod wordings;
