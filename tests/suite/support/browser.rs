//! Debian's Chromium, driven by `tests/browser/drive.mjs`, and a demonstration for it to look at.

use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// For how long a scenario may say nothing: a hang guard, over ten times the slowest fact.
const SILENCE: Duration = Duration::from_secs(120);

/// Within what the demonstration must be read and stand; a hang guard.
const START: Duration = Duration::from_secs(120);

/// Within what it must end; a hang guard.
const STOP: Duration = Duration::from_secs(60);

/// When the demonstration plays.
const NOW: &str = "2026-11-23T09:33:00+01:00";

/// What one scenario said, line by line.
pub struct Told {
    scenario: String,
    lines: Vec<Value>,
}

impl Told {
    /// Every line about `fact` holds, and there are at least `least` of them.
    #[track_caller]
    pub fn holds(&self, fact: &str, least: usize) {
        let about = self.lines.iter().filter(|line| line["fact"] == fact);
        let (true_, false_): (Vec<&Value>, Vec<&Value>) =
            about.partition(|line| line["holds"] == true);
        let found = true_.len() + false_.len();
        assert!(
            false_.is_empty() && found >= least,
            "{}: {fact} holds {} times of {found}, at least {least} were expected\n{}",
            self.scenario,
            true_.len(),
            false_.iter().map(|line| shown(line)).collect::<String>()
        );
    }

    /// The facts that it told of, each once.
    pub fn facts(&self) -> Vec<&str> {
        let mut facts: Vec<&str> = self
            .lines
            .iter()
            .filter_map(|line| line["fact"].as_str())
            .collect();
        facts.sort_unstable();
        facts.dedup();
        facts
    }
}

/// A line of a scenario, its lists one under the other.
fn shown(line: &Value) -> String {
    let saw = match &line["saw"] {
        Value::Array(all) => all
            .iter()
            .map(|one| {
                format!(
                    "\n      {}",
                    one.as_str().map_or(one.to_string(), Into::into)
                )
            })
            .collect(),
        Value::Null => String::new(),
        one => format!(" {one}"),
    };
    format!("  {}:{saw}\n", line["where"].as_str().unwrap_or_default())
}

/// The driver and its browser. Both end with their input, so neither outlives the tests.
struct Driver {
    node: Child,
    requests: Option<ChildStdin>,
    lines: Receiver<String>,
    errors: PathBuf,
    /// Where the browser keeps its profile.
    folder: TempDir,
}

impl Driver {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let errors = folder.path().join("errors");
        let mut node = Command::new("node")
            .arg("drive.mjs")
            .current_dir(scripts())
            .env("TMPDIR", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&errors).expect("the folder is ours"))
            .spawn()
            .expect("node starts; tests/run installs it");
        let requests = node.stdin.take();
        let answers = BufReader::new(node.stdout.take().expect("its output is ours"));
        let (send, lines) = channel();
        thread::spawn(move || {
            answers
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| send.send(line))
        });
        Self {
            node,
            requests,
            lines,
            errors,
            folder,
        }
    }

    fn run(&mut self, scenario: &str, base: Option<&str>, given: &Value) -> Told {
        let request = json!({ "scenario": scenario, "base": base, "given": given });
        let requests = self.requests.as_mut().expect("open until it is dropped");
        writeln!(requests, "{request}").expect("the driver reads");
        let mut told = Told {
            scenario: scenario.to_owned(),
            lines: Vec::new(),
        };
        loop {
            let Ok(line) = self.lines.recv_timeout(SILENCE) else {
                panic!(
                    "{scenario}: nothing said for {SILENCE:?}, or the driver ended\n{}\n{}",
                    std::fs::read_to_string(&self.errors).unwrap_or_default(),
                    told.lines.iter().map(shown).collect::<String>()
                );
            };
            let line: Value = serde_json::from_str(&line).expect("a line is an object");
            if line.get("end").is_none() {
                told.lines.push(line);
                continue;
            }
            if let Some(error) = line["error"].as_str() {
                let before: String = told.lines.iter().map(shown).collect();
                panic!("{scenario} broke off: {error}\n{before}");
            }
            assert_eq!(line["facts"], told.lines.len());
            return told;
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.requests.take());
        if !ends(&mut self.node, STOP) {
            self.node.kill().ok();
            self.node.wait().ok();
        }
        // The browser's profile goes last, once nobody writes there.
        std::fs::remove_dir_all(self.folder.path()).ok();
    }
}

/// `vigie demo` on a port of its own, its clock stopped.
pub struct Demo {
    process: Child,
    address: String,
    folder: TempDir,
}

impl Demo {
    /// Starts it with the samples, or with nothing.
    pub fn start(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut process = Command::new(env!("CARGO_BIN_EXE_vigie"))
            .args(["demo", "--now", NOW, "--dir", "demo"])
            .args(["--port", &super::daemon::free_ports::<1>()[0].to_string()])
            .args(more)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join("errors")).expect("the folder is ours"))
            .spawn()
            .expect("the binary starts");
        let output = BufReader::new(process.stdout.take().expect("its output is ours"));
        let (send, lines) = channel();
        thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| send.send(line))
        });
        let mut demo = Self {
            process,
            address: String::new(),
            folder,
        };
        while let Ok(line) = lines.recv_timeout(START) {
            if let Some((_, rest)) = line.split_once("http://") {
                let address = rest.split_whitespace().next().unwrap_or_default();
                demo.address = format!("http://{}", address.trim_end_matches('/'));
            }
            if line.starts_with("Ctrl-C") {
                return demo;
            }
        }
        let errors = demo.folder.path().join("errors");
        panic!(
            "the demonstration doesn't stand: {}",
            std::fs::read_to_string(errors).unwrap_or_default()
        );
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        Command::new("sh")
            .args(["-c", &format!("kill -TERM {}", self.process.id())])
            .status()
            .ok();
        if !ends(&mut self.process, STOP) {
            self.process.kill().ok();
            self.process.wait().ok();
        }
    }
}

/// Whether a process ends by itself within `limit`.
fn ends(process: &mut Child, limit: Duration) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < limit {
        if process.try_wait().is_ok_and(|status| status.is_some()) {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

/// A browser and a demonstration that tests which change nothing have in common: started by the
/// first, ended by the last.
pub struct Shared {
    driver: Mutex<Driver>,
    /// The demonstration with its samples, in which nobody changes anything.
    pub demo: Demo,
}

static SHARED: Mutex<Weak<Shared>> = Mutex::new(Weak::new());

/// What the visit of all pages of the shared demonstration said: the same for every test.
static PAGES: OnceLock<Told> = OnceLock::new();

/// The one that runs, or a new one.
pub fn shared() -> Arc<Shared> {
    let mut held = unpoisoned(&SHARED);
    if let Some(shared) = held.upgrade() {
        return shared;
    }
    let demo = Demo::start(&[]);
    let shared = Arc::new(Shared {
        driver: Mutex::new(Driver::start()),
        demo,
    });
    *held = Arc::downgrade(&shared);
    shared
}

impl Shared {
    /// What the scenario `pages` says of the demonstration, visited once for all tests.
    pub fn pages(&self) -> &'static Told {
        PAGES.get_or_init(|| self.run(Some(&self.demo), "pages", &Value::Null))
    }

    /// Runs a scenario (`tests/browser/scenarios`) over a demonstration, or over what `given` holds.
    pub fn run(&self, demo: Option<&Demo>, scenario: &str, given: &Value) -> Told {
        let base = demo.map(|demo| demo.address.as_str());
        unpoisoned(&self.driver).run(scenario, base, given)
    }
}

/// What a failed test leaves is as good as before: the driver answers each request whole, and a
/// driver that doesn't answer is said to.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}
