//! Rich menus.

use kernel::time::Millis;
use serde_json::{Value, json};

use crate::{
    answer::{Answer, Asked},
    state::State,
};

pub(crate) fn answer(
    state: &mut State,
    asked: &Asked,
    call: &str,
    parts: &[&str],
    request_id: &str,
) -> Answer {
    let last = parts.last().copied().unwrap_or_default();
    match call {
        "menu-create" => {
            let id = state.name("richmenu-");
            state.menus.insert(id.clone(), (asked.json(), false));
            Answer::ok(json!({ "richMenuId": id }))
        }
        "menu-image" => image(state, asked, parts.get(3).copied().unwrap_or_default()),
        "menu-list" => Answer::ok(json!({ "richmenus": list(state) })),
        "menu-delete" => found(state.menus.remove(last).is_some()),
        "menu-default" => {
            let is_known = state.menus.contains_key(last);
            if is_known {
                state.default_menu = Some(last.to_owned());
            }
            found(is_known)
        }
        "menu-default-clear" => {
            state.default_menu = None;
            Answer::done()
        }
        "menu-link" => {
            let user = parts.get(3).copied().unwrap_or_default();
            link(state, &[user.to_owned()], Some(last))
        }
        "menu-unlink" => {
            let user = parts.get(3).copied().unwrap_or_default();
            link(state, &[user.to_owned()], None)
        }
        "bulk-link" | "bulk-unlink" => bulk(state, &asked.json()),
        "batch" => batch(state, &asked.json(), request_id),
        "batch-progress" => progress(state, asked),
        _ => alias(state, &asked.json(), call, last),
    }
}

fn found(is_known: bool) -> Answer {
    if is_known {
        Answer::done()
    } else {
        Answer::not_found()
    }
}

fn list(state: &State) -> Vec<Value> {
    state
        .menus
        .iter()
        .map(|(id, (menu, _))| {
            let mut menu = menu.clone();
            if let Some(menu) = menu.as_object_mut() {
                menu.insert("richMenuId".to_owned(), id.clone().into());
            }
            menu
        })
        .collect()
}

fn image(state: &mut State, asked: &Asked, id: &str) -> Answer {
    let is_picture = ["image/png", "image/jpeg"].contains(&asked.content_type.as_str());
    match state.menus.get_mut(id) {
        None => Answer::not_found(),
        Some((_, true)) => Answer::error(400, "An image has already been uploaded to the richmenu"),
        Some(_) if asked.body.len() > 1_024 * 1_024 => {
            Answer::error(413, "Request Entity Too Large")
        }
        Some(_) if !is_picture => Answer::error(415, "Unsupported media type"),
        Some((_, has_image)) => {
            *has_image = true;
            Answer::done()
        }
    }
}

fn link(state: &mut State, users: &[String], menu: Option<&str>) -> Answer {
    if let Some(menu) = menu {
        match state.menus.get(menu) {
            None => return Answer::not_found(),
            Some((_, false)) => {
                return Answer::error(400, "must upload richmenu image before applying it to user");
            }
            Some(_) => {}
        }
    }
    for user in users {
        state.people.entry(user.clone()).or_default().menu = menu.map(str::to_owned);
    }
    Answer::done()
}

fn bulk(state: &mut State, body: &Value) -> Answer {
    let users: Vec<String> = body
        .get("userIds")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|user| user.as_str().map(str::to_owned))
        .collect();
    if users.is_empty() || users.len() > 500 {
        return Answer::error(
            400,
            "The property, 'userIds', in the request body is invalid",
        );
    }
    let answer = link(
        state,
        &users,
        body.get("richMenuId").and_then(Value::as_str),
    );
    Answer {
        status: if answer.status == 200 {
            202
        } else {
            answer.status
        },
        ..answer
    }
}

fn batch(state: &mut State, body: &Value, request_id: &str) -> Answer {
    let operations = body.get("operations").and_then(Value::as_array);
    for operation in operations.into_iter().flatten() {
        let text = |name: &str| {
            operation
                .get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let (from, to) = (text("from"), text("to"));
        for person in state.people.values_mut() {
            let is_meant = match text("type").as_deref() {
                Some("unlinkAll") => true,
                _ => from.is_some() && person.menu == from,
            };
            if is_meant {
                person.menu.clone_from(&to);
            }
        }
    }
    let now = state.now();
    state.batches.insert(request_id.to_owned(), now);
    Answer::later()
}

fn progress(state: &State, asked: &Asked) -> Answer {
    let accepted = asked
        .query("requestId")
        .and_then(|id| state.batches.get(&id).copied());
    accepted.map_or_else(Answer::not_found, |at| {
        let time = Millis(at).to_string();
        Answer::ok(json!({ "phase": "succeeded", "acceptedTime": time, "completedTime": time }))
    })
}

fn alias(state: &mut State, body: &Value, call: &str, last: &str) -> Answer {
    let text = |name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    match call {
        "alias-list" => {
            let aliases: Vec<Value> = state
                .aliases
                .iter()
                .map(|(alias, menu)| json!({ "richMenuAliasId": alias, "richMenuId": menu }))
                .collect();
            Answer::ok(json!({ "aliases": aliases }))
        }
        "alias-create" => {
            let alias = text("richMenuAliasId");
            if state.aliases.contains_key(&alias) {
                return Answer::error(400, "conflict richmenu alias id");
            }
            state.aliases.insert(alias, text("richMenuId"));
            Answer::done()
        }
        "alias-update" => match state.aliases.get_mut(last) {
            Some(menu) => {
                *menu = text("richMenuId");
                Answer::done()
            }
            None => Answer::error(404, "richmenu alias not found"),
        },
        _ => found(state.aliases.remove(last).is_some()),
    }
}
