//! The command line: one file a command, each builds its parts and makes one call.
//!
//! Data on stdout, talk on stderr. A command returns its exit code or an error whose chain says
//! which code it is (`exit.rs`).

mod backup;
mod check;
mod check_alarm;
mod config;
mod deep;
pub mod demo;
mod exit;
mod export;
mod log;
mod messages;
mod oncall;
mod outbox;
mod output;
mod parse;
mod parts;
mod poll;
mod quarantine;
mod reparse;
mod reply;
pub mod score;
mod serve;
mod service;
mod ticket;
mod user;

pub use exit::Exit;
pub use output::Output;

use crate::config::{Level, Loaded, LogFormat, Sources, Typed};
use anyhow::Context as _;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// The configuration that is read where `--config` names none.
const SYSTEM_FILE: &str = "/etc/vigie/vigie.toml";

/// An example stands first in every help text.
const HELP: &str =
    "{before-help}{about-with-newline}\n{usage-heading} {usage}\n\n{all-args}{after-help}";

const OVERVIEW: &str = concat!(
    "vigie ",
    env!("CARGO_PKG_VERSION"),
    ": reads incident declarations and asks for what is missing.\n\n",
    "  vigie demo                     try it now, nothing to install\n",
    "  vigie parse message.eml        what Vigie understands of a message\n",
    "  vigie reply message.eml        what it would answer (sends nothing)\n",
    "  vigie oncall                   who to call now\n",
    "  vigie check                    whether this installation works\n",
    "  vigie serve                    the service\n\n",
    "All: vigie --help  ·  one command: vigie parse --help\n",
);

/// Reads incident declarations sent by e-mail and asks for what is missing.
#[derive(Debug, Parser)]
#[command(name = "vigie", version, max_term_width = 80, help_template = HELP)]
#[command(before_help = "Example: vigie demo\n", disable_help_subcommand = true)]
#[command(after_help = exit::CODES)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Flags that every command takes.
#[derive(Debug, clap::Args)]
pub struct Global {
    /// The configuration [default: /etc/vigie/vigie.toml, if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How much is logged: error, warn, info, debug, trace
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
    /// Never write in colour
    #[arg(long, global = true)]
    no_color: bool,
    /// Say nothing but errors on stderr
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try everything on this machine, with samples; touches nothing else
    #[command(before_help = demo::EXAMPLE, help_template = HELP)]
    Demo(demo::Args),
    /// Run the service: reads the mailbox, answers, serves the console
    #[command(before_help = serve::EXAMPLE, help_template = HELP)]
    Serve(serve::Args),
    /// Read the mailbox once, then exit
    #[command(before_help = poll::EXAMPLE, help_template = HELP)]
    Poll(poll::Args),
    /// Try everything that the service needs, and say what to do
    #[command(before_help = check::EXAMPLE, help_template = HELP)]
    Check(check::Args),
    /// Copy the database while the service runs
    #[command(before_help = backup::EXAMPLE, help_template = HELP)]
    Backup(backup::Args),
    /// Print the effective configuration, with the origin of each value
    #[command(before_help = config::EXAMPLE, help_template = HELP)]
    Config(config::Args),
    /// Export what is stored, for other programs
    #[command(before_help = export::EXAMPLE, help_template = HELP)]
    Export(export::Args),
    /// Print what is understood of messages
    #[command(before_help = parse::EXAMPLE, help_template = HELP)]
    Parse(parse::Args),
    /// Read what is stored again and list what reads otherwise now
    #[command(before_help = reparse::EXAMPLE, help_template = HELP)]
    Reparse(reparse::Args),
    /// Print the mail that would leave, or why none would
    #[command(before_help = reply::EXAMPLE, help_template = HELP)]
    Reply(reply::Args),
    /// Print who to call now
    #[command(before_help = oncall::EXAMPLE, help_template = HELP)]
    Oncall(oncall::Args),
    /// Compare what is understood with labelled messages
    #[command(before_help = score::EXAMPLE, help_template = HELP)]
    Score(score::Args),
    /// List mails, let them leave, or take them back
    #[command(before_help = outbox::EXAMPLE, help_template = HELP)]
    Outbox(outbox::Args),
    /// Validate tickets, close them, set them aside, take them up again
    #[command(before_help = ticket::EXAMPLE, help_template = HELP)]
    Ticket(ticket::Args),
    /// Make accounts of support's people, change them, take them away
    #[command(before_help = user::EXAMPLE, help_template = HELP)]
    User(user::Args),
    /// List messages that could not be read, try them again, or open incidents
    #[command(before_help = quarantine::EXAMPLE, help_template = HELP)]
    Quarantine(quarantine::Args),
}

/// Runs the command that the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    log::silence_panics();
    let arguments: Vec<_> = std::env::args_os().collect();
    let is_plain = arguments.iter().any(|argument| argument == "--no-color");
    let colour = if is_plain {
        clap::ColorChoice::Never
    } else {
        clap::ColorChoice::Auto
    };
    let parsed = Cli::command()
        .color(colour)
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no error, and a closed pipe is nobody's fault.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage.into()
            } else {
                Exit::Done.into()
            };
        }
    };
    let mut output = Output::new(cli.global.no_color, cli.global.quiet);
    let result = match &cli.command {
        None => output.data(OVERVIEW).map(|()| Exit::Done),
        Some(command) => run(command, &cli.global, &mut output),
    };
    match result.and_then(|exit| output.flush().map(|()| exit)) {
        Ok(exit) => exit.into(),
        Err(error) => {
            let exit = Exit::of(&error);
            if exit != Exit::Done {
                output.error(&error);
            }
            exit.into()
        }
    }
}

fn run(command: &Command, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    if !matches!(
        command,
        Command::Demo(_) | Command::Serve(_) | Command::Poll(_)
    ) {
        log::start(log::Stream::Stderr, Some(LogFormat::Text), Level::Warn);
    }
    match command {
        Command::Demo(args) => demo::run(args, global, output),
        Command::Serve(args) => serve::run(args, global, output),
        Command::Poll(args) => poll::run(args, global, output),
        Command::Check(args) => check::run(args, global, output),
        Command::Backup(args) => backup::run(args, global, output),
        Command::Config(args) => config::run(args, global, output),
        Command::Export(args) => export::run(args, global, output),
        Command::Parse(args) => parse::run(args, global, output),
        Command::Reparse(args) => reparse::run(args, global, output),
        Command::Reply(args) => reply::run(args, global, output),
        Command::Score(args) => score::run(args, global, output),
        Command::Oncall(args) => oncall::run(args, global, output),
        Command::Outbox(args) => outbox::run(args, global, output),
        Command::Ticket(args) => ticket::run(args, global, output),
        Command::User(args) => user::run(args, global, output),
        Command::Quarantine(args) => quarantine::run(args, global, output),
    }
}

impl Global {
    /// Reads what was typed: the file, the environment, and these flags with the command's own.
    fn typed(&self, mut flags: Vec<(&'static str, &'static str, String)>) -> anyhow::Result<Typed> {
        if let Some(level) = &self.log_level {
            flags.push(("--log-level", "log.level", level.clone()));
        }
        let system = Path::new(SYSTEM_FILE);
        let file = self
            .config
            .clone()
            .or_else(|| system.exists().then(|| system.to_owned()));
        Ok(Typed::read(&Sources {
            file,
            environment: environment(),
            flags,
        })?)
    }

    /// The checked configuration; its warnings are said.
    fn load(
        &self,
        flags: Vec<(&'static str, &'static str, String)>,
        output: &mut Output,
    ) -> anyhow::Result<Loaded> {
        let loaded = self.typed(flags)?.check()?;
        for warning in &loaded.warnings {
            output.warn(warning);
        }
        Ok(loaded)
    }
}

/// How long the end of a command waits for threads that read a message and can't be stopped.
const LEAVE: Duration = Duration::from_secs(1);

/// Runs a command's work on a runtime of its own.
fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let done = runtime.block_on(work);
    // Dropped, it would wait for ever for a message whose reading never ends.
    runtime.shutdown_timeout(LEAVE);
    done
}

/// The environment, as far as it is UTF-8: names and values of ours always are.
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
