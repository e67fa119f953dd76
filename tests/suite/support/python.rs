//! What Python's own libraries say: another IMAP client than ours, and another reader of SQLite files.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// A message as imaplib read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Its bytes.
    pub size: u64,
}

const IMAPLIB: &str = r"
import hashlib, imaplib, sys
port, user, password, folder = sys.argv[1:]
imaplib._MAXLINE = 10_000_000
box = imaplib.IMAP4('127.0.0.1', int(port))
box.login(user, password)
done, _ = box.select('\x22' + folder + '\x22', readonly=True)
assert done == 'OK', done
_, found = box.uid('SEARCH', 'ALL')
for uid in found[0].split():
    done, parts = box.uid('FETCH', uid, '(BODY.PEEK[])')
    assert done == 'OK', done
    body = [part[1] for part in parts if isinstance(part, tuple)]
    assert len(body) == 1, (uid, len(body))
    print(uid.decode(), hashlib.sha256(body[0]).hexdigest(), len(body[0]))
box.logout()
";

/// Every message of a folder by its UID, as Python's imaplib reads it over plain loopback, none marked.
pub fn served_to_imaplib(
    port: u16,
    user: &str,
    password: &str,
    folder: &str,
) -> BTreeMap<u32, Seen> {
    let told = python(IMAPLIB, &[&port.to_string(), user, password, folder]);
    told.lines()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let seen = Seen {
                sha256: words[1].to_owned(),
                size: words[2].parse().expect("a size"),
            };
            (words[0].parse().expect("a UID"), seen)
        })
        .collect()
}

const SQLITE: &str = r"
import sqlite3, sys
file = sqlite3.connect(sys.argv[1])
for row in file.execute('PRAGMA integrity_check'):
    if row[0] != 'ok':
        print(row[0])
for row in file.execute('PRAGMA foreign_key_check'):
    print('foreign key', row)
";

/// What SQLite's own checks find wrong in a database file (N13): nothing, if all is well.
pub fn faults_of_sqlite(file: &Path) -> Vec<String> {
    let told = python(SQLITE, &[&file.display().to_string()]);
    told.lines().map(str::to_owned).collect()
}

fn python(script: &str, arguments: &[&str]) -> String {
    let told = Command::new("python3")
        .args(["-c", script])
        .args(arguments)
        .output()
        .expect("python3 is installed: tests/run installs it");
    assert!(
        told.status.success(),
        "python3: {}",
        String::from_utf8_lossy(&told.stderr)
    );
    String::from_utf8(told.stdout).expect("the script writes ASCII")
}
