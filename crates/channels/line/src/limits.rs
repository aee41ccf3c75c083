//! LINE's documented rates: a bucket for each endpoint of a channel.
//!
//! Source: "Rate limits" of the Messaging API reference. LINE ignores path parameters and the caller's
//! address; each URL and method has a bucket of its own.

use std::{collections::HashMap, time::Duration};

use channel_core::rate::TokenBucket;
use kernel::time::{HOUR, Millis, SECOND};
use parking_lot::Mutex;

/// An endpoint with a limit of its own; the name tells the 2,000-a-second ones apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Endpoint {
    Multicast,
    Narrowcast,
    Broadcast,
    Followers,
    Delivery(&'static str),
    UnitInsight,
    MenuCreate,
    MenuDelete,
    MenuBatch,
    MenuBatchProgress,
    MenuList,
    AliasDelete,
    Other(&'static str),
}

impl Endpoint {
    /// Returns how many calls in which span.
    const fn rate(self) -> (u32, i64) {
        match self {
            Self::Multicast => (200, SECOND),
            Self::Narrowcast
            | Self::Broadcast
            | Self::Followers
            | Self::Delivery(_)
            | Self::UnitInsight => (60, HOUR),
            Self::MenuCreate | Self::MenuDelete | Self::AliasDelete | Self::MenuBatchProgress => {
                (100, HOUR)
            }
            Self::MenuBatch => (3, HOUR),
            Self::MenuList => (10, SECOND),
            Self::Other(_) => (2_000, SECOND),
        }
    }

    fn bucket(self, now: Millis) -> TokenBucket {
        let (count, span) = self.rate();
        // A tenth of a second at once for the fast ones, so that a second never carries much more than
        // its rate; the slow ones are LINE's own bucket, which starts full.
        let burst = if span == SECOND {
            count.div_ceil(10)
        } else {
            count
        };
        TokenBucket::per_span(count, span, burst, now)
    }
}

/// The buckets of one channel.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    buckets: Mutex<HashMap<Endpoint, TokenBucket>>,
}

impl Limits {
    /// Takes a call, or says when there will be one.
    pub(crate) fn take(&self, endpoint: Endpoint, now: Millis) -> Result<(), Millis> {
        let mut buckets = self.buckets.lock();
        let bucket = buckets
            .entry(endpoint)
            .or_insert_with(|| endpoint.bucket(now));
        let at = bucket.next_at(now);
        if at > now {
            return Err(at);
        }
        bucket.take();
        Ok(())
    }

    /// Empties a bucket: LINE has said that it is empty, as after a restart of ours.
    pub(crate) fn drain(&self, endpoint: Endpoint, now: Millis) {
        self.buckets
            .lock()
            .entry(endpoint)
            .or_insert_with(|| endpoint.bucket(now))
            .drain(now);
    }
}

/// Returns the pause until an instant.
pub(crate) fn pause(now: Millis, until: Millis) -> Duration {
    Duration::from_millis(u64::try_from(until.0.saturating_sub(now.0)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(limits: &Limits, endpoint: Endpoint, from: i64, millis: i64, step: usize) -> usize {
        (from..from + millis)
            .step_by(step)
            .map(|now| {
                let mut count = 0;
                while limits.take(endpoint, Millis(now)).is_ok() {
                    count += 1;
                }
                count
            })
            .sum()
    }

    #[test]
    fn the_documented_rates_hold() {
        let limits = Limits::default();
        taken(&limits, Endpoint::Multicast, 0, 1_000, 1);
        assert_eq!(taken(&limits, Endpoint::Multicast, 1_000, 1_000, 1), 200);
        taken(&limits, Endpoint::Other("push"), 0, 1_000, 1);
        assert_eq!(
            taken(&limits, Endpoint::Other("push"), 1_000, 1_000, 1),
            2_000
        );
        for (endpoint, rate) in [
            (Endpoint::MenuBatch, 3),
            (Endpoint::MenuCreate, 100),
            (Endpoint::Broadcast, 60),
        ] {
            assert_eq!(taken(&limits, endpoint, 0, 1, 1), rate, "at once");
            assert_eq!(
                taken(&limits, endpoint, 0, HOUR + 1, 1_000),
                rate,
                "in the next hour"
            );
        }
    }

    #[test]
    fn what_line_says_is_empty_is_empty() {
        let limits = Limits::default();
        limits.drain(Endpoint::MenuBatch, Millis(0));
        assert_eq!(
            limits.take(Endpoint::MenuBatch, Millis(0)),
            Err(Millis(HOUR / 3))
        );
    }
}
