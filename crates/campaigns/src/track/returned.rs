//! What it means when a message comes back, or its receiver complains.
//!
//! An address that is gone is not written to any more, at once; nor is one whose owner complained. A message that came
//! back for a reason that may pass is counted: the third in a row stops the address, too.

use channel_core::Reason;
use kernel::id::DeliveryId;
use profiles::{Ctx, consent, names};
use sea_orm::{DbErr, FromQueryResult};
use serde_json::{Value as Json, json};
use storage::sql;

use crate::ledger::{
    DeliveryRow,
    event::{self, MessageEvent},
};

/// Messages in a row that came back before an address is given up.
const IN_A_ROW: usize = 3;

/// What came back.
#[derive(Debug, Clone)]
pub enum CameBack {
    /// The message: the address is gone.
    Gone(Reason),
    /// The message, for a reason that says nothing of the address.
    Refused(Reason),
    /// Its receiver's word that it is unwanted.
    Complaint,
}

impl CameBack {
    const fn name(&self) -> i32 {
        match self {
            Self::Gone(_) | Self::Refused(_) => names::MESSAGE_BOUNCED,
            Self::Complaint => names::MESSAGE_COMPLAINED,
        }
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Gone(_) => "hard",
            Self::Refused(_) => "soft",
            Self::Complaint => "complaint",
        }
    }

    fn properties(&self) -> Option<Json> {
        match self {
            Self::Gone(reason) | Self::Refused(reason) => Some(
                json!({"kind": self.kind(), "class": reason.class.as_str(), "code": reason.code}),
            ),
            Self::Complaint => None,
        }
    }
}

#[derive(FromQueryResult)]
struct Known {
    properties: Option<Json>,
}

/// Writes down what came back of a delivery; telling it again changes nothing.
pub(super) async fn note(ctx: Ctx<'_>, row: &DeliveryRow, back: &CameBack) -> Result<(), DbErr> {
    // Two reports of one message wait for each other here.
    sql::exec(
        ctx.tx,
        "UPDATE delivery SET settled_at = settled_at WHERE profile_id = $1 AND id = $2",
        [row.profile.raw().into(), row.id.raw().into()],
    )
    .await?;
    let known: Vec<Known> = sql::all(
        ctx.tx,
        "SELECT properties FROM event WHERE delivery_id = $1 AND profile_id = $2 AND name_id = $3",
        [
            row.id.raw().into(),
            row.profile.raw().into(),
            i64::from(back.name()).into(),
        ],
    )
    .await?;
    let kind_of = |known: &Known| {
        let kind = known.properties.as_ref().and_then(|json| json.get("kind"));
        kind.and_then(Json::as_str).map(str::to_owned)
    };
    let is_known = match back {
        // A second report may know better.
        CameBack::Gone(_) => known
            .iter()
            .any(|one| kind_of(one).as_deref() == Some("hard")),
        CameBack::Refused(_) | CameBack::Complaint => !known.is_empty(),
    };
    if is_known {
        return Ok(());
    }
    let event = MessageEvent {
        profile: row.profile.raw(),
        name: back.name(),
        at: ctx.now,
        campaign: row.campaign.raw(),
        delivery: row.id.raw(),
        link: None,
        flags: 0,
        properties: back.properties(),
    };
    event::write(ctx, &[event]).await?;
    let Some(address) = row.address.as_deref() else {
        return Ok(());
    };
    let why = match back {
        CameBack::Gone(_) => consent::Reason::HardBounce,
        CameBack::Complaint => consent::Reason::Complaint,
        CameBack::Refused(_) if is_third(ctx, row, address).await? => consent::Reason::SoftBounce,
        CameBack::Refused(_) => return Ok(()),
    };
    let delivery = Some(DeliveryId::from_raw(row.id.raw()));
    consent::suppress(ctx, consent::EMAIL, address, why, delivery).await?;
    Ok(())
}

/// Tells whether the last messages that left for an address all came back.
async fn is_third(ctx: Ctx<'_>, row: &DeliveryRow, address: &str) -> Result<bool, DbErr> {
    let text = format!(
        "SELECT COUNT(*) FROM (SELECT d.id FROM delivery d
           WHERE d.profile_id = $1 AND d.address = $2 AND d.state = 5 AND NOT d.is_test
           ORDER BY d.settled_at DESC, d.id DESC LIMIT {IN_A_ROW}) l
         WHERE EXISTS (SELECT 1 FROM event e WHERE e.delivery_id = l.id AND e.name_id = {})",
        names::MESSAGE_BOUNCED
    );
    let n = sql::number(ctx.tx, text, [row.profile.raw().into(), address.into()]).await?;
    Ok(usize::try_from(n).is_ok_and(|n| n >= IN_A_ROW))
}
