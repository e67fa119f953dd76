//! The indexing loop: at the start, what was read before there was a search is let be found; what
//! comes from then on is indexed with its effect.

use crate::desk::searched::catch_up;
use crate::store::{Store, StoreError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long until a store that failed is asked again.
const AGAIN: Duration = Duration::from_secs(60);

/// Catches up, then waits for the end: nothing else is to be done. A failing store is asked again, as
/// nothing depends on the search.
///
/// # Errors
/// None: it is a loop like the others.
pub async fn run(store: Store, token: CancellationToken) -> Result<(), StoreError> {
    while !token.is_cancelled() {
        match catch_up(&store, &token).await {
            Ok(0) => break,
            Ok(messages) => {
                tracing::info!(
                    event = "search.indexed",
                    messages,
                    "older messages can be found"
                );
                break;
            }
            Err(error) => {
                tracing::warn!(event = "search.not_indexed", error = %error, "tried again in a minute");
                tokio::select! {
                    () = token.cancelled() => (),
                    () = tokio::time::sleep(AGAIN) => (),
                }
            }
        }
    }
    token.cancelled().await;
    Ok(())
}
