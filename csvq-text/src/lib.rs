//! The text engine of csvq: compares two delimited text files record by record, as bytes.
//!
//! [`compare`] takes two [`Table`]s and a [`Plan`] and gives an [`Outcome`]: exact counts, and the rows that differ on
//! demand. Records that are byte-identical are equal under every rule, so only those that differ are ever split into
//! fields.
//!
//! The engine knows nothing of specs, reports or other formats; the crate `csvq-core` translates.

mod compare;
mod control;
mod dialect;
mod difference;
mod error;
mod evaluate;
mod infer;
mod input;
mod join;
mod key;
mod lockstep;
mod memory;
mod outcome;
mod plan;
mod read;
mod record;
mod record_check;
mod rule;
mod scan;
mod segment;
mod sniff;
mod stop;
mod table;
pub mod threads;
mod types;
mod unique;

pub use compare::compare;
pub use control::{Control, Phase, PhaseProfile, Progress, Stop};
pub use dialect::Dialect;
pub use difference::{Cell, Differences, Kind, Row};
pub use error::{Error, ErrorKind, Result};
pub use evaluate::ColumnTally;
pub use infer::infer;
pub use input::{Compression, Encoding, Input, OpenOptions};
pub use outcome::{DuplicateKey, Outcome};
pub use plan::{By, Column, Duplicates, Plan, Ragged};
pub use read::{TextColumn, read_columns};
pub use rule::{Rule, Verdict, tells_a_moment};
pub use scan::lanes::Level;
pub use stop::check;
pub use table::{DialectOptions, Table};
pub use types::{ColumnType, UnknownType};
pub use unique::unique;
