//! A real Dovecot on loopback: own configuration, own users, own certificate, Maildirs in a temporary folder.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::certificates::Certificates;
use super::daemon::{Daemon, free_ports, is_root};

/// The account that owns the mail where the server runs as root: Debian's `nobody`.
pub const MAIL_ID: u32 = 65534;

/// The password of every user.
pub const PASSWORD: &str = "mot de passe \"8\"";

/// A running Dovecot.
pub struct Dovecot {
    /// Implicit TLS.
    pub imaps: u16,
    /// STARTTLS, and plain.
    pub imap: u16,
    /// The authority's and the server's certificates, which Postfix shares.
    pub certificates: Certificates,
    /// Where another server asks for users and passwords.
    pub auth_socket: PathBuf,
    _daemon: Daemon,
    folder: TempDir,
}

impl Dovecot {
    /// Starts it with one mailbox for each user, named by its whole address. `capability` replaces what the server says
    /// it can do, for instance to switch IDLE off.
    pub fn start(users: &[&str], capability: Option<&str>) -> Self {
        Self::start_with(users, capability, "")
    }

    /// The same, with more lines of its configuration.
    pub fn start_with(users: &[&str], capability: Option<&str>, more: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("vigie-dovecot-")
            .tempdir()
            .expect("a temporary folder");
        let base = folder.path();
        // The mail account passes through, so that it reaches its Maildirs.
        fs::set_permissions(base, Permissions::from_mode(0o755)).expect("the folder is ours");
        let mail = base.join("mail");
        fs::create_dir(&mail).expect("the folder is ours");
        let certificates = Certificates::make(base);
        let mut passwords = String::new();
        for user in users {
            writeln!(passwords, "{user}:{{PLAIN}}{PASSWORD}").expect("a string grows");
        }
        fs::write(base.join("users"), passwords).expect("the folder is ours");
        let (root, [imaps, imap]) = (is_root(), free_ports());
        let account = if root {
            std::os::unix::fs::chown(&mail, Some(MAIL_ID), Some(MAIL_ID)).expect("root gives away");
            format!("mail_uid = {MAIL_ID}\nmail_gid = {MAIL_ID}")
        } else {
            rootless()
        };
        let capability = capability
            .map(|told| format!("imap_capability = {told}"))
            .unwrap_or_default();
        let text = format!(
            r"
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{server}
ssl_key = <{key}
disable_plaintext_auth = no
{account}
first_valid_uid = 1
mail_home = {base}/mail/%u
mail_location = maildir:~/Maildir
mail_max_userip_connections = 50
namespace inbox {{
  inbox = yes
}}
passdb {{
  driver = passwd-file
  args = {base}/users
}}
userdb {{
  driver = static
  args = home={base}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service auth {{
  unix_listener {base}/auth {{
    mode = 0666
  }}
}}
protocol imap {{
  {capability}
}}
{more}
",
            base = base.display(),
            server = certificates.server.display(),
            key = certificates.key.display(),
        );
        let config = base.join("dovecot.conf");
        fs::write(&config, text).expect("the folder is ours");
        let mut program = Command::new("/usr/sbin/dovecot");
        program.arg("-F").arg("-c").arg(&config);
        let daemon = Daemon::start("dovecot", &base.join("log"), &[imaps, imap], &mut program);
        Self {
            imaps,
            imap,
            certificates,
            auth_socket: base.join("auth"),
            _daemon: daemon,
            folder,
        }
    }

    /// What `doveadm` says to these arguments; it must succeed.
    pub fn doveadm(&self, arguments: &[&str]) -> String {
        let (done, told) = self.try_doveadm(arguments);
        assert!(done, "doveadm {arguments:?}: {told}");
        told
    }

    /// The same, and whether it succeeded.
    pub fn try_doveadm(&self, arguments: &[&str]) -> (bool, String) {
        let told = Command::new("/usr/bin/doveadm")
            .arg("-c")
            .arg(self.folder.path().join("dovecot.conf"))
            .args(arguments)
            .output()
            .expect("doveadm runs");
        let text = [told.stdout, told.stderr].concat();
        (
            told.status.success(),
            String::from_utf8_lossy(&text).into_owned(),
        )
    }

    /// The folder below which each user has `ADDRESS/Maildir`.
    pub fn mail(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    /// The messages that lie in a user's mailbox folder, new and seen, in the order of their names. `folder` is the
    /// Maildir++ name: empty for the inbox, `.Name` for another.
    pub fn messages(&self, user: &str, folder: &str) -> Vec<Vec<u8>> {
        let maildir = self.mail().join(user).join("Maildir").join(folder);
        let mut files: Vec<PathBuf> = ["new", "cur"]
            .iter()
            .flat_map(|part| listing(&maildir.join(part)))
            .collect();
        files.sort();
        files
            .iter()
            .filter_map(|file| fs::read(file).ok())
            .collect()
    }
}

fn listing(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default()
}

/// Everything as the one account that runs the tests, without chroot.
fn rootless() -> String {
    let id = |flag: &str| {
        let told = Command::new("id").arg(flag).output().expect("`id` runs");
        String::from_utf8_lossy(&told.stdout).trim().to_owned()
    };
    let (user, group) = (id("-un"), id("-gn"));
    format!(
        "default_internal_user = {user}\ndefault_login_user = {user}\ndefault_internal_group = {group}\n\
         service anvil {{\n  chroot =\n}}\nservice imap-login {{\n  chroot =\n}}"
    )
}
