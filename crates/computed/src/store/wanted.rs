//! What the rules of a workspace want to know of customers beside their orders.

use std::collections::BTreeSet;

use kernel::id::WorkspaceId;
use profiles::computed::acts::{self, Attributes, Wanted};
use sea_orm::{ConnectionTrait, DbErr};

use crate::person::Rules;

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
    let mut events = BTreeSet::new();
    let (mut filtered, mut goods) = (BTreeSet::new(), BTreeSet::new());
    let mut attributes = Attributes::Without;
    if let Some(score) = &rules.score {
        events.extend(score.events());
        let with = score.actions.iter().filter(|own| own.filter.is_some());
        filtered.extend(with.map(|own| own.event.clone()));
        if !score.fit.is_empty() {
            attributes = Attributes::With;
        }
    }
    if let Some(affinity) = &rules.affinity {
        goods = affinity.events();
        events.extend(goods.iter().cloned());
        if affinity.brand.is_some() {
            filtered.extend(goods.iter().cloned());
        }
    }
    if events.is_empty() {
        return Ok(Wanted::default());
    }
    let names = acts::numbers(db, workspace, &events).await?;
    let of = |list: &BTreeSet<String>| {
        let own = names.iter().filter(|(_, name)| list.contains(*name));
        own.map(|(number, _)| *number).collect()
    };
    Ok(Wanted {
        with_properties: of(&filtered),
        with_goods: of(&goods),
        names,
        attributes,
    })
}
