//! A look at one table, as comparisons see it: its first rows, and what its columns hold.

use std::sync::Arc;

use csvq_text::{Column as TextColumn, Rule};

use super::columnar;
use super::columns::distinct;
use super::open;
use super::{result, text, typed};
use crate::control::{Control, Phase};
use crate::error::Result;
use crate::report::{HeadColumn, TableHead, TableProfile};
use crate::source::columns::ColumnReader;
use crate::source::{Opened, Source, TextReader};
use crate::spec::CompareSpec;
use crate::types::ColumnType;

/// The first rows of a table. Of the spec, the dialect and the limits count; of a large table no more is read than needed.
///
/// # Errors
/// What opening and reading a source can meet.
///
/// ```
/// use csvq_core::compare::inspect;
/// use csvq_core::control::Control;
/// use csvq_core::source::Source;
/// use csvq_core::spec::CompareSpec;
///
/// let source = Source::Bytes { name: "cities".into(), bytes: b"id,city\n1,Graz\n2,Wien\n"[..].into() };
/// let head = inspect::head(&source, &CompareSpec::default(), 1, &Control::new())?;
/// assert_eq!(head.rows, [[Some("1".to_owned()), Some("Graz".to_owned())]]);
/// # Ok::<(), csvq_core::Error>(())
/// ```
pub fn head(source: &Source, spec: &CompareSpec, rows: u64, control: &Control) -> Result<TableHead> {
    spec.validate()?;
    let (opened, _) = open::one(source, spec, control)?;
    let names = distinct(&opened.names());
    match opened {
        Opened::Text(table) => {
            control.begin(Phase::Reading, 0);
            let input = result::input(&table);
            let all: Vec<usize> = (0..names.len()).collect();
            let columns = csvq_text::read_columns(&table, &all, rows, text::ragged(spec), control)?;
            let count = columns.first().map_or(0, |column| column.ends.len());
            let cell = |column: &csvq_text::TextColumn, row: usize| {
                let start = if row == 0 { 0 } else { column.ends[row - 1] };
                Some(String::from_utf8_lossy(&column.bytes[start..column.ends[row]]).into_owned())
            };
            let heads = names.into_iter().map(|name| HeadColumn { name, column_type: "text".to_owned() });
            Ok(TableHead {
                name: input.name,
                format: input.format,
                columns: heads.collect(),
                rows: (0..count).map(|row| columns.iter().map(|column| cell(column, row)).collect()).collect(),
                total_rows: None,
            })
        }
        Opened::Columns(table) => {
            control.begin(Phase::Reading, 0);
            let fields = table.reader.fields();
            let heads = names.into_iter().zip(fields);
            let heads = heads.map(|(name, field)| HeadColumn { name, column_type: field.data_type.to_string() });
            Ok(TableHead {
                name: table.name,
                format: table.format.to_owned(),
                columns: heads.collect(),
                rows: columnar::first_rows(&*table.reader, rows, control)?,
                total_rows: Some(table.reader.rows()),
            })
        }
    }
}

/// What the columns of a table hold, and which could be a key. Of the spec, the dialect, the limits and the types of
/// columns count. In delimited text empty cells are nulls, and a column's type is what its first cells look like, or a
/// wider one that all of them can be read as.
///
/// # Errors
/// What opening and reading a source can meet.
///
/// ```
/// use csvq_core::compare::inspect;
/// use csvq_core::control::Control;
/// use csvq_core::source::Source;
/// use csvq_core::spec::CompareSpec;
///
/// let source = Source::Bytes { name: "cities".into(), bytes: b"id,city\n1,Graz\n2,Graz\n"[..].into() };
/// let profile = inspect::columns(&source, &CompareSpec::default(), &Control::new())?;
/// assert_eq!((profile.columns[0].column_type.as_str(), profile.columns[1].values.distinct), ("integer", 1));
/// assert_eq!(profile.keys, [["id"]]);
/// # Ok::<(), csvq_core::Error>(())
/// ```
pub fn columns(source: &Source, spec: &CompareSpec, control: &Control) -> Result<TableProfile> {
    spec.validate()?;
    let (opened, memory) = open::one(source, spec, control)?;
    let names = distinct(&opened.names());
    let (reader, input, rules, has_types): (Arc<dyn ColumnReader>, _, Vec<Rule>, bool) = match opened {
        Opened::Columns(table) => {
            let input = result::typed_input(&table);
            let rule =
                |field: &crate::types::Field| Rule { column_type: field.data_type.column_type(), ..Rule::default() };
            let rules = table.reader.fields().iter().map(rule).collect();
            (table.reader, input, rules, true)
        }
        Opened::Text(table) => {
            let input = result::input(&table);
            let rules = text_rules(&table, spec, &names, control)?;
            let wanted = (0..names.len()).collect();
            let reader = TextReader::new(table, &names, wanted, text::ragged(spec), memory, control)?;
            (Arc::new(reader), input, rules, false)
        }
    };
    let threads = spec.threads.unwrap_or_else(typed::default_threads);
    columnar::check_rows(reader.rows(), &input.name, None)?;
    let found = columnar::table_profile(&*reader, &names, &rules, has_types, (threads, memory), control)?;
    reader.check_unchanged()?;
    Ok(TableProfile { name: input.name, format: input.format, rows: reader.rows(), ..found })
}

/// The rules that columns of text are read by: as what they look like, or were declared to be.
fn text_rules(table: &csvq_text::Table, spec: &CompareSpec, names: &[String], control: &Control) -> Result<Vec<Rule>> {
    let sample: Vec<TextColumn> =
        (0..names.len()).map(|index| TextColumn { left: index, right: index, ..TextColumn::default() }).collect();
    let inferred = csvq_text::infer(table, table, &sample, text::ragged(spec), control)?;
    let rule = |(name, inferred): (&String, Option<ColumnType>)| Rule {
        column_type: spec.types.declared(name).or(inferred).unwrap_or(ColumnType::Text),
        declared: true,
        empty_is_null: true,
        ..Rule::default()
    };
    Ok(names.iter().zip(inferred).map(rule).collect())
}
