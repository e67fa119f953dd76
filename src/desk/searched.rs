//! By which words of a message it is found; and the messages that were read before there was a search.

use crate::domain::message::MessageId;
use crate::domain::search::MOST_TEXT;
use crate::mail::{Block, BlockKind, Body, Email, Line, LineRole};
use crate::store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

/// Messages that one transaction indexes: whoever writes besides waits no longer than for these.
const PAGE: u32 = 50;

/// The words of a message: the writer's, what is forwarded or attached, what others say in it. Left
/// out is what stands in another message of ours or theirs, and what programs wrote around it.
#[must_use]
pub fn searched(email: &Email<'_>) -> String {
    let mut text = String::new();
    add(&mut text, &email.body);
    for attached in &email.attached {
        text.push_str(&attached.subject);
        text.push('\n');
        add(&mut text, &attached.body);
    }
    text.truncate(text.floor_char_boundary(MOST_TEXT));
    text.truncate(text.trim_end().len());
    text
}

fn add(text: &mut String, body: &Body) {
    for line in &body.lines {
        if text.len() > MOST_TEXT {
            return;
        }
        let block = line.block.and_then(|number| body.blocks.get(number));
        if let (true, Some(words)) = (is_kept(line, block), body.text.get(line.span.clone())) {
            text.push_str(words);
            text.push('\n');
        }
    }
}

fn is_kept(line: &Line, block: Option<&Block>) -> bool {
    match line.role {
        LineRole::Own | LineRole::Greeting | LineRole::Signature => true,
        LineRole::Quoted => block
            .is_some_and(|block| matches!(block.kind, BlockKind::Quoted | BlockKind::Forwarded)),
        LineRole::Blank
        | LineRole::Notice
        | LineRole::Banner
        | LineRole::Device
        | LineRole::QuoteHeader => false,
    }
}

/// Lets everything be found that was read before there was a search, oldest first, and tickets that
/// are found by nothing any more. Gives how many messages there were; stops at `token`.
///
/// # Errors
/// The store's; what was done is kept.
pub async fn catch_up(store: &Store, token: &CancellationToken) -> Result<u64, StoreError> {
    let (mut after, mut count) = (MessageId(0), 0);
    while !token.is_cancelled() {
        let page = store.unsearched(after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        let mut texts = Vec::with_capacity(page.len());
        for (message, may_be_read) in page {
            texts.push((message, words(store, message, may_be_read).await?));
            count += 1;
        }
        store.let_be_found(&texts).await?;
    }
    let mut after = 0;
    while !token.is_cancelled() {
        match store.index_tickets(after, PAGE).await? {
            Some(last) => after = last,
            None => break,
        }
    }
    Ok(count)
}

/// The words of a stored message; none where reading it fails.
async fn words(store: &Store, message: MessageId, may_be_read: bool) -> Result<String, StoreError> {
    if !may_be_read {
        return Ok(String::new());
    }
    let raw = store.raw(message).await?.unwrap_or_default();
    let reading = tokio::task::spawn_blocking(move || searched(&Email::parse(&raw)));
    Ok(reading.await.unwrap_or_default())
}
