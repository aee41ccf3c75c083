//! Between the wire and the domain.

use std::collections::BTreeMap;

use api_types::line_menus::{LineMenuDocument, LineMenuSize, LineMenuView};
use friends::menu::{
    self, Action, Document, Menu, Publication, Step, publication,
    tap::{self, Tap},
};
use kernel::{
    id::{MenuId, PublicationId, SenderId, WorkspaceId},
    invalid::{FieldError, Invalid},
};
use serde_json::Value as Json;
use storage::{ConnectionTrait, Tx};

use crate::{
    http::{audit, auth::Caller, problem::ApiError},
    state::App,
};

/// Longest name of a menu.
const LONGEST_NAME: usize = 100;

/// Reads a draft; an id that is none is a field at fault.
pub(super) fn document(wire: &LineMenuDocument) -> Result<Document, ApiError> {
    let mut invalid = Invalid::default();
    for (at, area) in wire.areas.iter().enumerate() {
        if let api_types::line_menus::LineMenuAction::Switch { menu } = &area.action
            && menu.parse::<MenuId>().is_err()
        {
            invalid.push(no_menu(format!("/document/areas/{at}/action/menu")));
        }
    }
    invalid.into_result()?;
    let json = serde_json::to_value(wire).map_err(|error| ApiError::internal(&error))?;
    let document: Document =
        serde_json::from_value(json).map_err(|error| ApiError::internal(&error))?;
    document.check("/document")?;
    Ok(document)
}

pub(super) fn no_menu(pointer: String) -> FieldError {
    FieldError::new(
        pointer,
        "unknown",
        "choose a menu of this account",
        "このアカウントのメニューを選んでください",
    )
}

fn shown(document: &Document) -> LineMenuDocument {
    // Both have one shape; what cannot happen shows an empty draft.
    serde_json::to_value(document)
        .and_then(serde_json::from_value)
        .unwrap_or_default()
}

/// Reads a name.
pub(super) fn name(text: &str) -> Result<String, ApiError> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(Invalid::one(
            "/name",
            "length",
            "give a name of 1 to 100 characters",
            "名前を1〜100文字で入れてください",
        )
        .into());
    }
    Ok(name.to_owned())
}

/// Finds a menu of the caller's workspace.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: MenuId,
) -> Result<Menu, ApiError> {
    menu::find(db, caller.workspace, id)
        .await?
        .ok_or_else(ApiError::not_found)
}

/// Shows a menu.
pub(super) async fn view(app: &App, caller: &Caller, menu: Menu) -> Result<LineMenuView, ApiError> {
    let db = app.db.reader();
    let size = match menu.image {
        Some(image) => menu::picture(db, caller.workspace, image).await?,
        None => None,
    };
    let newest = publication::newest(db, caller.workspace, menu.id).await?;
    let live = match menu.live {
        Some(id) => publication::find(db, caller.workspace, id).await?,
        None => None,
    };
    let taps = tap::of_menu(db, caller.workspace, menu.id).await?;
    Ok(LineMenuView {
        id: menu.id.to_string(),
        account: menu.account.to_string(),
        document: shown(&menu.document),
        image: size.map(|picture| LineMenuSize {
            width: picture.width,
            height: picture.height,
        }),
        version: menu.version,
        state: state(&menu, newest.as_ref()).to_owned(),
        is_changed: newest.as_ref().is_none_or(|newest| differs(&menu, newest)),
        fault: newest.as_ref().and_then(|newest| newest.fault.clone()),
        number: newest.as_ref().map_or(0, |newest| newest.number),
        live_at: live
            .as_ref()
            .and_then(|live| live.live_at)
            .map(|at| at.to_string()),
        taps: live.map(|live| per_area(&live, &taps)).unwrap_or_default(),
        n_taps: taps.values().sum(),
        updated_at: menu.updated_at.to_string(),
        name: menu.name,
    })
}

fn state(menu: &Menu, newest: Option<&Publication>) -> &'static str {
    match newest {
        Some(newest) if newest.step < Step::Live && newest.fault.is_some() => "refused",
        Some(newest) if newest.step < Step::Live => "publishing",
        _ if menu.live.is_some() => "live",
        _ => "draft",
    }
}

/// Tells whether a draft differs from what was published of it.
pub(super) fn differs(menu: &Menu, publication: &Publication) -> bool {
    menu.document != publication.document || menu.image != Some(publication.image)
}

fn per_area(live: &Publication, taps: &BTreeMap<Tap, i64>) -> Vec<Option<i64>> {
    let areas = live.document.areas.iter().zip(0_i16..);
    let counted = areas.map(|(area, at)| {
        let tap = Tap {
            publication: live.id,
            area: at,
        };
        let is_counted = match &area.action {
            Action::Message { .. } => false,
            Action::Uri { uri } => uri.starts_with("http"),
            Action::Postback { .. } | Action::Switch { .. } => true,
        };
        is_counted.then(|| taps.get(&tap).copied().unwrap_or(0))
    });
    counted.collect()
}

/// Checks a menu as LINE would: as it was written, and as it is sent, whose marks make it longer.
pub(super) fn check(
    app: &App,
    menu: &Menu,
    (id, size): (PublicationId, (i64, i64)),
) -> Result<(), Invalid> {
    let whole = menu::Whole {
        id,
        name: &menu.name,
        document: &menu.document,
        size,
    };
    let mut invalid = Invalid::default();
    if menu.document.areas.is_empty() {
        invalid.push(FieldError::new(
            "/document/areas",
            "required",
            "draw at least one area that can be tapped",
            "タップできる領域を1つ以上作ってください",
        ));
    }
    for counted in [None, Some(app.config.public_url())] {
        let composed = menu::compose(whole, counted);
        let found = channel_line::RichMenu::check(composed, "");
        for mut fault in found.err().unwrap_or_default().0 {
            fault.pointer = drawn(&fault.pointer);
            if invalid.0.iter().all(|known| known.pointer != fault.pointer) {
                invalid.push(fault);
            }
        }
    }
    invalid.into_result()
}

/// Returns where in our document a fault of LINE's object stands.
fn drawn(pointer: &str) -> String {
    let own = pointer
        .replace("/bounds", "")
        .replace("chatBarText", "bar")
        .replace("displayText", "display_text")
        .replace("action/label", "label")
        .replace("richMenuAliasId", "menu");
    format!("/document{own}")
}

/// Tells whether a menu is used: by a rule, as the default, or as a tab of another; returns who uses it.
pub(super) async fn used_by(
    db: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    id: MenuId,
) -> Result<Vec<String>, ApiError> {
    let plan = menu::plan::find(db, workspace, account).await?;
    let is_planned = plan.is_some_and(|kept| kept.plan.menus().contains(&id));
    let others = menu::list(db, workspace, account).await?;
    let tabs = others
        .into_iter()
        .filter(|other| other.id != id && other.document.leads_to().any(|to| to == id));
    let mut users: Vec<String> = tabs.map(|other| other.name).collect();
    if is_planned {
        users.insert(0, String::new());
    }
    Ok(users)
}

/// Logs a change of a menu.
pub(super) async fn log(
    app: &App,
    tx: &Tx,
    caller: &Caller,
    action: &'static str,
    (id, detail): (MenuId, Json),
) -> Result<(), ApiError> {
    audit::log(
        app,
        tx,
        caller,
        action,
        ("line_menu", Some(id.raw())),
        detail,
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::drawn;

    #[test]
    fn faults_of_lines_object_stand_where_they_were_written() {
        for (theirs, ours) in [
            ("/chatBarText", "/document/bar"),
            ("/areas/3/bounds", "/document/areas/3"),
            ("/areas/3/bounds/x", "/document/areas/3/x"),
            (
                "/areas/0/action/displayText",
                "/document/areas/0/action/display_text",
            ),
            ("/areas/0/action/label", "/document/areas/0/label"),
        ] {
            assert_eq!(drawn(theirs), ours);
        }
    }
}
