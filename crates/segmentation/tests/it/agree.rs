//! Random trees over random worlds: the SQL evaluator on both databases against the naive one.

use std::hash::{BuildHasher, Hasher, RandomState};

use kernel::id::{ProfileId, SegmentId};
use segmentation::language::{Document, Node};
use serde_json::json;
use testkit::{Kit, START};

use crate::{
    dice::{Dice, INNER, inner, tree, world},
    naive::Naive,
    world::{at, rule, save_as, selected},
};

/// Set to the printed seed to see a failure again.
const REPLAY: Option<u64> = None;
const WORLDS: usize = 4;
const TREES: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn random_trees_select_the_same_people_in_sql_and_by_plain_reading() {
    let seed = REPLAY.unwrap_or_else(|| RandomState::new().build_hasher().finish());
    let mut dice = Dice(seed);
    let (mut telling, mut all) = (0, 0);
    for _ in 0..WORLDS {
        let world = world(&mut dice);
        let trees: Vec<Document> = (0..TREES).map(|_| rule(tree(&mut dice, 3))).collect();
        let inner = rule(json!({"all": [inner(&mut dice)]}));
        let segments = vec![(SegmentId::from_raw(INNER), inner.clone())];
        let naive = Naive { world: &world, now: START, zone: at(START).zone, segments };
        for test in testkit::both().await {
            let kit = Kit::new(&test).await;
            world.load(&kit).await;
            save_as(&kit, INNER, &inner).await;
            for tree in &trees {
                check(&kit, &naive, tree, &format!("seed {seed}, {}", test.name())).await;
                let n = naive.members(&tree.root).len();
                all += 1;
                telling += usize::from(n > 0 && n < 27);
            }
        }
    }
    assert!(telling * 10 > all * 4, "seed {seed}: only {telling} of {all} trees tell people apart");
}

/// Compares one tree; a disagreement is reported for the smallest part that shows it.
async fn check(kit: &Kit, naive: &Naive<'_>, tree: &Document, run: &str) {
    let (db, at) = (kit.db.reader(), at(naive.now));
    let resolved = segmentation::resolve(db, &at, &[tree]).await.unwrap();
    let counts = segmentation::count_each(db, &at, tree, &resolved).await.unwrap();
    for (count, place) in counts.nodes.iter().zip(tree.places()).rev() {
        let plain = naive.members(place.node);
        let part = Document::new(place.node.clone());
        if count.count != i64::try_from(plain.len()).unwrap() {
            let sql = selected(&kit.db, &at, &part).await;
            assert_eq!(sql, plain, "{run}: {}\n{}", part.to_json(), stranger(naive, place.node, &sql, &plain));
            panic!("{run}: alone it agrees, not beside its neighbours: {}", part.to_json());
        }
    }
    let plain = naive.members(&tree.root);
    assert_eq!(selected(&kit.db, &at, tree).await, plain, "{run}: {}", tree.to_json());
    let someone = ProfileId::from_raw(1_000 + i64::try_from(plain.len()).unwrap());
    let contains = segmentation::contains(db, &at, tree, someone).await.unwrap();
    assert_eq!(contains, plain.contains(&someone.raw()), "{run}: {}", tree.to_json());
}

/// Shows the first person on whom the two evaluators disagree.
fn stranger(naive: &Naive<'_>, node: &Node, sql: &[i64], plain: &[i64]) -> String {
    let differs = naive.world.people.iter().find(|person| sql.contains(&person.id) != plain.contains(&person.id));
    differs.map_or(String::new(), |person| {
        let events: Vec<_> = naive.world.events.iter().filter(|event| event.profile == person.id).collect();
        format!("{person:?} plainly {:?}\n{events:#?}", naive.truth(node, person))
    })
}
