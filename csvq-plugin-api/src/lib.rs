//! What the author of a csvq plugin depends on.
//!
//! A plugin compares two tables in a way of its own. It is a library with one type that implements [`Comparator`], and
//! one line that exports it:
//!
//! ```
//! use csvq_plugin_api::{Comparator, Error, Host, Job, Outcome, PluginInfo, export_plugin};
//!
//! #[derive(Default)]
//! struct IgnoreCase;
//!
//! impl Comparator for IgnoreCase {
//!     fn info(&self) -> PluginInfo {
//!         PluginInfo::new("ignore_case", "Ignore case", "1.0.0").deterministic(true)
//!     }
//!
//! # #[cfg(feature = "arrow")]
//!     fn compare(&self, job: Job<'_>, host: &Host) -> Result<Outcome, Error> {
//!         job.compare_cells(host, |cell| match (cell.left, cell.right) {
//!             (Some(left), Some(right)) => left.to_lowercase() == right.to_lowercase(),
//!             _ => false,
//!         })
//!     }
//! # #[cfg(not(feature = "arrow"))]
//! #   fn compare(&self, _job: Job<'_>, _host: &Host) -> Result<Outcome, Error> { Ok(Outcome::equal()) }
//! }
//!
//! export_plugin!(IgnoreCase);
//! # fn main() {}
//! ```
//!
//! Its `Cargo.toml` says `crate-type = ["cdylib"]`. `docs/writing-plugins.md` in csvq's repository leads from there to
//! a package that can be installed.
//!
//! # What a plugin gets
//!
//! [`Job`] has the two tables, which columns are the key and which are to be compared, and the user's parameters. A
//! table is an Arrow C stream ([`Stream`]) that shares the host's memory. With the feature `arrow`, which is on by
//! default, it is read as record batches, as text cell by cell, and as pairs of rows, without a line of unsafe code.
//!
//! With the feature `polars` it is read as a frame of polars, too.
//!
//! # What a plugin gives
//!
//! [`Outcome`]: the verdict, counts and whatever else a report should have, and the [`Differences`] row by row.
//!
//! # What goes wrong
//!
//! [`Error`]s reach the user with their message. A panic is caught, in callbacks of streams too, and becomes an error:
//! a plugin is built with `panic = "unwind"`, and does not compile with `abort`.

#[cfg(feature = "arrow")]
pub mod arrow;
mod comparator;
pub mod differences;
mod entry;
mod error;
#[cfg(feature = "polars")]
pub mod frames;
mod guard;
mod host;
mod info;
mod job;
mod outcome;
mod parameters;
#[cfg(feature = "arrow")]
pub mod rows;
mod stream;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(test)]
mod tests;

pub use comparator::Comparator;
/// The binary interface itself, for those who need it raw.
pub use csvq_plugin_abi as abi;
pub use differences::Differences;
#[doc(hidden)]
pub use entry::__private;
pub use error::{Error, ErrorKind, Result};
pub use host::{Host, Level};
pub use info::{Capability, PluginInfo};
pub use job::{By, ColumnPair, Input, Job};
pub use outcome::{ColumnOutcome, Counts, Outcome};
pub use parameters::Parameters;
/// To derive `Deserialize` for a struct of parameters: with `#[serde(crate = "csvq_plugin_api::serde")]`.
pub use serde;
/// JSON: of parameters' schemas and of what a report has besides.
pub use serde_json::{Value, json};
pub use stream::{Array, Batches, Schema, Stream};

/// The code in the guide for authors is compiled with the tests; `tests/guide` runs its plugins.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../docs/writing-plugins.md")]
struct Guide;
