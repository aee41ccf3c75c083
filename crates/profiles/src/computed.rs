//! Computed attributes as a part of the profile: keys that only the product itself writes.
//!
//! What is computed stands among the attributes, under keys of its own, so that segments, the index, templates and
//! the customer page see it like any other. Whoever brings attributes from outside is refused these keys.

pub mod acts;
pub mod bought;

use std::collections::{BTreeMap, BTreeSet};

use kernel::{
    feed::{BY_RULE, COMPUTED, Change, ChangeKind},
    invalid::FieldError,
};
use sea_orm::DbErr;
use serde_json::{Map, Value as Json, json};
use storage::{Dialect, feed, sql};

use crate::{
    context::Ctx,
    facts::row::{self, Hold},
    rowset::{self, Col},
};

/// What the keys of computed attributes begin with.
pub const PREFIX: &str = "computed.";

/// Tells whether an attribute key is one that only the product itself writes.
pub fn is_computed(key: &str) -> bool {
    key.starts_with(PREFIX)
}

/// The key of the lifecycle stage, whose values are codes.
pub const STAGE: &str = "computed.stage";

/// Returns what people call a value that is a code, in English and Japanese.
pub fn words(key: &str, value: &str) -> Option<(&'static str, &'static str)> {
    if key != STAGE {
        return None;
    }
    Some(match value {
        "prospect" => ("prospect", "見込み"),
        "new" => ("new", "新規"),
        "repeat" => ("repeat", "リピート"),
        "loyal" => ("loyal", "優良"),
        "dormant" => ("dormant", "休眠"),
        _ => return None,
    })
}

/// The error of whoever tries to write such a key.
pub fn refused(pointer: impl Into<String>) -> FieldError {
    FieldError::new(
        pointer,
        "computed",
        "is computed by the product and cannot be set; choose a key that does not begin with \"computed.\"",
        "自動計算される属性なので設定できません。「computed.」で始まらないキーを使ってください",
    )
}

/// Takes what is computed out of attributes that are about to move to another profile.
pub(crate) fn without(attributes: &Map<String, Json>) -> Map<String, Json> {
    let own = attributes.iter().filter(|(key, _)| !is_computed(key));
    own.map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Makes `values` all that is computed of each customer, and returns how many changed. Who is no more is left out.
/// Of those `by_rule` the feed tells that no customer did anything.
///
/// The version that an editor hands back stays: nobody's edit should fail because time went on.
///
/// # Errors
/// When the database does not answer.
pub async fn write(
    ctx: Ctx<'_>,
    values: &BTreeMap<i64, Map<String, Json>>,
    by_rule: &BTreeSet<i64>,
) -> Result<usize, DbErr> {
    if values.is_empty() {
        return Ok(0);
    }
    ctx.lock().await?;
    let held = row::load(ctx, values.keys().copied().collect(), Hold::Facts).await?;
    let mut changed: Vec<(i64, Map<String, Json>)> = Vec::new();
    for (id, row) in held {
        let Some(wanted) = values.get(&id) else {
            continue;
        };
        let mut attributes = without(&row.attributes);
        attributes.extend(wanted.clone());
        if attributes != row.attributes {
            changed.push((id, attributes));
        }
    }
    changed.sort_unstable_by_key(|(id, _)| *id);
    update(ctx, &changed).await?;
    let told: Vec<Change> = changed
        .iter()
        .map(|(id, _)| Change {
            b: if by_rule.contains(id) {
                BY_RULE
            } else {
                COMPUTED
            },
            ..ctx.change(*id, ChangeKind::Profile)
        })
        .collect();
    feed::append(ctx.tx, ctx.now, &told).await?;
    Ok(changed.len())
}

async fn update(ctx: Ctx<'_>, rows: &[(i64, Map<String, Json>)]) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    let dialect = ctx.tx.dialect();
    let cast = match dialect {
        Dialect::Postgres => "::jsonb",
        Dialect::Sqlite => "",
    };
    let columns = [("id", Col::Int), ("attributes", Col::Text)];
    let written = rowset::rows_of(dialect, "$1", &columns);
    let text = format!(
        "UPDATE profile SET attributes = u.attributes{cast} FROM {written} u
         WHERE profile.id = u.id AND +profile.workspace_id = $2"
    );
    let list = rows
        .iter()
        .map(|(id, attributes)| json!([id, Json::Object(attributes.clone()).to_string()]));
    let binds = [rowset::bind(list.collect()), ctx.workspace.raw().into()];
    sql::exec(ctx.tx, text, binds).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_below_the_prefix_are_computed() {
        for key in ["computed.stage", "computed."] {
            assert!(is_computed(key), "{key}");
        }
        for key in [
            "computed",
            "Computed.stage",
            "x.computed.stage",
            "計算.段階",
            "",
        ] {
            assert!(!is_computed(key), "{key}");
        }
    }
}
