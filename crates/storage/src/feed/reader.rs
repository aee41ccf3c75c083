//! Readers of the feed that keep their place in the database, one server at a time.
//!
//! A reader works in rounds: it takes its turn, reads on from where it stands, does its work in as many
//! transactions as it likes, and keeps the new place with the last of them. Whoever dies in the midst leaves the old
//! place, so what a round does must bear being done twice.

use kernel::{feed::Cursor, id::WorkspaceId, time::Millis};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use crate::{StorageError, Tx, connect::Db, sql};

/// A named reader in a workspace.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// Whose feed.
    pub workspace: WorkspaceId,
    /// What it reads for.
    pub name: &'static str,
}

#[derive(FromQueryResult)]
struct Place {
    xid: i64,
    id: i64,
}

impl Reader {
    /// Returns how far the reader has come.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn place(&self, db: &impl ConnectionTrait) -> Result<Cursor, DbErr> {
        let text = "SELECT xid, id FROM feed_reader WHERE workspace_id = $1 AND name = $2";
        let binds = [self.workspace.raw().into(), self.name.into()];
        let place: Option<Place> = sql::one(db, text, binds).await?;
        Ok(place.map_or_else(Cursor::default, Cursor::from))
    }

    /// Begins a round and returns where it starts; `None` while another server is at one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(
        &self,
        db: &Db,
        now: Millis,
        busy_until: Millis,
    ) -> Result<Option<Cursor>, StorageError> {
        let tx = db.begin().await?;
        let text = "INSERT INTO feed_reader (workspace_id, name, xid, id, busy_until) VALUES ($1, $2, 0, 0, 0)
                    ON CONFLICT (workspace_id, name) DO NOTHING";
        let me = || [self.workspace.raw().into(), self.name.into()];
        sql::exec(&tx, text, me()).await?;
        let text = "UPDATE feed_reader SET busy_until = $3 WHERE workspace_id = $1 AND name = $2 AND busy_until <= $4
                    RETURNING xid, id";
        let [workspace, name] = me();
        let binds = [workspace, name, busy_until.0.into(), now.0.into()];
        let place: Option<Place> = sql::one(&tx, text, binds).await?;
        tx.commit().await?;
        Ok(place.map(Cursor::from))
    }

    /// Keeps how far the reader has come and ends its round.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end(&self, tx: &Tx, place: Cursor) -> Result<(), DbErr> {
        let text = "UPDATE feed_reader SET xid = $3, id = $4, busy_until = 0 WHERE workspace_id = $1 AND name = $2";
        let binds = [
            self.workspace.raw().into(),
            self.name.into(),
            place.xid.into(),
            place.id.into(),
        ];
        sql::exec(tx, text, binds).await.map(|_| ())
    }
}

impl From<Place> for Cursor {
    fn from(place: Place) -> Self {
        Self {
            xid: place.xid,
            id: place.id,
        }
    }
}
