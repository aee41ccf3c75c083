//! What the columns of customers are called.

use std::sync::Arc;

use crate::change::FactKey;

/// The name of a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColumnKey {
    /// A field or attribute.
    Fact(FactKey),
    /// Whether a permission was given: a boolean, absent when nothing was ever said.
    Consent(Arc<str>, Arc<str>),
    /// When a permission runs out: an instant, absent when never.
    ConsentEnd(Arc<str>, Arc<str>),
}

impl ColumnKey {
    /// Names a standard field.
    pub fn field(name: &str) -> Self {
        Self::Fact(FactKey::Field(name.into()))
    }

    /// Names an attribute.
    pub fn attribute(key: &str) -> Self {
        Self::Fact(FactKey::Attribute(key.into()))
    }

    /// Returns a number for the kind, and the texts: what is written to the file and to the digest.
    pub(crate) fn parts(&self) -> (u8, [&str; 2]) {
        match self {
            Self::Fact(FactKey::Field(name)) => (0, [name, ""]),
            Self::Fact(FactKey::Attribute(key)) => (1, [key, ""]),
            Self::Consent(channel, purpose) => (2, [channel, purpose]),
            Self::ConsentEnd(channel, purpose) => (3, [channel, purpose]),
        }
    }

    /// Reads what [`ColumnKey::parts`] returned.
    pub(crate) fn from_parts(kind: u8, [a, b]: [&str; 2]) -> Option<Self> {
        Some(match kind {
            0 => Self::field(a),
            1 => Self::attribute(a),
            2 => Self::Consent(a.into(), b.into()),
            3 => Self::ConsentEnd(a.into(), b.into()),
            _ => return None,
        })
    }
}
