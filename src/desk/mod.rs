//! One file an act: load, decide, reply, commit in one transaction. Loops, pages and commands only
//! call it.

pub mod alarm;
pub mod alike;
pub mod answer;
pub mod health;
pub mod intake;
pub mod letter;
mod merge;
pub mod promote;
pub mod remind;
pub mod reparse;
pub mod thread;
pub mod ticket;
