//! Messages: who gets them, what they cost, and whether they came before.

use kernel::time::{DAY, Millis};
use serde_json::{Value, json};

use crate::{
    answer::{Answer, Asked},
    state::{Delivered, Kept, State},
};

const MONTHLY: &str = "You have reached your monthly limit.";

/// A call with a retry key: known, it has no second effect.
pub(crate) fn with_key(
    state: &mut State,
    asked: &Asked,
    call: &'static str,
    request_id: &str,
) -> Answer {
    let Some(key) = &asked.retry_key else {
        state.misuses.push(format!("{call} without a retry key"));
        return take(state, asked, call, request_id);
    };
    if !is_uuid(key) {
        return Answer::error(400, "The retry key is invalid");
    }
    let now = state.now();
    let kept = state.keys.get(key).cloned();
    if let Some(kept) = kept.filter(|kept| now < kept.at + DAY) {
        if kept.body != asked.body {
            state
                .misuses
                .push(format!("{key} used again for another body"));
        }
        let mut body = json!({ "message": "The retry key is already accepted" });
        let sent = kept.answer.get("sentMessages");
        if let (Some(sent), Some(body)) = (sent, body.as_object_mut()) {
            body.insert("sentMessages".to_owned(), sent.clone());
        }
        let answer = Answer {
            status: 409,
            ..Answer::ok(body)
        };
        return answer.with("x-line-accepted-request-id", kept.request_id);
    }
    if state.keys.contains_key(key) {
        state
            .misuses
            .push(format!("{key} used again after 24 hours"));
    }
    let answer = take(state, asked, call, request_id);
    if answer.status < 300 {
        let kept = Kept {
            at: now,
            body: asked.body.clone(),
            request_id: request_id.to_owned(),
            answer: answer.body.clone(),
        };
        state.keys.insert(key.clone(), kept);
    }
    answer
}

fn take(state: &mut State, asked: &Asked, call: &'static str, request_id: &str) -> Answer {
    let body = asked.json();
    let count = match message_count(&body) {
        Ok(count) => count,
        Err(answer) => return answer,
    };
    let to = match recipients(state, &body, call) {
        Ok(to) => to,
        Err(answer) => return answer,
    };
    let reached: Vec<String> = to.into_iter().filter(|user| state.reaches(user)).collect();
    let cost = i64::try_from(reached.len()).unwrap_or(i64::MAX);
    if state
        .options
        .monthly_limit
        .is_some_and(|limit| state.used + cost > limit)
    {
        return Answer::error(429, MONTHLY);
    }
    state.used += cost;
    let units = body.get("customAggregationUnits").and_then(Value::as_array);
    let units = units.into_iter().flatten().filter_map(Value::as_str);
    state.unit_names.extend(units.map(str::to_owned));
    let success = reached.len();
    for user in reached {
        deliver(state, asked, call, request_id, user, &body);
    }
    match call {
        "push" => Answer::ok(sent(state, count)),
        "narrowcast" => {
            let time = Millis(state.now()).to_string();
            let progress = json!({ "phase": "succeeded", "successCount": success, "failureCount": 0,
                "targetCount": success, "acceptedTime": time, "completedTime": time });
            state.narrowcasts.insert(request_id.to_owned(), progress);
            Answer::later()
        }
        _ => Answer::done(),
    }
}

fn message_count(body: &Value) -> Result<usize, Answer> {
    let messages = body.get("messages").and_then(Value::as_array);
    match messages.map_or(0, Vec::len) {
        0 => Err(Answer::error(400, "The request body has 1 error(s)")),
        count @ 1..=5 => Ok(count),
        _ => Err(Answer::error(
            400,
            "The request body has 1 error(s): size must be between 1 and 5",
        )),
    }
}

fn recipients(state: &State, body: &Value, call: &str) -> Result<Vec<String>, Answer> {
    let to = body.get("to");
    match call {
        "push" => match to.and_then(Value::as_str) {
            Some(user) if state.knows(user) => Ok(vec![user.to_owned()]),
            Some(user) if is_id(user) => Err(Answer::error(400, "Failed to send messages")),
            _ => Err(invalid("'to'")),
        },
        "multicast" => {
            let to: Vec<String> = to
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .map(|user| user.as_str().unwrap_or_default().to_owned())
                .collect();
            if to.is_empty() || to.len() > 500 {
                return Err(invalid("'to'"));
            }
            // One bad id, and nobody gets it.
            match to.iter().position(|user| !state.knows(user)) {
                Some(bad) => Err(invalid(&format!("to[{bad}]"))),
                None => Ok(to),
            }
        }
        _ => Ok(state.people.keys().cloned().collect()),
    }
}

fn invalid(property: &str) -> Answer {
    Answer::error(
        400,
        &format!("The property, {property}, in the request body is invalid (line: -, column: -)"),
    )
}

fn deliver(
    state: &mut State,
    asked: &Asked,
    call: &str,
    request_id: &str,
    user: String,
    body: &Value,
) {
    state.taken.push(Delivered {
        user,
        call: call.to_owned(),
        retry_key: asked.retry_key.clone().unwrap_or_default(),
        request_id: request_id.to_owned(),
        messages: body.get("messages").cloned().unwrap_or_default(),
    });
    state.arrivals.notify_waiters();
}

fn sent(state: &mut State, count: usize) -> Value {
    let sent: Vec<Value> = (0..count)
        .map(|_| json!({ "id": state.name("46123096684206"), "quoteToken": "IStG5h1Tz7b" }))
        .collect();
    json!({ "sentMessages": sent })
}

/// A reply: its token serves once, and a retry key is refused.
pub(crate) fn reply(state: &mut State, asked: &Asked, request_id: &str) -> Answer {
    if asked.retry_key.is_some() {
        state.misuses.push("a retry key on a reply".to_owned());
        return Answer::error(400, "The retry key is not supported in this API");
    }
    let body = asked.json();
    let count = match message_count(&body) {
        Ok(count) => count,
        Err(answer) => return answer,
    };
    let token = body.get("replyToken").and_then(Value::as_str);
    let now = state.now();
    let found = token.and_then(|token| state.reply_tokens.remove(token));
    let Some(person) = found.filter(|token| now < token.until) else {
        return Answer::error(400, "Invalid reply token");
    };
    deliver(state, asked, "reply", request_id, person.user, &body);
    Answer::ok(sent(state, count))
}

/// LINE's own check, as far as this platform looks at messages at all.
pub(crate) fn validate(asked: &Asked) -> Answer {
    match message_count(&asked.json()) {
        Ok(_) => Answer::done(),
        Err(answer) => answer,
    }
}

pub(crate) fn progress(state: &State, asked: &Asked) -> Answer {
    asked
        .query("requestId")
        .and_then(|id| state.narrowcasts.get(&id).cloned())
        .map_or_else(Answer::not_found, Answer::ok)
}

fn is_id(text: &str) -> bool {
    text.len() == 33 && text.starts_with(['U', 'C', 'R'])
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
