//! Looking at deliveries.

use kernel::{
    id::{WebhookDeliveryId, WebhookId, WebhookMessageId, WorkspaceId},
    page::{BadCursor, Page, PageRequest},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::sql;

use super::{State, take::body};

/// A delivery, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The id.
    pub id: WebhookDeliveryId,
    /// To whom.
    pub webhook: WebhookId,
    /// What is told.
    pub message: WebhookMessageId,
    /// What kind, by its name: a type of an older server is shown, too.
    pub event: String,
    /// Where it is.
    pub state: State,
    /// Whether it is a test.
    pub is_test: bool,
    /// Failures in the present run through the schedule.
    pub failures: i32,
    /// When it is sent next; only of one that waits.
    pub due_at: Option<Millis>,
    /// The status of the last answer.
    pub last_status: Option<i32>,
    /// When it happened what is told.
    pub occurred_at: Millis,
    /// When it was delivered or given up.
    pub settled_at: Option<Millis>,
    /// When it was written.
    pub created_at: Millis,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    webhook_id: i64,
    message_id: i64,
    event: String,
    state: i16,
    is_test: bool,
    attempts: i32,
    due_at: i64,
    last_status: Option<i32>,
    occurred_at: i64,
    settled_at: Option<i64>,
    created_at: i64,
}

const SELECT: &str = "SELECT d.id, d.webhook_id, d.message_id, m.type AS event, d.state, d.is_test, d.attempts, d.due_at, \
                      d.last_status, m.occurred_at, d.settled_at, d.created_at \
                      FROM webhook_delivery d JOIN webhook_message m ON m.id = d.message_id";

impl From<Row> for Delivery {
    fn from(row: Row) -> Self {
        let state = State::from_code(row.state).unwrap_or(State::Failed);
        Self {
            id: WebhookDeliveryId::from_raw(row.id),
            webhook: WebhookId::from_raw(row.webhook_id),
            message: WebhookMessageId::from_raw(row.message_id),
            event: row.event,
            state,
            is_test: row.is_test,
            failures: row.attempts,
            due_at: (state == State::Waiting).then_some(Millis(row.due_at)),
            last_status: row.last_status,
            occurred_at: Millis(row.occurred_at),
            settled_at: row.settled_at.map(Millis),
            created_at: Millis(row.created_at),
        }
    }
}

/// Which deliveries are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// To whom.
    pub webhook: WebhookId,
    /// Only those in this state.
    pub state: Option<State>,
}

/// Lists deliveries, the newest first. A foreign cursor is an error of the caller.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    filter: DeliveryFilter,
    page: &PageRequest,
) -> Result<Result<Page<Delivery>, BadCursor>, DbErr> {
    let [before] = match page.position() {
        Ok(position) => position.unwrap_or([i64::MAX]),
        Err(bad) => return Ok(Err(bad)),
    };
    let limit = page.limit();
    let state = match filter.state {
        Some(state) => format!("AND d.state = {}", state.code()),
        None => String::new(),
    };
    let text = format!(
        "{SELECT} WHERE d.workspace_id = $1 AND d.webhook_id = $2 AND d.id < $3 {state} ORDER BY d.id DESC LIMIT $4"
    );
    let binds = [
        workspace.raw().into(),
        filter.webhook.raw().into(),
        before.into(),
        (limit + 1).cast_signed().into(),
    ];
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    let rows = rows.into_iter().map(Delivery::from).collect();
    Ok(Ok(Page::cut(rows, limit, |one: &Delivery| {
        vec![one.id.raw()]
    })))
}

/// One time that a delivery was sent.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Attempt {
    /// When, in milliseconds.
    pub at: i64,
    /// How long the answer took.
    pub duration_ms: i64,
    /// The status of the answer; none when none came.
    pub status: Option<i32>,
    /// `delivered`, or why not.
    pub outcome: String,
    /// The beginning of the answer, or what went wrong.
    pub detail: String,
}

/// A delivery with what was sent and everything that came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// The delivery.
    pub delivery: Delivery,
    /// The document.
    pub body: String,
    /// Every time it was sent, the newest first.
    pub attempts: Vec<Attempt>,
}

/// The most attempts that are shown.
const ATTEMPTS: i64 = 100;

/// Returns a delivery.
///
/// # Errors
/// When the database does not answer.
pub async fn detail(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: WebhookDeliveryId,
) -> Result<Option<Detail>, DbErr> {
    let text = format!("{SELECT} WHERE d.workspace_id = $1 AND d.id = $2");
    let row: Option<Row> = sql::one(db, text, [workspace.raw().into(), id.raw().into()]).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let text = "SELECT at, duration_ms, status, outcome, detail FROM webhook_attempt
                WHERE workspace_id = $1 AND delivery_id = $2 ORDER BY id DESC LIMIT $3";
    let binds = [workspace.raw().into(), id.raw().into(), ATTEMPTS.into()];
    let attempts = sql::all(db, text, binds).await?;
    let body = body(db, workspace, row.message_id).await?;
    Ok(Some(Detail {
        delivery: row.into(),
        body: body.unwrap_or_default(),
        attempts,
    }))
}
