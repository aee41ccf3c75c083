//! From the traits of an identify call to standard facts and attributes.

use serde_json::{Map, Value as Json};

use super::refusal::Refusal;
use crate::{facts::Facts, geo::GeoPoint, identity::normal};

const MAX_KEY_CHARS: usize = 100;
const MAX_TEXT_CHARS: usize = 4_000;
const MAX_NAME_CHARS: usize = 200;

/// The traits of one message, sorted out; attributes are not typed yet.
#[derive(Debug, Default)]
pub(super) struct Traits {
    pub(super) facts: Facts,
    pub(super) hints: Facts,
    pub(super) attributes: Map<String, Json>,
    pub(super) notes: Vec<Refusal>,
}

/// Sorts traits out; `context` gives the device's language and zone.
pub(super) fn sort_out(traits: &Map<String, Json>, context: &Map<String, Json>) -> Traits {
    let mut out = Traits::default();
    for (key, value) in traits {
        if !take_fact(&mut out, key, value) {
            take_attribute(&mut out.attributes, key, value, 0);
        }
    }
    out.hints.locale = context.get("locale").and_then(locale);
    out.hints.time_zone = context.get("timezone").and_then(zone);
    out
}

/// Takes a trait that is a standard fact; tells whether it was one. Null leaves a fact as it is.
fn take_fact(out: &mut Traits, key: &str, value: &Json) -> bool {
    let facts = &mut out.facts;
    match key {
        "email" => match read(value, normal::email) {
            Some(Err(normal::Malformed::Empty)) | None => {}
            Some(Ok(email)) => facts.email = Some(email),
            Some(Err(_)) => out.notes.push(Refusal::BadEmail),
        },
        "phone" => match read(value, normal::phone) {
            Some(Err(normal::Malformed::Empty)) | None => {}
            Some(Ok(phone)) => facts.phone = Some(phone),
            Some(Err(_)) => out.notes.push(Refusal::BadPhone),
        },
        "firstName" | "first_name" | "firstname" => {
            facts.given_name = name(value).or(facts.given_name.take());
        }
        "lastName" | "last_name" | "lastname" => {
            facts.family_name = name(value).or(facts.family_name.take());
        }
        "name" => facts.full_name = name(value).or(facts.full_name.take()),
        "locale" | "language" => facts.locale = locale(value).or(facts.locale.take()),
        "timezone" | "timeZone" | "time_zone" => {
            facts.time_zone = zone(value).or(facts.time_zone.take());
        }
        _ => return false,
    }
    true
}

fn read<T>(value: &Json, parse: impl Fn(&str) -> T) -> Option<T> {
    match value {
        Json::String(text) => Some(parse(text)),
        Json::Number(number) => Some(parse(&number.to_string())),
        _ => None,
    }
}

fn name(value: &Json) -> Option<String> {
    let text: String = value
        .as_str()?
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_NAME_CHARS)
        .collect();
    (!text.is_empty()).then_some(text)
}

fn locale(value: &Json) -> Option<String> {
    let tag = value.as_str()?.trim().replace('_', "-");
    let is_tag =
        (2..=35).contains(&tag.len()) && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_tag.then_some(tag)
}

fn zone(value: &Json) -> Option<String> {
    let zone: chrono_tz::Tz = value.as_str()?.trim().parse().ok()?;
    Some(zone.name().to_owned())
}

/// A place becomes one text, other objects `address.city`; what nests deeper, or is a list of objects, is kept as JSON text.
fn take_attribute(out: &mut Map<String, Json>, key: &str, value: &Json, depth: usize) {
    let Some(key) = clean_key(key) else { return };
    if let Some(place) = GeoPoint::of_json(value) {
        out.insert(key, place.to_string().into());
        return;
    }
    match value {
        Json::Object(map) if depth == 0 => {
            for (inner, value) in map {
                take_attribute(out, &format!("{key}.{inner}"), value, depth + 1);
            }
        }
        Json::Object(_) => {
            out.insert(key, cut(&value.to_string()));
        }
        Json::Array(items) => {
            let items = items.iter().take(100).map(|item| match item {
                Json::String(text) => cut(text),
                other => cut(&other.to_string()),
            });
            out.insert(key, Json::Array(items.collect()));
        }
        Json::String(text) => {
            out.insert(key, cut(text));
        }
        other => {
            out.insert(key, other.clone());
        }
    }
}

/// Quotes and backslashes would break JSON paths that are built from a key.
fn clean_key(key: &str) -> Option<String> {
    let swap = |c: char| {
        if c.is_control() || matches!(c, '"' | '\\') {
            '_'
        } else {
            c
        }
    };
    let key: String = key.trim().chars().map(swap).take(MAX_KEY_CHARS).collect();
    (!key.is_empty()).then_some(key)
}

fn cut(text: &str) -> Json {
    Json::String(text.chars().take(MAX_TEXT_CHARS).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn traits_become_facts_and_flat_attributes() {
        let Json::Object(traits) = json!({
            "email": " Taro@Example.jp", "phone": 9_012_345_678i64, "firstName": "太郎", "lastName": "𠮷田",
            "timezone": "Asia/Tokyo", "locale": "ja_JP", "plan": null, "age": 41, "tags": ["a", 2],
            "address": {"city": "仙台", "geo": {"lat": 38}}, "a\"b": true,
            "home": {"lat": 38.268_195, "lng": 140.869_415}, "work": {"type": "Point", "coordinates": [140.88, 38.26]},
            "shop": {"lat": 38, "lng": 140, "name": "本店"}
        }) else {
            unreachable!()
        };
        let got = sort_out(&traits, &Map::new());
        assert_eq!(got.facts.email.as_deref(), Some("taro@example.jp"));
        assert_eq!(
            (
                got.facts.given_name.as_deref(),
                got.facts.family_name.as_deref()
            ),
            (Some("太郎"), Some("𠮷田"))
        );
        assert_eq!(
            (got.facts.time_zone.as_deref(), got.facts.locale.as_deref()),
            (Some("Asia/Tokyo"), Some("ja-JP"))
        );
        let expected = json!({"plan": null, "age": 41, "tags": ["a", "2"], "address.city": "仙台",
                              "address.geo": "{\"lat\":38}", "a_b": true,
                              "home": "38.268195,140.869415", "work": "38.26,140.88",
                              "shop.lat": 38, "shop.lng": 140, "shop.name": "本店"});
        assert_eq!(Json::Object(got.attributes), expected);
    }

    #[test]
    fn an_address_that_cannot_exist_is_told_and_the_rest_kept() {
        let Json::Object(traits) =
            json!({"email": "taro", "phone": "tel", "name": "Taro", "timezone": "Mars/Base"})
        else {
            unreachable!()
        };
        let got = sort_out(&traits, &Map::new());
        assert_eq!(got.notes, [Refusal::BadEmail, Refusal::BadPhone]);
        assert_eq!(
            got.facts,
            Facts {
                full_name: Some("Taro".into()),
                ..Facts::default()
            }
        );
    }
}
