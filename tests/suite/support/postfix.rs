//! A real Postfix on loopback: own configuration, own queue, delivering into the Maildirs of a [`Dovecot`].

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::daemon::{Daemon, free_ports, is_root};
use super::dovecot::{Dovecot, MAIL_ID};

/// The folders of a queue, each owned by Postfix's account.
const QUEUE: [&str; 13] = [
    "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop",
    "private", "public", "saved", "trace",
];

/// A running Postfix. Nothing leaves it: mail to anybody else than its users lands with the last of them.
pub struct Postfix {
    /// Plain and STARTTLS.
    pub smtp: u16,
    /// Implicit TLS.
    pub smtps: u16,
    _daemon: Daemon,
    _folder: TempDir,
}

impl Postfix {
    /// Starts it for the mailboxes of `users`, which are those of `dovecot`.
    pub fn start(dovecot: &Dovecot, users: &[&str]) -> Self {
        assert!(
            is_root(),
            "Postfix's master runs as root only: run the tests as root"
        );
        let folder = tempfile::Builder::new()
            .prefix("vigie-postfix-")
            .tempdir()
            .expect("a temporary folder");
        let base = folder.path();
        open(base);
        fs::create_dir(base.join("etc")).expect("the folder is ours");
        // `postfix check` would make these too, in three seconds.
        let folders: Vec<PathBuf> = QUEUE
            .iter()
            .map(|part| base.join("queue").join(part))
            .collect();
        for folder in folders.iter().chain([&base.join("data")]) {
            fs::create_dir_all(folder).expect("the folder is ours");
        }
        let mut give = Command::new("chown");
        give.arg("postfix").args(&folders).arg(base.join("data"));
        assert!(
            give.status().expect("`chown` runs").success(),
            "the package's account `postfix` exists"
        );
        fs::create_dir(base.join("queue/pid")).expect("the folder is ours");
        let [smtp, smtps] = free_ports();
        let mut mailboxes = String::new();
        for user in users {
            writeln!(mailboxes, "{user} {user}/Maildir/").expect("a string grows");
        }
        let mut domains: Vec<&str> = users
            .iter()
            .filter_map(|user| user.split_once('@'))
            .map(|(_, domain)| domain)
            .collect();
        domains.sort_unstable();
        domains.dedup();
        let main = format!(
            r"
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
maillog_file = {base}/log
maillog_file_prefixes = {base}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
biff = no
smtpd_delay_reject = no
message_size_limit = 73400320
mailbox_size_limit = 0
virtual_mailbox_limit = 0
virtual_mailbox_domains = {domains}
virtual_mailbox_base = {mail}
virtual_mailbox_maps = texthash:{base}/etc/mailboxes
virtual_alias_domains =
virtual_alias_maps = regexp:{base}/etc/aliases
default_transport = error:this server sends nowhere
relay_transport = error:this server sends nowhere
virtual_uid_maps = static:{MAIL_ID}
virtual_gid_maps = static:{MAIL_ID}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {auth}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {server}
smtpd_tls_key_file = {key}
smtpd_client_connection_count_limit = 0
smtpd_recipient_limit = 100
",
            base = base.display(),
            domains = domains.join(" "),
            mail = dovecot.mail().display(),
            auth = dovecot.auth_socket.display(),
            server = dovecot.certificates.server.display(),
            key = dovecot.certificates.key.display(),
        );
        let etc = base.join("etc");
        fs::write(etc.join("main.cf"), main).expect("the folder is ours");
        fs::write(etc.join("mailboxes"), mailboxes).expect("the folder is ours");
        fs::write(etc.join("aliases"), aliases(users)).expect("the folder is ours");
        fs::write(etc.join("master.cf"), services(smtp, smtps)).expect("the folder is ours");
        let mut program = Command::new("/usr/lib/postfix/sbin/master");
        program.arg("-c").arg(&etc).arg("-d");
        let daemon = Daemon::start("postfix", &base.join("log"), &[smtp, smtps], &mut program);
        Self {
            smtp,
            smtps,
            _daemon: daemon,
            _folder: folder,
        }
    }
}

/// The services of a Postfix that receives and delivers on one machine, none of them in a chroot.
fn services(smtp: u16, smtps: u16) -> String {
    let mut text = format!(
        "127.0.0.1:{smtp} inet n - n - - smtpd\n\
         127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n\
         cleanup unix n - n - 0 cleanup\n\
         qmgr unix n - n 300 1 qmgr\n\
         tlsmgr unix - - n 1000? 1 tlsmgr\n\
         postlog unix-dgram n - n - 1 postlogd\n\
         virtual unix - n n - - virtual\n"
    );
    for (service, program) in [
        ("rewrite", "trivial-rewrite"),
        ("bounce", "bounce"),
        ("defer", "bounce"),
        ("trace", "bounce"),
        ("verify", "verify"),
        ("proxymap", "proxymap"),
        ("smtp", "smtp"),
        ("relay", "smtp"),
        ("error", "error"),
        ("retry", "error"),
        ("discard", "discard"),
        ("anvil", "anvil"),
        ("scache", "scache"),
    ] {
        // The three that share a file of reports each want as many processes as there are queries.
        let processes = if program == "bounce" { "0" } else { "-" };
        writeln!(text, "{service} unix - - n - {processes} {program}").expect("a string grows");
    }
    text
}

/// Mail to anybody without a mailbox here goes to the last user: nothing may leave the machine. Whoever is called
/// `gone.…` is accepted and then found to have no mailbox, so that a bounce goes back; `alias@…` leads to the first
/// user; what follows a `+` is the user's own.
fn aliases(users: &[&str]) -> String {
    let mut text = String::from("/^(gone\\..*)$/ $1\n");
    if let Some(first) = users.first() {
        writeln!(text, "/^alias@/ {first}").expect("a string grows");
    }
    for (local, domain) in users.iter().filter_map(|user| user.split_once('@')) {
        let domain_escaped = domain.replace('.', "\\.");
        writeln!(text, "/^{local}\\+.*@{domain_escaped}$/ {local}@{domain}")
            .expect("a string grows");
    }
    for user in users {
        writeln!(text, "/^{}$/ {user}", user.replace('.', "\\.")).expect("a string grows");
    }
    if let Some(last) = users.last() {
        writeln!(text, "/./ {last}").expect("a string grows");
    }
    text
}

/// Lets the servers' own accounts pass through a temporary folder.
fn open(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("the folder is ours");
}
