//! Storage that fails (`spec/reliability.md` 2.6): full, failing, gone, locked, restarted, restored.
//! What is not stored stays in the mailbox, the service goes on by itself, nothing is lost or doubled.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::thread;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use super::support::postgres::Own;
use super::support::service::Service;
use super::support::small_disk::SmallDisk;
use super::support::smtp_sink::Mode;
use super::support::station::{SUPPORT, Station, until};
use super::support::stores::{TestStore, at, fetched, mail};
use vigie::store::Store;

const SIGKILL: i32 = 9;

/// Runs a little of a test beside blocking code.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new()
        .expect("a runtime starts")
        .block_on(work)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Holds everything against everything; the service has stopped.
#[track_caller]
fn assert_whole(station: &Station, service: &Service, count: usize) {
    let verdict = station.check(service, count);
    assert_eq!(verdict.faults, [""; 0], "{verdict:?}");
    assert_eq!(
        (verdict.lost, verdict.doubled, verdict.quarantined),
        (0, 0, 0)
    );
}

fn words(wrapper: &[String]) -> Vec<&str> {
    wrapper.iter().map(String::as_str).collect()
}

#[test]
fn sto_01_on_a_full_disk_mail_stays_in_the_mailbox_and_goes_on_when_there_is_room() {
    let station = Station::start(None);
    let mut disk = None;
    let mut service = Service::new(|folder| {
        let small = folder.join("small");
        disk = Some(SmallDisk::mount(&small));
        station.configuration(folder, &format!("sqlite:{}/vigie.db", small.display()))
    });
    let disk = disk.expect("it was mounted");
    service.start_through(&words(&disk.through()));
    // At the very first start: a clear line, and nothing half made.
    disk.fill();
    let refused = service.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(5), "{}", said(&refused));
    assert!(
        said(&refused).contains("No space left"),
        "{}",
        said(&refused)
    );
    disk.make_room();
    service.start();
    station.deliver(0..4);
    station.quiet(&service, 4);
    // While it is idle, and at each write of what comes.
    disk.fill();
    station.deliver(4..12);
    until("the failure is told", || {
        service
            .log()
            .contains("the store did not take what was fetched")
    });
    thread::sleep(Duration::from_secs(3));
    assert_eq!(service.ended(), None, "the service goes on");
    assert_eq!(
        station.dovecot.messages(SUPPORT, "").len(),
        8,
        "unread mail stays"
    );
    disk.make_room();
    station.quiet(&service, 12);
    // At a start with a database there.
    assert!(service.stop().success());
    disk.fill();
    let refused = service.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(5), "{}", said(&refused));
    disk.make_room();
    service.start();
    station.deliver(12..14);
    station.quiet(&service, 14);
    assert!(service.stop().success());
    assert_whole(&station, &service, 14);
}

/// `strace` that makes system calls fail or kill, started so that the program keeps its process.
fn strace(inject: &str) -> Vec<String> {
    ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", inject]
        .map(str::to_owned)
        .into()
}

#[test]
fn sto_02_after_a_failed_write_or_fsync_nothing_counts_and_the_next_try_stores_it() {
    let station = Station::start(None);
    let mut service = station.service();
    let mut delivered = 0;
    for fault in [
        "pwrite64:error=EIO",
        "pwrite64:error=ENOSPC",
        "fdatasync,fsync:error=EIO",
    ] {
        for number in [2, 5, 9, 14] {
            station.deliver(delivered..delivered + 2);
            delivered += 2;
            let inject = format!("inject={fault}:when={number}");
            service.start_through(&words(&strace(&inject)));
            // It may fail or, where the fault met something that was tried again, not.
            let tried = service.run(&["poll"]);
            assert!(tried.status.code().is_some(), "{inject}: {}", tried.status);
            service.start_through(&[]);
            let again = service.run(&["poll", "--json"]);
            assert!(again.status.success(), "{inject}: {}", said(&again));
            let rows = service.export("messages");
            assert_eq!(rows.len(), delivered, "{inject}");
            assert!(station.dovecot.messages(SUPPORT, "").is_empty(), "{inject}");
        }
    }
    // And a service that runs goes on by itself. strace counts by thread, and each new connection is a
    // new thread: the fault comes back with each.
    service.start_through(&words(&strace(
        "inject=fdatasync,fsync:error=EIO:when=20..23",
    )));
    service.start();
    station.deliver(delivered..delivered + 6);
    delivered += 6;
    station.quiet(&service, delivered);
    assert!(service.stop().success());
    service.start_through(&[]);
    assert_whole(&station, &service, delivered);
}

#[test]
fn sto_03_what_is_gone_empty_cut_or_read_only_is_refused_with_one_line_and_left() {
    let station = Station::start(None);
    let mut disk = None;
    let mut service = Service::new(|folder| {
        let small = folder.join("small");
        disk = Some(SmallDisk::mount(&small));
        station.configuration(folder, &format!("sqlite:{}/vigie.db", small.display()))
    });
    let disk = disk.expect("it was mounted");
    service.start_through(&words(&disk.through()));
    station.deliver(0..3);
    assert!(service.run(&["poll"]).status.success());
    let file = disk.outside().join("vigie.db");
    let whole = fs::read(&file).expect("it is there");
    let refused = |words: &str| {
        for command in ["serve", "poll", "check"] {
            let output = service.run(&[command]);
            let told = format!(
                "{}{}",
                said(&output),
                String::from_utf8_lossy(&output.stdout)
            );
            assert_eq!(output.status.code(), Some(5), "{command}: {told}");
            assert!(told.contains(words), "{command}: {told}");
        }
    };
    fs::write(&file, b"").expect("it is ours");
    refused("its file is gone or empty");
    assert_eq!(fs::metadata(&file).expect("it is there").len(), 0);
    fs::write(&file, &whole[..whole.len() / 2]).expect("it is ours");
    refused("was cut");
    assert_eq!(
        fs::read(&file).expect("it is there"),
        whole[..whole.len() / 2]
    );
    fs::write(&file, &whole).expect("it is ours");
    disk.set_writable(false);
    refused("written");
    disk.set_writable(true);
    assert!(service.run(&["poll"]).status.success());
    fs::remove_file(&file).expect("it is ours");
    let output = service.run(&["serve"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(!file.exists(), "nothing is begun anew");
}

#[test]
fn sto_04_a_foreign_lock_on_the_database_is_waited_for() {
    let station = Station::start(None);
    let mut service = station.service();
    service.start();
    station.deliver(0..2);
    station.quiet(&service, 2);
    let url = format!("sqlite:{}/vigie.db", service.folder().display());
    block_on(async {
        let mut other = SqliteConnection::connect(&url).await.expect("it opens");
        sqlx::query("BEGIN EXCLUSIVE")
            .execute(&mut other)
            .await
            .expect("it is locked");
        station.deliver(2..6);
        // Longer than a writer waits for the file's lock.
        tokio::time::sleep(Duration::from_secs(33)).await;
        sqlx::query("ROLLBACK")
            .execute(&mut other)
            .await
            .expect("it is free");
    });
    assert_eq!(service.ended(), None, "the service goes on");
    station.quiet(&service, 6);
    assert!(service.stop().success());
    assert_whole(&station, &service, 6);
}

#[test]
fn sto_05_postgresql_may_crash_under_load_and_come_back() {
    let station = Station::start(None);
    let mut server = Own::start();
    let mut service = station.service_on(&server.url());
    service.start();
    let mut delivered = 0;
    for _ in 0..3 {
        station.deliver(delivered..delivered + 25);
        delivered += 25;
        until("some are stored", || {
            service.log().matches("message.received").count() > delivered - 20
        });
        server.crash();
        station.deliver(delivered..delivered + 5);
        delivered += 5;
        thread::sleep(Duration::from_secs(1));
        server.start_again();
    }
    station.quiet(&service, delivered);
    let open: (i64,) = block_on(async {
        let mut other = PgConnection::connect(&server.url())
            .await
            .expect("it answers");
        sqlx::query_as(
            "SELECT COUNT(*) FROM pg_stat_activity
             WHERE application_name = 'vigie' AND state LIKE 'idle in transaction%'",
        )
        .fetch_one(&mut other)
        .await
        .expect("it counts")
    });
    assert_eq!(open.0, 0, "a connection stayed in a transaction");
    assert!(service.stop().success());
    let verdict = station.check(&service, delivered);
    assert_eq!(verdict.faults, [""; 0], "{verdict:?}");
    assert_eq!(verdict.quarantined, 0, "{verdict:?}");
    println!(
        "3 crashes of PostgreSQL: {} messages, {} mails, {} in doubt, none lost, none doubled",
        verdict.stored, verdict.sent, verdict.in_doubt
    );
}

#[tokio::test]
async fn sto_06_a_deadlock_and_a_statement_that_took_too_long_are_tried_again() {
    let test = TestStore::postgres().await;
    let name = test.url.rsplit('/').next().expect("a name").to_owned();
    let mut other = PgConnection::connect(&test.url).await.unwrap();
    for set in ["statement_timeout = '300ms'", "deadlock_timeout = '50ms'"] {
        let alter = format!("ALTER DATABASE {name} SET {set}");
        sqlx::query(AssertSqlSafe(alter))
            .execute(&mut other)
            .await
            .unwrap();
    }
    let batch = [fetched(1, &mail("1@x.example", "x"))];
    test.store.first_start("box", at(0)).await.unwrap();
    // Only connections made from now on know of the limits.
    let store = vigie::store::Store::open(&test.url).await.unwrap();

    sqlx::query("BEGIN").execute(&mut other).await.unwrap();
    sqlx::query("LOCK TABLE deliveries")
        .execute(&mut other)
        .await
        .unwrap();
    let late = store
        .record_batch("box", None, &batch, at(0))
        .await
        .unwrap_err();
    assert!(late.is_transient(), "{late:?}");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();

    sqlx::query("SET statement_timeout = 0")
        .execute(&mut other)
        .await
        .unwrap();
    sqlx::query("BEGIN").execute(&mut other).await.unwrap();
    sqlx::query("LOCK TABLE deliveries")
        .execute(&mut other)
        .await
        .unwrap();
    let there = store.clone();
    let recording =
        tokio::spawn(async move { there.record_batch("box", None, &batch, at(0)).await });
    // It holds the mailbox's row by now, or soon: each waits for the other.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let crossed = sqlx::query("UPDATE mailboxes SET name = name")
        .execute(&mut other)
        .await;
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    match recording.await.unwrap() {
        Ok(_) => assert!(crossed.is_err(), "one of the two had to give way"),
        Err(error) => assert!(error.is_transient(), "{error:?}"),
    }
    let batch = [fetched(1, &mail("1@x.example", "x"))];
    store
        .record_batch("box", None, &batch, at(0))
        .await
        .unwrap();
    assert_eq!(store.counts().await.unwrap().messages, 1);
}

#[test]
fn sto_07_bytes_that_were_altered_or_are_missing_are_told_and_never_read() {
    let station = Station::start(None);
    let service = station.service();
    station.deliver(0..3);
    assert!(service.run(&["poll"]).status.success());
    let sound = service.run(&["check", "--deep", "--offline"]);
    assert!(
        sound.status.success(),
        "{}",
        String::from_utf8_lossy(&sound.stdout)
    );
    let url = format!("sqlite:{}/vigie.db", service.folder().display());
    block_on(async {
        let mut file = SqliteConnection::connect(&url).await.expect("it opens");
        for damage in [
            "UPDATE message_chunks SET bytes = CAST(bytes || X'00' AS BLOB) WHERE message_id = 1",
            "DELETE FROM message_chunks WHERE message_id = 2",
            // One that waits to be read.
            "UPDATE message_chunks SET bytes = X'2020' WHERE message_id = 3",
            "DELETE FROM history WHERE message_id = 3",
            "UPDATE messages SET state = 'new', attempts = 0, incident_id = NULL WHERE id = 3",
        ] {
            sqlx::query(damage)
                .execute(&mut file)
                .await
                .expect("it is ours");
        }
    });
    let told = service.run(&["check", "--deep", "--offline"]);
    assert_eq!(told.status.code(), Some(5));
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    for words in [
        "the bytes of message 1 are altered",
        "the bytes of message 2 are missing",
        "the bytes of message 3 are altered",
        "incident 3 was opened by no message",
    ] {
        assert!(told.contains(words), "no {words:?} in {told}");
    }
    assert!(service.run(&["poll"]).status.success());
    let states: Vec<_> = service
        .export("messages")
        .iter()
        .map(|row| row["state"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(states, ["done", "done", "quarantined"]);
}

#[test]
fn one_damaged_row_quarantines_the_message_that_needs_it_and_the_others_go_on() {
    let station = Station::start(None);
    let service = station.service();
    station.deliver(0..2);
    assert!(service.run(&["poll"]).status.success());
    let rows = service.export("messages");
    let reference = rows[0]["reference"].as_str().expect("it made an incident");
    let url = format!("sqlite:{}/vigie.db", service.folder().display());
    block_on(async {
        let mut file = SqliteConnection::connect(&url).await.expect("it opens");
        sqlx::query("UPDATE incidents SET concerns = 'no list' WHERE id = 1")
            .execute(&mut file)
            .await
            .expect("it is ours");
    });
    let answer = format!(
        "From: Claire <claire.0@chu-0.example>\nTo: <{SUPPORT}>\nSubject: Re: pb [{reference}]\n\
         Message-ID: <answer@chu.example>\nDate: Mon, 23 Nov 2026 11:00:00 +0100\n\n\
         Mon numéro de téléphone est le 02 61 91 12 47.\n"
    );
    station.deliver_as(2, &answer);
    station.deliver(3..5);
    let polled = service.run(&["poll"]);
    assert!(polled.status.success(), "{}", said(&polled));
    let states: Vec<_> = service
        .export("messages")
        .iter()
        .map(|row| row["state"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(states, ["done", "done", "quarantined", "done", "done"]);
}

#[test]
fn what_the_server_answers_is_what_becomes_of_the_mail() {
    let station = Station::start(None);
    let mut service = station.service();
    service.start();
    for (number, mode, state) in [
        (0, Mode::Ok, "sent"),
        (1, Mode::Refuse, "failed"),
        (2, Mode::Drop, "in_doubt"),
        (3, Mode::Later, "queued"),
    ] {
        station.sink.set(mode);
        station.deliver(number..number + 1);
        until("the mail has met the server", || {
            service.outbox().iter().any(|mail| {
                mail["number"] == number + 1 && mail["attempts"] != 0 && mail["state"] == state
            })
        });
    }
    assert!(service.stop().success());
    let taken = station.sink.taken();
    let answered: Vec<bool> = taken.iter().map(|mail| mail.is_answered).collect();
    assert_eq!(answered, [true, false], "each left once");
    for (mail, number) in taken.iter().zip([0, 2]) {
        assert_eq!(mail.to, [format!("claire.{number}@chu-{number}.example")]);
        assert!(mail.from.ends_with("@si-samu.example"), "{}", mail.from);
    }
}

#[test]
fn the_ledger_is_held_against_the_mailbox() {
    let station = Station::start(None);
    let service = Service::new(|folder| {
        let database = format!("sqlite:{}/vigie.db", folder.display());
        station
            .configuration(folder, &database)
            .replace("done_folder = \"Done\"\n", "")
    });
    station.deliver(0..3);
    assert!(service.run(&["poll"]).status.success());
    let online = |service: &Service| {
        let told = service.run(&["check", "--deep", "--json"]);
        String::from_utf8_lossy(&told.stdout)
            .lines()
            .find(|line| line.contains("\"ledger\""))
            .unwrap_or_default()
            .to_owned()
    };
    let told = online(&service);
    assert!(
        told.contains("3 messages are in the mailbox, all of them stored"),
        "{told}"
    );
    let url = format!("sqlite:{}/vigie.db", service.folder().display());
    block_on(async {
        let mut file = SqliteConnection::connect(&url).await.expect("it opens");
        sqlx::query("DELETE FROM deliveries WHERE uid = 2")
            .execute(&mut file)
            .await
            .expect("it is ours");
    });
    let told = online(&service);
    assert!(
        told.contains("N1: 1 of the 3 messages in the mailbox are not stored: 2"),
        "{told}"
    );
}

/// A database as the first version made it, with a message in it.
async fn of_version_1(path: &Path) {
    let migrations = path.with_extension("migrations");
    fs::create_dir_all(&migrations).expect("the folder is ours");
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    for file in fs::read_dir(ours).expect("they are there").flatten() {
        let name = file.file_name();
        if name.to_string_lossy().starts_with("0001") {
            fs::copy(file.path(), migrations.join(name)).expect("the folder is ours");
        }
    }
    let url = format!("sqlite:{}?mode=rwc", path.display());
    let mut file = SqliteConnection::connect(&url).await.expect("it opens");
    sqlx::query("PRAGMA journal_mode = WAL")
        .execute(&mut file)
        .await
        .expect("it is ours");
    let migrator = Migrator::new(migrations).await.expect("one migration");
    migrator.run(&mut file).await.expect("it runs");
    sqlx::query("INSERT INTO meta (name, value) VALUES ('old', X'01')")
        .execute(&mut file)
        .await
        .expect("it is ours");
    file.close().await.expect("it closes");
}

/// The migrations that are applied, and whether the second one's table is there.
async fn versions(path: &Path) -> (Vec<i64>, bool) {
    let url = format!("sqlite:{}", path.display());
    let mut file = SqliteConnection::connect(&url).await.expect("it opens");
    let applied: Vec<(i64,)> = sqlx::query_as("SELECT version FROM _sqlx_migrations ORDER BY 1")
        .fetch_all(&mut file)
        .await
        .expect("it is whole");
    let (tables,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM sqlite_master WHERE name = 'instances'")
            .fetch_one(&mut file)
            .await
            .expect("it is whole");
    let (columns,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM pragma_table_info('messages') WHERE name = 'turn'")
            .fetch_one(&mut file)
            .await
            .expect("it is whole");
    assert_eq!(columns == 1, applied.contains(&(3,)), "the last one too");
    let (kept,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM meta WHERE name = 'old'")
        .fetch_one(&mut file)
        .await
        .expect("it is whole");
    assert_eq!(kept, 1);
    file.close().await.expect("it closes");
    (
        applied.into_iter().map(|(version,)| version).collect(),
        tables == 1,
    )
}

#[test]
fn sto_08_a_migration_killed_at_any_write_leaves_the_old_version_or_the_new_one() {
    let station = Station::start(None);
    let mut service = station.service();
    let database = service.folder().join("vigie.db");
    let mut outcomes = (0, 0);
    for number in 1.. {
        for end in ["", "-wal", "-shm"] {
            fs::remove_file(PathBuf::from(format!("{}{end}", database.display()))).ok();
        }
        block_on(of_version_1(&database));
        service.start_through(&words(&strace(&format!(
            "inject=pwrite64:signal=KILL:when={number}"
        ))));
        let run = service.run(&["export", "messages"]);
        match block_on(versions(&database)) {
            (applied, false) if applied == [1] => outcomes.0 += 1,
            (applied, true) if applied.starts_with(&[1, 2]) => outcomes.1 += 1,
            other => panic!("kill at write {number}: {other:?}"),
        }
        if run.status.success() {
            break;
        }
        assert_eq!(
            run.status.signal(),
            Some(SIGKILL),
            "{number}: {}",
            said(&run)
        );
    }
    assert!(outcomes.0 > 0 && outcomes.1 > 0, "{outcomes:?}");
    // And check looks at the old one without touching it.
    service.start_through(&[]);
    for end in ["", "-wal", "-shm"] {
        fs::remove_file(PathBuf::from(format!("{}{end}", database.display()))).ok();
    }
    block_on(of_version_1(&database));
    let told = service.run(&["check", "--offline"]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        told.contains("brought to this version at the next start"),
        "{told}"
    );
    assert_eq!(block_on(versions(&database)), (vec![1], false));
}

/// A service and a command that started together on a new file: at each step the other one had been
/// first, and the service gave up (« table instances already exists »).
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn those_that_start_together_on_a_new_file_all_find_it_made() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("vigie.db").display());
        let starts: Vec<_> = (0..8)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(async move { Store::open(&url).await.map(|_| ()) })
            })
            .collect();
        for start in starts {
            let opened = start.await.expect("it does not panic");
            opened.expect("the database is made");
        }
    }
}

#[test]
fn sto_09_10_a_backup_taken_while_writing_is_whole_and_once_restored_answers_nobody_twice() {
    let station = Station::start(None);
    let mut service = station.service();
    service.start();
    station.deliver(0..10);
    until("some are stored", || {
        service.log().contains("message.received")
    });
    let copy = service.folder().join("copy.db");
    let name = copy.display().to_string();
    let told = service.run(&["backup", &name]);
    assert!(told.status.success(), "{}", said(&told));
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&copy).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let again = service.run(&["backup", &name]);
    assert_eq!(again.status.code(), Some(5), "nothing is overwritten");
    assert!(said(&again).contains("exists already"), "{}", said(&again));
    // The rest of the day, of which the copy knows nothing.
    station.deliver(10..20);
    station.quiet(&service, 20);
    assert!(service.stop().success());
    let left = station.sink.taken().len();
    assert!(left > 10);

    let database = service.folder().join("vigie.db");
    for end in ["", "-wal", "-shm"] {
        fs::remove_file(PathBuf::from(format!("{}{end}", database.display()))).ok();
    }
    fs::rename(&copy, &database).expect("the folder is ours");
    let before = service.export("messages").len();
    assert!(before < 20, "the copy is older");
    service.start();
    until("the done folder was read again", || {
        service.log().contains("mailbox.done_read")
    });
    until("all is read again", || {
        let rows = service.export("messages");
        let known: std::collections::BTreeSet<String> =
            rows.iter().map(|row| row["sha256"].to_string()).collect();
        known.len() == 20 && rows.iter().all(|row| row["state"] == "done")
    });
    // What comes from now on is answered as ever; servers date to the second.
    thread::sleep(Duration::from_millis(1_100));
    station.deliver(20..21);
    until("a new declaration is answered", || {
        station.sink.taken().len() > left
    });
    assert!(service.stop().success());
    assert_eq!(
        station.sink.taken().len(),
        left + 1,
        "nobody was written to twice"
    );
    let held = service
        .outbox()
        .iter()
        .filter(|mail| mail["review"] == "restored")
        .count();
    assert!(held > 0, "what may have been answered waits for a person");
    assert!(service.log().contains("store.restored"));
    let deep = service.run(&["check", "--deep"]);
    assert!(
        deep.status.success(),
        "{}",
        String::from_utf8_lossy(&deep.stdout)
    );
}

#[test]
fn a_database_on_a_server_is_copied_by_its_own_tools() {
    let station = Station::start(None);
    let service = station.service_on(&super::support::postgres::new_database());
    let told = service.run(&["backup", "copy"]);
    assert_eq!(told.status.code(), Some(5));
    assert!(said(&told).contains("pg_dump"), "{}", said(&told));
    let there = service.run(&["check", "--offline", "--deep"]);
    assert!(
        there.status.success(),
        "{}",
        String::from_utf8_lossy(&there.stdout)
    );
}
