//! Making a publication at LINE: the menu, its picture, its alias.

use channel_line::{LineApi, LineApiError, RichMenu};
use friends::menu::{self, Publication, Step, publication};

use super::{
    Keeper,
    said::{Did, Halt, Said},
    turn::Turn,
};

/// Takes the oldest publication that is on its way a step further.
pub(super) async fn step(turn: &Turn, keeper: &mut Keeper, api: &LineApi) -> Result<Did, Halt> {
    let waiting = turn
        .publications
        .iter()
        .find(|one| one.step < Step::Live && one.fault.is_none());
    let Some(one) = waiting else {
        return Ok(Did::Nothing);
    };
    match (one.step, &one.line_id) {
        (Step::Made, Some(line_id)) => draw(keeper, api, one, line_id).await,
        (Step::Drawn, Some(line_id)) => go_live(keeper, api, one, line_id).await,
        _ => make(keeper, api, one).await,
    }
}

/// Finds out whether LINE has made a publication without our having heard so.
pub(super) async fn look_for(
    api: &LineApi,
    one: &Publication,
) -> Result<Option<String>, LineApiError> {
    if one.tried_at.is_none() {
        return Ok(None);
    }
    // Making a menu knows no retry key: the id at the end of its name is how it is found again.
    let mark = one.id.to_string();
    let menus = api.menus().await?.into_iter();
    let mut found = menus.filter(|menu| menu.name.ends_with(&mark));
    Ok(found.next().map(|menu| menu.rich_menu_id))
}

async fn make(keeper: &mut Keeper, api: &LineApi, one: &Publication) -> Result<Did, Halt> {
    let now = keeper.app.now();
    let db = keeper.app.db.clone();
    let Some(picture) = menu::picture(db.reader(), keeper.workspace, one.image).await? else {
        return refuse(keeper, one, "the picture is missing").await;
    };
    let whole = menu::Whole {
        id: one.id,
        name: &one.name,
        document: &one.document,
        size: (picture.width, picture.height),
    };
    let composed = menu::compose(whole, Some(keeper.app.config.public_url()));
    let checked = match RichMenu::check(composed, "") {
        Ok(checked) => checked,
        Err(invalid) => {
            let first = invalid.0.first();
            let why = first.map_or_else(String::new, |one| {
                format!("{}: {}", one.pointer, one.message.en)
            });
            return refuse(keeper, one, &why).await;
        }
    };
    let line_id = match look_for(api, one).await {
        Ok(Some(line_id)) => Ok(line_id),
        Ok(None) => {
            let tx = keeper.begin().await?;
            publication::tried(&tx, one.id, now).await?;
            keeper.commit(tx).await?;
            api.create_menu(&checked).await
        }
        Err(error) => Err(error),
    };
    match line_id {
        Ok(line_id) => {
            let tx = keeper.begin().await?;
            publication::made(&tx, one.id, &line_id).await?;
            keeper.commit(tx).await?;
            Ok(Did::Something)
        }
        Err(error) => failed(keeper, one, &error).await,
    }
}

async fn draw(
    keeper: &mut Keeper,
    api: &LineApi,
    one: &Publication,
    line_id: &str,
) -> Result<Did, Halt> {
    let db = keeper.app.db.clone();
    let Some(picture) = menu::picture(db.reader(), keeper.workspace, one.image).await? else {
        return refuse(keeper, one, "the picture is missing").await;
    };
    match api.upload_menu_image(line_id, picture.bytes).await {
        Ok(()) => {}
        // Taken before, and we did not hear so.
        Err(LineApiError::Refused { status: 400, text }) if text.contains("already") => {}
        Err(error) => return failed(keeper, one, &error).await,
    }
    let tx = keeper.begin().await?;
    publication::drawn(&tx, one.id).await?;
    keeper.commit(tx).await?;
    Ok(Did::Something)
}

async fn go_live(
    keeper: &mut Keeper,
    api: &LineApi,
    one: &Publication,
    line_id: &str,
) -> Result<Did, Halt> {
    let now = keeper.app.now();
    // The alias first: whoever comes by a tab then finds what everybody is about to be given.
    if let Err(error) = api.set_menu_alias(&menu::alias(one.menu), line_id).await {
        return failed(keeper, one, &error).await;
    }
    let tx = keeper.begin().await?;
    publication::goes_live(&tx, keeper.workspace, one, now).await?;
    keeper.commit(tx).await?;
    tracing::info!(menu.id = %one.menu, publication.id = %one.id, "rich menu {} went live", one.menu);
    Ok(Did::Something)
}

async fn failed(keeper: &mut Keeper, one: &Publication, error: &LineApiError) -> Result<Did, Halt> {
    let now = keeper.app.now();
    match Said::of(error, now) {
        Said::No(why) => refuse(keeper, one, &why).await,
        said => said.end(now),
    }
}

async fn refuse(keeper: &mut Keeper, one: &Publication, why: &str) -> Result<Did, Halt> {
    let tx = keeper.begin().await?;
    publication::refused(&tx, one.id, why).await?;
    keeper.commit(tx).await?;
    Ok(Did::Something)
}
