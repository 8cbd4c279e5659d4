//! A generated table in every form that a comparison takes.

use csvq_core::source::Source;
use csvq_core::table::Table;
use csvq_tests::writing::{Style, write};
use polars::prelude::{Column, DataFrame, DataType, IntoColumn, IntoSeries, NewChunkedArray, TimeUnit};
use polars::prelude::{Int128Chunked, PlSmallStr};

use super::model::{Cell, DAYS, DECIMALS, FLOATS, INTEGERS, Kind, MOMENTS, Pair, TEXTS, UNSIGNED};

/// A form of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Frame,
    /// A frame in several pieces.
    Pieces,
    Parquet,
}

impl Form {
    /// Pairs of forms of which one at least has types.
    pub(super) fn combinations() -> Vec<(Self, Self)> {
        use Form::{Frame, Parquet, Pieces, Text};
        vec![(Frame, Frame), (Pieces, Frame), (Parquet, Pieces), (Text, Frame), (Parquet, Text)]
    }

    /// Pairs of forms that both have types.
    pub(super) fn typed() -> Vec<(Self, Self)> {
        let mut pairs = Self::combinations();
        pairs.retain(|(left, right)| ![left, right].contains(&&Self::Text));
        pairs
    }
}

/// A side of a pair in a form.
pub(super) fn source(pair: &Pair, side: usize, form: Form) -> Source {
    let name = ["left", "right"][side].to_owned();
    let rows = &pair.sides[side];
    match form {
        Form::Text => {
            let bytes = write(&pair.names(), &pair.texts(side), &Style::default());
            Source::Bytes { name, bytes: bytes.into() }
        }
        Form::Frame => Source::Table(Table::new(name, frame(pair, rows)).unwrap()),
        Form::Pieces => {
            let (first, rest) = rows.split_at(rows.len() / 3);
            let mut pieces = frame(pair, first);
            pieces.vstack_mut(&frame(pair, rest)).unwrap();
            Source::Table(Table::new(name, pieces).unwrap())
        }
        Form::Parquet => {
            let mut bytes = Vec::new();
            Table::new(name.clone(), frame(pair, rows)).unwrap().write_parquet(&mut bytes).unwrap();
            Source::Bytes { name, bytes: bytes.into() }
        }
    }
}

fn frame(pair: &Pair, rows: &[Vec<Cell>]) -> DataFrame {
    let columns = pair.kinds.iter().zip(pair.names()).enumerate();
    let columns = columns.map(|(at, (kind, name))| column(*kind, name.into(), rows.iter().map(|row| row[at])));
    DataFrame::new(rows.len(), columns.collect()).unwrap()
}

fn column(kind: Kind, name: PlSmallStr, cells: impl Iterator<Item = Cell>) -> Column {
    fn pick<T: Copy>(values: &[T], cells: impl Iterator<Item = Cell>) -> Vec<Option<T>> {
        cells.map(|cell| cell.map(|at| values[at % values.len()])).collect()
    }
    match kind {
        Kind::Integer => Column::new(name, pick(&INTEGERS, cells)),
        Kind::Unsigned => Column::new(name, pick(&UNSIGNED, cells)),
        Kind::Text => Column::new(name, pick(&TEXTS, cells)),
        Kind::Float => Column::new(name, pick(&FLOATS, cells)),
        Kind::Boolean => Column::new(name, pick(&[false, true], cells)),
        Kind::Date => Column::new(name, pick(&DAYS, cells)).cast(&DataType::Date).unwrap(),
        Kind::Moment => {
            Column::new(name, pick(&MOMENTS, cells)).cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap()
        }
        Kind::Decimal => {
            let cells = pick(&DECIMALS, cells);
            let numbers = Int128Chunked::from_slice_options(name, &cells);
            numbers.into_decimal_unchecked(30, 2).into_series().into_column()
        }
    }
}
