//! The sample's rules of computed attributes: a supermarket where people come every week.

use computed::{
    Rule,
    store::definition::{self, Author},
};
use kernel::id::{UserId, WorkspaceId};
use serde_json::json;

use crate::state::App;

/// Declares when a household is dormant and where the stages begin; the worker computes everybody once it runs.
pub(super) async fn load(app: &App, workspace: WorkspaceId, owner: UserId) -> anyhow::Result<()> {
    let rules = [
        json!({"dormancy": {"purchase_days": 3, "after": {"cycles":
            {"times": 3, "at_least": 21, "at_most": 180, "otherwise": 90}}}}),
        json!({"lifecycle": {"repeat_orders": 2, "loyal": {"days": 365, "orders": 30}}}),
        json!({"rank": {"ranks": [{"name": "レギュラー"}, {"name": "シルバー", "orders": 10}, {"name": "ゴールド", "orders": 30}],
            "period": {"months": 6}, "grace": {"days": 30}, "fall": "one_step"}}),
        json!({"score": {"half_life": 30, "threshold": 100, "actions": [
            {"event": "message_clicked", "points": 20, "per_day": 3, "label": "メールのクリック"},
            {"event": "Order Completed", "points": 15, "per_day": 2, "label": "購入"},
            {"event": "Coupon Applied", "points": 10, "label": "クーポンの利用"}]}}),
        json!({"affinity": {"half_life": 30, "category": {"depth": 2},
            "price": [{"name": "〜199円"}, {"name": "200〜499円", "from": 200}, {"name": "500円〜", "from": 500}]}}),
    ];
    let tx = app.db.begin().await?;
    for rule in rules {
        let author = Author {
            tx: &tx,
            workspace,
            user: Some(owner),
            now: app.now(),
            ids: &*app.ids,
        };
        definition::save(author, Rule::read(&rule)?, 0).await?;
    }
    tx.commit().await?;
    Ok(())
}
