//! A share with its interval.

/// The 97.5 % point of the normal distribution: two sides of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many did it.
    pub numerator: i64,
    /// Of how many.
    pub denominator: i64,
}

impl Rate {
    /// Returns the share; `None` of nobody, which is not zero.
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of people lie far below 2^53"
    )]
    pub fn value(self) -> Option<f64> {
        (self.denominator > 0).then(|| self.numerator as f64 / self.denominator as f64)
    }

    /// Returns the 95 % interval of the share by Wilson's score.
    ///
    /// (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n): it stays within 0 and 1 and holds for few people,
    /// where p ± z·√(p(1−p)/n) does not. <https://doi.org/10.1080/01621459.1927.10502953>
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of people lie far below 2^53"
    )]
    pub fn interval(self) -> Option<(f64, f64)> {
        let share = self.value()?;
        let n = self.denominator as f64;
        let square = Z * Z;
        let middle = share + square / (2.0 * n);
        let spread = Z * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
        let scale = 1.0 + square / n;
        // At 0 and at 1 the interval ends at the share itself, which rounding would miss by a hair.
        let low = ((middle - spread) / scale).clamp(0.0, share);
        let high = ((middle + spread) / scale).clamp(share, 1.0);
        Some((low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(numerator: i64, denominator: i64) -> Rate {
        Rate {
            numerator,
            denominator,
        }
    }

    #[test]
    fn the_interval_is_wilsons() {
        // Worked example: 203 of 754 is 26.9 %, 23.9 to 30.2.
        let (low, high) = rate(203, 754).interval().unwrap();
        assert!((low - 0.2388).abs() < 5e-4, "{low}");
        assert!((high - 0.3020).abs() < 5e-4, "{high}");
        // 1 of 10 by hand: (0.1 + 0.19207 ± 1.95996·√(0.009 + 0.0096036)) / 1.384146.
        let (low, high) = rate(1, 10).interval().unwrap();
        assert!((low - 0.01788).abs() < 1e-4, "{low}");
        assert!((high - 0.40415).abs() < 1e-4, "{high}");
    }

    #[test]
    fn nobody_is_not_zero_percent_and_nothing_leaves_the_scale() {
        assert_eq!(rate(0, 0).value(), None);
        assert_eq!(rate(0, 0).interval(), None);
        let (low, high) = rate(0, 3).interval().unwrap();
        assert!(low.abs() < 1e-12 && high < 0.6);
        let (low, high) = rate(3, 3).interval().unwrap();
        assert!(low > 0.4 && (high - 1.0).abs() < 1e-12);
    }
}
