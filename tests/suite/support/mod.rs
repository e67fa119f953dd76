//! What the tests build on: servers, stores, clocks and mails.

pub mod browser;
pub mod certificates;
pub mod checker;
pub mod cms;
pub mod daemon;
pub mod dovecot;
pub mod fill;
pub mod imap_client;
pub mod imap_script;
pub mod mutate;
pub mod postfix;
pub mod postgres;
pub mod proxy;
pub mod python;
pub mod served;
pub mod service;
pub mod small_disk;
pub mod smtp_client;
pub mod smtp_script;
pub mod smtp_sink;
pub mod station;
pub mod still;
pub mod stores;
pub mod story;
pub mod tnef;
pub mod traps;
