//! Rules of computed attributes as forms hold them, without a browser.

mod affinity;
mod ranks;
mod score;

use serde_json::{Map, Value, json};

pub(super) use affinity::{AffinityForm, NamedForm};
pub(super) use ranks::{RankForm, RanksForm};
pub(super) use score::{ActionForm, FitForm, ScoreForm, TestForm};

/// The fields of the rule of dormancy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DormancyForm {
    /// `days` or `cycles`.
    pub(super) mode: String,
    pub(super) days: Option<i64>,
    pub(super) purchase_days: Option<i64>,
    pub(super) times: String,
    pub(super) at_least: Option<i64>,
    pub(super) at_most: Option<i64>,
    pub(super) otherwise: Option<i64>,
}

impl Default for DormancyForm {
    fn default() -> Self {
        Self {
            mode: "days".to_owned(),
            days: Some(365),
            purchase_days: Some(3),
            times: "3".to_owned(),
            at_least: Some(30),
            at_most: Some(365),
            otherwise: Some(365),
        }
    }
}

impl DormancyForm {
    /// Fills the fields from a stored rule; what it does not name keeps the usual figure.
    pub(super) fn of(rule: &Value) -> Self {
        let mut form = Self::default();
        let Some(own) = rule.get("dormancy") else {
            return form;
        };
        let number = |value: Option<&Value>| value.and_then(Value::as_i64);
        form.purchase_days = number(own.get("purchase_days")).or(form.purchase_days);
        let after = own.get("after");
        if let Some(days) = number(after.and_then(|after| after.get("days"))) {
            form.days = Some(days);
        }
        if let Some(cycles) = after.and_then(|after| after.get("cycles")) {
            "cycles".clone_into(&mut form.mode);
            form.times = cycles
                .get("times")
                .and_then(Value::as_f64)
                .map_or(form.times, |times| times.to_string());
            form.at_least = number(cycles.get("at_least"));
            form.at_most = number(cycles.get("at_most"));
            form.otherwise = number(cycles.get("otherwise"));
        }
        form
    }

    /// Returns the rule; a field that holds no number is sent as null, so that the server points at it.
    pub(super) fn rule(&self) -> Value {
        let after = if self.mode == "cycles" {
            json!({"cycles": {"times": decimal(&self.times), "at_least": self.at_least,
                "at_most": self.at_most, "otherwise": self.otherwise}})
        } else {
            json!({"days": self.days})
        };
        json!({"dormancy": {"purchase_days": self.purchase_days, "after": after}})
    }
}

/// The fields of the rule of lifecycle stages; money in whole units of the currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StagesForm {
    pub(super) repeat_orders: Option<i64>,
    pub(super) days: Option<i64>,
    pub(super) orders: Option<i64>,
    pub(super) spend: Option<i64>,
}

impl Default for StagesForm {
    fn default() -> Self {
        Self {
            repeat_orders: Some(2),
            days: Some(365),
            orders: Some(5),
            spend: None,
        }
    }
}

impl StagesForm {
    /// Fills the fields from a stored rule.
    pub(super) fn of(rule: &Value, digits: u32) -> Self {
        let Some(own) = rule.get("lifecycle") else {
            return Self::default();
        };
        let number = |value: Option<&Value>| value.and_then(Value::as_i64);
        let loyal = |name: &str| number(own.get("loyal").and_then(|loyal| loyal.get(name)));
        Self {
            repeat_orders: number(own.get("repeat_orders")),
            days: loyal("days"),
            orders: loyal("orders"),
            spend: loyal("spend").map(|minor| minor / 10_i64.pow(digits)),
        }
    }

    /// Returns the rule; `held` is the stored one, whose money stays to the minor unit where the field was left alone.
    pub(super) fn rule(&self, held: &Value, digits: u32) -> Value {
        let mut loyal = Map::new();
        let mut put = |name: &str, value: Option<i64>| {
            if let Some(value) = value {
                loyal.insert(name.to_owned(), value.into());
            }
        };
        put("days", self.days);
        put("orders", self.orders);
        let before = held
            .pointer("/lifecycle/loyal/spend")
            .and_then(Value::as_i64);
        let is_same = Self::of(held, digits).spend == self.spend;
        let spend = self
            .spend
            .map(|whole| whole.saturating_mul(10_i64.pow(digits)));
        put("spend", before.filter(|_| is_same).or(spend));
        json!({"lifecycle": {"repeat_orders": self.repeat_orders, "loyal": loyal}})
    }
}

/// Reads a decimal number as people type it, full-width too.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let plain: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '０'..='９' => {
                char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c)
            }
            '．' | '。' => '.',
            other => other,
        })
        .collect();
    plain.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_come_back_from_their_fields() {
        for rule in [
            json!({"dormancy": {"purchase_days": 4, "after": {"days": 90}}}),
            json!({"dormancy": {"purchase_days": 3, "after": {"cycles": {"times": 2.5, "at_least": 20, "at_most": 200, "otherwise": 180}}}}),
        ] {
            assert_eq!(DormancyForm::of(&rule).rule(), rule);
        }
        let nothing = json!(null);
        assert_eq!(DormancyForm::of(&nothing), DormancyForm::default());
        let rule =
            json!({"lifecycle": {"repeat_orders": 2, "loyal": {"days": 365, "spend": 123_456}}});
        assert_eq!(StagesForm::of(&rule, 2).spend, Some(1_234));
        assert_eq!(StagesForm::of(&rule, 2).rule(&rule, 2), rule, "to the cent");
        let changed = StagesForm {
            spend: Some(2_000),
            ..StagesForm::of(&rule, 2)
        };
        assert_eq!(
            changed.rule(&rule, 2)["lifecycle"]["loyal"]["spend"],
            200_000
        );
    }

    #[test]
    fn decimals_are_read_as_people_type_them() {
        assert_eq!(decimal(" ２．５ "), Some(2.5));
        assert_eq!(decimal("3"), Some(3.0));
        for text in ["", "三", "NaN", "inf", "1,5", "2.5.1"] {
            assert_eq!(decimal(text), None, "{text}");
        }
        let form = DormancyForm {
            mode: "cycles".to_owned(),
            times: "三".to_owned(),
            ..DormancyForm::default()
        };
        assert!(form.rule()["dormancy"]["after"]["cycles"]["times"].is_null());
    }
}
