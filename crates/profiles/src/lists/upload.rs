//! Taking in a file: all of it, or nothing that anybody sees.

use std::{collections::HashSet, path::PathBuf};

use kernel::{
    id::{ListId, UserId},
    invalid::Invalid,
    time::{MINUTE, Millis},
};
use sea_orm::sea_query::ArrayType;
use storage::{
    Db, Dialect, Tx, Value,
    bulk::{Bulk, ColumnType},
    rowset, sql,
};
use tokio::sync::mpsc;

use super::{
    ListError,
    file::{Line, Lines},
    find::Found,
    store::{self, Writer},
    unknown::{self, UnknownLine},
};

/// How long an upload has a list to itself unless it says that it is still there.
const ALONE: i64 = 5 * MINUTE;
/// Lines that are looked up together, and rows of one transaction.
const BATCH: usize = 2_000;

const MEMBER: Bulk = Bulk {
    table: "people_list_member",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("list_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("added", ColumnType::Int),
        ("added_at", ColumnType::Int),
    ],
    suffix: "",
};

/// What becomes of who is on the list already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Whoever is not in the file goes.
    Replace,
    /// Whoever is in the file comes.
    Add,
    /// Whoever is in the file goes.
    Take,
}

/// A file for a list.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The list.
    pub list: ListId,
    /// What to do with the file.
    pub mode: Mode,
    /// Where it lies. UTF-16 is rewritten there as UTF-8.
    pub path: PathBuf,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Lines that are not blank and no header.
    pub n_lines: u64,
    /// Customers whom they mean.
    pub n_found: u64,
    /// Lines that mean somebody whom an earlier line meant.
    pub n_duplicates: u64,
    /// Lines that mean nobody.
    pub n_unknown: u64,
    /// The first of those.
    pub unknown: Vec<UnknownLine>,
    /// Customers who came onto the list.
    pub n_added: u64,
    /// Customers who went.
    pub n_removed: u64,
    /// Customers who are on it now.
    pub n_people: u64,
}

/// Takes in a file. The clock is asked again and again: a long one takes minutes.
///
/// # Errors
/// [`ListError::Busy`] while another upload is changing the list; [`ListError::Invalid`] when the file is too long, or
/// when nobody would be left of a list that is to be replaced; [`ListError::Unreadable`] when it is no text.
pub async fn upload(
    db: &Db,
    writer: Writer,
    clock: &dyn kernel::time::Clock,
    upload: Upload,
) -> Result<Report, ListError> {
    let mut claim = Claim::take(db, writer, upload.list).await?;
    let done = take_in(db, clock, &mut claim, upload).await;
    // Lines that nobody can see any more are not kept: addresses may stand in them.
    let seen = claim.edition - i64::from(done.is_err());
    claim.sweep(db, clock, seen).await?;
    // Given back also after a failure, so that the next attempt need not wait.
    claim.release(db).await?;
    done
}

async fn take_in(
    db: &Db,
    clock: &dyn kernel::time::Clock,
    claim: &mut Claim,
    upload: Upload,
) -> Result<Report, ListError> {
    claim.clear(db, clock).await?;
    let found = read(db, clock, claim, upload.path).await?;
    if upload.mode == Mode::Replace && found.living.is_empty() {
        return Err(nobody().into());
    }
    let (workspace, list) = (claim.writer.workspace, claim.list);
    let rows = store::rows(db.reader(), workspace, list).await?;
    let stood: HashSet<i64> = rows.values().copied().collect();
    let mut coming: Vec<i64> = match upload.mode {
        Mode::Take => Vec::new(),
        Mode::Replace | Mode::Add => {
            let new = found
                .rows
                .keys()
                .filter(|profile| !rows.contains_key(profile));
            new.copied().collect()
        }
    };
    let mut going: Vec<i64> = match upload.mode {
        Mode::Add => Vec::new(),
        Mode::Take => {
            let theirs = rows
                .iter()
                .filter(|(_, living)| found.living.contains(living));
            theirs.map(|(profile, _)| *profile).collect()
        }
        Mode::Replace => {
            let others = rows
                .keys()
                .filter(|profile| !found.rows.contains_key(profile));
            others.copied().collect()
        }
    };
    // In the order of the index.
    coming.sort_unstable();
    going.sort_unstable();
    for some in coming.chunks(BATCH) {
        claim.write(db, clock, Step::Come(some)).await?;
    }
    for some in going.chunks(BATCH) {
        claim.write(db, clock, Step::Go(some)).await?;
    }
    let stands: HashSet<i64> = match upload.mode {
        Mode::Replace => found.living.clone(),
        Mode::Add => stood.union(&found.living).copied().collect(),
        Mode::Take => stood.difference(&found.living).copied().collect(),
    };
    claim.turn(db, clock, stands.len(), found.n_unknown).await?;
    Ok(Report {
        n_lines: found.n_lines,
        n_found: found.living.len() as u64,
        n_duplicates: found.n_duplicates,
        n_unknown: found.n_unknown,
        unknown: found.unknown,
        n_added: stands.difference(&stood).count() as u64,
        n_removed: stood.difference(&stands).count() as u64,
        n_people: stands.len() as u64,
    })
}

/// Reads the file where blocking is allowed, and looks its people up meanwhile.
async fn read(
    db: &Db,
    clock: &dyn kernel::time::Clock,
    claim: &mut Claim,
    path: PathBuf,
) -> Result<Found, ListError> {
    let (sender, mut batches) = mpsc::channel::<Vec<Line>>(2);
    let work = move || {
        let mut lines = Lines::open(&path)?;
        loop {
            let batch = lines.take(BATCH)?;
            if batch.is_empty() || sender.blocking_send(batch).is_err() {
                return Ok::<(), ListError>(());
            }
        }
    };
    let reading = tokio::task::spawn_blocking(work);
    let mut found = Found::default();
    while let Some(batch) = batches.recv().await {
        claim.keep(db, clock).await?;
        let workspace = claim.writer.workspace;
        let unknown = found.take(db.reader(), workspace, batch).await?;
        claim.keep_unknown(db, &unknown).await?;
    }
    match reading.await {
        Ok(read) => read.map(|()| found),
        Err(broken) => std::panic::resume_unwind(broken.into_panic()),
    }
}

fn nobody() -> Invalid {
    Invalid::one(
        "/file",
        "nobody",
        "no line of the file means a customer who is known, so nobody would be left on the list",
        "ファイルのどの行も登録済みの顧客に当たりません。入れ替えるとリストが空になります",
    )
}

/// Returns how a number is compared with the list that is the fourth bind, and the bind.
fn one_of(dialect: Dialect, ids: &[i64]) -> (&'static str, Value) {
    match dialect {
        Dialect::Sqlite => (
            "IN (SELECT r.value FROM json_each($4) r)",
            rowset::bind_ids(ids.iter().copied()),
        ),
        Dialect::Postgres => {
            let ids: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
            let array = Value::Array(ArrayType::BigInt, Some(Box::new(ids)));
            ("= ANY($4)", array)
        }
    }
}

/// The right to change a list.
struct Claim {
    writer: Writer,
    list: ListId,
    /// The edition that is being made.
    edition: i64,
    /// What stands in the list's row as long as nobody else has taken it.
    until: Millis,
}

/// Profiles, ascending.
enum Step<'a> {
    Come(&'a [i64]),
    Go(&'a [i64]),
}

impl Claim {
    async fn take(db: &Db, writer: Writer, list: ListId) -> Result<Self, ListError> {
        let until = writer.now.plus(ALONE);
        let tx = db.begin().await?;
        // An end that lies further ahead than any claim is of a clock that has been set back since.
        let text = "UPDATE people_list SET busy_until = $3 WHERE workspace_id = $1 AND id = $2
                    AND (busy_until < $4 OR busy_until > $5)";
        let binds = [
            writer.workspace.raw().into(),
            list.raw().into(),
            until.0.into(),
            writer.now.0.into(),
            until.plus(ALONE).0.into(),
        ];
        let is_taken = sql::exec(&tx, text, binds).await? == 1;
        let found = store::find(&tx, writer.workspace, list).await?;
        let found = found.ok_or(ListError::NotFound)?;
        if !is_taken {
            return Err(ListError::Busy);
        }
        tx.commit().await?;
        Ok(Self {
            writer,
            list,
            edition: found.edition + 1,
            until,
        })
    }

    /// Proves in a transaction that the claim still holds, and holds it for longer.
    async fn hold(&mut self, tx: &Tx, until: Millis) -> Result<(), ListError> {
        let text = "UPDATE people_list SET busy_until = $3 WHERE workspace_id = $1 AND id = $2 AND busy_until = $4";
        let binds = [
            self.writer.workspace.raw().into(),
            self.list.raw().into(),
            until.0.into(),
            self.until.0.into(),
        ];
        if sql::exec(tx, text, binds).await? == 1 {
            Ok(())
        } else {
            Err(ListError::Busy)
        }
    }

    /// Holds the claim for longer when a good part of it has gone by.
    async fn keep(&mut self, db: &Db, clock: &dyn kernel::time::Clock) -> Result<(), ListError> {
        let until = clock.now().plus(ALONE);
        if until.0 - self.until.0 < MINUTE {
            return Ok(());
        }
        let tx = db.begin().await?;
        self.hold(&tx, until).await?;
        tx.commit().await?;
        self.until = until;
        Ok(())
    }

    /// Removes what an upload left behind that broke off, and what earlier ones took off the list.
    async fn clear(&mut self, db: &Db, clock: &dyn kernel::time::Clock) -> Result<(), ListError> {
        let edition = self.edition;
        for change in [
            format!(
                "DELETE FROM people_list_member WHERE list_id = $1 AND workspace_id = $2 AND added >= {edition}"
            ),
            format!(
                "UPDATE people_list_member SET removed = NULL WHERE list_id = $1 AND workspace_id = $2 AND removed >= {edition}"
            ),
            format!(
                "DELETE FROM people_list_member WHERE list_id = $1 AND workspace_id = $2 AND removed < {edition}"
            ),
        ] {
            let tx = db.begin().await?;
            self.hold(&tx, self.until).await?;
            let binds = [self.list.raw().into(), self.writer.workspace.raw().into()];
            sql::exec(&tx, change, binds).await?;
            tx.commit().await?;
        }
        self.sweep(db, clock, edition - 1).await
    }

    async fn write(
        &mut self,
        db: &Db,
        clock: &dyn kernel::time::Clock,
        step: Step<'_>,
    ) -> Result<(), ListError> {
        self.keep(db, clock).await?;
        let (workspace, list) = (self.writer.workspace.raw(), self.list.raw());
        let tx = db.begin().await?;
        self.hold(&tx, self.until).await?;
        match step {
            Step::Come(profiles) => {
                let row = |profile: &i64| {
                    vec![
                        workspace.into(),
                        list.into(),
                        (*profile).into(),
                        self.edition.into(),
                        self.writer.now.0.into(),
                    ]
                };
                MEMBER
                    .insert(&tx, profiles.iter().map(row).collect())
                    .await?;
            }
            Step::Go(profiles) => {
                // Between the first and the last of them: a table that has just grown is taken for a small one, and
                // PostgreSQL would walk the whole list for every batch.
                let (lowest, highest) = (profiles.first().copied(), profiles.last().copied());
                let (one_of, ids) = one_of(tx.dialect(), profiles);
                let text = format!(
                    "UPDATE people_list_member SET removed = $3 WHERE list_id = $1 AND +workspace_id = $2
                     AND removed IS NULL AND profile_id BETWEEN $5 AND $6 AND profile_id {one_of}"
                );
                let binds = [
                    list.into(),
                    workspace.into(),
                    self.edition.into(),
                    ids,
                    lowest.into(),
                    highest.into(),
                ];
                sql::exec(&tx, text, binds).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Keeps lines that mean nobody; they are seen with the edition.
    async fn keep_unknown(&mut self, db: &Db, lines: &[UnknownLine]) -> Result<(), ListError> {
        if lines.is_empty() {
            return Ok(());
        }
        let tx = db.begin().await?;
        self.hold(&tx, self.until).await?;
        unknown::insert(&tx, self.writer.workspace, self.list, self.edition, lines).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes the unknown lines of all editions but the one that is seen.
    async fn sweep(
        &mut self,
        db: &Db,
        clock: &dyn kernel::time::Clock,
        seen: i64,
    ) -> Result<(), ListError> {
        loop {
            match self.sweep_some(db, clock, seen).await {
                Ok(true) => {}
                // Done; or somebody else has the list by now, and sweeps.
                Ok(false) | Err(ListError::Busy) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    async fn sweep_some(
        &mut self,
        db: &Db,
        clock: &dyn kernel::time::Clock,
        seen: i64,
    ) -> Result<bool, ListError> {
        self.keep(db, clock).await?;
        let tx = db.begin().await?;
        self.hold(&tx, self.until).await?;
        let was_some = unknown::remove_some(&tx, self.writer.workspace, self.list, seen).await?;
        tx.commit().await?;
        Ok(was_some)
    }

    /// Lets everybody see the new edition, and tells of it.
    async fn turn(
        &mut self,
        db: &Db,
        clock: &dyn kernel::time::Clock,
        n_people: usize,
        n_unknown: u64,
    ) -> Result<(), ListError> {
        self.writer.now = clock.now();
        let tx = db.begin().await?;
        self.hold(&tx, self.until).await?;
        let text =
            "UPDATE people_list SET edition = $3, n_people = $4, updated_by = $5, updated_at = $6, n_unknown = $7
                    WHERE workspace_id = $1 AND id = $2";
        let binds = [
            self.writer.workspace.raw().into(),
            self.list.raw().into(),
            self.edition.into(),
            i64::try_from(n_people).unwrap_or(i64::MAX).into(),
            self.writer.user.map(UserId::raw).into(),
            self.writer.now.0.into(),
            n_unknown.cast_signed().into(),
        ];
        sql::exec(&tx, text, binds).await?;
        store::tell(&tx, self.writer, self.list).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn release(mut self, db: &Db) -> Result<(), ListError> {
        let tx = db.begin().await?;
        match self.hold(&tx, Millis(0)).await {
            Ok(()) => tx.commit().await?,
            // Somebody else has it by now.
            Err(ListError::Busy) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
