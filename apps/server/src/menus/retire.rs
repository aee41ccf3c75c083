//! Taking back what nobody sees any more.

use channel_line::{LineApi, LineApiError};
use friends::menu::{self, Publication, Step, publication, standing};

use super::{
    Keeper, publish,
    said::{Did, Halt, Said},
    turn::Turn,
};

/// Deletes one publication that has ended and that nobody has.
pub(super) async fn step(turn: &Turn, keeper: &mut Keeper, api: &LineApi) -> Result<Did, Halt> {
    let whose = (keeper.workspace, turn.account());
    let db = keeper.app.db.clone();
    for one in &turn.publications {
        let is_held = one.step != Step::Ended
            || turn.kept.told_default == Some(one.id)
            || turn
                .batch
                .as_ref()
                .is_some_and(|batch| batch.from == one.id)
            || standing::n_told(db.reader(), whose, one.id).await? > 0;
        if !is_held {
            return retire(turn, keeper, api, one).await;
        }
    }
    Ok(Did::Nothing)
}

async fn retire(
    turn: &Turn,
    keeper: &mut Keeper,
    api: &LineApi,
    one: &Publication,
) -> Result<Did, Halt> {
    let now = keeper.app.now();
    let deleted = match delete(api, one).await {
        Ok(()) if !turn.is_needed(one.menu) => {
            gone(api.delete_menu_alias(&menu::alias(one.menu)).await)
        }
        deleted => deleted,
    };
    if let Err(error) = deleted {
        return Said::of(&error, now).end(now);
    }
    let tx = keeper.begin().await?;
    publication::gone(&tx, one.id).await?;
    keeper.commit(tx).await?;
    Ok(Did::Something)
}

async fn delete(api: &LineApi, one: &Publication) -> Result<(), LineApiError> {
    let found = match &one.line_id {
        Some(line_id) => Some(line_id.clone()),
        // Ended while it was being made.
        None => publish::look_for(api, one).await?,
    };
    match found {
        Some(line_id) => gone(api.delete_menu(&line_id).await),
        None => Ok(()),
    }
}

/// What is not there is gone.
fn gone(said: Result<(), LineApiError>) -> Result<(), LineApiError> {
    match said {
        Err(LineApiError::Refused {
            status: 400 | 404, ..
        }) => Ok(()),
        said => said,
    }
}
