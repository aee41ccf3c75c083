//! A new column from an old one and what changed since.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::{Codes, Column, Dictionary};
use crate::{
    change::Value,
    number::{FRESH, at, ordinal},
    packed::Packed,
    value::ValueRef,
};

/// Instants stand in the rows themselves when there are more than one in so many distinct ones.
const DISTINCT: usize = 4;

/// Builds a column of `n` rows: those of `old`, replaced where `changed` has the row.
///
/// Values that no row has any more are not carried over.
pub(crate) fn build(old: Option<&Column>, changed: &HashMap<u32, Option<Value>>, n: u32) -> Column {
    if let Some(instants) = as_instants(old, changed, n) {
        return Column::Instants(instants);
    }
    let empty = Column::coded(Codes::Narrow8(Vec::new()), Dictionary::default());
    let old = Old::of(old.unwrap_or(&empty));
    // Which old values live on.
    let mut lives = vec![false; at(old.values.len()) + 1];
    for row in 0..n {
        if !changed.contains_key(&row)
            && let Some(lives) = lives.get_mut(at(old.codes.get(row)))
        {
            *lives = true;
        }
    }
    let mut fresh: Vec<ValueRef<'_>> = changed.values().flatten().map(Value::as_ref).collect();
    fresh.sort_unstable_by(ValueRef::order);
    fresh.dedup_by(|a, b| a.is_same(b));
    let (dictionary, moved) = merged(&old.values, &lives, &fresh);
    let places: Vec<u32> = (0..n)
        .map(|row| match changed.get(&row) {
            None => moved.get(at(old.codes.get(row))).copied().unwrap_or(0),
            Some(None) => 0,
            Some(Some(value)) => dictionary.code(value.as_ref()).unwrap_or(0),
        })
        .collect();
    let codes = Codes::new(&places, dictionary.len());
    Column::coded(codes, dictionary)
}

/// A column whatever its form: a code a row, and the values that the codes mean.
struct Old<'a> {
    codes: Cow<'a, Codes>,
    values: OldValues<'a>,
}

/// Distinct values in ascending order, read where they stand: a copy of a million texts' places is a copy too many.
enum OldValues<'a> {
    Coded(&'a Dictionary),
    Instants(Vec<i64>),
}

impl<'a> Old<'a> {
    fn of(column: &'a Column) -> Self {
        match column {
            Column::Coded {
                codes, dictionary, ..
            } => Self {
                codes: Cow::Borrowed(codes),
                values: OldValues::Coded(dictionary),
            },
            Column::Instants(packed) => {
                let mut distinct: Vec<i64> = Vec::new();
                packed.each(0..packed.len(), |value| distinct.extend(value));
                distinct.sort_unstable();
                distinct.dedup();
                let mut codes = Vec::with_capacity(at(packed.len()));
                packed.each(0..packed.len(), |value| {
                    let place = value.and_then(|value| distinct.binary_search(&value).ok());
                    codes.push(place.map_or(0, |place| ordinal(place) + 1));
                });
                Self {
                    codes: Cow::Owned(Codes::Wide(codes)),
                    values: OldValues::Instants(distinct),
                }
            }
        }
    }
}

impl OldValues<'_> {
    fn len(&self) -> u32 {
        match self {
            Self::Coded(dictionary) => dictionary.len(),
            Self::Instants(instants) => ordinal(instants.len()),
        }
    }

    /// Returns the value of a code; codes count from 1.
    fn get(&self, code: u32) -> Option<ValueRef<'_>> {
        match self {
            Self::Coded(dictionary) => dictionary.value(code),
            Self::Instants(instants) => {
                let instant = instants.get(at(code.checked_sub(1)?))?;
                Some(ValueRef::Instant(*instant))
            }
        }
    }
}

/// Merges two ascending lists of values; tells the new code of each old one.
fn merged(old: &OldValues<'_>, lives: &[bool], fresh: &[ValueRef<'_>]) -> (Dictionary, Vec<u32>) {
    let mut order: Vec<u32> = Vec::with_capacity(at(old.len()) + fresh.len());
    let mut moved = vec![0u32; at(old.len()) + 1];
    let mut next = (FRESH..).zip(fresh).peekable();
    for code in 1..=old.len() {
        let Some(value) = old.get(code) else { break };
        if !lives.get(at(code)).copied().unwrap_or(false) {
            continue;
        }
        while let Some((place, _)) = next.next_if(|(_, fresh)| fresh.order(&value).is_lt()) {
            order.push(place);
        }
        next.next_if(|(_, fresh)| fresh.is_same(&value));
        order.push(code);
        if let Some(moved) = moved.get_mut(at(code)) {
            *moved = ordinal(order.len());
        }
    }
    order.extend(next.map(|(place, _)| place));
    let values = order.iter().filter_map(|place| {
        if *place < FRESH {
            old.get(*place)
        } else {
            fresh.get(at(*place - FRESH)).copied()
        }
    });
    (Dictionary::new(values), moved)
}

/// Builds the form without a dictionary, where every value is an instant and most differ.
fn as_instants(
    old: Option<&Column>,
    changed: &HashMap<u32, Option<Value>>,
    n: u32,
) -> Option<Packed> {
    let mut values = Vec::with_capacity(at(n));
    for row in 0..n {
        let value = match changed.get(&row) {
            Some(value) => value.as_ref().map(Value::as_ref),
            None => old.and_then(|old| old.get(row)),
        };
        values.push(match value {
            None => None,
            Some(ValueRef::Instant(instant)) => Some(instant),
            Some(_) => return None,
        });
    }
    let mut distinct: Vec<i64> = values.iter().flatten().copied().collect();
    distinct.sort_unstable();
    distinct.dedup();
    (!distinct.is_empty() && distinct.len() * DISTINCT > values.len()).then(|| Packed::new(&values))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> impl Strategy<Value = Option<Value>> {
        prop_oneof![
            2 => Just(None),
            1 => Just(Some(Value::Other)),
            2 => any::<bool>().prop_map(|value| Some(Value::Boolean(value))),
            3 => (-3i32..3).prop_map(|value| Some(Value::Number(f64::from(value)))),
            3 => (0i64..9).prop_map(|value| Some(Value::Instant(value * 1_000_000_000))),
            4 => "[a-c]{0,2}".prop_map(|text| Some(Value::Text(text.into()))),
            2 => proptest::collection::vec("[a-c]", 0..3)
                .prop_map(|list| Some(Value::List(list.into_iter().map(String::into_boxed_str).collect()))),
        ]
    }

    proptest! {
        #[test]
        fn a_column_is_what_was_put_in_after_any_number_of_changes(
            rounds in proptest::collection::vec(
                proptest::collection::hash_map(0u32..40, values(), 0..30), 1..5),
            only_instants in any::<bool>(),
        ) {
            let mut plain: Vec<Option<Value>> = vec![None; 40];
            let mut column: Option<Column> = None;
            for round in rounds {
                let changed: HashMap<u32, Option<Value>> = round
                    .into_iter()
                    .map(|(row, value)| match value {
                        Some(value) if only_instants =>
                            (row, Some(Value::Instant(i64::from(row) * 7 + i64::from(value.heap() > 0)))),
                        other => (row, other),
                    })
                    .collect();
                for (row, value) in &changed {
                    plain[*row as usize] = value.clone();
                }
                column = Some(build(column.as_ref(), &changed, 40));
            }
            let column = column.unwrap();
            for (row, value) in plain.iter().enumerate() {
                let read = column.get(ordinal(row)).map(|value| value.to_value());
                prop_assert_eq!(&read, value);
            }
            if let Column::Coded { dictionary, .. } = &column {
                for code in 1..=dictionary.len() {
                    let value = dictionary.value(code).unwrap();
                    prop_assert_eq!(dictionary.code(value), Some(code));
                }
            }
        }
    }
}
