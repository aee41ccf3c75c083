//! Telling LINE what friends are to see: 500 with a call.

use channel_line::{LineApi, LineApiError, UserId};
use friends::menu::standing::{self, Answer, Due};

use super::{
    Keeper,
    said::{Did, Halt, Said},
    turn::Turn,
};

/// LINE's most people of one call.
const MOST: u32 = 500;

/// Tells LINE of up to 500 friends who are to see the same.
pub(super) async fn step(turn: &Turn, keeper: &mut Keeper, api: &LineApi) -> Result<Did, Halt> {
    let whose = (keeper.workspace, turn.account());
    // Whoever a batch is about to move is left to it.
    let except = turn.batch.as_ref().map(|batch| batch.from);
    let db = keeper.app.db.clone();
    let Some(due) = standing::due(db.reader(), whose, except, MOST).await? else {
        return Ok(Did::Nothing);
    };
    let menu = match due.target.map(|id| turn.at_line(id)) {
        None => None,
        Some(Some(line_id)) => Some(line_id),
        // Gone live since this turn began.
        Some(None) => return Ok(Did::Something),
    };
    let mut users = Vec::new();
    let mut refused = Vec::new();
    for user in &due.users {
        match UserId::parse(user) {
            Ok(user) => users.push(user),
            Err(_) => refused.push(user.clone()),
        }
    }
    let now = keeper.app.now();
    match many(api, menu, &users).await {
        Ok(()) => {}
        Err(error) => match Said::of(&error, now) {
            // One that LINE does not know spoils the call for all.
            Said::No(_) => match each(api, menu, &users).await {
                Ok(found) => refused.extend(found),
                Err(error) => return Said::of(&error, now).end(now),
            },
            said => return said.end(now),
        },
    }
    note(turn, keeper, &due, &refused).await
}

async fn many(api: &LineApi, menu: Option<&str>, users: &[UserId]) -> Result<(), LineApiError> {
    match menu {
        Some(menu) => api.link_menu_to_many(users, menu).await,
        None => api.unlink_menu_of_many(users).await,
    }
    .map(|_| ())
}

/// Tells LINE of friends one by one, and returns those whom it would not have.
async fn each(
    api: &LineApi,
    menu: Option<&str>,
    users: &[UserId],
) -> Result<Vec<String>, LineApiError> {
    let mut refused = Vec::new();
    for user in users {
        let said = match menu {
            Some(menu) => api.link_menu(user, menu).await,
            None => api.unlink_menu(user).await,
        };
        match said {
            Ok(()) => {}
            Err(LineApiError::Refused {
                status: 400 | 404, ..
            }) => refused.push(user.as_str().to_owned()),
            Err(error) => return Err(error),
        }
    }
    Ok(refused)
}

async fn note(
    turn: &Turn,
    keeper: &mut Keeper,
    due: &Due,
    refused: &[String],
) -> Result<Did, Halt> {
    let now = keeper.app.now();
    let whose = (keeper.workspace, turn.account());
    let of = |users: Vec<String>| Due {
        target: due.target,
        users,
    };
    let taken = due.users.iter().filter(|user| !refused.contains(user));
    let taken = of(taken.cloned().collect());
    let mut progress = keeper.lease.progress;
    progress.own.n += i64::try_from(taken.users.len()).unwrap_or(0);
    let tx = keeper.begin_with(progress).await?;
    standing::told(&tx, whose, &taken, (Answer::Taken, now)).await?;
    if !refused.is_empty() {
        let refused = of(refused.to_vec());
        standing::told(&tx, whose, &refused, (Answer::Refused, now)).await?;
    }
    keeper.commit_with(tx, progress).await?;
    Ok(Did::Something)
}
