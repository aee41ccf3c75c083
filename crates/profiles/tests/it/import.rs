//! Files as people really have them, on both databases.

mod customers;
mod files;
mod orders;

use std::{path::PathBuf, sync::Arc};

use jobs::{JobHandler, Worker};
use kernel::{
    id::ImportId,
    page::PageRequest,
    time::{Clock, Millis},
};
use profiles::{
    Ctx,
    import::{
        self, Defaults, Import, ImportError, ImportJob, ImportKind, Inspection, Mapping, NewImport,
        Start, store,
    },
};
use storage::sql;
use testkit::Kit;

struct Desk {
    kit: Kit,
    folder: tempfile::TempDir,
}

impl Desk {
    async fn new(test: &testkit::TestDb) -> Self {
        Self {
            kit: Kit::new(test).await,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn defaults() -> Defaults {
        Defaults {
            time_zone: "Asia/Tokyo".to_owned(),
            currency: "JPY".to_owned(),
            encoding: None,
            delimiter: None,
        }
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self
            .folder
            .path()
            .join(format!("{}.csv", self.kit.ids.next_raw()));
        std::fs::write(&path, bytes).unwrap();
        path
    }

    async fn upload(
        &self,
        kind: ImportKind,
        bytes: &[u8],
    ) -> Result<(ImportId, Inspection), ImportError> {
        let path = self.file(bytes);
        import::normalise_upload(&path)?;
        let inspection = import::inspect(&path, kind, &Self::defaults())?;
        let id = store::fresh_id(&*self.kit.ids);
        let tx = self.kit.db.begin().await.unwrap();
        let new = NewImport {
            id,
            kind,
            file_name: "顧客.csv".to_owned(),
            file_bytes: std::fs::metadata(&path).unwrap().len().cast_signed(),
            file_path: path,
            created_by: None,
        };
        store::create(self.ctx(&tx), new).await.unwrap();
        tx.commit().await.unwrap();
        Ok((id, inspection))
    }

    fn now(&self) -> Millis {
        self.kit.clock.now()
    }

    fn ctx<'a>(&'a self, tx: &'a storage::Tx) -> Ctx<'a> {
        Ctx {
            tx,
            workspace: self.kit.workspace,
            now: self.now(),
            ids: &*self.kit.ids,
        }
    }

    async fn start(
        &self,
        id: ImportId,
        inspection: &Inspection,
        mapping: Mapping,
    ) -> Result<Import, ImportError> {
        let tx = self.kit.db.begin().await.unwrap();
        let start = Start {
            encoding: inspection.encoding,
            delimiter: inspection.delimiter,
            mapping,
        };
        let import = store::start(self.ctx(&tx), id, start).await?;
        tx.commit().await.unwrap();
        Ok(import)
    }

    fn worker(&self, handler: impl JobHandler + 'static) -> Worker {
        Worker::new(
            self.kit.db.clone(),
            Arc::new(self.kit.clock.clone()),
            self.kit.ids.clone(),
        )
        .with(Arc::new(handler))
    }

    fn job(&self) -> ImportJob {
        ImportJob::new(self.kit.ids.clone(), None).with_chunk_rows(3)
    }

    /// Uploads, takes the guessed mapping and runs to the end.
    async fn load(&self, kind: ImportKind, text: &str) -> Import {
        let (id, inspection) = self.upload(kind, text.as_bytes()).await.unwrap();
        self.start(id, &inspection, inspection.mapping.clone())
            .await
            .unwrap();
        self.worker(self.job()).run_due().await.unwrap();
        self.find(id).await
    }

    async fn find(&self, id: ImportId) -> Import {
        store::find(self.kit.db.reader(), self.kit.workspace, id)
            .await
            .unwrap()
            .unwrap()
    }

    async fn refused(&self, id: ImportId) -> Vec<(i64, String)> {
        let page = PageRequest {
            after: None,
            limit: Some(100),
        };
        let page = import::list_refused(self.kit.db.reader(), self.kit.workspace, id, &page)
            .await
            .unwrap();
        page.items
            .into_iter()
            .map(|row| (row.line, row.code))
            .collect()
    }

    async fn number(&self, text: &str) -> i64 {
        sql::number(self.kit.db.reader(), text, []).await.unwrap()
    }

    async fn text(&self, text: &str) -> String {
        let rows = sql::rows(self.kit.db.reader(), text, []).await.unwrap();
        rows.first()
            .map(|row| row.try_get_by_index::<String>(0).unwrap())
            .unwrap_or_default()
    }
}

fn counts(import: &Import) -> (i64, i64, i64) {
    (import.n_taken, import.n_repeated, import.n_refused)
}

const ORDERS: &str = "注文番号,会員番号,購入日時,商品コード,商品名,カテゴリ,数量,金額\n\
    A-1,1,2026-01-02 10:00,4901,緑茶,飲料>お茶,2,256\n\
    A-1,1,2026-01-02 10:00,4902,パン,食品>パン,1,120\n\
    A-2,2,2026-01-03 10:00,4901,緑茶,飲料>お茶,1,128\n\
    A-2,2,2026-01-03 10:00,4901,緑茶,飲料>お茶,1,128\n\
    A-1,1,2026-01-02 10:00,4903,牛乳,飲料>牛乳,1,200\n\
    A-2,2,2026-01-03 10:00,4901,緑茶,飲料>お茶,1,128\n\
    A-2,9,2026-01-03 10:00,4901,緑茶,飲料>お茶,1,128\n";
