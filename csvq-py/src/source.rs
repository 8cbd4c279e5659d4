//! Where a table comes from.

use std::ffi::CStr;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

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
        let mut stream = taken(&capsule, c"arrow_array_stream", ArrowArrayStream::released())?;
        let table = detached(py, move || {
            // SAFETY: the stream is initialized or released, as a capsule of its name says, and this one's own now.
            unsafe { CoreTable::import_stream(name, &raw mut stream) }
        })?;
        Ok(Self(CoreSource::Table(table)))
    }

    /// Anything that offers its columns as one Arrow array of structs.
    #[staticmethod]
    fn array(py: Python<'_>, name: String, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (schema, array): (Bound<'_, PyAny>, Bound<'_, PyAny>) =
            object.call_method0("__arrow_c_array__")?.extract()?;
        let mut schema = taken(&schema, c"arrow_schema", ArrowSchema::released())?;
        let mut array = taken(&array, c"arrow_array", ArrowArray::released())?;
        let table = detached(py, move || {
            // SAFETY: as for streams.
            unsafe { CoreTable::import_array(name, &raw mut schema, &raw mut array) }
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

/// Moves out what a capsule holds, and leaves there what is released. An object may give one capsule to several threads,
/// of which one gets it.
fn taken<T>(capsule: &Bound<'_, PyAny>, name: &'static CStr, released: T) -> PyResult<T> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let is_none = |_| PyTypeError::new_err("the Arrow interface of this object gave something else than a PyCapsule");
    let pointer = capsule.cast::<PyCapsule>().map_err(is_none)?.pointer_checked(Some(name))?.cast::<T>();
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: by the Arrow PyCapsule interface, a capsule of this name points to such a struct, which its consumer may move
    // out; it lives as long as the capsule, and nobody else reads or writes it meanwhile.
    Ok(unsafe { pointer.replace(released) })
}
