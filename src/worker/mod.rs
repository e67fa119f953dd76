//! The loops: fetch, process, deliver, timers, watch, indexing, and the beat of an instance among others. Each can be
//! stopped at any point and goes on from what is stored; `lifecycle` starts, watches and stops them.

pub mod deliver;
pub mod fetch;
mod hand;
pub mod indexing;
pub mod instances;
mod keep;
pub mod lifecycle;
pub mod pace;
pub mod process;
mod readers;
mod reconcile;
mod record;
mod restored;
pub mod settle;
mod standby;
pub mod timers;
pub mod watch;
