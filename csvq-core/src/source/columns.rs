//! What the columnar engine asks of a source: its columns' types, and a column at a time.

use crate::control::Control;
use crate::error::Result;
use crate::table::{Array, Table};
use crate::types::Field;

/// A table whose columns are read when they are asked for.
pub(crate) trait ColumnReader: Send + Sync {
    /// Its columns: their names and types.
    fn fields(&self) -> &[Field];

    /// How many rows it has.
    fn rows(&self) -> u64;

    /// What a column takes in memory once it is read, about, in bytes.
    fn column_bytes(&self, index: usize) -> u64;

    /// Reads a column, on so many threads, as arrays one after another, which together have [`rows`](Self::rows) values.
    fn read(&self, index: usize, threads: usize, control: &Control) -> Result<Vec<Array>>;

    /// How many rows there are in each of the pieces in which a column can be read, in order.
    fn pieces(&self) -> Vec<u64> {
        vec![self.rows()]
    }

    /// Reads a piece of a column, as [`read`](Self::read) reads all of it.
    fn read_piece(&self, index: usize, _piece: usize, threads: usize, control: &Control) -> Result<Vec<Array>> {
        self.read(index, threads, control)
    }

    /// Refuses a source that is no longer what it was when it was opened.
    fn check_unchanged(&self) -> Result<()>;
}

impl ColumnReader for Table {
    fn fields(&self) -> &[Field] {
        Table::fields(self)
    }

    fn rows(&self) -> u64 {
        Table::rows(self)
    }

    fn column_bytes(&self, index: usize) -> u64 {
        self.frame().columns()[index].as_materialized_series().estimated_size() as u64
    }

    fn read(&self, index: usize, _: usize, control: &Control) -> Result<Vec<Array>> {
        csvq_text::check(control)?;
        Ok(self.arrays(index))
    }

    fn pieces(&self) -> Vec<u64> {
        Table::pieces(self)
    }

    fn read_piece(&self, index: usize, piece: usize, _: usize, control: &Control) -> Result<Vec<Array>> {
        csvq_text::check(control)?;
        Ok(self.piece(index, piece))
    }

    fn check_unchanged(&self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::{Column, DataFrame};

    use super::*;

    #[test]
    fn frames_are_read_by_chunk_where_all_columns_have_the_same() {
        let frame = |ids: [i64; 2]| {
            let columns = vec![Column::new("id".into(), ids), Column::new("v".into(), ["a", "b"])];
            DataFrame::new_infer_height(columns).unwrap()
        };
        let mut frame_of_two = frame([1, 2]);
        frame_of_two.vstack_mut(&frame([3, 4])).unwrap();
        let lengths = |table: &Table, piece: usize| -> Vec<usize> {
            let arrays = table.read_piece(0, piece, 1, &Control::new()).unwrap();
            arrays.iter().map(|array| array.len()).collect()
        };
        let table = Table::new("left", frame_of_two.clone()).unwrap();
        assert_eq!(ColumnReader::pieces(&table), [2, 2]);
        assert_eq!((lengths(&table, 0), lengths(&table, 1)), (vec![2], vec![2]));

        let whole = frame_of_two.column("v").unwrap().rechunk();
        frame_of_two.with_column(whole).unwrap();
        let table = Table::new("left", frame_of_two).unwrap();
        assert_eq!(ColumnReader::pieces(&table), [4]);
        assert_eq!(lengths(&table, 0), [2, 2]);
    }
}
