//! Every row that differs, one JSON object a line, in the shape of the report's `details.rows`.
//!
//! Of a comparison that is not of rows, what it found instead: an object for each column, digest or change of the schema,
//! whose `table` says which.

use std::io::Write;

use serde_json::Value;

use super::{RenderError, RenderOptions, json, stream};
use crate::report::findings::findings;
use crate::report::rows::Comparison;

pub(super) fn render(comparison: &Comparison, options: &RenderOptions, out: &mut dyn Write) -> Result<(), RenderError> {
    let found = findings(&comparison.report);
    if found.is_empty() {
        return stream::each_row(comparison, options.limit, &mut |row| json::write_line(row, out));
    }
    for table in &found {
        for record in &table.records {
            let name = Value::from(table.name);
            let fields = table.names().zip(record);
            json::write_object(std::iter::once(("table", &name)).chain(fields), out)?;
        }
    }
    Ok(())
}
