//! Writing rows: once per campaign, occurrence, person and channel, however often it is tried.

use channel_core::ChannelKind;
use kernel::{
    id::{CampaignId, MAX_BLOCK, ProfileId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::json;
use storage::{Dialect, sql};

use super::DeliveryState;
use crate::{
    audience::Verdict,
    rowset::{self, Col},
    way,
};

/// What rows are written for.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The campaign.
    pub campaign: CampaignId,
    /// 0 for a one-off campaign; what triggered it for others.
    pub occurrence: i64,
    /// The channel.
    pub channel: ChannelKind,
}

/// A row to be written.
#[derive(Debug, Clone)]
pub struct PlannedRow {
    /// The person.
    pub profile: ProfileId,
    /// The address; `None` when there is none.
    pub address: Option<String>,
    /// What tells one mailbox from another.
    pub mailbox: Option<i64>,
    /// When it is due.
    pub due_at: Millis,
    /// When it is too late.
    pub expires_at: Millis,
    /// Of those that are due at the same moment the lower leaves first.
    pub turn: i16,
    /// Whether it will be sent, and if not why.
    pub verdict: Verdict,
}

const COLUMNS: &[(&str, Col)] = &[
    ("profile_id", Col::Int),
    ("id", Col::Int),
    ("state", Col::Int),
    ("reason", Col::Text),
    ("address", Col::Text),
    ("mailbox_hash", Col::Int),
    ("due_at", Col::Int),
    ("expires_at", Col::Int),
    ("turn", Col::Int),
    ("settled_at", Col::Int),
];

/// Writes rows of a campaign; whoever has one already, under this or a merged profile, gets no second.
///
/// Returns how many were written.
pub async fn plan(
    tx: &impl ConnectionTrait,
    ids: &dyn kernel::id::IdSource,
    on: Occasion,
    now: Millis,
    rows: &[PlannedRow],
) -> Result<u64, DbErr> {
    let dialect = Dialect::of(tx.get_database_backend());
    let channel = way::code(on.channel);
    let text = format!(
        "INSERT INTO delivery (workspace_id, profile_id, id, campaign_id, occurrence, channel, state, reason,
           address, mailbox_hash, due_at, expires_at, turn, planned_at, settled_at, origin_profile_id)
         SELECT $1, v.profile_id, v.id, $2, $3, {channel}, v.state, v.reason,
           v.address, v.mailbox_hash, v.due_at, v.expires_at, v.turn, $4, v.settled_at, v.profile_id
         FROM {} WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.profile_id = v.profile_id
           AND d.campaign_id = $2 AND d.occurrence = $3 AND d.channel = {channel})
         ON CONFLICT (profile_id, campaign_id, occurrence, channel, origin_profile_id) DO NOTHING",
        rowset::rows(dialect, "$5", COLUMNS)
    );
    let mut written = 0;
    for block in rows.chunks(MAX_BLOCK) {
        let first = ids.next_block(block.len());
        let values = block
            .iter()
            .zip(first..)
            .map(|(row, id)| {
                let (state, reason) = match row.verdict {
                    Verdict::Send => (DeliveryState::Planned, None),
                    Verdict::Exclude(why) => (DeliveryState::Suppressed, Some(why.as_str())),
                };
                json!({
                    "profile_id": row.profile.raw(), "id": id, "state": state.code(), "reason": reason,
                    "address": row.address, "mailbox_hash": row.mailbox, "due_at": row.due_at.0,
                    "expires_at": row.expires_at.0, "turn": row.turn, "settled_at": reason.map(|_| now.0),
                })
            })
            .collect();
        let binds = [
            on.workspace.raw().into(),
            on.campaign.raw().into(),
            on.occurrence.into(),
            now.0.into(),
            rowset::bind(values),
        ];
        written += sql::exec(tx, text.clone(), binds).await?;
    }
    Ok(written)
}
