//! The sandbox inbox: what was kept instead of sent.

use kernel::{
    id::{CapturedId, DeliveryId, WorkspaceId},
    page::{BadCursor, Page, PageRequest},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Value, sql};

/// A message as it goes into the inbox.
#[derive(Debug, Clone)]
pub struct NewCaptured {
    /// Its id.
    pub id: CapturedId,
    /// The ledger row, 0 for a message outside the ledger.
    pub delivery: DeliveryId,
    /// The same for every try: a second store has no effect.
    pub idempotency_key: String,
    /// Which channel it would have left by.
    pub channel: &'static str,
    /// The address.
    pub recipient: String,
    /// The author's name.
    pub from_name: String,
    /// The author's address.
    pub from_address: String,
    /// The subject.
    pub subject: String,
    /// The line that inboxes show after the subject.
    pub preheader: String,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
    /// Header names and values in order.
    pub headers: Vec<(String, String)>,
    /// All of it, as it would have gone out.
    pub raw: Vec<u8>,
}

/// A message as it is listed.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Summary {
    /// Row id; see [`Summary::captured_id`].
    pub id: i64,
    /// The address.
    pub recipient: String,
    /// The author's name.
    pub from_name: String,
    /// The author's address.
    pub from_address: String,
    /// The subject.
    pub subject: String,
    /// The line after the subject.
    pub preheader: String,
    /// When it was kept, in Unix milliseconds.
    pub captured_at: i64,
    /// The ledger row.
    pub delivery_id: i64,
}

impl Summary {
    /// Returns the typed id.
    pub fn captured_id(&self) -> CapturedId {
        CapturedId::from_raw(self.id)
    }
}

/// A message in full.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Captured {
    /// Row id.
    pub id: i64,
    /// The address.
    pub recipient: String,
    /// The author's name.
    pub from_name: String,
    /// The author's address.
    pub from_address: String,
    /// The subject.
    pub subject: String,
    /// The line after the subject.
    pub preheader: String,
    /// When it was kept, in Unix milliseconds.
    pub captured_at: i64,
    /// The ledger row.
    pub delivery_id: i64,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub body_text: String,
    /// Header names and values in order.
    pub headers: serde_json::Value,
    /// All of it.
    pub raw: Vec<u8>,
}

/// Which messages are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the recipient's address or the subject.
    pub search: Option<String>,
    /// Whole recipient address.
    pub recipient: Option<String>,
}

/// Keeps a message, once for each idempotency key.
pub async fn store(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    message: NewCaptured,
    now: Millis,
) -> Result<(), DbErr> {
    let headers = serde_json::json!(message.headers);
    sql::exec(
        tx,
        "INSERT INTO captured_message (workspace_id, id, delivery_id, idempotency_key, channel, recipient, from_name,
                from_address, subject, preheader, html, body_text, headers, raw, captured_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (workspace_id, idempotency_key) DO NOTHING",
        [
            workspace.raw().into(),
            message.id.raw().into(),
            message.delivery.raw().into(),
            message.idempotency_key.into(),
            message.channel.into(),
            message.recipient.into(),
            message.from_name.into(),
            message.from_address.into(),
            message.subject.into(),
            message.preheader.into(),
            message.html.into(),
            message.text.into(),
            Value::Json(Some(Box::new(headers))),
            message.raw.into(),
            now.0.into(),
        ],
    )
    .await
    .map(|_| ())
}

const SUMMARY: &str =
    "id, recipient, from_name, from_address, subject, preheader, captured_at, delivery_id";

/// Lists messages, the newest first. A foreign cursor is an error of the caller.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Result<Page<Summary>, BadCursor>, DbErr> {
    let [before] = match page.position() {
        Ok(position) => position.unwrap_or([i64::MAX]),
        Err(bad) => return Ok(Err(bad)),
    };
    let limit = page.limit();
    let search = filter
        .search
        .as_deref()
        .map(|part| format!("%{}%", escape_like(&part.to_lowercase())));
    let rows: Vec<Summary> = sql::all(
        db,
        format!(
            r"SELECT {SUMMARY} FROM captured_message
              WHERE workspace_id = $1 AND id < $2
                AND (CAST($3 AS TEXT) IS NULL OR LOWER(recipient) LIKE $3 ESCAPE '\' OR LOWER(subject) LIKE $3 ESCAPE '\')
                AND (CAST($4 AS TEXT) IS NULL OR recipient = $4)
              ORDER BY id DESC LIMIT $5"
        ),
        [
            workspace.raw().into(),
            before.into(),
            search.into(),
            filter.recipient.clone().into(),
            i64::try_from(limit + 1).unwrap_or(i64::MAX).into(),
        ],
    )
    .await?;
    Ok(Ok(Page::cut(rows, limit, |row| vec![row.id])))
}

/// Finds a message.
pub async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: CapturedId,
) -> Result<Option<Captured>, DbErr> {
    sql::one(
        db,
        format!("SELECT {SUMMARY}, html, body_text, headers, raw FROM captured_message WHERE workspace_id = $1 AND id = $2"),
        [workspace.raw().into(), id.raw().into()],
    )
    .await
}

/// Returns the HTML of a message that was kept for a delivery, or of a test that has the same number and no
/// delivery.
pub async fn kept(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    delivery: DeliveryId,
) -> Result<Option<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Kept {
        html: String,
    }
    let number = delivery.raw();
    let row: Option<Kept> = sql::one(
        db,
        "SELECT html FROM captured_message WHERE workspace_id = $1 AND idempotency_key IN ($2, $3)",
        [
            workspace.raw().into(),
            number.to_string().into(),
            test_key(number).into(),
        ],
    )
    .await?;
    Ok(row.map(|row| row.html))
}

/// Returns the idempotency key of a test message outside the ledger.
pub fn test_key(number: i64) -> String {
    format!("test-{number}")
}

/// Empties the inbox and returns how many messages went.
pub async fn clear(tx: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<u64, DbErr> {
    sql::exec(
        tx,
        "DELETE FROM captured_message WHERE workspace_id = $1",
        [workspace.raw().into()],
    )
    .await
}

fn escape_like(text: &str) -> String {
    text.replace('\\', r"\\")
        .replace('%', r"\%")
        .replace('_', r"\_")
}
