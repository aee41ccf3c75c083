//! Reading friends with what decides about them.

use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::Value as Json;
use storage::{Dialect, Value, rowset, sql};

use super::{FORGOTTEN, Look};
use crate::{State, menu::plan::Facts};

/// Whom to judge.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// These, where they are friends of the account.
    These(&'a [String]),
    /// Up to so many after a user id.
    After(&'a str, u32),
}

/// What judging came to.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    /// What differs from what is stored.
    pub(super) changes: Vec<Change>,
    /// The last who was looked at; none when nobody was left.
    pub last: Option<String>,
}

impl Judged {
    /// Tells whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// How a friend stands, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) user: String,
    pub(super) menu: i64,
    pub(super) rule: Option<i16>,
    pub(super) target: i64,
    pub(super) told: i64,
    pub(super) followed_at: Option<i64>,
}

#[derive(FromQueryResult)]
struct Row {
    user_id: String,
    state: i16,
    followed_at: Option<i64>,
    profile_id: Option<i64>,
    attributes: Option<Json>,
    menu_id: Option<i64>,
    rule: Option<i16>,
    target: Option<i64>,
    told: Option<i64>,
    about: Option<i64>,
}

impl Row {
    /// Returns what is stored, if anything is.
    fn stored(&self) -> Option<Change> {
        Some(Change {
            user: self.user_id.clone(),
            menu: self.menu_id?,
            rule: self.rule,
            target: self.target?,
            told: self.told?,
            followed_at: self.about,
        })
    }

    /// Returns how she is to stand; none where nothing is stored and nothing needs to be.
    fn wanted(&self, look: Look<'_>, facts: &Facts) -> Option<Change> {
        let stored = self.stored();
        if State::from_code(self.state) == State::Blocked {
            // Nothing reaches her. LINE is told when she is back.
            return stored.map(|stored| Change {
                menu: 0,
                rule: None,
                target: stored.told,
                ..stored
            });
        }
        let choice = look.plan.choose(facts);
        if stored.is_none() && choice.is_none() {
            return None;
        }
        let live = choice.and_then(|(_, menu)| look.live.get(&menu));
        let told = match &stored {
            Some(stored) if stored.followed_at == self.followed_at => stored.told,
            Some(_) => FORGOTTEN,
            None => 0,
        };
        Some(Change {
            user: self.user_id.clone(),
            menu: choice.map_or(0, |(_, menu)| menu.raw()),
            rule: choice.and_then(|(at, _)| i16::try_from(at).ok()),
            target: live.map_or(0, |publication| publication.raw()),
            told,
            followed_at: self.followed_at,
        })
    }
}

/// Judges friends; what differs from what is stored is to be written with [`super::write()`].
///
/// # Errors
/// When the database does not answer.
pub async fn judge(
    db: &impl ConnectionTrait,
    look: Look<'_>,
    who: Who<'_>,
) -> Result<Judged, DbErr> {
    let rows = read(db, look, who).await?;
    let mut segments = segments(db, look, &rows).await?;
    let mut judged = Judged {
        changes: Vec::new(),
        last: rows.last().map(|row| row.user_id.clone()),
    };
    for mut row in rows {
        let facts = Facts {
            segments: row
                .profile_id
                .and_then(|profile| segments.remove(&profile))
                .unwrap_or_default(),
            attributes: row.attributes.take().unwrap_or_default(),
        };
        let wanted = row.wanted(look, &facts);
        judged
            .changes
            .extend(wanted.filter(|wanted| row.stored().as_ref() != Some(wanted)));
    }
    Ok(judged)
}

async fn read(db: &impl ConnectionTrait, look: Look<'_>, who: Who<'_>) -> Result<Vec<Row>, DbErr> {
    let attributes = if look.plan.asks_attributes() {
        "p.attributes"
    } else {
        "NULL"
    };
    let (from, which, third): (String, String, Value) = match who {
        Who::These(users) => {
            let wanted = rowset::texts_of(Dialect::of(db.get_database_backend()), "$3");
            let users = users.iter().map(|user| user.as_str().into()).collect();
            (
                format!("{wanted} u CROSS JOIN line_friend f"),
                "f.user_id = u.value".to_owned(),
                rowset::bind(users),
            )
        }
        Who::After(user, limit) => (
            "line_friend f".to_owned(),
            format!("f.user_id > $3 ORDER BY f.user_id LIMIT {limit}"),
            user.into(),
        ),
    };
    let text = format!(
        "SELECT f.user_id, f.state, f.followed_at, p.id AS profile_id, {attributes} AS attributes,
           m.menu_id, m.rule, m.target, m.told, m.followed_at AS about
         FROM {from}
         LEFT JOIN identity i ON i.workspace_id = f.workspace_id AND i.kind = 5 AND i.value = f.user_id
         LEFT JOIN profile p ON p.id = i.profile_id AND p.state = 0
         LEFT JOIN line_menu_friend m ON m.workspace_id = f.workspace_id AND m.account_id = f.account_id AND m.user_id = f.user_id
         WHERE f.workspace_id = $1 AND f.account_id = $2 AND {which}"
    );
    let binds = [
        look.workspace.raw().into(),
        look.account.raw().into(),
        third,
    ];
    sql::all(db, text, binds).await
}

/// Returns which of the segments that the rules ask for each customer is in.
async fn segments(
    db: &impl ConnectionTrait,
    look: Look<'_>,
    rows: &[Row],
) -> Result<HashMap<i64, HashSet<i64>>, DbErr> {
    #[derive(FromQueryResult)]
    struct In {
        profile_id: i64,
        segment_id: i64,
    }
    let wanted = look.plan.segments();
    if wanted.is_empty() || rows.is_empty() {
        return Ok(HashMap::new());
    }
    let dialect = Dialect::of(db.get_database_backend());
    let (of, people) = (rowset::ids_of(dialect, "$2"), rowset::ids_of(dialect, "$3"));
    let text = format!(
        "SELECT m.profile_id, m.segment_id FROM {of} s CROSS JOIN {people} u CROSS JOIN membership m
         WHERE m.segment_id = s.id AND m.profile_id = u.id AND m.left_at IS NULL AND m.workspace_id = $1"
    );
    let binds = [
        look.workspace.raw().into(),
        rowset::bind_ids(wanted.iter().map(|segment| segment.raw())),
        rowset::bind_ids(rows.iter().filter_map(|row| row.profile_id)),
    ];
    let found: Vec<In> = sql::all(db, text, binds).await?;
    let mut segments: HashMap<i64, HashSet<i64>> = HashMap::new();
    for one in found {
        segments
            .entry(one.profile_id)
            .or_default()
            .insert(one.segment_id);
    }
    Ok(segments)
}
