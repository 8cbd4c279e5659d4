//! The rows that differ, as tables: with the types that the sources have, where they have any.

mod cells;

use std::collections::HashSet;

use polars::prelude::{Column, DataFrame, PlSmallStr};
use serde_json::Value;

use super::findings::{Findings, Kind, findings};
use super::header::key_headers;
use super::model::{DifferenceKind, Report};
use super::rows::{Comparison, DifferenceRows, Layout, RowRecord};
use crate::error::{Error, ErrorKind, Result};
use crate::spec::Side;
use crate::table::Table;

/// What a column of a table of rows holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// The number of the row on a side.
    Row(Side),
    /// The cells of a column on a side.
    Cells(Side, usize),
}

impl Comparison {
    /// All rows of a kind as a table. Columns have the types of their source; those of text are text.
    ///
    /// - added rows: whole right records, with the right columns' names;
    /// - removed rows: whole left records, with the left columns' names;
    /// - changed rows: `left_row`, `right_row` (from 1), the key columns, then for each compared column with some change
    ///   `NAME.left` and `NAME.right`. A key column whose name is taken by one of these gets `key.` before it.
    ///
    /// # Errors
    /// [`InvalidSpec`](ErrorKind::InvalidSpec) where the comparison keeps no rows, and whatever ends reading them.
    ///
    /// ```
    /// use csvq_core::compare::{Comparator, Job, RowCompare};
    /// use csvq_core::control::Control;
    /// use csvq_core::report::DifferenceKind;
    /// use csvq_core::source::Source;
    /// use csvq_core::spec::CompareSpec;
    ///
    /// let side = |text: &str| Source::Bytes { name: "side".into(), bytes: text.as_bytes().into() };
    /// let comparison = RowCompare.compare(Job {
    ///     left: side("id,v\n1,a\n"),
    ///     right: side("id,v\n1,a\n2,b\n"),
    ///     spec: CompareSpec { key: vec!["id".parse()?], ..CompareSpec::default() },
    ///     parameters: serde_json::Map::new(),
    ///     control: Control::new(),
    /// })?;
    /// assert_eq!(comparison.table(DifferenceKind::Added)?.rows(), 1);
    /// # Ok::<(), csvq_core::Error>(())
    /// ```
    pub fn table(&self, kind: DifferenceKind) -> Result<Table> {
        let rows = self.kept_rows()?;
        let (names, contents) = columns(&self.report, rows.layout(), kind);
        let columns = match rows.typed() {
            Some(typed) => {
                let column = |(name, content): (&String, &Content)| {
                    let column = match content {
                        Content::Row(side) => Column::new(PlSmallStr::EMPTY, typed.row_numbers(kind, *side)),
                        Content::Cells(side, index) => typed.column(kind, *side, *index)?,
                    };
                    Ok(column.with_name(name.as_str().into()))
                };
                names.iter().zip(&contents).map(column).collect::<Result<Vec<_>>>()?
            }
            None => texts(rows, kind, &names, &contents)?,
        };
        frame(kind.as_str(), columns)
    }

    /// What the comparison found besides rows as a table: of `column_compare` `columns` and `concentrations`, of
    /// `hash_compare` `digests` (with as many chunks that differ as the report shows), of `schema_compare` `schema`.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) where the comparison has no findings of that name: the message says which it has.
    ///
    /// ```
    /// use csvq_core::compare::{Comparator, Job, SchemaCompare};
    /// use csvq_core::control::Control;
    /// use csvq_core::source::Source;
    /// use csvq_core::spec::CompareSpec;
    ///
    /// let side = |text: &str| Source::Bytes { name: "side".into(), bytes: text.as_bytes().into() };
    /// let comparison = SchemaCompare.compare(Job {
    ///     left: side("id,v\n1,a\n"),
    ///     right: side("id,w\n1,b\n"),
    ///     spec: CompareSpec::default(),
    ///     parameters: serde_json::Map::new(),
    ///     control: Control::new(),
    /// })?;
    /// assert_eq!(comparison.findings_table("schema")?.rows(), 2);
    /// # Ok::<(), csvq_core::Error>(())
    /// ```
    pub fn findings_table(&self, name: &str) -> Result<Table> {
        let findings = findings(&self.report);
        if let Some(found) = findings.iter().find(|found| found.name == name) {
            return of_findings(found);
        }
        let names: Vec<&str> = findings.iter().map(|found| found.name).collect();
        let message = if names.is_empty() {
            "this comparison found nothing besides its rows".to_owned()
        } else {
            format!("no findings of that name; this comparison has {}", names.join(", "))
        };
        Err(Error::new(ErrorKind::NotFound, message))
    }

    /// The rows that differ.
    pub(super) fn kept_rows(&self) -> Result<&dyn DifferenceRows> {
        self.rows.as_deref().ok_or_else(|| {
            let message = "this comparison keeps no rows to export; compare rows, or leave the export out";
            Error::new(ErrorKind::InvalidSpec, message)
        })
    }
}

/// Findings as a table.
pub(super) fn of_findings(findings: &Findings) -> Result<Table> {
    let column = |(index, (name, kind)): (usize, &(&str, Kind))| {
        let values = findings.records.iter().map(|record| &record[index]);
        let name = PlSmallStr::from_str(name);
        match kind {
            Kind::Text => Column::new(name, values.map(Value::as_str).collect::<Vec<_>>()),
            Kind::Count => Column::new(name, values.map(Value::as_u64).collect::<Vec<_>>()),
            Kind::Number => Column::new(name, values.map(Value::as_f64).collect::<Vec<_>>()),
            Kind::Flag => Column::new(name, values.map(Value::as_bool).collect::<Vec<_>>()),
        }
    };
    frame(findings.name, findings.header.iter().enumerate().map(column).collect())
}

fn frame(name: &str, columns: Vec<Column>) -> Result<Table> {
    let frame = DataFrame::new_infer_height(columns).map_err(|error| {
        Error::new(ErrorKind::Unsupported, format!("these columns can't stand in one table: {error}"))
    })?;
    Table::new(name, frame)
}

/// The columns of a table of rows: their names, and what they hold.
pub(super) fn columns(report: &Report, layout: &Layout, kind: DifferenceKind) -> (Vec<String>, Vec<Content>) {
    let whole = |side: Side, names: &[String]| {
        (names.to_vec(), (0..names.len()).map(|index| Content::Cells(side, index)).collect())
    };
    match kind {
        DifferenceKind::Added => whole(Side::Right, &layout.right_columns),
        DifferenceKind::Removed => whole(Side::Left, &layout.left_columns),
        DifferenceKind::Changed => {
            let changed = changed_columns(report, layout);
            let mut contents = vec![Content::Row(Side::Left), Content::Row(Side::Right)];
            contents.extend(layout.key.iter().map(|(left, _)| Content::Cells(Side::Left, *left)));
            for index in &changed {
                let (left, right) = layout.columns[*index];
                contents.extend([Content::Cells(Side::Left, left), Content::Cells(Side::Right, right)]);
            }
            (changed_header(layout, &changed), contents)
        }
    }
}

/// Indexes of the compared columns in which some cell changed, by the report's own counts.
pub(super) fn changed_columns(report: &Report, layout: &Layout) -> Vec<usize> {
    let reported = &report.details.columns;
    let counted = reported.len() == layout.columns.len();
    (0..layout.columns.len()).filter(|&index| !counted || reported[index].changed > 0).collect()
}

/// A change in a column that the report counted none in would be lost without a word.
pub(super) fn check_columns(row: &RowRecord<'_>, columns: &[usize]) -> Result<()> {
    if row.changed.iter().all(|(index, _)| columns.binary_search(index).is_ok()) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Internal,
        "a row differs in a column that has no changes by the report's counts; please report this",
    ))
}

fn changed_header(layout: &Layout, columns: &[usize]) -> Vec<String> {
    let mut sides = Vec::with_capacity(columns.len() * 2);
    for &index in columns {
        let name = &layout.left_columns[layout.columns[index].0];
        sides.extend([format!("{name}.left"), format!("{name}.right")]);
    }
    let mut header = vec!["left_row".to_owned(), "right_row".to_owned()];
    let taken: HashSet<String> = header.iter().chain(&sides).cloned().collect();
    let names = layout.key.iter().map(|&(left, _)| layout.left_columns[left].clone()).collect();
    header.extend(key_headers(names, &taken));
    header.extend(sides);
    header
}

/// Columns of text; nulls are null.
fn texts(
    rows: &dyn DifferenceRows,
    kind: DifferenceKind,
    names: &[String],
    contents: &[Content],
) -> Result<Vec<Column>> {
    let mut cells: Vec<Vec<Option<String>>> = vec![Vec::new(); contents.len()];
    let mut numbers: Vec<Vec<Option<u64>>> = vec![Vec::new(); contents.len()];
    rows.visit(&mut |row| {
        if row.kind == kind {
            for ((content, cells), numbers) in contents.iter().zip(&mut cells).zip(&mut numbers) {
                match content {
                    Content::Row(Side::Left) => numbers.push(row.left_row),
                    Content::Row(Side::Right) => numbers.push(row.right_row),
                    Content::Cells(side, index) => {
                        let record = if *side == Side::Left { row.left } else { row.right };
                        cells.push(record.get(*index).and_then(|cell| cell.value()).map(str::to_owned));
                    }
                }
            }
        }
        Ok(())
    })?;
    let columns = names.iter().zip(contents).zip(cells.into_iter().zip(numbers));
    let column = |((name, content), (cells, numbers)): ((&String, &Content), (Vec<_>, Vec<_>))| match content {
        Content::Row(_) => Column::new(name.as_str().into(), numbers),
        Content::Cells(..) => Column::new(name.as_str().into(), cells),
    };
    Ok(columns.map(column).collect())
}
