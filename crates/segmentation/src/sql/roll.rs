//! People who stand written in a table of their own: who was in a segment, who is on a list.

use kernel::id::ListId;

use super::binds::Binds;
use crate::{
    language::{Node, Stretch, WasIn},
    resolve::{At, Resolved},
};

/// A roll of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Roll {
    /// Who was in a segment.
    WasIn(WasIn),
    /// Who is on an uploaded list.
    List(ListId),
}

impl Roll {
    /// Returns the roll that a condition asks for.
    pub(crate) const fn of(node: &Node) -> Option<Self> {
        match node {
            Node::WasIn(was_in) => Some(Self::WasIn(*was_in)),
            Node::List(list) => Some(Self::List(list.id)),
            _ => None,
        }
    }

    /// Returns what is known of everybody who is not on the roll.
    pub(crate) fn otherwise(self, at: &At, resolved: &Resolved) -> Option<bool> {
        match self {
            Self::WasIn(was_in) => {
                let since = resolved.kept_since(was_in.id);
                let stretch = was_in.stretch(at.now, at.zone);
                let is_known = stretch.is_none_or(|stretch| stretch.is_known(since));
                is_known.then_some(false)
            }
            Self::List(_) => Some(false),
        }
    }

    /// Returns a table of one column, everybody on the roll, some of them twice; none when nobody can be.
    ///
    /// A row that was written of a merged profile is one of the customer that she is now, and her own again when the
    /// merge is undone: rows are never moved.
    pub(crate) fn table_sql(self, binds: &mut Binds, at: &At, only: Option<i64>) -> Option<String> {
        let (table, filter) = match self {
            Self::WasIn(was_in) => {
                let stretch = was_in.stretch(at.now, at.zone)?;
                let segment = binds.one(was_in.id.raw());
                let inside = inside_sql(binds, stretch);
                (
                    "membership r",
                    format!("r.segment_id = {segment} AND {inside}"),
                )
            }
            Self::List(list) => {
                let list = binds.one(list.raw());
                // Rows of an upload that is not through are not seen.
                (
                    "people_list l JOIN people_list_member r ON r.list_id = l.id AND r.workspace_id = l.workspace_id",
                    format!(
                        "l.id = {list} AND r.added <= l.edition AND (r.removed IS NULL OR r.removed > l.edition)"
                    ),
                )
            }
        };
        let workspace = binds.one(at.workspace.raw());
        let own = only.map_or(String::new(), |only| own_sql(binds, only));
        Some(format!(
            "SELECT COALESCE(q.merged_into, q.id) FROM {table}
             JOIN profile q ON q.id = r.profile_id
             WHERE r.workspace_id = {workspace} AND {filter}{own}"
        ))
    }
}

fn inside_sql(binds: &mut Binds, stretch: Stretch) -> String {
    let until = binds.one(stretch.until.0);
    let begun = format!("r.entered_at < {until}");
    match stretch.from {
        Some(from) => {
            let from = binds.one(from.0);
            format!("{begun} AND (r.left_at IS NULL OR r.left_at > {from})")
        }
        None => begun,
    }
}

/// Narrows rows to those of one customer and of whom was merged into her.
pub(crate) fn own_sql(binds: &mut Binds, only: i64) -> String {
    let only = binds.one(only);
    format!(
        " AND r.profile_id IN (SELECT o.id FROM profile o WHERE o.id = {only}
            UNION ALL SELECT o.id FROM profile o WHERE o.merged_into = {only})"
    )
}
