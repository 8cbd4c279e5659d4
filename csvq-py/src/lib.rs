//! `csvq._csvq`, the compiled part of the Python package: Python objects in, csvq-core at work, Python objects out.
//!
//! Nothing is decided here. What a user passes is made one of a few plain things in Python first (`csvq/_sides.py`,
//! `csvq/_options.py`), and what comes back gets its Python face there (`csvq/_comparison.py`, `csvq/_table.py`).

mod command;
mod compare;
mod comparison;
mod error;
mod log;
mod run;
mod source;
mod table;
mod values;

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
fn _csvq(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<comparison::Comparison>()?;
    module.add_class::<source::Source>()?;
    module.add_class::<table::Table>()?;
    module.add_function(wrap_pyfunction!(command::main, module)?)?;
    module.add_function(wrap_pyfunction!(compare::compare, module)?)?;
    module.add_function(wrap_pyfunction!(compare::profile, module)?)?;
    module.add_function(wrap_pyfunction!(compare::setting_names, module)?)?;
    module.add_function(wrap_pyfunction!(error::error_kinds, module)?)
}
