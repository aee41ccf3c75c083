//! Profiles, the list of friends, and the beginning of linking accounts.

use kernel::time::MINUTE;
use serde_json::json;

use crate::{
    answer::{Answer, Asked},
    state::{OneTime, State},
};

pub(crate) fn answer(state: &mut State, asked: &Asked, call: &str, parts: &[&str]) -> Answer {
    match (call, parts) {
        ("profile", [.., user]) if state.knows(user) && state.reaches(user) => {
            Answer::ok(json!({ "displayName": "縁 花子", "userId": user, "language": "ja" }))
        }
        ("info", _) => Answer::ok(json!({
            "userId": crate::BOT, "basicId": "@216ru123", "displayName": state.options.name,
            "chatMode": "bot", "markAsReadMode": "auto",
        })),
        ("link-token", [.., user, _]) if state.knows(user) => {
            let token = state.name("NMZTNuVrPTqlr2IF8Bnymkb7rXfYv5EY");
            let link = OneTime {
                user: (*user).to_owned(),
                until: state.now() + 10 * MINUTE,
            };
            state.link_tokens.insert(token.clone(), link);
            Answer::ok(json!({ "linkToken": token }))
        }
        ("followers", _) => followers(state, asked),
        _ => Answer::not_found(),
    }
}

fn followers(state: &State, asked: &Asked) -> Answer {
    let limit: usize = asked
        .query("limit")
        .and_then(|limit| limit.parse().ok())
        .unwrap_or(300);
    let start: usize = asked
        .query("start")
        .and_then(|start| start.parse().ok())
        .unwrap_or(0);
    if limit > 1_000 {
        return Answer::error(400, "The value for the 'limit' parameter is invalid");
    }
    let friends: Vec<&String> = state
        .people
        .keys()
        .filter(|user| state.reaches(user))
        .collect();
    let page: Vec<_> = friends.iter().skip(start).take(limit).collect();
    let end = start + page.len();
    let mut body = json!({ "userIds": page });
    if let (true, Some(body)) = (end < friends.len(), body.as_object_mut()) {
        body.insert("next".to_owned(), end.to_string().into());
    }
    Answer::ok(body)
}
