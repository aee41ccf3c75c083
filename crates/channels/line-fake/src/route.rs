//! Which call a request is: token, rate, trick, then the call itself.

use crate::{
    Rates, Trick,
    answer::{Answer, Asked, Fate},
    control, menu, oauth, people, send,
    state::{Logged, State},
    stats,
};

/// Decides what becomes of a request, and writes it down.
pub(crate) fn fate(state: &mut State, asked: &Asked) -> Fate {
    let at = state.now();
    let fate = decide(state, asked);
    if !asked.path.starts_with("/_fake/") {
        let status = match &fate {
            Fate::Answered(answer) => answer.status,
            _ => 0,
        };
        state.log.push(Logged {
            at,
            what: format!("{} {}", asked.method, asked.path),
            retry_key: asked.retry_key.clone(),
            body: asked.body.clone(),
            status,
        });
    }
    fate
}

fn decide(state: &mut State, asked: &Asked) -> Fate {
    let parts: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    match &parts[..] {
        ["_fake", rest @ ..] => return Fate::Answered(control::answer(state, rest)),
        ["oauth2", version, "token"] if asked.method == "POST" => {
            return Fate::Answered(oauth::answer(state, asked, version));
        }
        ["oauth2", "v2.1", "certs"] if asked.method == "GET" => {
            return Fate::Answered(Answer::ok(state.options.login_keys.clone()));
        }
        _ => {}
    }
    let request_id = state.name("line-request-");
    let named = |answer: Answer| answer.with("x-line-request-id", request_id.clone());
    if !oauth::is_good(state, asked.bearer.as_deref()) {
        let why = "Authentication failed due to the following reason: invalid token. Confirm that the access token in the authorization header is valid.";
        return Fate::Answered(named(Answer::error(401, why)));
    }
    if asked.body.len() > 2 * 1024 * 1024 {
        return Fate::Answered(named(Answer::error(413, "Request Entity Too Large")));
    }
    let call = call_of(&asked.method, &parts);
    let now = state.now();
    if state.options.rates == Rates::Documented && !state.buckets.take(call, now) {
        let why = "The API rate limit has been exceeded. Try again later.";
        return Fate::Answered(named(Answer::error(429, why)));
    }
    let is_message = matches!(call, "push" | "multicast" | "narrowcast" | "broadcast");
    let trick = is_message
        .then(|| state.tricks.pop_front())
        .flatten()
        .unwrap_or(Trick::Usual);
    if let Trick::Answer { status, message } = &trick {
        return Fate::Answered(named(Answer::error(*status, message)));
    }
    let answer = perform(state, asked, call, &parts, &request_id);
    match trick {
        Trick::TakeAndBreak => Fate::Broken,
        Trick::TakeAndStaySilent => Fate::Silent,
        Trick::TakeAndFail => Fate::Answered(named(Answer::error(500, "Internal server error"))),
        Trick::Usual | Trick::Answer { .. } => Fate::Answered(named(answer)),
    }
}

/// Returns the name of a call, under which its rate is counted.
fn call_of(method: &str, parts: &[&str]) -> &'static str {
    let Some(parts) = parts.strip_prefix(&["v2", "bot"]) else {
        return "unknown";
    };
    match (method, parts) {
        ("POST", ["message", "push"]) => "push",
        ("POST", ["message", "multicast"]) => "multicast",
        ("POST", ["message", "narrowcast"]) => "narrowcast",
        ("POST", ["message", "broadcast"]) => "broadcast",
        ("POST", ["message", "reply"]) => "reply",
        ("POST", ["message", "validate", _]) => "validate",
        ("GET", ["message", "progress", "narrowcast"]) => "progress",
        ("GET", ["message", "quota"]) => "quota",
        ("GET", ["message", "quota", "consumption"]) => "consumption",
        ("GET", ["message", "delivery", _]) => "delivery",
        ("GET", ["message", "aggregation", "info"]) => "units-used",
        ("GET", ["insight", "message", "event", "aggregation"]) => "unit",
        ("GET", ["info"]) => "info",
        ("GET", ["profile", _]) => "profile",
        ("GET", ["followers", "ids"]) => "followers",
        ("POST", ["user", _, "linkToken"]) => "link-token",
        ("POST", ["richmenu", "bulk", "link"]) => "bulk-link",
        ("POST", ["richmenu", "bulk", "unlink"]) => "bulk-unlink",
        ("POST", ["richmenu", "batch"]) => "batch",
        ("GET", ["richmenu", "progress", "batch"]) => "batch-progress",
        ("GET", ["richmenu", "list"]) => "menu-list",
        ("GET", ["richmenu", "alias", "list"]) => "alias-list",
        ("POST", ["richmenu", "alias"]) => "alias-create",
        ("POST", ["richmenu", "alias", _]) => "alias-update",
        ("DELETE", ["richmenu", "alias", _]) => "alias-delete",
        ("POST", ["richmenu"]) => "menu-create",
        ("POST", ["richmenu", _, "content"]) => "menu-image",
        ("DELETE", ["richmenu", _]) => "menu-delete",
        ("POST", ["user", "all", "richmenu", _]) => "menu-default",
        ("POST", ["user", _, "richmenu", _]) => "menu-link",
        ("DELETE", ["user", "all", "richmenu"]) => "menu-default-clear",
        ("DELETE", ["user", _, "richmenu"]) => "menu-unlink",
        _ => "unknown",
    }
}

fn perform(
    state: &mut State,
    asked: &Asked,
    call: &'static str,
    parts: &[&str],
    request_id: &str,
) -> Answer {
    match call {
        "push" | "multicast" | "narrowcast" | "broadcast" => {
            send::with_key(state, asked, call, request_id)
        }
        "reply" => send::reply(state, asked, request_id),
        "validate" => send::validate(asked),
        "progress" => send::progress(state, asked),
        "quota" | "consumption" | "delivery" | "unit" | "units-used" => {
            stats::answer(state, asked, call)
        }
        "profile" | "followers" | "link-token" | "info" => {
            people::answer(state, asked, call, parts)
        }
        "unknown" => Answer::not_found(),
        _ => menu::answer(state, asked, call, parts, request_id),
    }
}
