//! Tables in memory, in and out.

use csvq_core::table::{ArrowArrayStream, Table as CoreTable};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList};

use crate::run::detached;
use crate::values;

/// Columns of one length, each with a name and a type.
#[pyclass(frozen, module = "csvq._csvq")]
pub(crate) struct Table(CoreTable);

impl Table {
    pub(crate) fn new(table: CoreTable) -> Self {
        Self(table)
    }

    pub(crate) fn to_core(&self) -> CoreTable {
        self.0.clone()
    }
}

#[pymethods]
impl Table {
    /// A table of columns: each its name, its kind, its values (a list, or bytes of numbers) and which of them are null.
    #[staticmethod]
    fn from_columns(py: Python<'_>, name: String, columns: Vec<values::Given<'_>>) -> PyResult<Self> {
        let columns = columns.into_iter().map(values::column).collect::<PyResult<Vec<_>>>()?;
        detached(py, || CoreTable::from_columns(name, columns)).map(Self)
    }

    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    #[getter]
    fn num_rows(&self) -> u64 {
        self.0.rows()
    }

    /// The names of the columns, and their types.
    fn schema(&self) -> Vec<(String, String)> {
        self.0.fields().iter().map(|field| (field.name.clone(), field.data_type.to_string())).collect()
    }

    /// The values of a column from a row on, as Python has them.
    #[pyo3(signature = (index, start=0, rows=None))]
    fn column<'py>(
        &self,
        py: Python<'py>,
        index: usize,
        start: usize,
        rows: Option<usize>,
    ) -> PyResult<Bound<'py, PyList>> {
        let values = detached(py, || self.0.values(index))?;
        let list = PyList::empty(py);
        for (at, value) in values.iter().skip(start).take(rows.unwrap_or(usize::MAX)).enumerate() {
            // Many values take a while, in which Ctrl-C is heard.
            if at.is_multiple_of(1 << 14) {
                py.check_signals()?;
            }
            list.append(values::to_python(py, value)?)?;
        }
        Ok(list)
    }

    /// The table as an Arrow C stream, which shares its memory.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // Whoever asks for another schema casts: the interface leaves that to them.
        drop(requested_schema);
        let stream: ArrowArrayStream = self.0.export_stream();
        // The stream releases itself when it is dropped, unless its consumer has moved it out.
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }
}
