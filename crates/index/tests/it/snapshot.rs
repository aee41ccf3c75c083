//! The file: what was written is read; what was cut or altered is refused by name, and nothing panics.

use std::fs;

use index::{Batch, Index, Limit, SnapshotError};
use kernel::{feed::Cursor, id::WorkspaceId};

use crate::{
    dice::{Dice, seed},
    model::{Model, terms},
};

const WORKSPACE: WorkspaceId = WorkspaceId::from_raw(7);
const POSITION: Cursor = Cursor { xid: 12, id: 34 };

fn told(dice: &mut Dice) -> (Model, Index) {
    let (mut model, index) = (Model::default(), Index::default());
    let mut changes = terms();
    for _ in 0..200 {
        changes.extend(model.step(dice));
    }
    let position = Some(POSITION);
    index.apply(Batch { changes, position }).unwrap();
    (model, index)
}

fn load(path: &std::path::Path) -> Result<Index, SnapshotError> {
    Index::load(path, WORKSPACE, Limit::default())
}

#[test]
fn an_index_goes_on_from_its_file_as_if_nothing_had_happened() {
    let seed = seed();
    let mut dice = Dice(seed);
    for number in 0..10 {
        let (mut model, index) = told(&mut dice);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.snapshot");
        index.save(&path, WORKSPACE).unwrap();
        let read = load(&path).unwrap();
        let run = format!("seed {seed}, history {number}");
        assert_eq!(read.view().digest(), index.view().digest(), "{run}");
        assert_eq!(read.view().position(), POSITION);
        assert_eq!(read.view().with_below(&[102]), [102, 103]);
        for _ in 0..60 {
            let changes = model.step(&mut dice);
            for one in [&read, &index] {
                let changes = changes.clone();
                one.apply(Batch {
                    changes,
                    position: None,
                })
                .unwrap();
            }
        }
        assert_eq!(read.view().digest(), index.view().digest(), "{run}: later");
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(names.len(), 1, "the file under the other name is gone");
    }
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    let mut dice = Dice(seed());
    let (_, index) = told(&mut dice);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.snapshot");
    index.save(&path, WORKSPACE).unwrap();
    let whole = fs::read(&path).unwrap();
    let step = (whole.len() / 400).max(1);
    for length in (0..whole.len())
        .step_by(step)
        .chain(whole.len() - 20..whole.len())
    {
        fs::write(&path, &whole[..length]).unwrap();
        let error = load(&path).unwrap_err();
        assert!(
            matches!(
                error,
                SnapshotError::Cut { .. } | SnapshotError::Damaged { .. }
            ),
            "{length}: {error}"
        );
    }
    let mut longer = whole;
    longer.push(0);
    fs::write(&path, &longer).unwrap();
    assert!(matches!(
        load(&path).unwrap_err(),
        SnapshotError::Damaged { .. }
    ));
}

#[test]
fn a_file_with_a_flipped_bit_is_refused() {
    let mut dice = Dice(seed());
    let (_, index) = told(&mut dice);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.snapshot");
    index.save(&path, WORKSPACE).unwrap();
    let whole = fs::read(&path).unwrap();
    for _ in 0..400 {
        let mut flipped = whole.clone();
        let place = usize::try_from(dice.below(i64::try_from(whole.len()).unwrap())).unwrap();
        flipped[place] ^= 1 << dice.below(8);
        fs::write(&path, &flipped).unwrap();
        let error = load(&path).expect_err("a flipped bit is seen");
        assert!(!error.to_string().is_empty());
    }
}

#[test]
fn each_fault_has_its_name() {
    let mut dice = Dice(seed());
    let (_, index) = told(&mut dice);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.snapshot");
    assert!(matches!(load(&path).unwrap_err(), SnapshotError::Io { .. }));
    index.save(&path, WORKSPACE).unwrap();
    let other = Index::load(&path, WorkspaceId::from_raw(8), Limit::default());
    assert!(matches!(
        other.unwrap_err(),
        SnapshotError::Workspace { found: 7 }
    ));
    let small = Index::load(&path, WORKSPACE, Limit(1_000));
    assert!(matches!(small.unwrap_err(), SnapshotError::Index(_)));
    let whole = fs::read(&path).unwrap();
    let mut older = whole.clone();
    older[8] = 0;
    fs::write(&path, &older).unwrap();
    assert!(matches!(
        load(&path).unwrap_err(),
        SnapshotError::Version { found: 0, .. }
    ));
    fs::write(&path, vec![b'x'; 500]).unwrap();
    assert!(matches!(load(&path).unwrap_err(), SnapshotError::Foreign));
}
