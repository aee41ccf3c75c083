//! Bound values of one statement.

use sea_orm::sea_query::ArrayType;
use storage::{Dialect, Value};

/// Collects the values of a statement; each returns the text that stands for it.
pub(crate) struct Binds {
    pub(crate) dialect: Dialect,
    values: Vec<Value>,
}

impl Binds {
    pub(crate) const fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            values: Vec::new(),
        }
    }

    /// Binds one value.
    pub(crate) fn one(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// Tests whether a text is one of a list; the list is a single bind, however long.
    pub(crate) fn text_in<'a>(
        &mut self,
        text: &str,
        list: impl IntoIterator<Item = &'a str>,
    ) -> String {
        match self.dialect {
            Dialect::Sqlite => {
                let list: Vec<&str> = list.into_iter().collect();
                let bind = self.one(serde_json::Value::from(list).to_string());
                format!("{text} IN (SELECT value FROM json_each({bind}))")
            }
            Dialect::Postgres => {
                let list: Vec<Value> = list.into_iter().map(Into::into).collect();
                let bind = self.one(Value::Array(ArrayType::String, Some(Box::new(list))));
                format!("{text} = ANY({bind})")
            }
        }
    }

    /// Tests whether a whole number is one of a list.
    pub(crate) fn int_in(&mut self, number: &str, list: &[i64]) -> String {
        if let [only] = list {
            let bind = self.one(*only);
            return format!("{number} = {bind}");
        }
        match self.dialect {
            Dialect::Sqlite => {
                let bind = self.one(serde_json::Value::from(list).to_string());
                format!("{number} IN (SELECT value FROM json_each({bind}))")
            }
            Dialect::Postgres => {
                let list: Vec<Value> = list.iter().map(|id| (*id).into()).collect();
                let bind = self.one(Value::Array(ArrayType::BigInt, Some(Box::new(list))));
                format!("{number} = ANY({bind})")
            }
        }
    }

    /// Tests whether a number is one of a list.
    pub(crate) fn real_in(&mut self, number: &str, list: &[f64]) -> String {
        match self.dialect {
            Dialect::Sqlite => {
                let bind = self.one(serde_json::Value::from(list).to_string());
                format!("{number} IN (SELECT value FROM json_each({bind}))")
            }
            Dialect::Postgres => {
                let list: Vec<Value> = list.iter().map(|number| (*number).into()).collect();
                let bind = self.one(Value::Array(ArrayType::Double, Some(Box::new(list))));
                format!("{number} = ANY({bind})")
            }
        }
    }

    /// Returns the values in the order of their numbers.
    pub(crate) fn into_values(self) -> Vec<Value> {
        self.values
    }
}
