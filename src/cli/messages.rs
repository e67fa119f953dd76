//! Messages named on the command line: files, Maildirs, trees of .eml, mbox files, standard input.

use anyhow::Context as _;
use std::fs;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One message, not yet read from disk where it is a file of its own.
#[derive(Debug, Clone)]
pub struct Message {
    /// As named, or found below what was named; `mbox:3` is the third of an mbox.
    pub name: String,
    bytes: Bytes,
}

#[derive(Debug, Clone)]
enum Bytes {
    File(PathBuf),
    Slice(Arc<Vec<u8>>, Range<usize>),
}

impl Message {
    /// The raw message.
    ///
    /// # Errors
    /// Its file can't be read.
    pub fn read(&self) -> anyhow::Result<Vec<u8>> {
        match &self.bytes {
            Bytes::File(path) => {
                fs::read(path).with_context(|| format!("cannot read {}", path.display()))
            }
            Bytes::Slice(whole, range) => Ok(whole.get(range.clone()).unwrap_or_default().to_vec()),
        }
    }
}

/// All messages that `named` names, folders in the order of their names; `-` or nothing is
/// standard input.
///
/// # Errors
/// A name that does not exist, or a folder that can't be listed.
pub fn find(named: &[PathBuf]) -> anyhow::Result<Vec<Message>> {
    let mut messages = Vec::new();
    if named.is_empty() {
        stdin(&mut messages)?;
    }
    for path in named {
        if path.as_os_str() == "-" {
            stdin(&mut messages)?;
        } else if path.is_dir() {
            let maildir = ["new", "cur"].map(|name| path.join(name));
            if maildir.iter().all(|folder| folder.is_dir()) {
                for folder in &maildir {
                    tree(folder, true, &mut messages)?;
                }
            } else {
                tree(path, false, &mut messages)?;
            }
        } else {
            file(path, &mut messages)?;
        }
    }
    Ok(messages)
}

fn stdin(messages: &mut Vec<Message>) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .context("cannot read standard input")?;
    held("-", bytes, messages);
    Ok(())
}

fn file(path: &Path, messages: &mut Vec<Message>) -> anyhow::Result<()> {
    let name = path.display().to_string();
    let mut start = [0; 5];
    let read = fs::File::open(path)
        .and_then(|mut file| file.read(&mut start))
        .with_context(|| format!("cannot read {name}"))?;
    if &start[..read] == b"From " {
        let bytes = fs::read(path).with_context(|| format!("cannot read {name}"))?;
        held(&name, bytes, messages);
    } else {
        messages.push(Message {
            name,
            bytes: Bytes::File(path.to_owned()),
        });
    }
    Ok(())
}

fn tree(folder: &Path, all: bool, messages: &mut Vec<Message>) -> anyhow::Result<()> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .with_context(|| format!("cannot list {}", folder.display()))?;
    paths.sort();
    for path in paths {
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if hidden {
            continue;
        }
        if path.is_dir() && !path.is_symlink() {
            tree(&path, all, messages)?;
        } else if path.is_file()
            && (all
                || path
                    .extension()
                    .is_some_and(|end| end.eq_ignore_ascii_case("eml")))
        {
            messages.push(Message {
                name: path.display().to_string(),
                bytes: Bytes::File(path),
            });
        }
    }
    Ok(())
}

/// One message, or the messages of an mbox (RFC 4155): « From » at the start of a line, behind a
/// blank line, begins the next.
fn held(name: &str, bytes: Vec<u8>, messages: &mut Vec<Message>) {
    let ranges = if bytes.starts_with(b"From ") {
        cut(&bytes)
    } else {
        Vec::new()
    };
    let whole = Arc::new(bytes);
    if ranges.is_empty() {
        let range = 0..whole.len();
        messages.push(Message {
            name: name.to_owned(),
            bytes: Bytes::Slice(whole, range),
        });
        return;
    }
    for (index, range) in ranges.into_iter().enumerate() {
        messages.push(Message {
            name: format!("{name}:{}", index + 1),
            bytes: Bytes::Slice(Arc::clone(&whole), range),
        });
    }
}

fn cut(bytes: &[u8]) -> Vec<Range<usize>> {
    let begins: Vec<usize> = std::iter::once(0)
        .chain(memchr::memmem::find_iter(bytes, b"\nFrom ").map(|at| at + 1))
        .filter(|&at| at == 0 || bytes[..at].ends_with(b"\n\n") || bytes[..at].ends_with(b"\n\r\n"))
        .collect();
    begins
        .iter()
        .enumerate()
        .map(|(index, &begin)| {
            let end = begins.get(index + 1).copied().unwrap_or(bytes.len());
            let line = memchr::memchr(b'\n', &bytes[begin..end]).map_or(end, |at| begin + at + 1);
            line..end
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mbox_is_cut_at_its_from_lines_only() {
        let mbox =
            b"From a Mon\nSubject: 1\n\nFrom here it goes on.\n\nFrom b Tue\nSubject: 2\n\nx\n"
                .to_vec();
        let mut messages = Vec::new();
        held("box", mbox, &mut messages);
        // « From here » stands behind a blank line too: such a line must be quoted in an mbox.
        assert_eq!(
            messages.last().map(|message| message.name.as_str()),
            Some("box:3")
        );
        assert!(messages[0].read().unwrap().starts_with(b"Subject: 1"));
        assert!(messages[2].read().unwrap().starts_with(b"Subject: 2"));
    }

    #[test]
    fn a_folder_is_a_maildir_or_a_tree() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("b/2.eml", "x"),
            ("a/1.EML", "x"),
            ("a/note.txt", "x"),
            ("c/new/5:2,", "x"),
            ("c/cur/6", "x"),
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let names = |path: &Path| -> Vec<String> {
            find(&[path.to_owned()])
                .unwrap()
                .into_iter()
                .map(|message| message.name.rsplit('/').next().unwrap().to_owned())
                .collect()
        };
        assert_eq!(names(folder.path()), ["1.EML", "2.eml"]);
        assert_eq!(names(&folder.path().join("c")), ["5:2,", "6"]);
    }
}
