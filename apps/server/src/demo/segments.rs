//! Three segments worth looking at.

use demo::{
    Company,
    idea::{Condition, IDEAS, SegmentIdea},
};
use kernel::{
    id::{SegmentId, UserId, WorkspaceId},
    time::DAY,
};
use segmentation::{language, store};
use serde_json::{Value, json};

use super::goods;
use crate::state::App;

/// Saves the segments and returns their ids in order.
pub(super) async fn load(
    app: &App,
    workspace: WorkspaceId,
    owner: UserId,
    company: &Company,
) -> anyhow::Result<Vec<SegmentId>> {
    let mut saved = Vec::new();
    for idea in &IDEAS {
        let document = language::read(&json!({ "version": 1, "root": root(company, app, idea) }))?;
        let author = store::Author {
            workspace,
            user: Some(owner),
            now: app.now(),
        };
        let draft = store::Draft {
            name: idea.name.to_owned(),
            description: idea.description.to_owned(),
            document,
            template: None,
        };
        saved.push(store::insert(&app.db, author, &*app.ids, draft).await?.id);
    }
    Ok(saved)
}

fn root(company: &Company, app: &App, idea: &SegmentIdea) -> Value {
    // Windows end now, the sample ends some days ago: each is widened by that much.
    let lag = (app.now().0 - company.data_end().0).div_euclid(DAY).max(0);
    let conditions: Vec<Value> = idea
        .conditions
        .iter()
        .map(|condition| rule(company, condition, lag))
        .collect();
    json!({ "all": conditions })
}

fn rule(company: &Company, condition: &Condition, lag: i64) -> Value {
    let (names, categories, days, test) = match condition {
        Condition::OrdersAtLeast {
            categories,
            within_days,
            orders,
        } => (
            "Product Purchased",
            *categories,
            within_days,
            json!({ "count": { "times": { "at_least": orders } } }),
        ),
        Condition::NoOrder {
            categories,
            within_days,
        } => (
            "Product Purchased",
            *categories,
            within_days,
            json!("never"),
        ),
        Condition::SpentAtLeast { within_days, yen } => (
            "Order Completed",
            &[][..],
            within_days,
            json!({ "amount": { "at_least": yen } }),
        ),
    };
    let names = if categories.is_empty() {
        "Order Completed"
    } else {
        names
    };
    let mut events =
        json!({ "names": [names], "within": { "last": { "days": days + lag } }, "test": test });
    if let (false, Some(map)) = (categories.is_empty(), events.as_object_mut()) {
        map.insert(
            "where".to_owned(),
            json!([{ "category": { "in": goods::paths(company, categories) } }]),
        );
    }
    json!({ "events": events })
}
