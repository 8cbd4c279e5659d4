//! A generated table in every form that a comparison takes.

use std::sync::Arc;

use csvq_core::source::Source;
use csvq_core::table::Table;
use csvq_tests::writing::{Style, write};
use polars::prelude::{Column, DataFrame, DataType, IntoColumn, IntoSeries, NewChunkedArray, TimeUnit};
use polars::prelude::{CompatLevel, Int128Chunked, PlSmallStr};
use polars_arrow::array::Array;
use polars_arrow::datatypes::ArrowSchema;
use polars_arrow::io::ipc::write::{Compression, FileWriter, StreamWriter, WriteOptions};
use polars_arrow::record_batch::RecordBatchT;

use super::model::{Cell, DAYS, DECIMALS, FLOATS, INTEGERS, Kind, MOMENTS, Pair, TEXTS, UNSIGNED};

type RecordBatch = RecordBatchT<Box<dyn Array>>;

/// A form of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Frame,
    /// A frame in several pieces.
    Pieces,
    Parquet,
    /// An Arrow file.
    Arrow,
    /// An Arrow stream.
    Stream,
    /// JSON, an object a line.
    Lines,
}

impl Form {
    /// Pairs of forms of which one at least has types.
    pub(super) fn combinations() -> Vec<(Self, Self)> {
        use Form::{Arrow, Frame, Lines, Parquet, Pieces, Stream, Text};
        vec![
            (Frame, Frame),
            (Pieces, Frame),
            (Parquet, Pieces),
            (Text, Frame),
            (Parquet, Text),
            (Arrow, Stream),
            (Lines, Arrow),
        ]
    }

    /// Pairs of forms that both have types.
    pub(super) fn typed() -> Vec<(Self, Self)> {
        let mut pairs = Self::combinations();
        pairs.retain(|(left, right)| ![left, right].iter().any(|form| [Self::Text, Self::Lines].contains(form)));
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
        Form::Arrow => {
            let batch = batch(frame(pair, rows));
            let options = WriteOptions { compression: Some(Compression::LZ4) };
            let mut writer = FileWriter::try_new(Vec::new(), batch.schema().clone().into(), None, options).unwrap();
            writer.write(&batch, None).unwrap();
            writer.finish().unwrap();
            Source::Bytes { name, bytes: writer.into_inner().into() }
        }
        Form::Stream => {
            let (batch, mut bytes) = (batch(frame(pair, rows)), Vec::new());
            let mut writer = StreamWriter::new(&mut bytes, WriteOptions { compression: None });
            writer.start(batch.schema(), None).unwrap();
            writer.write(&batch, None).unwrap();
            writer.finish().unwrap();
            Source::Bytes { name, bytes: bytes.into() }
        }
        // Without a row there is no line, and so no column.
        Form::Lines if rows.is_empty() => source(pair, side, Form::Frame),
        Form::Lines => Source::Bytes { name, bytes: lines(pair, side).into_bytes().into() },
    }
}

fn batch(frame: DataFrame) -> RecordBatch {
    let height = frame.height();
    let fields = frame.columns().iter().map(|column| {
        let field = column.dtype().to_arrow_field(column.name().clone(), CompatLevel::newest());
        (field.name.clone(), field)
    });
    let schema: ArrowSchema = fields.collect();
    RecordBatch::new(height, Arc::new(schema), frame.rechunk_into_arrow(CompatLevel::newest()))
}

/// An object for each row: numbers and truth bare where JSON has them, everything else as text.
fn lines(pair: &Pair, side: usize) -> String {
    let object = |(cells, texts): (&Vec<Cell>, Vec<String>)| {
        let members = pair.names().into_iter().zip(&pair.kinds).zip(cells.iter().zip(texts));
        let members = members.map(|((name, kind), (cell, text))| {
            let bare = matches!(kind, Kind::Integer | Kind::Unsigned | Kind::Boolean | Kind::Float)
                && !["inf", "NaN"].contains(&&*text);
            let value = match cell {
                None => "null".to_owned(),
                Some(_) if bare => text,
                Some(_) => serde_json::to_string(&text).unwrap(),
            };
            format!("\"{name}\":{value}")
        });
        format!("{{{}}}\n", members.collect::<Vec<_>>().join(","))
    };
    pair.sides[side].iter().zip(pair.texts(side)).map(object).collect()
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
