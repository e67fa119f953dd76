//! What the demonstration says once everything is read, with true counts.

use super::folder::Folder;
use crate::domain::declaration::Kind;
use crate::domain::incident::Reference;
use crate::domain::outgoing::{MailState, Template};
use crate::store::Store;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// Rows read at once: more than the samples, less than a kept folder of a long trial.
const PAGE: u32 = 500;

/// The numbers.
pub(super) struct Summary {
    took: Duration,
    messages: u64,
    kinds: Vec<(Kind, usize)>,
    requests: usize,
    majors: usize,
    /// The newest ticket whose request has left and did not come back.
    asked: Option<Reference>,
}

impl Summary {
    /// Counts what the store holds.
    pub(super) async fn read(store: &Store, took: Duration) -> anyhow::Result<Self> {
        let mut before = None;
        let mut kinds: Vec<(Kind, usize)> = Kind::ALL.map(|kind| (kind, 0)).into();
        loop {
            let page = store.list_messages(before, PAGE).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            for line in &page {
                for (kind, count) in &mut kinds {
                    *count += usize::from(line.kind == kind.as_str());
                }
            }
        }
        let mut before = None;
        let mut requests = 0;
        let mut asked = None;
        loop {
            let page = store.list_outbox(None, before, PAGE).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            for mail in &page {
                let Some(template) = Template::parse(&mail.template) else {
                    continue;
                };
                requests += usize::from(template.is_request());
                let has_questions = matches!(template, Template::E1 | Template::E1b);
                let arrived = mail.state == MailState::Sent && mail.bounced_at.is_none();
                if asked.is_none() && has_questions && arrived {
                    asked = Some(mail.reference.clone());
                }
            }
        }
        let mut before = None;
        let mut majors = 0;
        loop {
            let page = store.list_incidents(before.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.reference.clone());
            majors += page.iter().filter(|line| line.major_suspected).count();
        }
        Ok(Self {
            took,
            messages: store.counts().await?.messages,
            kinds,
            requests,
            majors,
            asked,
        })
    }

    /// The whole text.
    pub(super) fn text(&self, address: SocketAddr, folder: &Folder, keep: bool) -> String {
        let root = folder.root().display();
        let mut text = format!(
            "Vigie {}, demonstration. Nothing is sent, nothing leaves this machine.\n\n",
            env!("CARGO_PKG_VERSION")
        );
        let rows = [
            ("Console", format!("http://{address}/")),
            ("Mailbox", format!("{root}/mailbox/")),
            ("Sent", format!("{root}/sent/")),
            ("Database", format!("{root}/vigie.db")),
        ];
        let width = rows.iter().map(|(_, value)| value.len()).max().unwrap_or(0) + 4;
        let notes = [
            "no login, this machine only".to_owned(),
            format!("{}, Maildir", plural(self.messages as usize, "message")),
            "each mail as an .eml file".to_owned(),
            String::new(),
        ];
        for ((name, value), note) in rows.iter().zip(notes) {
            let line = format!("  {name:<10} {value:<width$}{note}");
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.counted());
        let mut steps = vec![
            "Open the console: each ticket shows what was read, and in which words.".to_owned(),
            format!("Drop a message into {root}/mailbox/new/: read within 2 s."),
        ];
        if let Some(asked) = &self.asked {
            let dir = match folder.root() == Path::new(super::FOLDER) {
                true => String::new(),
                false => format!(" --dir {root}"),
            };
            steps.push(format!(
                "Answer as a declarant: vigie demo reply {asked}{dir}"
            ));
        }
        steps.push(format!("See what would leave: ls {root}/sent"));
        text.push_str("\nTry\n");
        for (number, step) in (1..).zip(steps) {
            text.push_str(&format!("  {number}. {step}\n"));
        }
        text.push('\n');
        text.push_str(&if keep {
            format!("Ctrl-C stops and leaves {root}.\n")
        } else {
            format!("Ctrl-C stops and removes {root} (unless --keep).\n")
        });
        text
    }

    fn counted(&self) -> String {
        if self.messages == 0 {
            return "  No message yet.\n".to_owned();
        }
        let kinds: Vec<String> = self
            .kinds
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| match kind {
                Kind::Declaration => plural(*count, "declaration"),
                Kind::Reply => {
                    format!("{count} {}", if *count == 1 { "reply" } else { "replies" })
                }
                Kind::Escalation => plural(*count, "escalation"),
                Kind::AutoReply => format!(
                    "{count} automatic {}",
                    if *count == 1 { "reply" } else { "replies" }
                ),
                Kind::Bounce => plural(*count, "bounce"),
                Kind::Other => format!("{count} other"),
            })
            .collect();
        let (first, rest) = kinds.split_at(kinds.len().min(3));
        let mut text = format!(
            "  {} read in {:.1} s: {}",
            plural(self.messages as usize, "message"),
            self.took.as_secs_f64(),
            first.join(", ")
        );
        if !rest.is_empty() {
            text.push_str(",\n  ");
            text.push_str(&rest.join(", "));
        }
        text.push_str(".\n");
        text.push_str(&format!(
            "  {} ready, {}.\n",
            plural(self.requests, "request"),
            plural(self.majors, "possible major incident")
        ));
        text
    }
}

fn plural(number: usize, word: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {word}{ending}")
}
