//! Rates and the breaker, shared by the lanes of a sender.

use std::collections::HashMap;

use channel_core::{
    breaker::{Admission, Breaker, BreakerPolicy},
    rate::{Permit, RateLimiter, RatePolicy},
};
use kernel::time::{Millis, SECOND};
use parking_lot::Mutex;

/// What a lane may do with a message now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Send it.
    Now,
    /// Wait a moment: the sender as a whole is at its limit.
    Wait(i64),
    /// Put it off: its domain is at its limit, and others need the lane.
    Defer(Millis),
}

/// Limits of one sender.
pub(super) struct Limits {
    policy: RatePolicy,
    rates: Mutex<RateLimiter>,
    /// When the next message put off for a domain may go.
    slots: Mutex<HashMap<String, Millis>>,
    breaker: Mutex<Breaker>,
    held_until: Mutex<Millis>,
}

impl Limits {
    pub(super) fn new(policy: RatePolicy, now: Millis) -> Self {
        Self {
            rates: Mutex::new(RateLimiter::new(policy.clone(), now)),
            policy,
            slots: Mutex::default(),
            breaker: Mutex::new(Breaker::new(BreakerPolicy::default())),
            held_until: Mutex::new(now),
        }
    }

    /// Asks to send a request of so many messages to a domain.
    pub(super) fn turn(&self, domain: &str, messages: usize, now: Millis) -> Turn {
        let permit = {
            let mut rates = self.rates.lock();
            let permit = rates.take(domain, now);
            if permit == Permit::Now {
                rates.carry(
                    u32::try_from(messages)
                        .unwrap_or(u32::MAX)
                        .saturating_sub(1),
                );
            }
            permit
        };
        let Permit::At(at) = permit else {
            return Turn::Now;
        };
        let Some((key, policy)) = self.policy.of_domain(domain) else {
            return Turn::Wait((at.0 - now.0).clamp(1, SECOND));
        };
        // Each message put off gets a slot of its own, or they would all come back at the same instant.
        let step = SECOND / i64::from(policy.per_second.max(1));
        let mut slots = self.slots.lock();
        let slot = slots
            .get(key)
            .copied()
            .unwrap_or(at)
            .max(at)
            .plus(step.max(1));
        slots.insert(key.to_owned(), slot);
        Turn::Defer(slot)
    }

    /// Holds everything until an instant.
    pub(super) fn hold(&self, until: Millis) {
        *self.held_until.lock() = until;
    }

    pub(super) fn admit(&self, now: Millis) -> Admission {
        let held_until = *self.held_until.lock();
        if held_until > now {
            return Admission::Wait(held_until);
        }
        self.breaker.lock().admit(now)
    }

    pub(super) fn answered(&self) {
        self.breaker.lock().answered();
    }

    pub(super) fn fault(&self, now: Millis) {
        self.breaker.lock().fault(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_to_a_slow_carrier_are_put_off_one_behind_the_other() {
        let limits = Limits::new(RatePolicy::default(), Millis(0));
        let mut turns = Vec::new();
        for _ in 0..13 {
            turns.push(limits.turn("au.com", 1, Millis(0)));
        }
        assert!(turns[..10].iter().all(|turn| *turn == Turn::Now));
        assert_eq!(
            turns[10..],
            [200, 300, 400].map(|at| Turn::Defer(Millis(at)))
        );
        assert_eq!(limits.turn("example.jp", 1, Millis(0)), Turn::Now);
    }

    #[test]
    fn the_limit_of_the_whole_makes_lanes_wait() {
        let policy = RatePolicy {
            per_second: Some(10),
            ..RatePolicy::default()
        };
        let limits = Limits::new(policy, Millis(0));
        assert_eq!(limits.turn("example.jp", 1, Millis(0)), Turn::Now);
        assert_eq!(limits.turn("example.jp", 1, Millis(0)), Turn::Wait(100));
    }
}
