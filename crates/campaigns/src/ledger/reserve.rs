//! Taking rows to be sent: leased, and checked once more in the same transaction.

use std::collections::HashSet;

use kernel::{
    id::{CampaignId, DeliveryId, ProfileId, SenderId, WorkspaceId},
    time::Millis,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::json;
use storage::{Dialect, sql};

use super::{
    DeliveryState,
    moves::{Key, ids},
};
use crate::{
    audience::{self, Verdict},
    model::{ChannelCard, Target},
    rowset::{self, Col},
    way::Way,
};

/// A row that this worker holds.
#[derive(Debug, Clone)]
pub struct Reserved {
    /// Which row.
    pub key: Key,
    /// The campaign.
    pub campaign: CampaignId,
    /// The address, as the person has it now.
    pub address: String,
    /// Whether it is a test.
    pub is_test: bool,
    /// Times it was handed over before.
    pub attempts: i32,
    /// When it is too late.
    pub expires_at: Millis,
}

#[derive(FromQueryResult)]
struct Row {
    profile_id: i64,
    id: i64,
    occurrence: i64,
    address: Option<String>,
    is_test: bool,
    attempts: i32,
    due_at: i64,
    expires_at: i64,
    turn: i16,
}

/// Whose rows are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those of VIPs alone.
    Vips,
    /// Everybody's, those of VIPs first among what is due at the same moment.
    Everybodys,
}

impl Whose {
    const fn sql(self) -> &'static str {
        match self {
            Self::Vips => "AND d.turn = 0",
            Self::Everybodys => "",
        }
    }
}

/// Returns which of these campaigns have a message to a VIP that is due.
///
/// Campaigns that share a sender compete for it: whoever sends takes these rows before any other.
pub async fn with_vips_due(
    db: &impl ConnectionTrait,
    campaigns: &[ActiveCampaign],
    now: Millis,
) -> Result<HashSet<CampaignId>, DbErr> {
    let dialect = Dialect::of(db.get_database_backend());
    let running = campaigns.iter().filter(|campaign| !campaign.only_tests);
    let asked = rowset::bind_numbers(running.map(|campaign| campaign.id.raw()));
    let text = format!(
        "SELECT u.value AS id FROM {} u WHERE EXISTS (SELECT 1 FROM delivery d
           WHERE d.campaign_id = u.value AND d.state <= 2 AND d.turn = 0 AND d.due_at <= $2)",
        rowset::numbers(dialect, "$1")
    );
    let found = ids(db, text, [asked, now.0.into()]).await?;
    Ok(found.into_iter().map(CampaignId::from_raw).collect())
}

/// Takes up to `limit` due rows of a campaign for the worker `token`.
///
/// Consent and suppression are read again in this transaction; whoever may no longer be written to is
/// suppressed, and a row whose time has run out expires, instead of being returned. So is a second row of a
/// person: a merge brings two together. Among those due at the same moment VIPs go first.
pub async fn reserve(
    tx: &impl ConnectionTrait,
    campaign: &ActiveCampaign,
    whose: Whose,
    token: i64,
    now: Millis,
    limit: u32,
) -> Result<Vec<Reserved>, DbErr> {
    let whose = whose.sql();
    let dialect = Dialect::of(tx.get_database_backend());
    let tests_only = if campaign.only_tests {
        "AND d.is_test"
    } else {
        ""
    };
    // The limit stands in the text: for a bind PostgreSQL assumes a tenth of the table, and scans it.
    let text = format!(
        "WITH picked AS MATERIALIZED
           (SELECT d.profile_id, d.id FROM delivery d WHERE d.campaign_id = $2 AND d.state <= 2 AND d.due_at <= $3
            {tests_only} {whose} ORDER BY d.due_at, d.turn LIMIT {limit}{})
         UPDATE delivery SET state = 3, lease_token = $1 FROM picked
         WHERE delivery.profile_id = picked.profile_id AND delivery.id = picked.id
         RETURNING delivery.profile_id, delivery.id, delivery.occurrence, delivery.address, delivery.is_test,
           delivery.attempts, delivery.due_at, delivery.expires_at, delivery.turn",
        dialect.skip_locked()
    );
    let binds = [token.into(), campaign.id.raw().into(), now.0.into()];
    let mut rows: Vec<Row> = sql::all(tx, text, binds).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    // Neither database says in which order it returns them.
    rows.sort_by_key(|row| (row.due_at, row.turn, row.id));
    check_again(tx, campaign, now, rows).await
}

async fn check_again(
    tx: &impl ConnectionTrait,
    campaign: &ActiveCampaign,
    now: Millis,
    rows: Vec<Row>,
) -> Result<Vec<Reserved>, DbErr> {
    let real = rows.iter().filter(|row| !row.is_test);
    let ids: Vec<i64> = real.map(|row| row.profile_id).collect();
    let people =
        audience::people(tx, campaign.workspace, campaign.way, &campaign.target, &ids).await?;
    let second = second_rows(tx, campaign, &rows).await?;
    let (mut taken, mut dropped, mut moved) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let key = Key {
            profile: ProfileId::from_raw(row.profile_id),
            id: DeliveryId::from_raw(row.id),
        };
        let (verdict, address) = if row.is_test {
            (Verdict::Send, row.address.clone())
        } else {
            match people.get(&row.profile_id) {
                Some(person) => (person.verdict(now), person.address.clone()),
                None => (Verdict::Exclude(audience::Excluded::Gone), None),
            }
        };
        match (verdict, address) {
            _ if row.expires_at <= now.0 => {
                dropped.push((key, DeliveryState::Expired, "too_late"));
            }
            (Verdict::Send, _) if second.contains(&row.id) => {
                let why = audience::Excluded::SameMailbox;
                dropped.push((key, DeliveryState::Suppressed, why.as_str()));
            }
            (Verdict::Send, Some(address)) => {
                if row.address.as_deref() != Some(&address) {
                    moved.push((key, address.clone()));
                }
                taken.push(Reserved {
                    key,
                    campaign: campaign.id,
                    address,
                    is_test: row.is_test,
                    attempts: row.attempts,
                    expires_at: Millis(row.expires_at),
                });
            }
            (Verdict::Exclude(why), _) => {
                dropped.push((key, DeliveryState::Suppressed, why.as_str()));
            }
            (Verdict::Send, None) => {
                let why = audience::Excluded::NoAddress;
                dropped.push((key, DeliveryState::Suppressed, why.as_str()));
            }
        }
    }
    drop_rows(tx, now, dropped).await?;
    move_addresses(tx, moved).await?;
    Ok(taken)
}

/// Returns rows whose person has another one, of a merged profile, that has left or goes first.
async fn second_rows(
    tx: &impl ConnectionTrait,
    campaign: &ActiveCampaign,
    rows: &[Row],
) -> Result<HashSet<i64>, DbErr> {
    let columns = [
        ("profile_id", Col::Int),
        ("id", Col::Int),
        ("occurrence", Col::Int),
    ];
    // Counted rather than EXISTS: PostgreSQL would make a join of that and may read the whole ledger for it.
    let text = format!(
        "SELECT v.id FROM {} WHERE
           (SELECT COUNT(*) FROM delivery o WHERE o.profile_id = v.profile_id AND o.campaign_id = $2
              AND o.occurrence = v.occurrence AND o.channel = {} AND o.id <> v.id AND NOT o.is_test
              AND (o.state IN (4, 5, 7, 11) OR (o.state <= 3 AND o.id < v.id))) > 0",
        rowset::rows(Dialect::of(tx.get_database_backend()), "$1", &columns),
        campaign.way.code(),
    );
    let real = rows.iter().filter(|row| !row.is_test);
    let asked = real.map(
        |row| json!({"profile_id": row.profile_id, "id": row.id, "occurrence": row.occurrence}),
    );
    ids(
        tx,
        text,
        [rowset::bind(asked.collect()), campaign.id.raw().into()],
    )
    .await
}

async fn drop_rows(
    tx: &impl ConnectionTrait,
    now: Millis,
    rows: Vec<(Key, DeliveryState, &'static str)>,
) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = [
        ("profile_id", Col::Int),
        ("id", Col::Int),
        ("state", Col::Int),
        ("reason", Col::Text),
    ];
    let text = format!(
        "UPDATE delivery SET state = v.state, reason = v.reason, lease_token = NULL, settled_at = $2
         FROM {} WHERE delivery.profile_id = v.profile_id AND delivery.id = v.id",
        rowset::rows(Dialect::of(tx.get_database_backend()), "$1", &columns)
    );
    let rows = rows
        .into_iter()
        .map(|(key, state, reason)| {
            json!({"profile_id": key.profile.raw(), "id": key.id.raw(), "state": state.code(), "reason": reason})
        })
        .collect();
    sql::exec(tx, text, [rowset::bind(rows), now.0.into()])
        .await
        .map(|_| ())
}

/// A person who has a new address gets the message there.
async fn move_addresses(tx: &impl ConnectionTrait, rows: Vec<(Key, String)>) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns = [
        ("profile_id", Col::Int),
        ("id", Col::Int),
        ("address", Col::Text),
    ];
    let text = format!(
        "UPDATE delivery SET address = v.address FROM {}
         WHERE delivery.profile_id = v.profile_id AND delivery.id = v.id",
        rowset::rows(Dialect::of(tx.get_database_backend()), "$1", &columns)
    );
    let rows = rows
        .into_iter()
        .map(|(key, address)| {
            json!({"profile_id": key.profile.raw(), "id": key.id.raw(), "address": address})
        })
        .collect();
    sql::exec(tx, text, [rowset::bind(rows)]).await.map(|_| ())
}

/// A campaign that may have something to send now.
#[derive(Debug, Clone)]
pub struct ActiveCampaign {
    /// The campaign.
    pub id: CampaignId,
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// From whom it is sent.
    pub sender: Option<SenderId>,
    /// Who sends instead, in this order.
    pub then: Vec<SenderId>,
    /// Nobody else could send it now: what exceeds the day of the sender waits for the next.
    pub has_no_other: bool,
    /// By which way.
    pub way: Way,
    /// For whom it is meant.
    pub target: Target,
    /// Changes whenever what is sent may have changed.
    pub edition: (i64, i64),
    /// It is not running, but tests of it wait.
    pub only_tests: bool,
}

#[derive(FromQueryResult)]
struct ActiveRow {
    id: i64,
    workspace_id: i64,
    state: String,
    version: i64,
    updated_at: i64,
    channel: Option<String>,
    target: Option<String>,
}

/// Lists running campaigns, and others of which tests wait.
pub async fn active_campaigns(db: &impl ConnectionTrait) -> Result<Vec<ActiveCampaign>, DbErr> {
    let dialect = Dialect::of(db.get_database_backend());
    let card = |name: &str| match dialect {
        Dialect::Postgres => format!("(c.document -> '{name}')::text AS {name}"),
        Dialect::Sqlite => format!("c.document -> '$.{name}' AS {name}"),
    };
    let text = format!(
        "SELECT c.id, c.workspace_id, c.state, c.version, c.updated_at, {channel}, {target} FROM campaign c
         WHERE c.state = 'running' OR c.id IN (SELECT d.campaign_id FROM delivery d WHERE d.is_test AND d.state <= 2)
         ORDER BY c.id",
        channel = card("channel"),
        target = card("target"),
    );
    let rows: Vec<ActiveRow> = sql::all(db, text, []).await?;
    let read = |row: ActiveRow| {
        let channel = row.channel.as_deref();
        let card: Option<ChannelCard> = channel.and_then(|card| serde_json::from_str(card).ok());
        ActiveCampaign {
            id: CampaignId::from_raw(row.id),
            workspace: WorkspaceId::from_raw(row.workspace_id),
            sender: card.as_ref().map(ChannelCard::sender),
            has_no_other: card.as_ref().is_none_or(|card| card.then().is_empty()),
            then: card
                .as_ref()
                .map(|card| card.then().to_vec())
                .unwrap_or_default(),
            way: Way::of(card.as_ref()),
            // One that cannot be read is meant for no VIP.
            target: row
                .target
                .and_then(|card| serde_json::from_str(&card).ok())
                .unwrap_or_default(),
            edition: (row.version, row.updated_at),
            only_tests: row.state != "running",
        }
    };
    Ok(rows.into_iter().map(read).collect())
}
