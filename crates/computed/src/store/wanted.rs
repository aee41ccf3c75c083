//! What the rules of a workspace want to know of customers beside their orders.

use std::collections::BTreeSet;

use kernel::id::WorkspaceId;
use profiles::computed::acts::{self, Attributes, Wanted};
use sea_orm::{ConnectionTrait, DbErr};

use crate::{person::Rules, score::Action};

/// Looks the names of events up that rules speak of. A name that first comes later has no number yet: ask after the
/// feed was read.
///
/// # Errors
/// When the database does not answer.
pub async fn wanted(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    rules: &Rules,
) -> Result<Wanted, DbErr> {
    let Some(score) = &rules.score else {
        return Ok(Wanted::default());
    };
    let names = acts::numbers(db, workspace, &score.events()).await?;
    let filtered = |action: &&Action| action.filter.is_some();
    let filtered: BTreeSet<&str> = score
        .actions
        .iter()
        .filter(filtered)
        .map(|action| &*action.event)
        .collect();
    let with = names
        .iter()
        .filter(|(_, name)| filtered.contains(name.as_str()));
    Ok(Wanted {
        with_properties: with.map(|(number, _)| *number).collect(),
        names,
        attributes: if score.fit.is_empty() {
            Attributes::Without
        } else {
            Attributes::With
        },
    })
}
