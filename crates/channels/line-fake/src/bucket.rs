//! The documented rates, as token buckets that start full.

use std::collections::HashMap;

/// What is left of each endpoint's rate.
#[derive(Debug, Default)]
pub(crate) struct Buckets(HashMap<String, (f64, i64)>);

impl Buckets {
    /// Takes a call; `false` when there is none.
    pub(crate) fn take(&mut self, endpoint: &str, now: i64) -> bool {
        let (count, span) = rate(endpoint);
        let (left, at) = self.0.entry(endpoint.to_owned()).or_insert((count, now));
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a test run")]
        let gained = (now - *at).max(0) as f64 * count / span;
        *left = (*left + gained).min(count);
        *at = now;
        if *left < 1.0 {
            return false;
        }
        *left -= 1.0;
        true
    }
}

/// How many calls in how many milliseconds.
fn rate(endpoint: &str) -> (f64, f64) {
    const SECOND: f64 = 1_000.0;
    const HOUR: f64 = 3_600_000.0;
    match endpoint {
        "multicast" => (200.0, SECOND),
        "narrowcast" | "broadcast" | "delivery" | "followers" | "unit" => (60.0, HOUR),
        "menu-create" | "menu-delete" | "alias-delete" | "batch-progress" => (100.0, HOUR),
        "batch" => (3.0, HOUR),
        "menu-list" => (10.0, SECOND),
        _ => (2_000.0, SECOND),
    }
}
