//! Where a table comes from.

use std::ffi::CStr;
use std::path::PathBuf;

use csvq_core::source::Source as CoreSource;
use csvq_core::table::{ArrowArray, ArrowArrayStream, ArrowSchema, Table as CoreTable};
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
        let stream: Moved<ArrowArrayStream> = moved(&capsule, c"arrow_array_stream")?;
        let table = detached(py, move || {
            let stream = stream;
            // SAFETY: a capsule of this name holds an initialized stream, which the Arrow PyCapsule interface lets its
            // consumer move out; the capsule lives until this returns, and nobody else knows of it.
            unsafe { CoreTable::import_stream(name, stream.0) }
        })?;
        Ok(Self(CoreSource::Table(table)))
    }

    /// Anything that offers its columns as one Arrow array of structs.
    #[staticmethod]
    fn array(py: Python<'_>, name: String, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (schema, array): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
            object.call_method0("__arrow_c_array__")?.extract()?;
        let from: Moved<ArrowSchema> = moved(&schema, c"arrow_schema")?;
        let values: Moved<ArrowArray> = moved(&array, c"arrow_array")?;
        let table = detached(py, move || {
            let (from, values) = (from, values);
            // SAFETY: as for streams.
            unsafe { CoreTable::import_array(name, from.0, values.0) }
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

/// What a capsule holds, on its way to where the GIL is not held.
struct Moved<T>(*mut T);

// SAFETY: what Arrow's C interfaces hand over may be used from any thread, one at a time.
unsafe impl<T: Send> Send for Moved<T> {}

fn moved<T: Send>(capsule: &Bound<'_, PyAny>, name: &'static CStr) -> PyResult<Moved<T>> {
    let is_none = |_| PyTypeError::new_err("the Arrow interface of this object gave something else than a PyCapsule");
    let pointer = capsule.cast::<PyCapsule>().map_err(is_none)?.pointer_checked(Some(name))?;
    Ok(Moved(pointer.as_ptr().cast()))
}
