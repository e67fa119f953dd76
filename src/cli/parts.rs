//! What several commands build from a configuration.

use crate::config::Config;
use crate::store::Store;
use anyhow::Context as _;

/// Opens the database, made and migrated as needed.
pub(super) async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let database = &config.storage.database;
    if let crate::config::Database::Sqlite { path } = database
        && let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}", folder.display()))
            .context(super::exit::StorageFailed)?;
    }
    Store::open(database.url().expose())
        .await
        .with_context(|| format!("cannot open the database {database}"))
}
