//! Comparisons: the [`Comparator`] trait, the built-in ones, and the engine's front.
//!
//! The front settles with the two headers what the spec leaves open (`columns`), hands a plan to the text engine, and
//! makes a report of what it found. Rendering is the report's.

mod candidates;
mod column_compare;
mod columnar;
mod columns;
#[cfg(feature = "plugins")]
mod delegate;
mod hash_compare;
pub mod inspect;
mod memory;
mod open;
mod parameters;
mod result;
mod row_compare;
mod rules;
mod schema_compare;
mod text;
mod typed;

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::control::Control;
use crate::error::Result;
use crate::report::Comparison;
use crate::source::Source;
use crate::spec::CompareSpec;

pub use column_compare::ColumnCompare;
#[cfg(feature = "plugins")]
pub(crate) use delegate::{Answer, Delegated};
pub use hash_compare::HashCompare;
pub use row_compare::RowCompare;
pub use schema_compare::SchemaCompare;

/// What is compared, and how.
#[derive(Clone, Debug)]
pub struct Job {
    /// The left table.
    pub left: Source,
    /// The right table.
    pub right: Source,
    /// What the comparison is told.
    pub spec: CompareSpec,
    /// The comparator's own parameters, by name.
    pub parameters: Map<String, Value>,
    /// Follows the comparison and ends it.
    pub control: Control,
}

/// What a comparator is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparatorInfo {
    /// Its name, such as `row_compare`; a plugin's id.
    pub name: Cow<'static, str>,
    /// Its version.
    pub version: Cow<'static, str>,
    /// What it does, in one line.
    pub summary: Cow<'static, str>,
    /// Its parameters, as JSON Schema.
    pub parameters: Cow<'static, str>,
}

/// Something that compares two tables.
///
/// ```
/// use csvq_core::compare::{Job, comparator};
/// use csvq_core::control::Control;
/// use csvq_core::source::Source;
/// use csvq_core::spec::CompareSpec;
///
/// let table = |name: &str, text: &str| Source::Bytes { name: name.into(), bytes: text.as_bytes().into() };
/// let comparison = comparator("row_compare").expect("it is built in").compare(Job {
///     left: table("before", "id,price\n1,10\n2,20\n"),
///     right: table("after", "id,price\n1,10\n2,25\n3,30\n"),
///     spec: CompareSpec { key: vec!["id".parse()?], ..CompareSpec::default() },
///     parameters: serde_json::Map::new(),
///     control: Control::new(),
/// })?;
/// let counts = comparison.report.details.counts;
/// assert_eq!((counts.changed, counts.added, counts.removed), (1, 1, 0));
/// # Ok::<(), csvq_core::Error>(())
/// ```
pub trait Comparator: Send + Sync {
    /// What it is.
    fn info(&self) -> ComparatorInfo;

    /// Compares.
    ///
    /// # Errors
    /// Any [`ErrorKind`](crate::ErrorKind); the inputs are left as they were.
    fn compare(&self, job: Job) -> Result<Comparison>;
}

/// The built-in comparators.
///
/// ```
/// let names: Vec<_> = csvq_core::compare::comparators().iter().map(|own| own.info().name).collect();
/// assert_eq!(names, ["row_compare", "column_compare", "hash_compare", "schema_compare"]);
/// ```
#[must_use]
pub fn comparators() -> &'static [&'static dyn Comparator] {
    &[&RowCompare, &ColumnCompare, &HashCompare, &SchemaCompare]
}

/// The built-in comparator of a name.
///
/// ```
/// assert!(csvq_core::compare::comparator("row_compare").is_some());
/// assert!(csvq_core::compare::comparator("rows").is_none());
/// ```
#[must_use]
pub fn comparator(name: &str) -> Option<&'static dyn Comparator> {
    comparators().iter().copied().find(|comparator| comparator.info().name == name)
}
