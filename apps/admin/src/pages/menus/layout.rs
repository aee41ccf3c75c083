//! The layouts that LINE's own manager offers, and a few more.

/// An area's place: left, top, width, height.
pub(super) type Place = (i64, i64, i64, i64);

/// How the picture is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    One,
    TwoColumns,
    ThreeColumns,
    FourCells,
    SixCells,
    WideAndNarrow,
    BigAndTwo,
    TopAndThree,
    TabsAndThree,
}

/// A share of width and height, in sixtieths: left, top, width, height.
type Share = (i64, i64, i64, i64);

impl Layout {
    pub(super) const ALL: [Self; 9] = [
        Self::One,
        Self::TwoColumns,
        Self::ThreeColumns,
        Self::FourCells,
        Self::SixCells,
        Self::WideAndNarrow,
        Self::BigAndTwo,
        Self::TopAndThree,
        Self::TabsAndThree,
    ];

    const fn shares(self) -> &'static [Share] {
        match self {
            Self::One => &[(0, 0, 60, 60)],
            Self::TwoColumns => &[(0, 0, 30, 60), (30, 0, 30, 60)],
            Self::ThreeColumns => &[(0, 0, 20, 60), (20, 0, 20, 60), (40, 0, 20, 60)],
            Self::FourCells => &[
                (0, 0, 30, 30),
                (30, 0, 30, 30),
                (0, 30, 30, 30),
                (30, 30, 30, 30),
            ],
            Self::SixCells => &[
                (0, 0, 20, 30),
                (20, 0, 20, 30),
                (40, 0, 20, 30),
                (0, 30, 20, 30),
                (20, 30, 20, 30),
                (40, 30, 20, 30),
            ],
            Self::WideAndNarrow => &[(0, 0, 40, 60), (40, 0, 20, 60)],
            Self::BigAndTwo => &[(0, 0, 40, 60), (40, 0, 20, 30), (40, 30, 20, 30)],
            Self::TopAndThree => &[
                (0, 0, 60, 30),
                (0, 30, 20, 30),
                (20, 30, 20, 30),
                (40, 30, 20, 30),
            ],
            Self::TabsAndThree => &[
                (0, 0, 30, 12),
                (30, 0, 30, 12),
                (0, 12, 20, 48),
                (20, 12, 20, 48),
                (40, 12, 20, 48),
            ],
        }
    }

    /// Returns the places on a picture of a size; together they cover all of it.
    pub(super) fn places(self, (width, height): (i64, i64)) -> Vec<Place> {
        let place = |(left, top, wide, high): &Share| {
            let (x, y) = (left * width / 60, top * height / 60);
            let (right, bottom) = ((left + wide) * width / 60, (top + high) * height / 60);
            (x, y, right - x, bottom - y)
        };
        self.shares().iter().map(place).collect()
    }

    /// Returns a name that never changes.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::One => "1",
            Self::TwoColumns => "2",
            Self::ThreeColumns => "3",
            Self::FourCells => "2 × 2",
            Self::SixCells => "2 × 3",
            Self::WideAndNarrow => "2 : 1",
            Self::BigAndTwo => "1 + 2",
            Self::TopAndThree => "1 / 3",
            Self::TabsAndThree => "2 / 3",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_covers_the_picture_and_nothing_twice() {
        for layout in Layout::ALL {
            for (width, height) in [(2_500, 1_686), (1_200, 405), (801, 251)] {
                let places = layout.places((width, height));
                let covered: i64 = places.iter().map(|(_, _, w, h)| w * h).sum();
                assert_eq!(covered, width * height, "{layout:?}");
                for (x, y, w, h) in places {
                    assert!(w > 0 && h > 0 && x + w <= width && y + h <= height);
                }
            }
        }
    }
}
