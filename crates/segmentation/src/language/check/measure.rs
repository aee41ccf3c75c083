//! The checks of what is measured of events together.

use kernel::invalid::Invalid;

use super::spot::Spot;
use crate::language::{Compare, Distinct, Measured, NumberTest, PropertyNumber};

/// The greatest operand: a product with any number of events stays a whole number of both databases.
const MAX_OPERAND: i64 = 1_000_000_000_000;
/// The greatest sum of a property that can be asked for.
const MAX_SUM: f64 = 1e15;
/// The greatest number of a property that counts.
const MAX_NUMBER: f64 = 1e9;

impl Spot {
    pub(super) fn measured(&self, measured: &Measured, found: &mut Invalid) {
        match measured {
            Measured::Amount(compare) => self.to("/amount").bounded(*compare, found),
            Measured::Quantity(compare) => self.to("/quantity").bounded(*compare, found),
            Measured::Property(property) => {
                self.to("/property").numbers(property, MAX_NUMBER, found);
            }
        }
    }

    pub(super) fn sum(&self, property: &PropertyNumber, found: &mut Invalid) {
        self.numbers(property, MAX_SUM, found);
    }

    pub(super) fn distinct(&self, distinct: &Distinct, found: &mut Invalid) {
        let part = match distinct {
            Distinct::Product(_) => "/product",
            Distinct::Category(_) => "/category",
            Distinct::Order(_) => "/order",
            Distinct::Campaign(_) => "/campaign",
            Distinct::Property(property) => {
                self.to("/property/key").key(&property.key, found);
                "/property/test"
            }
        };
        self.to(part).count(distinct.compare(), found);
    }

    fn bounded(&self, compare: Compare, found: &mut Invalid) {
        if compare
            .operands()
            .iter()
            .any(|value| value.unsigned_abs() > MAX_OPERAND.unsigned_abs())
        {
            self.beyond(found);
        }
        self.compare(compare, found);
    }

    fn numbers(&self, property: &PropertyNumber, most: f64, found: &mut Invalid) {
        self.to("/key").key(&property.key, found);
        let at = self.to("/test");
        let operands = match &property.test {
            NumberTest::In(_) | NumberTest::NotIn(_) => {
                at.say(
                    found,
                    "operator",
                    "a measure is compared with one number or with two ends",
                    "集計した値は1つの数か範囲と比べてください",
                );
                return;
            }
            NumberTest::Between([low, high]) => [*low, *high],
            NumberTest::Equals(value)
            | NumberTest::NotEquals(value)
            | NumberTest::LessThan(value)
            | NumberTest::AtMost(value)
            | NumberTest::GreaterThan(value)
            | NumberTest::AtLeast(value) => [*value, *value],
        };
        if operands.iter().any(|value| value.abs() > most) {
            at.beyond(found);
        }
        at.number_test(&property.test, found);
    }

    fn beyond(&self, found: &mut Invalid) {
        self.say(
            found,
            "range",
            "the number is too great to be compared",
            "比べる数が大きすぎます",
        );
    }
}
