//! From values to pixels, and the round numbers at which to rule.

/// A linear scale from values to pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Linear {
    from: (f64, f64),
    to: (f64, f64),
}

impl Linear {
    /// Maps the values `from` onto the pixels `to`.
    pub fn new(from: (f64, f64), to: (f64, f64)) -> Self {
        Self { from, to }
    }

    /// Returns the pixel of a value; of an empty range the middle.
    pub fn at(self, value: f64) -> f64 {
        let span = self.from.1 - self.from.0;
        if span.abs() < f64::EPSILON {
            return f64::midpoint(self.to.0, self.to.1);
        }
        self.to.0 + (value - self.from.0) / span * (self.to.1 - self.to.0)
    }
}

/// Where an axis begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Baseline {
    /// At zero, as bars must.
    #[default]
    Zero,
    /// Near the smallest value; say so under the chart.
    Near,
}

/// Returns 4 to 6 round numbers that enclose the values, smallest first.
pub fn ticks(values: impl Iterator<Item = f64>, baseline: Baseline) -> Vec<f64> {
    let (mut low, mut high, is_whole) = values.filter(|value| value.is_finite()).fold(
        (f64::MAX, f64::MIN, true),
        |(low, high, is_whole), value| {
            let is_whole = is_whole && value.fract() == 0.0;
            (low.min(value), high.max(value), is_whole)
        },
    );
    if low > high {
        (low, high) = (0.0, 1.0);
    }
    if baseline == Baseline::Zero {
        (low, high) = (low.min(0.0), high.max(0.0));
    }
    if (high - low).abs() < f64::EPSILON {
        high = low + low.abs().max(1.0);
    }
    // People, orders and yen come whole: a half of one on the axis would puzzle.
    let is_whole = is_whole && low.fract() == 0.0 && high.fract() == 0.0;
    let step = round_step((high - low) / 5.0, is_whole);
    let first = (low / step).floor();
    let last = (high / step).ceil();
    let mut ticks = Vec::new();
    let mut at = first;
    while at <= last + 1e-9 && ticks.len() < 12 {
        ticks.push(at * step);
        at += 1.0;
    }
    ticks
}

/// The smallest of 1, 2, 2.5, 5 × 10ⁿ that is at least `raw`; of whole numbers, a whole one.
fn round_step(raw: f64, is_whole: bool) -> f64 {
    if is_whole && raw <= 1.0 {
        return 1.0;
    }
    let power = 10_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .filter(|step| !is_whole || (step * power).fract() == 0.0)
        .find(|step| step * power >= raw * (1.0 - 1e-9))
        .unwrap_or(10.0);
    step * power
}

/// Returns which of `count` labels to write so that each has `room` pixels of `width`.
pub fn label_every(count: usize, width: f64, room: f64) -> usize {
    if count <= 1 || width <= 0.0 {
        return 1;
    }
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a handful of labels"
    )]
    let every = ((count as f64 * room) / width).ceil() as usize;
    every.max(1)
}

/// Moves labels apart so that no two are nearer than `gap`, keeping their order; returns their places.
pub fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = wanted.iter().copied().enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut floor = low;
    for (_, place) in &mut order {
        *place = place.max(floor);
        floor = *place + gap;
    }
    let mut ceiling = high;
    for (_, place) in order.iter_mut().rev() {
        *place = place.min(ceiling);
        ceiling = *place - gap;
    }
    let mut places = wanted.to_vec();
    for (at, place) in order {
        if let Some(slot) = places.get_mut(at) {
            *slot = place;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_enclose_the_values() {
        assert_eq!(
            ticks([3_340.0, 3_980.0].into_iter(), Baseline::Near),
            [3_200.0, 3_400.0, 3_600.0, 3_800.0, 4_000.0]
        );
        assert_eq!(
            ticks([612.0].into_iter(), Baseline::Zero),
            [0.0, 200.0, 400.0, 600.0, 800.0]
        );
        for high in [7.0, 23.0, 99.0, 12_345.0, 0.004, 0.5] {
            let ticks = ticks([high].into_iter(), Baseline::Zero);
            assert!((4..=7).contains(&ticks.len()), "{high}: {ticks:?}");
            assert!(ticks.last().is_some_and(|last| *last >= high));
        }
    }

    #[test]
    fn what_is_counted_is_never_halved() {
        assert_eq!(ticks([0.0, 0.0].into_iter(), Baseline::Zero), [0.0, 1.0]);
        assert_eq!(
            ticks([3.0].into_iter(), Baseline::Zero),
            [0.0, 1.0, 2.0, 3.0]
        );
        assert_eq!(
            ticks([12.0].into_iter(), Baseline::Zero),
            [0.0, 5.0, 10.0, 15.0]
        );
        for most in 1..200 {
            let ticks = ticks([f64::from(most)].into_iter(), Baseline::Zero);
            assert!(ticks.iter().all(|tick| tick.fract() == 0.0), "{ticks:?}");
        }
    }

    #[test]
    fn nothing_and_a_flat_line_still_have_an_axis() {
        assert!(ticks(std::iter::empty(), Baseline::Zero).len() >= 2);
        assert!(ticks([5.0, 5.0].into_iter(), Baseline::Near).len() >= 2);
        assert!(
            ticks([f64::NAN, 2.0].into_iter(), Baseline::Zero)
                .iter()
                .all(|tick| tick.is_finite())
        );
    }

    #[test]
    fn a_scale_may_run_downwards() {
        let scale = Linear::new((0.0, 10.0), (200.0, 0.0));
        assert!((scale.at(2.5) - 150.0).abs() < 1e-9);
        assert!((Linear::new((1.0, 1.0), (0.0, 10.0)).at(1.0) - 5.0).abs() < 1e-9);
    }

    #[test]
    fn labels_keep_their_distance_and_order() {
        assert_eq!(spread(&[50.0, 52.0], 32.0, 0.0, 200.0), [50.0, 82.0]);
        assert_eq!(spread(&[198.0, 190.0], 32.0, 0.0, 200.0), [200.0, 168.0]);
    }
}
