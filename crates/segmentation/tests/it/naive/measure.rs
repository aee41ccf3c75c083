//! Averages, extremes, sums and how many different ones, read plainly.

use std::collections::HashSet;

use segmentation::language::{Compare, Distinct, EventTest, Measured, NumberTest, PropertyNumber};
use serde_json::Value as Json;

use super::value::compare;
use crate::{flaws::Flaw, world::Happening};

pub(super) fn judge(events: &[&Happening], test: &EventTest, flaw: Option<Flaw>) -> Option<bool> {
    match test {
        EventTest::Sum(property) => {
            let sum: i64 = numbers(events, &property.key).iter().sum();
            Some(compare(sum, whole(&property.test)))
        }
        EventTest::Average(measured) => {
            let (values, test) = of(events, measured);
            if values.is_empty() {
                return (flaw == Some(Flaw::NothingIsZeroOnAverage)).then(|| compare(0, test));
            }
            if flaw == Some(Flaw::AverageCutOff) {
                let average = values.iter().sum::<i64>() / i64::try_from(values.len()).unwrap();
                return Some(compare(average, test));
            }
            let (sum, n) = (
                values.iter().sum::<i64>(),
                i64::try_from(values.len()).unwrap(),
            );
            Some(match test {
                Compare::Equals(v) => sum == v * n,
                Compare::NotEquals(v) => sum != v * n,
                Compare::LessThan(v) => sum < v * n,
                Compare::AtMost(v) => sum <= v * n,
                Compare::GreaterThan(v) => sum > v * n,
                Compare::AtLeast(v) => sum >= v * n,
                Compare::Between([low, high]) => (low * n..=high * n).contains(&sum),
            })
        }
        EventTest::Minimum(measured) => {
            let (values, test) = of(events, measured);
            values.iter().min().map(|least| compare(*least, test))
        }
        EventTest::Maximum(measured) => {
            let (values, test) = of(events, measured);
            values.iter().max().map(|most| compare(*most, test))
        }
        EventTest::Distinct(distinct) => {
            let different: HashSet<String> = events
                .iter()
                .filter_map(|event| named(event, distinct))
                .collect();
            let n = i64::try_from(different.len()).unwrap();
            Some(compare(n, distinct.compare()))
        }
        other => panic!("{other:?} is no measure"),
    }
}

fn of(events: &[&Happening], measured: &Measured) -> (Vec<i64>, Compare) {
    match measured {
        Measured::Amount(test) => {
            let own = events.iter().filter(|event| event.flags & 8 == 0);
            (own.filter_map(|event| event.amount).collect(), *test)
        }
        Measured::Quantity(test) => (
            events.iter().filter_map(|event| event.quantity).collect(),
            *test,
        ),
        Measured::Property(PropertyNumber { key, test }) => (numbers(events, key), whole(test)),
    }
}

fn property<'a>(event: &'a Happening, key: &str) -> Option<&'a Json> {
    event.properties.as_ref()?.get(key)
}

/// Thousandths, a half away from zero.
fn rounded(n: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "small numbers of a test")]
    let whole = (n * 1000.0).round() as i64;
    whole
}

fn numbers(events: &[&Happening], key: &str) -> Vec<i64> {
    let numbers = events
        .iter()
        .filter_map(|event| property(event, key)?.as_f64());
    numbers.filter(|n| n.abs() <= 1e9).map(rounded).collect()
}

fn whole(test: &NumberTest) -> Compare {
    match test {
        NumberTest::Equals(v) => Compare::Equals(rounded(*v)),
        NumberTest::NotEquals(v) => Compare::NotEquals(rounded(*v)),
        NumberTest::LessThan(v) => Compare::LessThan(rounded(*v)),
        NumberTest::AtMost(v) => Compare::AtMost(rounded(*v)),
        NumberTest::GreaterThan(v) => Compare::GreaterThan(rounded(*v)),
        NumberTest::AtLeast(v) => Compare::AtLeast(rounded(*v)),
        NumberTest::Between([low, high]) => Compare::Between([rounded(*low), rounded(*high)]),
        NumberTest::In(_) | NumberTest::NotIn(_) => panic!("refused for measures"),
    }
}

fn named(event: &Happening, distinct: &Distinct) -> Option<String> {
    match distinct {
        Distinct::Product(_) => event.product.clone(),
        Distinct::Category(_) => event.category.clone(),
        Distinct::Order(_) => event.order.map(|order| order.to_string()),
        Distinct::Campaign(_) => event.campaign.map(|campaign| campaign.to_string()),
        Distinct::Property(of) => match property(event, &of.key)? {
            Json::String(text) => Some(format!("text {text}")),
            Json::Bool(value) => Some(format!("{value}")),
            Json::Number(n) => n
                .as_f64()
                .filter(|n| n.abs() <= 1e9)
                .map(|n| format!("number {}", rounded(n))),
            _ => None,
        },
    }
}
