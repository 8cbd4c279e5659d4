//! Types: what a text column's cells stand for, and what a typed column holds.

mod data_type;
mod relation;

pub use csvq_text::{ColumnType, UnknownType};
pub use data_type::{DataType, Field, TimeUnit};
pub use relation::TypeRelation;
