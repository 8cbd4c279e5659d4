//! The result model and its renderers: a [`Report`] is typed data; [`render`] and [`export`] write it down.
//!
//! Nothing here compares, and nothing counts what the engine has not counted.

mod cell;
pub mod export;
mod failed;
mod findings;
mod header;
mod highlights;
mod inspection;
mod model;
mod number;
mod quote;
pub mod render;
mod rows;
mod summary;
mod tables;
#[cfg(test)]
mod tests;
mod words;

#[cfg(feature = "plugins")]
pub(crate) use cell::escape_controls;
pub use highlights::highlights;
pub use inspection::{ColumnProfile, HeadColumn, TableHead, TableProfile};
pub use model::*;
pub use rows::{Cell, Comparison, DifferenceRows, Layout, RowRecord, TypedRows};
pub use summary::summarise;

/// The JSON Schema (draft 2020-12) of a [`Report`] as JSON.
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(csvq_core::report::JSON_SCHEMA)?;
/// assert_eq!(schema["title"], "csvq report");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub const JSON_SCHEMA: &str = include_str!("../schema/report.schema.json");
