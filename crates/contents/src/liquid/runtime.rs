//! The root scope of a render: data of the customer over data that all customers share.
//!
//! It differs from the library's in one point: an absent variable is nil instead of an error,
//! and is reported when an output needed it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use liquid_core::model::{KString, KStringCow, KStringRef, ScalarCow, try_find};
use liquid_core::runtime::{PartialStore, Registers};
use liquid_core::{
    Error, Object, ObjectView, Renderable, Result, Runtime, Value, ValueCow, ValueView,
};

use super::State;

/// The root scope.
pub(crate) struct Scope<'a> {
    own: &'a Object,
    shared: &'a Object,
    assigned: RefCell<Object>,
    indexes: RefCell<BTreeMap<KString, Value>>,
    registers: Registers,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(own: &'a Object, shared: &'a Object) -> Self {
        Self {
            own,
            shared,
            assigned: RefCell::default(),
            indexes: RefCell::default(),
            registers: Registers::default(),
        }
    }

    /// Forgets the variables of the part just rendered: parts do not see each other's.
    pub(crate) fn reset(&self) {
        self.assigned.borrow_mut().clear();
        self.indexes.borrow_mut().clear();
    }
}

/// Templates cannot include others.
#[derive(Debug)]
struct NoPartials;

impl PartialStore for NoPartials {
    fn contains(&self, _name: &str) -> bool {
        false
    }

    fn names(&self) -> Vec<&str> {
        Vec::new()
    }

    fn try_get(&self, _name: &str) -> Option<Arc<dyn Renderable>> {
        None
    }

    fn get(&self, _name: &str) -> Result<Arc<dyn Renderable>> {
        Err(Error::with_msg("templates cannot include others"))
    }
}

impl Runtime for Scope<'_> {
    fn partials(&self) -> &dyn PartialStore {
        &NoPartials
    }

    fn name(&self) -> Option<KStringRef<'_>> {
        None
    }

    fn roots(&self) -> BTreeSet<KStringCow<'_>> {
        self.own
            .keys()
            .map(|key| KStringCow::from_ref(key.as_str()))
            .collect()
    }

    fn try_get(&self, path: &[ScalarCow<'_>]) -> Option<ValueCow<'_>> {
        let root = path.first()?.to_kstr();
        let assigned = self.assigned.borrow();
        if !assigned.is_empty() && assigned.contains_key(root.as_str()) {
            return try_find(assigned.as_value(), path)
                .map(|value| ValueCow::Owned(value.into_owned()));
        }
        let layer = if self.own.contains_key(root.as_str()) {
            self.own
        } else {
            self.shared
        };
        try_find(layer.as_value(), path)
    }

    fn get(&self, path: &[ScalarCow<'_>]) -> Result<ValueCow<'_>> {
        Ok(or_nil(self, self.try_get(path), path))
    }

    fn set_global(&self, name: KString, value: Value) -> Option<Value> {
        self.assigned.borrow_mut().insert(name, value)
    }

    fn set_index(&self, name: KString, value: Value) -> Option<Value> {
        self.indexes.borrow_mut().insert(name, value)
    }

    fn get_index<'v>(&'v self, name: &str) -> Option<ValueCow<'v>> {
        self.indexes
            .borrow()
            .get(name)
            .map(|value| ValueCow::Owned(value.clone()))
    }

    fn registers(&self) -> &Registers {
        &self.registers
    }
}

/// Replaces an absent value by nil and reports absent or nil values that an output asked for.
pub(crate) fn or_nil<'v>(
    runtime: &dyn Runtime,
    found: Option<ValueCow<'v>>,
    path: &[ScalarCow<'_>],
) -> ValueCow<'v> {
    let value = found.unwrap_or(ValueCow::Owned(Value::Nil));
    if value.is_nil() {
        let mut state = runtime.registers().get_mut::<State>();
        if state.is_reporting {
            let names: Vec<_> = path
                .iter()
                .map(|part| part.to_kstr().into_string())
                .collect();
            let at = state.at;
            state.missing.insert((at, names.join(".")));
        }
    }
    value
}
