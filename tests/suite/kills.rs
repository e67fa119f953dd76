//! Kill points (`spec/reliability.md` 2.7): the process dies at each of them, twice, is told to stop
//! there once (SIGTERM), starts again, and at rest nothing is lost, doubled or sent to a machine.

use std::os::unix::process::ExitStatusExt;

use super::support::station::WITHOUT_MOVE;
use super::support::story::Story;
use vigie::worker::deliver::AT_ONCE;

const SIGABRT: i32 = 6;

/// How many messages lie there at the start of each run.
const PORTION: usize = 4;

/// Both kills; what SIGTERM there leaves; then the rest of it.
fn tell(mut story: Story, point: &str, has_term: bool) {
    for hit in 1..=2 {
        let status = story.run_into(&format!("{point}:{hit}"), PORTION);
        assert_eq!(status.signal(), Some(SIGABRT), "{point}:{hit}: {status}");
    }
    story.deliver(1);
    story.service.start();
    story.station.quiet(&story.service, story.delivered);
    let stopped = story.service.stop();
    assert!(stopped.success(), "{stopped}");
    let killed = story.station.check(&story.service, story.delivered);
    assert_eq!(killed.faults, [""; 0], "{point}: {killed:?}");
    assert_eq!(killed.quarantined, 0, "{point}: {killed:?}");
    // Those that were between DATA and their answer at the two kills.
    assert!(killed.in_doubt <= 2 * AT_ONCE, "{point}: {killed:?}");
    assert!(killed.sent > 0 && killed.incidents > 0, "{killed:?}");
    if has_term {
        let status = story.run_into(&format!("{point}:1:term"), PORTION);
        assert!(status.code().is_some(), "{point}: {status}");
        story.service.start();
        story.station.quiet(&story.service, story.delivered);
        assert!(story.service.stop().success());
        let told = story.station.check(&story.service, story.delivered);
        assert_eq!(told.faults, [""; 0], "{point}: {told:?}");
        assert_eq!(
            told.in_doubt, killed.in_doubt,
            "{point}: SIGTERM made a doubt"
        );
    }
    println!(
        "{point}: {} messages, {} incidents, {} mails, {} in doubt, none lost, none doubled",
        killed.stored, killed.incidents, killed.sent, killed.in_doubt
    );
}

macro_rules! points {
    ($($name:ident: $point:literal, $capability:expr, $has_term:literal;)*) => {$(
        #[test]
        fn $name() {
            tell(Story::begin($capability), $point, $has_term);
        }
    )*};
}

points! {
    k01_after_fetch_before_the_raw_insert: "K01", None, true;
    k02_raw_inserted_not_committed: "K02", None, true;
    k03_raw_and_cursor_written_not_committed: "K03", None, true;
    k04_committed_not_parsed: "K04", None, true;
    k05_in_the_parser: "K05", None, true;
    k06_parsed_incident_not_committed: "K06", None, true;
    k07_incident_written_outbox_not_in_one_transaction: "K07", None, true;
    k08_outbox_committed_not_claimed: "K08", None, true;
    k09_claimed_not_connected: "K09", None, true;
    k10_after_mail_from: "K10", None, true;
    k11_after_rcpt: "K11", None, true;
    k12_inside_data: "K12", None, true;
    k13_after_the_dot: "K13", None, true;
    k14_after_250: "K14", None, true;
    k15_sent_recorded: "K15", None, true;
    k15_stored_not_moved: "K15-stored", None, true;
    k15_moved_not_noted: "K15-moved", None, true;
    k16_copy_done: "K16", Some(WITHOUT_MOVE), true;
    k17_store_done: "K17", Some(WITHOUT_MOVE), true;
    k18_before_and_after_a_migration: "K18", None, false;
}

#[test]
fn k20_in_an_export_changes_nothing() {
    let mut story = Story::begin(None);
    story.deliver(6);
    story.service.start();
    story.station.quiet(&story.service, 6);
    assert!(story.service.stop().success());
    let before = (
        story.service.export("messages"),
        story.service.export("tickets"),
    );
    for what in ["messages", "tickets"] {
        for _ in 0..2 {
            let told = story
                .service
                .command(&["export", what])
                .env("VIGIE_FAILPOINT", "K20")
                .output()
                .expect("the binary starts");
            assert_eq!(told.status.signal(), Some(SIGABRT));
        }
    }
    let after = (
        story.service.export("messages"),
        story.service.export("tickets"),
    );
    assert_eq!(before, after);
    let verdict = story.station.check(&story.service, 6);
    assert_eq!(verdict.faults, [""; 0], "{verdict:?}");
}
