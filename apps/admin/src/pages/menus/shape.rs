//! Moving and resizing an area within its picture: plain arithmetic.

use super::layout::Place;

/// The smallest side that a finger still meets, on a picture of 2,500 dots.
const LEAST: i64 = 40;

/// What is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grip {
    /// The whole area.
    Whole,
    /// A corner: whether it is a right one, and a lower one.
    Corner { right: bool, lower: bool },
}

/// Returns where an area is after its grip was moved by so many dots.
pub(super) fn moved(
    (x, y, width, height): Place,
    grip: Grip,
    (dx, dy): (i64, i64),
    (wide, high): (i64, i64),
) -> Place {
    match grip {
        Grip::Whole => (
            (x + dx).clamp(0, (wide - width).max(0)),
            (y + dy).clamp(0, (high - height).max(0)),
            width,
            height,
        ),
        Grip::Corner { right, lower } => {
            let (x, width) = side(x, width, (right, dx), wide);
            let (y, height) = side(y, height, (lower, dy), high);
            (x, y, width, height)
        }
    }
}

/// Moves one end of a stretch; the other one stays.
fn side(start: i64, length: i64, (is_end, by): (bool, i64), most: i64) -> (i64, i64) {
    let end = start + length;
    if is_end {
        let end = (end + by).clamp((start + LEAST).min(most), most);
        (start, (end - start).max(1))
    } else {
        let start = (start + by).clamp(0, (end - LEAST).max(0));
        (start, end - start)
    }
}

/// Returns the area between two points.
pub(super) fn between((ax, ay): (i64, i64), (bx, by): (i64, i64), size: (i64, i64)) -> Place {
    let clamp = |(x, y): (i64, i64)| (x.clamp(0, size.0), y.clamp(0, size.1));
    let ((ax, ay), (bx, by)) = (clamp((ax, ay)), clamp((bx, by)));
    let (x, y) = (ax.min(bx), ay.min(by));
    (
        x.min(size.0 - LEAST).max(0),
        y.min(size.1 - LEAST).max(0),
        (ax - bx).abs().max(LEAST),
        (ay - by).abs().max(LEAST),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (i64, i64) = (1_000, 600);

    #[test]
    fn an_area_stays_within_its_picture() {
        let area = (100, 100, 300, 200);
        for (grip, by, expected) in [
            (Grip::Whole, (50, -20), (150, 80, 300, 200)),
            (Grip::Whole, (-500, 900), (0, 400, 300, 200)),
            (
                Grip::Corner {
                    right: true,
                    lower: true,
                },
                (50, 10),
                (100, 100, 350, 210),
            ),
            (
                Grip::Corner {
                    right: false,
                    lower: false,
                },
                (-500, 20),
                (0, 120, 400, 180),
            ),
            // A corner does not pass its opposite.
            (
                Grip::Corner {
                    right: true,
                    lower: false,
                },
                (-900, 900),
                (100, 260, 40, 40),
            ),
        ] {
            assert_eq!(moved(area, grip, by, SIZE), expected, "{grip:?} {by:?}");
        }
    }

    #[test]
    fn drawing_goes_in_any_direction() {
        assert_eq!(between((300, 200), (100, 50), SIZE), (100, 50, 200, 150));
        assert_eq!(between((990, 590), (995, 5_000), SIZE), (960, 560, 40, 40));
    }
}
