//! Two circles whose areas, and the area they share, are true to three counts.

use std::f64::consts::PI;

/// The drawn circles, in a box whose middle is the origin's height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Circles {
    /// Middle of the first.
    pub(crate) x_a: f64,
    /// Radius of the first.
    pub(crate) r_a: f64,
    /// Middle of the second.
    pub(crate) x_b: f64,
    /// Radius of the second.
    pub(crate) r_b: f64,
}

/// Fits two circles into a width, the larger with the given radius.
#[expect(
    clippy::cast_precision_loss,
    reason = "a drawing of some hundred pixels"
)]
pub(crate) fn circles(only_a: i64, both: i64, only_b: i64, width: f64, radius: f64) -> Circles {
    let (a, b) = ((only_a + both) as f64, (only_b + both) as f64);
    let largest = a.max(b).max(1.0);
    let r_a = radius * (a / largest).sqrt();
    let r_b = radius * (b / largest).sqrt();
    let shared = PI * radius * radius * both as f64 / largest;
    let distance = distance(r_a, r_b, shared);
    // The pair as a whole stands in the middle.
    let (left, right) = ((-r_a).min(distance - r_b), (distance + r_b).max(r_a));
    let x_a = width / 2.0 - f64::midpoint(left, right);
    Circles {
        x_a,
        r_a,
        x_b: x_a + distance,
        r_b,
    }
}

/// Finds how far apart two circles stand that share an area.
fn distance(r_a: f64, r_b: f64, shared: f64) -> f64 {
    let (mut near, mut far) = ((r_a - r_b).abs(), r_a + r_b);
    if shared <= 0.0 {
        return far + 8.0;
    }
    for _ in 0..40 {
        let middle = f64::midpoint(near, far);
        if lens(r_a, r_b, middle) > shared {
            near = middle;
        } else {
            far = middle;
        }
    }
    f64::midpoint(near, far)
}

/// Returns the area that two circles share.
fn lens(r_a: f64, r_b: f64, d: f64) -> f64 {
    if d >= r_a + r_b {
        return 0.0;
    }
    if d <= (r_a - r_b).abs() {
        return PI * r_a.min(r_b).powi(2);
    }
    let part = |r: f64, other: f64| {
        let along = (d * d + r * r - other * other) / (2.0 * d);
        r * r * (along / r).clamp(-1.0, 1.0).acos()
            - along * (r * r - along * along).max(0.0).sqrt()
    };
    part(r_a, r_b) + part(r_b, r_a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shared_area_is_true_to_the_count() {
        let drawn = circles(268, 344, 860, 300.0, 62.0);
        let per_person = PI * drawn.r_b.powi(2) / 1_204.0;
        assert!((PI * drawn.r_a.powi(2) / per_person - 612.0).abs() < 0.5);
        let shared = lens(drawn.r_a, drawn.r_b, drawn.x_b - drawn.x_a);
        assert!((shared / per_person - 344.0).abs() < 0.5);
        assert!(drawn.x_a - drawn.r_a > 0.0 && drawn.x_b + drawn.r_b < 300.0);
    }

    #[test]
    fn strangers_stand_apart_and_a_part_lies_inside() {
        let apart = circles(10, 0, 10, 300.0, 50.0);
        assert!(apart.x_b - apart.x_a > apart.r_a + apart.r_b);
        let inside = circles(0, 10, 90, 300.0, 50.0);
        assert!(inside.x_b - inside.x_a + inside.r_a <= inside.r_b + 0.1);
        let nobody = circles(0, 0, 0, 300.0, 50.0);
        assert!(nobody.r_a.abs() < 1e-9 && nobody.x_a.is_finite());
    }
}
