//! What a record must be besides well-formed: text, with the right number of fields.

use crate::error::{Error, Result};
use crate::plan::Ragged;
use crate::scan::exact::Record;
use crate::table::{self, Table};

/// Checks records of one side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordCheck {
    fields: usize,
    ragged: Ragged,
}

impl RecordCheck {
    pub(crate) fn new(table: &Table, ragged: Ragged) -> Self {
        Self { fields: table.columns().len(), ragged }
    }

    /// Whether a record is a blank line that says nothing: with one column, it is an empty cell instead.
    pub(crate) fn is_void(&self, record: &Record) -> bool {
        self.fields != 1 && record.is_blank()
    }

    /// Checks a record that was found in a buffer which starts at `base`.
    pub(crate) fn check(&self, buffer: &[u8], record: &Record, base: u64) -> Result<()> {
        let offset = base + record.start as u64;
        table::check_text(&buffer[record.start..record.end], offset)?;
        let (found, expected) = (record.fields, self.fields);
        let refused = match self.ragged {
            Ragged::Error => found != expected,
            Ragged::Pad => found > expected,
            Ragged::Truncate => false,
        };
        if !refused {
            return Ok(());
        }
        let remedy = match (self.ragged, found > expected) {
            (Ragged::Error, true) => "mend it, or leave the surplus out by `ragged=truncate`",
            (Ragged::Error, false) => "mend it, or fill it up with empty cells by `ragged=pad`",
            _ => "mend it, or leave the surplus out by `ragged=truncate`",
        };
        let fields = |count: usize| if count == 1 { "1 field".to_owned() } else { format!("{count} fields") };
        Err(Error::malformed(
            format!("this record has {}, where {} are expected; {remedy}", fields(found), fields(expected)),
            offset,
        ))
    }
}
