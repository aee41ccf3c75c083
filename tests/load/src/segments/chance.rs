//! Distributions over [`Dice`]: a shop is uneven everywhere.

#![expect(
    clippy::cast_precision_loss,
    reason = "53 bits of chance, and weights of at most a million places"
)]

use crate::dice::Dice;

/// Places with weights.
pub(super) struct Weighted {
    /// Sums of the weights up to each place, as shares of the whole.
    sums: Vec<f64>,
}

impl Weighted {
    /// Gives each place its weight.
    pub(super) fn new(weights: impl IntoIterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let mut sums: Vec<f64> = weights
            .into_iter()
            .map(|weight| {
                sum += weight;
                sum
            })
            .collect();
        for part in &mut sums {
            *part /= sum;
        }
        Self { sums }
    }

    /// Gives place `i` of `n` the weight `(i + start)^-slope` of Zipf and Mandelbrot.
    pub(super) fn zipf(n: u32, slope: f64, start: f64) -> Self {
        Self::new((0..n).map(|i| (f64::from(i) + start).powf(-slope)))
    }

    /// Draws a place.
    pub(super) fn draw(&self, dice: &mut Dice) -> usize {
        let drawn = unit(dice);
        let place = self.sums.partition_point(|sum| *sum <= drawn);
        place.min(self.sums.len().saturating_sub(1))
    }
}

/// Draws from `[0, 1)`.
pub(super) fn unit(dice: &mut Dice) -> f64 {
    (dice.bits() >> 11) as f64 / (1u64 << 53) as f64
}

/// Tells whether something of this probability happens.
pub(super) fn happens(dice: &mut Dice, probability: f64) -> bool {
    unit(dice) < probability
}

/// Draws a number below `limit`.
pub(super) fn below(dice: &mut Dice, limit: u32) -> u32 {
    u32::try_from(dice.below(u64::from(limit))).unwrap_or(0)
}

/// Draws a wait of a mean length.
pub(super) fn exponential(dice: &mut Dice, mean: f64) -> f64 {
    -mean * (1.0 - unit(dice)).ln()
}

/// Draws from the normal distribution (Box and Muller).
pub(super) fn normal(dice: &mut Dice) -> f64 {
    let radius = (-2.0 * (1.0 - unit(dice)).ln()).sqrt();
    radius * (std::f64::consts::TAU * unit(dice)).cos()
}

/// Draws from the gamma distribution of a shape of at least one (Marsaglia and Tsang).
pub(super) fn gamma(dice: &mut Dice, shape: f64, scale: f64) -> f64 {
    let base = shape - 1.0 / 3.0;
    let slope = 1.0 / (9.0 * base).sqrt();
    loop {
        let x = normal(dice);
        let v = slope.mul_add(x, 1.0).powi(3);
        let drawn = 1.0 - unit(dice);
        if v > 0.0 && drawn.ln() < 0.5f64.mul_add(x * x, base - base * v + base * v.ln()) {
            return base * v * scale;
        }
    }
}

/// Puts the numbers below `n` in an order of chance (Fisher and Yates).
pub(super) fn shuffled(dice: &mut Dice, n: u32) -> Vec<u32> {
    let mut all: Vec<u32> = (0..n).collect();
    for last in (1..all.len()).rev() {
        let other = usize::try_from(dice.below(last as u64 + 1)).unwrap_or(0);
        all.swap(last, other);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distributions_have_their_means() {
        let mut dice = Dice::new(1);
        let mut mean = |draw: &dyn Fn(&mut Dice) -> f64| {
            (0..20_000).map(|_| draw(&mut dice)).sum::<f64>() / 20_000.0
        };
        assert!((mean(&|dice| exponential(dice, 4.0)) - 4.0).abs() < 0.2);
        assert!(mean(&normal).abs() < 0.05);
        assert!((mean(&|dice| gamma(dice, 1.2, 2_500.0)) - 3_000.0).abs() < 100.0);
        let weighted = Weighted::new([1.0, 0.0, 3.0]);
        let share = mean(&|dice| if weighted.draw(dice) == 2 { 1.0 } else { 0.0 });
        assert!((share - 0.75).abs() < 0.02);
    }

    #[test]
    fn a_shuffle_loses_nobody() {
        let mut all = shuffled(&mut Dice::new(2), 1_000);
        assert_ne!(all.first(), Some(&0));
        all.sort_unstable();
        assert!(all.into_iter().eq(0..1_000));
    }
}
