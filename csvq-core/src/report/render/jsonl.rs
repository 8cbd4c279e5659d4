//! Every row that differs, one JSON object a line, in the shape of the report's `details.rows`.
//!
//! Of a comparison that is not of rows, what it found instead: an object for each column, digest or change of the schema,
//! whose `table` says which.

use std::io::Write;

use serde_json::{Map, Value};

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
            let names = table.header.iter().map(|name| (*name).to_owned());
            let mut object: Map<String, Value> = names.zip(record.iter().cloned()).collect();
            object.insert("table".to_owned(), table.name.into());
            json::write_line(&object, out)?;
        }
    }
    Ok(())
}
