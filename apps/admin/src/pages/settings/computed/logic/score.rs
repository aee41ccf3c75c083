//! The rule of scores as its form holds it.

use serde_json::{Map, Value, json};

use super::decimal;

/// What a value must be, as two fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct TestForm {
    /// `is`, `contains`, `at_least`, `at_most` or `exists`.
    pub(in super::super) kind: String,
    /// Texts between commas, a text, or a number.
    pub(in super::super) value: String,
}

/// The fields of an action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct ActionForm {
    pub(in super::super) event: String,
    pub(in super::super) label: String,
    pub(in super::super) points: Option<i64>,
    pub(in super::super) per_day: Option<i64>,
    pub(in super::super) after_minutes: Option<i64>,
    /// Empty where every event counts.
    pub(in super::super) property: String,
    pub(in super::super) test: TestForm,
}

/// The fields of a condition of fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct FitForm {
    pub(in super::super) attribute: String,
    pub(in super::super) test: TestForm,
    pub(in super::super) points: Option<i64>,
}

/// The fields of the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct ScoreForm {
    pub(in super::super) actions: Vec<ActionForm>,
    pub(in super::super) half_life: Option<i64>,
    pub(in super::super) threshold: Option<i64>,
    pub(in super::super) fit: Vec<FitForm>,
    pub(in super::super) grades: [Option<i64>; 3],
}

/// The usual table: event, points, most a day, minutes of silence.
const USUAL: [(&str, i64, Option<i64>, Option<i64>); 6] = [
    ("Form Submitted", 50, Some(1), None),
    ("Products Searched", 3, Some(5), None),
    ("message_clicked", 3, Some(5), None),
    ("Page Viewed", 3, None, Some(30)),
    ("Page Viewed", 1, Some(10), None),
    ("Error Shown", -5, Some(5), None),
];

impl TestForm {
    fn of(test: &Value) -> Self {
        if let Value::String(kind) = test {
            return Self {
                kind: kind.clone(),
                value: String::new(),
            };
        }
        let first = test.as_object().and_then(|own| own.iter().next());
        let Some((kind, held)) = first else {
            return Self::default();
        };
        let value = match held {
            Value::Array(all) => all
                .iter()
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(", "),
            Value::String(own) => own.clone(),
            other => other.to_string(),
        };
        Self {
            kind: kind.clone(),
            value,
        }
    }

    fn test(&self) -> Value {
        match self.kind.as_str() {
            "exists" => "exists".into(),
            "contains" => json!({"contains": self.value.trim()}),
            kind @ ("at_least" | "at_most") => json!({kind: decimal(&self.value)}),
            _ => {
                let each = self.value.split([',', '、', '，']).map(str::trim);
                let list: Vec<&str> = each.filter(|one| !one.is_empty()).collect();
                json!({ "is": list })
            }
        }
    }
}

impl ScoreForm {
    /// Returns the usual table, its labels in the reader's language.
    pub(in super::super) fn usual(labels: [&str; 6]) -> Self {
        let action = |((event, points, per_day, after_minutes), label): (_, &str)| ActionForm {
            event: str::to_owned(event),
            label: label.to_owned(),
            points: Some(points),
            per_day,
            after_minutes,
            ..ActionForm::default()
        };
        Self {
            actions: USUAL.into_iter().zip(labels).map(action).collect(),
            half_life: Some(30),
            threshold: Some(100),
            fit: Vec::new(),
            grades: [Some(30), Some(20), Some(10)],
        }
    }

    /// Fills the fields from a stored rule.
    pub(in super::super) fn of(rule: &Value, usual: Self) -> Self {
        let Some(own) = rule.get("score") else {
            return usual;
        };
        let action = |own: &Value| ActionForm {
            event: text(own.get("event")),
            label: text(own.get("label")),
            points: number(own.get("points")),
            per_day: number(own.get("per_day")),
            after_minutes: number(own.get("after_minutes")),
            property: text(own.pointer("/where/property")),
            test: own
                .pointer("/where/test")
                .map(TestForm::of)
                .unwrap_or_default(),
        };
        let fit = |own: &Value| FitForm {
            attribute: text(own.get("attribute")),
            test: own.get("test").map(TestForm::of).unwrap_or_default(),
            points: number(own.get("points")),
        };
        let grade = |name: &str, usual| {
            own.pointer(&format!("/grades/{name}"))
                .map_or(usual, Value::as_i64)
        };
        let [a, b, c] = usual.grades;
        Self {
            actions: list(own.get("actions")).iter().map(action).collect(),
            half_life: number(own.get("half_life")),
            threshold: number(own.get("threshold")),
            fit: list(own.get("fit")).iter().map(fit).collect(),
            grades: [grade("a", a), grade("b", b), grade("c", c)],
        }
    }

    /// Returns the rule; a field that holds no number is sent as null, so that the server points at it.
    pub(in super::super) fn rule(&self) -> Value {
        let action = |own: &ActionForm| {
            let mut action = Map::new();
            action.insert("event".to_owned(), own.event.trim().into());
            action.insert("points".to_owned(), own.points.into());
            if !own.property.trim().is_empty() {
                let filter = json!({"property": own.property.trim(), "test": own.test.test()});
                action.insert("where".to_owned(), filter);
            }
            let given = [
                ("per_day", own.per_day),
                ("after_minutes", own.after_minutes),
            ];
            for (name, value) in given {
                action.extend(value.map(|value| (name.to_owned(), value.into())));
            }
            if !own.label.trim().is_empty() {
                action.insert("label".to_owned(), own.label.trim().into());
            }
            Value::Object(action)
        };
        let mut rule = Map::new();
        let actions: Vec<Value> = self.actions.iter().map(action).collect();
        rule.insert("actions".to_owned(), actions.into());
        rule.extend(
            self.half_life
                .map(|days| ("half_life".to_owned(), days.into())),
        );
        rule.insert("threshold".to_owned(), self.threshold.into());
        if !self.fit.is_empty() {
            let fit = |own: &FitForm| json!({"attribute": own.attribute.trim(), "test": own.test.test(), "points": own.points});
            let fit: Vec<Value> = self.fit.iter().map(fit).collect();
            rule.insert("fit".to_owned(), fit.into());
            let [a, b, c] = self.grades;
            rule.insert("grades".to_owned(), json!({"a": a, "b": b, "c": c}));
        }
        json!({ "score": rule })
    }
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(value: Option<&Value>) -> Option<i64> {
    value.and_then(Value::as_i64)
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_come_back_from_their_fields() {
        let usual = ScoreForm::usual(["a", "b", "c", "d", "e", "f"]);
        let table = usual.rule();
        assert_eq!(table["score"]["actions"][5]["points"], -5);
        assert_eq!(table["score"]["actions"][3]["after_minutes"], 30);
        for rule in [
            table,
            json!({"score": {"threshold": 5, "actions": [
                {"event": "Form Submitted", "points": 50, "where": {"property": "form", "test": {"is": ["資料請求", "見積"]}}},
                {"event": "Page Viewed", "points": 1, "where": {"property": "url", "test": {"contains": "/料金"}}, "per_day": 3, "label": "料金"},
                {"event": "x", "points": 1, "where": {"property": "n", "test": {"at_least": 2.5}}}],
              "fit": [{"attribute": "業種", "test": "exists", "points": -3}], "grades": {"a": 9, "b": 5, "c": 1}}}),
        ] {
            assert_eq!(ScoreForm::of(&rule, usual.clone()).rule(), rule);
        }
        assert_eq!(ScoreForm::of(&Value::Null, usual.clone()), usual);
        let typed = TestForm {
            kind: "is".to_owned(),
            value: " IT、金融, ,小売".to_owned(),
        };
        assert_eq!(typed.test(), json!({"is": ["IT", "金融", "小売"]}));
        let odd = TestForm {
            kind: "at_most".to_owned(),
            value: "三".to_owned(),
        };
        assert!(odd.test()["at_most"].is_null(), "the server points at it");
    }
}
