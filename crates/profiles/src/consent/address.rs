//! Suppressed addresses: they outlive the person, a merge and the next import.

use kernel::{
    feed::{Change, ChangeKind},
    id::{DeliveryId, ProfileId, WorkspaceId},
    time::Millis,
};
use ring::digest;
use sea_orm::{DbErr, FromQueryResult};
use storage::{feed, sql};

use super::{ConsentChange, MARKETING, set_many};
use crate::{
    context::Ctx,
    identity::{KeyKind, normal},
    source::Source,
};

/// Why an address is not written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The person unsubscribed; stops marketing only.
    Unsubscribe,
    /// The mailbox does not exist.
    HardBounce,
    /// Three messages in a row came back, each for a reason that might have passed.
    SoftBounce,
    /// The person reported a message as unwanted.
    Complaint,
    /// A user decided it.
    Manual,
}

impl Reason {
    /// Returns the stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unsubscribe => "unsubscribe",
            Self::HardBounce => "hard_bounce",
            Self::SoftBounce => "soft_bounce",
            Self::Complaint => "complaint",
            Self::Manual => "manual",
        }
    }
}

/// Suppresses an address on a channel; once is enough, repeats change nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn suppress(
    ctx: Ctx<'_>,
    channel: &str,
    address: &str,
    reason: Reason,
    delivery: Option<DeliveryId>,
) -> Result<bool, DbErr> {
    let address = spelling(channel, address);
    let added = sql::exec(
        ctx.tx,
        "INSERT INTO suppression (workspace_id, channel, address, reason, delivery_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace_id, channel, address, reason) DO NOTHING",
        [
            ctx.workspace.raw().into(),
            channel.into(),
            address.clone().into(),
            reason.word().into(),
            delivery.map(kernel::id::Id::raw).into(),
            ctx.now.0.into(),
        ],
    )
    .await?;
    let mut rows: Vec<Change> = owner(ctx, channel, &address)
        .await?
        .into_iter()
        .map(|id| ctx.change(id, ChangeKind::Consent))
        .collect();
    if added > 0 {
        // The address counts whoever has it, also when that is nobody yet.
        rows.push(Change {
            a: ctx.now.0,
            ..ctx.change(0, ChangeKind::Suppressed)
        });
    }
    feed::append(ctx.tx, ctx.now, &rows).await?;
    Ok(added > 0)
}

/// Withdraws marketing for an address: suppresses it and records the owner's no.
///
/// # Errors
/// When the database does not answer.
pub async fn unsubscribe(
    ctx: Ctx<'_>,
    channel: &str,
    address: &str,
    delivery: Option<DeliveryId>,
    proof: Option<String>,
) -> Result<bool, DbErr> {
    let added = suppress(ctx, channel, address, Reason::Unsubscribe, delivery).await?;
    let owner = owner(ctx, channel, &spelling(channel, address)).await?;
    let changes: Vec<ConsentChange> = owner
        .into_iter()
        .map(|id| ConsentChange {
            profile: ProfileId::from_raw(id),
            channel: channel.to_owned(),
            purpose: MARKETING.to_owned(),
            granted: false,
            text_version: None,
            source: Source::Form,
            proof: proof.clone(),
            occurred_at: ctx.now,
            expires_at: None,
        })
        .collect();
    set_many(ctx, &changes).await?;
    Ok(added)
}

/// Removes the unsubscription of an address that is older than a new yes.
pub(super) async fn lift(
    ctx: Ctx<'_>,
    channel: &str,
    address: &str,
    said_at: Millis,
) -> Result<(), DbErr> {
    sql::exec(
        ctx.tx,
        "DELETE FROM suppression WHERE workspace_id = $1 AND channel = $2 AND address = $3
         AND reason = 'unsubscribe' AND created_at <= $4",
        [
            ctx.workspace.raw().into(),
            channel.into(),
            address.into(),
            said_at.0.into(),
        ],
    )
    .await
    .map(|_| ())
}

/// Returns a hash of an address that proves a consent after the address itself is gone.
pub(super) fn hash(workspace: WorkspaceId, channel: &str, address: &str) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(&workspace.raw().to_be_bytes());
    context.update(channel.as_bytes());
    context.update(&[0]);
    context.update(address.as_bytes());
    context.finish().as_ref().to_vec()
}

fn spelling(channel: &str, address: &str) -> String {
    let normal = match channel {
        "email" => normal::email(address),
        "sms" => normal::phone(address),
        "line" => normal::line(address),
        _ => normal::id(address),
    };
    // What does not parse is kept as it came: refusing to suppress would be worse.
    normal.unwrap_or_else(|_| address.trim().to_lowercase())
}

#[derive(FromQueryResult)]
struct Owner {
    profile_id: i64,
}

async fn owner(ctx: Ctx<'_>, channel: &str, address: &str) -> Result<Option<i64>, DbErr> {
    let kind = match channel {
        "email" => KeyKind::Email,
        "sms" => KeyKind::Phone,
        "line" => KeyKind::Line,
        _ => return Ok(None),
    };
    let row: Option<Owner> = sql::one(
        ctx.tx,
        "SELECT profile_id FROM identity WHERE workspace_id = $1 AND kind = $2 AND value = $3",
        [
            ctx.workspace.raw().into(),
            i64::from(kind.code()).into(),
            address.into(),
        ],
    )
    .await?;
    Ok(row.map(|row| row.profile_id))
}
