//! What a person has to do.

use kernel::{
    id::{CampaignId, ImportId, WorkspaceId},
    time::{DAY, Millis},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::Value as Json;
use storage::sql;

/// For how long a failed import is brought up.
const IMPORT_DAYS: i64 = 14;
/// The most of each kind; the lists of the areas have the rest.
const MOST: i64 = 5;

/// One of the five answers of a campaign, or its goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Card {
    /// Who.
    Target,
    /// What is offered.
    Offer,
    /// When.
    Timing,
    /// By which way.
    Channel,
    /// In which words.
    Contents,
    /// What for.
    Goal,
}

impl Card {
    const ALL: [Self; 6] = [
        Self::Target,
        Self::Offer,
        Self::Timing,
        Self::Channel,
        Self::Contents,
        Self::Goal,
    ];

    /// Returns its name in the document and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Offer => "offer",
            Self::Timing => "timing",
            Self::Channel => "channel",
            Self::Contents => "contents",
            Self::Goal => "goal",
        }
    }
}

/// What kind of thing waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitingKind {
    /// A campaign is held; this many messages have not left.
    Paused {
        /// The campaign.
        campaign: CampaignId,
        /// Messages that wait.
        left: i64,
    },
    /// An import broke off.
    ImportFailed {
        /// The import.
        import: ImportId,
        /// Why, as one stable word.
        code: Option<String>,
    },
    /// A draft lacks answers; with none lacking it can be launched.
    Draft {
        /// The campaign.
        campaign: CampaignId,
        /// What is still to be answered.
        missing: Vec<Card>,
    },
}

/// Something that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What.
    pub kind: WaitingKind,
    /// Its name.
    pub name: String,
    /// Since when.
    pub since: Millis,
}

#[derive(FromQueryResult)]
struct CampaignRow {
    id: i64,
    name: String,
    state: String,
    document: Json,
    updated_at: i64,
    n_left: i64,
}

#[derive(FromQueryResult)]
struct ImportRow {
    id: i64,
    file_name: String,
    error_code: Option<String>,
    at: i64,
}

pub(super) async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    now: Millis,
) -> Result<Vec<Waiting>, DbErr> {
    let mut waiting = campaigns(db, workspace, "paused").await?;
    let imports: Vec<ImportRow> = sql::all(
        db,
        "SELECT id, file_name, error_code, COALESCE(finished_at, created_at) AS at FROM csv_import
         WHERE workspace_id = $1 AND state = 'failed' AND created_at >= $2 ORDER BY id DESC LIMIT $3",
        [
            workspace.raw().into(),
            now.plus(-IMPORT_DAYS * DAY).0.into(),
            MOST.into(),
        ],
    )
    .await?;
    waiting.extend(imports.into_iter().map(|row| Waiting {
        kind: WaitingKind::ImportFailed {
            import: ImportId::from_raw(row.id),
            code: row.error_code,
        },
        name: row.file_name,
        since: Millis(row.at),
    }));
    waiting.extend(campaigns(db, workspace, "draft").await?);
    Ok(waiting)
}

async fn campaigns(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    state: &str,
) -> Result<Vec<Waiting>, DbErr> {
    let rows: Vec<CampaignRow> = sql::all(
        db,
        "SELECT c.id, c.name, c.state, c.document, c.updated_at,
           (SELECT COUNT(*) FROM delivery d WHERE d.campaign_id = c.id AND d.workspace_id = $1 AND (d.state <= 4 OR d.state = 11) AND NOT d.is_test) AS n_left
         FROM campaign c WHERE c.workspace_id = $1 AND c.state = $2 ORDER BY c.updated_at DESC, c.id DESC LIMIT $3",
        [workspace.raw().into(), state.into(), MOST.into()],
    )
    .await?;
    let waiting = |row: CampaignRow| {
        let campaign = CampaignId::from_raw(row.id);
        let kind = if row.state == "paused" {
            WaitingKind::Paused {
                campaign,
                left: row.n_left,
            }
        } else {
            WaitingKind::Draft {
                campaign,
                missing: missing(&row.document),
            }
        };
        Waiting {
            kind,
            name: row.name,
            since: Millis(row.updated_at),
        }
    };
    Ok(rows.into_iter().map(waiting).collect())
}

fn missing(document: &Json) -> Vec<Card> {
    let is_open = |card: &Card| document.get(card.as_str()).is_none_or(Json::is_null);
    Card::ALL.into_iter().filter(is_open).collect()
}
