//! Turns `locales/{ja,en}/<area>.json` into one Rust function per message, so that a missing key, a missing
//! translation or a wrong argument is a compile error.
#![expect(
    clippy::disallowed_methods,
    reason = "cargo hands a build script its folders in the environment"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    path::Path,
};

use serde_json::Value;

/// A message in one language: one text, or one per plural form.
enum Message {
    Text(String),
    Plural { one: String, other: String },
}

type Catalogue = BTreeMap<String, BTreeMap<String, Message>>;

fn main() {
    println!("cargo::rerun-if-changed=locales");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets the manifest folder");
    let mut problems = Vec::new();
    let ja = read(&Path::new(&root).join("locales/ja"), &mut problems);
    let en = read(&Path::new(&root).join("locales/en"), &mut problems);
    let code = generate(&ja, &en, &mut problems);
    assert!(
        problems.is_empty(),
        "the message catalogue is not complete:\n  {}",
        problems.join("\n  ")
    );
    let out = env::var("OUT_DIR").expect("cargo sets the output folder");
    fs::write(Path::new(&out).join("messages.rs"), code).expect("the output folder is writable");
}

fn read(folder: &Path, problems: &mut Vec<String>) -> Catalogue {
    let mut catalogue = Catalogue::new();
    let Ok(entries) = fs::read_dir(folder) else {
        problems.push(format!("{} cannot be read", folder.display()));
        return catalogue;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let Some(area) = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .map(str::to_owned)
        else {
            continue;
        };
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        match serde_json::from_str::<BTreeMap<String, Value>>(&text) {
            Ok(entries) => {
                let mut messages = BTreeMap::new();
                for (key, value) in entries {
                    if let Some(message) = message(&value) {
                        messages.insert(key, message);
                    } else {
                        let path = path.display();
                        problems.push(format!("{path}: {key} is neither text nor {{one, other}}"));
                    }
                }
                catalogue.insert(area, messages);
            }
            Err(error) => problems.push(format!("{}: {error}", path.display())),
        }
    }
    catalogue
}

fn message(value: &Value) -> Option<Message> {
    match value {
        Value::String(text) => Some(Message::Text(text.clone())),
        Value::Object(forms) => Some(Message::Plural {
            one: forms.get("one")?.as_str()?.to_owned(),
            other: forms.get("other")?.as_str()?.to_owned(),
        }),
        _ => None,
    }
}

fn generate(ja: &Catalogue, en: &Catalogue, problems: &mut Vec<String>) -> String {
    let mut code = String::new();
    let areas: BTreeSet<&String> = ja.keys().chain(en.keys()).collect();
    let empty = BTreeMap::new();
    for area in areas {
        let (ja, en) = (
            ja.get(area).unwrap_or(&empty),
            en.get(area).unwrap_or(&empty),
        );
        let _ = writeln!(code, "/// Messages of `{area}`.\npub mod {area} {{");
        let keys: BTreeSet<&String> = ja.keys().chain(en.keys()).collect();
        for key in keys {
            match (ja.get(key), en.get(key)) {
                (Some(ja), Some(en)) => {
                    function(&mut code, &format!("{area}.{key}"), key, ja, en, problems);
                }
                (None, _) => problems.push(format!("{area}.{key} has no Japanese text")),
                (_, None) => problems.push(format!("{area}.{key} has no English text")),
            }
        }
        code.push_str("}\n");
    }
    code
}

fn function(
    code: &mut String,
    name: &str,
    key: &str,
    ja: &Message,
    en: &Message,
    problems: &mut Vec<String>,
) {
    let mut arguments = placeholders(ja);
    let english = placeholders(en);
    // Japanese may leave the number out of neither form; English may leave it out of "one".
    if arguments != english {
        problems.push(format!(
            "{name}: the languages name different arguments {arguments:?} and {english:?}"
        ));
    }
    if matches!(en, Message::Plural { .. }) {
        arguments.insert("count".to_owned());
    }
    if !key
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    {
        problems.push(format!("{name}: keys are lower_snake_case"));
    }
    let doc = first_text(ja).replace('\n', " ");
    let _ = writeln!(code, "    /// {doc}");
    if arguments.is_empty() {
        let _ = writeln!(
            code,
            "    pub fn {key}() -> &'static str {{ {} }}",
            by_language(
                &format!("{:?}", first_text(ja)),
                &format!("{:?}", first_text(en))
            ),
        );
        return;
    }
    let body = by_language(&expression(ja), &expression(en));
    if let [only] = arguments.iter().collect::<Vec<_>>().as_slice() {
        let parameter = match only.as_str() {
            "count" => "count: i64".to_owned(),
            name => format!("{name}: impl core::fmt::Display"),
        };
        let _ = writeln!(code, "    pub fn {key}({parameter}) -> String {{ {body} }}");
    } else {
        named(code, key, &arguments, &body);
    }
}

/// Writes a message of several arguments as a struct: texts beside each other would be given in the wrong order, and
/// nothing would notice.
fn named(code: &mut String, key: &str, arguments: &BTreeSet<String>, body: &str) {
    let name = camel(key);
    let kinds: Vec<String> = arguments
        .iter()
        .filter(|argument| *argument != "count")
        .map(|argument| camel(argument))
        .collect();
    let generics: Vec<String> = kinds
        .iter()
        .map(|kind| format!("{kind}: core::fmt::Display"))
        .collect();
    let (generics, kinds) = (generics.join(", "), kinds.join(", "));
    let fields: Vec<String> = arguments
        .iter()
        .map(|argument| {
            let kind = match argument.as_str() {
                "count" => "i64".to_owned(),
                other => camel(other),
            };
            format!("/** What stands for `{argument}`. */ pub {argument}: {kind}")
        })
        .collect();
    let bound: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (fields, bound) = (fields.join(", "), bound.join(", "));
    let _ = writeln!(
        code,
        "    pub struct {name}<{kinds}> {{ {fields} }}\n    impl<{generics}> {name}<{kinds}> {{ /** Says it. */ pub fn say(self) -> String {{ let Self {{ {bound} }} = self; {body} }} }}"
    );
}

/// Returns `OnlyA` for `only_a`.
fn camel(name: &str) -> String {
    let capitalized = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('_').map(capitalized).collect()
}

/// Chooses by language, where the languages differ.
fn by_language(ja: &str, en: &str) -> String {
    if ja == en {
        return ja.to_owned();
    }
    format!("match super::current() {{ super::Locale::Ja => {ja}, super::Locale::En => {en} }}")
}

fn expression(message: &Message) -> String {
    match message {
        Message::Text(text) => formatted(text),
        Message::Plural { one, other } if one == other => formatted(other),
        Message::Plural { one, other } => {
            format!(
                "if count == 1 {{ {} }} else {{ {} }}",
                formatted(one),
                formatted(other)
            )
        }
    }
}

fn formatted(text: &str) -> String {
    let template = text.replace("{count}", "{}");
    let counts = text.matches("{count}").count();
    format!(
        "format!({template:?}{})",
        ", crate::format::integer(count)".repeat(counts)
    )
}

fn first_text(message: &Message) -> &str {
    match message {
        Message::Text(text) => text,
        Message::Plural { other, .. } => other,
    }
}

fn placeholders(message: &Message) -> BTreeSet<String> {
    let text = first_text(message);
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}
