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

    /// Judges a text; `None` where it says no place.
    pub fn holds(&self, text: &str) -> Option<bool> {
        let place = GeoPoint::parse(text)?;
        match self {
            Self::Near(circle) => circle.holds(place),
            Self::Farther(circle) => circle.holds(place).map(|is_near| !is_near),
        }
    }
}
