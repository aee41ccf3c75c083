//! The conformance suite.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use channel_core::{
    Channel, Content, Message, Push,
    conformance::{
        Behaviour, Harness,
        provider::{Act, Provider},
    },
};

use crate::support::{channel, local, message, message_of, push, service, subscription};

#[derive(Default)]
struct Browser {
    service: OnceLock<Provider>,
    port: OnceLock<u16>,
}

/// What the push service does; `None` where it cannot.
fn act(behaviour: Behaviour) -> Option<Act> {
    match behaviour {
        Behaviour::Accepts => Some(Act::status(201, "")),
        Behaviour::RefusesForNow => Some(Act::with(503, &[("retry-after", "3")], "")),
        Behaviour::RefusesForGood => Some(Act::status(400, "bad header")),
        Behaviour::KnowsNobody => Some(Act::status(410, "")),
        Behaviour::BreaksAfter => Some(Act::HangUp),
        Behaviour::StaysSilent => Some(Act::Silence),
        // A request of 4 KB lies in the system's buffers before anybody can break off: what breaks is in doubt.
        Behaviour::BreaksBefore | Behaviour::IsAway => None,
    }
}

#[async_trait]
impl Harness for Browser {
    async fn start(&self, script: &[Behaviour]) -> Option<Arc<dyn Channel>> {
        if script.contains(&Behaviour::IsAway) {
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            self.port.set(free.local_addr().unwrap().port()).unwrap();
            return Some(channel());
        }
        let script: Option<Vec<Act>> = script.iter().copied().map(act).collect();
        let service = service(script?).await;
        self.port.set(service.port).unwrap();
        assert!(self.service.set(service).is_ok(), "one start a test");
        Some(channel())
    }

    fn message(&self, n: i64, _behaviour: Behaviour) -> Message {
        message(n, &local(*self.port.get().unwrap()))
    }

    fn bad_messages(&self) -> Vec<Message> {
        bad_messages()
    }

    async fn received(&self) -> Vec<String> {
        let seen = self.service.get().unwrap().seen();
        let taken = seen.iter().filter(|one| one.is_taken);
        taken
            .map(|one| URL_SAFE_NO_PAD.encode(one.body.get(..16).unwrap()))
            .collect()
    }
}

fn bad_messages() -> Vec<Message> {
    let good = subscription("https://push.example.net/p/1");
    let with = |change: fn(&mut Push)| {
        let mut changed = push();
        change(&mut changed);
        message_of(1, &good, changed)
    };
    let mut bad = vec![
        with(|push| *push = Push::default()),
        with(|push| push.body = "あ".repeat(1_400)),
        with(|push| push.link = Some("javascript:alert(1)".to_owned())),
        with(|push| push.image = Some("http://img.example.jp/a.png".to_owned())),
        with(|push| push.collapse = Some("春".to_owned())),
        // Browsers do not let a push show nothing.
        with(|push| {
            push.title.clear();
            push.body.clear();
            push.data.insert("sync".to_owned(), "1".to_owned());
        }),
    ];
    for address in [
        "",
        "hanako@example.jp",
        "{}",
        "https://push.example.net/p/1",
    ] {
        bad.push(message(1, address));
    }
    for endpoint in [
        "ftp://a.example/",
        "https://0x7f.1/",
        "https://a@b.example/",
    ] {
        bad.push(message(1, &subscription(endpoint)));
    }
    bad.push(Message {
        content: Content::Apns(Box::new(push())),
        ..message(1, &good)
    });
    bad
}

channel_core::channel_conformance!(Browser::default());
