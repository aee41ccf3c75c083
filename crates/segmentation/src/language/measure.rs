//! What is measured of events together: averages, extremes, sums and how many different ones.

use serde::{Deserialize, Serialize};

use super::{event::Compare, fact::NumberTest};

/// What must hold of a number that each event has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// Of the amounts in minor units of the workspace's currency.
    Amount(Compare),
    /// Of the quantities.
    Quantity(Compare),
    /// Of a numeric property.
    Property(PropertyNumber),
}

/// What must hold of the numbers of a property; see [`index::thousandths`] for what counts as one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropertyNumber {
    /// The property's key.
    pub key: String,
    /// What must hold.
    pub test: NumberTest,
}

/// What must hold of how many different ones there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distinct {
    /// Of the products.
    Product(Compare),
    /// Of the categories, each as it was recorded.
    Category(Compare),
    /// Of the orders.
    Order(Compare),
    /// Of the campaigns.
    Campaign(Compare),
    /// Of a property's texts, numbers and truth values.
    Property(PropertyCount),
}

/// What must hold of how many different values a property has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropertyCount {
    /// The property's key.
    pub key: String,
    /// What must hold.
    pub test: Compare,
}

impl Measured {
    /// Returns the comparison of whole numbers: of a property, in thousandths.
    pub fn compare(&self) -> Option<Compare> {
        match self {
            Self::Amount(compare) | Self::Quantity(compare) => Some(*compare),
            Self::Property(property) => property.test.in_thousandths(),
        }
    }
}

impl Distinct {
    /// Returns the comparison.
    pub const fn compare(&self) -> Compare {
        match self {
            Self::Product(compare)
            | Self::Category(compare)
            | Self::Order(compare)
            | Self::Campaign(compare) => *compare,
            Self::Property(property) => property.test,
        }
    }
}

impl NumberTest {
    /// Returns the comparison in thousandths, `None` for lists, which are not asked of a measure.
    pub fn in_thousandths(&self) -> Option<Compare> {
        let whole = index::in_thousandths;
        Some(match self {
            Self::Equals(value) => Compare::Equals(whole(*value)),
            Self::NotEquals(value) => Compare::NotEquals(whole(*value)),
            Self::LessThan(value) => Compare::LessThan(whole(*value)),
            Self::AtMost(value) => Compare::AtMost(whole(*value)),
            Self::GreaterThan(value) => Compare::GreaterThan(whole(*value)),
            Self::AtLeast(value) => Compare::AtLeast(whole(*value)),
            Self::Between([low, high]) => Compare::Between([whole(*low), whole(*high)]),
            Self::In(_) | Self::NotIn(_) => return None,
        })
    }
}

impl Compare {
    /// Judges an average without dividing; `None` of nothing.
    pub fn holds_on_average(self, sum: i128, n: usize) -> Option<bool> {
        let n = i128::try_from(n).ok().filter(|n| *n > 0)?;
        let times = |value: i64| i128::from(value) * n;
        Some(match self {
            Self::Equals(value) => sum == times(value),
            Self::NotEquals(value) => sum != times(value),
            Self::LessThan(value) => sum < times(value),
            Self::AtMost(value) => sum <= times(value),
            Self::GreaterThan(value) => sum > times(value),
            Self::AtLeast(value) => sum >= times(value),
            Self::Between([low, high]) => times(low) <= sum && sum <= times(high),
        })
    }

    /// Returns the operands.
    pub fn operands(self) -> [i64; 2] {
        match self {
            Self::Equals(n)
            | Self::NotEquals(n)
            | Self::LessThan(n)
            | Self::AtMost(n)
            | Self::GreaterThan(n)
            | Self::AtLeast(n) => [n, n],
            Self::Between(both) => both,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_is_compared_as_a_fraction() {
        // 100, 100 and 101 are 100⅓ on average.
        assert_eq!(Compare::AtMost(100).holds_on_average(301, 3), Some(false));
        assert_eq!(
            Compare::GreaterThan(100).holds_on_average(301, 3),
            Some(true)
        );
        assert_eq!(Compare::Equals(100).holds_on_average(301, 3), Some(false));
        assert_eq!(Compare::Equals(100).holds_on_average(300, 3), Some(true));
        assert_eq!(Compare::AtLeast(0).holds_on_average(0, 0), None);
    }
}
