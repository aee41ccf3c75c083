//! One event in the delta.

use std::sync::Arc;

use crate::{change::Value, value::ValueRef};

/// The members of an event's JSON object, by key.
pub(crate) type Properties = Vec<(Arc<str>, Value)>;

/// What stands for an absent number. The smallest number of all is moved up by one.
const ABSENT: i64 = i64::MIN;
/// What stands for an absent code.
const NO_CODE: u32 = u32::MAX;

/// An event, its products and campaigns as codes.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) at: i64,
    pub(crate) id: i64,
    amount: i64,
    quantity: i64,
    order: i64,
    delivery: i64,
    origin: i64,
    pub(crate) properties: Option<Arc<Properties>>,
    pub(crate) ordinal: u32,
    product: u32,
    category: u32,
    campaign: u32,
    pub(crate) flags: u8,
}

/// A column of events whose values are whole numbers or codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Product,
    Category,
    Campaign,
    Amount,
    Quantity,
    Order,
    Delivery,
    Origin,
    Flags,
}

impl Part {
    pub(crate) const ALL: [Self; 9] = [
        Self::Product,
        Self::Category,
        Self::Campaign,
        Self::Amount,
        Self::Quantity,
        Self::Order,
        Self::Delivery,
        Self::Origin,
        Self::Flags,
    ];
}

/// Where an event stands among those of its name.
pub(crate) type RowKey = (u32, i64, i64);

impl Row {
    pub(crate) const fn new(ordinal: u32, at: i64, id: i64) -> Self {
        Self {
            at,
            id,
            amount: ABSENT,
            quantity: ABSENT,
            order: ABSENT,
            delivery: ABSENT,
            origin: ABSENT,
            properties: None,
            ordinal,
            product: NO_CODE,
            category: NO_CODE,
            campaign: NO_CODE,
            flags: 0,
        }
    }

    pub(crate) const fn key(&self) -> RowKey {
        (self.ordinal, self.at, self.id)
    }

    /// Returns a value of the row.
    pub(crate) fn get(&self, part: Part) -> Option<i64> {
        let number = |value: i64| (value != ABSENT).then_some(value);
        let code = |value: u32| (value != NO_CODE).then_some(i64::from(value));
        match part {
            Part::Product => code(self.product),
            Part::Category => code(self.category),
            Part::Campaign => code(self.campaign),
            Part::Amount => number(self.amount),
            Part::Quantity => number(self.quantity),
            Part::Order => number(self.order),
            Part::Delivery => number(self.delivery),
            Part::Origin => number(self.origin),
            Part::Flags => Some(i64::from(self.flags)),
        }
    }

    /// Sets a value of the row.
    pub(crate) fn set(&mut self, part: Part, value: Option<i64>) {
        let number = value.map_or(ABSENT, |value| value.max(ABSENT + 1));
        let code = value
            .and_then(|value| u32::try_from(value).ok())
            .unwrap_or(NO_CODE);
        match part {
            Part::Product => self.product = code,
            Part::Category => self.category = code,
            Part::Campaign => self.campaign = code,
            Part::Amount => self.amount = number,
            Part::Quantity => self.quantity = number,
            Part::Order => self.order = number,
            Part::Delivery => self.delivery = number,
            Part::Origin => self.origin = number,
            Part::Flags => {
                self.flags = value
                    .and_then(|value| u8::try_from(value).ok())
                    .unwrap_or(0);
            }
        }
    }

    /// Returns a property.
    pub(crate) fn property(&self, key: &str) -> Option<ValueRef<'_>> {
        let properties = self.properties.as_ref()?;
        properties
            .iter()
            .find(|(known, _)| **known == *key)
            .map(|(_, value)| value.as_ref())
    }

    /// Tells whether two rows tell the same of the same event.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.key() == other.key()
            && Part::ALL
                .into_iter()
                .all(|part| self.get(part) == other.get(part))
            && self.properties == other.properties
    }

    /// Returns the bytes that the row holds.
    pub(crate) fn bytes(&self) -> usize {
        let properties = self.properties.as_ref().map_or(0, |properties| {
            properties
                .iter()
                .map(|(_, value)| 48 + value.heap())
                .sum::<usize>()
        });
        size_of::<Self>() + properties
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_small_and_tells_what_was_said() {
        assert!(size_of::<Row>() <= 88, "{}", size_of::<Row>());
        let mut row = Row::new(1, 2, 3);
        for part in Part::ALL {
            assert_eq!(row.get(part), (part == Part::Flags).then_some(0));
            row.set(part, Some(5));
            assert_eq!(row.get(part), Some(5));
        }
        row.set(Part::Amount, None);
        assert_eq!(row.get(Part::Amount), None);
    }
}
