//! The demonstration's folder: ours alone, marked as such, removed at the end.

use super::samples::Sample;
use chrono::{DateTime, Utc};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// This file says that the folder is ours and may be removed.
const MARK: &str = ".vigie-demo";

/// Why there is no folder.
#[derive(Debug, thiserror::Error)]
pub(super) enum FolderError {
    /// Something else is there.
    #[error("{} exists and was not made by vigie demo: choose another with --dir", .0.display())]
    NotOurs(PathBuf),
    /// There is none.
    #[error("no demonstration is kept in {}: name its folder with --dir", .0.display())]
    NotThere(PathBuf),
    /// It can't be made or filled.
    #[error("cannot write in {}", path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The folder, until it is removed.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// Whether an earlier demonstration kept it.
    pub(super) is_kept: bool,
}

impl Folder {
    /// Makes it, or takes up one that an earlier demonstration kept.
    pub(super) fn make(root: &Path) -> Result<Self, FolderError> {
        let is_kept = root.join(MARK).is_file();
        if root.exists() && !is_kept && !is_empty(root) {
            return Err(FolderError::NotOurs(root.to_owned()));
        }
        let folder = Self {
            root: root.to_owned(),
            is_kept,
        };
        for inner in ["new", "cur", "tmp"] {
            make(&folder.mailbox().join(inner))?;
        }
        make(&folder.sent())?;
        let mark = root.join(MARK);
        fs::write(&mark, "Made by vigie demo, which removes this folder.\n")
            .map_err(write_error(&mark))?;
        Ok(folder)
    }

    /// The folder of a demonstration that runs or was kept.
    pub(super) fn there(root: &Path) -> Result<Self, FolderError> {
        if !root.join(MARK).is_file() {
            return Err(FolderError::NotThere(root.to_owned()));
        }
        Ok(Self {
            root: root.to_owned(),
            is_kept: true,
        })
    }

    pub(super) fn mailbox(&self) -> PathBuf {
        self.root.join("mailbox")
    }

    pub(super) fn sent(&self) -> PathBuf {
        self.root.join("sent")
    }

    pub(super) fn database(&self) -> PathBuf {
        self.root.join("vigie.db")
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Delivers a sample; the file's time is that of its delivery.
    pub(super) fn deliver(&self, sample: &Sample, bytes: &[u8]) -> Result<(), FolderError> {
        let second = sample.delivered.timestamp();
        let name = format!("{second}.{}.vigie-demo", sample.name);
        self.put(&name, bytes, sample.delivered)
    }

    /// Puts a message as a mail server does: written in `tmp`, then moved into `new`, with this time
    /// on its file.
    pub(super) fn put(
        &self,
        name: &str,
        bytes: &[u8],
        at: DateTime<Utc>,
    ) -> Result<(), FolderError> {
        let temporary = self.mailbox().join("tmp").join(name);
        let file = self.mailbox().join("new").join(name);
        fs::write(&temporary, bytes).map_err(write_error(&temporary))?;
        File::options()
            .write(true)
            .open(&temporary)
            .and_then(|file| file.set_modified(SystemTime::from(at)))
            .map_err(write_error(&temporary))?;
        fs::rename(&temporary, &file).map_err(write_error(&file))
    }

    /// Removes it with all that it holds; only a folder with our mark is.
    pub(super) fn remove(&self) -> io::Result<()> {
        if self.root.join(MARK).is_file() {
            fs::remove_dir_all(&self.root)?;
        }
        Ok(())
    }
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

fn make(path: &Path) -> Result<(), FolderError> {
    fs::create_dir_all(path).map_err(write_error(path))
}

fn write_error(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Write { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_others_is_refused_and_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("vigie-demo");
        fs::create_dir(&root).unwrap();
        fs::write(root.join("letter.txt"), "x").unwrap();
        assert!(matches!(Folder::make(&root), Err(FolderError::NotOurs(_))));
        assert!(root.join("letter.txt").exists());
        assert!(!root.join("mailbox").exists());
    }

    #[test]
    fn our_folder_is_made_taken_up_again_and_removed() {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("vigie-demo");
        assert!(!Folder::make(&root).unwrap().is_kept);
        let again = Folder::make(&root).unwrap();
        assert!(again.is_kept);
        again.remove().unwrap();
        assert!(!root.exists());
    }
}
