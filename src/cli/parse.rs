//! `vigie parse`: what is understood of messages, from files, folders, mbox or standard input.

use super::exit::Coded;
use super::messages::{Message, find};
use super::{Exit, Global, Output, SYSTEM_FILE, parts};
use crate::domain::asked::{Asked, asks_for_screenshot};
use crate::domain::declaration::Declaration;
use crate::domain::form::Form;
use crate::extract::{Context, answer, extract};
use crate::mail::{Doubt, Email};
use crate::present::json::Parsed;
use crate::present::{page, terminal};
use anyhow::Context as _;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

pub(super) const EXAMPLE: &str = "Example: vigie parse message.eml\n";

/// How many results may wait for the output.
const WAITING: usize = 256;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// .eml files, folders (a Maildir or a tree of .eml), mbox files; - or nothing
    /// reads standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print JSON, one object a line, on a terminal too
    #[arg(long)]
    json: bool,
    /// End with 6 if a message could not be read
    #[arg(long)]
    strict: bool,
    /// The time of delivery; it counts where a message has no date
    #[arg(long, value_name = "RFC3339")]
    now: Option<DateTime<Utc>>,
    /// Write a page of its own that shows one message with its marked words beside the
    /// fields; - is standard output
    #[arg(long, value_name = "OUT", conflicts_with = "json")]
    page: Option<PathBuf>,
    /// Read with this form definition instead of the configured one
    #[arg(long, value_name = "FILE")]
    form: Option<PathBuf>,
    /// Read each file as the answer to this mail of ours (.eml): what its numbers asked for
    #[arg(long, value_name = "REQUEST", conflicts_with = "page")]
    answers: Option<PathBuf>,
    /// Use so many threads; the output keeps the order of the input
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let mut reader = Reader::new(global, args.now, args.form.as_deref(), output)?;
    if let Some(request) = &args.answers {
        let bytes =
            std::fs::read(request).with_context(|| format!("cannot read {}", request.display()))?;
        let text = Email::parse(&bytes).body.text;
        let asked = Asked::of_text(&text, &reader.form);
        if asked.numbers.is_empty() && !asks_for_screenshot(&text, &reader.form) {
            let text = format!("{} asks for nothing", request.display());
            anyhow::bail!(Coded::new(Exit::Usage, text));
        }
        reader.asked = Some(asked);
    }
    let messages = find(&args.files)?;
    if let Some(out) = &args.page {
        return one_page(&reader, &messages, out, args.strict, output);
    }
    let json = args.json || !output.is_terminal();
    let colour = output.has_colour();
    let mut unread = false;
    let mut first = true;
    let one = |message: &Message| reader.one(message, json, colour);
    in_order(&messages, args.jobs.into(), one, |result| {
        match result {
            Ok(read) => {
                unread |= !read.whole;
                if !json && !std::mem::take(&mut first) {
                    output.line("")?;
                }
                output.data(&read.text)?;
            }
            Err(error) => {
                unread = true;
                output.error(&error);
            }
        }
        Ok(())
    })?;
    Ok(exit(unread, args.strict))
}

/// Writes the page of the one message.
fn one_page(
    reader: &Reader,
    messages: &[Message],
    out: &Path,
    strict: bool,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let [message] = messages else {
        let found = messages.len();
        let text = format!("--page shows one message, but {found} are named");
        anyhow::bail!(Coded::new(Exit::Usage, text));
    };
    let bytes = message.read()?;
    let email = Email::parse(&bytes);
    let declaration = extract(&email, &reader.form, &reader.context());
    let page = page::render(&message.name, &email, &declaration, &reader.form)?;
    if out.as_os_str() == "-" {
        output.data(&page)?;
    } else {
        may_be_written(out, &message.name)?;
        std::fs::write(out, &page).with_context(|| format!("cannot write {}", out.display()))?;
        output.say(&format!("wrote {}", out.display()));
    }
    Ok(exit(!is_whole(&email, &bytes), strict))
}

/// What exists is overwritten if it is a file, and not the message that is shown.
fn may_be_written(out: &Path, message: &str) -> anyhow::Result<()> {
    let Ok(there) = out.canonicalize() else {
        return Ok(());
    };
    let why = if !there.is_file() {
        "it is no file"
    } else if Path::new(message)
        .canonicalize()
        .is_ok_and(|source| source == there)
    {
        "it is the message itself"
    } else {
        return Ok(());
    };
    let text = format!("{} is not overwritten: {why}", out.display());
    anyhow::bail!(Coded::new(Exit::Usage, text));
}

fn exit(unread: bool, strict: bool) -> Exit {
    if unread && strict {
        Exit::Unread
    } else {
        Exit::Done
    }
}

fn is_whole(email: &Email<'_>, bytes: &[u8]) -> bool {
    !email.doubts.contains(&Doubt::Unparsed) && !bytes.is_empty()
}

/// What every message is read with.
pub(super) struct Reader {
    form: Form,
    own_addresses: Vec<String>,
    mark: String,
    now: DateTime<Utc>,
    /// What the mail asked that messages are read as answers to.
    asked: Option<Asked>,
}

struct Read {
    text: String,
    whole: bool,
}

impl Reader {
    /// The configuration's form, mark and addresses where there is one, else the SI-Samu form.
    pub(super) fn new(
        global: &Global,
        now: Option<DateTime<Utc>>,
        form: Option<&Path>,
        output: &mut Output,
    ) -> anyhow::Result<Self> {
        let mut reader = Self {
            form: Form::si_samu().clone(),
            own_addresses: Vec::new(),
            mark: "INC".to_owned(),
            now: now.unwrap_or_else(|| crate::clock::Clock::System.now()),
            asked: None,
        };
        if global.config.is_some() || Path::new(SYSTEM_FILE).exists() {
            let config = global.load(Vec::new(), output)?.config;
            reader.own_addresses = config.own_addresses();
            if form.is_none() {
                reader.form = parts::form(&config)?;
            }
            reader.mark = config.service.mark;
        }
        if let Some(path) = form {
            reader.form = parts::form_of(path)?;
        }
        Ok(reader)
    }

    /// One message as a JSON value, for scoring.
    pub(super) fn value(&self, name: &str, bytes: &[u8]) -> anyhow::Result<serde_json::Value> {
        Ok(serde_json::from_str(
            &self.json(name, &Email::parse(bytes))?,
        )?)
    }

    /// The form that messages are read with.
    pub(super) fn form(&self) -> &Form {
        &self.form
    }

    fn context(&self) -> Context<'_> {
        Context {
            received_at: self.now,
            own_addresses: &self.own_addresses,
            mark: &self.mark,
            key: None,
        }
    }

    /// What a message says; of an answer also whether it says that the incident is over.
    fn read(&self, email: &Email<'_>) -> (Declaration, Option<bool>) {
        match &self.asked {
            Some(asked) => {
                let answer = answer(email, &self.form, &self.context(), asked);
                let resolved = answer.is_resolved();
                (answer.declaration, Some(resolved))
            }
            None => (extract(email, &self.form, &self.context()), None),
        }
    }

    fn json(&self, name: &str, email: &Email<'_>) -> anyhow::Result<String> {
        let (declaration, resolved) = self.read(email);
        let asks = self.form.ask(&declaration);
        Ok(serde_json::to_string(
            &Parsed::new(name, email, &declaration, &self.form, &asks).with_resolved(resolved),
        )?)
    }

    fn one(&self, message: &Message, json: bool, colour: bool) -> anyhow::Result<Read> {
        let bytes = message.read()?;
        let email = Email::parse(&bytes);
        let whole = is_whole(&email, &bytes);
        let text = if json {
            self.json(&message.name, &email)? + "\n"
        } else {
            let (declaration, resolved) = self.read(&email);
            let mut text =
                terminal::render(&message.name, &email, &declaration, &self.form, colour);
            if resolved == Some(true) {
                text += "It says that the incident is over.\n";
            }
            text
        };
        Ok(Read { text, whole })
    }
}

/// Works on `items` with so many threads and hands the results on in the order of the items.
fn in_order<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    work: impl Fn(&T) -> R + Sync,
    mut hand_on: impl FnMut(R) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if jobs <= 1 || items.len() <= 1 {
        return items.iter().try_for_each(|item| hand_on(work(item)));
    }
    let next = AtomicUsize::new(0);
    let (results, arriving) = mpsc::sync_channel(WAITING);
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(items.len()) {
            let (results, next, work) = (results.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    if results.send((index, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(results);
        // Dropped on the way out, so that a closed pipe stops the threads.
        let arriving = arriving;
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        for (index, result) in &arriving {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&due) {
                hand_on(result)?;
                due += 1;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_input_whatever_the_threads_do() {
        let items: Vec<u64> = (0..500).collect();
        for jobs in [1, 2, 7] {
            let mut seen = Vec::new();
            in_order(
                &items,
                jobs,
                |item| item * 2,
                |result| {
                    seen.push(result);
                    Ok(())
                },
            )
            .unwrap();
            assert_eq!(seen, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_output_that_fails_stops_the_threads() {
        let items: Vec<u64> = (0..10_000).collect();
        let result = in_order(
            &items,
            4,
            |item| *item,
            |item| {
                anyhow::ensure!(item < 20, "closed");
                Ok(())
            },
        );
        assert!(result.is_err());
    }
}
