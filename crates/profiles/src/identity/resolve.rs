//! The whole road of some claims in one call.

use sea_orm::DbErr;

use super::{Claim, Resolved, store};
use crate::context::Ctx;

/// Finds or makes the profile of each claim, joins values and merges profiles, all written in the
/// caller's transaction. A claim without values gives `None`.
///
/// # Errors
/// When the database does not answer.
pub async fn resolve(ctx: Ctx<'_>, claims: &[Claim]) -> Result<Vec<Option<Resolved>>, DbErr> {
    ctx.lock().await?;
    let mut graph =
        store::known(ctx, claims.iter().flat_map(|claim| &claim.keys).collect()).await?;
    store::describe(ctx, &mut graph, claims).await?;
    let mut fresh = || ctx.ids.next_raw();
    let mut resolved: Vec<Option<Resolved>> = claims
        .iter()
        .map(|claim| (!claim.keys.is_empty()).then(|| graph.decide(claim, &mut fresh)))
        .collect();
    // A later claim may have merged what an earlier one found.
    for found in resolved.iter_mut().flatten() {
        found.profile = graph.root(found.profile);
    }
    store::write(ctx, &graph).await?;
    Ok(resolved)
}
