//! The conformance suite.

use std::{
    net::TcpListener,
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use channel_core::{
    Channel, Content, Message, Push,
    conformance::{Behaviour, Harness, provider::Act},
};
use serde_json::Value;

use crate::support::{AT, Google, Hand, TOKEN, channel, message, message_of, push, refused};

#[derive(Default)]
struct Firebase(OnceLock<Google>);

/// What Firebase does; `None` where it cannot.
fn act(behaviour: Behaviour) -> Option<Act> {
    match behaviour {
        Behaviour::Accepts => Some(Act::status(200, r#"{"name":"projects/p/messages/1"}"#)),
        Behaviour::RefusesForNow => Some(refused(429, "QUOTA_EXCEEDED")),
        Behaviour::RefusesForGood => Some(refused(400, "INVALID_ARGUMENT")),
        Behaviour::KnowsNobody => Some(refused(404, "UNREGISTERED")),
        Behaviour::BreaksAfter => Some(Act::HangUp),
        Behaviour::StaysSilent => Some(Act::Silence),
        // A request of 4 KB lies in the system's buffers before anybody can break off: what breaks is in doubt.
        Behaviour::BreaksBefore | Behaviour::IsAway => None,
    }
}

#[async_trait]
impl Harness for Firebase {
    async fn start(&self, script: &[Behaviour]) -> Option<Arc<dyn Channel>> {
        if script.contains(&Behaviour::IsAway) {
            let google = Google::start(vec![], vec![]).await;
            let free = TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap()
                .port();
            return Some(Arc::new(channel(free, google.tokens.port, Hand::at(AT))));
        }
        let script: Option<Vec<Act>> = script.iter().copied().map(act).collect();
        let google = Google::start(script?, vec![]).await;
        let channel = google.channel();
        assert!(self.0.set(google).is_ok(), "one start a test");
        Some(Arc::new(channel))
    }

    fn message(&self, n: i64, _behaviour: Behaviour) -> Message {
        message(n, TOKEN)
    }

    fn bad_messages(&self) -> Vec<Message> {
        bad_messages()
    }

    async fn received(&self) -> Vec<String> {
        let seen = self.0.get().unwrap().firebase.seen();
        let taken = seen.iter().filter(|one| one.is_taken);
        taken
            .map(|one| {
                let body: Value = serde_json::from_slice(&one.body).unwrap();
                let id = &body["message"]["data"]["enishi_id"];
                id.as_str().unwrap().to_owned()
            })
            .collect()
    }
}

fn bad_messages() -> Vec<Message> {
    let with = |change: &dyn Fn(&mut Push)| {
        let mut changed = push();
        change(&mut changed);
        message_of(1, TOKEN, changed)
    };
    let mut bad = vec![
        with(&|push| *push = Push::default()),
        with(&|push| push.body = "あ".repeat(1_400)),
        with(&|push| push.link = Some("javascript:alert(1)".to_owned())),
        with(&|push| push.collapse = Some("a\r\nb: c".to_owned())),
    ];
    for name in [
        "from",
        "message_type",
        "google.a",
        "gcm.notification.x",
        "enishi_id",
        "",
    ] {
        bad.push(with(&|push| {
            push.data.insert(name.to_owned(), "1".to_owned());
        }));
    }
    for address in [
        "",
        "hanako@example.jp",
        "/topics/all",
        "'a' in topics",
        &"あ".repeat(40),
    ] {
        bad.push(message(1, address));
    }
    for key in ["", "a b", "春", &"x".repeat(129)] {
        bad.push(Message {
            idempotency_key: key.to_owned(),
            ..message(1, TOKEN)
        });
    }
    bad.push(Message {
        content: Content::WebPush(Box::new(push())),
        ..message(1, TOKEN)
    });
    bad
}

channel_core::channel_conformance!(Firebase::default());

#[test]
fn the_largest_message_is_taken_and_one_byte_more_is_not() {
    let channel = channel(65_000, 65_001, Hand::at(AT));
    let with = |n: usize| {
        let body = "x".repeat(n);
        message_of(1, TOKEN, Push { body, ..push() })
    };
    let bare = channel.prepare(with(1)).unwrap().payload.len();
    // The target and what stands around all of it are not counted.
    let target = format!(r#"{{"message":}},"token":"{TOKEN}""#).len();
    let room = channel_fcm::MAX_PAYLOAD - (bare - target) + 1;
    assert_eq!(channel.validate(&with(room)), Ok(()));
    assert!(channel.validate(&with(room + 1)).is_err());
}
