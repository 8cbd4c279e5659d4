//! Frames for the benches: ten columns of every kind, one in a hundred rows changed, a few rows on one side alone.

use polars::prelude::{Column, DataFrame, DataType, PolarsResult, TimeUnit};

use crate::cells::mix;

const WORDS: [&str; 10] = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet"];
/// Of so many rows one is changed, and of so many one is on the left alone and one on the right.
const CHANGED_EVERY: u64 = 100;
const ALONE_EVERY: u64 = 1000;

/// A frame of so many rows, and the one that it became, in the same order or shuffled.
///
/// # Errors
/// Those of polars, which has none for these columns.
pub fn pair(rows: usize, shuffled: bool) -> PolarsResult<[DataFrame; 2]> {
    let left: Vec<u64> = (0..rows as u64).collect();
    let kept = left.iter().copied().filter(|row| !row.is_multiple_of(ALONE_EVERY));
    let mut right: Vec<u64> = kept.chain((0..rows as u64 / ALONE_EVERY).map(|more| rows as u64 + more)).collect();
    if shuffled {
        crate::shuffle(&mut right);
    }
    Ok([frame(&left, false)?, frame(&right, true)?])
}

/// A frame of so many columns of numbers and an `id`.
///
/// # Errors
/// Those of polars, which has none for these columns.
pub fn wide(rows: usize, columns: usize) -> PolarsResult<DataFrame> {
    let of = |column: usize| (0..rows).map(move |row| mix((row * columns + column) as u64) as i64 % 100_000);
    let ids = Column::new("id".into(), (0..rows as i64).collect::<Vec<_>>());
    let others = (1..columns).map(|column| Column::new(format!("c{column}").into(), of(column).collect::<Vec<_>>()));
    DataFrame::new_infer_height(std::iter::once(ids).chain(others).collect())
}

/// The values of each column of a [`pair`]'s frame, encoded as `hash_compare` hashes them.
///
/// # Errors
/// Those of polars, where a column has another type.
pub fn encoded(frame: &DataFrame) -> PolarsResult<Vec<Vec<u8>>> {
    let column = |column: &Column| -> PolarsResult<Vec<u8>> {
        let series = column.as_materialized_series();
        Ok(match series.dtype() {
            DataType::Int64 => series.i64()?.into_no_null_iter().flat_map(i64::to_le_bytes).collect(),
            DataType::Float64 => series.f64()?.into_no_null_iter().flat_map(f64::to_le_bytes).collect(),
            DataType::Boolean => series.bool()?.iter().flatten().map(u8::from).collect(),
            DataType::String => {
                let texts = series.str()?.iter().flatten();
                texts.flat_map(|text| std::iter::once(text.len() as u8).chain(text.bytes())).collect()
            }
            _ => {
                let times = series.to_physical_repr().i64()?.clone();
                times.into_no_null_iter().flat_map(|time| (i128::from(time) * 2000).to_le_bytes()).collect()
            }
        })
    };
    frame.columns().iter().map(column).collect()
}

fn frame(rows: &[u64], is_changed: bool) -> PolarsResult<DataFrame> {
    let noise = |row: &u64, column: u64| mix(row ^ mix(column));
    let word = |row: &u64, column: u64| WORDS[noise(row, column) as usize % WORDS.len()];
    let quantity = |row: &u64| noise(row, 6) as i64 & 1023;
    let amount = |row: &u64| {
        let changed = if is_changed && row % CHANGED_EVERY == 7 { 150 } else { 0 };
        (noise(row, 4) % 20_000 + changed) as f64 / 100.0
    };
    let note = |row: &u64| {
        let note = format!("{} {}", word(row, 8), word(row, 9));
        if quantity(row) % 17 == 0 { format!("{note}, \"q\" said") } else { note }
    };
    let texts = |text: &dyn Fn(&u64) -> String| rows.iter().map(text).collect::<Vec<_>>();
    let times: Vec<i64> =
        rows.iter().map(|row| 1_500_000_000_000_000 + (noise(row, 7) % 200_000_000) as i64 * 1_000_000).collect();
    let times = Column::new("ts".into(), times).cast(&DataType::Datetime(TimeUnit::Microseconds, None))?;
    DataFrame::new_infer_height(vec![
        Column::new("id".into(), rows.iter().map(|row| *row as i64).collect::<Vec<_>>()),
        Column::new("account".into(), texts(&|row| format!("AC{:010}", noise(row, 1) % 1_000_000_000))),
        Column::new("name".into(), texts(&|row| word(row, 2).to_owned())),
        Column::new("city".into(), texts(&|row| word(row, 3).to_owned())),
        Column::new("amount".into(), rows.iter().map(amount).collect::<Vec<_>>()),
        Column::new("rate".into(), rows.iter().map(|row| noise(row, 5) as f64 / u64::MAX as f64).collect::<Vec<_>>()),
        Column::new("qty".into(), rows.iter().map(quantity).collect::<Vec<_>>()),
        times,
        Column::new("flag".into(), rows.iter().map(|row| noise(row, 10) & 1 == 1).collect::<Vec<_>>()),
        Column::new("note".into(), texts(&note)),
    ])
}
