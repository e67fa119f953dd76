//! One `.eml` a mail, written under a temporary name and then renamed: a reader never sees half a
//! file, and a mail written again is the same file.

use super::{Cause, Delivery, Failure, Stage, TransportError};
use crate::domain::outgoing::OutboxMail;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A folder that mails are written to.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A folder; it is made when the first mail comes.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Writes one mail as `INC-26-00042.1.eml`, if `begin` allows it.
    pub async fn send(&self, mail: &OutboxMail, begin: impl Future<Output = bool>) -> Delivery {
        if !begin.await {
            return Delivery::Withdrawn;
        }
        let path = self.path.clone();
        let name = file_name(mail);
        let bytes = mail.mime.clone();
        let written = tokio::task::spawn_blocking(move || write(&path, &name, &bytes)).await;
        match written {
            Ok(Ok(())) => Delivery::Accepted,
            Ok(Err(_)) | Err(_) => Delivery::Temporary(Failure {
                stage: Stage::Folder,
                cause: Cause::Refused,
            }),
        }
    }

    /// Whether the folder can be made and written.
    ///
    /// # Errors
    /// [`TransportError::Folder`].
    pub async fn check(&self) -> Result<(), TransportError> {
        let path = self.path.clone();
        let tried = tokio::task::spawn_blocking(move || try_writing(&path))
            .await
            .unwrap_or_else(|failed| Err(io::Error::other(failed)));
        tried.map_err(|source| TransportError::Folder {
            path: self.path.clone(),
            source,
        })
    }
}

/// The name of a mail's file: reference, number in its ticket. Only letters, digits and hyphens of
/// the reference are used, so that no name leads out of the folder.
fn file_name(mail: &OutboxMail) -> String {
    let reference: String = mail
        .reference
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    format!("{reference}.{}.eml", mail.sequence)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let temporary = folder.join(format!(".{name}.tmp"));
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, folder.join(name))?;
    // The name is durable when its folder is.
    File::open(folder)?.sync_all()
}

fn try_writing(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let probe = folder.join(".vigie-check.tmp");
    File::create(&probe)?.write_all(b"x")?;
    fs::remove_file(&probe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outgoing::{Claim, Template};
    use std::future::ready;

    fn mail(reference: &str, mime: &[u8]) -> OutboxMail {
        OutboxMail {
            id: 1,
            claim: Claim { mail: 1, number: 1 },
            reference: reference.to_owned(),
            sequence: 1,
            template: Template::E1,
            message_id: "<1@vigie.example>".to_owned(),
            envelope_from: "support@vigie.example".to_owned(),
            to: "a@samu.example".to_owned(),
            mime: mime.to_vec(),
            attempts: 1,
            created_at: chrono::DateTime::UNIX_EPOCH,
            first_due: chrono::DateTime::UNIX_EPOCH,
            released: false,
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_mail_is_one_file_and_the_same_one_when_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sent");
        let transport = Folder::new(path.clone());
        transport.check().await.unwrap();
        for _ in 0..2 {
            assert_eq!(
                transport
                    .send(&mail("INC-26-00042", b"x\r\n"), ready(true))
                    .await,
                Delivery::Accepted
            );
        }
        assert_eq!(names(&path), ["INC-26-00042.1.eml"]);
        assert_eq!(fs::read(path.join("INC-26-00042.1.eml")).unwrap(), b"x\r\n");
    }

    #[tokio::test]
    async fn a_mail_that_may_not_begin_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let transport = Folder::new(folder.path().to_path_buf());
        let delivery = transport
            .send(&mail("INC-26-00042", b"x"), ready(false))
            .await;
        assert_eq!(delivery, Delivery::Withdrawn);
        assert!(names(folder.path()).is_empty());
    }

    #[tokio::test]
    async fn no_reference_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sent");
        let transport = Folder::new(path.clone());
        transport
            .send(&mail("../../etc/x\0", b"x"), ready(true))
            .await;
        assert_eq!(names(&path), ["etcx.1.eml"]);
        assert_eq!(names(folder.path()), ["sent"]);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_a_temporary_failure() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "x").unwrap();
        let transport = Folder::new(file);
        assert!(transport.check().await.is_err());
        let delivery = transport
            .send(&mail("INC-26-00042", b"x"), ready(true))
            .await;
        assert!(matches!(delivery, Delivery::Temporary(failure) if failure.is_service()));
    }
}
