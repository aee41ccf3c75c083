//! Declared rules: read, checked, and said which keys they fill.

mod kind;

use kernel::invalid::{FieldError, Invalid};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{
    affinity::{self, Affinity},
    dormancy::{After, Cycles, Dormancy},
    lifecycle::Lifecycle,
    rank::{self, Ranks},
    score::{self, Score},
};

pub use kind::{Kind, key};

/// Ten years: no threshold needs more.
pub(crate) const MAX_DAYS: u32 = 3_660;
/// The most orders that a threshold may name.
pub(crate) const MAX_ORDERS: u32 = 10_000;
/// The most money that a threshold may name, in minor units.
const MAX_SPEND: i64 = 1_000_000_000_000;
/// The longest name, value or label, in characters.
pub(crate) const MAX_TEXT: usize = 200;

/// A rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Purchase cycle and dormancy.
    Dormancy(Dormancy),
    /// Lifecycle stage.
    Lifecycle(Lifecycle),
    /// Rank.
    Rank(Ranks),
    /// Lead score.
    Score(Score),
    /// Tastes.
    Affinity(Affinity),
}

impl Rule {
    /// Returns its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Dormancy(_) => Kind::Dormancy,
            Self::Lifecycle(_) => Kind::Lifecycle,
            Self::Rank(_) => Kind::Rank,
            Self::Score(_) => Kind::Score,
            Self::Affinity(_) => Kind::Affinity,
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
    pub fn to_json(&self) -> Json {
        serde_json::to_value(self).unwrap_or_default()
    }

    fn check(&self) -> Result<(), Invalid> {
        let mut found = Invalid::default();
        match self {
            Self::Dormancy(rule) => check_dormancy(rule, &mut found),
            Self::Lifecycle(rule) => check_lifecycle(rule, &mut found),
            Self::Rank(rule) => rank::check(rule, &mut found),
            Self::Score(rule) => score::check(rule, &mut found),
            Self::Affinity(rule) => affinity::check(rule, &mut found),
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

/// Finds a number that is out of its range.
pub(crate) fn range(found: &mut Invalid, at: &str, value: u32, (least, most): (u32, u32)) {
    if !(least..=most).contains(&value) {
        found.push(FieldError::new(
            at,
            "range",
            format!("from {least} to {most}"),
            format!("{least}から{most}までの数にしてください"),
        ));
    }
}

/// Finds a threshold of money that is out of its range.
pub(crate) fn money(found: &mut Invalid, at: &str, value: i64) {
    if !(1..=MAX_SPEND).contains(&value) {
        found.push(FieldError::new(
            at,
            "range",
            format!("from 1 to {MAX_SPEND} minor units"),
            format!("1から{MAX_SPEND}までの金額にしてください"),
        ));
    }
}

pub(crate) fn text(at: &str, text: &str, found: &mut Invalid) {
    let n = text.chars().count();
    if n == 0 || n > MAX_TEXT || text.trim().is_empty() || text.chars().any(char::is_control) {
        found.push(FieldError::new(
            at,
            "text",
            format!("1 to {MAX_TEXT} characters"),
            format!("1から{MAX_TEXT}文字で入力してください"),
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
    if let Some(spend) = loyal.spend {
        money(found, &format!("{at}/loyal/spend"), spend);
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
mod tests;
