//! The last days beside the days before them.

use kernel::{
    id::WorkspaceId,
    time::{DAY, Millis},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use storage::{Value, sql};

use crate::{
    Metric,
    query::{Part, Scope, compose},
    report::{self, Figure, OWNED_PARTS},
    step::{self, STEP_SQL, StepCount, StepKind},
};

/// The numbers of `[now − days, now)` and of as many days before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// How many days.
    pub days: i64,
    /// Where they begin.
    pub from: Millis,
    /// The numbers.
    pub figures: Vec<Figure>,
    /// The numbers of as many days before.
    pub before: Vec<Figure>,
    /// How many people got those messages.
    pub recipients: i64,
}

#[derive(FromQueryResult)]
struct Bought {
    orders: i64,
    revenue: i64,
}

pub(super) async fn find(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    now: Millis,
    days: i64,
) -> Result<Period, DbErr> {
    let from = now.plus(-days * DAY);
    let binds: [Value; 3] = [workspace.raw().into(), from.0.into(), now.0.into()];
    let recipients = compose(
        Scope::Period,
        &[Part::Sent],
        "SELECT COUNT(DISTINCT profile_id) FROM sent",
    );
    Ok(Period {
        days,
        from,
        figures: figures(db, workspace, from, now).await?,
        before: figures(db, workspace, from.plus(-days * DAY), from).await?,
        recipients: sql::number(db, recipients, binds).await?,
    })
}

async fn figures(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    from: Millis,
    until: Millis,
) -> Result<Vec<Figure>, DbErr> {
    let binds = || -> Vec<Value> { vec![workspace.raw().into(), from.0.into(), until.0.into()] };
    let totals = report::totals(db, Scope::Period, binds()).await?;
    let mut figures = report::answers(&totals);
    let owned = compose(
        Scope::Period,
        &OWNED_PARTS,
        "SELECT COUNT(DISTINCT delivery_id) AS messages,
           CAST(COALESCE(SUM(net), 0) AS BIGINT) AS revenue FROM owned",
    );
    let owned: Option<report::Conversions> = sql::one(db, owned, binds()).await?;
    let owned = owned.unwrap_or_default();
    let bought = compose(
        Scope::Period,
        &[Part::Bought],
        "SELECT COUNT(*) AS orders, CAST(COALESCE(SUM(net), 0) AS BIGINT) AS revenue FROM bought",
    );
    let bought: Option<Bought> = sql::one(db, bought, binds()).await?;
    let plain = |metric, value| Figure {
        metric,
        value,
        rate: None,
    };
    // The owner of an order may have been sent before the period, so these are no share of its messages.
    figures.push(plain(Metric::ConversionsLastTouch, owned.messages));
    figures.push(plain(Metric::RevenueLastTouch, owned.revenue));
    figures.push(plain(
        Metric::Orders,
        bought.as_ref().map_or(0, |all| all.orders),
    ));
    figures.push(plain(Metric::Revenue, bought.map_or(0, |all| all.revenue)));
    let losses = not_sent(db, workspace, from, until).await?;
    figures.push(plain(
        Metric::NotSent,
        losses.iter().map(|step| step.count).sum(),
    ));
    Ok(figures)
}

/// Why messages that were decided on in the last days were not sent.
pub(super) async fn reasons(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    now: Millis,
    days: i64,
) -> Result<Vec<StepCount>, DbErr> {
    let mut losses = not_sent(db, workspace, now.plus(-days * DAY), now).await?;
    losses.sort_by_key(|step| std::cmp::Reverse(step.count));
    Ok(losses)
}

async fn not_sent(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    from: Millis,
    until: Millis,
) -> Result<Vec<StepCount>, DbErr> {
    // The campaigns first: the ledger is read by campaign.
    let text = format!(
        "SELECT {STEP_SQL} AS step, COUNT(*) AS n FROM campaign c
         JOIN delivery d ON d.campaign_id = c.id AND d.state IN (6, 8, 9, 10)
         WHERE c.workspace_id = $1 AND (c.finished_at IS NULL OR c.finished_at >= $2) AND c.launched_at < $3
           AND d.workspace_id = $1 AND NOT d.is_test
           AND COALESCE(d.settled_at, d.planned_at) >= $2 AND COALESCE(d.settled_at, d.planned_at) < $3
         GROUP BY 1"
    );
    let binds: [Value; 3] = [workspace.raw().into(), from.0.into(), until.0.into()];
    let rows: Vec<step::Row> = sql::all(db, text, binds).await?;
    let mut steps = step::in_order(&rows);
    steps.retain(|counted| counted.step.kind == StepKind::Loss);
    Ok(steps)
}
