//! The conformance suite.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use channel_core::{
    Channel, Content, Message, Push, PushAction,
    conformance::{
        Behaviour, Harness,
        provider::{Act, Provider},
    },
};

use crate::support::{AT, Hand, channel, device, message, message_of, provider, push};

#[derive(Default)]
struct Apple(OnceLock<Provider>);

/// What Apple does; `None` where it cannot.
fn act(behaviour: Behaviour) -> Option<Act> {
    match behaviour {
        Behaviour::Accepts => Some(Act::status(200, "")),
        Behaviour::RefusesForNow => Some(Act::status(503, r#"{"reason":"ServiceUnavailable"}"#)),
        Behaviour::RefusesForGood => Some(Act::status(400, r#"{"reason":"BadCollapseId"}"#)),
        Behaviour::KnowsNobody => Some(Act::status(
            410,
            r#"{"reason":"Unregistered","timestamp":1}"#,
        )),
        Behaviour::BreaksAfter => Some(Act::HangUp),
        Behaviour::StaysSilent => Some(Act::Silence),
        // A request of 4 KB lies in the system's buffers before anybody can break off: what breaks is in doubt.
        Behaviour::BreaksBefore | Behaviour::IsAway => None,
    }
}

#[async_trait]
impl Harness for Apple {
    async fn start(&self, script: &[Behaviour]) -> Option<Arc<dyn Channel>> {
        if script.contains(&Behaviour::IsAway) {
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            return Some(Arc::new(channel(port, Hand::at(AT))));
        }
        let script: Option<Vec<Act>> = script.iter().copied().map(act).collect();
        let provider = provider(script?).await;
        let channel = channel(provider.port, Hand::at(AT));
        assert!(self.0.set(provider).is_ok(), "one start a test");
        Some(Arc::new(channel))
    }

    fn message(&self, n: i64, _behaviour: Behaviour) -> Message {
        message(n, &device('a'))
    }

    fn bad_messages(&self) -> Vec<Message> {
        bad_messages()
    }

    async fn received(&self) -> Vec<String> {
        self.0.get().unwrap().taken("apns-id")
    }
}

fn bad_messages() -> Vec<Message> {
    let with = |change: fn(&mut Push)| {
        let mut changed = push();
        change(&mut changed);
        message_of(1, &device('a'), changed)
    };
    let mut bad = vec![
        with(|push| *push = Push::default()),
        with(|push| push.body = "あ".repeat(1_400)),
        with(|push| push.link = Some("javascript:alert(1)".to_owned())),
        with(|push| push.collapse = Some("x".repeat(65))),
        with(|push| push.collapse = Some("a\r\nb: c".to_owned())),
        // Buttons that the app has not registered would never be shown.
        with(|push| {
            push.actions.push(PushAction {
                id: "cart".to_owned(),
                title: "カートへ".to_owned(),
                link: None,
            });
        }),
    ];
    let path = format!("{}/../x", device('a'));
    for address in [
        "",
        "hanako@example.jp",
        "{}",
        &path,
        &"ａ".repeat(64),
        &"a".repeat(63),
    ] {
        bad.push(message(1, address));
    }
    bad.push(Message {
        content: Content::Fcm(Box::new(push())),
        ..message(1, &device('a'))
    });
    bad
}

channel_core::channel_conformance!(Apple::default());
