//! What was understood, rendered for programs, terminals and pages.

pub mod csv;
pub mod french;
pub mod health;
pub mod json;
pub mod mails;
pub mod marks;
pub mod page;
pub mod terminal;
pub mod tickets;
