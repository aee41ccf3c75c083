//! A shop with customers, a segment and a campaign that is ready to go.

use std::sync::Arc;

use campaigns::{
    ledger::{self, DeliveryState, Progress},
    lifecycle,
    model::{
        CampaignDocument, ChannelCard, ContentFacts, Contents, ContentsSource, Facts, Goal,
        GoalEvent, LocaleChoice, Offer, Target, Timing, Words,
    },
    planning::Planner,
    sender::{self, Sender, Transport},
    store::{self, Author, Campaign},
};
use contents::EmailDocument;
use jobs::Worker;
use kernel::{
    id::{CampaignId, IdSource, SenderId, WorkspaceId},
    time::Millis,
};
use storage::{Db, Value, sql};
use testkit::{FakeClock, Kit, TestDb};

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) clock: FakeClock,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) workspace: WorkspaceId,
    pub(crate) sender: SenderId,
}

pub(crate) fn email() -> EmailDocument {
    let mjml = "<mjml><mj-body><mj-section><mj-column><mj-text>{{ customer.name }}さん \
                <a href=\"https://shop.example.jp/new\">新作</a> <a href=\"https://shop.example.jp/sale\">特価</a> \
                <a href=\"https://shop.example.jp/map\">地図</a></mj-text></mj-column></mj-section></mj-body></mjml>";
    serde_json::from_value(serde_json::json!({
        "version": 1, "name": "夏", "default_locale": "ja",
        "variants": {"ja": {"subject": "{{ customer.name }}さんへ", "mjml": mjml}},
    }))
    .unwrap()
}

impl World {
    pub(crate) async fn new(test: &TestDb) -> Self {
        let kit = Kit::new(test).await;
        let world = Self {
            db: kit.db.clone(),
            clock: kit.clock.clone(),
            ids: kit.ids.clone(),
            workspace: kit.workspace,
            sender: SenderId::from_raw(42),
        };
        let tx = world.db.begin().await.unwrap();
        let sender = Sender {
            id: world.sender,
            from_name: "青葉ストア".to_owned(),
            from_address: "info@shop.example.jp".to_owned(),
            reply_to: None,
            transport: Transport::Sandbox,
            version: 1,
        };
        sender::insert(&tx, world.workspace, &sender, world.now())
            .await
            .unwrap();
        let settings = serde_json::json!({"postal_address": "東京都千代田区千代田1-1"});
        sql::exec(
            &tx,
            "UPDATE workspace SET settings = $2 WHERE id = $1",
            [
                world.workspace.raw().into(),
                Value::Json(Some(Box::new(settings))),
            ],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        world
    }

    pub(crate) fn now(&self) -> Millis {
        use kernel::time::Clock;
        self.clock.now()
    }

    pub(crate) fn author(&self) -> Author {
        Author {
            workspace: self.workspace,
            user: None,
            now: self.now(),
        }
    }

    /// Adds a customer; consent `Some(true)` allows marketing mail.
    pub(crate) async fn customer(&self, id: i64, email: Option<&str>, consent: Option<bool>) {
        let tx = self.db.begin().await.unwrap();
        sql::exec(
            &tx,
            "INSERT INTO profile (workspace_id, id, email, full_name, is_anonymous, attributes, search_text,
               first_seen_at, last_seen_at, created_at, updated_at)
             VALUES ($1, $2, $3, $4, FALSE, $5, '', 0, 0, 0, 0)",
            [
                self.workspace.raw().into(),
                id.into(),
                email.map(str::to_owned).into(),
                format!("客{id}").into(),
                Value::Json(Some(Box::new(serde_json::json!({})))),
            ],
        )
        .await
        .unwrap();
        if let Some(email) = email {
            sql::exec(
                &tx,
                "INSERT INTO identity (workspace_id, kind, value, profile_id, origin_profile_id, source, created_at)
                 VALUES ($1, 2, $2, $3, $3, 3, 0) ON CONFLICT DO NOTHING",
                [self.workspace.raw().into(), email.into(), id.into()],
            )
            .await
            .unwrap();
        }
        if let Some(granted) = consent {
            sql::exec(
                &tx,
                "INSERT INTO consent (workspace_id, profile_id, channel, purpose, granted, source, occurred_at)
                 VALUES ($1, $2, 'email', 'marketing', $3, 'form', 0)",
                [self.workspace.raw().into(), id.into(), granted.into()],
            )
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Adds `n` customers who may be written to, from id 1.
    pub(crate) async fn customers(&self, n: i64) {
        for id in 1..=n {
            self.customer(id, Some(&format!("c{id}@example.jp")), Some(true))
                .await;
        }
    }

    pub(crate) fn document(&self, timing: Timing) -> CampaignDocument {
        CampaignDocument {
            target: Some(Target {
                everybody: true,
                ..Target::default()
            }),
            offer: Some(Offer::None {}),
            timing: Some(timing),
            channel: Some(ChannelCard::mail(self.sender)),
            contents: Some(Contents {
                source: ContentsSource::Inline(Box::new(email())),
                locale: LocaleChoice::Person,
            }),
            goal: Some(Goal {
                event: GoalEvent::Order,
                window_days: 7,
            }),
            ..CampaignDocument::default()
        }
    }

    pub(crate) async fn draft(&self, timing: Timing) -> Campaign {
        let tx = self.db.begin().await.unwrap();
        let document = self.document(timing);
        let campaign = store::insert(&tx, self.author(), &*self.ids, "夏の案内", &document)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        campaign
    }

    pub(crate) async fn launch(&self, campaign: &Campaign) -> Campaign {
        let document = &campaign.document;
        let named = document.target.as_ref().map(|target| &target.include);
        let source = document.contents.as_ref().map(|contents| &contents.source);
        let words: Words = match source {
            Some(ContentsSource::Line(line)) => (**line).clone().into(),
            _ => email().into(),
        };
        let facts = Facts {
            now: self.now(),
            segments: named.cloned().unwrap_or_default(),
            has_sender: true,
            content: match words.clone() {
                Words::Email(email) => ContentFacts::Email(email),
                Words::Line(line) => ContentFacts::Line(line, Vec::new()),
                Words::Push(push) => ContentFacts::Push(push, Vec::new()),
            },
            has_postal_address: true,
            sensitive: Vec::new(),
        };
        let tx = self.db.begin().await.unwrap();
        let launched = lifecycle::launch(
            &tx,
            self.author(),
            &*self.ids,
            campaign.id,
            campaign.version,
            &facts,
            &words,
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        launched
    }

    /// Runs the planning that is due.
    pub(crate) async fn plan(&self) {
        let planner = Planner::new(self.ids.clone()).with_chunk(3);
        let worker = Worker::new(
            self.db.clone(),
            Arc::new(self.clock.clone()),
            self.ids.clone(),
        );
        worker.with(Arc::new(planner)).run_due().await.unwrap();
    }

    /// Makes, launches and plans a campaign to everybody, now.
    pub(crate) async fn planned(&self) -> CampaignId {
        let campaign = self.draft(Timing::Now {}).await;
        self.launch(&campaign).await;
        self.plan().await;
        campaign.id
    }

    pub(crate) async fn progress(&self, id: CampaignId) -> Progress {
        ledger::progress(self.db.reader(), self.workspace, id)
            .await
            .unwrap()
    }

    pub(crate) async fn count(&self, id: CampaignId, state: DeliveryState) -> i64 {
        self.progress(id).await.of(state)
    }

    pub(crate) async fn campaign(&self, id: CampaignId) -> Campaign {
        store::find(self.db.reader(), self.workspace, id)
            .await
            .unwrap()
            .unwrap()
    }

    pub(crate) async fn number(&self, text: &str) -> i64 {
        sql::number(self.db.reader(), text, []).await.unwrap()
    }
}
