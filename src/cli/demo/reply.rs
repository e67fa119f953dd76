//! `vigie demo reply`: a declarant answers the last request about a ticket of the demonstration.

use super::answer::{Reply, Request, Style, Values, answer};
use super::folder::Folder;
use crate::cli::exit::Coded;
use crate::cli::{Exit, Output};
use crate::clock::Clock;
use crate::domain::form::Form;
use crate::domain::incident::Reference;
use anyhow::Context as _;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use std::fs;
use std::path::{Path, PathBuf};

pub(super) const EXAMPLE: &str = "Example: vigie demo reply INC-26-00005 --style gmail\n";

/// How long the declarant takes, unless the present comes before.
const LATER: TimeDelta = TimeDelta::minutes(12);

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The ticket: INC-26-00042
    #[arg(value_name = "REF")]
    reference: Reference,
    /// How the declarant answers [default: one that derives from the request]
    #[arg(long)]
    style: Option<Style>,
    /// The demonstration's folder
    #[arg(long, value_name = "DIR", default_value = super::FOLDER)]
    dir: PathBuf,
}

pub(super) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let folder = Folder::there(&args.dir).context(Coded::new(
        Exit::Usage,
        "vigie demo keeps its folder while it runs, or with --keep",
    ))?;
    let (name, request) = last_request(&folder.sent(), &args.reference)?.with_context(|| {
        let text = format!("no request about {} has left", args.reference);
        Coded::new(Exit::Failed, text)
    })?;
    let style = args.style.unwrap_or_else(|| style_of(&request));
    let values = Values::invent(&request, style);
    let at = written_at(request.date, Clock::System.now());
    let reply = Reply {
        style,
        said: &values.said,
        picture: values.picture,
        at,
    };
    let file = format!("{}.{name}.vigie-demo-reply", at.timestamp());
    folder.put(&file, &answer(&request, &reply), at.to_utc())?;
    output.data(&format!(
        "{} answers {name}: {}{}/mailbox/new/{file}\n",
        request.to,
        if values.picture.is_some() {
            "with a screenshot, "
        } else {
            ""
        },
        folder.root().display()
    ))?;
    Ok(Exit::Done)
}

/// The newest mail of a ticket that asks for something, with its file's name without the ending.
fn last_request(sent: &Path, reference: &Reference) -> anyhow::Result<Option<(String, Request)>> {
    let cannot = || format!("cannot read {}", sent.display());
    let mut mails: Vec<(u32, PathBuf)> = Vec::new();
    for entry in fs::read_dir(sent).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        let sequence = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| {
                name.strip_prefix(&format!("{reference}."))?
                    .strip_suffix(".eml")
            })
            .and_then(|sequence| sequence.parse().ok());
        mails.extend(sequence.map(|sequence| (sequence, path)));
    }
    mails.sort_by_key(|(sequence, _)| std::cmp::Reverse(*sequence));
    for (sequence, path) in mails {
        let mail = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        if let Some(request) = Request::read(&mail, Form::si_samu()) {
            return Ok(Some((format!("{reference}.{sequence}"), request)));
        }
    }
    Ok(None)
}

/// One of the styles, by the keyed hash in the request's Message-ID.
fn style_of(request: &Request) -> Style {
    let sum: usize = request.message_id.bytes().map(usize::from).sum();
    Style::ALL[sum % Style::ALL.len()]
}

/// A while after the request, but not after the present, unless the demonstration's clock stands
/// in the future.
fn written_at(asked: DateTime<FixedOffset>, now: DateTime<Utc>) -> DateTime<FixedOffset> {
    let later = asked + LATER;
    if now < asked {
        return later;
    }
    later.min(now.with_timezone(asked.offset()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_written_after_its_request_and_not_in_the_future() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
        let asked = at("2026-11-23T09:14:00+01:00");
        for (now, written) in [
            ("2026-11-23T10:00:00+01:00", "2026-11-23T09:26:00+01:00"),
            ("2026-11-23T09:15:30+01:00", "2026-11-23T09:15:30+01:00"),
            ("2026-01-01T00:00:00+01:00", "2026-11-23T09:26:00+01:00"),
        ] {
            assert_eq!(written_at(asked, at(now).to_utc()), at(written), "{now}");
        }
    }
}
