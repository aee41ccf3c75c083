//! Tests of one value, read plainly.

use segmentation::language::{Compare, Fold, ListTest, NumberTest, TextTest};
use serde_json::Value as Json;
use unicode_normalization::UnicodeNormalization;

pub(super) fn compare(n: i64, test: Compare) -> bool {
    match test {
        Compare::Equals(v) => n == v,
        Compare::NotEquals(v) => n != v,
        Compare::LessThan(v) => n < v,
        Compare::AtMost(v) => n <= v,
        Compare::GreaterThan(v) => n > v,
        Compare::AtLeast(v) => n >= v,
        Compare::Between([low, high]) => (low..=high).contains(&n),
    }
}

#[expect(clippy::float_cmp, reason = "the language compares numbers exactly")]
pub(super) fn number(n: f64, test: &NumberTest) -> bool {
    match test {
        NumberTest::Equals(v) => n == *v,
        NumberTest::NotEquals(v) => n != *v,
        NumberTest::LessThan(v) => n < *v,
        NumberTest::AtMost(v) => n <= *v,
        NumberTest::GreaterThan(v) => n > *v,
        NumberTest::AtLeast(v) => n >= *v,
        NumberTest::Between([low, high]) => *low <= n && n <= *high,
        NumberTest::In(values) => values.contains(&n),
        NumberTest::NotIn(values) => !values.contains(&n),
    }
}

pub(super) fn folded(text: &str, fold: Fold) -> String {
    let hiragana = |c: char| {
        if ('ァ'..='ヶ').contains(&c) {
            char::from_u32(c as u32 - 0x60).unwrap()
        } else {
            c
        }
    };
    match fold {
        Fold::Exact => text.to_owned(),
        Fold::Japanese => text
            .nfkc()
            .flat_map(char::to_lowercase)
            .map(hiragana)
            .collect(),
    }
}

pub(super) fn text(found: &str, test: &TextTest, fold: Fold) -> bool {
    let found = folded(found, fold);
    let form = |value: &String| folded(value, fold);
    match test {
        TextTest::Equals(v) => found == form(v),
        TextTest::NotEquals(v) => found != form(v),
        TextTest::Contains(v) => found.contains(&form(v)),
        TextTest::NotContains(v) => !found.contains(&form(v)),
        TextTest::StartsWith(v) => found.starts_with(&form(v)),
        TextTest::EndsWith(v) => found.ends_with(&form(v)),
        TextTest::In(values) => values.iter().map(form).any(|v| v == found),
        TextTest::NotIn(values) => !values.iter().map(form).any(|v| v == found),
        TextTest::Matches(pattern) => regex::Regex::new(pattern).unwrap().is_match(&found),
    }
}

pub(super) fn list(found: &[Json], test: &ListTest, fold: Fold) -> bool {
    let has = |value: &String| {
        found
            .iter()
            .filter_map(Json::as_str)
            .any(|one| folded(one, fold) == folded(value, fold))
    };
    match test {
        ListTest::AllOf(values) => values.iter().all(has),
        ListTest::AnyOf(values) => values.iter().any(has),
        ListTest::NoneOf(values) => !values.iter().any(has),
    }
}

/// The hundredth of a per cent into which a salt puts a customer: the fifth power modulo 2³¹ − 1, in wide numbers.
pub(crate) fn part(salt: &str, id: i64) -> f64 {
    let prime = (1_u128 << 31) - 1;
    let mut hash = 14_695_981_039_346_656_037_u64;
    for byte in salt.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211);
    }
    let mix = |n: u64| {
        let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u128::from(n ^ (n >> 31))
    };
    let factor = 1 + mix(hash) % (prime - 1);
    let summand = mix(hash.wrapping_add(0x9e37_79b9_7f4a_7c15)) % prime;
    let id = u128::try_from(id).unwrap();
    let dealt = ((id % prime + id / prime % prime * 3) * factor + summand) % prime;
    let fifth = (0..5).fold(1, |power, _| power * dealt % prime);
    f64::from(u32::try_from(fifth * 10_000 / prime).unwrap())
}
