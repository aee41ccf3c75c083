//! A workspace with webhooks, and short words for what happens in it.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use channel_core::{Outcome, Reason, ReasonClass, SuppressReason};
use kernel::{
    feed::{Change, ChangeKind},
    id::{ProfileId, WebhookId, WorkspaceId},
    time::{Clock, Millis, SECOND},
};
use profiles::{
    Ctx, IngestService, Source,
    ingest::{Limits, body},
};
use serde_json::{Value as Json, json};
use storage::{Tx, feed, sql};
use testkit::{Kit, TestDb};
use webhooks::{
    EventType, Lease, Progress,
    delivery::{self, Report, Taken, Verdict},
    outbox, source,
    webhook::{self, Switch, Webhook, Wish},
};

pub(crate) struct World {
    pub(crate) kit: Kit,
    pub(crate) name: &'static str,
    ingest: IngestService,
    _test: TestDb,
}

/// Makes a world on each database.
pub(crate) async fn both() -> Vec<World> {
    let mut worlds = Vec::new();
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        let limits = Limits {
            wait: Duration::from_millis(1),
            ..Limits::default()
        };
        let clock = Arc::new(kit.clock.clone());
        let (ingest, task) = IngestService::new(kit.db.clone(), clock, kit.ids.clone(), limits);
        tokio::spawn(task);
        worlds.push(World {
            kit,
            name: test.name(),
            ingest,
            _test: test,
        });
    }
    worlds
}

pub(crate) fn wish(types: &[EventType], switch: Switch) -> Wish {
    Wish {
        url: "https://example.jp/hooks".to_owned(),
        description: "在庫 😀".to_owned(),
        types: types.iter().copied().collect(),
        switch,
    }
}

impl World {
    pub(crate) fn now(&self) -> Millis {
        self.kit.clock.now()
    }

    pub(crate) async fn begin(&self) -> Tx {
        self.kit.db.begin().await.unwrap()
    }

    pub(crate) fn ctx<'a>(&'a self, tx: &'a Tx) -> Ctx<'a> {
        Ctx {
            tx,
            workspace: self.kit.workspace,
            now: self.now(),
            ids: &*self.kit.ids,
        }
    }

    /// Makes a webhook that is told of some types; none for all.
    pub(crate) async fn webhook(&self, types: &[EventType]) -> Webhook {
        self.webhook_in(self.kit.workspace, &wish(types, Switch::On))
            .await
    }

    pub(crate) async fn webhook_in(&self, workspace: WorkspaceId, wish: &Wish) -> Webhook {
        let tx = self.begin().await;
        let id = WebhookId::from_raw(self.kit.ids.next_raw());
        webhook::insert(&tx, workspace, id, wish, (None, self.now()))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let db = self.kit.db.reader();
        webhook::find(db, workspace, id).await.unwrap().unwrap()
    }

    pub(crate) async fn reread(&self, webhook: &Webhook) -> Webhook {
        let db = self.kit.db.reader();
        let found = webhook::find(db, self.kit.workspace, webhook.id).await;
        found.unwrap().unwrap()
    }

    /// A customer with an external id and an address.
    pub(crate) async fn customer(&self, user: &str) -> ProfileId {
        let identify = json!([{"type": "identify", "userId": user, "traits": {"email": format!("{user}@example.jp")}}]);
        let text = json!({ "batch": identify }).to_string();
        let body = body::read(text.as_bytes(), None).unwrap();
        let submitted = self.ingest.submit(self.kit.workspace, Source::Server, body);
        submitted.await.unwrap();
        let text = "SELECT profile_id FROM identity WHERE workspace_id = $1 AND value = $2";
        let binds = [self.kit.workspace.raw().into(), user.into()];
        let id = sql::number(self.kit.db.reader(), text, binds).await;
        ProfileId::from_raw(id.unwrap())
    }

    /// Writes rows of the feed.
    pub(crate) async fn tell(&self, changes: &[Change]) {
        let tx = self.begin().await;
        feed::append(&tx, self.now(), changes).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) fn change(&self, kind: ChangeKind, profile: ProfileId, a: i64, b: i64) -> Change {
        Change {
            a,
            b,
            ..Change::of(self.kit.workspace, profile, kind)
        }
    }

    pub(crate) async fn claim(&self) -> Lease {
        let claimed = Lease::claim(&self.kit.db, self.kit.workspace, self.now()).await;
        claimed.unwrap().unwrap()
    }

    /// The end of the feed, once every reader may see it: on PostgreSQL transactions of other tests may hide it.
    pub(crate) async fn head(&self) -> kernel::feed::Cursor {
        loop {
            let db = self.kit.db.reader();
            let (head, newest) = (
                feed::head(db).await.unwrap(),
                feed::newest(db).await.unwrap(),
            );
            if head >= newest {
                return head;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Reads the feed to its end and writes the outbox, as the server's worker does.
    pub(crate) async fn follow(&self, lease: &mut Lease) -> usize {
        let db = self.kit.db.reader();
        let webhooks = webhook::list(db, self.kit.workspace).await.unwrap();
        let wanted: BTreeSet<EventType> = EventType::ALL
            .into_iter()
            .filter(|one| webhooks.iter().any(|webhook| webhook.wants(*one)))
            .collect();
        let (head, from) = (self.head().await, lease.progress.cursor);
        let workspace = self.kit.workspace;
        let (rows, cursor) = feed::marks_of(db, workspace, from, head, 5_000)
            .await
            .unwrap();
        let told = source::read(db, workspace, &rows, &wanted).await.unwrap();
        let progress = Progress {
            cursor,
            ..lease.progress
        };
        let (db, ids) = (&self.kit.db, &*self.kit.ids);
        outbox::write(lease, db, ids, self.now(), (&webhooks, &told, progress))
            .await
            .unwrap();
        told.len()
    }

    /// So many customers enter a segment; the outbox is written.
    pub(crate) async fn enter(&self, lease: &mut Lease, n: i64) {
        let changes: Vec<Change> = (1..=n)
            .map(|n| self.change(ChangeKind::SegmentEnter, ProfileId::from_raw(n), 7, 2))
            .collect();
        self.tell(&changes).await;
        self.follow(lease).await;
    }

    /// The bodies in the outbox, in order.
    pub(crate) async fn bodies(&self) -> Vec<Json> {
        let text = "SELECT body FROM webhook_message WHERE workspace_id = $1 ORDER BY id";
        let rows = sql::rows(
            self.kit.db.reader(),
            text,
            [self.kit.workspace.raw().into()],
        )
        .await;
        rows.unwrap()
            .iter()
            .map(|row| serde_json::from_str(&row.try_get_by_index::<String>(0).unwrap()).unwrap())
            .collect()
    }

    pub(crate) async fn number(&self, text: &str) -> i64 {
        sql::number(self.kit.db.reader(), text, []).await.unwrap()
    }

    /// Takes everything that is due, for ten seconds.
    pub(crate) async fn take(&self) -> Vec<Taken> {
        let tx = self.begin().await;
        let now = self.now();
        let mut taken = Vec::new();
        for due in delivery::due(&tx, now).await.unwrap() {
            let until = now.plus(10 * SECOND);
            taken.extend(delivery::take(&tx, due, (now, until), 100).await.unwrap());
        }
        tx.commit().await.unwrap();
        taken
    }

    pub(crate) async fn settle(&self, taken: &Taken, outcome: Outcome) -> Verdict {
        let report = Report {
            outcome,
            sent_at: self.now(),
            duration_ms: 12,
            chance: 0.0,
        };
        let tx = self.begin().await;
        let verdict = delivery::settle(&tx, &*self.kit.ids, taken, &report, self.now()).await;
        tx.commit().await.unwrap();
        verdict.unwrap()
    }
}

pub(crate) fn accepted() -> Outcome {
    Outcome::Accepted {
        provider_ref: "200 ok".to_owned(),
    }
}

pub(crate) fn refused(code: u16, seconds: u64) -> Outcome {
    Outcome::NotAccepted {
        retry_after: Duration::from_secs(seconds),
        reason: Reason::new(
            ReasonClass::Busy,
            Some(code),
            "ask hanako@example.jp\0 later",
        ),
    }
}

pub(crate) fn gone() -> Outcome {
    Outcome::Suppress {
        why: SuppressReason::HardBounce,
        reason: Reason::new(ReasonClass::RecipientDisabled, Some(410), "gone"),
    }
}
