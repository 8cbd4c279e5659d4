//! From csvq's errors to exceptions. Which class is whose stands in `csvq/_errors.py`.

use csvq_core::{Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The names of all kinds of errors.
#[pyfunction]
pub(crate) fn error_kinds() -> Vec<&'static str> {
    ErrorKind::ALL.iter().map(|kind| kind.name()).collect()
}

/// The exception for an error.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, error).map_or_else(|error| error, PyErr::from_value)
}

fn exception<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyAny>> {
    let at = error.context();
    let context = PyDict::new(py);
    let texts = [("input", &at.input), ("column", &at.column), ("field", &at.field), ("plugin", &at.plugin)];
    for (name, text) in texts.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?))) {
        context.set_item(name, text)?;
    }
    for (name, number) in [("line", at.line), ("byte", at.byte)] {
        if let Some(number) = number {
            context.set_item(name, number)?;
        }
    }
    py.import("csvq._errors")?.getattr("from_kind")?.call1((error.kind().name(), error.to_string(), context))
}
