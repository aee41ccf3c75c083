//! When a customer was in a segment, and what becomes of a condition about that.

use kernel::{id::ProfileId, time::Millis};
use sea_orm::{DbErr, FromQueryResult};
use storage::{ConnectionTrait, Dialect, sql};

use super::{
    Evidence, Truth,
    future::{Sight, moment_shifts, window_edges, window_shifts},
};
use crate::{
    language::{Bounds, Moment, OnList, WasIn, When, Window},
    resolve::{At, Resolved},
    sql::{Binds, own_sql},
};

/// How many stretches are shown.
const SHOWN: usize = 5;
/// How many stretches a forecast looks through.
const LOOKED_THROUGH: usize = 500;

/// When a customer was in a segment, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stays {
    /// Since when memberships of the segment are kept.
    pub kept_since: Option<Millis>,
    /// When she entered and left, the latest first; those of customers merged into her are hers.
    pub stays: Vec<(Millis, Option<Millis>)>,
}

/// A condition with all that is known of one customer.
pub(super) struct Stayed {
    was_in: WasIn,
    known: Stays,
}

#[derive(FromQueryResult)]
struct Row {
    entered_at: i64,
    left_at: Option<i64>,
}

impl Stayed {
    pub(super) async fn load(
        db: &impl ConnectionTrait,
        at: &At,
        resolved: &Resolved,
        was_in: &WasIn,
        profile: ProfileId,
    ) -> Result<Self, DbErr> {
        let mut binds = Binds::new(Dialect::of(db.get_database_backend()));
        let (segment, workspace) = (binds.one(was_in.id.raw()), binds.one(at.workspace.raw()));
        let own = own_sql(&mut binds, profile.raw());
        let text = format!(
            "SELECT r.entered_at, r.left_at FROM membership r
             WHERE r.segment_id = {segment} AND r.workspace_id = {workspace}{own}
             ORDER BY r.entered_at DESC, r.id DESC LIMIT {LOOKED_THROUGH}"
        );
        let rows: Vec<Row> = sql::all(db, text, binds.into_values()).await?;
        let stay = |row: Row| (Millis(row.entered_at), row.left_at.map(Millis));
        Ok(Self {
            was_in: *was_in,
            known: Stays {
                kept_since: resolved.kept_since(was_in.id),
                stays: rows.into_iter().map(stay).collect(),
            },
        })
    }

    /// Returns what is shown, and what a forecast looks at.
    pub(super) fn seen(self, at: &At) -> (Evidence, Option<Sight>) {
        (Evidence::Past(self.shown(at)), Some(Sight::Stayed(self)))
    }

    /// Returns what is shown: the stretches that begin before now.
    fn shown(&self, at: &At) -> Stays {
        let begun = self.known.stays.iter().filter(|(from, _)| *from < at.now);
        Stays {
            kept_since: self.known.kept_since,
            stays: begun.take(SHOWN).copied().collect(),
        }
    }

    pub(super) fn truth(&self, at: &At) -> Truth {
        let Some(stretch) = self.was_in.stretch(at.now, at.zone) else {
            return Truth::False;
        };
        let mut stays = self.known.stays.iter();
        if stays.any(|(from, left)| stretch.touches(from.0, left.map(|left| left.0))) {
            Truth::True
        } else if stretch.is_known(self.known.kept_since) {
            Truth::False
        } else {
            Truth::Unknown
        }
    }

    /// Returns the instants at which it may change while nobody enters or leaves.
    pub(super) fn instants(&self, at: &At) -> Vec<i64> {
        let (shifts, mut instants) = match self.was_in.when {
            When::At(moment) => (moment_shifts(moment).collect(), fixed([Some(moment)], at)),
            When::Within(window) => (
                window_shifts(window),
                [window_edges(window, at), fixed(ends(window), at)].concat(),
            ),
        };
        let stays = self.known.stays.iter();
        let edges = stays.flat_map(|(from, left)| [Some(*from), *left]);
        let edges = edges.chain([self.known.kept_since]).flatten();
        for edge in edges {
            let shifted = shifts.iter().map(|shift| edge.0.saturating_add(*shift));
            instants.extend(shifted);
        }
        instants
    }
}

const fn ends(window: Window) -> [Option<Moment>; 2] {
    match window {
        Window::Between(Bounds { from, until }) => [from, until],
        _ => [None, None],
    }
}

/// Returns the instants at which moments that stand still are reached: that day has come, and it has begun to pass.
fn fixed<const N: usize>(moments: [Option<Moment>; N], at: &At) -> Vec<i64> {
    let still = moments.into_iter().flatten();
    let still = still.filter(|moment| moment.offset().is_none());
    let edges = still.flat_map(|moment| {
        let start = moment.start(at.now, at.zone).0;
        [
            start,
            start.saturating_add(1),
            moment.end(at.now, at.zone).0,
        ]
    });
    edges.collect()
}

/// Returns since when a customer has stood on a list.
pub(super) async fn listed(
    db: &impl ConnectionTrait,
    at: &At,
    list: &OnList,
    profile: ProfileId,
) -> Result<Option<Millis>, DbErr> {
    let mut binds = Binds::new(Dialect::of(db.get_database_backend()));
    let (list, workspace) = (binds.one(list.id.raw()), binds.one(at.workspace.raw()));
    let own = own_sql(&mut binds, profile.raw());
    let text = format!(
        "SELECT MIN(r.added_at) FROM people_list_member r
         JOIN people_list l ON l.id = r.list_id AND l.workspace_id = r.workspace_id
         WHERE r.list_id = {list} AND r.workspace_id = {workspace} AND r.added <= l.edition
           AND (r.removed IS NULL OR r.removed > l.edition){own}"
    );
    let rows = sql::rows(db, text, binds.into_values()).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    Ok(row.try_get_by_index::<Option<i64>>(0)?.map(Millis))
}
