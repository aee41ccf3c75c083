//! A campaign while two of its receivers turn out to be one person.

use campaigns::{
    ledger::{
        self, ActiveCampaign, DeliveryFilter, DeliveryState, HandOver, LedgerWriter, PlannedRow,
        Reserved, Round, Settle, Settlement, Whose, WriterOptions,
    },
    lifecycle,
    model::{
        CampaignDocument, ChannelCard, ContentFacts, Contents, ContentsSource, Facts, Goal,
        GoalEvent, LocaleChoice, Offer, Target, Timing,
    },
    sender::{self, Sender, Transport},
    store::{self, Author},
};
use channel_core::ChannelKind;
use kernel::{
    id::{CampaignId, ProfileId, SenderId},
    page::PageRequest,
    time::DAY,
};
use profiles::{Ctx, Source, ingest::body, merge};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::{Tx, sql};

use crate::app::TestApp;

/// A shop with three customers and a campaign to all of them, planned and due.
struct Shop {
    app: TestApp,
    writer: LedgerWriter,
    campaign: CampaignId,
}

impl Shop {
    async fn new(test: &testkit::TestDb) -> Self {
        let app = TestApp::new(test).await;
        let (writer, task) = LedgerWriter::new(
            app.kit.db.clone(),
            Arc::new(app.kit.clock.clone()),
            app.kit.ids.clone(),
            WriterOptions::default(),
        );
        tokio::spawn(task);
        let mut shop = Self {
            app,
            writer,
            campaign: CampaignId::from_raw(0),
        };
        for user in ["u1", "u2", "u3"] {
            let email = format!("{user}@example.jp");
            shop.say(json!([{"type": "identify", "userId": user, "traits": {"email": email}}]))
                .await;
        }
        shop.campaign = shop.launch().await;
        server::job_worker(&shop.app.app).run_due().await.unwrap();
        shop
    }

    async fn say(&self, messages: Json) {
        let body = body::read(json!({ "batch": messages }).to_string().as_bytes(), None).unwrap();
        let ingest = &self.app.app.ingest;
        ingest
            .submit(self.app.kit.workspace, Source::Server, body)
            .await
            .unwrap();
    }

    async fn begin(&self) -> Tx {
        self.app.kit.db.begin().await.unwrap()
    }

    async fn person(&self, user: &str) -> ProfileId {
        let text = "SELECT profile_id FROM identity WHERE value = $1 AND kind = 1";
        let id = sql::number(self.app.kit.db.reader(), text, [user.into()]).await;
        ProfileId::from_raw(id.unwrap())
    }

    async fn launch(&self) -> CampaignId {
        let kit = &self.app.kit;
        let author = Author {
            workspace: kit.workspace,
            user: None,
            now: self.app.app.now(),
        };
        let tx = self.begin().await;
        for text in [
            "INSERT INTO consent (workspace_id, profile_id, channel, purpose, granted, source, occurred_at)
             SELECT workspace_id, id, 'email', 'marketing', TRUE, 'form', 0 FROM profile",
            "UPDATE workspace SET settings = '{\"postal_address\": \"東京都千代田区千代田1-1\"}'",
        ] {
            sql::exec(&tx, text, []).await.unwrap();
        }
        let from = Sender {
            id: SenderId::from_raw(42),
            from_name: "青葉ストア".to_owned(),
            from_address: "info@shop.example.jp".to_owned(),
            reply_to: None,
            transport: Transport::Sandbox,
            version: 1,
        };
        sender::insert(&tx, kit.workspace, &from, author.now)
            .await
            .unwrap();
        let email: contents::EmailDocument = serde_json::from_value(json!({
            "version": 1, "name": "夏", "default_locale": "ja",
            "variants": {"ja": {"subject": "夏の案内", "mjml":
                "<mjml><mj-body><mj-section><mj-column><mj-text>新作</mj-text></mj-column></mj-section></mj-body></mjml>"}},
        }))
        .unwrap();
        let document = CampaignDocument {
            target: Some(Target {
                everybody: true,
                ..Target::default()
            }),
            offer: Some(Offer::None {}),
            timing: Some(Timing::Now {}),
            channel: Some(ChannelCard::mail(from.id)),
            contents: Some(Contents {
                source: ContentsSource::Inline(Box::new(email.clone())),
                locale: LocaleChoice::Person,
            }),
            goal: Some(Goal {
                event: GoalEvent::Order,
                window_days: 7,
            }),
            ..CampaignDocument::default()
        };
        let draft = store::insert(&tx, author, &*kit.ids, "夏の案内", &document)
            .await
            .unwrap();
        let facts = Facts {
            now: author.now,
            has_sender: true,
            content: ContentFacts::Email(Box::new(email.clone())),
            has_postal_address: true,
            sensitive: Vec::new(),
            ..Facts::default()
        };
        lifecycle::launch(
            &tx,
            author,
            &*kit.ids,
            draft.id,
            draft.version,
            &facts,
            &email.into(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        draft.id
    }

    async fn active(&self) -> ActiveCampaign {
        let all = ledger::active_campaigns(self.app.kit.db.reader())
            .await
            .unwrap();
        all.into_iter().next().unwrap()
    }

    /// Takes what is due for a worker.
    async fn reserve(&self, token: i64) -> Vec<Reserved> {
        let campaign = self.active().await;
        let tx = self.begin().await;
        let rows = ledger::reserve(
            &tx,
            &campaign,
            Whose::Everybodys,
            token,
            self.app.app.now(),
            10,
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        rows
    }

    /// Hands a row over, or in; tells whether the hand-over was granted.
    async fn round(
        &self,
        token: i64,
        hand_over: Option<&Reserved>,
        settle: Option<&Reserved>,
    ) -> bool {
        let round = Round {
            workspace: self.app.kit.workspace,
            token,
            hand_over: hand_over
                .into_iter()
                .map(|row| HandOver {
                    key: row.key,
                    campaign: row.campaign,
                    channel: ChannelKind::Email,
                    address: row.address.clone(),
                    is_test: false,
                    attempts: row.attempts,
                    message_id: format!("<{}@test>", row.key.id),
                })
                .collect(),
            settle: settle
                .into_iter()
                .map(|row| Settle {
                    key: row.key,
                    campaign: row.campaign,
                    channel: ChannelKind::Email,
                    is_test: false,
                    attempts: row.attempts + 1,
                    address: row.address.clone(),
                    result: Settlement::Accepted,
                })
                .collect(),
            release: Vec::new(),
        };
        let granted = self.writer.submit(round).await.unwrap();
        !granted.is_empty()
    }

    /// The mails of a person as the ledger shows them: state and reason of each.
    async fn mails(&self, of: ProfileId) -> Vec<(DeliveryState, Option<String>)> {
        let filter = DeliveryFilter {
            profile: Some(of),
            ..DeliveryFilter::default()
        };
        let page = PageRequest::default();
        let found = ledger::list(
            self.app.kit.db.reader(),
            self.app.kit.workspace,
            filter,
            &page,
        )
        .await;
        let mut mails: Vec<_> = found.unwrap().unwrap().items.into_iter().collect();
        mails.sort_by_key(|row| row.address.clone());
        mails
            .into_iter()
            .map(|row| (row.state, row.reason))
            .collect()
    }

    async fn undo(&self) {
        let text = "SELECT id FROM merge_log WHERE undone_at IS NULL";
        let merge_id = sql::number(self.app.kit.db.reader(), text, [])
            .await
            .unwrap();
        let tx = self.begin().await;
        let ctx = Ctx {
            tx: &tx,
            workspace: self.app.kit.workspace,
            now: self.app.app.now(),
            ids: &*self.app.kit.ids,
        };
        merge::undo(ctx, merge_id).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn alias() -> Json {
    json!([{"type": "alias", "previousId": "u2", "userId": "u1"}])
}

fn row_of(rows: &[Reserved], person: ProfileId) -> &Reserved {
    rows.iter().find(|row| row.key.profile == person).unwrap()
}

#[tokio::test]
async fn two_receivers_who_become_one_get_one_mail_and_its_answer_is_kept() {
    for test in testkit::both().await {
        let shop = Shop::new(&test).await;
        let (one, two) = (shop.person("u1").await, shop.person("u2").await);
        let held = shop.reserve(1).await;
        assert_eq!(held.len(), 3, "{}", test.name());
        let (first, second) = (row_of(&held, one), row_of(&held, two));
        assert!(
            shop.round(1, Some(second), None).await,
            "u2's is with the provider"
        );

        shop.say(alias()).await;
        assert!(
            !shop.round(1, Some(first), None).await,
            "{}: u1's was reserved before they were one",
            test.name()
        );
        assert!(shop.reserve(2).await.is_empty(), "{}", test.name());
        shop.round(1, None, Some(second)).await;
        let twice = Some("same_mailbox".to_owned());
        assert_eq!(
            shop.mails(one).await,
            [
                (DeliveryState::Suppressed, twice.clone()),
                (DeliveryState::Accepted, None)
            ],
            "{}: the survivor shows the mails of both",
            test.name()
        );
        assert_eq!(shop.mails(two).await, []);

        let token = shop.app.token(access::Role::Owner).await;
        let timeline = async |of: ProfileId| {
            let path = format!("/api/v1/customers/{of}/timeline");
            let shown = shop.app.get(&path, &token).await.json();
            let items = shown["items"].as_array().unwrap();
            let sent = |item: &&Json| item["name"] == "message_sent";
            items.iter().filter(sent).count()
        };
        assert_eq!(
            timeline(one).await,
            1,
            "{}: the answer finds them",
            test.name()
        );

        shop.undo().await;
        assert_eq!(
            shop.mails(one).await,
            [(DeliveryState::Suppressed, twice)],
            "{}",
            test.name()
        );
        assert_eq!(shop.mails(two).await, [(DeliveryState::Accepted, None)]);
        assert_eq!((timeline(one).await, timeline(two).await), (0, 1));
    }
}

#[tokio::test]
async fn of_two_mails_that_wait_one_leaves() {
    for test in testkit::both().await {
        let shop = Shop::new(&test).await;
        let (one, two) = (shop.person("u1").await, shop.person("u2").await);
        shop.say(alias()).await;
        assert_eq!(shop.mails(two).await, [], "{}", test.name());
        let held = shop.reserve(1).await;
        let to_one = held.iter().filter(|row| row.key.profile == one).count();
        assert_eq!((held.len(), to_one), (2, 1), "{}", test.name());
        for row in &held {
            assert!(shop.round(1, Some(row), None).await);
            shop.round(1, None, Some(row)).await;
        }
        // The campaign is planned on, as after a killed planner: the ledger has both already.
        let again: Vec<PlannedRow> = [one, two]
            .into_iter()
            .map(|profile| PlannedRow {
                profile,
                address: None,
                mailbox: None,
                due_at: shop.app.app.now(),
                expires_at: shop.app.app.now().plus(DAY),
                turn: 1,
                verdict: campaigns::audience::Verdict::Send,
            })
            .collect();
        let tx = shop.begin().await;
        ledger::plan(
            &tx,
            &*shop.app.kit.ids,
            ledger::Occasion {
                workspace: shop.app.kit.workspace,
                campaign: shop.campaign,
                occurrence: 0,
                channel: ChannelKind::Email,
            },
            shop.app.app.now(),
            &again,
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        assert!(
            shop.reserve(1).await.is_empty(),
            "{}: neither the one nor what is left of the other is written to again",
            test.name()
        );
        let accepted = (DeliveryState::Accepted, None);
        let mails = shop.mails(one).await;
        assert_eq!(mails.iter().filter(|mail| **mail == accepted).count(), 1);
    }
}
