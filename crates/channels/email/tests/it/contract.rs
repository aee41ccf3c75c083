//! The conformance suite on SMTP, with and without pipelining, and on the sandbox.

use std::sync::Arc;

use async_trait::async_trait;
use channel_core::{
    Channel, Message, Recipient,
    conformance::{Behaviour, Harness},
};
use channel_email::{Composer, SandboxChannel};
use tokio::sync::Mutex;

use crate::{
    sandbox::MemoryInbox,
    server::{Act, At, Options, Server},
    support::{channel, local_config, message_to, message_with},
};

#[derive(Default)]
struct Smtp {
    features: Vec<&'static str>,
    server: Mutex<Option<Server>>,
}

impl Smtp {
    fn with_pipelining() -> Self {
        Self {
            features: vec!["PIPELINING"],
            ..Self::default()
        }
    }
}

fn act(behaviour: Behaviour) -> (At, Act) {
    match behaviour {
        Behaviour::RefusesForNow => (At::Rcpt, Act::Reply("450 4.2.0 greylisted")),
        Behaviour::RefusesForGood => (At::Dot, Act::Reply("550 5.7.1 looks like spam")),
        Behaviour::KnowsNobody => (At::Rcpt, Act::Reply("550 5.1.1 user unknown")),
        Behaviour::BreaksBefore => (At::Data, Act::HangUp),
        Behaviour::BreaksAfter => (At::Dot, Act::HangUp),
        Behaviour::StaysSilent => (At::Dot, Act::Silence),
        Behaviour::Accepts | Behaviour::IsAway => (At::Dot, Act::Reply("250 2.0.0 ok")),
    }
}

#[async_trait]
impl Harness for Smtp {
    async fn start(&self, script: &[Behaviour]) -> Option<Arc<dyn Channel>> {
        let script: Vec<_> = script
            .iter()
            .map(|behaviour| (*behaviour, act(*behaviour)))
            .collect();
        let is_away = script
            .iter()
            .any(|(behaviour, _)| *behaviour == Behaviour::IsAway);
        if is_away {
            let free = std::net::TcpListener::bind("127.0.0.1:0")
                .unwrap()
                .local_addr()
                .unwrap();
            return Some(channel(local_config(free.port())));
        }
        let script: Vec<_> = script.into_iter().map(|(_, act)| act).collect();
        let options = Options {
            features: self.features.clone(),
            ..Options::default()
        };
        let server = Server::start(options, &script).await;
        let port = server.port;
        *self.server.lock().await = Some(server);
        Some(channel(local_config(port)))
    }

    fn message(&self, n: i64, _behaviour: Behaviour) -> Message {
        message_to(n, "a..b@docomo.ne.jp")
    }

    fn bad_messages(&self) -> Vec<Message> {
        bad_messages()
    }

    async fn received(&self) -> Vec<String> {
        let server = self.server.lock().await.clone().unwrap();
        server
            .mails()
            .await
            .iter()
            .map(crate::server::Mail::id)
            .collect()
    }
}

/// Messages that no email channel may send.
fn bad_messages() -> Vec<Message> {
    let mut bad = vec![
        message_with(|email| email.subject = "Hi\r\nBcc: everyone@example.jp".to_owned()),
        message_with(|email| email.subject = "  ".to_owned()),
        message_with(|email| email.from.name = "Shop\nX-Evil: 1".to_owned()),
        message_with(|email| email.from.address = "shop".to_owned()),
        message_with(|email| email.to_name = "花子\r\nBcc: x@example.jp".to_owned()),
        message_with(|email| email.envelope_sender = Some("b@x.jp>\r\nRCPT TO:<y@z.jp".to_owned())),
        message_with(|email| email.headers = vec![("Bcc".to_owned(), "x@example.jp".to_owned())]),
        message_with(|email| {
            email.headers = vec![("X-A".to_owned(), "1\r\nBcc: x@y.jp".to_owned())];
        }),
        message_with(|email| {
            email.unsubscribe.as_mut().unwrap().url = "javascript:alert(1)".to_owned();
        }),
        message_with(|email| {
            email
                .unsubscribe
                .as_mut()
                .unwrap()
                .url
                .push_str(">\r\nBcc: x@y.jp");
        }),
        message_with(|email| email.feedback_id.as_mut().unwrap().sender = "abc".to_owned()),
        message_with(|email| email.feedback_id.as_mut().unwrap().campaign = "a:b".to_owned()),
        message_with(|email| email.html = "x".repeat(11 * 1024 * 1024)),
        message_with(|email| {
            email.html.clear();
            email.text.clear();
        }),
    ];
    for address in [
        "nobody",
        "太郎@example.jp",
        "a@b@c.jp",
        "x@example.jp\r\nDATA",
        "x@localhost",
    ] {
        bad.push(Message {
            recipient: Recipient::new(address),
            ..message_to(1, "")
        });
    }
    bad
}

struct Sandbox(Arc<MemoryInbox>);

#[async_trait]
impl Harness for Sandbox {
    async fn start(&self, script: &[Behaviour]) -> Option<Arc<dyn Channel>> {
        let possible = [Behaviour::RefusesForNow, Behaviour::KnowsNobody];
        let channel = SandboxChannel::new(Composer::default(), Arc::clone(&self.0) as _);
        script
            .iter()
            .all(|behaviour| possible.contains(behaviour))
            .then(|| Arc::new(channel) as _)
    }

    fn message(&self, n: i64, behaviour: Behaviour) -> Message {
        let address = match behaviour {
            Behaviour::RefusesForNow => "hanako+defer@example.jp",
            Behaviour::KnowsNobody => "hanako+bounce@example.jp",
            _ => "hanako@example.jp",
        };
        message_to(n, address)
    }

    fn bad_messages(&self) -> Vec<Message> {
        bad_messages()
    }

    async fn received(&self) -> Vec<String> {
        self.0
            .messages()
            .into_iter()
            .map(|message| message.message_id)
            .collect()
    }
}

mod smtp {
    channel_core::channel_conformance!(super::Smtp::default());
}

mod smtp_with_pipelining {
    channel_core::channel_conformance!(super::Smtp::with_pipelining());
}

mod sandbox {
    channel_core::channel_conformance!(super::Sandbox(std::sync::Arc::default()));
}
