//! Documents of version 1 are read for ever, and mean what they meant. The fixture is never edited.

use kernel::time::Millis;
use segmentation::language;
use serde_json::{Value as Json, json};
use testkit::Kit;

use crate::world::{World, at, selected};

const FIXTURE: &str = include_str!("../fixtures/version_1.json");

fn instant(value: &Json) -> Millis {
    Millis::parse(value.as_str().unwrap()).unwrap()
}

fn world_of(fixture: &Json) -> World {
    let mut world = World::default();
    world.category("食品 > 冷凍食品");
    world.category("日用品");
    for attributes in fixture["people"].as_array().unwrap() {
        world.person(attributes.clone());
    }
    for told in fixture["events"].as_array().unwrap() {
        let person = 999 + told["person"].as_i64().unwrap();
        let event = world.event(person, told["name"].as_str().unwrap(), instant(&told["at"]));
        event.order = told["order"].as_i64();
        event.amount = told["amount"].as_i64();
        event.quantity = told["quantity"].as_i64();
        event.category = told["category"].as_str().map(str::to_owned);
        event.flags = told["flags"].as_i64().unwrap_or(0);
    }
    world
}

#[tokio::test]
async fn documents_of_version_1_still_mean_the_same() {
    let fixture: Json = serde_json::from_str(FIXTURE).unwrap();
    let world = world_of(&fixture);
    let at = at(instant(&fixture["now"]));
    for test in testkit::both().await {
        let kit = Kit::new(&test).await;
        world.load(&kit).await;
        for rule in fixture["rules"].as_array().unwrap() {
            let written = json!({"version": 1, "root": rule[0]});
            let document = language::read(&written).unwrap();
            assert_eq!(document.to_json(), written, "it is written as it was read");
            let found = selected(&kit.db, &at, &document).await;
            let found: Vec<i64> = found.into_iter().map(|id| id - 999).collect();
            assert_eq!(json!(found), rule[1], "{}: {written}", test.name());
        }
    }
}
