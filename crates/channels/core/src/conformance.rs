//! The suite that every channel runs against a scripted provider of its own.
//!
//! A channel's tests implement [`Harness`] and call [`channel_conformance!`](crate::channel_conformance);
//! each rule then is one test with a name. The rules are what the ledger leans on.

pub mod provider;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::{Channel, Message, Outcome, Prepared, Session, SuppressReason};

/// How the provider treats one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Takes it.
    Accepts,
    /// Says "not now".
    RefusesForNow,
    /// Says "no", without blaming the recipient.
    RefusesForGood,
    /// Says that there is no such recipient.
    KnowsNobody,
    /// Breaks the connection before all of the message has been given to it.
    BreaksBefore,
    /// Takes all of the message and breaks the connection before answering.
    BreaksAfter,
    /// Takes all of the message and never answers.
    StaysSilent,
    /// Does not answer the telephone at all.
    IsAway,
}

/// A channel's scripted provider. Made anew for every test.
#[async_trait]
pub trait Harness: Send + Sync {
    /// Starts a provider that treats the first messages as scripted and takes all later ones, and
    /// returns a channel to it; `None` when it cannot behave so.
    async fn start(&self, script: &[Behaviour]) -> Option<Arc<dyn Channel>>;

    /// Returns a good message number `n` that is to meet this behaviour.
    fn message(&self, n: i64, behaviour: Behaviour) -> Message;

    /// Returns messages that the channel must refuse by itself.
    fn bad_messages(&self) -> Vec<Message>;

    /// Returns the wire ids of what the provider has taken, in order.
    async fn received(&self) -> Vec<String>;
}

/// Makes a test of every rule; the argument is an expression that makes a fresh [`Harness`].
#[macro_export]
macro_rules! channel_conformance {
    ($harness:expr) => {
        $crate::channel_conformance!(@each $harness;
            accepts_once, recognises_repeats, prepares_the_same_bytes, comes_back_after_not_now, drops_without_blame,
            suppresses_nobody_there, may_retry_what_broke_before, leaves_in_doubt_what_broke_after,
            leaves_in_doubt_what_was_not_answered, gives_one_copy_after_a_kill, sends_nothing_while_the_provider_is_away,
            refuses_bad_messages_itself);
    };
    (@each $harness:expr; $($rule:ident),+) => {
        $(
            #[tokio::test]
            async fn $rule() {
                $crate::conformance::$rule(&$harness).await;
            }
        )+
    };
}

struct Lane {
    channel: Arc<dyn Channel>,
    session: Box<dyn Session>,
}

impl Lane {
    async fn start(harness: &dyn Harness, script: &[Behaviour]) -> Option<Self> {
        let channel = harness.start(script).await?;
        Some(Self {
            session: channel.open(),
            channel,
        })
    }

    fn prepare(&self, message: Message) -> Prepared {
        assert_eq!(
            self.channel.validate(&message),
            Ok(()),
            "a good message is valid"
        );
        self.channel
            .prepare(message)
            .unwrap_or_else(|refusal| panic!("prepare: {refusal:?}"))
    }

    async fn send(&mut self, message: Message) -> (Outcome, String) {
        let prepared = self.prepare(message);
        self.session
            .ready(&prepared)
            .await
            .unwrap_or_else(|not_ready| panic!("the lane is not ready: {not_ready:?}"));
        (self.session.deliver(&prepared).await, prepared.wire_id)
    }
}

/// A message is taken exactly once, only by `deliver`, and a lane carries the next one too.
///
/// # Panics
/// When the rule is broken; so do all rules below.
pub async fn accepts_once(harness: &dyn Harness) {
    let Some(mut lane) = Lane::start(harness, &[]).await else {
        return;
    };
    let prepared = lane.prepare(harness.message(1, Behaviour::Accepts));
    lane.session
        .ready(&prepared)
        .await
        .unwrap_or_else(|error| panic!("ready: {error:?}"));
    assert_eq!(
        harness.received().await,
        Vec::<String>::new(),
        "ready sends nothing"
    );
    let outcome = lane.session.deliver(&prepared).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    let (outcome, second) = lane.send(harness.message(2, Behaviour::Accepts)).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    lane.session.close().await;
    assert_ne!(prepared.wire_id, second, "two messages have two names");
    assert_eq!(harness.received().await, [prepared.wire_id, second]);
}

/// A provider that is said to recognise repeats does: a second hand-over has no second effect.
///
/// # Panics
/// When the rule is broken.
pub async fn recognises_repeats(harness: &dyn Harness) {
    let Some(mut lane) = Lane::start(harness, &[]).await else {
        return;
    };
    if !lane.channel.capabilities().provider_dedupes {
        return;
    }
    for _ in 0..2 {
        let (outcome, _) = lane.send(harness.message(1, Behaviour::Accepts)).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    }
    assert_eq!(harness.received().await.len(), 1);
}

/// A message prepared twice has the same bytes and the same name, so that a retry is recognised.
///
/// # Panics
/// When the rule is broken.
pub async fn prepares_the_same_bytes(harness: &dyn Harness) {
    let Some(lane) = Lane::start(harness, &[]).await else {
        return;
    };
    let first = lane.prepare(harness.message(1, Behaviour::Accepts));
    let second = lane.prepare(harness.message(1, Behaviour::Accepts));
    assert_eq!(first.wire_id, second.wire_id);
    assert_eq!(first.payload, second.payload);
    assert!(first.payload.len() <= lane.channel.capabilities().max_bytes);
}

/// "Not now" gives a pause, takes nothing, and the next try on the same lane succeeds once.
///
/// # Panics
/// When the rule is broken.
pub async fn comes_back_after_not_now(harness: &dyn Harness) {
    let Some(mut lane) = Lane::start(harness, &[Behaviour::RefusesForNow]).await else {
        return;
    };
    let (outcome, _) = lane
        .send(harness.message(1, Behaviour::RefusesForNow))
        .await;
    let Outcome::NotAccepted { retry_after, .. } = outcome else {
        panic!("{outcome:?}")
    };
    assert!(retry_after > Duration::ZERO, "a retry waits");
    assert!(harness.received().await.is_empty());
    let (outcome, wire_id) = lane.send(harness.message(1, Behaviour::Accepts)).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    assert_eq!(harness.received().await, [wire_id]);
}

/// A refusal that does not blame the recipient is final and suppresses nobody.
///
/// # Panics
/// When the rule is broken.
pub async fn drops_without_blame(harness: &dyn Harness) {
    let Some(mut lane) = Lane::start(harness, &[Behaviour::RefusesForGood]).await else {
        return;
    };
    let (outcome, _) = lane
        .send(harness.message(1, Behaviour::RefusesForGood))
        .await;
    assert!(matches!(outcome, Outcome::Dropped { .. }), "{outcome:?}");
    assert!(!outcome.may_send_again());
    goes_on(harness, &mut lane).await;
}

/// "Nobody there" suppresses the address, and the lane goes on.
///
/// # Panics
/// When the rule is broken.
pub async fn suppresses_nobody_there(harness: &dyn Harness) {
    let Some(mut lane) = Lane::start(harness, &[Behaviour::KnowsNobody]).await else {
        return;
    };
    let (outcome, _) = lane.send(harness.message(1, Behaviour::KnowsNobody)).await;
    let Outcome::Suppress { why, .. } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(why, SuppressReason::HardBounce);
    goes_on(harness, &mut lane).await;
}

/// What broke before the whole message was given may be sent again.
///
/// # Panics
/// When the rule is broken.
pub async fn may_retry_what_broke_before(harness: &dyn Harness) {
    let Some(mut lane) = Lane::start(harness, &[Behaviour::BreaksBefore]).await else {
        return;
    };
    let (outcome, _) = lane.send(harness.message(1, Behaviour::BreaksBefore)).await;
    assert!(outcome.may_send_again(), "{outcome:?}");
    goes_on(harness, &mut lane).await;
}

/// What broke after the whole message was given is in doubt.
///
/// # Panics
/// When the rule is broken.
pub async fn leaves_in_doubt_what_broke_after(harness: &dyn Harness) {
    stays_in_doubt(harness, Behaviour::BreaksAfter).await;
}

/// What was given and never answered is in doubt.
///
/// # Panics
/// When the rule is broken.
pub async fn leaves_in_doubt_what_was_not_answered(harness: &dyn Harness) {
    stays_in_doubt(harness, Behaviour::StaysSilent).await;
}

/// After a process died between the hand-over and its record, a new one hands over again, and the
/// provider that recognises repeats gives the recipient one copy.
///
/// # Panics
/// When the rule is broken.
pub async fn gives_one_copy_after_a_kill(harness: &dyn Harness) {
    let Some(mut lane) = Lane::start(harness, &[Behaviour::BreaksAfter]).await else {
        return;
    };
    if !lane.channel.capabilities().provider_dedupes {
        return;
    }
    let message = harness.message(1, Behaviour::BreaksAfter);
    let first_at = message.at;
    // What came of it is lost together with the lane.
    lane.send(message.clone()).await;
    let channel = Arc::clone(&lane.channel);
    drop(lane);
    let mut lane = Lane {
        session: channel.open(),
        channel,
    };
    let prepared = lane.prepare(message);
    lane.session
        .ready(&prepared)
        .await
        .unwrap_or_else(|error| panic!("ready: {error:?}"));
    let outcome = lane.session.redeliver(&prepared, first_at).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    assert_eq!(harness.received().await, [prepared.wire_id]);
}

/// A provider that is away is noticed by `ready`, before any hand-over is recorded.
///
/// # Panics
/// When the rule is broken.
pub async fn sends_nothing_while_the_provider_is_away(harness: &dyn Harness) {
    let Some(mut lane) = Lane::start(harness, &[Behaviour::IsAway]).await else {
        return;
    };
    let prepared = lane.prepare(harness.message(1, Behaviour::IsAway));
    let Err(not_ready) = lane.session.ready(&prepared).await else {
        panic!("ready while away")
    };
    assert!(not_ready.reason.class.is_provider_fault(), "{not_ready:?}");
    assert!(not_ready.retry_after > Duration::ZERO);
    assert!(Outcome::from(not_ready).may_send_again());
}

/// A bad message is refused by `validate` and `prepare` alike.
///
/// # Panics
/// When the rule is broken.
pub async fn refuses_bad_messages_itself(harness: &dyn Harness) {
    let Some(lane) = Lane::start(harness, &[]).await else {
        return;
    };
    for message in harness.bad_messages() {
        let refusal = lane.channel.validate(&message);
        assert!(
            refusal.is_err(),
            "validate lets a bad message pass: {message:?}"
        );
        assert_eq!(lane.channel.prepare(message).map(|_| ()), refusal);
    }
}

async fn stays_in_doubt(harness: &dyn Harness, behaviour: Behaviour) {
    let Some(mut lane) = Lane::start(harness, &[behaviour]).await else {
        return;
    };
    let (outcome, _) = lane.send(harness.message(1, behaviour)).await;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    assert!(!outcome.may_send_again());
    goes_on(harness, &mut lane).await;
}

async fn goes_on(harness: &dyn Harness, lane: &mut Lane) {
    let (outcome, wire_id) = lane.send(harness.message(2, Behaviour::Accepts)).await;
    assert!(
        matches!(outcome, Outcome::Accepted { .. }),
        "the lane goes on: {outcome:?}"
    );
    assert_eq!(harness.received().await.last(), Some(&wire_id));
}
