//! Every message of the fixtures served by a real Dovecot: what is stored is what another IMAP client reads, each message has
//! one outcome, and no machine is answered (N1, N2, N3, N7, N13). `benches/peer.rs` does the same with any folder.

use std::fs;

use serde_json::Value;

use crate::support::fill::fixtures;
use crate::support::served::compare;

#[test]
fn n_1_2_3_7_13_the_fixtures_are_stored_as_imaplib_reads_them_and_no_machine_is_answered() {
    let fixtures = fixtures();
    let machines: Vec<bool> = fixtures
        .iter()
        .map(|(path, _)| {
            let Ok(text) = fs::read_to_string(path.with_extension("gold.json")) else {
                return false;
            };
            let gold: Value = serde_json::from_str(&text).expect("gold is JSON");
            matches!(gold["kind"].as_str(), Some("bounce" | "auto_reply"))
        })
        .collect();
    assert!(machines.iter().filter(|is_machine| **is_machine).count() > 20);
    let messages: Vec<Vec<u8>> = fixtures.iter().map(|(_, bytes)| bytes.clone()).collect();
    let found = compare(&messages, |number| machines[number]);
    assert!(found.faults.is_empty(), "{found:#?}");
    let answered: Vec<_> = found
        .machines_answered
        .iter()
        .map(|number| &fixtures[*number].0)
        .collect();
    assert!(answered.is_empty(), "machines are answered: {answered:#?}");
    assert_eq!(
        (found.served, found.equal),
        (messages.len(), messages.len())
    );
    assert_eq!(found.quarantined, 0);
    assert!(found.mails > 100, "{found:#?}");
    println!("{found:?}");
}
