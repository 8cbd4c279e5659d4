//! Writes down what is told of one table: text, JSON, JSON lines, CSV, Markdown.

use std::io::{self, Write};

use super::markdown::{code, value_code};
use super::{Format, RenderError, RenderOptions, json, text};
use crate::report::inspection::{ColumnProfile, TableHead, TableProfile};
use crate::report::number::thousands;
use crate::report::quote::RecordWriter;

/// Writes the first rows of a table: as text or Markdown a table of them; as JSON the whole [`TableHead`]; as JSON lines
/// an object for each row; as CSV a header and the rows, nulls as empty cells.
///
/// # Errors
/// Those of `out`.
///
/// ```
/// use csvq_core::report::render::{Format, RenderOptions, render_head};
/// use csvq_core::report::{HeadColumn, TableHead};
/// let column = HeadColumn { name: "id".into(), column_type: "int64".into() };
/// let head = TableHead { columns: vec![column], rows: vec![vec![Some("7".into())]], ..TableHead::default() };
/// let mut out = Vec::new();
/// render_head(&head, Format::Csv, &RenderOptions::default(), &mut out)?;
/// assert_eq!(out, b"id\n7\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn render_head(
    head: &TableHead,
    format: Format,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> Result<(), RenderError> {
    let names = || head.columns.iter().map(|column| &column.name);
    match format {
        Format::Text => text::head(head, options, out)?,
        Format::Json => json::render(head, out)?,
        Format::Jsonl => head.rows.iter().try_for_each(|row| {
            json::write_object(names().map(String::as_str).zip(row), out)
        })?,
        Format::Csv => {
            let mut writer = RecordWriter::new(out, options.escape_formulas);
            writer.write(names())?;
            head.rows
                .iter()
                .try_for_each(|row| writer.write(row.iter().map(|cell| cell.as_deref().unwrap_or_default())))?;
        }
        Format::Markdown => {
            table(names().map(|name| code(name)), out)?;
            head.rows.iter().try_for_each(|row| line(row.iter().map(value_code), out))?;
        }
    }
    Ok(())
}

/// Writes what is told of a table's columns: as JSON the whole [`TableProfile`]; else a line, object or record for each
/// column.
///
/// # Errors
/// Those of `out`.
pub fn render_profile(
    profile: &TableProfile,
    format: Format,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> Result<(), RenderError> {
    match format {
        Format::Text => text::profile(profile, options, out)?,
        Format::Json => json::render(profile, out)?,
        Format::Jsonl => profile.columns.iter().try_for_each(|column| json::write_line(column, out))?,
        Format::Csv => {
            let mut writer = RecordWriter::new(out, options.escape_formulas);
            writer.write(HEADER)?;
            profile.columns.iter().try_for_each(|column| writer.write(record(column)))?;
        }
        Format::Markdown => {
            writeln!(out, "# {}: {} rows\n", code(&profile.name), thousands(profile.rows))?;
            table(HEADER.into_iter().map(str::to_owned), out)?;
            profile.columns.iter().try_for_each(|column| {
                let [name, column_type, nullable, nulls, distinct, _, _, mean, unique] = record(column);
                let (least, greatest) = (value_code(&column.values.min), value_code(&column.values.max));
                line([code(&name), column_type, nullable, nulls, distinct, least, greatest, mean, unique], out)
            })?;
            let keys: Vec<String> = profile.keys.iter().map(|key| code(&key.join(","))).collect();
            if !keys.is_empty() {
                writeln!(out, "\nCould be a key: {}", keys.join(", "))?;
            }
        }
    }
    Ok(())
}

const HEADER: [&str; 9] = ["column", "type", "nullable", "nulls", "distinct", "min", "max", "mean", "is_unique"];

fn record(column: &ColumnProfile) -> [String; 9] {
    let values = &column.values;
    [
        column.name.clone(),
        column.column_type.clone(),
        column.nullable.map(|nullable| nullable.to_string()).unwrap_or_default(),
        values.nulls.to_string(),
        values.distinct.to_string(),
        values.min.clone().unwrap_or_default(),
        values.max.clone().unwrap_or_default(),
        values.mean.map(|mean| mean.to_string()).unwrap_or_default(),
        column.is_unique.to_string(),
    ]
}

fn table(names: impl Iterator<Item = String> + Clone, out: &mut dyn Write) -> io::Result<()> {
    let count = names.clone().count();
    line(names, out)?;
    writeln!(out, "|{}", "---|".repeat(count))
}

fn line(cells: impl IntoIterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.into_iter().collect();
    writeln!(out, "| {} |", cells.join(" | "))
}
