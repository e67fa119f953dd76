//! Real Dovecot and Postfix, started on loopback: what is sent by SMTP is polled over IMAP by the real binary, becomes an
//! incident, and the request comes back to the declarant's own mailbox.

use std::thread;
use std::time::{Duration, Instant};

use super::support::dovecot::{Dovecot, PASSWORD};
use super::support::imap_client::served;
use super::support::postfix::Postfix;
use super::support::smtp_client::submit;

const SUPPORT: &str = "support@si-samu.example";
const DECLARANT: &str = "claire.lebreton@chu-nantes.example";

/// A hang guard, ten times what the slowest wait takes.
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn the_servers_of_these_tests_deliver_what_they_are_given() {
    let dovecot = Dovecot::start(&[SUPPORT, DECLARANT], None);
    let postfix = Postfix::start(&dovecot, &[SUPPORT, DECLARANT]);
    submit(
        postfix.smtp,
        DECLARANT,
        SUPPORT,
        b"Subject: essai\n\n.une ligne\n",
    );
    until("the message lands", || {
        !served(dovecot.imap, SUPPORT, PASSWORD, "INBOX")
            .messages
            .is_empty()
    });
    let inbox = served(dovecot.imap, SUPPORT, PASSWORD, "INBOX");
    let message = inbox.messages.values().next().expect("one message");
    assert!(
        message.ends_with(b"Subject: essai\r\n\r\n.une ligne\r\n")
            || message.windows(14).any(|text| text == b"Subject: essai")
    );
    assert!(inbox.uidvalidity > 0);
}

/// Waits until something is so.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < LIMIT,
            "in {LIMIT:?} it did not come to be that {what}"
        );
        thread::sleep(Duration::from_millis(100));
    }
}
