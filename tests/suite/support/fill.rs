//! Messages of the repository, and their way into a Maildir that Dovecot serves.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::daemon::is_root;
use super::dovecot::MAIL_ID;

/// Every message below a folder, by its path, in the order of paths.
pub fn messages_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found: Vec<_> = WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("the folder is readable").into_path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .map(|path| {
            let bytes = fs::read(&path).expect("a message is readable");
            (path, bytes)
        })
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no message below {}", folder.display());
    found
}

/// Every message of the fixtures.
pub fn fixtures() -> Vec<(PathBuf, Vec<u8>)> {
    messages_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"))
}

/// A user's inbox as files.
pub struct Inbox {
    maildir: PathBuf,
    root: bool,
    delivered: u64,
}

impl Inbox {
    /// Below `mail` each user has a folder; it is made where there is none.
    pub fn of(mail: &Path, user: &str) -> Self {
        let maildir = mail.join(user).join("Maildir");
        let inbox = Self {
            root: is_root(),
            delivered: 0,
            maildir,
        };
        for part in ["tmp", "new", "cur"] {
            fs::create_dir_all(inbox.maildir.join(part)).expect("the folder is ours");
        }
        for folder in [
            mail.join(user),
            inbox.maildir.clone(),
            inbox.maildir.join("tmp"),
            inbox.maildir.join("new"),
            inbox.maildir.join("cur"),
        ] {
            inbox.give(&folder);
        }
        inbox
    }

    /// Delivers one message as an LDA does: whole under its name, or not at all. Names, and so UIDs, follow the order of
    /// delivery.
    pub fn deliver(&mut self, message: &[u8]) {
        let (from, to) = self.names(message);
        let mut file = File::create(&from).expect("the folder is ours");
        file.write_all(message).expect("there is room");
        drop(file);
        fs::set_permissions(&from, fs::Permissions::from_mode(0o644)).expect("the file is ours");
        self.give(&from);
        fs::rename(from, to).expect("the folder is ours");
    }

    /// Where the next message is written, and its name in `new`, which tells its sizes as Dovecot's own deliveries do.
    fn names(&mut self, message: &[u8]) -> (PathBuf, PathBuf) {
        self.delivered += 1;
        let bare = message
            .iter()
            .enumerate()
            .filter(|(at, byte)| **byte == b'\n' && (*at == 0 || message[at - 1] != b'\r'))
            .count();
        let name = format!(
            "17000{:08}.M1P1.essai,S={},W={}",
            self.delivered,
            message.len(),
            message.len() + bare
        );
        (
            self.maildir.join("tmp").join(&name),
            self.maildir.join("new").join(&name),
        )
    }

    /// To the account that Dovecot's processes run under.
    fn give(&self, path: &Path) {
        if self.root {
            chown(path, Some(MAIL_ID), Some(MAIL_ID)).expect("root gives away");
        }
    }
}
