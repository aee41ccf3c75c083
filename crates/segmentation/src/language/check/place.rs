//! The checks of a place and a distance.

use kernel::invalid::Invalid;
use profiles::geo::MAX_METRES;

use super::spot::Spot;
use crate::language::PlaceTest;

impl Spot {
    pub(super) fn place(&self, test: &PlaceTest, found: &mut Invalid) {
        let at = self.to(match test {
            PlaceTest::Near(_) => "/near",
            PlaceTest::Farther(_) => "/farther",
        });
        let circle = test.circle();
        if !(-90.0..=90.0).contains(&circle.lat) {
            at.to("/lat").say(
                found,
                "range",
                "a latitude is -90 to 90 degrees",
                "緯度は-90から90で指定してください",
            );
        }
        if !(-180.0..=180.0).contains(&circle.lng) {
            at.to("/lng").say(
                found,
                "range",
                "a longitude is -180 to 180 degrees",
                "経度は-180から180で指定してください",
            );
        }
        if !(1..=MAX_METRES).contains(&circle.metres) {
            at.to("/metres").say(
                found,
                "range",
                format!("a distance is 1 to {MAX_METRES} metres"),
                format!("距離は1から{MAX_METRES}メートルで指定してください"),
            );
        }
    }
}
