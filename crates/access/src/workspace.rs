//! Workspaces: one company with its own customers.

use kernel::{
    id::WorkspaceId,
    invalid::{FieldError, Invalid},
    money::Currency,
    time::Millis,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use storage::{Value, sql};

use crate::AccessError;

/// Whether behavioural events need consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrackingMode {
    /// Events of people without tracking consent are dropped and counted: the default of a new workspace.
    Required,
    /// Events are kept; the company tells its visitors.
    Notice,
}

impl TrackingMode {
    /// Returns the stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Notice => "notice",
        }
    }

    /// Reads a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Required, Self::Notice]
            .into_iter()
            .find(|mode| mode.name() == name)
    }
}

/// A workspace with its settings.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// The company's name as customers read it.
    pub name: String,
    /// IANA zone such as `Asia/Tokyo`.
    pub time_zone: String,
    /// The reporting currency.
    pub currency: Currency,
    /// `ja` or `en`.
    pub locale: String,
    /// Whether behavioural events need consent.
    pub tracking_mode: TrackingMode,
    /// Further settings by name (postal address of the footer, …).
    pub settings: serde_json::Value,
    /// Grows with every change; a write names the version it has read.
    pub version: i64,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    name: String,
    time_zone: String,
    currency: String,
    locale: String,
    tracking_mode: String,
    settings: serde_json::Value,
    version: i64,
}

impl From<Row> for Workspace {
    fn from(row: Row) -> Self {
        Self {
            id: WorkspaceId::from_raw(row.id),
            name: row.name,
            time_zone: row.time_zone,
            currency: Currency::parse(&row.currency).unwrap_or(Currency::JPY),
            locale: row.locale,
            tracking_mode: TrackingMode::parse(&row.tracking_mode)
                .unwrap_or(TrackingMode::Required),
            settings: row.settings,
            version: row.version,
        }
    }
}

const COLUMNS: &str = "id, name, time_zone, currency, locale, tracking_mode, settings, version";

/// Finds a workspace.
pub async fn find(
    db: &impl ConnectionTrait,
    id: WorkspaceId,
) -> Result<Option<Workspace>, AccessError> {
    let text = format!("SELECT {COLUMNS} FROM workspace WHERE id = $1");
    Ok(sql::one::<Row>(db, text, [id.raw().into()])
        .await?
        .map(Workspace::from))
}

/// Lists all workspaces, the oldest first; workers walk them.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<Workspace>, AccessError> {
    let text = format!("SELECT {COLUMNS} FROM workspace ORDER BY id");
    Ok(sql::all::<Row>(db, text, [])
        .await?
        .into_iter()
        .map(Workspace::from)
        .collect())
}

/// Checks the fields that a person may set.
pub fn check(workspace: &Workspace) -> Result<(), Invalid> {
    let mut invalid = Invalid::default();
    let length = workspace.name.trim().chars().count();
    if length == 0 || length > 100 {
        invalid.push(FieldError::new(
            "/name",
            "length",
            "give a name of 1 to 100 characters",
            "名前は1〜100文字で入れてください",
        ));
    }
    if workspace.time_zone.parse::<chrono_tz::Tz>().is_err() {
        invalid.push(FieldError::new(
            "/time_zone",
            "unknown_zone",
            "use an IANA zone such as Asia/Tokyo",
            "Asia/Tokyo のようなIANAタイムゾーン名を入れてください",
        ));
    }
    if !matches!(workspace.locale.as_str(), "ja" | "en") {
        invalid.push(FieldError::new(
            "/locale",
            "unknown",
            "use ja or en",
            "ja か en を選んでください",
        ));
    }
    invalid.into_result()
}

/// Writes a new workspace.
pub async fn insert(
    tx: &impl ConnectionTrait,
    workspace: &Workspace,
    now: Millis,
) -> Result<(), AccessError> {
    check(workspace)?;
    sql::exec(
        tx,
        "INSERT INTO workspace (id, name, time_zone, currency, locale, tracking_mode, settings, version, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8)",
        [
            workspace.id.raw().into(),
            workspace.name.trim().into(),
            workspace.time_zone.as_str().into(),
            workspace.currency.code().into(),
            workspace.locale.as_str().into(),
            workspace.tracking_mode.name().into(),
            Value::Json(Some(Box::new(workspace.settings.clone()))),
            now.0.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Writes changed settings; `false` when somebody else changed them since `workspace.version` was read.
pub async fn update(tx: &impl ConnectionTrait, workspace: &Workspace) -> Result<bool, AccessError> {
    check(workspace)?;
    let touched = sql::exec(
        tx,
        "UPDATE workspace SET name = $3, time_zone = $4, locale = $5, tracking_mode = $6, settings = $7, version = version + 1
         WHERE id = $1 AND version = $2",
        [
            workspace.id.raw().into(),
            workspace.version.into(),
            workspace.name.trim().into(),
            workspace.time_zone.as_str().into(),
            workspace.locale.as_str().into(),
            workspace.tracking_mode.name().into(),
            Value::Json(Some(Box::new(workspace.settings.clone()))),
        ],
    )
    .await?;
    Ok(touched == 1)
}
