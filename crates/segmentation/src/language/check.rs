//! Reading a document strictly: the first misshapen place, or everything that is wrong in meaning.

mod calendar;
mod measure;
mod past;
mod place;
mod sequence;
mod spot;
mod standing;

use kernel::invalid::{FieldError, Invalid};
use serde_json::Value;

use super::{Document, Node, OLDEST, Source, VERSION};
use spot::Spot;

/// The deepest nesting of groups.
pub const MAX_DEPTH: usize = 20;
/// The most conditions and groups.
pub const MAX_NODES: usize = 200;
/// The most values of one list.
pub const MAX_LIST: usize = 10_000;
/// The longest text.
pub const MAX_TEXT: usize = 1_000;

/// Reads a document and checks all that can be checked without the workspace.
pub fn read(value: &Value) -> Result<Document, Invalid> {
    let depth = nesting(value);
    if depth > 4 * MAX_DEPTH + 16 {
        return Err(Invalid(vec![too_deep("/root".to_owned())]));
    }
    match value.get("version") {
        Some(version)
            if !version.as_u64().is_some_and(|version| {
                (u64::from(OLDEST)..=u64::from(VERSION)).contains(&version)
            }) =>
        {
            return Err(Invalid::one(
                "/version",
                "unknown_version",
                format!("this server understands versions {OLDEST} to {VERSION} of the language"),
                format!("このサーバーが読めるのはバージョン{OLDEST}から{VERSION}の条件です"),
            ));
        }
        _ => {}
    }
    let document: Document = serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = pointer_of(error.path());
        let inner = error.inner();
        Invalid::one(
            pointer,
            "shape",
            format!("not understood: {inner}"),
            format!("条件の書き方が正しくありません（{inner}）"),
        )
    })?;
    let mut found = Invalid::default();
    check_tree(&document, &mut found);
    found.into_result().map(|()| document)
}

fn nesting(value: &Value) -> usize {
    let mut deepest = 0;
    let mut waiting = vec![(value, 1)];
    while let Some((value, depth)) = waiting.pop() {
        deepest = deepest.max(depth);
        match value {
            Value::Array(items) => waiting.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => {
                waiting.extend(members.values().map(|item| (item, depth + 1)));
            }
            _ => {}
        }
    }
    deepest
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&part);
    }
    pointer
}

fn too_deep(pointer: String) -> FieldError {
    FieldError::new(
        pointer,
        "too_deep",
        format!("groups may be nested {MAX_DEPTH} deep at most"),
        format!("まとまりの入れ子は{MAX_DEPTH}段までです"),
    )
}

fn check_tree(document: &Document, found: &mut Invalid) {
    let places = document.places();
    if places.len() > MAX_NODES {
        found.push(FieldError::new(
            "/root",
            "too_many",
            format!("at most {MAX_NODES} conditions and groups"),
            format!("条件とまとまりは合わせて{MAX_NODES}個までです"),
        ));
        return;
    }
    standing::windows(&places, found);
    sequence::number(&places, found);
    for place in places {
        let at = Spot {
            pointer: place.pointer,
        };
        if place.depth > MAX_DEPTH {
            found.push(too_deep(at.pointer));
            return;
        }
        match place.node {
            Node::All(members) if members.is_empty() && place.depth > 0 => {
                at.empty_group("all", found);
            }
            Node::Any(members) if members.is_empty() => at.empty_group("any", found),
            Node::Fact(fact) => {
                if let Source::Attribute(key) = &fact.of {
                    at.to("/fact/of/attribute").key(key, found);
                }
                at.to("/fact/test").test(&fact.test, fact.fold, found);
                if let (Source::Field(field), Some(asked)) = (&fact.of, fact.test.value_type())
                    && field.value_type() != asked
                {
                    found.push(type_clash(
                        at.to("/fact/test").pointer,
                        field.value_type().word(),
                        asked.word(),
                    ));
                }
            }
            Node::Events(events) => at.to("/events").events(events, found),
            Node::Sequence(sequence) => at.to("/sequence").sequence(sequence, found),
            Node::Message(answer) => at.to("/message").answer(answer, found),
            Node::Consent(consent) => {
                at.to("/consent/channel").text(&consent.channel, found);
                at.to("/consent/purpose").text(&consent.purpose, found);
            }
            Node::WasIn(was_in) => at.to("/was_in").was_in(was_in, found),
            Node::Share(share) => at.to("/share").share(share, found),
            Node::Standing(standing) => at.to("/standing").standing(standing, found),
            Node::All(_)
            | Node::Any(_)
            | Node::Not(_)
            | Node::Reachable(_)
            | Node::Segment(_)
            | Node::List(_) => {}
        }
    }
}

/// Says that a test cannot judge values of a type.
pub(crate) fn type_clash(pointer: String, is: &str, asked: &str) -> FieldError {
    FieldError::new(
        pointer,
        "type_clash",
        format!("the value is of type {is} and cannot be compared as {asked}"),
        format!(
            "この項目は{}なので、{}としては比べられません",
            type_ja(is),
            type_ja(asked)
        ),
    )
}

fn type_ja(word: &str) -> &str {
    match word {
        "text" => "文字列",
        "number" => "数値",
        "boolean" => "はい・いいえ",
        "date" => "日付",
        "list" => "リスト",
        other => other,
    }
}
