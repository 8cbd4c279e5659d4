//! Where a table comes from.

use std::path::PathBuf;

use csvq_core::source::Source as CoreSource;
use csvq_core::table::{ArrowArrayStream, Table as CoreTable};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::run::detached;
use crate::table::Table;

/// One side of a comparison.
#[pyclass(frozen, module = "csvq._csvq")]
pub(crate) struct Source(CoreSource);

impl Source {
    pub(crate) fn to_core(&self) -> CoreSource {
        self.0.clone()
    }
}

#[pymethods]
impl Source {
    /// A file.
    #[staticmethod]
    fn path(path: PathBuf) -> Self {
        Self(CoreSource::Path(path))
    }

    /// The content of a file.
    #[staticmethod]
    fn bytes(name: String, content: &[u8]) -> Self {
        Self(CoreSource::Bytes { name, bytes: content.into() })
    }

    /// Anything that offers its columns as an Arrow C stream.
    #[staticmethod]
    fn stream(py: Python<'_>, name: String, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let capsule = object.call_method0("__arrow_c_stream__")?;
        let capsule = capsule
            .cast::<PyCapsule>()
            .map_err(|_| PyTypeError::new_err("__arrow_c_stream__ gave something else than a PyCapsule"))?;
        let stream = Stream(capsule.pointer_checked(Some(c"arrow_array_stream"))?.as_ptr().cast());
        let table = detached(py, move || {
            let stream = stream;
            // SAFETY: a capsule of this name holds an initialized stream, which the Arrow PyCapsule interface lets its
            // consumer move out; the capsule lives until this returns, and nobody else knows of it.
            unsafe { CoreTable::import_stream(name, stream.0) }
        })?;
        Ok(Self(CoreSource::Table(table)))
    }

    /// A table that csvq has already.
    #[staticmethod]
    fn table(table: &Table) -> Self {
        Self(CoreSource::Table(table.to_core()))
    }

    /// Its name in messages and reports.
    #[getter]
    fn name(&self) -> String {
        self.0.name()
    }
}

/// A stream on its way to where the GIL is not held.
struct Stream(*mut ArrowArrayStream);

// SAFETY: a stream may be used from any thread, one at a time.
unsafe impl Send for Stream {}
