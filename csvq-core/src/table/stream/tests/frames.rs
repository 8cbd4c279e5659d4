//! Frames of every type.

use polars::prelude::*;

/// Four rows of every type that a frame can have and csvq can compare, with nulls.
pub(super) fn every_type() -> DataFrame {
    let numbers = Series::new("n".into(), [Some(1_i64), None, Some(100), Some(0)]);
    let texts = Series::new("t".into(), [Some("a"), Some("a text of more than twelve bytes"), None, Some("")]);
    let nested = DataFrame::new_infer_height(vec![
        renamed(&numbers, "x").into(),
        cast(&texts, "y", &DataType::from_categories(Categories::global())).into(),
    ])
    .expect("columns of one length");
    let zone = TimeZone::opt_try_new(Some("Europe/Vienna")).expect("a zone");
    let mut columns =
        vec![texts.clone(), cast(&texts, "binary", &DataType::Binary), nested.into_struct("s".into()).into_series()];
    let of_numbers = [
        DataType::Boolean,
        DataType::Int8,
        DataType::Int16,
        DataType::Int32,
        DataType::Int64,
        DataType::UInt8,
        DataType::UInt16,
        DataType::UInt32,
        DataType::UInt64,
        DataType::Float16,
        DataType::Float32,
        DataType::Float64,
        DataType::Decimal(10, 2),
        DataType::Date,
        DataType::Time,
        DataType::Datetime(TimeUnit::Milliseconds, None),
        DataType::Datetime(TimeUnit::Microseconds, zone),
        DataType::Datetime(TimeUnit::Nanoseconds, None),
        DataType::Duration(TimeUnit::Milliseconds),
        DataType::Duration(TimeUnit::Microseconds),
        DataType::Duration(TimeUnit::Nanoseconds),
    ];
    columns.extend(of_numbers.iter().map(|dtype| cast(&numbers, &format!("{dtype}"), dtype)));
    columns.push(cast(&texts, "categorical", &DataType::from_categories(Categories::global())));
    columns.push(Series::new_null("null".into(), 4));
    let singles: Vec<Series> = columns.clone();
    for (index, single) in singles.iter().enumerate() {
        let rows = [Some(single.slice(0, 2)), None, Some(single.slice(2, 0)), Some(single.slice(1, 3))];
        let lists: ListChunked = rows.into_iter().collect();
        columns.push(lists.with_name(format!("list {index}").into()).into_series());
    }
    let pairs = Series::new(
        "pairs".into(),
        [numbers.slice(0, 2), numbers.slice(1, 2), numbers.slice(2, 2), numbers.slice(0, 2)],
    );
    columns.push(cast(&pairs, "array", &DataType::Array(Box::new(DataType::Int64), 2)));
    DataFrame::new_infer_height(columns.into_iter().map(Column::from).collect()).expect("columns of one length")
}

fn renamed(series: &Series, name: &str) -> Series {
    series.clone().with_name(name.into())
}

fn cast(series: &Series, name: &str, dtype: &DataType) -> Series {
    renamed(&series.cast(dtype).expect("a cast"), name)
}

/// Checks that two frames are of the same types and values.
#[track_caller]
pub(super) fn check_same(left: &DataFrame, right: &DataFrame) {
    assert_eq!(left.schema(), right.schema());
    assert_eq!(left.height(), right.height());
    for (left, right) in left.columns().iter().zip(right.columns()) {
        assert!(left.equals_missing(right), "{left:?} is not {right:?}");
    }
}
