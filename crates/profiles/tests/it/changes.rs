//! Every change is told, and reading what was told gives what reading everything gives.

use std::collections::BTreeMap;

use kernel::{
    feed::{ChangeKind, Cursor},
    time::DAY,
};
use profiles::{
    Ctx,
    bulk::{BulkLoader, CustomerRow},
    changes::{self, Pages, Scan, State, Touched},
    consent::{self, Reason},
    customers::{self, Edit},
    merge,
};
use serde_json::json;
use storage::sql;
use testkit::START;

use crate::world::{self, World};

async fn told(world: &World, before: Cursor) -> Vec<ChangeKind> {
    let changes = world.changes(before).await;
    changes.into_iter().map(|change| change.kind).collect()
}

async fn suppress(world: &World, address: &str) {
    let tx = world.begin().await;
    let done = consent::suppress(world.ctx(&tx), "email", address, Reason::Manual, None);
    done.await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_changes_quietly_is_told_too() {
    for world in world::both().await {
        let name = world.name;
        let before = world.position().await;
        suppress(&world, "nobody@example.jp").await;
        assert_eq!(
            told(&world, before).await,
            [ChangeKind::Suppressed],
            "{name}: an address that nobody has"
        );
        suppress(&world, "nobody@example.jp").await;
        let before = world.position().await;
        suppress(&world, "nobody@example.jp").await;
        assert!(
            told(&world, before).await.is_empty(),
            "{name}: a repeat changes nothing"
        );

        world
            .send(json!([{"type": "identify", "userId": "u1", "context": {"locale": "ja"}}]))
            .await;
        let before = world.position().await;
        world.kit.clock.advance(3_600_000);
        world
            .send(json!([{"type": "identify", "userId": "u1"}]))
            .await;
        assert_eq!(
            told(&world, before).await,
            [ChangeKind::Met],
            "{name}: a mere sign of life"
        );

        let before = world.position().await;
        let edit = Edit {
            locale: Some(String::new()),
            ..Edit::default()
        };
        let id = world.owner("u1").await;
        let held = customers::find(world.kit.db.reader(), world.kit.workspace, id).await;
        let tx = world.begin().await;
        let version = held.unwrap().unwrap().version;
        customers::edit(world.ctx(&tx), id, version, edit)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            told(&world, before).await,
            [ChangeKind::Profile],
            "{name}: a language was taken away"
        );

        let before = world.position().await;
        let row = CustomerRow {
            external_id: Some("u1".to_owned()),
            first_seen_at: Some(START.plus(-900 * DAY)),
            ..CustomerRow::default()
        };
        let tx = world.begin().await;
        let ctx: Ctx<'_> = world.ctx(&tx);
        let mut loader = BulkLoader::new(ctx.workspace, kernel::money::Currency::JPY, 1);
        loader.customers(ctx, &[row]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            told(&world, before).await,
            [ChangeKind::Seen],
            "{name}: a file knows an earlier first sign"
        );

        let before = world.position().await;
        world.send(json!([{"type": "track", "event": "Own", "userId": "u1", "properties": {"sku": "S", "category": "A > B"}}])).await;
        let told = told(&world, before).await;
        let n = |kind: ChangeKind| told.iter().filter(|told| **told == kind).count();
        assert_eq!(
            (
                n(ChangeKind::EventName),
                n(ChangeKind::Term),
                n(ChangeKind::Acted)
            ),
            (1, 3, 1),
            "{name}: a name, a product, two categories"
        );
    }
}

/// A state by what it says of whom, however often and in whatever order it was read.
#[derive(Debug, Default, PartialEq)]
struct Known {
    people: BTreeMap<i64, String>,
    consents: BTreeMap<i64, Vec<String>>,
    events: BTreeMap<i64, String>,
    addresses: BTreeMap<String, bool>,
    terms: BTreeMap<i64, String>,
    names: BTreeMap<i32, String>,
}

impl Known {
    fn learn(&mut self, state: State) {
        for person in state.people {
            self.people.insert(person.id, format!("{person:?}"));
        }
        for (profile, consents) in state.consents {
            let mut texts: Vec<String> = consents
                .iter()
                .map(|consent| format!("{consent:?}"))
                .collect();
            texts.sort();
            self.consents.insert(profile, texts);
        }
        let whole = state.timelines.into_iter().flat_map(|(_, events)| events);
        for event in whole.chain(state.events) {
            self.events.insert(event.id, format!("{event:?}"));
        }
        for address in state.addresses {
            self.addresses
                .insert(address.address, address.is_suppressed);
        }
        self.terms.extend(
            state
                .terms
                .into_iter()
                .map(|term| (term.id, format!("{term:?}"))),
        );
        self.names.extend(state.event_names);
    }
}

#[tokio::test]
async fn the_feed_from_its_start_leads_to_what_the_tables_hold() {
    for world in world::both().await {
        let order = json!({"order_id": "o1", "total": 10, "products": [{"sku": "A", "price": 10, "category": "X > Y"}]});
        world.send(json!([
            {"type": "identify", "userId": "u1", "traits": {"email": "one@example.jp", "rank": "gold", "n": 3}},
            {"type": "track", "event": "Order Completed", "userId": "u1", "properties": order},
            {"type": "identify", "userId": "u2", "traits": {"email": "two@example.jp"}},
            {"type": "track", "event": "Own", "userId": "u2", "properties": {"word": "a"}},
            {"type": "identify", "userId": "u3", "traits": {"email": "three@example.jp"}},
            {"type": "track", "event": "Own", "userId": "u3"}])).await;
        suppress(&world, "one@example.jp").await;
        suppress(&world, "nobody@example.jp").await;
        // Two merges, of which one is undone.
        for other in ["u2", "u3"] {
            world
                .send(json!([{"type": "alias", "previousId": other, "userId": "u1"}]))
                .await;
        }
        let merge_id = world
            .number("SELECT id FROM merge_log ORDER BY id DESC LIMIT 1")
            .await;
        let tx = world.begin().await;
        merge::undo(world.ctx(&tx), merge_id).await.unwrap();
        tx.commit().await.unwrap();

        let changes = world.changes(Cursor::default()).await;
        let (mut followed, mut gone) = (Known::default(), Vec::new());
        // In batches of any size; each reads how things stand by now.
        for batch in changes.chunks(3) {
            let touched = Touched::by(batch);
            let state = changes::load(world.kit.db.reader(), world.kit.workspace, &touched).await;
            let state = state.unwrap();
            gone.extend(state.gone.iter().copied());
            followed.learn(state);
        }
        for pages in [
            Pages {
                people: 1,
                events: 1,
            },
            Pages::default(),
        ] {
            let mut scan = Scan::new(world.kit.workspace, pages);
            let mut scanned = Known::default();
            while let Some(state) = scan.next(world.kit.db.reader()).await.unwrap() {
                scanned.learn(state);
            }
            // The feed names addresses that are written to as well; both know who is active.
            followed.addresses.retain(|_, is_suppressed| *is_suppressed);
            followed
                .consents
                .retain(|profile, _| scanned.people.contains_key(profile));
            scanned
                .consents
                .retain(|profile, _| followed.consents.contains_key(profile));
            assert_eq!(followed, scanned, "{}", world.name);
            assert_eq!(scanned.people.len(), 2, "{}", world.name);
            assert_eq!(scanned.events.len(), 4, "{}", world.name);
        }
        let merged = "SELECT id FROM profile WHERE state = 1";
        let rows = sql::rows(world.kit.db.reader(), merged, []).await.unwrap();
        for row in rows {
            let id: i64 = row.try_get_by_index(0).unwrap();
            assert!(gone.contains(&id), "{}", world.name);
        }
        let elsewhere = kernel::id::WorkspaceId::from_raw(9);
        world.kit.add_workspace(elsewhere, "別の店").await;
        let everything = Touched::by(&changes);
        let state = changes::load(world.kit.db.reader(), elsewhere, &everything).await;
        let state = state.unwrap();
        assert!(
            state.people.is_empty() && state.events.is_empty() && state.terms.is_empty(),
            "{}: another workspace is not read",
            world.name
        );
    }
}
