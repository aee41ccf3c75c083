//! Readers, a writer and compactions at the same time.

use std::{
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
    thread,
};

use index::{Aggregate, Batch, Change, Event, EventQuery, Index, Limit, Profile, Range};
use kernel::feed::Cursor;

use crate::{
    dice::{Dice, seed},
    history::built,
    model::{Model, NOW},
};

#[test]
fn compactions_lose_nothing_that_comes_meanwhile() {
    let seed = seed();
    let mut dice = Dice(seed);
    for number in 0..5 {
        let (mut model, index) = (Model::default(), Index::default());
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    index.compact();
                }
            });
            for _ in 0..400 {
                let changes = model.step(&mut dice);
                index
                    .apply(Batch {
                        changes,
                        position: None,
                    })
                    .unwrap();
            }
            is_over.store(true, Ordering::Relaxed);
        });
        let built = built(&model, &mut dice);
        let run = format!("seed {seed}, history {number}");
        assert_eq!(index.view().digest(), built.view().digest(), "{run}");
        index.compact();
        assert_eq!(
            index.view().digest(),
            built.view().digest(),
            "{run}: compacted"
        );
    }
}

/// Each batch moves one event from somebody to somebody else; a reader always counts one.
#[test]
fn a_reader_sees_a_whole_batch_or_none_of_it() {
    let index = Index::default();
    let event = |profile| {
        Change::Event(Event {
            id: 5,
            profile,
            occurred_at: NOW,
            name: 1,
            ..Event::default()
        })
    };
    let gone = |profile| Change::EventGone {
        profile,
        occurred_at: NOW,
        id: 5,
    };
    let apply = |changes: Vec<Change>, id: i64| {
        let position = Some(Cursor { xid: 0, id });
        index.apply(Batch { changes, position }).unwrap();
    };
    let mut start: Vec<Change> = (0..50)
        .map(|id| Change::Profile(Profile::new(id)))
        .collect();
    start.push(event(0));
    apply(start, 0);
    let (is_over, applied) = (AtomicBool::new(false), AtomicI64::new(0));
    let query = EventQuery {
        names: vec![1],
        from: None,
        until: i64::MAX,
        filters: Vec::new(),
    };
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut seen = 0;
                while !is_over.load(Ordering::Relaxed) {
                    let told = applied.load(Ordering::Acquire);
                    let view = index.view();
                    let members = view.judge(&query, Aggregate::Lines, Range::at_least(1));
                    assert_eq!(members.certain().count(), 1);
                    let place = view.position().id;
                    assert_eq!(view.profiles(members.certain()), [place % 50]);
                    assert!(place >= seen, "a later view is never older");
                    assert!(place >= told, "what was taken in is seen");
                    seen = place;
                }
            });
        }
        for id in 1..3_000 {
            apply(vec![gone((id - 1) % 50), event(id % 50)], id);
            applied.store(id, Ordering::Release);
            if id % 100 == 0 {
                index.compact();
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert_eq!(index.view().position().id, 2_999);
}

#[test]
fn a_batch_beyond_the_limit_is_refused_by_name_and_leaves_the_index_as_it_was() {
    let index = Index::new(Limit(200_000));
    let people = |from: i64| {
        let told = (from..from + 500).map(|id| Change::Profile(Profile::new(id)));
        Batch {
            changes: told.collect(),
            position: None,
        }
    };
    index.apply(people(0)).unwrap();
    let before = index.view().digest();
    let mut refused = None;
    for from in 1..100 {
        if let Err(error) = index.apply(people(from * 500)) {
            refused = Some((error, index.view().digest()));
            break;
        }
    }
    let (error, after) = refused.expect("the limit is reached");
    assert!(error.to_string().contains("may hold 200000"), "{error}");
    assert!(after.n_profiles >= before.n_profiles && after.n_profiles % 500 == 0);
    // Tables grow by doubling, so the last batch that fits may bring a little more than its weight.
    assert!(index.memory().total() < 300_000);
}
