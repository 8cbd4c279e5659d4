//! Reading whole columns out of a table, for engines that go by column.

use crate::control::Control;
use crate::dialect::Dialect;
use crate::error::Result;
use crate::plan::Ragged;
use crate::record::{self, Field};
use crate::record_check::RecordCheck;
use crate::scan::lanes::Level;
use crate::scan::walk::Head;
use crate::segment::{Scanner, Take};
use crate::stop;
use crate::table::Table;

/// Bytes that are read at once.
const BLOCK: u64 = 1 << 18;

/// The cells of one column, one after another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextColumn {
    /// The text of all cells, without quotes and escapes.
    pub bytes: Vec<u8>,
    /// Where each cell ends in it.
    pub ends: Vec<usize>,
}

/// Reads these columns of a table, of the first so many records.
///
/// # Errors
/// As [`compare`](crate::compare).
///
/// ```
/// use csvq_text::{Control, DialectOptions, Input, OpenOptions, Ragged, Table, read_columns};
/// let input = Input::from_bytes("cities", b"id,city\n1,Graz\n2,\"W, 1\"\n"[..].into(), &OpenOptions::default())?;
/// let table = Table::open(input, &DialectOptions::default())?;
/// let columns = read_columns(&table, &[1], u64::MAX, Ragged::Error, &Control::new())?;
/// assert_eq!((&columns[0].bytes[..], &columns[0].ends[..]), (&b"GrazW, 1"[..], &[4, 8][..]));
/// # Ok::<(), csvq_text::Error>(())
/// ```
pub fn read_columns(
    table: &Table,
    indexes: &[usize],
    records: u64,
    ragged: Ragged,
    control: &Control,
) -> Result<Vec<TextColumn>> {
    let mut gathered = Gathered {
        indexes,
        dialect: *table.dialect(),
        fields: Vec::new(),
        scratch: Vec::new(),
        columns: vec![TextColumn::default(); indexes.len()],
        remaining: records,
    };
    let mut scanner = Scanner::new(table, Level::detect(), RecordCheck::new(table, ragged));
    let (mut start, end) = (table.data_start(), table.input().len());
    while start < end && gathered.remaining > 0 {
        stop::check(control)?;
        let limit = (start + BLOCK).min(end);
        let scanned = scanner.load(start, limit).and_then(|()| scanner.run(start, limit, &mut gathered));
        let next = scanned.map_err(|error| scanner.place(error))?;
        control.advance(next - start);
        start = next;
    }
    Ok(gathered.columns)
}

struct Gathered<'a> {
    indexes: &'a [usize],
    dialect: Dialect,
    fields: Vec<Field>,
    scratch: Vec<u8>,
    columns: Vec<TextColumn>,
    /// How many records are still taken.
    remaining: u64,
}

impl Take for Gathered<'_> {
    fn take(&mut self, _: u64, text: &[u8], start: usize, end: usize, _: Option<Head>) -> bool {
        if self.remaining == 0 {
            return true;
        }
        self.remaining -= 1;
        let record = &text[start..end];
        record::split(record, &self.dialect, &mut self.fields);
        for (index, column) in self.indexes.iter().zip(&mut self.columns) {
            let raw = self.fields.get(*index).map_or(&[][..], |field| field.raw(record));
            column.bytes.extend_from_slice(record::cell(raw, &self.dialect, &mut self.scratch));
            column.ends.push(column.bytes.len());
        }
        true
    }
}
