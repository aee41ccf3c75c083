//! Percentiles of waits.

use std::time::Duration;

/// Waits, sorted.
pub(crate) struct Waits(Vec<Duration>);

impl Waits {
    /// Sorts the waits.
    pub(crate) fn new(mut waits: Vec<Duration>) -> Self {
        waits.sort_unstable();
        Self(waits)
    }

    /// Returns the wait that `per_mille` of a thousand do not exceed (nearest rank), in milliseconds.
    pub(crate) fn at(&self, per_mille: usize) -> f64 {
        let rank = (self.0.len() * per_mille).div_ceil(1_000).max(1);
        let wait = self.0.get(rank - 1).copied().unwrap_or_default();
        wait.as_secs_f64() * 1_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_nearest_ranks() {
        let waits = Waits::new((1..=100).rev().map(Duration::from_millis).collect());
        let told = [500, 950, 990, 1_000].map(|rank| waits.at(rank).to_string());
        assert_eq!(told, ["50", "95", "99", "100"]);
        assert!(Waits::new(Vec::new()).at(990) < f64::EPSILON);
        assert!((Waits::new(vec![Duration::from_millis(7)]).at(500) - 7.0).abs() < f64::EPSILON);
    }
}
