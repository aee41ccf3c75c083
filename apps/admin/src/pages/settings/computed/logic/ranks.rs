//! The programme of ranks as its form holds it; money in whole units of the currency.

use serde_json::{Map, Value, json};

/// The fields of a rank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct RankForm {
    pub(in super::super) name: String,
    pub(in super::super) spend: Option<i64>,
    pub(in super::super) orders: Option<i64>,
}

/// The fields of a programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct RanksForm {
    pub(in super::super) ranks: Vec<RankForm>,
    /// `days`, `months` or `year`.
    pub(in super::super) period: String,
    pub(in super::super) length: Option<i64>,
    pub(in super::super) from_month: Option<i64>,
    /// `none`, `days` or `next_period`.
    pub(in super::super) grace: String,
    pub(in super::super) grace_days: Option<i64>,
    /// `to_earned` or `one_step`.
    pub(in super::super) fall: String,
}

impl RanksForm {
    /// Returns a programme to begin with, its names in the reader's language.
    pub(in super::super) fn usual(names: [&str; 3], digits: u32) -> Self {
        let one = 10_i64.pow(2_u32.saturating_sub(digits));
        let rank = |name: &str, spend: Option<i64>| RankForm {
            name: name.to_owned(),
            spend: spend.map(|spend| spend * one),
            orders: None,
        };
        let [lowest, middle, highest] = names;
        Self {
            ranks: vec![
                rank(lowest, None),
                rank(middle, Some(300)),
                rank(highest, Some(1_000)),
            ],
            period: "months".to_owned(),
            length: Some(12),
            from_month: Some(4),
            grace: "none".to_owned(),
            grace_days: Some(30),
            fall: "to_earned".to_owned(),
        }
    }

    /// Fills the fields from a stored rule; what it does not name keeps the usual figure.
    pub(in super::super) fn of(rule: &Value, usual: Self, digits: u32) -> Self {
        let Some(own) = rule.get("rank") else {
            return usual;
        };
        let number = |pointer: &str| own.pointer(pointer).and_then(Value::as_i64);
        let whole = |minor: i64| minor / 10_i64.pow(digits);
        let rank = |rank: &Value| RankForm {
            name: text(rank.get("name")),
            spend: rank.get("spend").and_then(Value::as_i64).map(whole),
            orders: rank.get("orders").and_then(Value::as_i64),
        };
        let held = own.get("ranks").and_then(Value::as_array);
        let mut periods = ["months", "year"].into_iter();
        let period = periods.find(|name| own.pointer(&format!("/period/{name}")).is_some());
        Self {
            ranks: held
                .map(|all| all.iter().map(rank).collect())
                .unwrap_or_default(),
            period: period.unwrap_or("days").to_owned(),
            length: number("/period/days")
                .or(number("/period/months"))
                .or(usual.length),
            from_month: number("/period/year/from_month").or(usual.from_month),
            grace: match own.get("grace") {
                Some(Value::String(word)) => word.clone(),
                Some(Value::Object(_)) => "days".to_owned(),
                _ => "none".to_owned(),
            },
            grace_days: number("/grace/days").or(usual.grace_days),
            fall: Some(text(own.get("fall")))
                .filter(|fall| !fall.is_empty())
                .unwrap_or(usual.fall),
        }
    }

    /// Returns the rule; `held` is the stored one, whose money stays to the minor unit where a field was left alone.
    pub(in super::super) fn rule(&self, held: &Value, digits: u32) -> Value {
        let by = 10_i64.pow(digits);
        let rank = |(place, own): (usize, &RankForm)| {
            let mut rank = Map::new();
            rank.insert("name".to_owned(), own.name.trim().into());
            let before = held.pointer(&format!("/rank/ranks/{place}/spend"));
            let before = before.and_then(Value::as_i64);
            let same = before.filter(|before| Some(before / by) == own.spend);
            if let Some(spend) = same.or(own.spend.map(|whole| whole.saturating_mul(by))) {
                rank.insert("spend".to_owned(), spend.into());
            }
            if let Some(orders) = own.orders {
                rank.insert("orders".to_owned(), orders.into());
            }
            Value::Object(rank)
        };
        let ranks: Vec<Value> = self.ranks.iter().enumerate().map(rank).collect();
        let period = match self.period.as_str() {
            "year" => json!({"year": {"from_month": self.from_month}}),
            name => json!({name: self.length}),
        };
        let mut rule = Map::new();
        rule.insert("ranks".to_owned(), ranks.into());
        rule.insert("period".to_owned(), period);
        rule.insert("fall".to_owned(), self.fall.clone().into());
        let grace = match self.grace.as_str() {
            "none" => None,
            "days" => Some(json!({"days": self.grace_days})),
            word => Some(word.into()),
        };
        rule.extend(grace.map(|grace| ("grace".to_owned(), grace)));
        json!({ "rank": rule })
    }
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programmes_come_back_from_their_fields() {
        let usual = RanksForm::usual(["レギュラー", "シルバー", "ゴールド"], 0);
        assert_eq!(usual.ranks[2].spend, Some(100_000));
        for rule in [
            usual.rule(&Value::Null, 0),
            json!({"rank": {"ranks": [{"name": "銀", "orders": 2}, {"name": "金 ★", "spend": 5, "orders": 4}],
                "period": {"days": 90}, "grace": {"days": 7}, "fall": "one_step"}}),
            json!({"rank": {"ranks": [{"name": "Green"}], "period": {"year": {"from_month": 1}}, "grace": "next_period", "fall": "to_earned"}}),
        ] {
            assert_eq!(RanksForm::of(&rule, usual.clone(), 0).rule(&rule, 0), rule);
        }
        assert_eq!(RanksForm::of(&Value::Null, usual.clone(), 0), usual);
        let cents = json!({"rank": {"ranks": [{"name": "Gold", "spend": 123_456}], "period": {"months": 6}, "fall": "to_earned"}});
        let mut form = RanksForm::of(&cents, usual, 2);
        assert_eq!(form.ranks[0].spend, Some(1_234));
        assert_eq!(form.rule(&cents, 2), cents, "to the cent");
        form.ranks[0].spend = Some(2_000);
        assert_eq!(form.rule(&cents, 2)["rank"]["ranks"][0]["spend"], 200_000);
    }
}
