//! `vigie oncall` as a person runs it, on servers in any zone.

use std::fs;
use std::path::Path;
use std::process::Command;

const CONFIGURATION: &str = "[service]\nname = \"Aide\"\nphone = \"01 99 00 12 34\"\n\
    [mailbox]\nurl = \"maildir:mailbox\"\n\
    [smtp]\nurl = \"dir:sent\"\nfrom = \"Aide <aide@samu.example>\"\n";

const CONTACTS: &str = "[escalation.open]\nphone = \"01 99 00 00 03\"\nemail = \"n3@desk.example\"\n\
    [escalation.closed]\nphone = \"06 39 98 00 01\"\nemail = \"astreinte@desk.example\"\n";

fn oncall(folder: &Path, zone: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_vigie"))
        .current_dir(folder)
        .env_clear()
        .env("TZ", zone)
        .arg("oncall")
        .args(["--config", "vigie.toml"])
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn installed(more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let configuration = format!("{CONFIGURATION}{more}");
    fs::write(folder.path().join("vigie.toml"), configuration).unwrap();
    folder
}

/// H-01 as far as the command, and H-03: the server's own zone changes nothing.
#[test]
fn h_03_the_vectors_of_page_p9_hold_on_servers_in_any_zone() {
    let folder = installed(CONTACTS);
    for zone in [
        "UTC",
        "Pacific/Noumea",
        "America/Los_Angeles",
        "Europe/Paris",
    ] {
        for (at, open, changes) in [
            (
                "2026-11-23T08:59:59+01:00",
                false,
                "2026-11-23T09:00:00+01:00",
            ),
            (
                "2026-11-23T09:00:00+01:00",
                true,
                "2026-11-23T18:00:00+01:00",
            ),
            (
                "2026-11-23T17:59:59+01:00",
                true,
                "2026-11-23T18:00:00+01:00",
            ),
            (
                "2026-11-23T18:00:00+01:00",
                false,
                "2026-11-24T09:00:00+01:00",
            ),
            (
                "2026-05-14T10:00:00+02:00",
                false,
                "2026-05-15T09:00:00+02:00",
            ),
            (
                "2026-05-25T10:00:00+02:00",
                false,
                "2026-05-26T09:00:00+02:00",
            ),
            (
                "2026-11-11T10:00:00+01:00",
                false,
                "2026-11-12T09:00:00+01:00",
            ),
            (
                "2027-03-29T10:00:00+02:00",
                false,
                "2027-03-30T09:00:00+02:00",
            ),
            (
                "2026-11-10T18:01:00+01:00",
                false,
                "2026-11-12T09:00:00+01:00",
            ),
            (
                "2026-12-24T19:00:00+01:00",
                false,
                "2026-12-28T09:00:00+01:00",
            ),
            // The hour that comes twice, and the day whose clock jumps.
            (
                "2026-10-25T02:30:00+02:00",
                false,
                "2026-10-26T09:00:00+01:00",
            ),
            (
                "2026-10-25T02:30:00+01:00",
                false,
                "2026-10-26T09:00:00+01:00",
            ),
            (
                "2026-03-29T01:59:59+01:00",
                false,
                "2026-03-30T09:00:00+02:00",
            ),
            // The same instants, written elsewhere.
            (
                "2026-11-23T19:00:00+11:00",
                true,
                "2026-11-23T18:00:00+01:00",
            ),
            ("2026-11-23T17:00:00Z", false, "2026-11-24T09:00:00+01:00"),
        ] {
            let (code, said, _) = oncall(folder.path(), zone, &["--json", "--at", at]);
            assert_eq!(code, Some(0));
            let said: serde_json::Value = serde_json::from_str(&said).unwrap();
            assert_eq!(said["open"], open, "{zone} {at}");
            assert_eq!(said["changes_at"], changes, "{zone} {at}");
            let phone = if open {
                "01 99 00 00 03"
            } else {
                "06 39 98 00 01"
            };
            assert_eq!(said["major"]["phone"], phone, "{zone} {at}");
            match open {
                true => assert_eq!(said["other"]["email"], "n3@desk.example"),
                false => assert_eq!(said["other"]["wait_until"], changes),
            }
        }
    }
}

#[test]
fn it_says_who_to_call_and_what_changes_next() {
    let folder = installed(CONTACTS);
    let said = |at: &str| oncall(folder.path(), "UTC", &["--at", at]).1;
    assert_eq!(
        said("2026-11-23T09:33:00+01:00"),
        "Monday 23 November 2026, 09:33 (Paris), support hours until 18:00\n  \
         major   01 99 00 00 03 (N3), doubled by n3@desk.example\n  \
         other   n3@desk.example\n\
         At 18:00: major, 06 39 98 00 01 (on call); other, nobody before Tuesday 24 Nov 09:00\n"
    );
    assert_eq!(
        said("2026-12-25T10:00:00+01:00"),
        "Friday 25 December 2026, 10:00 (Paris), closed (Christmas) until Monday 28 Dec 09:00\n  \
         major   06 39 98 00 01 (on call), doubled by astreinte@desk.example\n  \
         other   nobody before Monday 28 Dec 09:00\n\
         At Monday 28 Dec 09:00: major, 01 99 00 00 03 (N3); other, n3@desk.example\n"
    );
    let major = oncall(
        folder.path(),
        "UTC",
        &["--major", "--at", "2026-11-23T09:33:00+01:00"],
    );
    assert_eq!(major.1, "01 99 00 00 03 (N3), doubled by n3@desk.example\n");
}

#[test]
fn a_desk_that_names_nobody_is_told_what_to_write() {
    let folder = installed("");
    let (code, said, error) = oncall(folder.path(), "UTC", &[]);
    assert_eq!((code, said.as_str()), (Some(3), ""));
    assert!(error.contains("[escalation.open]"), "{error}");
}
