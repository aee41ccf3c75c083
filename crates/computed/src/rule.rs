//! Declared rules: read, checked, and said which keys they fill.

use kernel::invalid::{FieldError, Invalid};
use profiles::attributes::{AttributeDef, ValueType};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{
    dormancy::{After, Cycles, Dormancy},
    lifecycle::Lifecycle,
};

/// Ten years: no threshold needs more.
const MAX_DAYS: u32 = 3_660;
/// The most orders that a threshold may name.
const MAX_ORDERS: u32 = 10_000;
/// The most money that a threshold may name, in minor units.
const MAX_SPEND: i64 = 1_000_000_000_000;

/// A kind of computed attribute; a workspace has at most one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Purchase cycle and dormancy.
    Dormancy,
    /// Lifecycle stage.
    Lifecycle,
}

impl Kind {
    /// All kinds, those that others rest on first.
    pub const ALL: [Self; 2] = [Self::Dormancy, Self::Lifecycle];

    /// Returns the name, stored and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dormancy => "dormancy",
            Self::Lifecycle => "lifecycle",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Lists the attributes that it fills, as the workspace knows them.
    pub fn attributes(self) -> Vec<AttributeDef> {
        use ValueType::{Boolean, Date, Number, Text};
        let attribute = |key: &str, value_type, ja: &str, en: &str| AttributeDef {
            key: key.to_owned(),
            value_type,
            label_ja: Some(ja.to_owned()),
            label_en: Some(en.to_owned()),
            is_sensitive: false,
        };
        match self {
            Self::Dormancy => vec![
                attribute(key::DORMANT, Boolean, "休眠中", "Dormant"),
                attribute(
                    key::DORMANT_FROM,
                    Date,
                    "休眠になる日時（なった日時）",
                    "Dormant from",
                ),
                attribute(
                    key::CYCLE,
                    Number,
                    "購入周期（日）",
                    "Purchase cycle (days)",
                ),
            ],
            Self::Lifecycle => vec![
                attribute(key::STAGE, Text, "ライフサイクル段階", "Lifecycle stage"),
                attribute(
                    key::STAGE_SINCE,
                    Date,
                    "現在の段階になった日時",
                    "In this stage since",
                ),
            ],
        }
    }
}

/// The keys of computed attributes.
pub mod key {
    /// Whether a buyer is dormant.
    pub const DORMANT: &str = "computed.dormant";
    /// From when on a buyer is dormant, if she buys nothing more.
    pub const DORMANT_FROM: &str = "computed.dormant_from";
    /// The purchase cycle in days.
    pub const CYCLE: &str = "computed.purchase_cycle";
    /// The lifecycle stage.
    pub const STAGE: &str = "computed.stage";
    /// Since when the customer is in it.
    pub const STAGE_SINCE: &str = "computed.stage_since";
}

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Purchase cycle and dormancy.
    Dormancy(Dormancy),
    /// Lifecycle stage.
    Lifecycle(Lifecycle),
}

impl Rule {
    /// Returns its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Dormancy(_) => Kind::Dormancy,
            Self::Lifecycle(_) => Kind::Lifecycle,
        }
    }

    /// Reads a rule such as `{"dormancy": {"after": {"days": 365}}}`; pointers begin with `/rule`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(json: &Json) -> Result<Self, Invalid> {
        let rule: Self = serde_path_to_error::deserialize(json).map_err(|error| {
            let inner = error.inner().to_string();
            Invalid::one(
                pointer(error.path()),
                "shape",
                inner.clone(),
                format!("ルールの形式が正しくありません（{inner}）"),
            )
        })?;
        rule.check()?;
        Ok(rule)
    }

    /// Returns the stored form.
    pub fn to_json(self) -> Json {
        serde_json::to_value(self).unwrap_or_default()
    }

    fn check(&self) -> Result<(), Invalid> {
        let mut found = Invalid::default();
        match self {
            Self::Dormancy(rule) => check_dormancy(rule, &mut found),
            Self::Lifecycle(rule) => check_lifecycle(rule, &mut found),
        }
        found.into_result()
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let part = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => String::new(),
    };
    let parts: String = path.iter().map(part).collect();
    format!("/rule{parts}")
}

fn range(found: &mut Invalid, at: &str, value: u32, (least, most): (u32, u32)) {
    if !(least..=most).contains(&value) {
        found.push(FieldError::new(
            at,
            "range",
            format!("from {least} to {most}"),
            format!("{least}から{most}までの数にしてください"),
        ));
    }
}

fn check_dormancy(rule: &Dormancy, found: &mut Invalid) {
    let at = "/rule/dormancy";
    range(
        found,
        &format!("{at}/purchase_days"),
        rule.purchase_days,
        (2, 100),
    );
    match rule.after {
        After::Days(days) => range(found, &format!("{at}/after/days"), days, (1, MAX_DAYS)),
        After::Cycles(cycles) => check_cycles(&cycles, found),
    }
}

fn check_cycles(rule: &Cycles, found: &mut Invalid) {
    let at = "/rule/dormancy/after/cycles";
    if !(0.1..=100.0).contains(&rule.times) {
        found.push(FieldError::new(
            format!("{at}/times"),
            "range",
            "from 0.1 to 100",
            "0.1から100までの数にしてください",
        ));
    }
    for (name, days) in [
        ("at_least", rule.at_least),
        ("at_most", rule.at_most),
        ("otherwise", rule.otherwise),
    ] {
        range(found, &format!("{at}/{name}"), days, (1, MAX_DAYS));
    }
    if rule.at_least > rule.at_most {
        found.push(FieldError::new(
            format!("{at}/at_most"),
            "order",
            "must not be less than the least number of days",
            "最短の日数以上にしてください",
        ));
    }
}

fn check_lifecycle(rule: &Lifecycle, found: &mut Invalid) {
    let at = "/rule/lifecycle";
    range(
        found,
        &format!("{at}/repeat_orders"),
        rule.repeat_orders,
        (2, MAX_ORDERS),
    );
    let loyal = &rule.loyal;
    if let Some(days) = loyal.days {
        range(found, &format!("{at}/loyal/days"), days, (1, MAX_DAYS));
    }
    if let Some(orders) = loyal.orders {
        range(
            found,
            &format!("{at}/loyal/orders"),
            orders,
            (1, MAX_ORDERS),
        );
    }
    if loyal
        .spend
        .is_some_and(|spend| !(1..=MAX_SPEND).contains(&spend))
    {
        found.push(FieldError::new(
            format!("{at}/loyal/spend"),
            "range",
            format!("from 1 to {MAX_SPEND} minor units"),
            format!("1から{MAX_SPEND}までの金額にしてください"),
        ));
    }
    if loyal.orders.is_none() && loyal.spend.is_none() {
        found.push(FieldError::new(
            format!("{at}/loyal"),
            "required",
            "name a number of orders, a sum of money, or both",
            "注文回数か購入金額の少なくとも一方を指定してください",
        ));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(rule: &Json) -> Vec<(String, String)> {
        let Err(invalid) = Rule::read(rule) else {
            return Vec::new();
        };
        let told = invalid.0.into_iter();
        told.map(|error| (error.pointer, error.code)).collect()
    }

    #[test]
    fn good_rules_read_back() {
        for rule in [
            json!({"dormancy": {"purchase_days": 3, "after": {"days": 365}}}),
            json!({"dormancy": {"purchase_days": 2, "after": {"cycles": {"times": 2.5, "at_least": 30, "at_most": 365, "otherwise": 180}}}}),
            json!({"lifecycle": {"repeat_orders": 2, "loyal": {"days": 365, "orders": 5, "spend": 30_000}}}),
            json!({"lifecycle": {"repeat_orders": 2, "loyal": {"spend": 1}}}),
        ] {
            let read = Rule::read(&rule).unwrap_or_else(|invalid| panic!("{rule}: {invalid:?}"));
            assert_eq!(read.to_json(), rule);
        }
        let short = Rule::read(&json!({"dormancy": {"after": {"days": 30}}})).unwrap();
        assert_eq!(short.to_json()["dormancy"]["purchase_days"], 3);
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        for (rule, pointer, code) in [
            (json!({}), "/rule", "shape"),
            (json!(null), "/rule", "shape"),
            (json!("休眠"), "/rule", "shape"),
            (json!({"rank": {}}), "/rule", "shape"),
            (
                json!({"dormancy": {"after": {"days": 0}}}),
                "/rule/dormancy/after/days",
                "range",
            ),
            (
                json!({"dormancy": {"after": {"days": 4_000_000_000u32}}}),
                "/rule/dormancy/after/days",
                "range",
            ),
            (
                json!({"dormancy": {"purchase_days": 1, "after": {"days": 9}}}),
                "/rule/dormancy/purchase_days",
                "range",
            ),
            (
                json!({"dormancy": {"after": {"cycles": {"times": 1e300, "at_least": 1, "at_most": 2, "otherwise": 3}}}}),
                "/rule/dormancy/after/cycles/times",
                "range",
            ),
            (
                json!({"dormancy": {"after": {"cycles": {"times": 2, "at_least": 5, "at_most": 2, "otherwise": 3}}}}),
                "/rule/dormancy/after/cycles/at_most",
                "order",
            ),
            (
                json!({"lifecycle": {"loyal": {}}}),
                "/rule/lifecycle/loyal",
                "required",
            ),
            (
                json!({"lifecycle": {"loyal": {"spend": -1}}}),
                "/rule/lifecycle/loyal/spend",
                "range",
            ),
            (
                json!({"lifecycle": {"repeat_orders": 1, "loyal": {"orders": 3}}}),
                "/rule/lifecycle/repeat_orders",
                "range",
            ),
        ] {
            assert_eq!(
                faults(&rule),
                [(pointer.to_owned(), code.to_owned())],
                "{rule}"
            );
        }
    }

    #[test]
    fn what_is_no_number_is_pointed_at() {
        for rule in [
            json!({"dormancy": {"after": {"days": -1}}}),
            json!({"dormancy": {"after": {"days": "３６５"}}}),
            json!({"dormancy": {"after": {"days": 3}, "😀": 1}}),
            json!({"lifecycle": {"loyal": {"orders": 2.5}}}),
        ] {
            let found = faults(&rule);
            assert!(
                found.len() == 1 && found[0].0.starts_with("/rule/"),
                "{rule}: {found:?}"
            );
        }
    }

    #[test]
    fn every_key_is_computed() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
            for def in kind.attributes() {
                assert!(profiles::computed::is_computed(&def.key), "{}", def.key);
            }
        }
    }
}
