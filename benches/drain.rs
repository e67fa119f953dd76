//! Draining a mailbox: the program's whole path (fetched, stored, read, incident made, answer queued, all durable)
//! against mbsync's plain download of the same mailbox from the same Dovecot, in turn.
//! `cargo bench --bench drain -- [MESSAGES] [ROUNDS] [--done]`: 2,000 messages and 3 rounds where nothing is said; with
//! `--done` the program also moves what it stored to another folder. Prints messages a second, their ratio, peaks of
//! memory, and processor time. mbsync is Debian's `isync`. Only ratios of one run hold (`spec/performance.md`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command for people who work on the program: it prints, and ends where it can't go on"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Cursor;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use image::{ImageFormat, Rgb, RgbImage};
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};
use support::daemon::{free_ports, is_root, peak};
use support::dovecot::{Dovecot, MAIL_ID, PASSWORD};
use support::fill::Inbox;
use support::mutate::Chance;
use support::service::Service;
use tempfile::TempDir;

#[path = "../tests/suite/support/mod.rs"]
#[allow(
    dead_code,
    reason = "what the tests build on, of which this needs a part"
)]
mod support;

/// A hang guard over one drain.
const LIMIT: Duration = Duration::from_secs(1800);

/// How often it is looked whether a drain is at its end. What looks takes from the cores that the
/// program works on, and mbsync's end shows without.
const LOOK: Duration = Duration::from_millis(25);

/// The last message stored (each is another, so they are numbered without a gap), and whether one is
/// still to be read: two steps down an index each, however many there are.
const STATE: &str = "SELECT COALESCE((SELECT MAX(id) FROM messages), 0),
    EXISTS (SELECT 1 FROM messages WHERE state = 'new')";

/// Pictures that messages share.
const PICTURES: usize = 24;

/// What one drain came to.
#[derive(Debug, Clone, Copy)]
struct Drain {
    rate: f64,
    /// VmHWM in KiB.
    peak: u64,
    /// The client's, not the server's.
    cpu: Duration,
}

fn main() {
    // cargo adds arguments of its own.
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse::<usize>().ok());
    let count = numbers.next().unwrap_or(2_000);
    let rounds = numbers.next().unwrap_or(3);
    let moves = std::env::args().any(|argument| argument == "--done");
    if Command::new("mbsync").arg("--version").output().is_err() {
        println!("mbsync is absent: apt-get install --no-install-recommends isync");
        return;
    }
    let users: Vec<String> = (0..rounds)
        .flat_map(|round| ["vigie", "mbsync"].map(|who| format!("{who}.{round}@samu.example")))
        .collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let dovecot = Dovecot::start(&users, None);
    let seeds = Seeds::make(&dovecot, count);
    println!(
        "{count} messages, {} kB on average; {rounds} rounds",
        seeds.bytes / count / 1000
    );
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut ratios = Vec::new();
    for round in 0..rounds {
        let drain_vigie = || runtime.block_on(vigie(&dovecot, &seeds, users[2 * round], moves));
        let drain_mbsync = || mbsync(&dovecot, &seeds, users[2 * round + 1]);
        // Who begins changes, so that neither always finds what the other left.
        let (ours, theirs) = if round % 2 == 0 {
            let ours = drain_vigie();
            (ours, drain_mbsync())
        } else {
            let theirs = drain_mbsync();
            (drain_vigie(), theirs)
        };
        let ratio = ours.rate / theirs.rate;
        println!(
            "round {}: vigie {:.0}/s, {} MiB, {:.1} s of CPU; mbsync {:.0}/s, {} MiB, {:.1} s; ratio {ratio:.2}",
            round + 1,
            ours.rate,
            ours.peak / 1024,
            ours.cpu.as_secs_f64(),
            theirs.rate,
            theirs.peak / 1024,
            theirs.cpu.as_secs_f64()
        );
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "median ratio at {count} messages: {:.2}",
        ratios[ratios.len() / 2]
    );
}

/// The messages as files, to be linked into mailboxes.
struct Seeds {
    files: Vec<(PathBuf, usize)>,
    hashes: BTreeSet<String>,
    bytes: usize,
}

impl Seeds {
    fn make(dovecot: &Dovecot, count: usize) -> Self {
        let folder = dovecot.mail().join("seeds");
        fs::create_dir(&folder).expect("the folder is ours");
        let mut chance = Chance::new(7);
        let screenshots: Vec<String> = (0..PICTURES)
            .map(|number| picture(&mut chance, 1280, 800, 40 + 8 * number))
            .collect();
        let logos: Vec<String> = (0..4).map(|_| picture(&mut chance, 180, 60, 6)).collect();
        let mut seeds = Self {
            files: Vec::with_capacity(count),
            hashes: BTreeSet::new(),
            bytes: 0,
        };
        let root = is_root();
        for number in 0..count {
            let message = message(number, &mut chance, &screenshots, &logos);
            let file = folder.join(number.to_string());
            fs::write(&file, &message).expect("there is room");
            if root {
                chown(&file, Some(MAIL_ID), Some(MAIL_ID)).expect("root gives away");
            }
            seeds.bytes += message.len();
            seeds.hashes.insert(hex(&Sha256::digest(&message)));
            seeds.files.push((file, message.len()));
        }
        assert_eq!(seeds.hashes.len(), count, "each message is another");
        seeds
    }

    /// A fresh mailbox with all of them; everything earlier is on the disk before the clock starts.
    fn fill(&self, dovecot: &Dovecot, user: &str) -> PathBuf {
        // Makes the folders and gives them to the mail account.
        Inbox::of(&dovecot.mail(), user);
        let maildir = dovecot.mail().join(user).join("Maildir");
        for (number, (file, size)) in self.files.iter().enumerate() {
            // Sizes stand in names as in Dovecot's own deliveries; every line ends with CRLF.
            let name = format!("17000{number:08}.M1P1.essai,S={size},W={size}");
            fs::hard_link(file, maildir.join("new").join(name)).expect("on one file system");
        }
        assert!(
            Command::new("sync")
                .status()
                .expect("`sync` runs")
                .success()
        );
        maildir
    }
}

/// `vigie serve` with an empty store, until every message is stored and read, and its end.
async fn vigie(dovecot: &Dovecot, seeds: &Seeds, user: &str, moves: bool) -> Drain {
    let maildir = seeds.fill(dovecot, user);
    let mut service = Service::new(|folder| configuration(folder, dovecot.imap, user, moves));
    let database = service.folder().join("vigie.db");
    let count = i64::try_from(seeds.files.len()).expect("some thousands");
    let begun = Instant::now();
    service.start();
    let pid = service.pid().expect("it runs");
    // Looked into once the service has made its tables.
    while !service.log().contains("service.started") {
        assert!(service.ended().is_none(), "{}", service.log());
        thread::sleep(LOOK);
    }
    let options = SqliteConnectOptions::new()
        .filename(&database)
        .read_only(true);
    let mut store = SqliteConnection::connect_with(&options)
        .await
        .expect("the database opens");
    loop {
        let (stored, waiting): (i64, bool) = sqlx::query_as(STATE)
            .fetch_one(&mut store)
            .await
            .expect("the database is read");
        if stored >= count && !waiting && (!moves || in_inbox(&maildir) == 0) {
            break;
        }
        assert!(
            begun.elapsed() < LIMIT && service.ended().is_none(),
            "{stored} of {count}"
        );
        tokio::time::sleep(LOOK).await;
    }
    let peak = peak(pid).expect("it runs");
    let cpu = cpu(pid).expect("it runs");
    store.close().await.expect("the database closes");
    let status = service.stop();
    let took = begun.elapsed();
    assert!(status.success(), "{status}");
    let rows = service.export("messages");
    let stored: BTreeSet<String> = rows
        .iter()
        .filter_map(|row| row["sha256"].as_str().map(str::to_owned))
        .collect();
    assert!(
        stored == seeds.hashes,
        "what is stored is not what was served"
    );
    Drain {
        rate: seeds.files.len() as f64 / took.as_secs_f64(),
        peak,
        cpu,
    }
}

fn in_inbox(maildir: &Path) -> usize {
    ["new", "cur"]
        .iter()
        .map(|part| {
            fs::read_dir(maildir.join(part))
                .expect("the folder is there")
                .count()
        })
        .sum()
}

/// mbsync with an empty Maildir, to its end; it syncs each message to the disk, as it does unless told otherwise.
fn mbsync(dovecot: &Dovecot, seeds: &Seeds, user: &str) -> Drain {
    seeds.fill(dovecot, user);
    let folder = TempDir::new().expect("a temporary folder");
    let base = folder.path().display();
    let rc = folder.path().join("rc");
    let text = format!(
        "IMAPAccount there\nHost 127.0.0.1\nPort {port}\nUser {user}\nPassCmd \"cat {base}/password\"\nSSLType None\n\
         AuthMechs LOGIN\n\n\
         IMAPStore far\nAccount there\n\n\
         MaildirStore near\nPath {base}/mail/\nInbox {base}/mail/INBOX\n\n\
         Channel one\nFar :far:\nNear :near:\nPatterns INBOX\nCreate Near\nSync Pull\nSyncState *\n",
        port = dovecot.imap,
    );
    fs::write(&rc, text).expect("the folder is ours");
    fs::write(folder.path().join("password"), PASSWORD).expect("the folder is ours");
    fs::create_dir(folder.path().join("mail")).expect("the folder is ours");
    let log = fs::File::create(folder.path().join("log")).expect("the folder is ours");
    let begun = Instant::now();
    let mut child = Command::new("mbsync")
        .arg("-c")
        .arg(&rc)
        .args(["-q", "-a"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("mbsync starts");
    let mut highest = 0;
    let mut spent = Duration::ZERO;
    let status = loop {
        if let Some(status) = child.try_wait().expect("the process is ours") {
            break status;
        }
        highest = highest.max(peak(child.id()).unwrap_or(0));
        spent = spent.max(cpu(child.id()).unwrap_or_default());
        thread::sleep(Duration::from_millis(10));
    };
    let took = begun.elapsed();
    let told = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
    assert!(status.success(), "mbsync: {status}: {told}");
    let count = in_inbox(&folder.path().join("mail/INBOX"));
    assert_eq!(count, seeds.files.len(), "mbsync brought them all");
    Drain {
        rate: count as f64 / took.as_secs_f64(),
        peak: highest,
        cpu: spent,
    }
}

/// 60 % text, 25 % with a screenshot, 10 % HTML with logos, 5 % from machines and lists.
fn message(
    number: usize,
    chance: &mut Chance,
    screenshots: &[String],
    logos: &[String],
) -> Vec<u8> {
    let mut text = format!(
        "From: \"LEBRETON Claire\" <claire.{number}@chu-{number}.example>\r\nTo: <support@si-samu.example>\r\n\
         Subject: pb carto {number}\r\nMessage-ID: <{number}@chu.example>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\n\
         MIME-Version: 1.0\r\n"
    );
    let words = words(number, 3_000 + chance.below(12_000));
    match chance.below(20) {
        0..12 => {
            write!(
                text,
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{words}"
            )
            .unwrap();
        }
        12..17 => {
            let screenshot = chance.pick(screenshots);
            write!(
                text,
                "Content-Type: multipart/mixed; boundary=limite\r\n\r\n--limite\r\n\
                 Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{words}\r\n\
                 --limite\r\nContent-Type: image/png; name=\"capture.png\"\r\n\
                 Content-Disposition: attachment; filename=\"capture.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\n\
                 {screenshot}--limite--\r\n"
            )
            .unwrap();
        }
        17..19 => {
            let html = words.replace(
                "\r\n",
                "</span></p>\r\n<p class=\"MsoNormal\"><span style=\"font-size:11.0pt\">",
            );
            write!(
                text,
                "Content-Type: multipart/related; boundary=limite\r\n\r\n--limite\r\n\
                 Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
                 <html><body><p><span>{html}</span></p><img src=\"cid:a\"><img src=\"cid:b\"></body></html>\r\n"
            )
            .unwrap();
            for id in ["a", "b"] {
                let logo = chance.pick(logos);
                write!(
                    text,
                    "--limite\r\nContent-Type: image/png; name=\"image001.png\"\r\nContent-ID: <{id}>\r\n\
                     Content-Transfer-Encoding: base64\r\n\r\n{logo}"
                )
                .unwrap();
            }
            text.push_str("--limite--\r\n");
        }
        _ => {
            write!(
                text,
                "Auto-Submitted: auto-replied\r\n\r\nJe suis absente ({number}).\r\n"
            )
            .unwrap();
        }
    }
    text.into_bytes()
}

/// A declaration with some of what is asked for, and a thread below it, of about so many bytes.
fn words(number: usize, length: usize) -> String {
    let mut words = format!(
        "Bonjour,\r\n\r\nDECLARATION D'INCIDENT\r\nDéclarant (nom, prénom et fonction) : LEBRETON Claire, ARM\r\n\
         Entité concernée (Samu de Nantes, ARS PDL, ...) : SAMU de Nantes\r\n\
         Environnement concerné : formation, production ? production\r\n\
         Fonctionnalité concernée par l'incident : cartographie\r\n\
         Description détaillée de l'incident : la carte numéro {number} reste figée depuis ce matin.\r\n\r\n\
         Cordialement,\r\nClaire Lebreton\r\n\r\nLe 20 nov. 2026 à 10:12, Support a écrit :\r\n"
    );
    let mut line = 0;
    while words.len() < length {
        write!(
            words,
            "> Nous avons bien reçu votre message {line} au sujet de la téléphonie et des bandeaux de régulation.\r\n"
        )
        .unwrap();
        line += 1;
    }
    words
}

/// A picture of about so many kB as lines of base64: flat areas as screens have, and noise for its size.
fn picture(chance: &mut Chance, width: u32, height: u32, kilobytes: usize) -> String {
    let mut noise = kilobytes * 1000 / 8;
    let mut pixels = RgbImage::from_pixel(width, height, Rgb([240, 240, 240]));
    for (x, y, pixel) in pixels.enumerate_pixels_mut() {
        if noise > 0 && (x + y) % 3 == 0 {
            let [r, g, b, ..] = chance.number().to_le_bytes();
            *pixel = Rgb([r, g, b]);
            noise -= 1;
        } else if y % 20 < 2 {
            *pixel = Rgb([30, 60, 120]);
        }
    }
    let mut png = Cursor::new(Vec::new());
    pixels
        .write_to(&mut png, ImageFormat::Png)
        .expect("memory holds it");
    let mut text = String::new();
    for line in png.into_inner().chunks(57) {
        text.push_str(&BASE64.encode(line));
        text.push_str("\r\n");
    }
    text
}

fn configuration(folder: &Path, imap: u16, user: &str, moves: bool) -> String {
    let secret = folder.join("password");
    fs::write(&secret, PASSWORD).expect("the folder is ours");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).expect("the folder is ours");
    let [web] = free_ports();
    let done = if moves {
        "done_folder = \"Done\"\n"
    } else {
        ""
    };
    format!(
        r#"
[service]
name  = "Support SI-Samu"
phone = "0 809 100 809"

[mailbox]
url = "imap://127.0.0.1:{imap}"
user = "{user}"
password_file = "{secret}"
address = "support@si-samu.example"
poll = "30s"
answer_from = "2020-01-01"
{done}
[smtp]
url = "dir:{folder}/sent"
from = "Support SI-Samu <support@si-samu.example>"

[replies]
hold = "1h"
max_per_address_hour = 100000
max_per_address = 100000
max_same_body = 100000
max_per_domain = 100000
max_total = 100000

[web]
listen = "127.0.0.1:{web}"

[storage]
database = "sqlite:{folder}/vigie.db"

[log]
format = "json"
level = "info"
"#,
        secret = secret.display(),
        folder = folder.display(),
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The processor time that a process has taken so far (proc(5), `utime` and `stime`, in hundredths of
/// a second), while it runs.
fn cpu(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it, in parentheses, may hold anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    let ticks = rest.split(' ').skip(11).take(2);
    let ticks: u64 = ticks.map(|count| count.parse::<u64>().unwrap_or(0)).sum();
    Some(Duration::from_millis(10 * ticks))
}
