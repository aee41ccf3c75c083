//! Devices that go.

use kernel::{
    id::{CampaignId, DeviceId, ProfileId, SenderId},
    time::{DAY, Millis},
};
use profiles::{Ctx, event, names};
use sea_orm::{DbErr, FromQueryResult};
use serde_json::json;
use storage::{Tx, sql};

use crate::{
    Kind, Why, fingerprint,
    register::{own_event, tell},
};

/// How long a device that is gone is remembered.
pub const KEPT: i64 = 400 * DAY;

#[derive(FromQueryResult)]
struct Left {
    profile_id: i64,
    sender_id: i64,
    name: String,
}

/// Her own no on a device; returns whose it was, or `None` when it is not known or gone already.
///
/// # Errors
/// When the database does not answer.
pub async fn stop(
    ctx: Ctx<'_>,
    sender: SenderId,
    kind: Kind,
    address: &str,
    after: Option<CampaignId>,
) -> Result<Option<ProfileId>, DbErr> {
    let which = "sender_id = $5 AND fingerprint = $6";
    let more = [sender.raw().into(), fingerprint(kind, address).into()];
    let left = leave(ctx, Why::Owner, after, which, more).await?;
    let owner = left
        .first()
        .map(|left| ProfileId::from_raw(left.profile_id));
    note(ctx, &left, names::PUSH_STOPPED, true).await?;
    Ok(owner)
}

/// Believes a service that nobody is there any more, unless the device was registered after the instant that the service
/// names; `false` when it stays, or was gone already.
///
/// # Errors
/// When the database does not answer.
pub async fn gone(
    ctx: Ctx<'_>,
    id: DeviceId,
    since: Option<Millis>,
    seen_by: Option<CampaignId>,
) -> Result<bool, DbErr> {
    let which = "id = $5 AND registered_at <= $6";
    let until = since.map_or(i64::MAX, |since| since.0);
    let more = [id.raw().into(), until.into()];
    let left = leave(ctx, Why::Service, seen_by, which, more).await?;
    note(ctx, &left, names::PUSH_DEVICE_GONE, false).await?;
    Ok(!left.is_empty())
}

/// Takes a device off a customer; `false` when there is none of this number.
///
/// # Errors
/// When the database does not answer.
pub async fn remove(ctx: Ctx<'_>, owner: ProfileId, id: DeviceId) -> Result<bool, DbErr> {
    let which = "id = $5 AND profile_id = $6";
    let more = [id.raw().into(), owner.raw().into()];
    let left = leave(ctx, Why::Company, None, which, more).await?;
    tell(ctx, &owners(&left)).await?;
    Ok(!left.is_empty())
}

/// Forgets every device of a customer, also those that are gone, without a trace: she is being erased.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(ctx: Ctx<'_>, owner: ProfileId) -> Result<u64, DbErr> {
    sql::exec(
        ctx.tx,
        "DELETE FROM device WHERE profile_id = $1 AND workspace_id = $2",
        [owner.raw().into(), ctx.workspace.raw().into()],
    )
    .await
}

/// Removes some of the devices that went long ago.
///
/// # Errors
/// When the database does not answer.
pub async fn prune(tx: &Tx, now: Millis, limit: u32) -> Result<u64, DbErr> {
    sql::exec(
        tx,
        format!("DELETE FROM device WHERE id IN (SELECT d.id FROM device d WHERE d.gone_at < $1 LIMIT {limit})"),
        [now.plus(-KEPT).0.into()],
    )
    .await
}

async fn leave(
    ctx: Ctx<'_>,
    why: Why,
    campaign: Option<CampaignId>,
    which: &str,
    more: [storage::Value; 2],
) -> Result<Vec<Left>, DbErr> {
    let text = format!(
        "UPDATE device SET gone_at = $2, gone_why = $3, gone_campaign_id = $4, token = ''
         WHERE workspace_id = $1 AND gone_at IS NULL AND {which} RETURNING profile_id, sender_id, name"
    );
    let binds = [
        ctx.workspace.raw().into(),
        ctx.now.0.into(),
        i64::from(why.code()).into(),
        campaign.map(kernel::id::Id::raw).into(),
    ];
    sql::all(ctx.tx, text, binds.into_iter().chain(more)).await
}

fn owners(left: &[Left]) -> Vec<i64> {
    left.iter().map(|left| left.profile_id).collect()
}

async fn note(ctx: Ctx<'_>, left: &[Left], name_id: i32, is_act: bool) -> Result<(), DbErr> {
    tell(ctx, &owners(left)).await?;
    for one in left {
        let detail =
            json!({"sender": SenderId::from_raw(one.sender_id).to_string(), "device": one.name});
        let owner = ProfileId::from_raw(one.profile_id);
        let told = own_event(ctx, owner, name_id, detail);
        if is_act {
            event::record_acts(ctx, &[(ctx.ids.next_raw(), told)]).await?;
        } else {
            event::record(ctx, &[told]).await?;
        }
    }
    Ok(())
}
