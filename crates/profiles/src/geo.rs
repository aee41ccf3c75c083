//! Places on the earth: the one form in which they are stored, and how far they are apart.

use serde_json::{Map, Value as Json};

/// The mean radius of the earth in metres (IUGG).
const RADIUS: f64 = 6_371_008.8;
/// Half the way round: nothing is farther away.
pub const MAX_METRES: u32 = 20_015_115;
/// Coordinates are kept to a millionth of a degree, 11 cm.
const PARTS: f64 = 1_000_000.0;
/// The longest text that is read as a place.
const MAX_TEXT: usize = 64;

/// A place, to a millionth of a degree; written `35.681236,139.767125`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeoPoint {
    lat: i32,
    lng: i32,
}

impl GeoPoint {
    /// Makes a place of degrees; `None` when there is no such place.
    pub fn new(lat: f64, lng: f64) -> Option<Self> {
        Some(Self {
            lat: parts(lat, 90.0)?,
            lng: parts(lng, 180.0)?,
        })
    }

    /// Reads latitude, a comma and longitude in plain decimals; anything else is no place.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let (lat, lng) = text.split_once(',')?;
        Self::new(decimal(lat)?, decimal(lng)?)
    }

    /// Reads an object that says a place and nothing else, under any of the usual names.
    pub fn of_json(value: &Json) -> Option<Self> {
        let members = value.as_object()?;
        if members.len() != 2 {
            return None;
        }
        if members.get("type").and_then(Json::as_str) == Some("Point") {
            // GeoJSON says the longitude first.
            let coordinates = members.get("coordinates")?.as_array()?;
            return match coordinates.as_slice() {
                [lng, lat] | [lng, lat, _] => Self::new(degrees(lat)?, degrees(lng)?),
                _ => None,
            };
        }
        Self::of_members(members)
    }

    /// Reads latitude and longitude among other members.
    pub fn of_members(members: &Map<String, Json>) -> Option<Self> {
        let one_of = |names: &[&str]| names.iter().find_map(|name| members.get(*name));
        let lat = one_of(&["lat", "latitude"])?;
        let lng = one_of(&["lng", "lon", "long", "longitude"])?;
        Self::new(degrees(lat)?, degrees(lng)?)
    }

    /// Returns the metres along the great circle of a sphere (haversine).
    pub fn metres_to(self, other: Self) -> f64 {
        let angle = |parts: i32| (f64::from(parts) / PARTS).to_radians();
        let half_sine = |from: f64, to: f64| ((to - from) / 2.0).sin().powi(2);
        let (lat, other_lat) = (angle(self.lat), angle(other.lat));
        let across = half_sine(angle(self.lng), angle(other.lng));
        let haversine = (lat.cos() * other_lat.cos()).mul_add(across, half_sine(lat, other_lat));
        // Of opposite ends of the earth rounding may make a little more than 1.
        2.0 * RADIUS * haversine.clamp(0.0, 1.0).sqrt().asin()
    }
}

impl std::fmt::Display for GeoPoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let degrees = |parts: i32| f64::from(parts) / PARTS;
        write!(f, "{},{}", degrees(self.lat), degrees(self.lng))
    }
}

fn parts(degrees: f64, most: f64) -> Option<i32> {
    if !(-most..=most).contains(&degrees) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "180 million at the most, and whole"
    )]
    let parts = (degrees * PARTS).round() as i32;
    Some(parts)
}

fn decimal(text: &str) -> Option<f64> {
    let text = text.trim_matches(' ');
    // Not what Rust reads besides: `inf`, `1e5`.
    let is_plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+');
    text.bytes()
        .all(is_plain)
        .then(|| text.parse().ok())
        .flatten()
}

fn degrees(value: &Json) -> Option<f64> {
    match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => decimal(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metres(from: &str, to: &str) -> f64 {
        let (from, to) = (GeoPoint::parse(from), GeoPoint::parse(to));
        from.unwrap().metres_to(to.unwrap())
    }

    #[test]
    fn what_is_no_place_is_none() {
        for text in [
            "",
            ",",
            "35.6",
            "35.6,",
            "35.6,139.7,0",
            "90.000001,0",
            "0,-180.000001",
            "NaN,0",
            "inf,0",
            "1e1,0",
            "３５.６,１３９.７",
            "35.6、139.7",
            "東京,日本",
            "--1,0",
            "📍,0",
        ] {
            assert_eq!(GeoPoint::parse(text), None, "{text}");
        }
        assert_eq!(GeoPoint::parse(&format!("{}1,0", "0".repeat(100))), None);
    }

    #[test]
    fn a_place_is_written_in_one_way() {
        for (value, written) in [
            (
                json!({"lat": 35.681_236, "lng": 139.767_125}),
                "35.681236,139.767125",
            ),
            (
                json!({"latitude": "35.5", "longitude": "-0.1"}),
                "35.5,-0.1",
            ),
            (
                json!({"type": "Point", "coordinates": [139.7, 35.6]}),
                "35.6,139.7",
            ),
            (json!({"lat": 1.000_000_49, "lon": 2}), "1,2"),
        ] {
            let place = GeoPoint::of_json(&value).unwrap();
            assert_eq!(place.to_string(), written);
            assert_eq!(GeoPoint::parse(written), Some(place));
        }
        for value in [
            json!({"lat": 35.6, "lng": 139.7, "city": "東京"}),
            json!({"lat": 135.6, "lng": 139.7}),
            json!({"lat": null, "lng": 139.7}),
            json!({"type": "Point", "coordinates": [139.7]}),
            json!({"type": "Polygon", "coordinates": [1, 2]}),
            json!([35.6, 139.7]),
            json!({}),
        ] {
            assert_eq!(GeoPoint::of_json(&value), None, "{value}");
        }
    }

    #[test]
    fn distances_hold_across_the_antimeridian_and_at_the_poles() {
        let degree = RADIUS.to_radians();
        let differ = |found: f64, expected: f64| (found - expected).abs();
        for (from, to, expected) in [
            ("0,0", "0,1", degree),
            ("0,179.5", "0,-179.5", degree),
            ("90,0", "90,137", 0.0),
            ("89.5,0", "89.5,180", degree),
        ] {
            assert!(differ(metres(from, to), expected) < 0.001, "{from} {to}");
        }
        // A haversine loses half its digits at the opposite end of the earth.
        for (from, to) in [("0,0", "0,180"), ("35,139", "-35,-41"), ("90,0", "-90,0")] {
            assert!(
                differ(metres(from, to), degree * 180.0) < 1.0,
                "{from} {to}"
            );
        }
        assert!(metres("90,0", "-90,0") < f64::from(MAX_METRES));
        // Tokyo and Shin-Osaka station, as the crow flies.
        assert!(
            (metres("35.681236,139.767125", "34.733165,135.500207") - 401_500.0).abs() < 2_000.0
        );
    }
}
