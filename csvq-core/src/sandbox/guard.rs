//! The guards that a worker puts on itself, before it loads a plugin and while it has one thread.
//!
//! This is their one place. None is there yet: a worker may do whatever the host's user may.

use serde_json::{Map, Value};

use super::message::Limits;
use super::model::Entry;

/// Puts the guards on, and says which hold.
pub(super) fn enforce(_entry: &Entry, _limits: &Limits) -> Value {
    Value::Object(Map::new())
}
