//! Who somebody is: conditions about attributes, their points, and the grade that these give.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::Score;

/// A condition about an attribute, and its points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fit {
    /// The attribute.
    pub attribute: String,
    /// What it must be.
    pub test: Test,
    /// The points.
    pub points: i64,
}

/// What a value must be; what is absent never is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// One of these, letter by letter; of a list one entry is enough.
    Is(Vec<String>),
    /// A text that holds this.
    Contains(String),
    /// A number, not less.
    AtLeast(f64),
    /// A number, not more.
    AtMost(f64),
    /// Anything.
    Exists,
}

impl Test {
    /// Tells whether a value is so.
    pub fn is_met(&self, value: Option<&Json>) -> bool {
        match value {
            None | Some(Json::Null) => false,
            Some(Json::Array(all)) if *self != Self::Exists => all
                .iter()
                .any(|one| !one.is_array() && self.is_met(Some(one))),
            Some(value) => match self {
                Self::Is(list) => {
                    let own = text(value);
                    list.iter().any(|one| Some(one) == own.as_ref())
                }
                Self::Contains(part) => text(value).is_some_and(|own| own.contains(part.as_str())),
                Self::AtLeast(least) => value.as_f64().is_some_and(|own| own >= *least),
                Self::AtMost(most) => value.as_f64().is_some_and(|own| own <= *most),
                Self::Exists => true,
            },
        }
    }
}

fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(is_so) => Some(is_so.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// From how many points on which grade is given; with fewer than all it is D.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grades {
    /// A.
    pub a: i64,
    /// B.
    pub b: i64,
    /// C.
    pub c: i64,
}

impl Default for Grades {
    fn default() -> Self {
        Self {
            a: 30,
            b: 20,
            c: 10,
        }
    }
}

/// How somebody fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// Her points.
    pub points: i64,
    /// Her grade.
    pub grade: &'static str,
}

impl Score {
    /// Judges somebody by her attributes; `None` where the rule does not ask.
    pub fn fits(&self, attributes: &Map<String, Json>) -> Option<Judged> {
        if self.fit.is_empty() {
            return None;
        }
        let met = self.fit.iter();
        let met = met.filter(|fit| fit.test.is_met(attributes.get(&fit.attribute)));
        let points = met.map(|fit| fit.points).sum();
        let grades = self.grades.unwrap_or_default();
        let grade = match points {
            points if points >= grades.a => "A",
            points if points >= grades.b => "B",
            points if points >= grades.c => "C",
            _ => "D",
        };
        Some(Judged { points, grade })
    }
}
