//! Rates and the breaker, shared by the lanes of a sender.

use std::collections::{HashMap, VecDeque};

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
    /// Whether each of the last messages was refused because nobody is there.
    recent: Mutex<VecDeque<bool>>,
    /// Until when others have been told to stand in.
    told_until: Mutex<Millis>,
}

/// Messages that are looked back at.
const LOOKED_AT: usize = 200;
/// Fewer of them say nothing.
const ENOUGH: usize = 100;
/// Of so many one may be refused because nobody is there; with more, receivers take the sender for a spammer.
const ONE_OF: usize = 10;

impl Limits {
    pub(super) fn new(policy: RatePolicy, now: Millis) -> Self {
        Self {
            rates: Mutex::new(RateLimiter::new(policy.clone(), now)),
            policy,
            slots: Mutex::default(),
            breaker: Mutex::new(Breaker::new(BreakerPolicy::default())),
            held_until: Mutex::new(now),
            recent: Mutex::default(),
            told_until: Mutex::new(now),
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

    /// Returns until when nothing can be sent, without asking to send.
    pub(super) fn closed_until(&self, now: Millis) -> Option<Millis> {
        let held_until = *self.held_until.lock();
        let open_until = self.breaker.lock().open_until();
        let until = open_until.map_or(held_until, |until| until.max(held_until));
        (until > now).then_some(until)
    }

    /// Counts whether a message found its receiver; `true` when too many of the last have not, and then counts anew.
    pub(super) fn arrived(&self, is_there: bool) -> bool {
        let mut recent = self.recent.lock();
        if recent.len() == LOOKED_AT {
            recent.pop_front();
        }
        recent.push_back(!is_there);
        let refused = recent.iter().filter(|refused| **refused).count();
        let is_too_many = recent.len() >= ENOUGH && refused * ONE_OF > recent.len();
        if is_too_many {
            recent.clear();
        }
        is_too_many
    }

    /// Tells whether it is news that others are to stand in until an instant.
    pub(super) fn is_news(&self, until: Millis) -> bool {
        let mut told = self.told_until.lock();
        let is_news = until > *told;
        *told = until.max(*told);
        is_news
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
    fn one_in_ten_that_finds_nobody_is_too_many_once_enough_have_left() {
        let limits = Limits::new(RatePolicy::default(), Millis(0));
        let told: Vec<usize> = (1..=100).filter(|n| limits.arrived(n % 8 != 0)).collect();
        assert_eq!(told, [100]);
        assert!((1..=300).all(|n| !limits.arrived(n % 10 != 0)));
        assert!(limits.is_news(Millis(5)) && !limits.is_news(Millis(5)));
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
