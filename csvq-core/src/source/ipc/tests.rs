use std::io::Write;
use std::sync::Arc;

use polars_arrow::array::{
    BinaryViewArray, BooleanArray, DictionaryArray, FixedSizeListArray, ListArray, NullArray, PrimitiveArray,
    StructArray, Utf8Array, Utf8ViewArray,
};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field as ArrowField, IntervalUnit, TimeUnit};
use polars_arrow::io::ipc::write::{Compression, FileWriter, StreamWriter, WriteOptions};
use polars_arrow::offset::OffsetsBuffer;
use polars_arrow::record_batch::RecordBatchT;

use super::*;
use crate::source::columns::ColumnReader;
use crate::source::positioned::Bytes;
use crate::table::Array;

/// Opens an Arrow file called `left`.
fn open_left(input: impl Into<Bytes>) -> Result<IpcTable> {
    open_file(Backing::new("left", input)?)
}

type Columns = Vec<(&'static str, Array)>;

fn schema(columns: &Columns) -> Arc<ArrowSchema> {
    Arc::new(columns.iter().map(|(name, array)| ArrowField::new((*name).into(), array.dtype().clone(), true)).collect())
}

fn batch(columns: &Columns) -> RecordBatchT<Array> {
    let rows = columns.first().map_or(0, |(_, array)| array.len());
    RecordBatchT::try_new(rows, schema(columns), columns.iter().map(|(_, array)| array.clone()).collect()).unwrap()
}

fn file(columns: &Columns, batches: usize, compression: Option<Compression>) -> Arc<[u8]> {
    let mut writer = FileWriter::try_new(Vec::new(), schema(columns), None, WriteOptions { compression }).unwrap();
    (0..batches).for_each(|_| writer.write(&batch(columns), None).unwrap());
    writer.finish().unwrap();
    writer.into_inner().into()
}

fn stream(columns: &Columns, batches: usize, compression: Option<Compression>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::new(&mut bytes, WriteOptions { compression });
    writer.start(&schema(columns), None).unwrap();
    (0..batches).for_each(|_| writer.write(&batch(columns), None).unwrap());
    writer.finish().unwrap();
    bytes
}

fn present(len: usize) -> Option<Bitmap> {
    Some((0..len).map(|row| row % 3 != 1).collect())
}

/// Columns of most types, some of them nested, with nulls.
fn columns() -> Columns {
    let texts = ["", "a", "longer than twelve bytes", "é", "b"];
    let item = ArrowField::new("item".into(), ArrowDataType::Int64, true);
    let inner = ArrowField::new("t".into(), ArrowDataType::Utf8View, true);
    let numbers = || PrimitiveArray::<i64>::from_vec(vec![5, -4, 3, 2, 1]).with_validity(present(5)).boxed();
    let views = || Utf8ViewArray::from_slice_values(texts).with_validity(present(5)).boxed();
    let offsets = OffsetsBuffer::<i64>::try_from(vec![0, 2, 2, 4, 5, 5]).unwrap();
    let pairs = PrimitiveArray::<i64>::from_vec((0..10).collect()).boxed();
    let keys = PrimitiveArray::<u8>::from_vec(vec![1, 0, 2, 1, 1]).with_validity(present(5));
    let keys_of_list = PrimitiveArray::<u32>::from_vec(vec![1, 0, 2, 1, 1]);
    let values = || Utf8ViewArray::from_slice_values(["x", "yy", "a value longer than twelve"]).boxed();
    let listed = DictionaryArray::try_from_keys(keys_of_list, values(), false).unwrap().boxed();
    let listed_field = ArrowField::new("item".into(), listed.dtype().clone(), true);
    let moment = ArrowDataType::Timestamp(TimeUnit::Microsecond, Some("Europe/Vienna".into()));
    vec![
        ("id", numbers()),
        ("none", NullArray::new(ArrowDataType::Null, 5).boxed()),
        ("flag", BooleanArray::from_slice([true, false, true, true, false]).with_validity(present(5)).boxed()),
        ("text", views()),
        ("utf8", Utf8Array::<i32>::from_slice(texts).with_validity(present(5)).boxed()),
        ("bytes", BinaryViewArray::from_slice_values([&b"\xFF\x00"[..], b"", b"1", b"2", b"3"]).boxed()),
        (
            "list",
            ListArray::new(ArrowDataType::LargeList(Box::new(item.clone())), offsets.clone(), numbers(), present(5))
                .boxed(),
        ),
        (
            "pair",
            FixedSizeListArray::new(ArrowDataType::FixedSizeList(Box::new(item.clone()), 2), 5, pairs, None).boxed(),
        ),
        (
            "struct",
            StructArray::new(ArrowDataType::Struct(vec![item, inner]), 5, vec![numbers(), views()], present(5)).boxed(),
        ),
        ("word", DictionaryArray::try_from_keys(keys, values(), false).unwrap().boxed()),
        ("words", ListArray::new(ArrowDataType::LargeList(Box::new(listed_field)), offsets, listed, None).boxed()),
        ("price", PrimitiveArray::<i128>::from_vec(vec![1, 2, 3, 4, 5]).to(ArrowDataType::Decimal(20, 2)).boxed()),
        ("when", PrimitiveArray::<i64>::from_vec(vec![1, 2, 3, 4, 5]).to(moment).boxed()),
        ("small", PrimitiveArray::<f32>::from_vec(vec![1.5, f32::NAN, 0.0, -0.0, 1.0]).boxed()),
    ]
}

/// What arrays show, to be held against others: NaN too.
fn shown(arrays: &[Array]) -> Vec<String> {
    arrays.iter().map(|array| format!("{array:?}")).collect()
}

#[track_caller]
fn check_table(table: &dyn ColumnReader, expected: &Columns, batches: usize) {
    assert_eq!(table.rows(), 5 * batches as u64);
    assert_eq!(table.fields().len(), expected.len());
    // In an order of its own: a column depends on no other.
    for (index, (name, array)) in expected.iter().enumerate().rev() {
        assert_eq!(table.fields()[index].name, *name);
        let arrays = table.read(index, 1, &Control::new()).unwrap();
        assert_eq!(arrays.len(), batches.max(1));
        assert!(arrays.iter().all(|read| read.dtype() == array.dtype()), "{name}");
        if batches > 0 {
            assert_eq!(shown(&arrays), shown(&vec![array.clone(); batches]), "{name}");
            assert!(table.column_bytes(index) > 0 || *name == "none", "{name}");
        } else {
            assert_eq!(arrays[0].len(), 0);
        }
    }
    table.check_unchanged().unwrap();
}

#[test]
fn what_is_written_is_read() {
    let columns = columns();
    for compression in [None, Some(Compression::LZ4), Some(Compression::ZSTD(Default::default()))] {
        for batches in [0, 1, 3] {
            let bytes = file(&columns, batches, compression);
            check_table(&open_left(Arc::clone(&bytes)).unwrap(), &columns, batches);
            let mut on_disk = tempfile::tempfile().unwrap();
            on_disk.write_all(&bytes).unwrap();
            check_table(&open_left(on_disk).unwrap(), &columns, batches);
            let bytes = stream(&columns, batches, compression);
            let table = read_stream(bytes.as_slice(), "left", &Control::new()).unwrap();
            check_table(&table, &columns, batches);
        }
    }
}

#[test]
fn types_have_csvqs_names() {
    let table = open_left(file(&columns(), 1, None)).unwrap();
    let types: Vec<String> = table.fields().iter().map(|field| field.data_type.to_string()).collect();
    let expected = "int64, null, boolean, text, text, binary, list<int64>, list<int64>, struct<item: int64, t: text>, \
        categorical, list<categorical>, decimal(20, 2), timestamp[us, Europe/Vienna], float32";
    assert_eq!(types.join(", "), expected);
}

#[test]
fn several_threads_read_at_once() {
    let mut on_disk = tempfile::tempfile().unwrap();
    on_disk.write_all(&file(&columns(), 3, Some(Compression::LZ4))).unwrap();
    let table = open_left(on_disk).unwrap();
    std::thread::scope(|scope| {
        for (index, (_, array)) in columns().into_iter().enumerate() {
            let table = &table;
            scope.spawn(move || {
                let arrays = table.read(index, 1, &Control::new()).unwrap();
                assert_eq!(shown(&arrays), shown(&vec![array; 3]));
            });
        }
    });
}

#[test]
fn no_columns_are_a_table() {
    let bytes = file(&Vec::new(), 2, None);
    let table = open_left(bytes).unwrap();
    assert_eq!((table.rows(), table.fields().len()), (0, 0));
    let table = read_stream(stream(&Vec::new(), 1, None).as_slice(), "left", &Control::new()).unwrap();
    assert_eq!((table.rows(), table.fields().len()), (0, 0));
}

#[test]
fn what_is_compressed_well_is_read() {
    let zeros = PrimitiveArray::<i64>::from_vec(vec![0; 3_000_000]).boxed();
    for compression in [Compression::LZ4, Compression::ZSTD(Default::default())] {
        let columns = vec![("zeros", zeros.clone())];
        let bytes = file(&columns, 1, Some(compression));
        assert!(bytes.len() < 200_000);
        let table = open_left(bytes).unwrap();
        assert!(table.column_bytes(0) >= 24_000_000);
        assert_eq!(table.read(0, 1, &Control::new()).unwrap()[0].len(), 3_000_000);
    }
}

#[track_caller]
fn check_refused<T>(opened: Result<T>, kind: ErrorKind, part: &str, column: Option<&str>) {
    let Err(error) = opened else { panic!("{part}") };
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.message().contains(part), "{error}");
    let context = error.context();
    assert_eq!((context.input.as_deref(), context.column.as_deref()), (Some("left"), column), "{error}");
}

#[test]
fn types_that_cannot_be_compared_are_refused_by_name() {
    let interval =
        PrimitiveArray::<i32>::from_vec(vec![1]).to(ArrowDataType::Interval(IntervalUnit::YearMonth)).boxed();
    let columns = vec![("span", interval)];
    check_refused(open_left(file(&columns, 1, None)), ErrorKind::Unsupported, "interval", Some("span"));
    let read = read_stream(&stream(&columns, 1, None)[..], "left", &Control::new());
    check_refused(read, ErrorKind::Unsupported, "interval", Some("span"));
    let deep = (0..200).fold(ArrowDataType::Int8, |held, _| {
        ArrowDataType::LargeList(Box::new(ArrowField::new("item".into(), held, true)))
    });
    let columns = vec![("deep", polars_arrow::array::new_empty_array(deep))];
    check_refused(open_left(file(&columns, 0, None)), ErrorKind::Unsupported, "levels", Some("deep"));
}

#[test]
fn what_is_no_arrow_file_is_refused() {
    for bytes in [&b""[..], b"ARROW1", b"ARROW1\0\0ARROW1", b"\xFF\xFF\xFF\x7FARROW1", b"id\n1\n2\n3\n4\n5\n"] {
        let opened = open_left(Arc::<[u8]>::from(bytes));
        check_refused(opened, ErrorKind::Malformed, "footer", None);
    }
    check_refused(read_stream(&b""[..], "left", &Control::new()), ErrorKind::Malformed, "empty", None);
    let huge = [&CONTINUATION[..], &i32::MAX.to_le_bytes(), b"short"].concat();
    check_refused(read_stream(&huge[..], "left", &Control::new()), ErrorKind::Malformed, "cut short", None);
}

#[test]
fn lengths_that_lie_are_refused_before_anything_is_reserved() {
    let columns = vec![("id", PrimitiveArray::<i64>::from_vec((0..1000).collect()).boxed())];
    for compression in [Some(Compression::LZ4), Some(Compression::ZSTD(Default::default()))] {
        let mut bytes = file(&columns, 1, compression).to_vec();
        let declared = bytes.windows(8).position(|window| window == 8000_i64.to_le_bytes()).unwrap();
        bytes[declared..declared + 8].copy_from_slice(&(1_i64 << 50).to_le_bytes());
        check_refused(open_left(Arc::<[u8]>::from(bytes)), ErrorKind::Malformed, "than it can hold", None);
    }
    // Wherever 8000 bytes are declared: for the message, for the buffer of values, for the block in the footer.
    let whole = file(&columns, 1, None);
    let declared = whole.windows(8).enumerate().filter(|(_, window)| *window == 8000_i64.to_le_bytes());
    let refusals = declared.filter_map(|(at, _)| {
        let mut bytes = whole.to_vec();
        bytes[at..at + 8].copy_from_slice(&(1_i64 << 50).to_le_bytes());
        open_left(Arc::<[u8]>::from(bytes)).map(|_| ()).err()
    });
    let messages: Vec<String> = refusals.map(|error| error.message().to_owned()).collect();
    assert!(messages.iter().any(|message| message.contains("more bytes than it has")), "{messages:?}");
    assert!(messages.iter().any(|message| message.contains("beyond the end")), "{messages:?}");
}

#[test]
fn a_stream_ends_where_it_ends() {
    let mut bytes = stream(&columns(), 2, None);
    let marked = bytes.len();
    // What says that a stream ends is optional.
    let table = read_stream(&bytes[..marked - 8], "left", &Control::new()).unwrap();
    assert_eq!(table.rows(), 10);
    bytes.push(0);
    check_refused(read_stream(&bytes[..], "left", &Control::new()), ErrorKind::Malformed, "after the end", None);
}

#[test]
fn a_file_that_changed_is_that() {
    let mut on_disk = tempfile::NamedTempFile::new().unwrap();
    on_disk.write_all(&file(&columns(), 3, None)).unwrap();
    let table = open_left(on_disk.reopen().unwrap()).unwrap();
    on_disk.as_file().set_len(200).unwrap();
    assert_eq!(table.read(0, 1, &Control::new()).unwrap_err().kind(), ErrorKind::InputChanged);
    assert_eq!(table.check_unchanged().unwrap_err().kind(), ErrorKind::InputChanged);
}

#[test]
fn a_stop_ends_it() {
    let control = Control::new();
    control.cancel();
    let table = open_left(file(&columns(), 1, None)).unwrap();
    assert_eq!(table.read(0, 1, &control).unwrap_err().kind(), ErrorKind::Cancelled);
    let read = read_stream(&stream(&columns(), 1, None)[..], "left", &control);
    assert_eq!(read.map(|_| ()).unwrap_err().kind(), ErrorKind::Cancelled);
}

/// Reads whatever can be read; whether that works is of no interest.
fn visit(table: Result<impl ColumnReader>) -> bool {
    let Ok(table) = table else { return false };
    (0..table.fields().len()).all(|index| table.read(index, 1, &Control::new()).is_ok())
}

/// A small table of types that are read in different ways.
fn small() -> Columns {
    columns().into_iter().filter(|(name, _)| ["id", "text", "list", "word"].contains(name)).collect()
}

#[test]
fn truncated_input_is_refused() {
    for compression in [None, Some(Compression::LZ4)] {
        let bytes = file(&small(), 2, compression);
        for len in 0..bytes.len() {
            assert!(!visit(open_left(Arc::<[u8]>::from(&bytes[..len]))), "{len}");
        }
        let bytes = stream(&small(), 2, compression);
        for len in 0..bytes.len() {
            // Between two messages a stream may end. Elsewhere it is only said not to panic.
            visit(read_stream(&bytes[..len], "left", &Control::new()));
        }
    }
}

#[test]
fn corrupted_input_never_panics() {
    for compression in [None, Some(Compression::ZSTD(Default::default()))] {
        let whole = file(&small(), 1, compression).to_vec();
        let mut bytes = whole.clone();
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xFF] {
                bytes[at] = whole[at] ^ flip;
                visit(open_left(Arc::<[u8]>::from(bytes.as_slice())));
            }
            bytes[at] = whole[at];
        }
        let whole = stream(&small(), 1, compression);
        let mut bytes = whole.clone();
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xFF] {
                bytes[at] = whole[at] ^ flip;
                visit(read_stream(&bytes[..], "left", &Control::new()));
            }
            bytes[at] = whole[at];
        }
    }
}

const CONTINUATION: [u8; 4] = [0xFF; 4];
