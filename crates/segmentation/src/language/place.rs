//! How far a place lies from another.

use profiles::geo::GeoPoint;
use serde::{Deserialize, Serialize};

/// What must hold of a text that says a place; of any other text nothing is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceTest {
    /// At most so far away.
    Near(Circle),
    /// Farther away.
    Farther(Circle),
}

/// A centre and a distance along the ground.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Circle {
    /// Latitude of the centre in degrees, north is positive.
    pub lat: f64,
    /// Longitude of the centre in degrees, east is positive.
    pub lng: f64,
    /// Metres along the great circle.
    pub metres: u32,
}

impl Circle {
    fn holds(self, place: GeoPoint) -> Option<bool> {
        let centre = GeoPoint::new(self.lat, self.lng)?;
        Some(centre.metres_to(place) <= f64::from(self.metres))
    }
}

impl PlaceTest {
    /// Returns the circle that is asked for.
    pub const fn circle(&self) -> Circle {
        match self {
            Self::Near(circle) | Self::Farther(circle) => *circle,
        }
    }

    /// Returns how many metres from the centre a text's place lies, rounded up, so that it compares with the asked distance
    /// as the place does; `None` where it says no place.
    pub fn metres(&self, text: &str) -> Option<u32> {
        let circle = self.circle();
        let centre = GeoPoint::new(circle.lat, circle.lng)?;
        let metres = centre.metres_to(GeoPoint::parse(text)?).ceil();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "nothing is farther away than half the way round"
        )]
        let metres = metres as u32;
        Some(metres)
    }

    /// Judges a text; `None` where it says no place.
    pub fn holds(&self, text: &str) -> Option<bool> {
        let place = GeoPoint::parse(text)?;
        match self {
            Self::Near(circle) => circle.holds(place),
            Self::Farther(circle) => circle.holds(place).map(|is_near| !is_near),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_told_is_the_one_that_is_judged() {
        let of = |metres| {
            PlaceTest::Near(Circle {
                lat: 35.681_236,
                lng: 139.767_125,
                metres,
            })
        };
        for (text, away) in [
            ("35.681236,139.767125", Some(0)),
            // A millionth of a degree is 11 cm.
            ("35.681237,139.767125", Some(1)),
            ("35.690921, 139.700258", Some(6_135)),
            ("-35.681236,-40.232875", Some(20_015_115)),
            ("東京駅", None),
            ("３５.６８,１３９.７６", None),
            ("", None),
            ("91,0", None),
        ] {
            assert_eq!(of(1).metres(text), away, "{text}");
            if let Some(away) = away.filter(|away| *away > 1) {
                assert_eq!(of(away).holds(text), Some(true), "{text}");
                assert_eq!(of(away - 1).holds(text), Some(false), "{text}");
            }
        }
    }
}
