//! The conformance suite.

use std::sync::Arc;

use async_trait::async_trait;
use channel_core::{
    Channel, Content, Email, Mailbox, Message,
    conformance::{Behaviour, Harness},
};
use tokio::sync::Mutex;

use crate::{
    receiver::{Act, Receiver},
    support::{channel, local, message, message_with},
};

#[derive(Default)]
struct Hook {
    receiver: Mutex<Option<Receiver>>,
    port: std::sync::OnceLock<u16>,
}

/// What the receiver does; `None` where none of the standard's can do it.
fn act(behaviour: Behaviour) -> Option<Act> {
    match behaviour {
        Behaviour::Accepts => Some(Act::status(204, "", "")),
        Behaviour::RefusesForNow => Some(Act::status(503, "", "deploying")),
        Behaviour::KnowsNobody => Some(Act::status(410, "", "gone")),
        Behaviour::BreaksAfter => Some(Act::HangUp),
        Behaviour::StaysSilent => Some(Act::Silence),
        // By the standard only 410 is final, and it blames the receiver. A request of a few KB lies in the system's
        // buffers before anybody can break off: what breaks is in doubt, and sent again under the same id.
        Behaviour::RefusesForGood | Behaviour::BreaksBefore | Behaviour::IsAway => None,
    }
}

#[async_trait]
impl Harness for Hook {
    async fn start(&self, script: &[Behaviour]) -> Option<Arc<dyn Channel>> {
        if script.contains(&Behaviour::IsAway) {
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            self.port.set(free.local_addr().unwrap().port()).unwrap();
            return Some(channel());
        }
        let script = script.iter().map(|behaviour| act(*behaviour)).collect();
        let receiver = Receiver::start(Option::<Vec<Act>>::clone(&script)?).await;
        self.port.set(receiver.port).unwrap();
        *self.receiver.lock().await = Some(receiver);
        Some(channel())
    }

    fn message(&self, n: i64, _behaviour: Behaviour) -> Message {
        message(n, &local(*self.port.get().unwrap()))
    }

    fn bad_messages(&self) -> Vec<Message> {
        bad_messages()
    }

    async fn received(&self) -> Vec<String> {
        let receiver = self.receiver.lock().await.clone().unwrap();
        receiver.taken().await
    }
}

/// Messages that must not be sent.
fn bad_messages() -> Vec<Message> {
    let mut bad = vec![
        message_with(|webhook| webhook.body.clear()),
        message_with(|webhook| webhook.body.truncate(9)),
        message_with(|webhook| webhook.body.push_str("{}")),
        message_with(|webhook| webhook.body = format!("\"{}\"", "あ".repeat(7_000))),
        message_with(|webhook| webhook.secrets.clear()),
        message_with(|webhook| webhook.secrets = vec![vec![1; 23]]),
        message_with(|webhook| webhook.secrets.push(Vec::new())),
        message_with(|webhook| webhook.secrets.push(vec![1; 65])),
    ];
    for key in ["", "a.b", "a b", "a\r\nx: y", "あ", "😀", &"x".repeat(129)] {
        bad.push(Message {
            idempotency_key: key.to_owned(),
            ..message(1, "https://example.jp")
        });
    }
    for url in [
        "",
        "hanako@example.jp",
        "https://user:pass@example.jp/",
        "https://example.jp/\r\nx: y",
        "ftp://example.jp/",
        "https://example.jp:22/",
        "https://0x7f.1/",
    ] {
        bad.push(message(1, url));
    }
    bad.push(Message {
        content: Content::Email(Box::new(email())),
        ..message(1, "https://example.jp")
    });
    bad
}

fn email() -> Email {
    let mailbox = Mailbox {
        name: String::new(),
        address: "shop@example.jp".to_owned(),
    };
    Email {
        from: mailbox,
        reply_to: None,
        to_name: String::new(),
        subject: "x".to_owned(),
        preheader: String::new(),
        html: String::new(),
        text: "x".to_owned(),
        unsubscribe: None,
        feedback_id: None,
        envelope_sender: None,
        headers: Vec::new(),
        charset: channel_core::Charset::Utf8,
    }
}

channel_core::channel_conformance!(Hook::default());

#[test]
fn the_largest_document_is_taken_and_one_byte_more_is_not() {
    let with_bytes = |n: usize| {
        let body = format!("\"{}\"", "x".repeat(n - 2));
        message_with(move |webhook| webhook.body = body)
    };
    let channel = channel();
    assert_eq!(channel.validate(&with_bytes(20 * 1024 - 1)), Ok(()));
    assert!(channel.validate(&with_bytes(20 * 1024)).is_err());
}
