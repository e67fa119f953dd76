//! A disk of 20 MB that can be filled and emptied: a tmpfs in a mount namespace of its own, so that
//! it needs no rights and is gone with the test.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const INSTALL: &str = "a mount namespace is needed: `unshare -Urm` must work (util-linux, user \
                       namespaces not forbidden)";

/// The disk, mounted at a path that shows it only inside its namespace.
pub struct SmallDisk {
    holder: Child,
    path: PathBuf,
}

impl SmallDisk {
    /// Mounts it at this folder, which is made.
    pub fn mount(path: &Path) -> Self {
        fs::create_dir_all(path).expect("the folder is ours");
        let script = "mount -t tmpfs -o size=20m none \"$0\" && echo ready && exec cat";
        let mut holder = Command::new("unshare")
            .args(["-Urm", "sh", "-c", script])
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect(INSTALL);
        let mut line = String::new();
        BufReader::new(holder.stdout.as_mut().expect("it is piped"))
            .read_line(&mut line)
            .expect("it is read");
        assert_eq!(line, "ready\n", "{INSTALL}");
        Self {
            holder,
            path: path.to_owned(),
        }
    }

    /// The program through which others see it.
    pub fn through(&self) -> Vec<String> {
        let pid = self.holder.id().to_string();
        [
            "nsenter",
            "-t",
            &pid,
            "-U",
            "-m",
            "--preserve-credentials",
            "--",
        ]
        .map(str::to_owned)
        .into()
    }

    /// Takes all the room that is left.
    pub fn fill(&self) {
        let file = fs::File::create(self.outside().join("ballast")).expect("a name has room");
        let piece = [0; 4096];
        while (&file).write_all(&piece).is_ok() {}
    }

    /// Gives it back.
    pub fn make_room(&self) {
        fs::remove_file(self.outside().join("ballast")).expect("it was filled");
    }

    /// Makes it read-only, or writable again.
    pub fn set_writable(&self, is_writable: bool) {
        let way = if is_writable {
            "remount,rw"
        } else {
            "remount,ro"
        };
        let through = self.through();
        let done = Command::new(&through[0])
            .args(&through[1..])
            .args(["mount", "-o", way])
            .arg(&self.path)
            .status();
        assert!(done.expect(INSTALL).success());
    }

    /// Where this process sees it.
    pub fn outside(&self) -> PathBuf {
        let inside = self.path.strip_prefix("/").expect("it is absolute");
        PathBuf::from(format!("/proc/{}/root", self.holder.id())).join(inside)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        self.holder.kill().ok();
        self.holder.wait().ok();
    }
}
