//! Values to and from Python: numbers, text and times as its own types.

use csvq_core::table::{ColumnValues, Value};
use csvq_core::types::TimeUnit;
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList, PyType};

/// A column as Python gives it: its name, its kind, its values (a list with `None` for nulls, or bytes of numbers), and
/// for bytes which of them are null: a byte each, 1 where it is.
pub(crate) type Given<'py> = (String, String, Bound<'py, PyAny>, Option<Vec<u8>>);

/// Days of 1970-01-01 in Python's count, which begins with the year 1.
const EPOCH_ORDINAL: i64 = 719_163;

/// A column for a table.
pub(crate) fn column((name, kind, data, nulls): Given<'_>) -> PyResult<(String, ColumnValues)> {
    let nulls = nulls.as_deref();
    let (kind, detail) = kind.trim_end_matches(']').split_once('[').unwrap_or((&kind, ""));
    let (unit, zone) = match detail.split_once(", ") {
        Some((unit, zone)) => (unit, Some(zone.to_owned())),
        None => (detail, None),
    };
    let values = match kind {
        "integer" => ColumnValues::Integers(numbers(&data, nulls, i64::from_le_bytes)?),
        "unsigned" => ColumnValues::Unsigned(numbers(&data, nulls, u64::from_le_bytes)?),
        "float" => ColumnValues::Floats(numbers(&data, nulls, f64::from_le_bytes)?),
        "boolean" => ColumnValues::Booleans(numbers(&data, nulls, |[byte]: [u8; 1]| byte != 0)?),
        "date" => ColumnValues::Dates(numbers(&data, nulls, i32::from_le_bytes)?),
        "timestamp" => {
            let values = numbers(&data, nulls, i64::from_le_bytes)?;
            ColumnValues::Timestamps { unit: time_unit(unit)?, zone, values }
        }
        "duration" => {
            let values = numbers(&data, nulls, i64::from_le_bytes)?;
            ColumnValues::Durations { unit: time_unit(unit)?, values }
        }
        "text" => ColumnValues::Texts(data.extract()?),
        "bytes" => ColumnValues::Bytes(data.extract()?),
        "decimal" => {
            let scale = unit.parse().map_err(|_| PyValueError::new_err("decimal needs a scale, as in decimal[2]"))?;
            ColumnValues::Decimals { scale, values: data.extract()? }
        }
        other => return Err(PyValueError::new_err(format!("there is no kind of column called {other}"))),
    };
    Ok((name, values))
}

/// Numbers from a list, or from their bytes, little-endian.
fn numbers<'py, T, const WIDTH: usize>(
    data: &Bound<'py, PyAny>,
    nulls: Option<&[u8]>,
    read: impl Fn([u8; WIDTH]) -> T,
) -> PyResult<Vec<Option<T>>>
where
    Vec<Option<T>>: for<'a> FromPyObject<'a, 'py, Error = PyErr>,
{
    let Ok(bytes) = data.cast::<PyBytes>() else { return data.extract() };
    let (chunks, rest) = bytes.as_bytes().as_chunks::<WIDTH>();
    if !rest.is_empty() || nulls.is_some_and(|nulls| nulls.len() != chunks.len()) {
        return Err(PyValueError::new_err("the bytes of a column do not fit its kind or its nulls"));
    }
    let is_null = |row: usize| nulls.is_some_and(|nulls| nulls[row] != 0);
    Ok(chunks.iter().enumerate().map(|(row, bytes)| (!is_null(row)).then(|| read(*bytes))).collect())
}

fn time_unit(name: &str) -> PyResult<TimeUnit> {
    let units = [TimeUnit::Seconds, TimeUnit::Milliseconds, TimeUnit::Microseconds, TimeUnit::Nanoseconds];
    let unit = units.into_iter().find(|unit| unit.symbol() == name);
    unit.ok_or_else(|| PyValueError::new_err("a unit of time is s, ms, us or ns"))
}

/// A value as Python has it. Times are cut to microseconds, which is as fine as Python's are.
pub(crate) fn to_python<'py>(py: Python<'py>, value: Value<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Boolean(value) => value.into_pyobject(py)?.to_owned().into_any(),
        Value::Integer(value) => value.into_pyobject(py)?.into_any(),
        Value::Unsigned(value) => value.into_pyobject(py)?.into_any(),
        Value::Float(value) => value.into_pyobject(py)?.into_any(),
        Value::Text(value) => value.into_pyobject(py)?.into_any(),
        Value::Bytes(value) => PyBytes::new(py, value).into_any(),
        Value::Decimal { unscaled, scale } => {
            class(py, &DECIMAL, "decimal", "Decimal")?.call1((format!("{unscaled}E-{scale}"),))?
        }
        Value::Date(days) => {
            let ordinal = EPOCH_ORDINAL + i64::from(days);
            class(py, &DATE, "datetime", "date")?.call_method1("fromordinal", (ordinal,))?
        }
        Value::Time(nanos) => {
            let (seconds, micros) = (nanos / 1_000_000_000, nanos % 1_000_000_000 / 1000);
            let time = class(py, &TIME, "datetime", "time")?;
            time.call1((seconds / 3600, seconds / 60 % 60, seconds % 60, micros))?
        }
        Value::Timestamp { value, unit, zone } => timestamp(py, micros(value, unit), zone)?,
        Value::Duration { value, unit } => duration(py, micros(value, unit))?,
        Value::List(values) => {
            let values = values.into_iter().map(|value| to_python(py, value)).collect::<PyResult<Vec<_>>>()?;
            PyList::new(py, values)?.into_any()
        }
        Value::Struct(fields) => {
            let dict = PyDict::new(py);
            for (name, value) in fields {
                dict.set_item(name, to_python(py, value)?)?;
            }
            dict.into_any()
        }
        _ => return Err(PyValueError::new_err("the column holds values that this version can't show")),
    })
}

static DATE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static DATETIME: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static TIME: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static TIMEDELTA: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static ZONEINFO: PyOnceLock<Py<PyType>> = PyOnceLock::new();

fn class<'py>(
    py: Python<'py>,
    cell: &PyOnceLock<Py<PyType>>,
    module: &str,
    name: &str,
) -> PyResult<Bound<'py, PyType>> {
    Ok(cell.import(py, module, name)?.clone())
}

fn micros(value: i64, unit: TimeUnit) -> i128 {
    (i128::from(value) * i128::from(unit.nanoseconds())).div_euclid(1000)
}

fn duration(py: Python<'_>, micros: i128) -> PyResult<Bound<'_, PyAny>> {
    class(py, &TIMEDELTA, "datetime", "timedelta")?.call1((0, 0, micros))
}

/// A naive time without a zone, else one in it; in UTC where the system does not know the zone.
fn timestamp<'py>(py: Python<'py>, micros: i128, zone: Option<&str>) -> PyResult<Bound<'py, PyAny>> {
    let datetime = class(py, &DATETIME, "datetime", "datetime")?;
    let moment = datetime.call1((1970, 1, 1))?.call_method1("__add__", (duration(py, micros)?,))?;
    let Some(zone) = zone else { return Ok(moment) };
    let utc = py.import("datetime")?.getattr("timezone")?.getattr("utc")?;
    let options = PyDict::new(py);
    options.set_item("tzinfo", &utc)?;
    let moment = moment.call_method("replace", (), Some(&options))?;
    match class(py, &ZONEINFO, "zoneinfo", "ZoneInfo")?.call1((zone,)) {
        Ok(zone) => moment.call_method1("astimezone", (zone,)),
        // It is a `ZoneInfoNotFoundError`, or for what is no name of a zone a `ValueError`.
        Err(error) if error.is_instance_of::<PyKeyError>(py) || error.is_instance_of::<PyValueError>(py) => Ok(moment),
        Err(error) => Err(error),
    }
}
