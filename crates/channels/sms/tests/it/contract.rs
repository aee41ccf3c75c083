//! The conformance suite.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use channel_core::{
    Channel, Content, Message, Sms,
    conformance::{
        Behaviour, Harness,
        provider::{Act, Provider},
    },
};

use crate::support::{HANAKO, TAKEN, at, message, provider};

#[derive(Default)]
struct Carrier(OnceLock<Provider>);

/// What the provider does; `None` where it cannot.
fn act(behaviour: Behaviour) -> Option<Act> {
    let says = |status, code| {
        Act::status(
            status,
            &format!(r#"{{"code":{code},"message":"said","status":{status}}}"#),
        )
    };
    match behaviour {
        Behaviour::Accepts => Some(Act::status(201, TAKEN)),
        Behaviour::RefusesForNow => Some(says(429, 20_429)),
        Behaviour::RefusesForGood => Some(says(400, 21_606)),
        Behaviour::KnowsNobody => Some(says(400, 21_211)),
        Behaviour::BreaksAfter => Some(Act::HangUp),
        Behaviour::StaysSilent => Some(Act::Silence),
        // A request lies in the system's buffers before anybody can break off: what breaks is in doubt.
        Behaviour::BreaksBefore | Behaviour::IsAway => None,
    }
}

#[async_trait]
impl Harness for Carrier {
    async fn start(&self, script: &[Behaviour]) -> Option<Arc<dyn Channel>> {
        if script.contains(&Behaviour::IsAway) {
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            return Some(at(free.local_addr().unwrap().port()));
        }
        let script: Option<Vec<Act>> = script.iter().copied().map(act).collect();
        let provider = provider(script?).await;
        let channel = at(provider.port);
        assert!(self.0.set(provider).is_ok(), "one start a test");
        Some(channel)
    }

    fn message(&self, n: i64, _behaviour: Behaviour) -> Message {
        message(n, HANAKO, "本日、春の感謝祭です 🌸")
    }

    fn bad_messages(&self) -> Vec<Message> {
        let mut bad = vec![
            message(1, HANAKO, ""),
            message(1, HANAKO, " \n　"),
            message(1, HANAKO, "a\0b"),
            message(1, HANAKO, &"春".repeat(671)),
            message(1, HANAKO, &"a".repeat(1_531)),
            Message {
                content: Content::Sms(Box::new(Sms {
                    text: "春".to_owned(),
                    ttl: Some(std::time::Duration::from_hours(11)),
                })),
                ..message(1, HANAKO, "春")
            },
        ];
        for number in [
            "",
            "090-1234-5678",
            "hanako@example.jp",
            "+81312345678",
            "+8190&Body=x",
        ] {
            bad.push(message(1, number, "春"));
        }
        bad
    }

    async fn received(&self) -> Vec<String> {
        let seen = self.0.get().unwrap().seen();
        let taken = seen.iter().filter(|one| one.is_taken);
        taken
            .map(|one| {
                let form = String::from_utf8(one.body.clone()).unwrap();
                let (_, rest) = form.split_once("%3Fdelivery%3D").unwrap();
                rest.split('&').next().unwrap().to_owned()
            })
            .collect()
    }
}

channel_core::channel_conformance!(Carrier::default());
