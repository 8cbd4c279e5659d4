//! Every row that differs, one JSON object a line, in the shape of the report's `details.rows`.

use std::io::Write;

use super::{RenderError, RenderOptions, json, stream};
use crate::report::rows::Comparison;

pub(super) fn render(comparison: &Comparison, options: &RenderOptions, out: &mut dyn Write) -> Result<(), RenderError> {
    stream::each_row(comparison, options.limit, &mut |row| json::write_line(row, out))
}
