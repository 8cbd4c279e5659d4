//! What the fuzz targets share: inputs made out of the fuzzer's bytes, and a comparison simple enough to be believed.
//!
//! A target panics where it finds something; libFuzzer keeps the input. Nothing of the engine is used to check it but
//! [`csvq_text::Rule`], which has a target of its own.

pub mod answer;
pub mod arrow;
pub mod dialects;
pub mod naive;
pub mod reference;
pub mod rules;
pub mod tables;

use std::fmt;
use std::sync::Arc;

use csvq_text::{DialectOptions, Input, OpenOptions, Result, Table};

/// Bytes that are shown as escaped text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text(pub Vec<u8>);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// Opens bytes as a table.
pub fn open(name: &str, text: &[u8], dialect: &DialectOptions) -> Result<Table> {
    open_as(name, text, dialect, &OpenOptions::default())
}

/// Opens bytes as a table, in an encoding.
pub fn open_as(name: &str, text: &[u8], dialect: &DialectOptions, options: &OpenOptions) -> Result<Table> {
    Table::open(Input::from_bytes(name, Arc::from(text), options)?, dialect)
}
