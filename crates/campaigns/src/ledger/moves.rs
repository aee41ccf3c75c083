//! The moves of rows that a worker holds, many in one statement each.

use std::collections::HashSet;

use channel_core::{ChannelKind, Reason};
use kernel::{
    id::{CampaignId, DeliveryId, ProfileId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::json;
use storage::{Dialect, sql};

use super::DeliveryState;
use crate::rowset::{self, Col};

/// Which row of the ledger; every statement names the profile, which is what rows are distributed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// The person.
    pub profile: ProfileId,
    /// The row.
    pub id: DeliveryId,
}

/// A row about to be given to the provider.
#[derive(Debug, Clone)]
pub struct HandOver {
    /// Which row.
    pub key: Key,
    /// Its campaign.
    pub campaign: CampaignId,
    /// The channel it goes through.
    pub channel: ChannelKind,
    /// The address it goes to.
    pub address: String,
    /// Whether it is a test, which no pause and no suppression stops.
    pub is_test: bool,
    /// Times it was handed over before, as reserved.
    pub attempts: i32,
    /// The name of the message on the wire.
    pub message_id: String,
}

impl HandOver {
    /// Returns which try this is.
    pub const fn this_try(&self) -> Try {
        Try {
            id: self.key.id.raw(),
            attempts: self.attempts + 1,
        }
    }
}

/// One try of a row. A worker that stood still may hold an earlier one beside the one that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, FromQueryResult)]
pub struct Try {
    /// The row.
    pub id: i64,
    /// Which try, from one.
    pub attempts: i32,
}

/// A row given back unsent.
#[derive(Debug, Clone, Copy)]
pub struct Release {
    /// Which row.
    pub key: Key,
    /// Times it was handed over before, as reserved.
    pub attempts: i32,
    /// When it is due again.
    pub due_at: Millis,
    /// Whether it was put off (a rate limit) or merely given back.
    pub deferred: bool,
}

/// What became of a row.
#[derive(Debug, Clone)]
pub struct Settle {
    /// Which row.
    pub key: Key,
    /// Its campaign.
    pub campaign: CampaignId,
    /// Whether it is a test: tests leave no trace on the timeline.
    pub is_test: bool,
    /// Times it has been handed over, this one included.
    pub attempts: i32,
    /// The channel it went through.
    pub channel: ChannelKind,
    /// The address it went to.
    pub address: String,
    /// What became of it.
    pub result: Settlement,
}

/// What became of a row.
#[derive(Debug, Clone)]
pub enum Settlement {
    /// The provider took it.
    Accepted,
    /// The provider refused it for good.
    Failed(Reason),
    /// The provider refused it for good because of the address, which must not be written to again.
    Dead(Reason, profiles::consent::Reason),
    /// It never reached the provider, because it could not be made.
    Unmade(Reason),
    /// The provider does not have it; it is tried again.
    Again(Reason, Millis),
    /// The provider does not have it, and its time has run out.
    TooLate(Reason),
    /// The answer never came.
    Unknown(Reason),
    /// The answer never came; the provider recognises a repeat, and is asked again then.
    InDoubt(Reason, Millis),
}

impl Settlement {
    pub(super) const fn state(&self) -> DeliveryState {
        match self {
            Self::Accepted => DeliveryState::Accepted,
            Self::Failed(_) | Self::Dead(..) | Self::Unmade(_) => DeliveryState::Failed,
            Self::Again(..) => DeliveryState::RetryWait,
            Self::TooLate(_) => DeliveryState::Expired,
            Self::Unknown(_) => DeliveryState::Unknown,
            Self::InDoubt(..) => DeliveryState::InDoubt,
        }
    }

    const fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Accepted => None,
            Self::Failed(reason)
            | Self::Dead(reason, _)
            | Self::Unmade(reason)
            | Self::Again(reason, _)
            | Self::TooLate(reason)
            | Self::Unknown(reason)
            | Self::InDoubt(reason, _) => Some(reason),
        }
    }
}

#[derive(FromQueryResult)]
struct IdRow {
    id: i64,
}

pub(super) async fn ids(
    tx: &impl ConnectionTrait,
    text: String,
    binds: impl IntoIterator<Item = storage::Value>,
) -> Result<HashSet<i64>, DbErr> {
    let rows: Vec<IdRow> = sql::all(tx, text, binds).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Records that rows are being given to the provider, and returns the tries that may be made.
///
/// A row is refused when this worker no longer holds it, its campaign no longer runs, its time has run
/// out, or its address has been suppressed since it was reserved. Asking again after a commit whose
/// answer was lost gives the same answer.
pub async fn hand_over(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    token: i64,
    now: Millis,
    rows: &[HandOver],
) -> Result<HashSet<Try>, DbErr> {
    let allowed = allowed(tx, workspace, rows).await?;
    if allowed.is_empty() {
        return Ok(HashSet::new());
    }
    let columns = [
        ("profile_id", Col::Int),
        ("id", Col::Int),
        ("attempts", Col::Int),
        ("message_id", Col::Text),
    ];
    // CASE rather than OR: PostgreSQL would see that OR implies the index of leased rows and read all
    // of them, the dead ones of the last minutes included, instead of the few that are asked for.
    let text = format!(
        "UPDATE delivery SET state = 4, attempts = v.attempts + 1, message_id = v.message_id, handed_over_at = $3
         FROM {} WHERE delivery.profile_id = v.profile_id AND delivery.id = v.id AND delivery.lease_token = $2
           AND CASE delivery.state
             WHEN 3 THEN delivery.attempts = v.attempts AND delivery.expires_at > $3
             WHEN 4 THEN delivery.attempts = v.attempts + 1
             ELSE FALSE END
         RETURNING delivery.id, delivery.attempts",
        rowset::rows(Dialect::of(tx.get_database_backend()), "$1", &columns)
    );
    let rows = rows
        .iter()
        .filter(|row| allowed.contains(&row.key.id.raw()))
        .map(|row| {
            json!({
                "profile_id": row.key.profile.raw(), "id": row.key.id.raw(),
                "attempts": row.attempts, "message_id": row.message_id,
            })
        })
        .collect();
    let binds = [rowset::bind(rows), token.into(), now.0.into()];
    let granted: Vec<Try> = sql::all(tx, text, binds).await?;
    Ok(granted.into_iter().collect())
}

/// Returns the rows that no pause and no suppression stops.
///
/// A statement of its own: inside the update PostgreSQL would hash the whole suppression list.
async fn allowed(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    rows: &[HandOver],
) -> Result<HashSet<i64>, DbErr> {
    let (tests, real): (Vec<&HandOver>, Vec<&HandOver>) = rows.iter().partition(|row| row.is_test);
    let mut allowed: HashSet<i64> = tests.iter().map(|row| row.key.id.raw()).collect();
    if real.is_empty() {
        return Ok(allowed);
    }
    let columns = [
        ("id", Col::Int),
        ("campaign_id", Col::Int),
        ("channel", Col::Text),
        ("address", Col::Text),
    ];
    let text = format!(
        "SELECT v.id FROM {} WHERE EXISTS (SELECT 1 FROM campaign c WHERE c.id = v.campaign_id AND c.state = 'running')
           AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.workspace_id = $2 AND s.channel = v.channel
                           AND s.address = v.address)",
        rowset::rows(Dialect::of(tx.get_database_backend()), "$1", &columns)
    );
    let rows = real
        .into_iter()
        .map(|row| {
            json!({"id": row.key.id.raw(), "campaign_id": row.campaign.raw(), "channel": row.channel.as_str(),
                "address": row.address})
        })
        .collect();
    allowed.extend(ids(tx, text, [rowset::bind(rows), workspace.raw().into()]).await?);
    Ok(allowed)
}

/// Records what became of rows, and returns those for which this was news.
pub async fn settle(
    tx: &impl ConnectionTrait,
    token: i64,
    now: Millis,
    rows: &[Settle],
) -> Result<HashSet<i64>, DbErr> {
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let columns = [
        ("profile_id", Col::Int),
        ("id", Col::Int),
        ("attempts", Col::Int),
        ("state", Col::Int),
        ("held", Col::Int),
        ("reason", Col::Text),
        ("code", Col::Int),
        ("detail", Col::Text),
        ("due_at", Col::Int),
        ("settled_at", Col::Int),
    ];
    // A row that was given up as unknown may still be settled by the worker that brings the answer,
    // but never be sent again.
    let text = format!(
        "UPDATE delivery SET state = v.state, reason = v.reason, provider_code = v.code, provider_detail = v.detail,
           due_at = COALESCE(v.due_at, delivery.due_at), settled_at = v.settled_at,
           lease_token = CASE v.state WHEN 7 THEN delivery.lease_token ELSE NULL END
         FROM {} WHERE delivery.profile_id = v.profile_id AND delivery.id = v.id AND delivery.lease_token = $2
           AND delivery.attempts = v.attempts
           AND (delivery.state = v.held OR (delivery.state = 7 AND v.state IN (5, 6)))
         RETURNING delivery.id",
        rowset::rows(Dialect::of(tx.get_database_backend()), "$1", &columns)
    );
    let rows = rows
        .iter()
        .map(|row| {
            let reason = row.result.reason();
            let (held, due_at) = match &row.result {
                Settlement::Unmade(_) => (DeliveryState::Reserved, None),
                Settlement::Again(_, at) | Settlement::InDoubt(_, at) => {
                    (DeliveryState::HandedOver, Some(at.0))
                }
                _ => (DeliveryState::HandedOver, None),
            };
            let state = row.result.state();
            json!({
                "profile_id": row.key.profile.raw(), "id": row.key.id.raw(), "attempts": row.attempts,
                "state": state.code(), "held": held.code(),
                "reason": reason.map(|reason| reason.class.as_str()),
                "code": reason.and_then(|reason| reason.code),
                "detail": reason.map(|reason| reason.detail.as_str()),
                "due_at": due_at,
                "settled_at": state.is_final().then_some(now.0),
            })
        })
        .collect();
    ids(tx, text, [rowset::bind(rows), token.into()]).await
}

/// Names rows by where they are now: a merge may have moved them while their messages were under way.
pub(super) async fn follow_merges(
    tx: &impl ConnectionTrait,
    rows: Vec<Settle>,
) -> Result<Vec<Settle>, DbErr> {
    #[derive(FromQueryResult)]
    struct Place {
        id: i64,
        profile_id: i64,
    }
    let text = format!(
        "SELECT d.id, d.profile_id FROM {} u CROSS JOIN delivery d WHERE d.id = u.value",
        rowset::numbers(Dialect::of(tx.get_database_backend()), "$1")
    );
    let asked = rowset::bind_numbers(rows.iter().map(|row| row.key.id.raw()));
    let places: Vec<Place> = sql::all(tx, text, [asked]).await?;
    let moved = |mut row: Settle| {
        let place = places.iter().find(|place| place.id == row.key.id.raw())?;
        let is_elsewhere = place.profile_id != row.key.profile.raw();
        row.key.profile = ProfileId::from_raw(place.profile_id);
        is_elsewhere.then_some(row)
    };
    Ok(rows.into_iter().filter_map(moved).collect())
}

/// Gives reserved rows back, those that are reserved for another try left out.
pub async fn release(
    tx: &impl ConnectionTrait,
    token: i64,
    rows: &[Release],
) -> Result<u64, DbErr> {
    if rows.is_empty() {
        return Ok(0);
    }
    let columns = [
        ("profile_id", Col::Int),
        ("id", Col::Int),
        ("attempts", Col::Int),
        ("state", Col::Int),
        ("due_at", Col::Int),
    ];
    let text = format!(
        "UPDATE delivery SET state = v.state, due_at = v.due_at, lease_token = NULL
         FROM {} WHERE delivery.profile_id = v.profile_id AND delivery.id = v.id AND delivery.lease_token = $2
           AND delivery.state = 3 AND delivery.attempts = v.attempts",
        rowset::rows(Dialect::of(tx.get_database_backend()), "$1", &columns)
    );
    let rows = rows
        .iter()
        .map(|row| {
            let state = if row.deferred {
                DeliveryState::Deferred
            } else {
                DeliveryState::Planned
            };
            json!({
                "profile_id": row.key.profile.raw(), "id": row.key.id.raw(), "attempts": row.attempts,
                "state": state.code(), "due_at": row.due_at.0,
            })
        })
        .collect();
    sql::exec(tx, text, [rowset::bind(rows), token.into()]).await
}
