//! Counting only what came after another event.

use super::{
    binds::Binds,
    filter::event_filters,
    sequence::{named, numbers},
};
use crate::{
    language::Since,
    resolve::{At, Resolved},
};

/// The event after which others count, of each customer.
#[derive(Debug, Clone)]
pub(crate) struct After {
    since: Since,
    /// `MAX` or `MIN`.
    which: &'static str,
    /// Conditions on `event e`.
    wheres: Vec<String>,
}

/// What was written of the same event is the same, though its values are bound anew.
impl PartialEq for After {
    fn eq(&self, other: &Self) -> bool {
        self.since == other.since
    }
}

impl After {
    pub(crate) fn new(binds: &mut Binds, at: &At, resolved: &Resolved, since: &Since) -> Self {
        let picked = since.selector().picked();
        let mut wheres = vec![
            named(binds, &numbers(resolved, picked)),
            format!("e.occurred_at < {}", binds.one(at.now.0)),
        ];
        wheres.extend(event_filters(binds, at, resolved, picked));
        let workspace = binds.one(at.workspace.raw());
        wheres.push(format!("+e.workspace_id = {workspace}"));
        Self {
            since: since.clone(),
            which: match since {
                Since::Latest(_) => "MAX",
                Since::First(_) => "MIN",
            },
            wheres,
        }
    }

    /// Returns the instant of one customer as an expression; null without such an event.
    pub(crate) fn of_one(&self, profile: &str) -> String {
        format!(
            "(SELECT {}(e.occurred_at) FROM event e WHERE e.profile_id = {profile} AND {})",
            self.which,
            self.wheres.join(" AND ")
        )
    }

    /// Returns the join that leaves of `event e` what came after.
    pub(super) fn join_sql(&self, binds: &mut Binds, only: Option<i64>) -> String {
        let mut wheres = self.wheres.clone();
        if let Some(only) = only {
            wheres.push(format!("e.profile_id = {}", binds.one(only)));
        } else if let Some(workspace) = wheres.last_mut() {
            // Of everybody, the index on workspace and name is the right one.
            *workspace = workspace.trim_start_matches('+').to_owned();
        }
        format!(
            "\nJOIN (SELECT e.profile_id, {}(e.occurred_at) AS since_at FROM event e WHERE {} GROUP BY e.profile_id) x
  ON x.profile_id = e.profile_id AND e.occurred_at > x.since_at",
            self.which,
            wheres.join(" AND ")
        )
    }
}
