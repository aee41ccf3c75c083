//! From lines to customers.

use std::collections::{HashMap, HashSet};

use kernel::id::WorkspaceId;
use sea_orm::{DbErr, FromQueryResult};
use storage::{ConnectionTrait, Dialect, rowset, sql};

use super::{file::Line, unknown::UnknownLine};
use crate::identity::{Key, KeyKind};

/// How many lines that mean nobody are named.
pub const MAX_NAMED: usize = 100;

/// The profile that a value belongs to, and the customer that it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Owner {
    profile: i64,
    living: i64,
}

/// Everybody whom a file means.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Profiles with the customer that each is now.
    pub(super) rows: HashMap<i64, i64>,
    /// The customers.
    pub(super) living: HashSet<i64>,
    pub(super) n_lines: u64,
    /// Lines that mean somebody whom an earlier one meant.
    pub(super) n_duplicates: u64,
    pub(super) n_unknown: u64,
    /// The first lines that mean nobody.
    pub(super) unknown: Vec<UnknownLine>,
}

#[derive(FromQueryResult)]
struct Row {
    place: i64,
    profile: i64,
    living: i64,
}

impl Found {
    /// Looks up whom some lines mean, and returns those that mean nobody.
    pub(super) async fn take(
        &mut self,
        db: &impl ConnectionTrait,
        workspace: WorkspaceId,
        lines: Vec<Line>,
    ) -> Result<Vec<UnknownLine>, DbErr> {
        let owners = owners(db, workspace, &lines).await?;
        let mut unknown = Vec::new();
        for line in lines {
            self.n_lines += 1;
            let owner = line.keys.iter().find_map(|key| owners.get(key));
            let Some(owner) = owner else {
                unknown.push(UnknownLine {
                    line: line.number,
                    written: line.written,
                });
                continue;
            };
            self.rows.insert(owner.profile, owner.living);
            if !self.living.insert(owner.living) {
                self.n_duplicates += 1;
            }
        }
        self.n_unknown += unknown.len() as u64;
        let n_room = MAX_NAMED - self.unknown.len();
        self.unknown.extend(unknown.iter().take(n_room).cloned());
        Ok(unknown)
    }
}

async fn owners(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    lines: &[Line],
) -> Result<HashMap<Key, Owner>, DbErr> {
    let mut owners = HashMap::new();
    let wanted = rowset::texts_of(Dialect::of(db.get_database_backend()), "$3");
    // What a merged profile brought stays hers, so that she keeps her place when the merge is undone.
    let text = format!(
        "SELECT u.place, COALESCE(o.id, p.id) AS profile, p.id AS living FROM {wanted} u
         CROSS JOIN identity i CROSS JOIN profile p
         LEFT JOIN profile o ON o.id = i.origin_profile_id AND o.merged_into = p.id
         WHERE i.workspace_id = $1 AND i.kind = $2 AND i.value = u.value
           AND p.id = i.profile_id AND p.workspace_id = $1 AND p.state = 0"
    );
    for kind in [KeyKind::External, KeyKind::Email] {
        let mut values: Vec<&str> = lines
            .iter()
            .flat_map(|line| &line.keys)
            .filter(|key| key.kind == kind)
            .map(|key| key.value.as_str())
            .collect();
        values.sort_unstable();
        values.dedup();
        if values.is_empty() {
            continue;
        }
        let list = rowset::bind(values.iter().map(|value| (*value).into()).collect());
        let binds = [workspace.raw().into(), i64::from(kind.code()).into(), list];
        let rows: Vec<Row> = sql::all(db, text.as_str(), binds).await?;
        for row in rows {
            let value = usize::try_from(row.place).ok();
            if let Some(value) = value.and_then(|place| values.get(place)) {
                let (profile, living) = (row.profile, row.living);
                owners.insert(Key::new(kind, *value), Owner { profile, living });
            }
        }
    }
    Ok(owners)
}
