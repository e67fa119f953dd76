//! One file an act: load, decide, reply, commit in one transaction. Loops, pages and commands only
//! call it.

pub mod alarm;
pub mod answer;
mod forgotten;
pub mod health;
pub mod intake;
mod join;
mod merge;
mod notice;
pub mod promote;
pub mod reparse;
mod respond;
pub mod thread;
