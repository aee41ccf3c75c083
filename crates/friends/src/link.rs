//! Whose account it is: joining a LINE account to a customer, and parting them again.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{
    feed::{Change, ChangeKind},
    id::{ProfileId, SenderId, WorkspaceId},
    time::{MINUTE, Millis},
};
use profiles::{
    Ctx, Source,
    event::{self, OwnEvent},
    identity::{self, Claim, Key, KeyKind},
    names,
};
use ring::digest::{SHA256, digest};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::json;
use storage::{feed, sql};

use crate::{Friend, book, store};

/// LINE's link token serves for ten minutes, so nothing can come back after that.
const OPEN: i64 = 10 * MINUTE;
/// How far LINE's clock may be behind ours.
const SKEW: i64 = MINUTE;

/// By which way an account was linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The account link of the Messaging API.
    AccountLink,
    /// LINE Login, or an app inside LINE.
    Login,
}

impl Way {
    const fn as_str(self) -> &'static str {
        match self {
            Self::AccountLink => "account_link",
            Self::Login => "login",
        }
    }
}

/// Who is linked to whom.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// The LINE account of the company.
    pub account: SenderId,
    /// LINE's name of the person.
    pub user: &'a str,
    /// The customer, as the company's own systems call her.
    pub external_id: &'a str,
}

/// Returns what is kept of a value that goes round: who reads the database cannot link accounts.
pub fn fingerprint(nonce: &str) -> String {
    hex::encode(digest(&SHA256, nonce.as_bytes()))
}

/// Remembers a value that goes round, and for whom.
///
/// # Errors
/// When the database does not answer.
pub async fn begin(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: SenderId,
    external_id: &str,
    nonce: &str,
    now: Millis,
) -> Result<(), DbErr> {
    sql::exec(
        tx,
        "INSERT INTO line_link (workspace_id, account_id, fingerprint, external_id, began_at) VALUES ($1, $2, $3, $4, $5)",
        [
            workspace.raw().into(),
            account.raw().into(),
            fingerprint(nonce).into(),
            external_id.into(),
            now.0.into(),
        ],
    )
    .await
    .map(|_| ())
}

/// Uses a value up. Returns for whom it was, unless it is unknown, was used before or came too late.
pub(crate) async fn spend(
    ctx: Ctx<'_>,
    account: i64,
    nonce: &str,
    at: Millis,
) -> Result<Option<String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        external_id: String,
        began_at: i64,
    }
    let row: Option<Row> = sql::one(
        ctx.tx,
        "UPDATE line_link SET used_at = $4 WHERE workspace_id = $1 AND account_id = $2 AND fingerprint = $3
         AND used_at IS NULL RETURNING external_id, began_at",
        [
            ctx.workspace.raw().into(),
            account.into(),
            fingerprint(nonce).into(),
            at.0.into(),
        ],
    )
    .await?;
    Ok(row
        .filter(|row| (row.began_at - SKEW..row.began_at + OPEN).contains(&at.0))
        .map(|row| row.external_id))
}

/// Links a LINE account to a customer and returns her. Was it linked to another before, it leaves that one: whoever
/// signed in last with it is who it belongs to.
///
/// # Errors
/// When the database does not answer.
pub async fn join(ctx: Ctx<'_>, pair: Pair<'_>, way: Way, at: Millis) -> Result<ProfileId, DbErr> {
    let line = Key::new(KeyKind::Line, pair.user);
    let before = identity::owners(ctx, KeyKind::Line, &[pair.user.to_owned()]).await?;
    let claim = Claim {
        keys: vec![Key::new(KeyKind::External, pair.external_id), line.clone()],
        source: Source::Server,
        is_alias: false,
        seen_at: at.0,
    };
    let mut found = claimed(ctx, &claim).await?;
    if found.denied.iter().any(|(key, _)| *key == line) {
        identity::release(ctx, line, Source::Server).await?;
        found = claimed(ctx, &claim).await?;
    }
    let customer = ProfileId::from_raw(found.profile);
    let key = (pair.account.raw(), pair.user.to_owned());
    let known = store::load(ctx, &BTreeSet::from([key.clone()])).await?;
    let friend = known.get(&key).copied();
    let is_news = friend.is_none_or(|friend| friend.linked_at.is_none())
        || before.get(pair.user) != Some(&customer);
    if !is_news {
        return Ok(customer);
    }
    let linked = Friend {
        linked_at: Some(at),
        ..friend.unwrap_or_else(|| Friend::seen(at))
    };
    store::save(ctx, &BTreeMap::from([(key, linked)])).await?;
    let detail = json!({ "account": pair.account.to_string(), "by": way.as_str() });
    note(ctx, customer, names::LINE_LINKED, at, detail).await?;
    Ok(customer)
}

async fn claimed(ctx: Ctx<'_>, claim: &Claim) -> Result<identity::Resolved, DbErr> {
    let found = identity::resolve(ctx, std::slice::from_ref(claim)).await?;
    found
        .into_iter()
        .next()
        .flatten()
        .ok_or_else(|| DbErr::Custom("a claim with values found nobody".to_owned()))
}

/// Finds or makes the customer of a LINE account that says nothing more of herself.
///
/// # Errors
/// When the database does not answer.
pub async fn meet(
    ctx: Ctx<'_>,
    account: SenderId,
    user: &str,
    at: Millis,
) -> Result<ProfileId, DbErr> {
    let claim = Claim {
        keys: vec![Key::new(KeyKind::Line, user)],
        source: Source::Server,
        is_alias: false,
        seen_at: at.0,
    };
    let found = claimed(ctx, &claim).await?;
    let key = (account.raw(), user.to_owned());
    let known = store::load(ctx, &BTreeSet::from([key.clone()])).await?;
    let customer = ProfileId::from_raw(found.profile);
    if known.is_empty() {
        store::save(ctx, &BTreeMap::from([(key, Friend::seen(at))])).await?;
        feed::append(ctx.tx, ctx.now, &[standing(ctx, customer)]).await?;
    }
    Ok(customer)
}

/// Parts a customer from her LINE account; `false` when none of that account is linked. Her LINE account is an
/// anonymous customer of its own then, and what happened stays where it is.
///
/// # Errors
/// When the database does not answer.
pub async fn unlink(
    ctx: Ctx<'_>,
    account: SenderId,
    customer: ProfileId,
    source: Source,
) -> Result<bool, DbErr> {
    ctx.lock().await?;
    let standings = book::standings(ctx.tx, ctx.workspace, customer).await?;
    let users: BTreeSet<String> = standings
        .into_iter()
        .filter(|standing| standing.account == account && standing.friend.linked_at.is_some())
        .map(|standing| standing.user_id)
        .collect();
    for user in &users {
        let key = Key::new(KeyKind::Line, user.as_str());
        let Some((_, own)) = identity::release(ctx, key, source).await? else {
            continue;
        };
        sql::exec(
            ctx.tx,
            "UPDATE line_friend SET linked_at = NULL WHERE workspace_id = $1 AND user_id = $2",
            [ctx.workspace.raw().into(), user.as_str().into()],
        )
        .await?;
        let detail = json!({ "account": account.to_string() });
        note(ctx, customer, names::LINE_UNLINKED, ctx.now, detail).await?;
        feed::append(ctx.tx, ctx.now, &[standing(ctx, own)]).await?;
    }
    Ok(!users.is_empty())
}

/// Tells of a customer that how she stands has changed.
pub(crate) fn standing(ctx: Ctx<'_>, customer: ProfileId) -> Change {
    Change::of(ctx.workspace, customer, ChangeKind::Friend)
}

async fn note(
    ctx: Ctx<'_>,
    profile: ProfileId,
    name_id: i32,
    at: Millis,
    detail: serde_json::Value,
) -> Result<(), DbErr> {
    feed::append(ctx.tx, ctx.now, &[standing(ctx, profile)]).await?;
    let event = OwnEvent {
        profile,
        name_id,
        occurred_at: at,
        campaign: None,
        delivery: None,
        link: None,
        flags: 0,
        properties: Some(detail),
    };
    event::record(ctx, &[event]).await
}
