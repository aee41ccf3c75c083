//! Warming a sender up, and how it stands today, between the wire and the domain.

use api_types::senders::{SenderToday, Warmup as Wire};
use campaigns::{
    sender::{Warmup, pace},
    workspace,
};
use kernel::{id::SenderId, invalid::Invalid, time::Millis};

use crate::{
    http::{auth::Caller, problem::ApiError},
    state::App,
};

pub(super) fn view(warmup: &Warmup) -> Wire {
    Wire {
        start: warmup.start.to_string(),
        days: warmup.days.clone(),
    }
}

pub(super) fn read(wire: &Wire) -> Result<Warmup, ApiError> {
    let start = wire.start.trim().parse().map_err(|_| {
        Invalid::one(
            "/smtp/warmup/start",
            "date",
            "give a day such as 2026-12-01",
            "2026-12-01 のような日付を入れてください",
        )
    })?;
    Ok(Warmup {
        start,
        days: wire.days.clone(),
    })
}

/// Looks up how a sender stands today.
pub(super) async fn today(
    app: &App,
    caller: &Caller,
    id: SenderId,
    warmup: Option<&Warmup>,
) -> Result<SenderToday, ApiError> {
    let (db, now) = (app.db.reader(), app.now());
    let mut today = SenderToday::default();
    if let Some(warmup) = warmup {
        let zone = workspace::facts(db, caller.workspace).await?.zone;
        if let Some(limit) = warmup.limit_at(now, zone) {
            today.limit = Some(limit.most);
            today.used = pace::used(db, caller.workspace, id, limit.day).await?;
        }
    }
    if let Some(trouble) = pace::trouble(db, caller.workspace, id, now).await? {
        today.trouble = Some(trouble.reason);
        today.trouble_until = Some(Millis(trouble.until_at).to_string());
    }
    Ok(today)
}
