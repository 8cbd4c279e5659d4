//! The report of a comparison that came to no result.

use super::model::{Details, Highlights, Metadata, Report, SCHEMA_VERSION, Status};
use crate::error::{Error, ErrorKind};

impl Report {
    /// What is reported where a comparison failed, was cancelled or ran out of time: not equal, and why.
    ///
    /// ```
    /// use csvq_core::report::{Report, Status};
    /// use csvq_core::{Error, ErrorKind};
    /// let report = Report::failed("row_compare", &Error::new(ErrorKind::Cancelled, "the comparison was cancelled"));
    /// assert!(!report.is_equal);
    /// assert_eq!(report.metadata.status, Status::Cancelled);
    /// ```
    #[must_use]
    pub fn failed(plugin_name: &str, error: &Error) -> Self {
        let (status, what) = match error.kind() {
            ErrorKind::Cancelled => (Status::Cancelled, "Execution cancelled"),
            ErrorKind::TimedOut => (Status::TimedOut, "Execution timed out"),
            _ => (Status::Error, "Execution failed"),
        };
        let reason = error.to_string();
        Self {
            schema_version: SCHEMA_VERSION.to_owned(),
            is_equal: false,
            details: Details { summary: format!("{what}: {reason}"), errors: vec![reason], ..Details::default() },
            highlights: Highlights::default(),
            metadata: Metadata { plugin_name: plugin_name.to_owned(), status, ..Metadata::default() },
        }
    }
}
