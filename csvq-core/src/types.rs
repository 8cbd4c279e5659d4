//! Column types: the text engine's, under csvq's name.

pub use csvq_text::{ColumnType, UnknownType};
