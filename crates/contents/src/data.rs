//! What a template sees: plain data, and nothing else.

use std::sync::Arc;

use liquid_core::model::{KString, Value};
use liquid_core::{Object, ValueView};
use serde_json::Value as Json;

/// The variables of one render: those of the customer over those that all customers share.
///
/// Build [`Shared`] once a send (workspace, catalogue-wide blocks) and one `Data` a customer.
#[derive(Debug, Clone, Default)]
pub struct Data {
    pub(crate) own: Object,
    pub(crate) shared: Arc<Object>,
}

/// Variables that are the same for every customer of a send.
#[derive(Debug, Clone, Default)]
pub struct Shared(Arc<Object>);

impl Shared {
    /// Takes the members of a JSON object; anything else gives no variables.
    pub fn from_json(value: &Json) -> Self {
        Self(Arc::new(object(value)))
    }
}

impl Data {
    /// Takes the members of a JSON object; anything else gives no variables.
    pub fn from_json(value: &Json) -> Self {
        Self {
            own: object(value),
            shared: Arc::default(),
        }
    }

    /// Puts the customer's variables over the shared ones; a name in both is the customer's.
    pub fn with_shared(value: &Json, shared: &Shared) -> Self {
        Self {
            own: object(value),
            shared: Arc::clone(&shared.0),
        }
    }

    /// Sets one variable of the customer.
    pub fn set(&mut self, name: &str, value: &Json) {
        self.own.insert(KString::from_ref(name), convert(value));
    }

    /// Returns the first entries of a list; none where there is no list of this name.
    pub(crate) fn list(&self, name: &str, limit: usize) -> Vec<Value> {
        match self.own.get(name).or_else(|| self.shared.get(name)) {
            Some(Value::Array(entries)) => entries.iter().take(limit).cloned().collect(),
            _ => Vec::new(),
        }
    }

    /// Sets one variable of the customer and returns what it was; `None` stands for none.
    pub(crate) fn put(&mut self, name: &str, value: Option<Value>) -> Option<Value> {
        match value {
            Some(value) => self.own.insert(KString::from_ref(name), value),
            None => self.own.remove(name),
        }
    }

    /// Reads a text by its path, such as `["workspace", "name"]`; empty where there is none.
    pub(crate) fn text(&self, path: &[&str]) -> String {
        let Some((root, rest)) = path.split_first() else {
            return String::new();
        };
        let mut value = self.own.get(*root).or_else(|| self.shared.get(*root));
        for part in rest {
            value = match value {
                Some(Value::Object(object)) => object.get(*part),
                _ => None,
            };
        }
        value
            .filter(|value| !value.is_nil())
            .map(|value| value.to_kstr().into_string())
            .unwrap_or_default()
    }
}

fn object(value: &Json) -> Object {
    match convert(value) {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

fn convert(value: &Json) -> Value {
    match value {
        Json::Null => Value::Nil,
        Json::Bool(flag) => Value::scalar(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::scalar(whole),
            None => Value::scalar(number.as_f64().unwrap_or(0.0)),
        },
        Json::String(text) => Value::scalar(text.clone()),
        Json::Array(items) => Value::Array(items.iter().map(convert).collect()),
        Json::Object(members) => Value::Object(
            members
                .iter()
                .map(|(key, value)| (KString::from_ref(key), convert(value)))
                .collect(),
        ),
    }
}
