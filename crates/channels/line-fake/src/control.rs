//! The handles of whoever drives the platform from outside.

use serde_json::json;

use crate::{Trick, answer::Answer, state::State};

pub(crate) fn answer(state: &mut State, parts: &[&str]) -> Answer {
    match parts {
        ["log"] => Answer::ok(log(state)),
        ["friend", user] => {
            state.befriend(user);
            Answer::done()
        }
        ["menu", user] => Answer::ok(menu(state, user)),
        ["block", user] => {
            state.block(user);
            Answer::done()
        }
        ["trick", name] => match trick(name) {
            Some(trick) => {
                state.tricks.push_back(trick);
                Answer::done()
            }
            None => Answer::not_found(),
        },
        _ => Answer::not_found(),
    }
}

fn log(state: &State) -> serde_json::Value {
    let taken: Vec<_> = state
        .taken
        .iter()
        .map(|one| {
            json!({ "user": one.user, "call": one.call, "retryKey": one.retry_key,
                "requestId": one.request_id, "messages": one.messages })
        })
        .collect();
    let requests: Vec<_> = state
        .log
        .iter()
        .map(|one| json!({ "at": one.at, "what": one.what, "status": one.status }))
        .collect();
    json!({ "taken": taken, "requests": requests, "misuses": state.misuses, "used": state.used })
}

/// The menu that somebody sees, as it was made.
fn menu(state: &State, user: &str) -> serde_json::Value {
    let id = state.menu_of(user);
    let menu = id.as_ref().and_then(|id| state.menus.get(id));
    json!({ "richMenuId": id, "menu": menu.map(|(menu, _)| menu), "aliases": state.aliases })
}

fn trick(name: &str) -> Option<Trick> {
    let refuse = |status, message: &str| Trick::Answer {
        status,
        message: message.to_owned(),
    };
    Some(match name {
        "break" => Trick::TakeAndBreak,
        "silence" => Trick::TakeAndStaySilent,
        "fail" => Trick::TakeAndFail,
        "rate" => refuse(
            429,
            "The API rate limit has been exceeded. Try again later.",
        ),
        "quota" => refuse(429, "You have reached your monthly limit."),
        "refuse" => refuse(400, "The request body has 1 error(s)"),
        _ => return None,
    })
}
