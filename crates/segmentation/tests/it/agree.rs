//! Random trees over random worlds: the SQL evaluator on both databases against the naive one.
//!
//! 240 trees in the usual run; `ENISHI_SEGMENT_TREES=100000` for the long form, and
//! `ENISHI_SEGMENT_SEED` with the seed of the world that failed to see it again.

use std::hash::{BuildHasher, Hasher, RandomState};

use futures::{StreamExt, future::join_all, stream};
use index::{Index, LeafCache};
use kernel::{
    id::{ProfileId, SegmentId},
    time::Millis,
};
use segmentation::{
    Truth,
    language::{Document, Node},
};
use serde_json::json;
use testkit::{Kit, START, TestDb};

use crate::{
    dice::{Dice, INNER, inner, tree, world},
    indexed::{self, index_of},
    naive::Naive,
    tally::Tally,
    world::{Happening, Person, at, rule, save_as, selected},
};

/// Trees of the usual run.
const USUAL: usize = 240;
/// The most trees of one world: each world is a database on disk until the run ends.
const MOST: usize = 1_000;
/// Trees of one database that are asked at once.
const IN_FLIGHT: usize = 3;

#[expect(
    clippy::disallowed_methods,
    reason = "the long form is asked for in the environment"
)]
fn asked<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn random_trees_select_the_same_people_in_sql_and_by_plain_reading() {
    let seed: u64 =
        asked("ENISHI_SEGMENT_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish());
    let wanted = asked("ENISHI_SEGMENT_TREES").unwrap_or(USUAL);
    let n_trees = (wanted / 4).clamp(1, MOST);
    let mut tally = Tally::default();
    for place in 0..wanted.div_ceil(n_trees) {
        // Each world has a seed of its own: the one that fails comes again at once.
        let seed = seed.wrapping_add(place as u64);
        compare_world(seed, n_trees, &mut tally).await;
        if wanted > USUAL {
            println!("{} trees, up to seed {seed}", tally.all);
        }
    }
    if wanted > USUAL {
        tally.print();
    }
    assert!(
        tally.telling * 10 > tally.all * 6,
        "seed {seed}: only {} of {} trees tell people apart",
        tally.telling,
        tally.all
    );
}

/// Makes a world and trees, and compares them on both databases.
async fn compare_world(seed: u64, n_trees: usize, tally: &mut Tally) {
    let mut dice = Dice(seed);
    let world = world(&mut dice);
    let inner = rule(json!({"all": [inner(&mut dice)]}));
    let segments = vec![(SegmentId::from_raw(INNER), inner.clone())];
    let naive = Naive {
        world: &world,
        now: START,
        zone: at(START).zone,
        segments,
        flaw: None,
    };
    let everybody = naive.members(&Node::All(Vec::new())).len();
    let tells = |tree: &Document| {
        let n = naive.members(&tree.root).len();
        n > 0 && n < everybody
    };
    let trees: Vec<Document> = (0..n_trees)
        .map(|_| telling_tree(&mut dice, &tells))
        .collect();
    for tree in &trees {
        tally.all += 1;
        tally.telling += usize::from(tells(tree));
        tally.take(&tree.to_json());
    }
    // Both databases at once, some trees in flight: one thinks while the other is read.
    let run = format!("seed {seed}");
    let databases = testkit::both().await;
    let compared = databases
        .iter()
        .map(|test| compare(test, &naive, &inner, &trees, &run));
    join_all(compared).await;
}

/// Compares every tree on one database: SQL, the index and the plain reading.
async fn compare(
    test: &TestDb,
    naive: &Naive<'_>,
    inner: &Document,
    trees: &[Document],
    run: &str,
) {
    let kit = Kit::new(test).await;
    naive.world.load(&kit).await;
    save_as(&kit, INNER, inner).await;
    let (index, cache) = (index_of(naive.world), LeafCache::new(1 << 20));
    let (kit, index, cache) = (&kit, &index, &cache);
    let run = &format!("{run}, {}", test.name());
    stream::iter(trees)
        .for_each_concurrent(IN_FLIGHT, async |tree| {
            let resolved = segmentation::resolve_words(kit.db.reader(), &at(START), &[tree])
                .await
                .unwrap();
            indexed::check(
                index,
                cache,
                naive,
                tree,
                &resolved,
                &format!("index, {run}"),
            );
            check_people(kit, index, cache, [tree, inner], &format!("index, {run}")).await;
            check(kit, naive, tree, run).await;
        })
        .await;
}

/// Throws a tree, and again when it tells nobody apart; everybody and nobody remain among the cases.
fn telling_tree(dice: &mut Dice, tells: &impl Fn(&Document) -> bool) -> Document {
    let mut thrown = rule(tree(dice, 3));
    for _ in 0..2 {
        if tells(&thrown) {
            break;
        }
        thrown = rule(tree(dice, 3));
    }
    thrown
}

/// Compares one tree; a disagreement is reported for the smallest part that shows it.
async fn check(kit: &Kit, naive: &Naive<'_>, tree: &Document, run: &str) {
    check_counts(kit, naive, tree, run).await;
    let (db, at) = (kit.db.reader(), at(naive.now));
    let plain = naive.members(&tree.root);
    assert_eq!(
        selected(&kit.db, &at, tree).await,
        plain,
        "{run}: {}",
        tree.to_json()
    );
    let someone = ProfileId::from_raw(1_000 + i64::try_from(plain.len()).unwrap());
    let contains = segmentation::contains(db, &at, tree, someone)
        .await
        .unwrap();
    assert_eq!(
        contains,
        plain.contains(&someone.raw()),
        "{run}: {}",
        tree.to_json()
    );
    for person in naive
        .world
        .people
        .iter()
        .filter(|person| person.id % 8 == someone.raw() % 8)
    {
        check_person(kit, naive, tree, person, &plain, run).await;
    }
}

/// Compares what both evaluators show of a tree: some people, all of them page by page, the overlap with another.
async fn check_people(
    kit: &Kit,
    index: &Index,
    cache: &LeafCache,
    [tree, other]: [&Document; 2],
    run: &str,
) {
    let (db, at, view) = (kit.db.reader(), at(START), index.view());
    let resolved = segmentation::resolve_words(db, &at, &[tree, other]).await;
    let resolved = resolved.unwrap();
    let compiled = |document| segmentation::index::compile(document, &resolved, &at);
    let (rule, second) = (compiled(tree), compiled(other));
    let said = tree.to_json();
    for (seed, n) in [(0, 3), (1, 10), (996, 5), (997, 5), (u32::MAX, 100)] {
        let found = segmentation::index::examples(&view, &rule, seed, n, Some(cache));
        let expected = segmentation::examples(db, &at, tree, seed, n).await;
        assert_eq!(found, expected.unwrap(), "{run}, examples {seed}: {said}");
    }
    let mut after = None;
    loop {
        let found = segmentation::index::page(&view, &rule, after, 7, Some(cache));
        let expected = segmentation::members(db, &at, tree, after, 7).await;
        assert_eq!(found, expected.unwrap(), "{run}, after {after:?}: {said}");
        after = found.last().copied();
        if after.is_none() {
            break;
        }
    }
    let found = segmentation::index::parts(&view, &[&rule, &second], Some(cache));
    let expected = segmentation::parts(db, &at, &[tree, other]).await;
    assert_eq!(found, expected.unwrap(), "{run}, overlap: {said}");
}

/// Compares the count at every place of the tree.
async fn check_counts(kit: &Kit, naive: &Naive<'_>, tree: &Document, run: &str) {
    let (db, at) = (kit.db.reader(), at(naive.now));
    let resolved = segmentation::resolve(db, &at, &[tree]).await.unwrap();
    let counts = segmentation::count_each(db, &at, tree, &resolved)
        .await
        .unwrap();
    for (count, place) in counts.nodes.iter().zip(tree.places()).rev() {
        let plain = naive.members(place.node);
        let part = Document::new(place.node.clone());
        if count.count != i64::try_from(plain.len()).unwrap() {
            let sql = selected(&kit.db, &at, &part).await;
            assert_eq!(
                sql,
                plain,
                "{run}: {}\n{}",
                part.to_json(),
                stranger(naive, place.node, &sql, &plain)
            );
            panic!(
                "{run}: alone it agrees, not beside its neighbours: {}",
                part.to_json()
            );
        }
    }
}

/// Compares what is said of one person, clause by clause.
async fn check_person(
    kit: &Kit,
    naive: &Naive<'_>,
    tree: &Document,
    person: &Person,
    members: &[i64],
    run: &str,
) {
    let explained = segmentation::explain(
        kit.db.reader(),
        &at(naive.now),
        tree,
        ProfileId::from_raw(person.id),
    )
    .await
    .unwrap();
    let Some(explained) = explained else {
        assert_ne!(
            person.state, 0,
            "{run}: an active customer has an explanation"
        );
        return;
    };
    for (clause, place) in explained.clauses.iter().zip(tree.places()) {
        let truth = match naive.truth(place.node, person) {
            Some(true) => Truth::True,
            Some(false) => Truth::False,
            None => Truth::Unknown,
        };
        assert_eq!(clause.truth, truth, "{run}: {:?} of {person:?}", place.node);
    }
    assert_eq!(
        explained.is_member,
        members.contains(&person.id),
        "{run}: {}",
        tree.to_json()
    );
    if let Some(flips_at) = explained.flips_at {
        check_forecast(naive, tree, person, (flips_at, explained.is_member), run);
    }
}

/// Compares the instant at which one person is said to come or go.
fn check_forecast(
    naive: &Naive<'_>,
    tree: &Document,
    person: &Person,
    (flips_at, is_member): (Millis, bool),
    run: &str,
) {
    let is_ahead = |event: &Happening| event.profile == person.id && event.at >= naive.now.0;
    if naive.world.events.iter().any(is_ahead) {
        // Her clock runs ahead of ours: something will yet happen, and the forecast speaks of nothing further.
        return;
    }
    let before = Naive {
        now: flips_at.plus(-1),
        segments: naive.segments.clone(),
        ..*naive
    };
    let after = Naive {
        now: flips_at,
        segments: naive.segments.clone(),
        ..*naive
    };
    let is_in = |then: &Naive<'_>| then.truth(&tree.root, person) == Some(true);
    // Dates and consents may move too; then the forecast is only about the events.
    if is_in(&before) == is_member && moves_only_by_events(tree) {
        assert_ne!(
            is_in(&after),
            is_member,
            "{run}: {} of {person:?}",
            tree.to_json()
        );
    }
}

fn moves_only_by_events(tree: &Document) -> bool {
    tree.places().iter().all(|place| {
        !matches!(
            place.node,
            Node::Fact(_)
                | Node::Segment(_)
                | Node::Consent(_)
                | Node::Reachable(_)
                | Node::Standing(_)
        )
    })
}

/// Shows the first person on whom the two evaluators disagree.
fn stranger(naive: &Naive<'_>, node: &Node, sql: &[i64], plain: &[i64]) -> String {
    let differs = naive
        .world
        .people
        .iter()
        .find(|person| sql.contains(&person.id) != plain.contains(&person.id));
    differs.map_or(String::new(), |person| {
        let events: Vec<_> = naive
            .world
            .events
            .iter()
            .filter(|event| event.profile == person.id)
            .collect();
        format!(
            "{person:?} plainly {:?}\n{events:#?}",
            naive.truth(node, person)
        )
    })
}
