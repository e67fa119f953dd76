//! A message that was read before, read once more for what is not kept of it.

use super::intake::{Parts, Read, read};
use crate::domain::message::MessageId;
use crate::store::{Store, StoreError};
use std::sync::Arc;

/// A stored message, read again where blocking is allowed; `None` where it is not as it was.
///
/// # Errors
/// The store's.
pub(super) async fn again(
    message: MessageId,
    parts: &Arc<Parts>,
    store: &Store,
) -> Result<Option<Arc<Read>>, StoreError> {
    let Some(stored) = store.stored(message).await? else {
        return Ok(None);
    };
    let parts = Arc::clone(parts);
    let reading =
        tokio::task::spawn_blocking(move || stored.is_whole().then(|| read(&stored, &parts)));
    Ok(reading.await.ok().flatten().map(Arc::new))
}
