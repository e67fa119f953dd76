//! `vigie user`: accounts of the people of support.

use super::exit::{Coded, Exit};
use super::{Global, Output, block_on, parts};
use crate::clock::Clock;
use crate::domain::account::{By, Role, Roles, is_name};
use crate::store::{NewAccount, Store};
use crate::web;
use anyhow::{Context as _, bail};
use serde_json::json;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

pub(super) const EXAMPLE: &str = "Example: vigie user add marie --role agent --show \"Marie D.\"\n";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Make an account; its password is asked for, or read from a file
    #[command(before_help = EXAMPLE)]
    Add(Add),
    /// List the accounts
    #[command(before_help = "Example: vigie user list\n")]
    List {
        /// Print JSON, one account a line
        #[arg(long)]
        json: bool,
    },
    /// Give an account other roles, and its use back
    #[command(before_help = "Example: vigie user role marie --role agent --role responsable\n")]
    Role(Roled),
    /// Give an account another password, and end its sessions
    #[command(before_help = "Example: vigie user reset marie\n")]
    Reset(Reset),
    /// Take the use of an account away, and end its sessions
    #[command(before_help = "Example: vigie user disable marie\n")]
    Disable {
        /// The account
        #[arg(value_name = "NAME")]
        name: String,
    },
}

#[derive(Debug, clap::Args)]
struct Add {
    #[command(flatten)]
    of: Roled,
    /// How the others see them [default: the name]
    #[arg(long, value_name = "TEXT")]
    show: Option<String>,
    #[command(flatten)]
    password: Password,
}

#[derive(Debug, clap::Args)]
struct Roled {
    /// Typed at the login: letters, digits, . - _ @
    #[arg(value_name = "NAME")]
    name: String,
    /// agent, responsable, administrateur or lecture; may be given again
    #[arg(long, value_name = "ROLE", required = true, value_parser = role)]
    role: Vec<Role>,
}

#[derive(Debug, clap::Args)]
struct Reset {
    /// The account
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    password: Password,
}

#[derive(Debug, clap::Args)]
struct Password {
    /// Read the password from this file's first line
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

fn role(word: &str) -> Result<Role, String> {
    Role::parse(word).ok_or_else(|| "agent, responsable, administrateur or lecture".to_owned())
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    // Asked for before the database is opened.
    let password = match &args.act {
        Act::Add(add) => Some(add.password.hashed()?),
        Act::Reset(reset) => Some(reset.password.hashed()?),
        Act::List { .. } | Act::Role(_) | Act::Disable { .. } => None,
    };
    block_on(async {
        let store = parts::open_store(&config).await?;
        let done = act(args, password, &store, output).await;
        store.close().await;
        done.map(|()| Exit::Done)
    })
}

async fn act(
    args: &Args,
    password: Option<String>,
    store: &Store,
    output: &mut Output,
) -> anyhow::Result<()> {
    let by = By::command(Clock::System.now());
    let unknown = |name: &str| Coded::new(Exit::Failed, format!("there is no account {name}"));
    match &args.act {
        Act::List { json } => list(store, *json, output).await?,
        Act::Add(add) => {
            let name = add.of.name.to_lowercase();
            if !is_name(&name) {
                bail!(Coded::new(
                    Exit::Usage,
                    "a name has 1 to 64 letters, digits, or . - _ @"
                ));
            }
            let new = NewAccount {
                display: add.show.clone().unwrap_or_else(|| add.of.name.clone()),
                roles: add.of.roles(),
                subject: None,
                password,
                name: name.clone(),
            };
            if !store.add_account(&new, &by).await? {
                bail!("there is an account {name} already: vigie user role, vigie user reset");
            }
            output.say(&format!("{name}: {}", new.roles));
        }
        Act::Role(given) => {
            let (name, roles) = (given.name.to_lowercase(), given.roles());
            if !store.set_roles(&name, roles, &by).await? {
                bail!(unknown(&name));
            }
            output.say(&format!("{name}: {roles}"));
        }
        Act::Reset(reset) => {
            let name = reset.name.to_lowercase();
            let hash = password.unwrap_or_default();
            if !store.set_password(&name, &hash, &by).await? {
                bail!(unknown(&name));
            }
            output.say(&format!("{name}: another password, its sessions are ended"));
        }
        Act::Disable { name } => {
            let name = name.to_lowercase();
            if !store.disable_account(&name, &by).await? {
                bail!(unknown(&name));
            }
            output.say(&format!("{name}: disabled, its sessions are ended"));
        }
    }
    Ok(())
}

async fn list(store: &Store, json: bool, output: &mut Output) -> anyhow::Result<()> {
    for account in store.accounts().await? {
        let line = if json {
            let roles: Vec<&str> = account.roles.iter().map(Role::as_str).collect();
            json!({
                "name": account.name,
                "display": account.display,
                "roles": roles,
                "disabled": account.is_disabled,
                "password": account.has_password,
            })
            .to_string()
        } else {
            let disabled = match account.is_disabled {
                true => "  disabled",
                false => "",
            };
            format!(
                "{}  {}  {}{disabled}",
                account.name, account.roles, account.display
            )
        };
        output.line(&line)?;
    }
    Ok(())
}

impl Roled {
    fn roles(&self) -> Roles {
        self.role.iter().copied().collect()
    }
}

impl Password {
    /// The hash of what is typed, or of what the file holds.
    fn hashed(&self) -> anyhow::Result<String> {
        let password = match &self.password_file {
            Some(file) => first_line(file)?,
            None if std::io::stdin().is_terminal() => typed()?,
            None => bail!(Coded::new(
                Exit::Usage,
                "there is no terminal to type a password at: --password-file"
            )),
        };
        web::hash_password(&password).context(Coded::new(Exit::Usage, "the password is not taken"))
    }
}

fn first_line(file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file)
        .with_context(|| Coded::new(Exit::Usage, format!("{} can't be read", file.display())))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn typed() -> anyhow::Result<String> {
    let first = rpassword::prompt_password("Password: ")?;
    if rpassword::prompt_password("Once more: ")? != first {
        bail!(Coded::new(Exit::Usage, "the two are not the same"));
    }
    Ok(first)
}
