//! `/messages`: everything that arrived, what it was taken for, and why.

use super::auth::Viewer;
use super::page::{Console, Moment};
use super::quarantine;
use super::refusal::PageError;
use crate::domain::declaration::Kind;
use crate::domain::message::{MessageId, MessageState};
use crate::domain::why::Why;
use crate::present::french;
use crate::store::MessageLine;
use axum::extract::{Query, State};
use axum::response::{Html, Response};
use serde::{Deserialize, Serialize};

/// Rows on one page.
const ROWS: usize = 50;

#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    avant: Option<i64>,
}

#[derive(Serialize)]
struct Row {
    received: Moment,
    from: String,
    subject: String,
    kind: &'static str,
    tone: &'static str,
    reason: String,
    reference: Option<String>,
}

#[derive(Serialize)]
struct Messages {
    /// The message before which these came; none on the first page.
    before: Option<i64>,
    rows: Vec<Row>,
    next: Option<i64>,
}

pub(super) async fn list(
    State(console): State<Console>,
    viewer: Viewer,
    Query(paging): Query<Paging>,
) -> Response {
    console.answer(page(&console, &viewer, paging.avant.map(MessageId)).await)
}

async fn page(
    console: &Console,
    viewer: &Viewer,
    before: Option<MessageId>,
) -> Result<Html<String>, PageError> {
    let mut lines = console
        .store()
        .list_messages(before, ROWS as u32 + 1)
        .await?;
    let next = (lines.len() > ROWS).then(|| lines.get(ROWS - 1).map(|line| line.id.0));
    lines.truncate(ROWS);
    let rows = lines.into_iter().map(|line| row(console, line)).collect();
    let context = Messages {
        before: before.map(|id| id.0),
        rows,
        next: next.flatten(),
    };
    console
        .render(viewer, "messages", "messages.html", context)
        .await
}

fn row(console: &Console, line: MessageLine) -> Row {
    let (kind, tone, reason) = match line.state {
        MessageState::Quarantined => ("lecture impossible", "bad", quarantine::reason(&line)),
        MessageState::New => ("pas encore lu", "", String::new()),
        MessageState::Done => (
            Kind::parse(&line.kind).map_or("", french::kind),
            "",
            Why::parse(&line.kind_reason)
                .map_or("", french::why)
                .to_owned(),
        ),
    };
    Row {
        received: console.moment(line.internal_date),
        from: line.from_address,
        subject: line.subject,
        kind,
        tone,
        reason,
        reference: line.reference.map(|reference| reference.to_string()),
    }
}
