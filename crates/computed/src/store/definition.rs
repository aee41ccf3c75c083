//! Declared rules: every version is kept, and two writers never overwrite each other.

use chrono_tz::Tz;
use kernel::{
    feed::{Change, ChangeKind},
    id::{IdSource, ProfileId, UserId, WorkspaceId},
    invalid::Invalid,
    time::Millis,
};
use profiles::{Ctx, attributes};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::Value as Json;
use storage::{Tx, feed, sql};

use crate::{
    person::Rules,
    rule::{Kind, Rule},
};

/// Raised when a formula comes to mean something else: everybody is computed anew.
const FORMULA: u32 = 1;

/// Whether a rule is kept up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Its attributes are kept.
    Active,
    /// It was put away: its attributes are taken from everybody.
    PutAway,
}

/// A declared rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Its number.
    pub id: i64,
    /// The rule.
    pub rule: Rule,
    /// Counts the saves; a writer hands back the one that was read.
    pub version: i64,
    /// Whether it is kept up.
    pub shelf: Shelf,
    /// What the stored values follow from.
    pub basis: String,
    /// Counts the changes of that.
    pub epoch: i64,
    /// Who saved it last.
    pub updated_by: Option<UserId>,
    /// When.
    pub updated_at: Millis,
}

/// Why a rule was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Somebody else has saved since: read again.
    #[error("another version has been saved meanwhile")]
    Conflict,
    /// It cannot be so; the fields say why.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The database refused.
    #[error("failed to save a computed attribute")]
    Db(#[from] DbErr),
}

/// Who saves, and when.
#[derive(Clone, Copy)]
pub struct Author<'a> {
    /// The open transaction.
    pub tx: &'a Tx,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The user; none for a machine.
    pub user: Option<UserId>,
    /// The present instant.
    pub now: Millis,
    /// Where ids come from.
    pub ids: &'a dyn IdSource,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    kind: String,
    rule: Json,
    version: i64,
    is_active: bool,
    basis: String,
    epoch: i64,
    updated_by: Option<i64>,
    updated_at: i64,
}

const COLUMNS: &str = "id, kind, rule, version, is_active, basis, epoch, updated_by, updated_at";

/// Lists what a workspace has declared, put away or not, in the order of the kinds.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
) -> Result<Vec<Definition>, DbErr> {
    let text = format!("SELECT {COLUMNS} FROM computed_attribute WHERE workspace_id = $1");
    let rows: Vec<Row> = sql::all(db, text, [workspace.raw().into()]).await?;
    let mut found: Vec<Definition> = Vec::with_capacity(rows.len());
    for row in rows {
        let kind = row.kind.clone();
        // Rules are checked before they are stored; one of a later version of the product cannot be kept by this one.
        let read = row.read().map_err(|invalid| {
            DbErr::Custom(format!("the stored rule {kind} cannot be read: {invalid}"))
        })?;
        found.push(read);
    }
    found.sort_by_key(|one| one.rule.kind());
    Ok(found)
}

impl Row {
    fn read(self) -> Result<Definition, Invalid> {
        Ok(Definition {
            id: self.id,
            rule: Rule::read(&self.rule)?,
            version: self.version,
            shelf: if self.is_active {
                Shelf::Active
            } else {
                Shelf::PutAway
            },
            basis: self.basis,
            epoch: self.epoch,
            updated_by: self.updated_by.map(UserId::from_raw),
            updated_at: Millis(self.updated_at),
        })
    }
}

/// Puts the active rules of a workspace together.
pub fn rules(definitions: &[Definition], zone: Tz) -> Rules {
    let active = definitions.iter().filter(|one| one.shelf == Shelf::Active);
    active.fold(Rules::none(zone), |rules, one| rules.with(one.rule.clone()))
}

/// Tells whether a rule of a kind is kept up.
fn is_active(held: &[Definition], kind: Kind) -> bool {
    let is_it = |one: &Definition| one.shelf == Shelf::Active && one.rule.kind() == kind;
    held.iter().any(is_it)
}

/// Returns what the values of a definition follow from beside the history.
pub fn basis(definition: &Definition, rules: &Rules) -> String {
    if definition.shelf == Shelf::PutAway {
        return "-".to_owned();
    }
    let own = definition.rule.to_json();
    let zone = rules.zone.name();
    match definition.rule {
        Rule::Dormancy(_) | Rule::Rank(_) | Rule::Score(_) => format!("{FORMULA} {zone} {own}"),
        // Nothing of it is counted by days of the calendar.
        Rule::Affinity(_) => format!("{FORMULA} {own}"),
        Rule::Lifecycle(_) => {
            let below = rules.dormancy.map(|rule| Rule::Dormancy(rule).to_json());
            let below = below.unwrap_or_default();
            format!("{FORMULA} {zone} {own} {below}")
        }
    }
}

/// Declares a rule or changes it; `version` is the one that was read, 0 for a new one.
///
/// # Errors
/// See [`SaveError`].
pub async fn save(author: Author<'_>, rule: Rule, version: i64) -> Result<Definition, SaveError> {
    let held = list(author.tx, author.workspace).await?;
    let needs = rule.kind() == Kind::Lifecycle && !is_active(&held, Kind::Dormancy);
    if needs {
        return Err(Invalid::one(
            "/rule/lifecycle",
            "needs_dormancy",
            "the last stage is dormancy: declare that first",
            "最後の段階は休眠です。先に休眠のルールを設定してください",
        )
        .into());
    }
    write(author, &held, (rule, Shelf::Active), version).await
}

/// Puts a rule away: its attributes are taken from everybody.
///
/// # Errors
/// See [`SaveError`]; `None` when there is no such rule.
pub async fn put_away(
    author: Author<'_>,
    kind: Kind,
    version: i64,
) -> Result<Option<Definition>, SaveError> {
    let held = list(author.tx, author.workspace).await?;
    let Some(own) = held.iter().find(|one| one.rule.kind() == kind) else {
        return Ok(None);
    };
    let is_needed = kind == Kind::Dormancy && is_active(&held, Kind::Lifecycle);
    if is_needed {
        return Err(Invalid::one(
            "/kind",
            "needed",
            "the lifecycle stages rest on it: put them away first",
            "ライフサイクル段階が使っています。先にそちらを停止してください",
        )
        .into());
    }
    let put = (own.rule.clone(), Shelf::PutAway);
    write(author, &held, put, version).await.map(Some)
}

async fn write(
    author: Author<'_>,
    held: &[Definition],
    (rule, shelf): (Rule, Shelf),
    version: i64,
) -> Result<Definition, SaveError> {
    let own = held.iter().find(|one| one.rule.kind() == rule.kind());
    if own.map_or(0, |one| one.version) != version {
        return Err(SaveError::Conflict);
    }
    let saved = Definition {
        id: own.map_or_else(|| author.ids.next_raw(), |one| one.id),
        rule,
        version: version + 1,
        shelf,
        basis: own.map(|one| one.basis.clone()).unwrap_or_default(),
        epoch: own.map_or(0, |one| one.epoch),
        updated_by: author.user,
        updated_at: author.now,
    };
    if !store(author, &saved).await? {
        return Err(SaveError::Conflict);
    }
    let ctx = Ctx {
        tx: author.tx,
        workspace: author.workspace,
        now: author.now,
        ids: author.ids,
    };
    for def in saved.rule.kind().attributes() {
        attributes::put(ctx, &def).await?;
    }
    let nobody = ProfileId::from_raw(0);
    let told = Change {
        a: saved.id,
        ..Change::of(author.workspace, nobody, ChangeKind::Declared)
    };
    feed::append(author.tx, author.now, &[told]).await?;
    Ok(saved)
}

/// Stores a version, unless another writer was first.
async fn store(author: Author<'_>, saved: &Definition) -> Result<bool, DbErr> {
    let user = saved.updated_by.map(kernel::id::Id::raw);
    let rule = || storage::Value::Json(Some(Box::new(saved.rule.to_json())));
    let text = "INSERT INTO computed_attribute
          (workspace_id, id, kind, rule, version, is_active, basis, epoch, updated_by, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, '', 0, $7, $8)
        ON CONFLICT (workspace_id, kind) DO UPDATE SET rule = excluded.rule, version = excluded.version,
          is_active = excluded.is_active, updated_by = excluded.updated_by, updated_at = excluded.updated_at
        WHERE computed_attribute.version = excluded.version - 1";
    let is_active = saved.shelf == Shelf::Active;
    let binds = [
        author.workspace.raw().into(),
        saved.id.into(),
        saved.rule.kind().as_str().into(),
        rule(),
        saved.version.into(),
        is_active.into(),
        user.into(),
        saved.updated_at.0.into(),
    ];
    if sql::exec(author.tx, text, binds).await? != 1 {
        return Ok(false);
    }
    let text = "INSERT INTO computed_version (workspace_id, attribute_id, version, rule, is_active, saved_by, saved_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let binds = [
        author.workspace.raw().into(),
        saved.id.into(),
        saved.version.into(),
        rule(),
        is_active.into(),
        user.into(),
        saved.updated_at.0.into(),
    ];
    sql::exec(author.tx, text, binds).await?;
    Ok(true)
}

/// A saved version.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedVersion {
    /// Its number.
    pub version: i64,
    /// The rule then.
    pub rule: Json,
    /// Whether it was kept up.
    pub is_active: bool,
    /// Who saved it.
    pub saved_by: Option<UserId>,
    /// When.
    pub saved_at: Millis,
}

/// Lists the versions of a kind, the newest first, at most a hundred.
///
/// # Errors
/// When the database does not answer.
pub async fn versions(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    kind: Kind,
) -> Result<Vec<SavedVersion>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        version: i64,
        rule: Json,
        is_active: bool,
        saved_by: Option<i64>,
        saved_at: i64,
    }
    let text =
        "SELECT v.version, v.rule, v.is_active, v.saved_by, v.saved_at FROM computed_attribute a
                JOIN computed_version v ON v.attribute_id = a.id
                WHERE a.workspace_id = $1 AND a.kind = $2 ORDER BY v.version DESC LIMIT 100";
    let binds = [workspace.raw().into(), kind.as_str().into()];
    let rows: Vec<Row> = sql::all(db, text, binds).await?;
    let version = |row: Row| SavedVersion {
        version: row.version,
        rule: row.rule,
        is_active: row.is_active,
        saved_by: row.saved_by.map(UserId::from_raw),
        saved_at: Millis(row.saved_at),
    };
    Ok(rows.into_iter().map(version).collect())
}
