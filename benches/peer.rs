//! Machines and people of a folder of messages with known class: how many machines would be answered,
//! how many people are taken for machines. `cargo bench --bench peer -- DIR`, where DIR holds messages
//! and `labels.jsonl` (lines with `file` and `class`: bounce, auto_reply, auto or not_auto).
//! With `--served` a real Dovecot serves them to the real program and to Python's imaplib: stored as
//! served, one outcome each, no machine answered.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the figures are what the bench is run for, and its servers are the tests'"
)]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use anyhow::Context as _;
use vigie::config::{Config, Sources, Typed};
use vigie::desk::answer::{Answering, Incoming, answer};
use vigie::domain::decision::{Sent, Ticket};
use vigie::domain::declaration::{Declaration, Kind};
use vigie::domain::form::Form;
use vigie::extract::{Context, extract};
use vigie::mail::Email;
use vigie::secret::Key;

#[path = "../tests/suite/support/mod.rs"]
#[allow(
    dead_code,
    reason = "what the tests build on, of which this needs a part"
)]
mod support;

#[derive(serde::Deserialize)]
struct Label {
    file: String,
    class: String,
}

fn main() -> anyhow::Result<()> {
    // cargo adds arguments of its own.
    let Some(folder) = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"))
    else {
        println!("no folder given: cargo bench --bench peer -- DIR");
        return Ok(());
    };
    let folder = Path::new(&folder);
    let labels = std::fs::read_to_string(folder.join("labels.jsonl"))
        .with_context(|| format!("cannot read labels.jsonl in {}", folder.display()))?;
    let labels: Vec<Label> = labels
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).context("labels.jsonl"))
        .collect::<anyhow::Result<_>>()?;
    if std::env::args().any(|argument| argument == "--served") {
        return served(folder, &labels);
    }
    let reader = Reader::new()?;
    let mut kinds: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let (mut machines, mut answered, mut people, mut kept, mut panics) = (0, 0, 0, 0, 0);
    for label in labels {
        let raw = std::fs::read(folder.join(&label.file)).with_context(|| label.file.clone())?;
        let Ok(read) = catch_unwind(AssertUnwindSafe(|| reader.read(&raw))) else {
            println!("{}: panics", label.file);
            panics += 1;
            continue;
        };
        let (declaration, leaves) = read?;
        *kinds
            .entry((label.class.clone(), declaration.kind.as_str()))
            .or_default() += 1;
        let machine_kind = matches!(declaration.kind, Kind::Bounce | Kind::AutoReply);
        let told = || {
            format!(
                "{} ({}) is {}: {}",
                label.file,
                label.class,
                declaration.kind.as_str(),
                declaration.reason
            )
        };
        if label.class == "not_auto" {
            people += 1;
            kept += usize::from(!machine_kind);
            if machine_kind {
                println!("{}", told());
            }
        } else {
            machines += 1;
            answered += usize::from(leaves);
            if leaves {
                println!("{} and answered", told());
            }
        }
    }
    for ((class, kind), count) in kinds {
        println!("{count:>5}  {class:<10} read as {kind}");
    }
    println!("machines that would be answered: {answered} of {machines}");
    println!("people and lists not taken for machines: {kept} of {people}");
    println!("panics: {panics}");
    Ok(())
}

/// The whole folder through Dovecot, the program and imaplib.
fn served(folder: &Path, labels: &[Label]) -> anyhow::Result<()> {
    let mut messages = Vec::with_capacity(labels.len());
    for label in labels {
        let raw = std::fs::read(folder.join(&label.file)).with_context(|| label.file.clone())?;
        messages.push(raw);
    }
    let found = support::served::compare(&messages, |number| labels[number].class != "not_auto");
    for fault in &found.faults {
        println!("{fault}");
    }
    for number in &found.machines_answered {
        println!("{} is answered", labels[*number].file);
    }
    println!(
        "{} served, {} stored as imaplib reads them, {} with one outcome, {} quarantined, \
         {} incidents, {} mails, {} to machines, {} faults",
        found.served,
        found.equal,
        found.outcomes,
        found.quarantined,
        found.incidents,
        found.mails,
        found.machines_answered.len(),
        found.faults.len()
    );
    Ok(())
}

/// What `vigie reply` builds once.
struct Reader {
    config: Config,
    key: Key,
    answering: Answering,
}

impl Reader {
    fn new() -> anyhow::Result<Self> {
        let set = |key, value: &str| ("bench", key, value.to_owned());
        let flags = vec![
            set("service.name", "Support"),
            set("service.phone", "01 99 00 12 34"),
            set("mailbox.url", "maildir:."),
            set("mailbox.address", "support@vigie.example"),
            set("smtp.url", "dir:."),
            set("smtp.from", "Support <support@vigie.example>"),
        ];
        let sources = Sources {
            file: None,
            environment: Vec::new(),
            flags,
        };
        let config = Typed::read(&sources)?.check()?.config;
        let key = Key::from_bytes([7; 32]);
        let answering = Answering::new(&config, &key, Form::si_samu())?;
        Ok(Self {
            config,
            key,
            answering,
        })
    }

    /// What the message is, and whether a mail would leave, held for a person or not.
    fn read(&self, raw: &[u8]) -> anyhow::Result<(Declaration, bool)> {
        let form = Form::si_samu();
        let email = Email::parse(raw);
        // A fresh message, whatever its age: the limits by date are none of the reader's merits.
        let now = email
            .date
            .map_or(chrono::DateTime::UNIX_EPOCH, |date| date.to_utc());
        let own_addresses = self.config.own_addresses();
        let context = Context {
            received_at: now,
            own_addresses: &own_addresses,
            mark: &self.config.service.mark,
            key: Some(self.key.as_bytes()),
        };
        let declaration = extract(&email, form, &context);
        let asks = form.ask(&declaration);
        let incoming = Incoming {
            email: &email,
            declaration: &declaration,
            fields: &declaration.fields,
            brought: None,
            asks: &asks,
            answerable: true,
            reference: "INC-26-00042",
            sequence: 1,
            ticket: Ticket::default(),
            sent: Sent::default(),
        };
        let (_, mail) = answer(&incoming, form, &self.answering, now)?;
        Ok((declaration, mail.is_some()))
    }
}
