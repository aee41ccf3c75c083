//! Every condition and every rule as a sentence, in Japanese and English.

mod en;
mod ja;
mod label;
mod standing;

use kernel::{
    id::{ListId, SegmentId},
    invalid::Bilingual,
    money::Currency,
};

use crate::language::{Document, Fact, Node, Source, Test, TextTest};

pub(crate) use label::field_label;
pub use label::{Names, event_label};

/// Resolves keys to the words that people use; each has a fallback, so a sentence never fails.
pub trait Labels {
    /// Returns the label of an attribute.
    fn attribute(&self, key: &str) -> Bilingual;
    /// Returns the name of a segment.
    fn segment(&self, id: SegmentId) -> String;
    /// Returns the name of an uploaded list.
    fn list(&self, id: ListId) -> String {
        id.to_string()
    }
    /// Returns the workspace's currency.
    fn currency(&self) -> Currency;
    /// Returns the name of a product.
    fn product(&self, sku: &str) -> String {
        sku.to_owned()
    }
    /// Returns the name of a category: the last part of its path.
    fn category(&self, path: &str) -> String {
        path.rsplit(" > ").next().unwrap_or(path).to_owned()
    }
}

/// Returns the sentence of a whole rule.
pub fn document(document: &Document, labels: &dyn Labels) -> Bilingual {
    Bilingual::new(
        en::whole(&document.root, labels),
        ja::whole(&document.root, labels),
    )
}

/// Returns the sentence of one condition or group.
pub fn node(node: &Node, labels: &dyn Labels) -> Bilingual {
    Bilingual::new(en::part(node, labels), ja::part(node, labels))
}

/// Writes the values of an attribute that the product computes as people call them, not as they are stored.
fn in_words(fact: &Fact, pick: fn((&'static str, &'static str)) -> &'static str) -> Test {
    let Source::Attribute(key) = &fact.of else {
        return fact.test.clone();
    };
    let word = |value: &String| {
        let words = profiles::computed::words(key, value);
        words.map_or_else(|| value.clone(), |words| pick(words).to_owned())
    };
    let each = |values: &[String]| values.iter().map(word).collect();
    match &fact.test {
        Test::Text(TextTest::Equals(value)) => Test::Text(TextTest::Equals(word(value))),
        Test::Text(TextTest::NotEquals(value)) => Test::Text(TextTest::NotEquals(word(value))),
        Test::Text(TextTest::In(values)) => Test::Text(TextTest::In(each(values))),
        Test::Text(TextTest::NotIn(values)) => Test::Text(TextTest::NotIn(each(values))),
        other => other.clone(),
    }
}

/// Writes a whole number with thousands separators.
fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if n < 0 { format!("−{out}") } else { out }
}

/// Writes an amount in minor units.
fn money(minor: i64, currency: Currency, yen: &str) -> String {
    if currency == Currency::JPY {
        return if yen == "円" {
            format!("{}円", grouped(minor))
        } else {
            format!("¥{}", grouped(minor))
        };
    }
    let unit = 10_i64.pow(currency.digits());
    let sign = if minor < 0 { "−" } else { "" };
    let (whole, rest) = (
        minor.unsigned_abs() / unit.unsigned_abs(),
        minor.unsigned_abs() % unit.unsigned_abs(),
    );
    let width = usize::try_from(currency.digits()).unwrap_or(0);
    let rest = if width == 0 {
        String::new()
    } else {
        format!(".{rest:0width$}")
    };
    format!(
        "{sign}{}{rest} {currency}",
        grouped(i64::try_from(whole).unwrap_or(i64::MAX))
    )
}

/// Writes a number as people do, without a needless fraction.
fn number(n: f64) -> String {
    if n.fract() == 0.0 && n.abs() < 1e15 {
        format!("{n:.0}")
    } else {
        n.to_string()
    }
}
