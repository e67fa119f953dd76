//! `vigie reply`: the mail that would leave, or why none would; or any mail with sample data, for
//! whoever words the templates. Nothing is stored or sent.

use super::exit::Coded;
use super::{Exit, Global, Output, parts};
use crate::desk::answer::{Answering, Incoming, answer};
use crate::domain::decision::{Decision, Sent, Ticket};
use crate::domain::incident::Reference;
use crate::domain::outgoing::{Outgoing, Template};
use crate::extract::{Context, extract};
use crate::mail::Email;
use crate::reply;
use crate::secret::Key;
use anyhow::Context as _;
use chrono::{DateTime, Datelike as _, FixedOffset};
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use std::io::Read as _;
use std::path::{Path, PathBuf};

pub(super) const EXAMPLE: &str =
    "Examples: vigie reply message.eml\n          vigie reply --sample E4 --html\n";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The message; - reads standard input
    #[arg(value_name = "FILE", required_unless_present = "sample")]
    file: Option<PathBuf>,
    /// Print this mail with sample data instead, worded as this desk does
    #[arg(long, value_name = "MAIL", conflicts_with = "file", value_parser = template())]
    sample: Option<Template>,
    /// Print the text part only
    #[arg(long, group = "form")]
    text: bool,
    /// Print the HTML part only
    #[arg(long, group = "form")]
    html: bool,
    /// Print the whole mail as it would leave
    #[arg(long, group = "form")]
    eml: bool,
    /// Answer as if it were then
    #[arg(long, value_name = "RFC3339")]
    now: Option<DateTime<FixedOffset>>,
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = parts::config_or_demo(global, output)?;
    let form = parts::form(&config)?;
    // Without a key file the marks are made with a key that proves nothing: no store is opened.
    let key = parts::key_file(&config)?.unwrap_or(Key::from_bytes([0; 32]));
    let answering = Answering::new(&config, &key, &form)
        .with_context(|| Coded::new(Exit::Configuration, "templates"))?;
    let now = parts::clock(args.now).now();
    if let Some(template) = args.sample {
        let Answering {
            settings,
            templates,
            ..
        } = &answering;
        let mail = reply::preview(template, settings, &form, templates, now)?;
        mail.map_or(Ok(()), |mail| print(args, &mail, output))?;
        return Ok(Exit::Done);
    }
    let raw = read(args.file.as_deref().unwrap_or(Path::new("-")))?;

    let email = Email::parse(&raw);
    let own_addresses = config.own_addresses();
    let context = Context {
        received_at: now,
        own_addresses: &own_addresses,
        mark: &config.service.mark,
        key: Some(key.as_bytes()),
    };
    let declaration = extract(&email, &form, &context);
    let asks = form.ask(&declaration);
    let year = now.with_timezone(&config.service.timezone).year();
    let reference = Reference::new(&config.service.mark, year, 0).to_string();
    let incoming = Incoming {
        email: &email,
        declaration: &declaration,
        fields: &declaration.fields,
        asks: &asks,
        brought: None,
        answerable: true,
        reference: &reference,
        sequence: 1,
        ticket: Ticket::default(),
        sent: Sent::default(),
    };
    match answer(&incoming, &form, &answering, now)? {
        (_, Some(mail)) => print(args, &mail, output)?,
        (Decision::Silent { reason }, None) => {
            output.line(&format!("No mail would leave: {reason}."))?;
        }
        (Decision::Reply { .. }, None) => output.line("No mail would leave.")?,
    }
    Ok(Exit::Done)
}

/// Writes the mail in the form that was asked for; why it would be held is talk, not data.
fn print(args: &Args, mail: &Outgoing, output: &mut Output) -> anyhow::Result<()> {
    if args.eml {
        std::io::Write::write_all(output.writer(), &mail.mime)?;
    } else if args.html {
        output.data(&reply::html(&mail.mime).unwrap_or_default())?;
    } else if args.text {
        output.data(&mail.text)?;
    } else {
        let head = format!("To: {}\nSubject: {}\n\n", mail.to, mail.subject);
        output.data(&head)?;
        output.data(&mail.text)?;
    }
    if let Some(reason) = mail.review {
        output.say(&format!("Held for a person: {reason}."));
    }
    output.say(&format!(
        "{} stands for the number that the message gets when it is stored.",
        mail.reference
    ));
    Ok(())
}

/// The names of our mails.
fn template() -> impl clap::builder::TypedValueParser<Value = Template> {
    PossibleValuesParser::new(Template::ALL.map(Template::as_str))
        .try_map(|word| Template::parse(&word).ok_or("no mail has that name"))
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut raw = Vec::new();
    if file == Path::new("-") {
        std::io::stdin()
            .read_to_end(&mut raw)
            .context("cannot read standard input")?;
    } else {
        raw = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    }
    Ok(raw)
}
