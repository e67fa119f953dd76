//! A PostgreSQL that the tests start themselves, on a free loopback port, in a temporary folder.
//! One server serves the whole run and ends with it; each test gets a database of its own.

use super::daemon::Daemon;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

/// A test that can't run fails and says what to do: it isn't skipped.
const INSTALL: &str = "PostgreSQL's programs are missing: install the Debian package postgresql \
                       (tests/run does), then run the tests again";

/// How long the server may recover before it takes connections: a hang guard.
const READY: Duration = Duration::from_secs(60);

/// Removes the folder once the server is gone, in a session of its own: what ends the server's
/// group must not end this.
const AND_THEN_CLEAN: &str = r#"setsid sh -c 'while kill -0 "$1" 2>/dev/null; do sleep 0.2; done
sleep 1; rm -rf "$0"' "$0" $$ & exec "$@""#;

struct Server {
    port: u16,
    bin: PathBuf,
    next: u32,
    _daemon: Daemon,
}

/// The URL of a new, empty database.
pub fn new_database() -> String {
    static SERVER: OnceLock<Mutex<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| Mutex::new(start()));
    let mut server = server
        .lock()
        .expect("no test died while it held the server");
    server.next += 1;
    let name = format!("test_{}", server.next);
    let made = create(&server.bin, server.port, &name);
    assert!(made.status.success(), "createdb: {}", said(&made));
    format!("postgres://postgres@127.0.0.1:{}/{name}", server.port)
}

/// A server of a test's own, which can be stopped as by a power cut and started again.
pub struct Own {
    folder: tempfile::TempDir,
    bin: PathBuf,
    port: u16,
    daemon: Option<Daemon>,
}

impl Own {
    /// Makes and starts it.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("vigie-own-postgres-")
            .tempdir()
            .expect("no temporary folder");
        let (bin, [port]) = (programs(), super::daemon::free_ports());
        initialise(&bin, folder.path());
        let mut own = Self {
            folder,
            bin,
            port,
            daemon: None,
        };
        own.start_again();
        let made = create(&own.bin, port, "vigie");
        assert!(made.status.success(), "createdb: {}", said(&made));
        own
    }

    /// The URL of its one database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/vigie", self.port)
    }

    /// Ends it without a farewell: its next start recovers.
    pub fn crash(&mut self) {
        let root = super::daemon::is_root();
        let stopped = as_postgres(root, &self.bin.join("pg_ctl"))
            .args(["stop", "--mode=immediate", "--wait", "--pgdata"])
            .arg(self.folder.path().join("data"))
            .current_dir("/")
            .output()
            .expect("pg_ctl runs");
        assert!(stopped.status.success(), "pg_ctl: {}", said(&stopped));
        self.daemon = None;
    }

    /// Starts it after a crash and waits until it takes connections.
    pub fn start_again(&mut self) {
        let root = super::daemon::is_root();
        let mut program = as_postgres(root, &self.bin.join("postgres"));
        program.arg("-D").arg(self.folder.path().join("data"));
        program.arg("-k").arg(self.folder.path());
        program.args(["-p", &self.port.to_string()]);
        program.args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "deadlock_timeout=200ms",
        ]);
        let log = self.folder.path().join("log");
        self.daemon = Some(Daemon::start("postgres", &log, &[self.port], &mut program));
        let begun = Instant::now();
        loop {
            let asked = Command::new(self.bin.join("pg_isready"))
                .args(["--host=127.0.0.1", &format!("--port={}", self.port)])
                .output()
                .expect("pg_isready runs");
            if asked.status.success() {
                return;
            }
            assert!(begun.elapsed() < READY, "postgres: {}", said(&asked));
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn initialise(bin: &Path, folder: &Path) {
    // The server refuses to run as root.
    let root = super::daemon::is_root();
    if root {
        let owned = Command::new("chown").arg("postgres").arg(folder).status();
        assert!(owned.is_ok_and(|done| done.success()), "chown fails");
    }
    let made = as_postgres(root, &bin.join("initdb"))
        .arg("--pgdata")
        .arg(folder.join("data"))
        .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
        .args(["--no-locale", "--no-sync"])
        .current_dir("/")
        .output()
        .expect("initdb runs");
    assert!(made.status.success(), "initdb: {}", said(&made));
}

fn start() -> Server {
    let bin = programs();
    let folder = tempfile::Builder::new()
        .prefix("vigie-postgres-")
        .tempdir()
        .expect("no temporary folder")
        .keep();
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|socket| socket.local_addr())
        .expect("no free port")
        .port();
    let root = super::daemon::is_root();
    initialise(&bin, &folder);
    let data = folder.join("data");
    let mut program = as_postgres(root, &bin.join("postgres"));
    program.arg("-D").arg(&data).arg("-k").arg(&folder);
    program.args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
    // Nothing here must outlast the run.
    program.args(["-c", "fsync=off", "-c", "max_connections=200"]);
    let mut with_end = Command::new("sh");
    with_end.args(["-c", AND_THEN_CLEAN]).arg(&folder);
    with_end.arg(program.get_program()).args(program.get_args());
    let daemon = Daemon::start("postgres", &folder.join("log"), &[port], &mut with_end);
    let begun = Instant::now();
    loop {
        // It answers on its port before it takes connections.
        let made = create(&bin, port, "test_0");
        if made.status.success() {
            break;
        }
        assert!(begun.elapsed() < READY, "postgres: {}", said(&made));
        thread::sleep(Duration::from_millis(50));
    }
    Server {
        port,
        bin,
        next: 0,
        _daemon: daemon,
    }
}

/// Where Debian keeps the programs, the newest version's; they are not on the path.
fn programs() -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop().expect(INSTALL)
}

fn as_postgres(root: bool, program: &Path) -> Command {
    if root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn create(bin: &Path, port: u16, name: &str) -> Output {
    Command::new(bin.join("createdb"))
        .args(["--host=127.0.0.1", "--username=postgres"])
        .args([&format!("--port={port}"), name])
        .output()
        .expect("createdb runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
