//! The cells that differ, as a table.

use std::collections::HashSet;

use polars::prelude::Column;

use super::super::header::key_headers;
use super::super::model::DifferenceKind;
use super::super::rows::{Cell, Comparison, Layout};
use super::frame;
use crate::error::Result;
use crate::table::Table;

const BEFORE_KEY: [&str; 2] = ["left_row", "right_row"];
const AFTER_KEY: [&str; 3] = ["column", "left", "right"];

impl Comparison {
    /// All cells that differ in changed rows as a table: `left_row`, `right_row` (from 1), the key columns, `column` (the
    /// left name), `left`, `right`. Numbers of rows are integers, everything else is canonical text. A key column whose
    /// name is taken by one of these gets `key.` before it.
    ///
    /// # Errors
    /// [`InvalidSpec`](crate::ErrorKind::InvalidSpec) where the comparison keeps no rows, and whatever ends reading them.
    ///
    /// ```
    /// use csvq_core::compare::{Comparator, Job, RowCompare};
    /// use csvq_core::control::Control;
    /// use csvq_core::source::Source;
    /// use csvq_core::spec::CompareSpec;
    ///
    /// let side = |text: &str| Source::Bytes { name: "side".into(), bytes: text.as_bytes().into() };
    /// let comparison = RowCompare.compare(Job {
    ///     left: side("id,a,b\n1,x,y\n2,x,y\n"),
    ///     right: side("id,a,b\n1,X,Y\n2,x,y\n"),
    ///     spec: CompareSpec { key: vec!["id".parse()?], ..CompareSpec::default() },
    ///     parameters: serde_json::Map::new(),
    ///     control: Control::new(),
    /// })?;
    /// let cells = comparison.cells()?;
    /// let names: Vec<&str> = cells.fields().iter().map(|field| field.name.as_str()).collect();
    /// assert_eq!(names, ["left_row", "right_row", "id", "column", "left", "right"]);
    /// assert_eq!(cells.rows(), 2);
    /// # Ok::<(), csvq_core::Error>(())
    /// ```
    pub fn cells(&self) -> Result<Table> {
        let rows = self.kept_rows()?;
        let layout = rows.layout();
        let mut found = Found::new(layout);
        rows.visit(&mut |row| {
            if row.kind == DifferenceKind::Changed {
                let key = layout.key_of(row);
                for (index, _) in row.changed {
                    let (left, right) = layout.columns[*index];
                    found.numbers[0].push(row.left_row);
                    found.numbers[1].push(row.right_row);
                    found.key.iter_mut().zip(&key).for_each(|(cells, cell)| cells.push(cell.clone()));
                    found.columns.push(left);
                    found.sides[0].push(text(row.left, left));
                    found.sides[1].push(text(row.right, right));
                }
            }
            Ok(())
        })?;
        frame("cells", found.into_columns(layout))
    }
}

fn text(cells: &[Cell<'_>], at: usize) -> Option<String> {
    cells.get(at).and_then(Cell::value).map(str::to_owned)
}

/// The cells found so far, by column of the table.
struct Found {
    numbers: [Vec<Option<u64>>; 2],
    key: Vec<Vec<Option<String>>>,
    /// Indexes of left columns.
    columns: Vec<usize>,
    sides: [Vec<Option<String>>; 2],
}

impl Found {
    fn new(layout: &Layout) -> Self {
        Self {
            numbers: Default::default(),
            key: vec![Vec::new(); layout.key.len()],
            columns: Vec::new(),
            sides: Default::default(),
        }
    }

    fn into_columns(self, layout: &Layout) -> Vec<Column> {
        let taken: HashSet<String> = BEFORE_KEY.iter().chain(&AFTER_KEY).map(|&name| name.to_owned()).collect();
        let names = layout.key.iter().map(|&(left, _)| layout.left_columns[left].clone()).collect();
        let numbers = BEFORE_KEY.into_iter().zip(self.numbers).map(|(name, rows)| Column::new(name.into(), rows));
        let key = key_headers(names, &taken).into_iter().zip(self.key);
        let key = key.map(|(name, cells)| Column::new(name.as_str().into(), cells));
        let [column, left, right] = AFTER_KEY;
        let names: Vec<&str> = self.columns.iter().map(|&index| layout.left_columns[index].as_str()).collect();
        let names = Column::new(column.into(), names);
        let sides = [left, right].into_iter().zip(self.sides);
        let sides = sides.map(|(name, cells)| Column::new(name.into(), cells));
        numbers.chain(key).chain([names]).chain(sides).collect()
    }
}
