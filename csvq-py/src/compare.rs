//! Comparisons, and a look at one table.

use csvq_core::compare::{Job, comparator, inspect};
use csvq_core::control::Control;
use csvq_core::spec::CompareSpec;
use csvq_core::{Error, ErrorKind, Result};
use pyo3::prelude::*;
use serde_json::{Map, Value};

use crate::comparison::Comparison;
use crate::error::raised;
use crate::run::run;
use crate::source::Source;

/// Compares two sources. Settings and the comparator's parameters are JSON objects.
#[pyfunction]
#[pyo3(signature = (comparator_name, left, right, settings, parameters, progress=None))]
pub(crate) fn compare(
    py: Python<'_>,
    comparator_name: &str,
    left: &Source,
    right: &Source,
    settings: &str,
    parameters: &str,
    progress: Option<Py<PyAny>>,
) -> PyResult<Comparison> {
    let control = Control::new();
    let job = || -> Result<_> {
        let comparator = comparator(comparator_name)
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no comparison of this name"))?;
        let spec = spec(settings)?;
        spec.validate()?;
        let parameters = object(parameters)?;
        let control = control.clone();
        Ok((comparator, Job { left: left.to_core(), right: right.to_core(), spec, parameters, control }))
    };
    let (comparator, job) = job().map_err(|error| raised(py, &error))?;
    let found = run(py, &control, progress.as_ref(), move || comparator.compare(job))?;
    Ok(Comparison::new(found, control))
}

/// What the columns of a table hold and which could be a key, as JSON.
#[pyfunction]
pub(crate) fn profile(py: Python<'_>, table: &Source, settings: &str) -> PyResult<String> {
    let control = Control::new();
    let spec = spec(settings).map_err(|error| raised(py, &error))?;
    let source = table.to_core();
    run(py, &control, None, || {
        let profile = inspect::columns(&source, &spec, &control)?;
        serde_json::to_string(&profile).map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))
    })
}

/// The names of all settings.
#[pyfunction]
pub(crate) fn setting_names() -> Vec<&'static str> {
    CompareSpec::field_names().to_vec()
}

fn spec(settings: &str) -> Result<CompareSpec> {
    CompareSpec::from_value(Value::Object(object(settings)?))
}

fn object(text: &str) -> Result<Map<String, Value>> {
    serde_json::from_str(text).map_err(|error| Error::new(ErrorKind::InvalidSpec, error.to_string()))
}
