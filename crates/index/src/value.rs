//! Values as they are looked at: borrowed from a column or from a change.

use std::cmp::Ordering;

use crate::{change::Value, texts::Texts};

/// A value of a column, borrowed.
#[derive(Debug, Clone, Copy)]
pub enum ValueRef<'a> {
    /// Something that exists and that no test can judge.
    Other,
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// An instant of a standard field, in milliseconds.
    Instant(i64),
    /// A text; days and instants of attributes are texts too.
    Text(&'a str),
    /// The texts of a list.
    List(ListRef<'a>),
}

/// The texts of a list, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct ListRef<'a>(Elements<'a>);

#[derive(Debug, Clone, Copy)]
enum Elements<'a> {
    /// From a change.
    Plain(&'a [Box<str>]),
    /// From a column: the texts of all its lists, and the numbers of those of this one.
    Coded(&'a Texts, &'a [u32]),
}

impl<'a> ListRef<'a> {
    /// Borrows the list of a change.
    pub const fn plain(texts: &'a [Box<str>]) -> Self {
        Self(Elements::Plain(texts))
    }

    pub(crate) const fn coded(texts: &'a Texts, elements: &'a [u32]) -> Self {
        Self(Elements::Coded(texts, elements))
    }

    /// Calls `visit` with each element.
    pub fn each(self, mut visit: impl FnMut(&'a str)) {
        match self.0 {
            Elements::Plain(texts) => texts.iter().for_each(|text| visit(text)),
            Elements::Coded(texts, elements) => {
                for i in elements {
                    visit(texts.get(*i));
                }
            }
        }
    }

    /// Tells whether some element passes.
    pub fn any(self, mut passes: impl FnMut(&str) -> bool) -> bool {
        match self.0 {
            Elements::Plain(texts) => texts.iter().any(|text| passes(text)),
            Elements::Coded(texts, elements) => elements.iter().any(|i| passes(texts.get(*i))),
        }
    }

    /// Returns the number of elements.
    pub const fn len(self) -> usize {
        match self.0 {
            Elements::Plain(texts) => texts.len(),
            Elements::Coded(_, elements) => elements.len(),
        }
    }

    /// Tells whether there is no element.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn get(self, i: usize) -> Option<&'a str> {
        match self.0 {
            Elements::Plain(texts) => texts.get(i).map(AsRef::as_ref),
            Elements::Coded(texts, elements) => elements.get(i).map(|i| texts.get(*i)),
        }
    }

    fn order(self, other: Self) -> Ordering {
        for i in 0..self.len().min(other.len()) {
            let order = self.get(i).cmp(&other.get(i));
            if order.is_ne() {
                return order;
            }
        }
        self.len().cmp(&other.len())
    }
}

impl ValueRef<'_> {
    const fn rank(&self) -> u8 {
        match self {
            Self::Other => 0,
            Self::Boolean(_) => 1,
            Self::Number(_) => 2,
            Self::Instant(_) => 3,
            Self::Text(_) => 4,
            Self::List(_) => 5,
        }
    }

    /// The order of dictionaries: by type, then by value.
    pub(crate) fn order(&self, other: &ValueRef<'_>) -> Ordering {
        match (self, other) {
            (Self::Boolean(a), ValueRef::Boolean(b)) => a.cmp(b),
            (Self::Number(a), ValueRef::Number(b)) => a.total_cmp(b),
            (Self::Instant(a), ValueRef::Instant(b)) => a.cmp(b),
            (Self::Text(a), ValueRef::Text(b)) => (*a).cmp(*b),
            (Self::List(a), ValueRef::List(b)) => ListRef::order(*a, *b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }

    /// Tells whether both are the same value.
    pub(crate) fn is_same(&self, other: &ValueRef<'_>) -> bool {
        self.order(other).is_eq()
    }

    /// Copies the value.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Other => Value::Other,
            Self::Boolean(value) => Value::Boolean(*value),
            Self::Number(value) => Value::Number(*value),
            Self::Instant(value) => Value::Instant(*value),
            Self::Text(text) => Value::Text((*text).into()),
            Self::List(list) => {
                let mut texts = Vec::with_capacity(list.len());
                list.each(|text| texts.push(Box::from(text)));
                Value::List(texts.into())
            }
        }
    }

    /// Calls `write` with bytes that no other value has.
    pub(crate) fn bytes(&self, mut write: impl FnMut(&[u8])) {
        write(&[self.rank()]);
        match self {
            Self::Other => {}
            Self::Boolean(value) => write(&[u8::from(*value)]),
            Self::Number(value) => write(&value.to_bits().to_le_bytes()),
            Self::Instant(value) => write(&value.to_le_bytes()),
            Self::Text(text) => write(text.as_bytes()),
            Self::List(list) => list.each(|text| {
                write(&(text.len() as u64).to_le_bytes());
                write(text.as_bytes());
            }),
        }
    }
}

impl Value {
    /// Borrows the value; zero has one sign only.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Other => ValueRef::Other,
            Self::Boolean(value) => ValueRef::Boolean(*value),
            // -0.0 + 0.0 is 0.0; every other number stays.
            Self::Number(value) => ValueRef::Number(*value + 0.0),
            Self::Instant(value) => ValueRef::Instant(*value),
            Self::Text(text) => ValueRef::Text(text),
            Self::List(texts) => ValueRef::List(ListRef::plain(texts)),
        }
    }

    /// Returns the bytes that the value holds on the heap.
    pub(crate) fn heap(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::List(texts) => texts.iter().map(|text| text.len() + 16).sum(),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_different_types_are_never_the_same() {
        let list: [Box<str>; 2] = ["a".into(), "b".into()];
        let all = [
            ValueRef::Other,
            ValueRef::Boolean(false),
            ValueRef::Boolean(true),
            ValueRef::Number(0.0),
            ValueRef::Number(1.0),
            ValueRef::Instant(0),
            ValueRef::Text(""),
            ValueRef::Text("1"),
            ValueRef::List(ListRef::plain(&list[..1])),
            ValueRef::List(ListRef::plain(&list)),
        ];
        for (i, a) in all.iter().enumerate() {
            for (j, b) in all.iter().enumerate() {
                assert_eq!(a.order(b), i.cmp(&j), "{a:?} {b:?}");
            }
        }
        assert!(Value::Number(-0.0).as_ref().is_same(&ValueRef::Number(0.0)));
    }
}
