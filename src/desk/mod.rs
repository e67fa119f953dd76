//! One file an act: load, decide, reply, commit in one transaction. Loops, pages and commands only
//! call it.

mod again;
pub mod alarm;
pub mod alike;
pub mod answer;
mod asked;
pub mod capture;
pub mod correct;
mod forgotten;
pub mod health;
pub mod intake;
mod join;
pub mod letter;
pub mod merge;
pub mod merger;
mod named;
mod notice;
mod open;
pub mod outcomes;
pub mod promote;
pub mod remind;
pub mod reparse;
mod respond;
mod rewrite;
pub mod searched;
pub mod thread;
pub mod ticket;
