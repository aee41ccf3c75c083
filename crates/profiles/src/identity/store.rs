//! The SQL of identities: a few statements for a whole batch.

use kernel::feed::{Change as FeedRow, ChangeKind};
use sea_orm::{DbErr, FromQueryResult};
use serde_json::json;
use storage::{
    Value,
    bulk::{Bulk, ColumnType},
    feed, sql,
};

use super::{
    Claim, Key, KeyKind,
    graph::{Attached, Graph, Held, Node},
};
use crate::{
    context::Ctx,
    facts::{self, Change, Facts},
    merge,
    rowset::{self, Col},
    search,
    source::Source,
};

const PROFILE: Bulk = Bulk {
    table: "profile",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("id", ColumnType::Int),
        ("external_id", ColumnType::Text),
        ("email", ColumnType::Text),
        ("phone", ColumnType::Text),
        ("is_anonymous", ColumnType::Bool),
        ("attributes", ColumnType::Json),
        ("search_text", ColumnType::Text),
        ("first_seen_at", ColumnType::Int),
        ("last_seen_at", ColumnType::Int),
        ("created_at", ColumnType::Int),
        ("updated_at", ColumnType::Int),
    ],
    suffix: "",
};

const IDENTITY: Bulk = Bulk {
    table: "identity",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("kind", ColumnType::Int),
        ("value", ColumnType::Text),
        ("profile_id", ColumnType::Int),
        ("origin_profile_id", ColumnType::Int),
        ("source", ColumnType::Int),
        ("created_at", ColumnType::Int),
    ],
    suffix: "",
};

#[derive(FromQueryResult)]
struct OwnerRow {
    place: i64,
    profile_id: i64,
    source: i16,
}

#[derive(FromQueryResult)]
struct HeldRow {
    profile_id: i64,
    kind: i16,
    is_trusted: i32,
}

/// Loads who owns the values of some claims: one statement for each kind of value.
pub(crate) async fn known(ctx: Ctx<'_>, keys: Vec<&Key>) -> Result<Graph, DbErr> {
    let mut graph = Graph::default();
    let mut asked: Vec<_> = keys
        .into_iter()
        .map(|key| (key.kind.code(), key.value.as_str()))
        .collect();
    asked.sort_unstable();
    asked.dedup();
    let wanted = rowset::texts_of(ctx.tx.dialect(), "$3");
    let text = format!(
        "SELECT u.place, i.profile_id, i.source FROM {wanted} u
         CROSS JOIN identity i WHERE i.workspace_id = $1 AND i.kind = $2 AND i.value = u.value"
    );
    for of_kind in asked.chunk_by(|a, b| a.0 == b.0) {
        let Some(kind) = of_kind
            .first()
            .and_then(|(code, _)| KeyKind::from_code(*code))
        else {
            continue;
        };
        let values = of_kind.iter().map(|(_, value)| (*value).into()).collect();
        let binds = [
            ctx.workspace.raw().into(),
            i64::from(kind.code()).into(),
            rowset::bind(values),
        ];
        let found: Vec<OwnerRow> = sql::all(ctx.tx, text.as_str(), binds).await?;
        for row in found {
            let value = usize::try_from(row.place)
                .ok()
                .and_then(|place| of_kind.get(place));
            if let Some((_, value)) = value {
                let key = Key::new(kind, (*value).to_owned());
                graph.know(key, row.profile_id, source_of(row.source));
            }
        }
    }
    Ok(graph)
}

/// Loads what the profiles of unsettled claims already have.
pub(crate) async fn describe(
    ctx: Ctx<'_>,
    graph: &mut Graph,
    claims: &[Claim],
) -> Result<(), DbErr> {
    let mut ids: Vec<i64> = claims
        .iter()
        .filter(|claim| !graph.is_settled(claim))
        .flat_map(|claim| claim.keys.iter().filter_map(|key| graph.owner(key)))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(());
    }
    let wanted = rowset::ids_of(ctx.tx.dialect(), "$1");
    let text = format!(
        "SELECT i.profile_id, i.kind, MAX(CASE WHEN i.source = 2 THEN 0 ELSE 1 END) AS is_trusted FROM {wanted} u
         CROSS JOIN identity i WHERE i.profile_id = u.id AND i.kind NOT IN (3, 5) GROUP BY i.profile_id, i.kind"
    );
    let rows: Vec<HeldRow> =
        sql::all(ctx.tx, text, [rowset::bind_ids(ids.iter().copied())]).await?;
    let mut nodes: std::collections::HashMap<i64, Node> = ids
        .into_iter()
        .map(|id| {
            (
                id,
                Node {
                    first_seen: i64::MAX,
                    ..Node::default()
                },
            )
        })
        .collect();
    for row in rows {
        let node = nodes.entry(row.profile_id).or_default();
        let held = if row.is_trusted == 1 {
            Held::Trusted
        } else {
            Held::ByBrowser
        };
        match KeyKind::from_code(row.kind) {
            Some(KeyKind::External) => node.has_external = true,
            Some(KeyKind::Email) => node.email = held,
            Some(KeyKind::Phone) => node.phone = held,
            Some(KeyKind::Anonymous | KeyKind::Line) | None => {}
        }
    }
    for (id, node) in nodes {
        graph.describe(id, node);
    }
    Ok(())
}

/// Writes what the claims decided: new profiles, merges, values, and the feed rows of all of it.
pub(crate) async fn write(ctx: Ctx<'_>, graph: &Graph) -> Result<(), DbErr> {
    insert_profiles(ctx, graph).await?;
    let merges: Vec<_> = graph
        .joined
        .iter()
        .filter(|joined| !graph.is_new(joined.merged))
        .cloned()
        .collect();
    merge::apply(ctx, &merges).await?;
    insert_identities(ctx, graph).await?;
    raise_sources(ctx, graph).await?;
    facts::apply(ctx, addresses_of_old_profiles(graph))
        .await
        .map(|_| ())
}

fn source_of(code: i16) -> Source {
    [
        Source::Server,
        Source::Browser,
        Source::Import,
        Source::Form,
        Source::Admin,
    ]
    .into_iter()
    .find(|source| source.code() == code)
    .unwrap_or(Source::Browser)
}

async fn insert_profiles(ctx: Ctx<'_>, graph: &Graph) -> Result<(), DbErr> {
    let mut created: Vec<(i64, &Node)> = graph.created().collect();
    if created.is_empty() {
        return Ok(());
    }
    created.sort_unstable_by_key(|(id, _)| *id);
    let mut columns: std::collections::HashMap<i64, [Option<&str>; 3]> =
        std::collections::HashMap::new();
    for attached in &graph.attached {
        let slot = match attached.key.kind {
            KeyKind::External => 0,
            KeyKind::Email => 1,
            KeyKind::Phone => 2,
            KeyKind::Anonymous | KeyKind::Line => continue,
        };
        let held = columns.entry(graph.root(attached.origin)).or_default();
        if let Some(column @ None) = held.get_mut(slot) {
            *column = Some(attached.key.value.as_str());
        }
    }
    let row = |(id, node): &(i64, &Node)| -> Vec<Value> {
        let [external, email, phone] = columns.get(id).copied().unwrap_or_default();
        vec![
            ctx.workspace.raw().into(),
            (*id).into(),
            external.map(str::to_owned).into(),
            email.map(str::to_owned).into(),
            phone.map(str::to_owned).into(),
            (external.or(email).or(phone).is_none()).into(),
            "{}".into(),
            search::fold_all([email, external, phone]).into(),
            node.first_seen.into(),
            node.first_seen.into(),
            ctx.now.0.into(),
            ctx.now.0.into(),
        ]
    };
    PROFILE
        .insert(ctx.tx, created.iter().map(row).collect())
        .await?;
    let rows: Vec<FeedRow> = created
        .iter()
        .map(|(id, _)| ctx.change(*id, ChangeKind::Profile))
        .collect();
    feed::append(ctx.tx, ctx.now, &rows).await
}

async fn insert_identities(ctx: Ctx<'_>, graph: &Graph) -> Result<(), DbErr> {
    let row = |attached: &Attached| -> Vec<Value> {
        let profile = graph.root(attached.origin);
        let origin = if graph.is_new(attached.origin) {
            profile
        } else {
            attached.origin
        };
        vec![
            ctx.workspace.raw().into(),
            i64::from(attached.key.kind.code()).into(),
            attached.key.value.clone().into(),
            profile.into(),
            origin.into(),
            i64::from(attached.source.code()).into(),
            ctx.now.0.into(),
        ]
    };
    let rows = graph
        .attached
        .iter()
        .filter(|attached| !attached.is_known)
        .map(row)
        .collect();
    IDENTITY.insert(ctx.tx, rows).await.map(|_| ())
}

async fn raise_sources(ctx: Ctx<'_>, graph: &Graph) -> Result<(), DbErr> {
    let rows: Vec<_> = graph
        .attached
        .iter()
        .filter(|attached| attached.is_known)
        .map(|attached| {
            json!([
                ctx.workspace.raw(),
                attached.key.kind.code(),
                attached.key.value,
                attached.source.code()
            ])
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let raised = rowset::rows_of(
        ctx.tx.dialect(),
        "$1",
        &[
            ("workspace_id", Col::Int),
            ("kind", Col::Int),
            ("value", Col::Text),
            ("source", Col::Int),
        ],
    );
    let text = format!(
        "UPDATE identity SET source = u.source FROM {raised} u
         WHERE identity.workspace_id = u.workspace_id AND identity.kind = u.kind AND identity.value = u.value"
    );
    sql::exec(ctx.tx, text, [rowset::bind(rows)])
        .await
        .map(|_| ())
}

fn addresses_of_old_profiles(graph: &Graph) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for attached in graph.attached.iter().filter(|attached| !attached.is_known) {
        let profile = graph.root(attached.origin);
        let is_address = !matches!(attached.key.kind, KeyKind::Anonymous | KeyKind::Line);
        if !is_address || graph.is_new(profile) {
            continue;
        }
        let value = Some(attached.key.value.clone());
        let facts = match attached.key.kind {
            KeyKind::External => Facts {
                external_id: value,
                ..Facts::default()
            },
            KeyKind::Email => Facts {
                email: value,
                ..Facts::default()
            },
            _ => Facts {
                phone: value,
                ..Facts::default()
            },
        };
        changes.push(Change {
            source: attached.source,
            ..Change::new(profile, facts)
        });
    }
    changes
}
