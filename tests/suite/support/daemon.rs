//! A server that a test starts and that never outlives it.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Runs the server in a group of its own, and ends that group when standard input closes: by the guard's drop, or by the
/// end of the test process, however it ends.
const GUARD: &str = r#"setsid "$@" & server=$!; cat >/dev/null; kill -TERM -$server 2>/dev/null; \
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do \
kill -0 -$server 2>/dev/null || exit 0; sleep 0.1; done; kill -KILL -$server 2>/dev/null"#;

/// How long a server may take to open its ports: a hang guard, ten times what it takes.
const START: Duration = Duration::from_secs(30);

/// A running server, stopped when dropped; its log is printed where the test fails.
pub struct Daemon {
    name: &'static str,
    guard: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts `program` and waits until each port answers. Output is added to `log`.
    pub fn start(name: &'static str, log: &Path, ports: &[u16], program: &mut Command) -> Self {
        let output = File::options()
            .create(true)
            .append(true)
            .open(log)
            .expect("the log opens");
        let errors = output.try_clone().expect("the log opens twice");
        let guard = Command::new("sh")
            .args(["-c", GUARD, name])
            .arg(program.get_program())
            .args(program.get_args())
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .expect("a shell starts");
        let daemon = Self {
            name,
            guard,
            log: log.to_path_buf(),
        };
        let begun = Instant::now();
        for port in ports {
            while TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, *port))).is_err() {
                assert!(
                    begun.elapsed() < START,
                    "{name} doesn't answer on port {port}:\n{}",
                    daemon.log()
                );
                thread::sleep(Duration::from_millis(20));
            }
        }
        daemon
    }

    /// What the server has written so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        self.guard.wait().ok();
        if thread::panicking() {
            let log = self.log();
            let from = log.lines().count().saturating_sub(60);
            let tail: Vec<&str> = log.lines().skip(from).collect();
            eprintln!("--- last lines of {}:\n{}", self.name, tail.join("\n"));
        }
    }
}

/// Ports on loopback that nobody holds, all different.
pub fn free_ports<const COUNT: usize>() -> [u16; COUNT] {
    let held: [TcpListener; COUNT] = std::array::from_fn(|_| {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free")
    });
    held.map(|listener| {
        listener
            .local_addr()
            .expect("a bound socket has an address")
            .port()
    })
}

/// Whether this process may act as root, which decides how the servers are configured.
pub fn is_root() -> bool {
    let told = Command::new("id").arg("-u").output().expect("`id` runs");
    told.stdout.trim_ascii() == b"0"
}

/// The most memory that a process has held at once so far, in KiB (proc(5), VmHWM), while it runs.
pub fn peak(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
