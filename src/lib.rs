//! # Vigie
//!
//! Reads incident declarations sent by e-mail, makes structured incidents of them, and asks the
//! declarant, once and exactly, for what is missing.
//!
//! ## The path of a message
//!
//! ```text
//! IMAP / Maildir ──fetch──► messages ──process──► incidents + outbox ──deliver──► SMTP / folder
//!                           (raw, kept first)     (one transaction)
//!                                │                      │
//!              Email ◄───mail────┘                      └──► console, exports: read, release
//!                └─extract─► Declaration ─form─► what to ask ─decide─► Decision ─reply─► Outgoing
//! ```
//!
//! Above stand durable states with a loop between each two ([`worker`]), which can stop anywhere and
//! go on from what is stored. Below stand pure functions of values, which `vigie parse`, `vigie
//! reply`, the loops and the console call alike.
//!
//! ## Layers
//!
//! [`domain`] knows nobody but [`text`]; [`mail`] and [`extract`] turn bytes into domain values;
//! [`store`] keeps them and alone speaks SQL; [`mailbox`] and [`transport`] are the edges; [`desk`]
//! holds one act a file, which loops, pages and commands call; [`worker`] and [`web`] never see each
//! other: they meet in the store and in one [`wake::Wake`]. `tests/suite/house.rs` holds the arrows.
//!
//! ## What always holds
//!
//! - Raw bytes are durable before anything is moved or read; a message's whole effect is one
//!   transaction; a mail is a row, with its Message-ID, before it is sent.
//! - Any bytes give a value: reading never fails, never panics for long, and takes linear time.
//! - Mail is hostile: it is never trusted as HTML, header, path, SQL or text of a log.
//! - Logs and errors carry identifiers, never a name, address, subject, file name or number.
//! - Time is passed in ([`clock`] alone asks the system); nothing in the pipeline is random, so that
//!   a replay gives the same bytes ([`secret`]'s key is the one draw of chance).
//! - A doubtful mail is held for a person and shown, never dropped and never sent twice.
//!
//! Deliberately absent: accounts and acts in the console, escalation hours, major incidents,
//! retention, webhooks of tickets. Their configuration keys are refused until they exist.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test that cannot go on fails there"
    )
)]

// What the words mean.
pub mod domain;
pub mod text;

// From bytes to a declaration.
pub mod mail;
pub mod media;

pub mod extract;

// From a declaration to what people read.
pub mod present;
pub mod reply;
pub mod template;

// What is kept, and the acts on it.
pub mod store;

pub mod desk;

// The edges and the loops between them.
pub mod mailbox;
pub mod transport;
pub mod worker;

// Who looks and commands.
pub mod web;

pub mod cli;
pub mod config;

// Small things that many use.
pub mod clock;
pub mod failpoint;
pub mod http;
pub mod metrics;
pub mod secret;
pub mod tls;
pub mod wake;
