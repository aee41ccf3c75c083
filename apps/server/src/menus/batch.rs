//! Moving everybody from a replaced publication to its successor with one of LINE's three batches an hour.

use std::collections::BTreeMap;

use channel_line::{BatchOperation, BatchPhase, LineApi};
use friends::menu::{
    batch::{self, Batch},
    standing,
};
use kernel::{id::PublicationId, time::SECOND};

use super::{
    Keeper,
    said::{Did, Halt, Said},
    turn::Turn,
};

/// LINE answers a hundred questions an hour about progress.
const LOOK_EVERY: i64 = 40 * SECOND;
/// The first look: small batches are through by then.
const FIRST_LOOK: i64 = 2 * SECOND;

/// Begins a batch where it is worth one, or sees to the one under way.
pub(super) async fn step(turn: &Turn, keeper: &mut Keeper, api: &LineApi) -> Result<Did, Halt> {
    match &turn.batch {
        Some(batch) if batch.due_at > keeper.app.now() => Ok(Did::Until(batch.due_at)),
        Some(batch) => match &batch.request_id {
            None => give(turn, keeper, api, batch).await,
            Some(request_id) => look(turn, keeper, api, (batch, request_id)).await,
        },
        None => begin(turn, keeper).await,
    }
}

async fn begin(turn: &Turn, keeper: &mut Keeper) -> Result<Did, Halt> {
    let whose = (keeper.workspace, turn.account());
    let db = keeper.app.db.clone();
    let mut told: BTreeMap<PublicationId, i64> = BTreeMap::new();
    for one in turn
        .publications
        .iter()
        .filter(|one| one.replaced_by.is_some())
    {
        let n = standing::n_told(db.reader(), whose, one.id).await?;
        told.insert(one.id, n);
    }
    let n_told = |id| told.get(&id).copied().unwrap_or(0);
    let Some((old, new)) = batch::worth(&turn.publications, n_told) else {
        return Ok(Did::Nothing);
    };
    let tx = keeper.begin().await?;
    batch::begin(&tx, whose, (old.id, new), keeper.app.now()).await?;
    keeper.commit(tx).await?;
    Ok(Did::Something)
}

/// Gives the batch to LINE; the resume key makes giving it again go on where it was.
async fn give(turn: &Turn, keeper: &mut Keeper, api: &LineApi, batch: &Batch) -> Result<Did, Halt> {
    let (Some(from), Some(to)) = (turn.at_line(batch.from), turn.at_line(batch.to)) else {
        return give_up(turn, keeper, batch).await;
    };
    let link = BatchOperation::Link {
        from: from.to_owned(),
        to: to.to_owned(),
    };
    let now = keeper.app.now();
    match api.batch_menus(&[link], &batch.resume_key).await {
        Ok(request_id) => {
            note(turn, keeper, (Some(&request_id), FIRST_LOOK)).await?;
            Ok(Did::Something)
        }
        Err(error) => match Said::of(&error, now) {
            Said::No(_) => give_up(turn, keeper, batch).await,
            said => said.end(now),
        },
    }
}

async fn look(
    turn: &Turn,
    keeper: &mut Keeper,
    api: &LineApi,
    (batch, request_id): (&Batch, &str),
) -> Result<Did, Halt> {
    let now = keeper.app.now();
    match api.batch_progress(request_id).await {
        Ok(BatchPhase::Ongoing) => note(turn, keeper, (Some(request_id), LOOK_EVERY)).await?,
        // Broken off: the same batch once more.
        Ok(BatchPhase::Failed) => note(turn, keeper, (None, LOOK_EVERY)).await?,
        Ok(BatchPhase::Succeeded) => {
            let tx = keeper.begin().await?;
            batch::done(&tx, (keeper.workspace, turn.account()), batch, now).await?;
            keeper.commit(tx).await?;
        }
        Err(error) => match Said::of(&error, now) {
            Said::No(_) => return give_up(turn, keeper, batch).await,
            said => return said.end(now),
        },
    }
    Ok(Did::Something)
}

async fn note(
    turn: &Turn,
    keeper: &mut Keeper,
    (request_id, pause): (Option<&str>, i64),
) -> Result<(), Halt> {
    let due = keeper.app.now().plus(pause);
    let tx = keeper.begin().await?;
    batch::look_at(&tx, (keeper.workspace, turn.account()), request_id, due).await?;
    Ok(keeper.commit(tx).await?)
}

async fn give_up(turn: &Turn, keeper: &mut Keeper, batch: &Batch) -> Result<Did, Halt> {
    let tx = keeper.begin().await?;
    batch::forget(&tx, (keeper.workspace, turn.account()), batch).await?;
    keeper.commit(tx).await?;
    Ok(Did::Something)
}
