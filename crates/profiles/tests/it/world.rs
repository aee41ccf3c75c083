//! A database with a running writer, and short words for asking it.

use std::{sync::Arc, time::Duration};

use kernel::{
    feed::{Change, Cursor},
    id::{ProfileId, WorkspaceId},
};
use profiles::{
    Ctx, IngestService, Source,
    ingest::{IngestError, Limits, Verdict, body},
};
use serde_json::{Value as Json, json};
use storage::{Tx, feed, sql};
use testkit::{Kit, TestDb};

pub(crate) struct World {
    pub(crate) kit: Kit,
    pub(crate) service: IngestService,
    pub(crate) name: &'static str,
    _test: TestDb,
}

/// Makes a world on each database.
pub(crate) async fn both() -> Vec<World> {
    let mut worlds = Vec::new();
    for test in testkit::both().await {
        worlds.push(World::new(test).await);
    }
    worlds
}

impl World {
    pub(crate) async fn new(test: TestDb) -> Self {
        let kit = Kit::new(&test).await;
        let limits = Limits {
            wait: Duration::from_millis(1),
            ..Limits::default()
        };
        let (service, task) = IngestService::new(
            kit.db.clone(),
            Arc::new(kit.clock.clone()),
            kit.ids.clone(),
            limits,
        );
        tokio::spawn(task);
        Self {
            kit,
            service,
            name: test.name(),
            _test: test,
        }
    }

    /// Sends messages with a server key.
    pub(crate) async fn send(&self, messages: Json) -> Vec<Verdict> {
        self.send_as(Source::Server, messages).await
    }

    /// Sends messages with a key of some power.
    pub(crate) async fn send_as(&self, source: Source, messages: Json) -> Vec<Verdict> {
        self.send_to(self.kit.workspace, source, messages).await
    }

    pub(crate) async fn send_to(
        &self,
        workspace: WorkspaceId,
        source: Source,
        messages: Json,
    ) -> Vec<Verdict> {
        self.try_send(workspace, source, messages).await.unwrap()
    }

    pub(crate) async fn try_send(
        &self,
        workspace: WorkspaceId,
        source: Source,
        messages: Json,
    ) -> Result<Vec<Verdict>, IngestError> {
        let body = body::read(json!({ "batch": messages }).to_string().as_bytes(), None).unwrap();
        self.service.submit(workspace, source, body).await
    }

    /// Reads one number.
    pub(crate) async fn number(&self, text: &str) -> i64 {
        sql::number(self.kit.db.reader(), text, []).await.unwrap()
    }

    /// Reads a column of texts; null is the empty text.
    pub(crate) async fn texts(&self, text: &str) -> Vec<String> {
        let rows = sql::rows(self.kit.db.reader(), text, []).await.unwrap();
        rows.iter()
            .map(|row| {
                row.try_get_by_index::<Option<String>>(0)
                    .unwrap()
                    .unwrap_or_default()
            })
            .collect()
    }

    /// Returns the profile that a value leads to.
    pub(crate) async fn owner(&self, value: &str) -> ProfileId {
        let text = "SELECT profile_id FROM identity WHERE value = $1 ORDER BY kind LIMIT 1";
        ProfileId::from_raw(
            sql::number(self.kit.db.reader(), text, [value.into()])
                .await
                .unwrap(),
        )
    }

    /// Returns the reasons in quarantine, in the order they came.
    pub(crate) async fn quarantined(&self) -> Vec<String> {
        self.texts("SELECT code FROM quarantine ORDER BY id").await
    }

    pub(crate) async fn changes(&self, after: Cursor) -> Vec<Change> {
        self.kit.changes(after).await
    }

    pub(crate) async fn position(&self) -> Cursor {
        self.kit.position().await
    }

    /// Waits until every reader may see all changes; see [`testkit::Kit::changes`].
    pub(crate) async fn visible(&self) {
        let position = self.position().await;
        while feed::head(self.kit.db.reader()).await.unwrap() < position {
            tokio::task::yield_now().await;
        }
    }

    /// Begins a transaction.
    pub(crate) async fn begin(&self) -> Tx {
        self.kit.db.begin().await.unwrap()
    }

    pub(crate) fn ctx<'a>(&'a self, tx: &'a Tx) -> Ctx<'a> {
        use kernel::time::Clock;
        Ctx {
            tx,
            workspace: self.kit.workspace,
            now: self.kit.clock.now(),
            ids: &*self.kit.ids,
        }
    }

    /// Sets the workspace's tracking mode.
    pub(crate) async fn track_by(&self, mode: &str) {
        let tx = self.begin().await;
        sql::exec(
            &tx,
            "UPDATE workspace SET tracking_mode = $1",
            [mode.into()],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }
}
