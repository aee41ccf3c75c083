//! Random histories: an index that followed equals one that is built from what the tables hold.
//!
//! 60 histories in the usual run; `ENISHI_INDEX_HISTORIES=1000` for the long form, and
//! `ENISHI_INDEX_SEED` with the printed seed to see a failure again.

use index::{Batch, Change, Index};

use crate::{
    dice::{Dice, asked, seed},
    model::Model,
};

/// Histories of the usual run.
const USUAL: usize = 60;

pub(crate) fn built(model: &Model, dice: &mut Dice) -> Index {
    let index = Index::default();
    for batch in model.everything(dice) {
        index.apply(batch).unwrap();
        if dice.one_in(20) {
            index.pack();
        }
    }
    index
}

#[test]
fn an_index_that_followed_equals_one_that_was_built_anew() {
    let seed = seed();
    let histories = asked("ENISHI_INDEX_HISTORIES").unwrap_or(USUAL);
    let mut dice = Dice(seed);
    for number in 0..histories {
        let run = format!("seed {seed}, history {number}");
        let mut model = Model::default();
        let followed = Index::default();
        let mut waiting: Vec<Change> = Vec::new();
        for _ in 0..40 + dice.below(200) {
            let told = model.step(&mut dice);
            // What is told twice changes nothing.
            if dice.one_in(15) {
                waiting.extend(told.clone());
            }
            waiting.extend(told);
            if dice.one_in(4) {
                let changes = std::mem::take(&mut waiting);
                followed
                    .apply(Batch {
                        changes,
                        position: None,
                    })
                    .unwrap();
            }
            if dice.one_in(30) {
                followed.compact();
            }
            if dice.one_in(40) {
                // A reader that holds a view makes the writer copy.
                let held = followed.view();
                let before = held.digest();
                waiting.extend(model.step(&mut dice));
                let changes = std::mem::take(&mut waiting);
                followed
                    .apply(Batch {
                        changes,
                        position: None,
                    })
                    .unwrap();
                if dice.one_in(2) {
                    followed.pack();
                }
                assert_eq!(held.digest(), before, "{run}: a view never changes");
            }
        }
        followed
            .apply(Batch {
                changes: waiting,
                position: None,
            })
            .unwrap();
        let built = built(&model, &mut dice);
        assert_eq!(followed.view().digest(), built.view().digest(), "{run}");
        followed.compact();
        built.pack();
        assert_eq!(
            followed.view().digest(),
            built.view().digest(),
            "{run}: compacted"
        );
        assert_eq!(followed.view().n_events(), built.view().n_events(), "{run}");
    }
}
