//! What it means when a message comes back, or its receiver complains.
//!
//! An address that is gone is not written to any more, at once; nor is one whose owner complained. A message that came
//! back because of a mailbox that may recover is counted: the third in a row stops the address, too. One that was refused
//! because of its sender, its contents or the way is written down and stops nobody: the receiver has no part in it.

use std::{future::Future, sync::Arc};

use channel_core::{Reason, ReasonClass};
use kernel::{
    id::{IdSource, ProfileId},
    time::Millis,
};
use profiles::{Ctx, consent, names};
use sea_orm::{DbErr, FromQueryResult};
use serde_json::{Value as Json, json};
use storage::{
    Db, Dialect,
    batch::{Batcher, Limits},
    sql,
};

use super::{Token, TrackError};
use crate::ledger::{
    self, DeliveryRow,
    event::{self, MessageEvent},
};

/// Messages in a row that came back before an address is given up.
const IN_A_ROW: usize = 3;
/// Times that a row is looked for which a merge moves at that moment.
const TRIES: usize = 3;

/// What somebody reports of a message.
#[derive(Debug, Clone)]
pub struct Report {
    /// The addresses that are named; none when they were blotted out.
    pub addresses: Vec<String>,
    /// What came back.
    pub back: CameBack,
    /// The enhanced status code.
    pub status: Option<String>,
}

/// What came back, the weightiest last.
#[derive(Debug, Clone)]
pub enum CameBack {
    /// The message, for a reason that says nothing of the address.
    Refused(Reason),
    /// The message: the address is gone.
    Gone(Reason),
    /// Its receiver's word that it is unwanted.
    Complaint,
}

impl CameBack {
    const fn weight(&self) -> u8 {
        match self {
            Self::Refused(_) => 0,
            Self::Gone(_) => 1,
            Self::Complaint => 2,
        }
    }

    const fn name(&self) -> i32 {
        match self {
            Self::Gone(_) | Self::Refused(_) => names::MESSAGE_BOUNCED,
            Self::Complaint => names::MESSAGE_COMPLAINED,
        }
    }

    fn properties(&self, status: Option<&str>) -> Option<Json> {
        let (kind, reason) = match self {
            Self::Gone(reason) => ("hard", reason),
            Self::Refused(reason) => ("soft", reason),
            Self::Complaint => return None,
        };
        Some(json!({
            "kind": kind, "class": reason.class.as_str(), "code": reason.code,
            "status": status, "detail": reason.detail,
        }))
    }
}

/// The classes that speak of a mailbox, and count when they come three times running.
const OF_THE_MAILBOX: [ReasonClass; 4] = [
    ReasonClass::MailboxFull,
    ReasonClass::RecipientDisabled,
    // Of an address that the receiver passes mail on to.
    ReasonClass::UnknownRecipient,
    ReasonClass::InvalidAddress,
];

#[derive(Debug, Clone)]
struct Told {
    token: Token,
    at: Millis,
    reports: Vec<Report>,
}

/// Writes down what comes back; cheap to clone. Apart from opens and clicks, because it waits for others' rows.
#[derive(Clone)]
pub struct Returns {
    batcher: Batcher<Told, bool>,
}

impl Returns {
    /// Makes the handle and the task that must be spawned.
    pub fn new(db: Db, ids: Arc<dyn IdSource>) -> (Self, impl Future<Output = ()> + Send) {
        let run = move |told: Vec<Told>| {
            let (db, ids) = (db.clone(), ids.clone());
            async move {
                let n = told.len();
                match record(&db, &*ids, told).await {
                    Ok(()) => vec![true; n],
                    Err(error) => {
                        tracing::warn!(%error, reports = n, "failed to write down what came back; it is brought again");
                        Vec::new()
                    }
                }
            }
        };
        let (batcher, task) = Batcher::new(Limits::default(), 4_096, run);
        (Self { batcher }, task)
    }

    /// Writes down what is reported of a message: of several reports the weightiest that names its address.
    ///
    /// # Errors
    /// When it could not be made durable: whoever brings it must be told to try again.
    pub async fn came_back(
        &self,
        token: Token,
        at: Millis,
        reports: Vec<Report>,
    ) -> Result<(), TrackError> {
        let told = Told { token, at, reports };
        let done = self.batcher.submit(told, 1).await;
        done.map(|_| ()).map_err(|_| TrackError::Stopped)
    }
}

async fn record(db: &Db, ids: &dyn IdSource, mut told: Vec<Told>) -> Result<(), TrackError> {
    // Two servers then wait for each other instead of embracing.
    told.sort_by_key(|told| told.token.delivery.raw());
    let tx = db.begin().await?;
    for one in &told {
        let ctx = Ctx {
            tx: &tx,
            workspace: one.token.workspace,
            now: one.at,
            ids,
        };
        note(ctx, one).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Writes down what is reported of a delivery; telling it again changes nothing.
async fn note(ctx: Ctx<'_>, told: &Told) -> Result<(), DbErr> {
    let Some(row) = hold(ctx, told.token).await? else {
        return Ok(());
    };
    if row.is_test {
        return Ok(());
    }
    let Some((back, status)) = weightiest(&row, &told.reports) else {
        return Ok(());
    };
    if is_known(ctx, &row, &back).await? {
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
        properties: back.properties(status),
    };
    event::write(ctx, &[event]).await?;
    let Some(address) = row.address.as_deref() else {
        return Ok(());
    };
    let why = match back {
        CameBack::Gone(_) => consent::Reason::HardBounce,
        CameBack::Complaint => consent::Reason::Complaint,
        CameBack::Refused(_) if is_third(ctx, row.profile, address).await? => {
            consent::Reason::SoftBounce
        }
        CameBack::Refused(_) => return Ok(()),
    };
    consent::suppress(ctx, consent::EMAIL, address, why, Some(row.id)).await?;
    Ok(())
}

/// Finds the row and keeps others from it: reports of one person's messages wait for each other, and for a merge.
async fn hold(ctx: Ctx<'_>, token: Token) -> Result<Option<DeliveryRow>, DbErr> {
    for _ in 0..TRIES {
        let Some(row) = ledger::find(ctx.tx, token.workspace, token.delivery).await? else {
            return Ok(None);
        };
        let touched = sql::exec(
            ctx.tx,
            "UPDATE delivery SET settled_at = settled_at WHERE profile_id = $1 AND id = $2",
            [row.profile.raw().into(), row.id.raw().into()],
        )
        .await?;
        if touched == 0 {
            // A merge has just taken it to another profile.
            continue;
        }
        if ctx.tx.dialect() == Dialect::Postgres {
            let text = "SELECT id FROM profile WHERE id = $1 FOR UPDATE";
            sql::rows(ctx.tx, text, [row.profile.raw().into()]).await?;
        }
        return Ok(Some(row));
    }
    Ok(None)
}

/// Returns the weightiest report that names the address of a delivery. One about another address, to which the receiver
/// passes mail on, is no word about hers; a complaint names whom it will.
fn weightiest<'a>(row: &DeliveryRow, reports: &'a [Report]) -> Option<(CameBack, Option<&'a str>)> {
    let own = row.address.as_deref().map(plain);
    let is_hers = |report: &&Report| {
        matches!(report.back, CameBack::Complaint)
            || report.addresses.is_empty()
            || report
                .addresses
                .iter()
                .any(|named| Some(plain(named)) == own)
    };
    let hers = reports
        .iter()
        .filter(is_hers)
        .max_by_key(|report| report.back.weight());
    if let Some(report) = hers {
        return Some((report.back.clone(), report.status.as_deref()));
    }
    let other = reports.first()?;
    let back = match &other.back {
        CameBack::Gone(reason) => CameBack::Refused(reason.clone()),
        same => same.clone(),
    };
    Some((back, other.status.as_deref()))
}

/// Returns an address without the quotes that carriers' addresses need on the wire.
pub(super) fn plain(address: &str) -> String {
    let lower = address.trim().to_lowercase();
    match lower.rsplit_once('@') {
        Some((local, domain)) => format!("{}@{domain}", local.trim_matches('"')),
        None => lower,
    }
}

#[derive(FromQueryResult)]
struct Bounce {
    properties: Option<Json>,
}

impl Bounce {
    fn word(&self, name: &str) -> Option<&str> {
        self.properties.as_ref()?.get(name)?.as_str()
    }
}

/// Tells whether a delivery's event of this kind is there; a report that knows better is news.
async fn is_known(ctx: Ctx<'_>, row: &DeliveryRow, back: &CameBack) -> Result<bool, DbErr> {
    let known: Vec<Bounce> = sql::all(
        ctx.tx,
        "SELECT properties FROM event WHERE delivery_id = $1 AND profile_id = $2 AND name_id = $3",
        [
            row.id.raw().into(),
            row.profile.raw().into(),
            i64::from(back.name()).into(),
        ],
    )
    .await?;
    Ok(match back {
        CameBack::Gone(_) => known.iter().any(|one| one.word("kind") == Some("hard")),
        CameBack::Refused(_) | CameBack::Complaint => !known.is_empty(),
    })
}

/// Tells whether the last messages that left for an address all came back because of its mailbox.
async fn is_third(ctx: Ctx<'_>, profile: ProfileId, address: &str) -> Result<bool, DbErr> {
    #[derive(FromQueryResult)]
    struct Last {
        id: i64,
    }
    let text = format!(
        "SELECT id FROM delivery WHERE profile_id = $1 AND address = $2 AND state = 5 AND NOT is_test
         ORDER BY settled_at DESC, id DESC LIMIT {IN_A_ROW}"
    );
    let last: Vec<Last> = sql::all(ctx.tx, text, [profile.raw().into(), address.into()]).await?;
    if last.len() < IN_A_ROW {
        return Ok(false);
    }
    for delivery in last {
        let bounces: Vec<Bounce> = sql::all(
            ctx.tx,
            "SELECT properties FROM event WHERE delivery_id = $1 AND profile_id = $2 AND name_id = $3",
            [
                delivery.id.into(),
                profile.raw().into(),
                i64::from(names::MESSAGE_BOUNCED).into(),
            ],
        )
        .await?;
        let counts = |one: &Bounce| {
            let class = one.word("class").unwrap_or_default();
            OF_THE_MAILBOX.iter().any(|known| known.as_str() == class)
        };
        if !bounces.iter().any(counts) {
            return Ok(false);
        }
    }
    Ok(true)
}
