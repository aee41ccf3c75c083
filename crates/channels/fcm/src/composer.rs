//! From a rendered push to the bytes of a request: no network, no chance.

use channel_core::{
    Content, Message, Notification, Prepared, Push, PushPriority, Reason, ReasonClass, Refusal,
};
use kernel::time::SECOND;
use serde_json::{Map, Value, json};

use crate::Target;

/// The most bytes of a message, its target apart. Firebase counts what the app is given; all is counted here,
/// which is the stricter of the two.
pub const MAX_PAYLOAD: usize = 4_096;
/// Under names that begin so stands what is ours.
const OURS: &str = "enishi_";

/// Checks a push, and reads what is said and to whom.
pub(crate) fn check(message: &Message) -> Result<(Target, Map<String, Value>), Refusal> {
    let push = push_of(message)?;
    push.check()?;
    if !is_id(&message.idempotency_key) {
        return Err(Refusal::message("the id has 1 to 128 plain characters"));
    }
    if push.data.keys().any(|key| is_reserved(key)) {
        return Err(Refusal::message(
            "a value's name must not be from or message_type, nor begin with google, gcm or enishi_",
        ));
    }
    let to = Target::parse(message.recipient.as_str())
        .map_err(|error| Refusal::address(&error.to_string()))?;
    let said = said(push, message);
    let n_bytes = Value::Object(said.clone()).to_string().len();
    if n_bytes > MAX_PAYLOAD {
        let why = format!("the push has {n_bytes} bytes; FCM takes {MAX_PAYLOAD}");
        return Err(Refusal::Message(Reason::new(
            ReasonClass::TooBig,
            None,
            &why,
        )));
    }
    Ok((to, said))
}

/// Writes a push of a project.
pub(crate) fn prepare(message: Message, project: &str) -> Result<Prepared, Refusal> {
    let (to, mut said) = check(&message)?;
    said.insert(to.property().to_owned(), json!(to.as_str()));
    Ok(Prepared {
        sender: project.to_owned(),
        recipient: to.as_str().to_owned(),
        wire_id: message.idempotency_key.clone(),
        payload: json!({ "message": said }).to_string().into_bytes(),
        message,
    })
}

/// Writes everything but the target.
fn said(push: &Push, message: &Message) -> Map<String, Value> {
    let mut said = Map::new();
    if !push.is_silent() {
        let mut shown = Map::new();
        for (name, text) in [("title", &push.title), ("body", &push.body)] {
            if !text.is_empty() {
                shown.insert(name.to_owned(), json!(text));
            }
        }
        if let Some(image) = &push.image {
            shown.insert("image".to_owned(), json!(image));
        }
        said.insert("notification".to_owned(), Value::Object(shown));
    }
    said.insert("data".to_owned(), data(push, &message.idempotency_key));
    said.insert("android".to_owned(), android(push));
    said.insert("apns".to_owned(), apns(push, message));
    said.insert("webpush".to_owned(), webpush(push));
    said
}

/// What the app is given: every value is text.
fn data(push: &Push, id: &str) -> Value {
    let mut data: Map<String, Value> = push
        .data
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    let mut put = |name: &str, value: &str| data.insert(format!("{OURS}{name}"), json!(value));
    put("id", id);
    if let Some(link) = &push.link {
        put("link", link);
    }
    if !push.actions.is_empty() {
        let actions: Vec<Value> = push
            .actions
            .iter()
            .map(|action| json!({ "id": action.id, "title": action.title, "link": action.link }))
            .collect();
        put("actions", &Value::Array(actions).to_string());
    }
    Value::Object(data)
}

fn android(push: &Push) -> Value {
    let mut android = Map::new();
    let mut put = |name: &str, value: Value| android.insert(name.to_owned(), value);
    put("ttl", json!(format!("{}s", push.ttl.as_secs())));
    let is_high = push.priority == PushPriority::High;
    put("priority", json!(if is_high { "HIGH" } else { "NORMAL" }));
    if let Some(name) = &push.collapse {
        put("collapseKey", json!(name));
    }
    let mut shown = Map::new();
    let mut show = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    if let Some(name) = &push.collapse {
        show("tag", json!(name));
    }
    if let Some(category) = &push.category {
        show("clickAction", json!(category));
    }
    if let Some(badge) = push.badge.and_then(|badge| i32::try_from(badge).ok()) {
        show("notificationCount", json!(badge));
    }
    if push.notification == Notification::Normal {
        show("defaultSound", json!(true));
    }
    if !push.is_silent() && !shown.is_empty() {
        put("notification", Value::Object(shown));
    }
    Value::Object(android)
}

/// Apple's part, for apps that Firebase serves there.
fn apns(push: &Push, message: &Message) -> Value {
    let ttl = i64::try_from(push.ttl.as_secs()).unwrap_or(i64::MAX);
    let expiration = match ttl {
        0 => 0,
        ttl => message.at.0.div_euclid(SECOND).saturating_add(ttl),
    };
    let is_urgent = push.priority == PushPriority::High && !push.is_silent();
    let mut headers = Map::new();
    let mut put = |name: &str, value: String| headers.insert(name.to_owned(), json!(value));
    put("apns-expiration", expiration.to_string());
    put(
        "apns-priority",
        if is_urgent { "10" } else { "5" }.to_owned(),
    );
    if let Some(name) = &push.collapse {
        put("apns-collapse-id", name.clone());
    }
    let mut aps = Map::new();
    let mut put = |name: &str, value: Value| aps.insert(name.to_owned(), value);
    if push.is_silent() {
        put("content-available", json!(1));
    } else if push.notification == Notification::Normal {
        put("sound", json!("default"));
    }
    if let Some(badge) = push.badge {
        put("badge", json!(badge));
    }
    if let Some(category) = &push.category {
        put("category", json!(category));
    }
    if push.image.is_some() {
        put("mutable-content", json!(1));
    }
    let mut all = Map::new();
    all.insert("headers".to_owned(), Value::Object(headers));
    if !aps.is_empty() {
        all.insert("payload".to_owned(), json!({ "aps": aps }));
    }
    Value::Object(all)
}

fn webpush(push: &Push) -> Value {
    let urgency = match push.priority {
        PushPriority::Low => "low",
        PushPriority::Normal => "normal",
        PushPriority::High => "high",
    };
    let ttl = push.ttl.as_secs().to_string();
    let mut webpush = json!({ "headers": { "TTL": ttl, "Urgency": urgency } });
    let is_page = |link: &&String| link.starts_with("https://");
    if let (Some(link), Some(webpush)) =
        (push.link.as_ref().filter(is_page), webpush.as_object_mut())
    {
        webpush.insert("fcmOptions".to_owned(), json!({ "link": link }));
    }
    webpush
}

/// "The key should not be a reserved word"; and ours are ours.
fn is_reserved(name: &str) -> bool {
    matches!(
        name,
        "from" | "message_type" | "collapse_key" | "notification"
    ) || ["google", "gcm", OURS]
        .iter()
        .any(|start| name.starts_with(start))
}

fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn push_of(message: &Message) -> Result<&Push, Refusal> {
    match &message.content {
        Content::Fcm(push) => Ok(push),
        _ => Err(Refusal::message("the message is not a push by Firebase")),
    }
}
