//! The union of the keys of many objects, in order of first appearance, with something kept for each.
//!
//! It finds a key that occurs twice in one object. It does not know what it keeps.

use std::collections::HashMap;
use std::sync::Arc;

/// What is kept for each key that was seen so far.
pub(super) struct Names<T> {
    entries: Vec<Entry<T>>,
    index: HashMap<Arc<str>, usize>,
    objects: u64,
    expected: usize,
}

struct Entry<T> {
    name: Arc<str>,
    /// The number of the object that it was last seen in.
    last: u64,
    value: T,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), index: HashMap::new(), objects: 0, expected: 0 }
    }
}

impl<T> Names<T> {
    /// Starts the next object.
    pub(super) fn begin(&mut self) {
        self.objects += 1;
        self.expected = 0;
    }

    /// What is kept for a key, made where the key is new; `None` where this object had the key already.
    pub(super) fn claim(&mut self, key: &str, make: impl FnOnce() -> T) -> Option<&mut T> {
        let at = match self.find(key) {
            Some(at) => at,
            None => self.insert(key, make()),
        };
        self.claim_at(at)
    }

    /// What is kept for a key that was seen before; `None` where it was not, or where this object had the key already.
    pub(super) fn claim_known(&mut self, key: &str) -> Option<&mut T> {
        let at = self.find(key)?;
        self.claim_at(at)
    }

    /// What is kept, in order of first appearance.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &T)> {
        self.entries.iter().map(|entry| (&entry.name, &entry.value))
    }

    /// What is kept for the keys that this object did not have.
    pub(super) fn missing(&mut self) -> impl Iterator<Item = &mut T> {
        let objects = self.objects;
        self.entries.iter_mut().filter(move |entry| entry.last != objects).map(|entry| &mut entry.value)
    }

    /// What is kept, in order of first appearance, for good.
    pub(super) fn into_values(self) -> impl Iterator<Item = (Arc<str>, T)> {
        self.entries.into_iter().map(|entry| (entry.name, entry.value))
    }

    fn find(&self, key: &str) -> Option<usize> {
        // Objects mostly have the same keys in the same order: then nothing is hashed.
        match self.entries.get(self.expected) {
            Some(entry) if *entry.name == *key => Some(self.expected),
            _ => self.index.get(key).copied(),
        }
    }

    fn claim_at(&mut self, at: usize) -> Option<&mut T> {
        self.expected = at + 1;
        let entry = &mut self.entries[at];
        if entry.last == self.objects {
            return None;
        }
        entry.last = self.objects;
        Some(&mut entry.value)
    }

    fn insert(&mut self, key: &str, value: T) -> usize {
        let name: Arc<str> = key.into();
        let at = self.entries.len();
        self.index.insert(Arc::clone(&name), at);
        self.entries.push(Entry { name, last: 0, value });
        at
    }
}

impl<T> FromIterator<(Arc<str>, T)> for Names<T> {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, T)>>(entries: I) -> Self {
        let mut names = Self::default();
        for (name, value) in entries {
            names.insert(&name, value);
        }
        names
    }
}
