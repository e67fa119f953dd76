//! # Vigie
//!
//! Reads incident declarations sent by e-mail and asks for what is missing.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test that cannot go on fails there"
    )
)]

pub mod cli;
pub mod clock;
pub mod config;
pub mod desk;
pub mod domain;
pub mod extract;
pub mod mail;
pub mod mailbox;
pub mod media;
pub mod metrics;
pub mod present;
pub mod reply;
pub mod secret;
pub mod store;
pub mod template;
pub mod text;
pub mod transport;
pub mod wake;
pub mod web;
pub mod worker;
