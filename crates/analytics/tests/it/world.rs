//! A small world written straight into the tables.

use kernel::{
    id::{CampaignId, WorkspaceId},
    time::{DAY, MINUTE, Millis},
};
use profiles::names;
use serde_json::json;
use storage::{Db, Value, sql};

pub(crate) const OPENED: i32 = names::MESSAGE_OPENED;
pub(crate) const CLICKED: i32 = names::MESSAGE_CLICKED;
pub(crate) const MACHINE: i32 = 1;

/// Writes rows; ids are the caller's.
pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) workspace: WorkspaceId,
    next: i64,
}

/// A row of the ledger.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    pub(crate) id: i64,
    pub(crate) profile: i64,
    pub(crate) campaign: i64,
    pub(crate) at: Millis,
}

impl World {
    pub(crate) fn new(db: &Db, workspace: WorkspaceId, first_id: i64) -> Self {
        Self {
            db: db.clone(),
            workspace,
            next: first_id,
        }
    }

    pub(crate) fn id(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    pub(crate) async fn exec(&self, text: &str, binds: impl IntoIterator<Item = Value>) {
        let tx = self.db.begin().await.unwrap();
        sql::exec(&tx, text, binds).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn campaign(
        &mut self,
        state: &str,
        document: serde_json::Value,
        at: Millis,
    ) -> CampaignId {
        let id = self.id();
        let launched = (state != "draft").then_some(at.0);
        let finished = (state == "finished").then_some(at.0);
        self.exec(
            "INSERT INTO campaign (workspace_id, id, name, state, document, launched_at, finished_at, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
            [
                self.workspace.raw().into(),
                id.into(),
                format!("配信{id}").into(),
                state.into(),
                Value::Json(Some(Box::new(document))),
                launched.into(),
                finished.into(),
                at.0.into(),
            ],
        )
        .await;
        CampaignId::from_raw(id)
    }

    pub(crate) async fn seven_days(&mut self, at: Millis) -> CampaignId {
        let document = json!({"version": 1, "goal": {"event": "order", "window_days": 7}});
        self.campaign("finished", document, at).await
    }

    /// Writes a row of the ledger in any state.
    pub(crate) async fn delivery(
        &mut self,
        campaign: CampaignId,
        profile: i64,
        state: i16,
        reason: Option<&str>,
        at: Millis,
    ) -> Sent {
        let id = self.id();
        let handed = matches!(state, 4..=7).then_some(at.0);
        self.exec(
            "INSERT INTO delivery (workspace_id, profile_id, id, campaign_id, occurrence, channel, is_test, state, reason,
               due_at, expires_at, attempts, planned_at, handed_over_at, settled_at, origin_profile_id)
             VALUES ($1, $2, $3, $4, 0, 1, FALSE, $5, $6, $7, $8, $9, $7, $10, $11, $2)",
            [
                self.workspace.raw().into(),
                profile.into(),
                id.into(),
                campaign.raw().into(),
                i64::from(state).into(),
                reason.map(str::to_owned).into(),
                at.0.into(),
                at.plus(3 * DAY).0.into(),
                i64::from(handed.is_some()).into(),
                handed.into(),
                (state >= 5).then_some(at.0).into(),
            ],
        )
        .await;
        Sent {
            id,
            profile,
            campaign: campaign.raw(),
            at,
        }
    }

    /// Writes a message that was accepted.
    pub(crate) async fn sent(&mut self, campaign: CampaignId, profile: i64, at: Millis) -> Sent {
        self.delivery(campaign, profile, 5, None, at).await
    }

    /// Writes a test message that was accepted.
    pub(crate) async fn test(&mut self, campaign: CampaignId, profile: i64, at: Millis) -> Sent {
        let sent = self.sent(campaign, profile, at).await;
        self.exec(
            "UPDATE delivery SET is_test = TRUE, occurrence = id WHERE id = $1",
            [sent.id.into()],
        )
        .await;
        sent
    }

    /// Writes what happened to a message.
    pub(crate) async fn answer(
        &mut self,
        to: Sent,
        name: i32,
        link: Option<i64>,
        flags: i32,
        at: Millis,
    ) {
        let id = self.id();
        self.exec(
            "INSERT INTO event (workspace_id, profile_id, occurred_at, id, name_id, campaign_id, delivery_id, link_id, flags, received_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $3)",
            [
                self.workspace.raw().into(),
                to.profile.into(),
                at.0.into(),
                id.into(),
                i64::from(name).into(),
                to.campaign.into(),
                to.id.into(),
                link.into(),
                i64::from(flags).into(),
            ],
        )
        .await;
    }

    pub(crate) async fn open(&mut self, to: Sent, at: Millis) {
        self.answer(to, OPENED, None, 0, at).await;
    }

    pub(crate) async fn click(&mut self, to: Sent, link: i64, at: Millis) {
        self.answer(to, CLICKED, Some(link), 0, at).await;
    }

    /// Writes an order and returns its id.
    pub(crate) async fn order(&mut self, profile: i64, amount: i64, at: Millis) -> i64 {
        let id = self.id();
        self.exec(
            "INSERT INTO purchase_order (workspace_id, profile_id, id, order_no, occurred_at, amount, currency, n_lines, quantity, status, event_id)
             VALUES ($1, $2, $3, $4, $5, $6, 'JPY', 1, 1, 'completed', $3)",
            [
                self.workspace.raw().into(),
                profile.into(),
                id.into(),
                format!("N-{id}").into(),
                at.0.into(),
                amount.into(),
            ],
        )
        .await;
        id
    }

    /// Pays part of an order back a day later.
    pub(crate) async fn refund(&mut self, profile: i64, order: i64, amount: i64, at: Millis) {
        let id = self.id();
        self.exec(
            "INSERT INTO event (workspace_id, profile_id, occurred_at, id, name_id, order_id, amount, flags, received_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $3)",
            [
                self.workspace.raw().into(),
                profile.into(),
                at.plus(DAY).0.into(),
                id.into(),
                i64::from(names::ORDER_REFUNDED).into(),
                order.into(),
                (-amount).into(),
            ],
        )
        .await;
    }

    pub(crate) async fn set_order(&self, order: i64, column: &str, value: &str) {
        let text = format!("UPDATE purchase_order SET {column} = $2 WHERE id = $1");
        self.exec(&text, [order.into(), value.into()]).await;
    }

    pub(crate) async fn link(&mut self, campaign: CampaignId, position: i64, label: &str) -> i64 {
        let id = self.id();
        self.exec(
            "INSERT INTO campaign_link (workspace_id, campaign_id, id, position, label, url, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, 0)",
            [
                self.workspace.raw().into(),
                campaign.raw().into(),
                id.into(),
                position.into(),
                label.into(),
                format!("https://shop.example.jp/{position}").into(),
            ],
        )
        .await;
        id
    }
}

/// Minutes after an instant.
pub(crate) fn after(at: Millis, minutes: i64) -> Millis {
    at.plus(minutes * MINUTE)
}
