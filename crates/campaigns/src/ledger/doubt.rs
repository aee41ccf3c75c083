//! Rows in doubt: taken to be handed over again, with the key that they had.

use kernel::{
    id::{CampaignId, DeliveryId, ProfileId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::json;
use storage::{Dialect, sql};

use super::{ActiveCampaign, Key, Reserved};
use crate::rowset::{self, Col};

/// Messages that went over in one request, of which nobody knows whether it arrived.
#[derive(Debug, Clone)]
pub struct Doubtful {
    /// The name of the request on the wire; the provider's key is made from it.
    pub message_id: String,
    /// When it was first handed over.
    pub first_at: Millis,
    /// Its members, in the order in which they stood in the request.
    pub rows: Vec<Reserved>,
}

#[derive(FromQueryResult)]
struct Name {
    message_id: String,
}

#[derive(FromQueryResult)]
struct Row {
    profile_id: i64,
    id: i64,
    address: Option<String>,
    is_test: bool,
    attempts: i32,
    expires_at: i64,
    message_id: String,
    handed_over_at: i64,
}

/// Tells whether something of a campaign is in doubt and due; cheap, without a write lock.
pub async fn is_doubtful(
    db: &impl ConnectionTrait,
    campaign: CampaignId,
    now: Millis,
) -> Result<bool, DbErr> {
    let text = "SELECT COUNT(*) FROM (SELECT 1 FROM delivery WHERE campaign_id = $1 AND state = 11 AND due_at <= $2
                LIMIT 1) x";
    Ok(sql::number(db, text, [campaign.raw().into(), now.0.into()]).await? > 0)
}

/// Takes up to `limit` requests in doubt that are due for the worker `token`.
///
/// Nothing of consent or suppression is asked: the message may have arrived, and this is how one finds out.
pub async fn take_doubtful(
    tx: &impl ConnectionTrait,
    campaign: &ActiveCampaign,
    token: i64,
    now: Millis,
    limit: u32,
) -> Result<Vec<Doubtful>, DbErr> {
    let tests_only = if campaign.only_tests {
        "AND is_test"
    } else {
        ""
    };
    // Not locked: two servers that lock some rows each of the same request would wait for each other.
    let text = format!(
        "SELECT message_id FROM delivery WHERE campaign_id = $1 AND state = 11 AND due_at <= $2 {tests_only}
           AND message_id IS NOT NULL GROUP BY message_id ORDER BY MIN(due_at), message_id LIMIT {limit}"
    );
    let names: Vec<Name> = sql::all(tx, text, [campaign.id.raw().into(), now.0.into()]).await?;
    let mut names: Vec<String> = names.into_iter().map(|name| name.message_id).collect();
    names.sort_unstable();
    names.dedup();
    let mut found = Vec::with_capacity(names.len());
    for message_id in names {
        found.extend(take(tx, campaign, token, message_id).await?);
    }
    Ok(found)
}

/// A request is taken whole: its key stands for all of its members.
async fn take(
    tx: &impl ConnectionTrait,
    campaign: &ActiveCampaign,
    token: i64,
    message_id: String,
) -> Result<Option<Doubtful>, DbErr> {
    let dialect = Dialect::of(tx.get_database_backend());
    let asked = rowset::rows(dialect, "$1", &[("message_id", Col::Text)]);
    let text = format!(
        "UPDATE delivery SET state = 4, lease_token = $2, attempts = delivery.attempts + 1 FROM {asked}
         WHERE delivery.message_id = v.message_id AND delivery.state = 11 AND delivery.campaign_id = $3
         RETURNING delivery.profile_id, delivery.id, delivery.address, delivery.is_test, delivery.attempts,
           delivery.expires_at, delivery.message_id, delivery.handed_over_at"
    );
    let binds = [
        rowset::bind(vec![json!({"message_id": message_id})]),
        token.into(),
        campaign.id.raw().into(),
    ];
    let mut rows: Vec<Row> = sql::all(tx, text, binds).await?;
    rows.sort_by_key(|row| row.id);
    let Some(first_at) = rows.iter().map(|row| row.handed_over_at).min() else {
        return Ok(None);
    };
    let member = |row: Row| {
        debug_assert_eq!(row.message_id, message_id);
        Reserved {
            key: Key {
                profile: ProfileId::from_raw(row.profile_id),
                id: DeliveryId::from_raw(row.id),
            },
            campaign: campaign.id,
            // Emptied by an erasure: whoever has it keeps it, nobody new gets it.
            address: row.address.unwrap_or_default(),
            is_test: row.is_test,
            // As before this hand-over, like a row that was reserved.
            attempts: row.attempts - 1,
            expires_at: Millis(row.expires_at),
        }
    };
    let rows: Vec<Reserved> = rows.into_iter().map(member).collect();
    Ok(Some(Doubtful {
        message_id,
        first_at: Millis(first_at),
        rows,
    }))
}

/// Whether a campaign still goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Running,
    /// It is held.
    Paused,
    /// It has ended.
    Over,
}

/// Tells whether a campaign still goes on.
pub async fn standing(db: &impl ConnectionTrait, campaign: CampaignId) -> Result<Standing, DbErr> {
    #[derive(FromQueryResult)]
    struct State {
        state: String,
    }
    let text = "SELECT state FROM campaign WHERE id = $1";
    let row: Option<State> = sql::one(db, text, [campaign.raw().into()]).await?;
    Ok(match row.as_ref().map(|row| row.state.as_str()) {
        Some("running") => Standing::Running,
        Some("paused") => Standing::Paused,
        _ => Standing::Over,
    })
}
