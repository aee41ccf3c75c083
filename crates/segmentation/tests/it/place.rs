//! How far somebody lives, or something happened, from a place.

use segmentation::{language, sentence};
use serde_json::{Value as Json, json};
use testkit::START;

use crate::{
    newer::check,
    sequence::Plain,
    world::{World, rule},
};

fn home(test: &str, (lat, lng): (f64, f64), metres: u32) -> Json {
    json!({"fact": {"of": {"attribute": "home"}, "test": {"place": {test: {"lat": lat, "lng": lng, "metres": metres}}}}})
}

const TOKYO: (f64, f64) = (35.681_236, 139.767_125);

#[tokio::test]
async fn near_and_farther_are_known_of_places_alone() {
    let mut world = World::default();
    for value in [
        json!("35.681236,139.767125"),
        // Shinjuku, 6.1 km to the west.
        json!("35.690921, 139.700258"),
        json!("-17,179.9"),
        json!("-17,-179.9"),
        json!("89.9,0"),
        json!("89.9,180"),
        json!("東京駅📍"),
        json!("３５.６８,１３９.７６"),
        json!(35.68),
        json!({"lat": 35.681_236, "lng": 139.767_125}),
        json!(["35.681236,139.767125"]),
        json!(null),
        json!("91,0"),
        json!("1e1,0"),
        json!(" 35.681236 , +139.767125 "),
    ] {
        world.person(json!({ "home": value }));
    }
    world.person(json!({}));
    let not = |rule: Json| json!({ "not": rule });
    check(
        &world,
        &[
            (home("near", TOKYO, 1), &[1, 15]),
            (home("near", TOKYO, 6_000), &[1, 15]),
            (home("near", TOKYO, 6_200), &[1, 2, 15]),
            (home("farther", TOKYO, 6_000), &[2, 3, 4, 5, 6]),
            (not(home("near", TOKYO, 6_200)), &[3, 4, 5, 6]),
            (not(home("farther", TOKYO, 6_200)), &[1, 2, 15]),
            // Across the antimeridian, from either side.
            (home("near", (-17.0, 179.95), 20_000), &[3, 4]),
            (home("near", (-17.0, -180.0), 11_000), &[3, 4]),
            (home("near", (-17.0, 180.0), 11_000), &[3, 4]),
            // Round the pole, whatever the longitude.
            (home("near", (90.0, 77.0), 11_200), &[5, 6]),
            (home("near", (89.9, 0.0), 22_300), &[5, 6]),
            (
                home("near", (0.0, 0.0), 20_015_115),
                &[1, 2, 3, 4, 5, 6, 15],
            ),
            (home("farther", (0.0, 0.0), 20_015_115), &[]),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_visit_near_the_shop_within_a_week_is_found() {
    let mut world = World::default();
    for (days, place) in [
        (3, json!("35.6813,139.7671")),
        (8, json!("35.6813,139.7671")),
        (3, json!("35.690921,139.700258")),
        (3, json!("somewhere")),
    ] {
        let person = world.person(json!({})).id;
        let event = world.event(person, "来店", START.plus(-days * kernel::time::DAY));
        event.properties = Some(json!({ "place": place }));
    }
    let visited = |test: Json| {
        json!({"events": {"names": ["来店"], "within": {"last": {"days": 7}}, "test": test,
            "where": [{"property": {"key": "place",
                "test": {"place": {"near": {"lat": TOKYO.0, "lng": TOKYO.1, "metres": 1_000}}}}}]}})
    };
    check(
        &world,
        &[
            (visited(json!({"count": {"times": {"at_least": 1}}})), &[1]),
            (visited(json!("never")), &[2, 3, 4]),
        ],
    )
    .await;
}

#[test]
fn a_place_that_is_none_is_named() {
    let circle = |lat: Json, lng: Json, metres: Json| json!({"fact": {"of": {"attribute": "home"}, "test": {"place": {"near": {"lat": lat, "lng": lng, "metres": metres}}}}});
    let at = "/root/fact/test/place/near";
    for (root, pointer, code) in [
        (
            circle(json!(90.1), json!(0), json!(1)),
            format!("{at}/lat"),
            "range",
        ),
        (
            circle(json!(0), json!(-180.1), json!(1)),
            format!("{at}/lng"),
            "range",
        ),
        (
            circle(json!(0), json!(0), json!(0)),
            format!("{at}/metres"),
            "range",
        ),
        (
            circle(json!(0), json!(0), json!(20_015_116)),
            format!("{at}/metres"),
            "range",
        ),
        (
            circle(json!(0), json!(0), json!(-1)),
            format!("{at}/metres"),
            "shape",
        ),
        (
            circle(json!(0), json!(0), json!(1.5)),
            format!("{at}/metres"),
            "shape",
        ),
        (
            circle(json!("0"), json!(0), json!(1)),
            format!("{at}/lat"),
            "shape",
        ),
        (
            circle(json!(null), json!(0), json!(1)),
            format!("{at}/lat"),
            "shape",
        ),
        (
            json!({"fact": {"of": {"field": "first_seen_at"}, "test": {"place": {"near": {"lat": 0, "lng": 0, "metres": 1}}}}}),
            "/root/fact/test".to_owned(),
            "type_clash",
        ),
    ] {
        let invalid = language::read(&json!({"version": 2, "root": root})).unwrap_err();
        let first = invalid.0.first().unwrap();
        assert_eq!(
            (&first.pointer, first.code.as_str()),
            (&pointer, code),
            "{root}"
        );
    }
}

#[test]
fn a_circle_is_said_in_both_languages() {
    for (test, en, ja) in [
        (
            "near",
            "within 1,500 m from (35.681236, 139.767125)",
            "（35.681236, 139.767125）から1,500m以内",
        ),
        (
            "farther",
            "farther than 1,500 m from (35.681236, 139.767125)",
            "（35.681236, 139.767125）から1,500mより遠く",
        ),
    ] {
        let said = sentence::document(&rule(home(test, TOKYO, 1_500)), &Plain);
        assert!(said.en.contains(en), "{}", said.en);
        assert!(said.ja.contains(ja), "{}", said.ja);
    }
}
