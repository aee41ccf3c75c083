//! A company at random: everything that the writers of this product can do to customers.

use kernel::{
    feed::Cursor,
    id::{ProfileId, WorkspaceId},
    money::Currency,
    time::{Clock, DAY},
};
use profiles::{
    Ctx, Source,
    bulk::{BulkLoader, CustomerKey, CustomerRow, EventRow, OrderLineRow, RowConsent},
    consent::{self, ConsentChange, Reason},
    customers::{self, Edit},
    event::{self, OwnEvent},
    ingest::body,
    merge, names,
};
use serde_json::{Map, Value as Json, json};
use storage::{Tx, sql};

use crate::app::TestApp;

/// A small generator of random numbers (`SplitMix64`).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: i64) -> i64 {
        i64::try_from(self.next() % n.unsigned_abs()).unwrap()
    }

    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let place = self.below(i64::try_from(all.len()).unwrap());
        &all[usize::try_from(place).unwrap()]
    }
}

/// The company and what is known of it so far.
pub(crate) struct Company<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) dice: Dice,
    n_orders: i64,
}

impl<'a> Company<'a> {
    pub(crate) fn new(app: &'a TestApp, seed: u64) -> Self {
        Self {
            app,
            dice: Dice(seed),
            n_orders: 0,
        }
    }

    pub(super) fn workspace(&self) -> WorkspaceId {
        self.app.kit.workspace
    }

    pub(super) fn ctx<'b>(&'b self, tx: &'b Tx) -> Ctx<'b> {
        Ctx {
            tx,
            workspace: self.workspace(),
            now: self.app.kit.clock.now(),
            ids: &*self.app.kit.ids,
        }
    }

    pub(super) async fn begin(&self) -> Tx {
        self.app.kit.db.begin().await.unwrap()
    }

    /// Returns the position of the newest change.
    pub(crate) async fn position(&self) -> Cursor {
        let text = "SELECT xid, id FROM feed ORDER BY xid DESC, id DESC LIMIT 1";
        let rows = sql::rows(self.app.kit.db.reader(), text, []).await.unwrap();
        rows.first().map_or(Cursor::default(), |row| Cursor {
            xid: row.try_get_by_index(0).unwrap(),
            id: row.try_get_by_index(1).unwrap(),
        })
    }

    async fn ids(&self, text: &str) -> Vec<i64> {
        let binds = [self.workspace().raw().into()];
        let rows = sql::rows(self.app.kit.db.reader(), text, binds).await;
        let rows = rows.unwrap();
        rows.iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect()
    }

    pub(super) async fn somebody(&mut self) -> Option<ProfileId> {
        let text = "SELECT id FROM profile WHERE workspace_id = $1 ORDER BY id";
        let all = self.ids(text).await;
        // Now and then one that has been merged: the writers follow it to the survivor.
        (!all.is_empty()).then(|| ProfileId::from_raw(*self.dice.pick(&all)))
    }

    /// Does one thing at random.
    pub(crate) async fn step(&mut self) {
        self.app.kit.clock.advance(self.dice.below(200_000) + 1);
        match self.dice.below(25) {
            0..=8 => self.say().await,
            20 => self.write_down_who_was_seen().await,
            21..=24 => self.be_on_line().await,
            9 | 10 => self.import_customers().await,
            11 => self.import_orders().await,
            12 => self.import_events().await,
            13 | 14 => self.ask_consent().await,
            15 => self.suppress().await,
            16 | 17 => self.part().await,
            18 => self.edit().await,
            _ => self.answer_mail().await,
        }
    }

    async fn write_down_who_was_seen(&self) {
        let app = &self.app.app;
        server::write_down_who_was_seen(app).await.unwrap();
    }

    async fn say(&mut self) {
        let mut batch = Vec::new();
        for _ in 0..=self.dice.below(6) {
            batch.push(self.message());
        }
        let body = body::read(json!({ "batch": batch }).to_string().as_bytes(), None).unwrap();
        let ingest = &self.app.app.ingest;
        let verdicts = ingest.submit(self.workspace(), Source::Server, body).await;
        assert_eq!(verdicts.unwrap().len(), batch.len());
    }

    fn message(&mut self) -> Json {
        let (person, device) = (self.dice.below(8), self.dice.below(3));
        let user = (self.dice.below(3) > 0).then(|| format!("u{person}"));
        let anonymous =
            (user.is_none() || self.dice.below(3) == 0).then(|| format!("a{person}-{device}"));
        let at = self.app.app.now().plus(-self.dice.below(300) * DAY / 7);
        match self.dice.below(10) {
            0 => {
                json!({"type": "alias", "userId": format!("u{person}"), "previousId": format!("u{}", self.dice.below(8))})
            }
            1 | 2 => {
                json!({"type": "identify", "userId": user, "anonymousId": anonymous, "traits": self.traits(person)})
            }
            // Nothing new is said: only the last sign moves.
            3 => json!({"type": "identify", "userId": user, "anonymousId": anonymous}),
            4 => self.order(user.as_deref(), anonymous.as_deref()),
            5 => json!({"type": "page", "name": "top", "userId": user, "anonymousId": anonymous}),
            6 => {
                json!({"type": "track", "event": "Product Viewed", "userId": user, "anonymousId": anonymous,
                "timestamp": at.to_string(),
                "properties": {"sku": format!("S{}", self.dice.below(5)), "category": "食品 > 菓子", "price": 120, "list": ["a", 1, "b"], "deep": {"x": 1}}})
            }
            _ => {
                json!({"type": "track", "event": format!("Own {}", self.dice.below(4)), "userId": user,
                "anonymousId": anonymous, "timestamp": at.to_string(),
                "properties": {"n": self.dice.below(9), "word": "ﾃｽﾄ", "empty": null, "is": true}})
            }
        }
    }

    fn traits(&mut self, person: i64) -> Json {
        let ranks = ["gold", "silver", "金"];
        let mut traits = json!({"name": format!("名前{}", self.dice.below(3)), "rank": self.dice.pick(&ranks),
            "points": self.dice.below(100), "vip": self.dice.below(2) == 0, "tags": ["赤", "青"],
            "joined": format!("2026-0{}-11", 1 + self.dice.below(9))});
        // Addresses that two people share now and then make them one.
        if self.dice.below(3) == 0 {
            let other = person + self.dice.below(2);
            traits["email"] = json!(format!("p{other}@example.jp"));
        }
        if self.dice.below(6) == 0 {
            traits["phone"] = json!(format!("090-0000-000{person}"));
            traits["rank"] = Json::Null;
        }
        traits
    }

    fn order(&mut self, user: Option<&str>, anonymous: Option<&str>) -> Json {
        let is_back = self.n_orders > 0 && self.dice.below(4) == 0;
        let number = if is_back {
            self.dice.below(self.n_orders)
        } else {
            self.n_orders += 1;
            self.n_orders
        };
        let event = if is_back {
            "Order Refunded"
        } else {
            "Order Completed"
        };
        let sku = format!("S{}", self.dice.below(5));
        json!({"type": "track", "event": event, "userId": user, "anonymousId": anonymous,
               "properties": {"order_id": format!("o{number}"), "total": 300, "currency": "JPY",
                              "products": [{"sku": sku, "price": 100, "quantity": 2}, {"sku": "T", "price": 100, "category": "飲料"}]}})
    }

    fn loader(&self) -> BulkLoader {
        BulkLoader::new(self.workspace(), Currency::JPY, self.app.kit.ids.next_raw())
    }

    fn customer(&mut self) -> CustomerKey {
        match self.dice.below(3) {
            0 => CustomerKey::Email(format!("p{}@example.jp", self.dice.below(9))),
            _ => CustomerKey::ExternalId(format!("u{}", self.dice.below(10))),
        }
    }

    async fn import_customers(&mut self) {
        let mut rows = Vec::new();
        for _ in 0..=self.dice.below(4) {
            let person = self.dice.below(10);
            let first = self.app.app.now().plus(-self.dice.below(500) * DAY);
            rows.push(CustomerRow {
                external_id: Some(format!("u{person}")),
                email: (self.dice.below(2) == 0).then(|| format!("p{person}@example.jp")),
                full_name: Some(format!("取込{}", self.dice.below(2))),
                attributes: object(&json!({"rank": "bronze", "城": self.dice.below(3)})),
                consents: vec![RowConsent {
                    channel: "email".to_owned(),
                    purpose: "marketing".to_owned(),
                    granted: self.dice.below(2) == 0,
                    text_version: None,
                    proof: None,
                }],
                first_seen_at: (self.dice.below(2) == 0).then_some(first),
                ..CustomerRow::default()
            });
        }
        let tx = self.begin().await;
        let mut loader = self.loader();
        loader.customers(self.ctx(&tx), &rows).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn import_orders(&mut self) {
        let mut rows = Vec::new();
        for _ in 0..=self.dice.below(5) {
            // Few numbers: some orders grow, some lines come again, some belong to another.
            let number = self.dice.below(12);
            rows.push(OrderLineRow {
                order_no: format!("F-{number}"),
                line_no: None,
                customer: self.customer(),
                occurred_at: self.app.app.now().plus(-self.dice.below(60) * DAY),
                sku: Some(format!("S{}", self.dice.below(8))),
                product_name: None,
                category: (self.dice.below(2) == 0).then(|| "食品 > 冷凍".to_owned()),
                quantity: 1 + self.dice.below(3),
                amount: 100 * self.dice.below(50),
                currency: Currency::JPY,
            });
        }
        let tx = self.begin().await;
        let mut loader = self.loader();
        loader.order_lines(self.ctx(&tx), &rows).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn import_events(&mut self) {
        let mut rows = Vec::new();
        for _ in 0..=self.dice.below(5) {
            rows.push(EventRow {
                customer: self.customer(),
                name_id: names::PAGE_VIEWED,
                occurred_at: self.app.app.now().plus(-self.dice.below(400) * DAY),
                sku: None,
                category: None,
                amount: None,
                quantity: Some(self.dice.below(5)),
                flags: 0,
                properties: Some(json!({"path": "/"})),
            });
        }
        let tx = self.begin().await;
        let mut loader = self.loader();
        loader.events(self.ctx(&tx), &rows).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn ask_consent(&mut self) {
        let Some(profile) = self.somebody().await else {
            return;
        };
        let now = self.app.app.now();
        let change = ConsentChange {
            profile,
            channel: (*self.dice.pick(&["email", "line"])).to_owned(),
            purpose: (*self.dice.pick(&["marketing", "news"])).to_owned(),
            granted: self.dice.below(3) > 0,
            text_version: None,
            source: *self.dice.pick(&[Source::Form, Source::Server]),
            proof: None,
            occurred_at: now.plus(-self.dice.below(3) * DAY / 100),
            expires_at: (self.dice.below(3) == 0).then(|| now.plus(DAY)),
        };
        let tx = self.begin().await;
        consent::set(self.ctx(&tx), change).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn suppress(&mut self) {
        // Some addresses are nobody's yet.
        let address = format!("p{}@example.jp", self.dice.below(14));
        let is_unsubscribed = self.dice.below(2) == 0;
        let tx = self.begin().await;
        let ctx = self.ctx(&tx);
        if is_unsubscribed {
            consent::unsubscribe(ctx, "email", &address, None, None)
                .await
                .unwrap();
        } else {
            consent::suppress(ctx, "email", &address, Reason::HardBounce, None)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Undoes a merge.
    async fn part(&mut self) {
        let text =
            "SELECT id FROM merge_log WHERE workspace_id = $1 AND undone_at IS NULL ORDER BY id";
        let standing = self.ids(text).await;
        if standing.is_empty() {
            return;
        }
        let merge = *self.dice.pick(&standing);
        let tx = self.begin().await;
        // A merge of a merge may no longer stand by itself.
        if merge::undo(self.ctx(&tx), merge).await.is_ok() {
            tx.commit().await.unwrap();
        }
    }

    async fn edit(&mut self) {
        let text = "SELECT id FROM profile WHERE workspace_id = $1 AND state = 0 ORDER BY id";
        let all = self.ids(text).await;
        if all.is_empty() {
            return;
        }
        let id = ProfileId::from_raw(*self.dice.pick(&all));
        let held = customers::find(self.app.kit.db.reader(), self.workspace(), id)
            .await
            .unwrap()
            .unwrap();
        // An empty text takes away; often that is all that changes.
        let edit = Edit {
            full_name: Some((*self.dice.pick(&["", "手入力"])).to_owned()),
            locale: (self.dice.below(2) == 0).then(String::new),
            ..Edit::default()
        };
        let tx = self.begin().await;
        customers::edit(self.ctx(&tx), id, held.version, edit)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn answer_mail(&mut self) {
        let Some(profile) = self.somebody().await else {
            return;
        };
        let event = OwnEvent {
            profile,
            name_id: names::MESSAGE_CLICKED,
            occurred_at: self.app.app.now(),
            campaign: Some(kernel::id::CampaignId::from_raw(1 + self.dice.below(3))),
            delivery: Some(kernel::id::DeliveryId::from_raw(10 + self.dice.below(9))),
            link: None,
            flags: i32::try_from(self.dice.below(2)).unwrap(),
            properties: None,
        };
        let tx = self.begin().await;
        event::record(self.ctx(&tx), &[event]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn object(json: &Json) -> Map<String, Json> {
    json.as_object().cloned().unwrap()
}
