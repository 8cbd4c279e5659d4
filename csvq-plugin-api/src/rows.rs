//! Tables row by row: cells as text, pairs of rows, and whole comparisons cell by cell.
//!
//! [`Job::compare_cells`](crate::Job::compare_cells) is the short way: it pairs the rows, counts, and tells the
//! differences, and the plugin judges two cells. The parts of it are here for plugins that do otherwise.
//!
//! What it does not do is to apply the rules of the comparison's spec, such as to ignore case in keys: a plugin that
//! wants them finds them in [`Job::spec`](crate::Job::spec).

mod cells;
mod pairs;
mod table;
mod text;

pub use cells::{Cell, Verdict};
pub use pairs::{Pair, Pairs, pairs};
pub use table::{Column, Table};
