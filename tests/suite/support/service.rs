//! `vigie serve` as a process of its own, with a configuration in a temporary folder.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Within what a stop must end; the promise is 10 s, and this a hang guard over it.
const STOP: Duration = Duration::from_secs(60);

/// The binary that runs, where it is another than the one built beside the caller.
pub static BINARY: OnceLock<PathBuf> = OnceLock::new();

/// The binary under test with its configuration; a running service is killed when dropped.
pub struct Service {
    folder: TempDir,
    running: Option<Child>,
    wrapper: Vec<String>,
}

impl Service {
    /// Writes the configuration. `{folder}` in it stands for the temporary folder that is handed to `config`.
    pub fn new(config: impl FnOnce(&Path) -> String) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("vigie-serve-")
            .tempdir()
            .expect("a temporary folder");
        let text = config(folder.path());
        fs::write(folder.path().join("vigie.toml"), text).expect("the folder is ours");
        Self {
            folder,
            running: None,
            wrapper: Vec::new(),
        }
    }

    /// From now on every process of it is started through this program, which must become it.
    pub fn start_through(&mut self, wrapper: &[&str]) {
        self.wrapper = wrapper.iter().map(|word| (*word).to_owned()).collect();
    }

    /// Starts `vigie serve`; its log goes on where the last one ended.
    pub fn start(&mut self) {
        self.start_with(&[]);
    }

    /// The same with something more in its environment.
    pub fn start_with(&mut self, environment: &[(&str, &str)]) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file())
            .expect("the log opens");
        let child = self
            .command(&["serve"])
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log opens twice"))
            .stderr(log)
            .spawn()
            .expect("the binary starts");
        self.running = Some(child);
    }

    /// SIGKILL: what a power cut leaves behind.
    pub fn kill(&mut self) {
        let mut child = self.running.take().expect("the service runs");
        child.kill().expect("the process is ours");
        child.wait().expect("the process is ours");
    }

    /// How the service ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        let child = self.running.as_mut().expect("the service was started");
        let status = child.try_wait().expect("the process is ours");
        if status.is_some() {
            self.running = None;
        }
        status
    }

    /// The folder with its configuration and, where it is so configured, its database.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(Child::id)
    }

    /// SIGTERM, and how the service ended.
    pub fn stop(&mut self) -> ExitStatus {
        let mut child = self.running.take().expect("the service runs");
        let told = Command::new("sh")
            .args(["-c", &format!("kill -TERM {}", child.id())])
            .status();
        assert!(told.expect("a shell starts").success());
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait().expect("the process is ours") {
                return status;
            }
            assert!(begun.elapsed() < STOP, "the service doesn't stop");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs another command with the same configuration.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("the binary starts")
    }

    /// The lines of an NDJSON export.
    pub fn export(&self, what: &str) -> Vec<serde_json::Value> {
        self.lines(&["export", what, "--format", "ndjson"])
    }

    /// Every mail of ours, whatever became of it.
    pub fn outbox(&self) -> Vec<serde_json::Value> {
        self.lines(&["outbox", "list", "--state", "all", "--json"])
    }

    fn lines(&self, arguments: &[&str]) -> Vec<serde_json::Value> {
        let told = self.run(arguments);
        assert!(
            told.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&told.stderr)
        );
        let text = String::from_utf8(told.stdout).expect("exports are UTF-8");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a line is an object"))
            .collect()
    }

    /// What the service has written so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// A command of the binary with this configuration, not yet started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let built = || PathBuf::from(env!("CARGO_BIN_EXE_vigie"));
        let binary = BINARY.get_or_init(built).as_os_str();
        let mut words = self.wrapper.iter().map(OsStr::new).chain([binary]);
        let mut command = Command::new(words.next().expect("the binary at least"));
        command
            .args(words)
            .args(arguments)
            .arg("--config")
            .arg(self.folder.path().join("vigie.toml"));
        command.current_dir(self.folder.path());
        command
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.take() {
            child.kill().ok();
            child.wait().ok();
        }
        if thread::panicking() {
            let log = self.log();
            let from = log.lines().count().saturating_sub(60);
            let tail: Vec<&str> = log.lines().skip(from).collect();
            eprintln!("--- last lines of vigie serve:\n{}", tail.join("\n"));
        }
    }
}
