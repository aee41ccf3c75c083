//! The conformance suite, with a platform that remembers.

use std::sync::Arc;

use async_trait::async_trait;
use channel_core::{
    Channel, Content, Message, Recipient,
    conformance::{Behaviour, Harness},
};
use kernel::time::{Clock as _, SystemClock};
use line_fake::{LineFake, Options, Trick};
use tokio::sync::Mutex;

use crate::support::{channel, message_of, message_to, stateless, user};

#[derive(Default)]
struct Line(Mutex<Option<LineFake>>);

fn trick(behaviour: Behaviour) -> Option<Trick> {
    let refuse = |status, message: &str| Trick::Answer {
        status,
        message: message.to_owned(),
    };
    Some(match behaviour {
        Behaviour::Accepts | Behaviour::KnowsNobody | Behaviour::IsAway => Trick::Usual,
        Behaviour::RefusesForNow => refuse(
            429,
            "The API rate limit has been exceeded. Try again later.",
        ),
        Behaviour::RefusesForGood => refuse(400, "The request body has 1 error(s)"),
        Behaviour::BreaksAfter => Trick::TakeAndBreak,
        Behaviour::StaysSilent => Trick::TakeAndStaySilent,
        // A request of HTTP leaves in one piece: nobody can tell a connection that broke before its last
        // byte from one that broke after, so both are in doubt.
        Behaviour::BreaksBefore => return None,
    })
}

#[async_trait]
impl Harness for Line {
    async fn start(&self, script: &[Behaviour]) -> Option<Arc<dyn Channel>> {
        let tricks: Option<Vec<Trick>> = script.iter().copied().map(trick).collect();
        let options = Options::default();
        let credentials = stateless(&options);
        let fake = LineFake::start(options, Arc::new(SystemClock)).await;
        fake.befriend(&user(1));
        fake.play(tricks?);
        let channel = channel(&fake.base_url(), credentials, Arc::new(SystemClock));
        if !script.contains(&Behaviour::IsAway) {
            *self.0.lock().await = Some(fake);
        }
        Some(Arc::new(channel))
    }

    fn message(&self, n: i64, behaviour: Behaviour) -> Message {
        let to = if behaviour == Behaviour::KnowsNobody {
            user(999)
        } else {
            user(1)
        };
        Message {
            // The suite hands over again after a kill: within the day.
            at: SystemClock.now(),
            ..message_to(n, &to)
        }
    }

    fn bad_messages(&self) -> Vec<Message> {
        let of = |messages: &str| message_of(1, &user(1), messages);
        let mut bad = vec![
            of(""),
            of("[]"),
            of("{}"),
            of("[{\"type\":\"text\"}]"),
            of("[{\"type\":\"nonsense\"}]"),
            of(&format!(
                "[{}]",
                ["{\"type\":\"text\",\"text\":\"a\"}"; 6].join(",")
            )),
            of(&format!(
                "[{{\"type\":\"text\",\"text\":\"{}\"}}]",
                "あ".repeat(5_001)
            )),
            of(&" ".repeat(3_000_000)),
        ];
        for address in [
            "",
            "hanako@example.jp",
            "C0123456789abcdef0123456789abcdef",
            "U1\r\nX: 1",
        ] {
            bad.push(Message {
                recipient: Recipient::new(address),
                ..message_to(1, "")
            });
        }
        let mut unit = message_to(1, &user(1));
        if let Content::Line(line) = &mut unit.content {
            line.aggregation_unit = Some("春-1".to_owned());
        }
        bad.push(unit);
        bad
    }

    async fn received(&self) -> Vec<String> {
        let fake = self.0.lock().await;
        let fake = fake.as_ref().unwrap();
        assert_eq!(fake.misuses(), Vec::<String>::new());
        fake.taken().into_iter().map(|one| one.retry_key).collect()
    }
}

channel_core::channel_conformance!(Line::default());
