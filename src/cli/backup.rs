//! `vigie backup`: a copy of the database while the service runs.

use super::exit::Coded;
use super::{Exit, Global, Output};
use crate::clock::Clock;
use crate::store;
use anyhow::Context as _;
use std::path::PathBuf;

pub(super) const EXAMPLE: &str = "Example: vigie backup /backup/vigie-2026-11-23.db\n";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where the copy is written; nothing may be there yet
    file: PathBuf,
}

pub(super) fn run(args: &Args, global: &Global, output: &mut Output) -> anyhow::Result<Exit> {
    let config = global.load(Vec::new(), output)?.config;
    let database = &config.storage.database;
    let shown = args.file.display();
    super::block_on(async {
        store::backup(database.url().expose(), &args.file, Clock::System.now())
            .await
            .with_context(|| {
                Coded::new(Exit::Storage, format!("no copy of {database} at {shown}"))
            })?;
        let bytes = std::fs::metadata(&args.file).map_or(0, |file| file.len());
        output.say(&format!(
            "{shown}: {bytes} bytes. To restore: stop the service, remove {database} with its -wal and -shm, put the copy in its place, start; what may have been answered since waits for a person"
        ));
        Ok(Exit::Done)
    })
}
