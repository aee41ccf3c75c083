//! Distances, measured with vectors instead of a haversine.

use segmentation::language::PlaceTest;

use super::Truth;
use crate::flaws::Flaw;

/// Reads degrees, to a millionth.
fn degrees(text: &str, most: f64) -> Option<f64> {
    let shape = regex::Regex::new(r"^ *[-+]?([0-9]+\.?[0-9]*|\.[0-9]+) *$").unwrap();
    let degrees: f64 = shape.is_match(text).then(|| text.trim().parse())?.ok()?;
    (degrees.abs() <= most).then(|| (degrees * 1e6).round() / 1e6)
}

fn unit(lat: f64, lng: f64) -> [f64; 3] {
    let (lat, lng) = (lat.to_radians(), lng.to_radians());
    [lat.cos() * lng.cos(), lat.cos() * lng.sin(), lat.sin()]
}

fn apart(a: (f64, f64), b: (f64, f64), flaw: Option<Flaw>) -> f64 {
    let radius = 6_371_008.8;
    if flaw == Some(Flaw::DegreesAlike) {
        return radius * (a.0 - b.0).hypot(a.1 - b.1).to_radians();
    }
    if flaw == Some(Flaw::EarthEndsAt180) {
        let cos = f64::midpoint(a.0, b.0).to_radians().cos();
        return radius * (a.0 - b.0).hypot((a.1 - b.1) * cos).to_radians();
    }
    let ([ax, ay, az], [bx, by, bz]) = (unit(a.0, a.1), unit(b.0, b.1));
    let cross = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
    let cross = cross.iter().map(|n| n * n).sum::<f64>().sqrt();
    radius * cross.atan2(ax * bx + ay * by + az * bz)
}

pub(super) fn judge(text: &str, wanted: &PlaceTest, flaw: Option<Flaw>) -> Truth {
    let is_near = matches!(wanted, PlaceTest::Near(_));
    let place = || {
        let (lat, lng) = text.split_once(',')?;
        Some((degrees(lat, 90.0)?, degrees(lng, 180.0)?))
    };
    let Some(place) = place() else {
        return (flaw == Some(Flaw::NoPlaceIsFar)).then_some(!is_near);
    };
    let circle = wanted.circle();
    let apart = apart((circle.lat, circle.lng), place, flaw);
    Some((apart <= f64::from(circle.metres)) == is_near)
}
