//! What was understood, rendered for programs, terminals and pages.

pub mod french;
pub mod mails;
pub mod marks;
