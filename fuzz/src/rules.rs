//! Rules of columns, and cells that bring them to their edges, out of the fuzzer's bytes.

use arbitrary::{Result, Unstructured};
use csvq_text::{ColumnType, Rule};

/// Cells that are something to some rule.
pub const CELLS: &[&str] = &[
    "",
    " ",
    "a",
    "A",
    " a ",
    "é",
    "É",
    "ß",
    "ẞ",
    "İ",
    "i̇",
    "NA",
    "n/a",
    "0",
    "-0",
    "+0",
    "00",
    "0.0",
    "-0.0",
    ".",
    "1",
    "01",
    "1.0",
    "1.",
    ".5",
    "0.5",
    "1e0",
    "10e-1",
    "1e400",
    "-1e400",
    "1e2147483647",
    "1e-2147483648",
    "9007199254740992",
    "9007199254740993",
    "170141183460469231731687303715884105727",
    "340282366920938463463374607431768211456",
    "nan",
    "NaN",
    "-nan",
    "inf",
    "-Infinity",
    "true",
    "T",
    "yes",
    "no",
    "f",
    "2024-02-29",
    "2023-02-29",
    "2024-01-01T00:00:00",
    "2024-01-01 00:00:00.5",
    "2024-01-01T00:00:00Z",
    "2024-01-01T01:00:00+01:00",
    "0000-01-01",
    "9999-12-31T23:59:60Z",
    "-262143-01-01",
    "01/02/2024",
    "31.12.2024",
];

/// A rule; mostly the plain one.
pub fn rule(u: &mut Unstructured<'_>) -> Result<Rule> {
    if u.ratio(3, 4)? {
        return Ok(Rule::default());
    }
    any(u)
}

/// Any rule.
pub fn any(u: &mut Unstructured<'_>) -> Result<Rule> {
    let [trim, ignore_case, empty_is_null, nulls, as_number, declared, typed, times] = u.arbitrary::<[bool; 8]>()?;
    let tolerance = |u: &mut Unstructured<'_>| -> Result<Option<f64>> {
        Ok(*u.choose(&[None, None, None, Some(0.0), Some(1e-9), Some(0.5), Some(1e300)])?)
    };
    let formats = ["iso", "%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y %H:%M:%S", "%s", "%Q"];
    Ok(Rule {
        column_type: if typed { *u.choose(ColumnType::ALL)? } else { ColumnType::Text },
        declared,
        trim,
        ignore_case,
        empty_is_null,
        nulls: if nulls { vec![b"NA".to_vec(), b"0".to_vec()] } else { Vec::new() },
        as_number,
        abs_tol: tolerance(u)?,
        rel_tol: tolerance(u)?,
        as_time: if times { vec![(*u.choose(&formats)?).to_owned(), "iso".to_owned()] } else { Vec::new() },
        time_tol: *u.choose(&[None, None, None, Some(0), Some(1), Some(u64::MAX)])?,
    })
}

/// A cell: one of those that mean something, a few of them in a row, or any text.
pub fn cell(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    match u.int_in_range(0..=7)? {
        0..=3 => Ok(u.choose(CELLS)?.as_bytes().to_vec()),
        4 => Ok([*u.choose(CELLS)?, *u.choose(CELLS)?].concat().into_bytes()),
        5 => {
            let count = u.int_in_range(0..=60)?;
            let digits: Result<Vec<u8>> = (0..count).map(|_| Ok(*u.choose(b"000123456789.-+eE")?)).collect();
            digits
        }
        _ => {
            let count = u.int_in_range(0..=24)?;
            let count = u.len().min(count);
            Ok(u.bytes(count)?.to_vec())
        }
    }
}
