//! Compiled emails, shared by everything in the process that renders.

use std::{collections::HashMap, sync::Arc};

use kernel::id::ContentId;
use parking_lot::Mutex;

use crate::{CompileError, CompiledEmail, EmailDocument, Footer};

type Key = (ContentId, i64);

/// A bounded cache of compiled emails; a saved version never changes, so nothing in it grows stale.
pub struct CompiledCache {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// Grows with every use, so that the smallest is the one unused for longest.
    uses: u64,
    emails: HashMap<Key, (u64, Arc<CompiledEmail>)>,
}

impl Default for CompiledCache {
    fn default() -> Self {
        Self::new(256)
    }
}

impl CompiledCache {
    /// Makes a cache of at most so many emails.
    pub fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            kept: Mutex::default(),
        }
    }

    /// Returns the compiled form of a saved version, compiling it when it is not kept.
    ///
    /// # Errors
    /// As [`CompiledEmail::compile`]; what was saved compiles unless the rules have grown stricter since.
    pub fn get(
        &self,
        id: ContentId,
        version: i64,
        document: &EmailDocument,
    ) -> Result<Arc<CompiledEmail>, CompileError> {
        if let Some(email) = self.kept.lock().touch((id, version)) {
            return Ok(email);
        }
        // Outside of the lock: two may compile the same email, which costs milliseconds and harms nobody.
        let email = Arc::new(CompiledEmail::compile(document, Footer::Ensure)?);
        let mut kept = self.kept.lock();
        while kept.emails.len() >= self.most {
            kept.forget_oldest();
        }
        kept.put((id, version), Arc::clone(&email));
        Ok(email)
    }
}

impl Kept {
    fn touch(&mut self, key: Key) -> Option<Arc<CompiledEmail>> {
        self.uses += 1;
        let uses = self.uses;
        self.emails.get_mut(&key).map(|(used, email)| {
            *used = uses;
            Arc::clone(email)
        })
    }

    fn put(&mut self, key: Key, email: Arc<CompiledEmail>) {
        self.uses += 1;
        self.emails.insert(key, (self.uses, email));
    }

    fn forget_oldest(&mut self) {
        let oldest = self.emails.iter().min_by_key(|(_, (used, _))| *used);
        if let Some(key) = oldest.map(|(key, _)| *key) {
            self.emails.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery;

    #[test]
    fn a_version_is_compiled_once_and_the_one_unused_for_longest_goes_first() {
        let cache = CompiledCache::new(2);
        let document = &gallery()[0].document;
        let get = |id, version| {
            cache
                .get(ContentId::from_raw(id), version, document)
                .unwrap()
        };
        let first = get(1, 1);
        assert!(Arc::ptr_eq(&first, &get(1, 1)));
        let newer = get(1, 2);
        assert!(!Arc::ptr_eq(&first, &newer));
        get(1, 1);
        get(2, 1);
        assert!(Arc::ptr_eq(&first, &get(1, 1)), "used last, so kept");
        assert!(!Arc::ptr_eq(&newer, &get(1, 2)), "made room");
    }
}
