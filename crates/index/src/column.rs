//! A column of values: facts of customers, properties of events.
//!
//! Values are coded by a sorted dictionary, so that a test runs once per distinct value, whatever the
//! test; an absent value is code 0. Where nearly every value is another instant, the instants stand in
//! the rows themselves.

mod build;
mod codes;
mod dictionary;
mod holders;

pub(crate) use build::build;
pub(crate) use codes::Codes;
pub(crate) use dictionary::Dictionary;
pub(crate) use holders::Holders;

use crate::{packed::Packed, value::ValueRef};

/// The values of one fact or property, one row a customer or event.
#[derive(Debug, Clone)]
pub(crate) enum Column {
    /// By codes of a dictionary.
    Coded {
        codes: Codes,
        dictionary: Box<Dictionary>,
        /// For each code the rows that have it; derived from the codes.
        holders: Holders,
    },
    /// Instants as they are.
    Instants(Packed),
}

impl Column {
    /// Makes a coded column.
    pub(crate) fn coded(codes: Codes, dictionary: Dictionary) -> Self {
        Self::Coded {
            codes,
            dictionary: Box::new(dictionary),
            holders: Holders::default(),
        }
    }

    /// Gathers who has each value, for a column that is asked as a whole.
    #[must_use]
    pub(crate) fn with_holders(mut self) -> Self {
        if let Self::Coded {
            codes,
            dictionary,
            holders,
        } = &mut self
        {
            *holders = Holders::new(codes, dictionary.len());
        }
        self
    }

    /// Returns the value of a row.
    pub(crate) fn get(&self, row: u32) -> Option<ValueRef<'_>> {
        match self {
            Self::Coded {
                codes, dictionary, ..
            } => dictionary.value(codes.get(row)),
            Self::Instants(packed) => packed.get(row).map(ValueRef::Instant),
        }
    }

    /// Tells whether no row has a value.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Coded { dictionary, .. } if dictionary.len() == 0)
    }

    /// Returns the bytes of the rows and values, and those of the bitmaps.
    pub(crate) fn bytes(&self) -> (usize, usize) {
        match self {
            Self::Coded {
                codes,
                dictionary,
                holders,
            } => (codes.bytes() + dictionary.bytes(), holders.bytes()),
            Self::Instants(packed) => (packed.bytes(), 0),
        }
    }
}
