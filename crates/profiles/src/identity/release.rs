//! A value leaves its customer and is somebody of its own again.

use std::collections::HashMap;

use kernel::{feed::ChangeKind, id::ProfileId};
use sea_orm::{DbErr, FromQueryResult};
use storage::{feed, sql};

use super::{Claim, Key, KeyKind, graph::Graph, store};
use crate::{context::Ctx, source::Source};

/// Returns who owns these values of one kind; who owns none is left out.
///
/// # Errors
/// When the database does not answer.
pub async fn owners(
    ctx: Ctx<'_>,
    kind: KeyKind,
    values: &[String],
) -> Result<HashMap<String, ProfileId>, DbErr> {
    let keys: Vec<Key> = values
        .iter()
        .map(|value| Key::new(kind, value.clone()))
        .collect();
    let graph = store::known(ctx, keys.iter().collect()).await?;
    Ok(keys
        .into_iter()
        .filter_map(|key| Some((graph.owner(&key)?, key.value)))
        .map(|(owner, value)| (value, ProfileId::from_raw(owner)))
        .collect())
}

/// Takes a value that is no address off its customer and gives it to a new anonymous one. What happened stays where
/// it is. `None` when nobody owns it.
///
/// # Errors
/// When the database does not answer.
pub async fn release(
    ctx: Ctx<'_>,
    key: Key,
    source: Source,
) -> Result<Option<(ProfileId, ProfileId)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Owner {
        profile_id: i64,
    }
    debug_assert!(
        matches!(key.kind, KeyKind::Line | KeyKind::Anonymous),
        "an address also stands in its customer's row"
    );
    ctx.lock().await?;
    let binds = [
        ctx.workspace.raw().into(),
        i64::from(key.kind.code()).into(),
        key.value.as_str().into(),
    ];
    let removed: Option<Owner> = sql::one(
        ctx.tx,
        "DELETE FROM identity WHERE workspace_id = $1 AND kind = $2 AND value = $3 RETURNING profile_id",
        binds,
    )
    .await?;
    let Some(Owner { profile_id: from }) = removed else {
        return Ok(None);
    };
    let claim = Claim {
        keys: vec![key],
        source,
        is_alias: false,
        seen_at: ctx.now.0,
    };
    let mut graph = Graph::default();
    let mut fresh = || ctx.ids.next_raw();
    let to = graph.decide(&claim, &mut fresh).profile;
    store::write(ctx, &graph).await?;
    let left = ctx.change(from, ChangeKind::Profile);
    feed::append(ctx.tx, ctx.now, &[left]).await?;
    Ok(Some((ProfileId::from_raw(from), ProfileId::from_raw(to))))
}
