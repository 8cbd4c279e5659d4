//! What only this crate can see: the text of values, and the columns of differences.

mod columns;
#[cfg(feature = "arrow")]
mod text;
