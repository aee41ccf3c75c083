//! A worker turned by hand, and what must hold of what it wrote.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use computed::{
    Rule,
    person::Standing,
    rule::Kind,
    store::{
        Cause,
        definition::{self, Author, Definition},
        value::{self, Stored},
        wanted,
    },
};
use kernel::{
    feed::ChangeKind,
    id::{ProfileId, WorkspaceId},
    time::Clock,
};
use profiles::{Source, computed::bought, ingest::body};
use serde_json::{Map, Value as Json, json};
use server::{
    computed::{Fault, Keeper, Means},
    keeping::{Keep, Next},
};
use storage::{feed, lease::LeaseError, sql};

use crate::app::TestApp;

pub(super) fn means(app: &TestApp) -> Means {
    Means {
        db: app.kit.db.clone(),
        clock: Arc::new(app.kit.clock.clone()),
        ids: app.kit.ids.clone(),
    }
}

pub(super) async fn claim(app: &TestApp) -> Keeper {
    claim_in(app, app.kit.workspace).await
}

pub(super) async fn claim_in(app: &TestApp, workspace: WorkspaceId) -> Keeper {
    let claimed = Keeper::claim(&means(app), workspace).await;
    claimed.unwrap().unwrap()
}

/// Lets the worker do all there is to do. After a sleep of many days it must claim anew.
pub(super) async fn settle(app: &TestApp, keeper: &mut Keeper) {
    // Its own writes move the feed on: once more finds nothing.
    for _ in 0..2 {
        everybody_may_see(app).await;
        loop {
            match keeper.round().await {
                Ok(Next::AtOnce) => {}
                Ok(_) => break,
                Err(Fault::Lease(LeaseError::Lost)) => *keeper = claim(app).await,
                Err(fault) => panic!("{fault:?}"),
            }
        }
    }
}

/// Waits until readers may see all that is committed: transactions of other tests hide it on the same server.
async fn everybody_may_see(app: &TestApp) {
    let newest = feed::newest(app.kit.db.reader()).await.unwrap();
    while feed::head(app.kit.db.reader()).await.unwrap() < newest {
        tokio::task::yield_now().await;
    }
}

/// Lets days go by of which the worker sees each: after six without a look it begins anew, and silently.
pub(super) async fn days_go_by(app: &TestApp, keeper: &mut Keeper, days: i64) {
    for _ in 0..days {
        app.kit.clock.advance(kernel::time::DAY);
        settle(app, keeper).await;
    }
}

/// Declares a rule, or changes it.
pub(super) async fn declare(app: &TestApp, rule: &Json) -> Definition {
    let rule = Rule::read(rule).unwrap_or_else(|invalid| panic!("{rule}: {invalid:?}"));
    let held = definitions(app).await;
    let own = held.iter().find(|one| one.rule.kind() == rule.kind());
    let version = own.map_or(0, |one| one.version);
    let tx = app.kit.db.begin().await.unwrap();
    let author = author(app, &tx);
    let saved = definition::save(author, rule, version).await.unwrap();
    tx.commit().await.unwrap();
    saved
}

/// Puts a rule away, if it is declared.
pub(super) async fn put_away(app: &TestApp, kind: Kind) {
    let held = definitions(app).await;
    let Some(own) = held.iter().find(|one| one.rule.kind() == kind) else {
        return;
    };
    let tx = app.kit.db.begin().await.unwrap();
    if definition::put_away(author(app, &tx), kind, own.version)
        .await
        .is_ok()
    {
        tx.commit().await.unwrap();
    }
}

fn author<'a>(app: &'a TestApp, tx: &'a storage::Tx) -> Author<'a> {
    Author {
        tx,
        workspace: app.kit.workspace,
        user: None,
        now: app.kit.clock.now(),
        ids: &*app.kit.ids,
    }
}

pub(super) async fn definitions(app: &TestApp) -> Vec<Definition> {
    definition::list(app.kit.db.reader(), app.kit.workspace)
        .await
        .unwrap()
}

/// Sends messages, which are taken.
pub(super) async fn say(app: &TestApp, messages: Json) {
    let text = json!({ "batch": messages }).to_string();
    let body = body::read(text.as_bytes(), None).unwrap();
    let ingest = &app.app.ingest;
    let verdicts = ingest.submit(app.kit.workspace, Source::Server, body).await;
    assert_eq!(verdicts.unwrap().len(), messages.as_array().unwrap().len());
}

/// An order of somebody, so many days ago.
pub(super) fn order(app: &TestApp, user: &str, number: &str, days_ago: i64, total: i64) -> Json {
    let at = app.kit.clock.now().plus(-days_ago * kernel::time::DAY);
    json!({"type": "track", "event": "Order Completed", "userId": user, "timestamp": at.to_string(),
           "properties": {"order_id": number, "total": total, "currency": "JPY"}})
}

/// Whose profile carries an external id.
pub(super) async fn profile(app: &TestApp, user: &str) -> ProfileId {
    let text =
        "SELECT profile_id FROM identity WHERE workspace_id = $1 AND kind = 1 AND value = $2";
    let binds = [app.kit.workspace.raw().into(), user.into()];
    let id = sql::number(app.kit.db.reader(), text, binds).await;
    ProfileId::from_raw(id.unwrap())
}

/// What is computed of a profile, as everybody sees it among its attributes.
pub(super) async fn seen(app: &TestApp, id: i64) -> Map<String, Json> {
    let text = "SELECT attributes FROM profile WHERE id = $1";
    let rows = sql::rows(app.kit.db.reader(), text, [id.into()]).await;
    let attributes: Json = rows.unwrap()[0].try_get_by_index(0).unwrap();
    let all = attributes.as_object().unwrap().clone().into_iter();
    all.filter(|(key, _)| key.starts_with("computed."))
        .collect()
}

/// A turn as it is stored: profile, kind, before, after, cause.
pub(super) type Turn = (i64, Kind, Option<String>, Option<String>, i16);

/// All turns of the workspace in the order in which they were written, with their numbers.
pub(super) async fn turns(app: &TestApp) -> Vec<(i64, Turn)> {
    let text = "SELECT c.id, c.profile_id, a.kind, c.before, c.after, c.cause FROM computed_change c
                JOIN computed_attribute a ON a.id = c.attribute_id WHERE c.workspace_id = $1 ORDER BY c.id";
    let rows = sql::rows(app.kit.db.reader(), text, [app.kit.workspace.raw().into()])
        .await
        .unwrap();
    let turn = |row: &sea_orm::QueryResult| {
        let kind: String = row.try_get_by_index(2).unwrap();
        (
            row.try_get_by_index(0).unwrap(),
            (
                row.try_get_by_index(1).unwrap(),
                Kind::parse(&kind).unwrap(),
                row.try_get_by_index(3).unwrap(),
                row.try_get_by_index(4).unwrap(),
                row.try_get_by_index(5).unwrap(),
            ),
        )
    };
    rows.iter().map(turn).collect()
}

/// The stages that were told of a customer, with their causes.
pub(super) async fn told(
    app: &TestApp,
    id: i64,
    kind: Kind,
) -> Vec<(String, String, &'static str)> {
    let turns = turns(app).await.into_iter();
    turns
        .filter(|(_, turn)| turn.0 == id && turn.1 == kind)
        .map(|(_, (_, _, before, after, cause))| {
            let cause = Cause::from_code(cause).unwrap().name();
            (before.unwrap_or_default(), after.unwrap_or_default(), cause)
        })
        .collect()
}

/// The feed tells each turn exactly once.
pub(super) async fn is_told_once(app: &TestApp, run: &str) {
    let text = "SELECT profile_id, b FROM feed WHERE workspace_id = $1 AND kind = $2 ORDER BY b";
    let binds = [
        app.kit.workspace.raw().into(),
        i64::from(ChangeKind::Turned.code()).into(),
    ];
    let rows = sql::rows(app.kit.db.reader(), text, binds).await.unwrap();
    let told: Vec<(i64, i64)> = rows
        .iter()
        .map(|row| {
            (
                row.try_get_by_index(0).unwrap(),
                row.try_get_by_index(1).unwrap(),
            )
        })
        .collect();
    let stored = turns(app).await.into_iter();
    let stored: Vec<(i64, i64)> = stored.map(|(id, turn)| (turn.0, id)).collect();
    assert_eq!(told, stored, "{run}: the feed tells the turns");
}

/// What is stored, and what everybody sees, is what is computed anew from the events now.
pub(super) async fn is_as_if_anew(app: &TestApp, run: &str) {
    let db = app.kit.db.reader();
    let definitions = definitions(app).await;
    let rules = definition::rules(&definitions, chrono_tz::Asia::Tokyo);
    let text = "SELECT id FROM profile WHERE workspace_id = $1 ORDER BY id";
    let rows = sql::rows(db, text, [app.kit.workspace.raw().into()]).await;
    let ids: BTreeSet<i64> = rows
        .unwrap()
        .iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect();
    let wanted = wanted(db, app.kit.workspace, &rules).await.unwrap();
    let living = bought::read(db, app.kit.workspace, &ids, &wanted).await;
    let living = living.unwrap();
    let mut expected: BTreeMap<(i64, i64), Standing> = BTreeMap::new();
    for person in &living {
        let computed = rules.compute(person, app.kit.clock.now());
        for standing in computed.standings {
            let own = definitions
                .iter()
                .find(|one| one.rule.kind() == standing.kind);
            expected.insert((person.id, own.unwrap().id), standing);
        }
        let seen = seen(app, person.id).await;
        assert_eq!(
            seen, computed.attributes,
            "{run}: attributes of {}",
            person.id
        );
    }
    let stored = value::all(db, app.kit.workspace).await.unwrap();
    let by_key = stored
        .iter()
        .map(|one| ((one.profile_id, one.attribute_id), one));
    let by_key: BTreeMap<_, &Stored> = by_key.collect();
    assert_eq!(
        by_key.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>(),
        "{run}: who has a standing"
    );
    for (key, standing) in expected {
        let held = by_key[&key];
        assert_eq!(
            (&*held.standing, held.since, held.reached, held.due_at),
            (
                &*standing.value,
                standing.since.0,
                standing.reached,
                standing.due_at.map(|at| at.0)
            ),
            "{run}: {key:?}"
        );
    }
}
