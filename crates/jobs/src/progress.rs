//! How far a job has come, and how long it will still take.

use kernel::time::{Millis, SECOND};
use serde::{Deserialize, Serialize};

/// How far a job has come; what a progress bar shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Units done.
    pub done: i64,
    /// Units in all; 0 when not known.
    pub total: i64,
    /// Units per second since the start of this run.
    pub rate_per_s: i64,
    /// Milliseconds still to go at that rate; absent while there is no rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta_ms: Option<i64>,
}

impl Progress {
    /// Works out rate and time left from what was done since `began`, when `before` units were already done.
    pub fn measure(done: i64, total: i64, before: i64, began: Millis, now: Millis) -> Self {
        let elapsed = (now.0 - began.0).max(1);
        let rate_per_s = (done - before).max(0).saturating_mul(SECOND) / elapsed;
        let eta_ms = (rate_per_s > 0 && total > 0)
            .then(|| (total - done).max(0).saturating_mul(SECOND) / rate_per_s);
        Self {
            done,
            total,
            rate_per_s,
            eta_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resumed_run_does_not_count_what_was_done_before() {
        let progress = Progress::measure(3_000, 11_000, 1_000, Millis(0), Millis(2_000));
        assert_eq!(
            progress,
            Progress {
                done: 3_000,
                total: 11_000,
                rate_per_s: 1_000,
                eta_ms: Some(8_000)
            }
        );
        assert_eq!(
            Progress::measure(5, 0, 5, Millis(0), Millis(0)).eta_ms,
            None
        );
    }
}
