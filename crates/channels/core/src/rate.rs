//! Token buckets: so many messages a second in all, and to one recipient domain.
//!
//! Pure: time is handed in. A token is counted in as many parts as its span has milliseconds, because a
//! bucket of `n` a second gains exactly `n` thousandths a millisecond.

use std::collections::HashMap;

use kernel::time::{Millis, SECOND};

use crate::carrier::Carrier;

/// A bucket that fills at a fixed rate.
#[derive(Debug, Clone)]
pub struct TokenBucket {
    /// Tokens in each span, which is also the parts gained in a millisecond.
    rate: i64,
    /// Milliseconds of a span, which is also the parts of a token.
    token: i64,
    capacity: i64,
    tokens: i64,
    at: Millis,
}

impl TokenBucket {
    /// A full bucket; rates and bursts under one count as one.
    pub fn new(per_second: u32, burst: u32, now: Millis) -> Self {
        Self::per_span(per_second, SECOND, burst, now)
    }

    /// A full bucket of so many tokens in each span of milliseconds, such as an hour.
    pub fn per_span(tokens: u32, span: i64, burst: u32, now: Millis) -> Self {
        let token = span.max(1);
        let capacity = i64::from(burst.max(1)).saturating_mul(token);
        Self {
            rate: i64::from(tokens.max(1)),
            token,
            capacity,
            tokens: capacity,
            at: now,
        }
    }

    /// Returns when the next token is there: `now` or later. Takes none.
    pub fn next_at(&mut self, now: Millis) -> Millis {
        self.fill(now);
        if self.tokens >= self.token {
            return now;
        }
        let missing = self.token - self.tokens;
        now.plus((missing + self.rate - 1) / self.rate)
    }

    /// Takes a token that [`TokenBucket::next_at`] has said is there.
    pub fn take(&mut self) {
        self.tokens -= self.token;
    }

    /// Takes tokens that are not there yet: the bucket owes them.
    pub fn owe(&mut self, tokens: u32) {
        self.tokens -= i64::from(tokens).saturating_mul(self.token);
    }

    /// Empties the bucket: the provider has said that nothing is left. It fills again at its rate.
    pub fn drain(&mut self, now: Millis) {
        self.fill(now);
        self.tokens = 0;
    }

    /// Returns whether nothing has been taken lately.
    fn is_full(&mut self, now: Millis) -> bool {
        self.fill(now);
        self.tokens >= self.capacity
    }

    fn fill(&mut self, now: Millis) {
        // A clock that steps back gives no tokens and takes none.
        let elapsed = now.0.saturating_sub(self.at.0).max(0);
        self.at = now.max(self.at);
        self.tokens = self
            .tokens
            .saturating_add(elapsed.saturating_mul(self.rate))
            .min(self.capacity);
    }
}

/// The limits of one recipient domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DomainPolicy {
    /// Messages a second.
    pub per_second: u32,
    /// Messages at once after a pause.
    pub burst: u32,
    /// Messages in one connection.
    pub per_session: Option<u32>,
}

/// The limits of a sender.
#[derive(Debug, Clone, Default)]
pub struct RatePolicy {
    /// Messages a second in all; `None` for no limit.
    pub per_second: Option<u32>,
    /// Limits of single domains (lower-case); they come before those of carriers.
    pub domains: HashMap<String, DomainPolicy>,
    /// Limits of carriers in the place of their presets.
    pub carriers: HashMap<Carrier, DomainPolicy>,
    /// The limit of every other domain; `None` for no limit.
    pub other_domains: Option<DomainPolicy>,
    /// Whether each member of a pack counts in `per_second`, as whoever sets a limit means it; else a request
    /// counts once, as a provider's own limit does.
    pub counts_members: bool,
}

impl RatePolicy {
    /// Returns the limit of a domain (lower-case) and the key that shares it.
    pub fn of_domain<'a>(&self, domain: &'a str) -> Option<(&'a str, DomainPolicy)> {
        if let Some(policy) = self.domains.get(domain) {
            return Some((domain, *policy));
        }
        if let Some(carrier) = Carrier::of_domain(domain) {
            let own = self.carriers.get(&carrier).copied();
            return Some((carrier.key(), own.unwrap_or_else(|| carrier.policy())));
        }
        self.other_domains.map(|policy| (domain, policy))
    }
}

/// Whether a message may go now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// Now; its tokens are taken.
    Now,
    /// Not before this instant; nothing is taken.
    At(Millis),
}

/// Domains remembered before idle ones are forgotten.
const REMEMBERED: usize = 10_000;

/// The limiter of one sender.
#[derive(Debug)]
pub struct RateLimiter {
    policy: RatePolicy,
    all: Option<TokenBucket>,
    domains: HashMap<String, TokenBucket>,
}

impl RateLimiter {
    /// A limiter with full buckets. The burst of the whole is a tenth of a second's worth.
    pub fn new(policy: RatePolicy, now: Millis) -> Self {
        let all = policy
            .per_second
            .map(|rate| TokenBucket::new(rate, rate.div_ceil(10), now));
        Self {
            policy,
            all,
            domains: HashMap::new(),
        }
    }

    /// Returns the policy.
    pub const fn policy(&self) -> &RatePolicy {
        &self.policy
    }

    /// Asks to send one message to a domain (lower-case).
    pub fn take(&mut self, domain: &str, now: Millis) -> Permit {
        let whole = self.all.as_mut().map_or(now, |bucket| bucket.next_at(now));
        let limit = self.policy.of_domain(domain);
        let part = limit.map_or(now, |(key, policy)| {
            self.bucket(key, policy, now).next_at(now)
        });
        let at = whole.max(part);
        if at > now {
            return Permit::At(at);
        }
        if let Some(bucket) = &mut self.all {
            bucket.take();
        }
        if let Some((key, policy)) = limit {
            self.bucket(key, policy, now).take();
        }
        Permit::Now
    }

    /// Counts what a request that may go carries besides its first message. The next one waits for all of it.
    pub fn carry(&mut self, more: u32) {
        if let Some(bucket) = self.all.as_mut().filter(|_| self.policy.counts_members) {
            bucket.owe(more);
        }
    }

    fn bucket(&mut self, key: &str, policy: DomainPolicy, now: Millis) -> &mut TokenBucket {
        if self.domains.len() >= REMEMBERED && !self.domains.contains_key(key) {
            // A full bucket equals a forgotten one.
            self.domains.retain(|_, bucket| !bucket.is_full(now));
        }
        self.domains
            .entry(key.to_owned())
            .or_insert_with(|| TokenBucket::new(policy.per_second, policy.burst, now))
    }
}

#[cfg(test)]
mod tests {
    use kernel::time::HOUR;
    use proptest::prelude::*;

    use super::*;

    fn sent_in(limiter: &mut RateLimiter, domain: &str, from: i64, millis: i64) -> usize {
        (from..from + millis)
            .map(|now| {
                let mut count = 0;
                while limiter.take(domain, Millis(now)) == Permit::Now {
                    count += 1;
                }
                count
            })
            .sum()
    }

    #[test]
    fn a_pack_counts_as_its_members_where_a_person_set_the_limit() {
        for (counts_members, next) in [(true, 5_000), (false, 10)] {
            let policy = RatePolicy {
                per_second: Some(100),
                counts_members,
                ..RatePolicy::default()
            };
            let mut limiter = RateLimiter::new(policy, Millis(0));
            for _ in 0..10 {
                assert_eq!(limiter.take("", Millis(0)), Permit::Now);
            }
            limiter.carry(499);
            assert_eq!(limiter.take("", Millis(0)), Permit::At(Millis(next)));
            assert_eq!(limiter.take("", Millis(next)), Permit::Now);
        }
    }

    #[test]
    fn a_second_carries_what_the_rate_says() {
        let policy = RatePolicy {
            per_second: Some(500),
            ..RatePolicy::default()
        };
        let mut limiter = RateLimiter::new(policy, Millis(0));
        assert_eq!(sent_in(&mut limiter, "example.jp", 0, 1_000), 50 + 499);
        assert_eq!(sent_in(&mut limiter, "example.jp", 1_000, 1_000), 500);
    }

    #[test]
    fn a_slow_carrier_does_not_slow_the_others_and_its_domains_share_a_limit() {
        let policy = RatePolicy {
            per_second: Some(1_000),
            ..RatePolicy::default()
        };
        let mut limiter = RateLimiter::new(policy, Millis(0));
        for _ in 0..5 {
            assert_eq!(limiter.take("ezweb.ne.jp", Millis(0)), Permit::Now);
            assert_eq!(limiter.take("au.com", Millis(0)), Permit::Now);
        }
        assert_eq!(limiter.take("au.com", Millis(0)), Permit::At(Millis(100)));
        assert_eq!(limiter.take("example.jp", Millis(0)), Permit::Now);
        assert_eq!(limiter.take("ezweb.ne.jp", Millis(100)), Permit::Now);
    }

    #[test]
    fn a_setting_of_the_sender_comes_before_the_preset() {
        let mine = DomainPolicy {
            per_second: 1,
            burst: 1,
            per_session: None,
        };
        let policy = RatePolicy {
            domains: [("docomo.ne.jp".to_owned(), mine)].into(),
            ..RatePolicy::default()
        };
        let mut limiter = RateLimiter::new(policy, Millis(0));
        assert_eq!(limiter.take("docomo.ne.jp", Millis(0)), Permit::Now);
        assert_eq!(
            limiter.take("docomo.ne.jp", Millis(0)),
            Permit::At(Millis(1_000))
        );
    }

    #[test]
    fn a_setting_for_a_carrier_holds_for_all_its_domains_together() {
        let slow = DomainPolicy {
            per_second: 1,
            burst: 1,
            per_session: Some(50),
        };
        let policy = RatePolicy {
            carriers: [(Carrier::Au, slow)].into(),
            ..RatePolicy::default()
        };
        assert_eq!(policy.of_domain("au.com"), Some(("carrier:au", slow)));
        let mut limiter = RateLimiter::new(policy, Millis(0));
        assert_eq!(limiter.take("ezweb.ne.jp", Millis(0)), Permit::Now);
        assert_eq!(limiter.take("au.com", Millis(0)), Permit::At(Millis(1_000)));
        assert_eq!(limiter.take("docomo.ne.jp", Millis(0)), Permit::Now);
    }

    #[test]
    fn three_an_hour_come_back_one_every_twenty_minutes() {
        let mut bucket = TokenBucket::per_span(3, HOUR, 3, Millis(0));
        for _ in 0..3 {
            assert_eq!(bucket.next_at(Millis(0)), Millis(0));
            bucket.take();
        }
        assert_eq!(bucket.next_at(Millis(0)), Millis(HOUR / 3));
        assert_eq!(bucket.next_at(Millis(HOUR / 3)), Millis(HOUR / 3));
    }

    #[test]
    fn a_drained_bucket_fills_to_what_it_held() {
        let mut bucket = TokenBucket::new(100, 10, Millis(0));
        bucket.drain(Millis(0));
        assert_eq!(bucket.next_at(Millis(0)), Millis(10));
        for _ in 0..10 {
            assert_eq!(bucket.next_at(Millis(1_000)), Millis(1_000));
            bucket.take();
        }
        assert_eq!(bucket.next_at(Millis(1_000)), Millis(1_010));
    }

    proptest! {
        #[test]
        fn no_window_ever_carries_more_than_rate_and_burst(
            rate in 1u32..200, burst in 1u32..50, steps in proptest::collection::vec(0i64..400, 1..200)
        ) {
            let mut bucket = TokenBucket::new(rate, burst, Millis(0));
            let (mut now, mut taken) = (0, 0i64);
            for step in steps {
                now += step;
                if bucket.next_at(Millis(now)) == Millis(now) {
                    bucket.take();
                    taken += 1;
                }
                prop_assert!(taken * 1_000 <= i64::from(burst) * 1_000 + now * i64::from(rate));
            }
        }

        #[test]
        fn a_promised_instant_is_kept(rate in 1u32..2_000, burst in 1u32..5) {
            let mut bucket = TokenBucket::new(rate, burst, Millis(0));
            let mut now = Millis(0);
            for _ in 0..50 {
                now = bucket.next_at(now);
                prop_assert_eq!(bucket.next_at(now), now);
                bucket.take();
            }
        }
    }
}
