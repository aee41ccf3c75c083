//! The rule of tastes as its form holds it.

use serde_json::{Map, Value, json};

/// A name and a number: an event and its points, or a price band and where it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct NamedForm {
    pub(in super::super) name: String,
    pub(in super::super) number: Option<i64>,
    /// Of a stored band its minor units: they stay where the field was left alone.
    pub(in super::super) held: Option<i64>,
}

/// The fields of the rule; money in whole units of the currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct AffinityForm {
    pub(in super::super) actions: Vec<NamedForm>,
    pub(in super::super) half_life: Option<i64>,
    pub(in super::super) acts: Option<i64>,
    pub(in super::super) days: Option<i64>,
    /// `none`, `whole` or `levels`.
    pub(in super::super) category: String,
    pub(in super::super) depth: Option<i64>,
    /// Empty where brands are not told.
    pub(in super::super) brand: String,
    pub(in super::super) bands: Vec<NamedForm>,
}

/// The usual events and their points.
const USUAL: [(&str, i64); 3] = [
    ("Product Purchased", 5),
    ("Product Added", 3),
    ("Product Viewed", 1),
];

impl AffinityForm {
    /// Returns what most shops begin with.
    pub(in super::super) fn usual() -> Self {
        let action = |(name, points): (&str, i64)| NamedForm {
            name: name.to_owned(),
            number: Some(points),
            held: None,
        };
        Self {
            actions: USUAL.map(action).into(),
            half_life: Some(14),
            acts: Some(3),
            days: Some(365),
            category: "levels".to_owned(),
            depth: Some(2),
            brand: String::new(),
            bands: Vec::new(),
        }
    }

    /// Fills the fields from a stored rule.
    pub(in super::super) fn of(rule: &Value, digits: u32) -> Self {
        let mut form = Self::usual();
        let Some(own) = rule.get("affinity") else {
            return form;
        };
        let number = |name: &str| own.get(name).and_then(Value::as_i64);
        let rows = |list: &str, key: &str, unit: i64| -> Vec<NamedForm> {
            let all = own.get(list).and_then(Value::as_array);
            let all = all.map_or(&[][..], Vec::as_slice).iter();
            let name = if list == "price" { "name" } else { "event" };
            all.map(|row| {
                let held = row.get(key).and_then(Value::as_i64);
                NamedForm {
                    name: row
                        .get(name)
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned(),
                    number: held.map(|minor| minor / unit),
                    held,
                }
            })
            .collect()
        };
        form.actions = rows("actions", "points", 1);
        form.bands = rows("price", "from", 10_i64.pow(digits));
        form.half_life = number("half_life");
        form.acts = number("acts");
        form.days = number("days");
        let depth = own.pointer("/category/depth").and_then(Value::as_i64);
        let category = match (own.get("category"), depth) {
            (None, _) => "none",
            (Some(_), None) => "whole",
            (Some(_), Some(_)) => "levels",
        };
        category.clone_into(&mut form.category);
        form.depth = depth.or(form.depth);
        let brand = own.pointer("/brand/property").and_then(Value::as_str);
        brand.unwrap_or_default().clone_into(&mut form.brand);
        form
    }

    /// Returns the rule; a field that holds no number is sent as null, so that the server points at it.
    pub(in super::super) fn rule(&self, digits: u32) -> Value {
        let unit = 10_i64.pow(digits);
        let action = |own: &NamedForm| json!({"event": own.name.trim(), "points": own.number});
        let actions: Vec<Value> = self.actions.iter().map(action).collect();
        let mut rule = Map::new();
        let mut put = |name: &str, value: Value| rule.insert(name.to_owned(), value);
        put("actions", actions.into());
        put("half_life", self.half_life.into());
        put("acts", self.acts.into());
        put("days", self.days.into());
        match self.category.as_str() {
            "none" => None,
            "whole" => put("category", json!({})),
            _ => put("category", json!({"depth": self.depth})),
        };
        if !self.brand.trim().is_empty() {
            put("brand", json!({"property": self.brand.trim()}));
        }
        if !self.bands.is_empty() {
            let band = |own: &NamedForm| {
                let mut band = Map::new();
                band.insert("name".to_owned(), own.name.trim().into());
                let is_same = own.held.map(|minor| minor / unit) == own.number;
                let typed = own.number.map(|whole| whole.saturating_mul(unit));
                let from = own.held.filter(|_| is_same).or(typed);
                band.extend(from.map(|from| ("from".to_owned(), from.into())));
                Value::Object(band)
            };
            let bands: Vec<Value> = self.bands.iter().map(band).collect();
            put("price", bands.into());
        }
        json!({ "affinity": rule })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tastes_come_back_from_their_fields() {
        let usual = AffinityForm::usual();
        assert_eq!(AffinityForm::of(&Value::Null, 0), usual);
        for rule in [
            usual.rule(2),
            json!({"affinity": {"actions": [{"event": "x", "points": 7}], "half_life": 1, "acts": 2, "days": 3,
                "category": {}, "brand": {"property": "ブランド"}, "price": [{"name": "安い"}, {"name": "高い", "from": 12_345}]}}),
            json!({"affinity": {"actions": [], "half_life": null, "acts": 2, "days": 3, "price": [{"name": "😀", "from": 5}]}}),
        ] {
            assert_eq!(AffinityForm::of(&rule, 2).rule(2), rule, "to the cent");
        }
        let mut changed = usual;
        changed.bands = vec![NamedForm {
            name: " 高い ".to_owned(),
            number: Some(20),
            held: Some(1_999),
        }];
        let rule = changed.rule(2);
        assert_eq!(
            rule["affinity"]["price"],
            json!([{"name": "高い", "from": 2_000}])
        );
    }
}
