//! What a comparison can be told: [`CompareSpec`], its parts, and its checks before any data is read.

mod dialect;
mod model;
mod names;
mod patterns;
mod read;
mod scoped;
mod suggest;
#[cfg(test)]
mod tests;
mod time_format;
mod typing;
mod units;
mod validate;

pub use dialect::{DialectSpec, Side};
pub use model::{By, ColumnPair, CompareSpec, DuplicatePolicy, RaggedPolicy, Typing, TypingDefault};
pub use names::{split, unescape};
pub use patterns::{Patterns, split_patterns};
pub use read::JSON_SCHEMA;
pub use scoped::{Scope, Scoped};
pub use suggest::suggest;
pub use units::{ByteSize, Limit, Span};
pub use validate::LEAST_MEMORY;
