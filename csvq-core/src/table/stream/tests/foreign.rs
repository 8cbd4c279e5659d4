//! What other programs hand over in good order: every layout, offsets, and what may lie under a null.

use polars::prelude::*;

use super::forge::{Forged, coded, i32s, i64s, i128s, ints, leaf, named, nested, texts, view};
use super::{forge, import, import_columns};

const LONG: &str = "a text of more than twelve bytes";

/// Checks what becomes of a column `v`.
#[track_caller]
fn check(column: Forged, expected: &Series) {
    let table = import_columns(vec![column]).unwrap_or_else(|error| panic!("{error}"));
    let series = table.frame().columns()[0].as_materialized_series().clone();
    drop(table);
    assert_eq!(series.dtype(), expected.dtype());
    assert!(series.equals_missing(expected), "{series:?} is not {expected:?}");
    drop(series);
    forge::check_all_released();
}

fn series<T, P: ?Sized>(values: T) -> Series
where
    Series: NamedFrom<T, P>,
{
    Series::new("v".into(), values)
}

fn cast(values: Series, dtype: &DataType) -> Series {
    values.cast(dtype).expect("a cast")
}

fn categorical() -> DataType {
    DataType::from_categories(Categories::global())
}

/// Bits, of which the first is the last written.
fn bits(bits: u8) -> Option<Vec<u8>> {
    Some(vec![bits])
}

#[test]
fn numbers() {
    check(leaf("c", 2, vec![None, Some(vec![1, 0xff])]), &series([1_i8, -1]));
    check(leaf("C", 2, vec![None, Some(vec![1, 0xff])]), &series([1_u8, 255]));
    check(leaf("s", 1, vec![None, Some((-2_i16).to_ne_bytes().to_vec())]), &series([-2_i16]));
    check(leaf("S", 1, vec![None, Some(65535_u16.to_ne_bytes().to_vec())]), &series([65535_u16]));
    check(ints(&[7, -7]), &series([7_i32, -7]));
    check(leaf("I", 1, vec![None, Some(u32::MAX.to_ne_bytes().to_vec())]), &series([u32::MAX]));
    check(leaf("l", 2, vec![bits(0b01), i64s(&[i64::MIN, 5])]), &series([Some(i64::MIN), None]));
    check(leaf("L", 1, vec![None, Some(u64::MAX.to_ne_bytes().to_vec())]), &series([u64::MAX]));
    check(
        leaf("e", 1, vec![None, Some(0x3e00_u16.to_ne_bytes().to_vec())]),
        &cast(series([1.5_f32]), &DataType::Float16),
    );
    check(leaf("f", 1, vec![None, Some(1.5_f32.to_ne_bytes().to_vec())]), &series([1.5_f32]));
    check(leaf("g", 1, vec![None, Some(1.5_f64.to_ne_bytes().to_vec())]), &series([1.5_f64]));
    check(leaf("b", 3, vec![bits(0b011), bits(0b101)]), &series([Some(true), Some(false), None]));
    check(leaf("n", 3, vec![]), &Series::new_null("v".into(), 3));
    check(leaf("n", 3, vec![None]), &Series::new_null("v".into(), 3));
}

#[test]
fn decimals() {
    let expected = cast(series([Some("-1.25"), None]), &DataType::Decimal(5, 2));
    check(leaf("d:5,2", 2, vec![bits(1), i128s(&[-125, i128::MAX])]), &expected);
    check(leaf("d:5,2,128", 2, vec![bits(1), i128s(&[-125, 0])]), &expected);
    check(leaf("d:5,2,64", 2, vec![bits(1), i64s(&[-125, i64::MAX])]), &expected);
    check(leaf("d:5,2,32", 2, vec![bits(1), i32s(&[-125, i32::MAX])]), &expected);
}

#[test]
fn dates_and_times() {
    let millisecond = TimeUnit::Milliseconds;
    let spans = |values: [Option<i64>; 2], dtype: DataType| cast(series(values), &dtype);
    check(leaf("tdD", 1, vec![None, i32s(&[3])]), &cast(series([3_i32]), &DataType::Date));
    check(
        leaf("tdm", 1, vec![None, i64s(&[86_400_001])]),
        &cast(series([86_400_001_i64]), &DataType::Datetime(millisecond, None)),
    );
    let second = [Some(1_000_000_000_i64), None];
    let two = vec![bits(1), i32s(&[1, -1])];
    check(leaf("tts", 2, two), &spans(second, DataType::Time));
    check(leaf("ttm", 2, vec![bits(1), i32s(&[1000, -1])]), &spans(second, DataType::Time));
    check(leaf("ttu", 2, vec![bits(1), i64s(&[1_000_000, i64::MAX])]), &spans(second, DataType::Time));
    check(leaf("ttn", 2, vec![bits(1), i64s(&[1_000_000_000, i64::MAX])]), &spans(second, DataType::Time));
    let seconds = || vec![bits(1), i64s(&[1, i64::MAX])];
    check(leaf("tDs", 2, seconds()), &spans([Some(1000), None], DataType::Duration(millisecond)));
    check(leaf("tDu", 2, seconds()), &spans([Some(1), None], DataType::Duration(TimeUnit::Microseconds)));
    check(leaf("tss:", 2, seconds()), &spans([Some(1000), None], DataType::Datetime(millisecond, None)));
    check(leaf("tsn:", 2, seconds()), &spans([Some(1), None], DataType::Datetime(TimeUnit::Nanoseconds, None)));
    let zones = [
        ("UTC", "UTC"),
        ("+00:00", "UTC"),
        ("Europe/Vienna", "Europe/Vienna"),
        ("+02:00", "Etc/GMT-2"),
        ("+05:30", "UTC"),
        ("-03:30", "UTC"),
    ];
    for (given, zone) in zones {
        let zone = TimeZone::opt_try_new(Some(zone)).expect("a zone");
        let expected = spans([Some(1), None], DataType::Datetime(TimeUnit::Microseconds, zone));
        check(leaf(&format!("tsu:{given}"), 2, seconds()), &expected);
    }
}

#[test]
fn text_and_bytes() {
    let expected = series([Some("ab"), None, Some(LONG)]);
    let data = || Some(format!("ab\u{e4}{LONG}").into_bytes());
    let last = 4 + LONG.len() as i32;
    check(leaf("u", 3, vec![bits(0b101), i32s(&[0, 2, 4, last]), data()]), &expected);
    check(leaf("U", 3, vec![bits(0b101), i64s(&[0, 2, 4, last.into()]), data()]), &expected);
    // What lies under a null need not be text.
    let broken = [b"ab\xff\xff", LONG.as_bytes()].concat();
    check(leaf("u", 3, vec![bits(0b101), i32s(&[0, 2, 4, last]), Some(broken)]), &expected);
    let bytes = cast(expected.clone(), &DataType::Binary);
    check(leaf("z", 3, vec![bits(0b101), i32s(&[0, 2, 4, last]), data()]), &bytes);
    check(leaf("Z", 3, vec![bits(0b101), i64s(&[0, 2, 4, last.into()]), data()]), &bytes);
    let fixed = cast(series([Some("abc"), None]), &DataType::Binary);
    check(leaf("w:3", 2, vec![bits(1), Some(b"abcxyz".to_vec())]), &fixed);
}

#[test]
fn views() {
    let expected = series([Some("ab"), None, Some(LONG)]);
    // A null's view may be anything: here it reaches beyond its buffer.
    let wild = [9_i32, 9, 9, -9].iter().flat_map(|word| word.to_ne_bytes()).collect();
    let views = [view(b"ab", 0, 0), wild, view(LONG.as_bytes(), 1, 2)].concat();
    let buffers = || {
        let long = format!("..{LONG}").into_bytes();
        vec![bits(0b101), Some(views.clone()), Some(Vec::new()), Some(long.clone()), i64s(&[0, long.len() as i64])]
    };
    check(leaf("vu", 3, buffers()), &expected);
    check(leaf("vz", 3, buffers()), &cast(expected, &DataType::Binary));
    check(leaf("vu", 1, vec![None, Some(view("\u{e4}".as_bytes(), 0, 0)), None]), &series(["\u{e4}"]));
}

#[test]
fn lists_and_structs() {
    let lists = |rows: Vec<Option<Series>>| {
        let lists: ListChunked = rows.into_iter().collect();
        lists.with_name("v".into()).into_series()
    };
    let expected = lists(vec![Some(series([1_i32, 2])), None, Some(series([4_i32]))]);
    let items = || vec![ints(&[1, 2, 3, 4])];
    check(nested("+l", 3, vec![bits(0b101), i32s(&[0, 2, 3, 4])], items()), &expected);
    check(nested("+L", 3, vec![bits(0b101), i64s(&[0, 2, 3, 4])], items()), &expected);
    let pairs = cast(
        lists(vec![Some(series([1_i32, 2])), Some(series([3_i32, 4]))]),
        &DataType::Array(Box::new(DataType::Int32), 2),
    );
    check(nested("+w:2", 2, vec![None], items()), &pairs);

    let side_by_side = |a: Series, b: Series| {
        let columns = vec![a.with_name("a".into()).into(), b.with_name("b".into()).into()];
        DataFrame::new_infer_height(columns).expect("a frame").into_struct("v".into()).into_series()
    };
    let both = || vec![named(texts(&["x", "y"]), "a"), named(ints(&[1, 2]), "b")];
    let entries = side_by_side(series(["x", "y"]), series([1_i32, 2]));
    check(nested("+s", 2, vec![None], both()), &entries);
    let map = nested("+m", 1, vec![None, i32s(&[0, 2])], vec![nested("+s", 2, vec![None], both())]);
    check(map, &lists(vec![Some(entries)]));
}

#[test]
fn dictionaries() {
    let dictionary = || texts(&["x", LONG]);
    let expected = cast(series([Some(LONG), None, Some("x")]), &categorical());
    check(coded("c", 3, vec![bits(0b101), Some(vec![1, 0x85, 0])], dictionary()), &expected);
    check(coded("l", 3, vec![bits(0b101), i64s(&[1, i64::MIN, 0])], dictionary()), &expected);
    check(
        coded("C", 2, vec![bits(0), Some(vec![9, 9])], texts(&[])),
        &cast(series([None::<&str>, None]), &categorical()),
    );
    let numbers = series([Some(8_i32), None, Some(7)]);
    check(coded("i", 3, vec![bits(0b101), i32s(&[1, 77, 0])], ints(&[7, 8])), &numbers);
    check(coded("i", 2, vec![bits(0), i32s(&[1, 77])], ints(&[])), &series([None::<i32>, None]));
    let lists: ListChunked =
        [Some(series([8_i32, 9])), Some(series([7_i32])), Some(series([8_i32, 9]))].into_iter().collect();
    let values = nested("+l", 2, vec![None, i32s(&[0, 1, 3])], vec![ints(&[7, 8, 9])]);
    check(coded("i", 3, vec![None, i32s(&[1, 0, 1])], values), &lists.with_name("v".into()).into_series());
}

#[test]
fn offsets_of_arrays() {
    check(ints(&[1, 2, 3, 4]).sliced(1, 2), &series([2_i32, 3]));
    check(leaf("b", 4, vec![bits(0b1101), bits(0b1001)]).sliced(1, 3), &series([None, Some(false), Some(true)]));
    check(texts(&["a", "b", LONG, "d"]).sliced(1, 2), &series(["b", LONG]));
    check(leaf("w:1", 3, vec![None, Some(b"abc".to_vec())]).sliced(2, 1), &cast(series(["c"]), &DataType::Binary));
    let coded = coded("c", 3, vec![None, Some(vec![0, 1, 0])], texts(&["x", "y"])).sliced(1, 2);
    check(coded, &cast(series(["y", "x"]), &categorical()));
    let lists: ListChunked = [Some(series([3_i32])), Some(series([4_i32, 5]))].into_iter().collect();
    let list =
        nested("+l", 3, vec![None, i32s(&[0, 2, 3, 5])], vec![ints(&[9, 1, 2, 3, 4, 5]).sliced(1, 5)]).sliced(1, 2);
    check(list, &lists.with_name("v".into()).into_series());
    let pairs = nested("+w:2", 3, vec![None], vec![ints(&[1, 2, 3, 4, 5, 6])]).sliced(1, 1);
    let lists: ListChunked = [Some(series([3_i32, 4]))].into_iter().collect();
    check(pairs, &cast(lists.with_name("v".into()).into_series(), &DataType::Array(Box::new(DataType::Int32), 2)));
    // An offset of the batch itself is one of all its columns.
    let batch = forge::array(2, vec![None], vec![ints(&[1, 2, 3]).array], None);
    let schema = forge::schema("+s", "", vec![ints(&[]).schema], None);
    let table = import(forge::stream(schema, vec![Ok(ArrayAt { offset: 1 }.of(batch))])).expect("an import");
    assert!(table.frame().columns()[0].as_materialized_series().equals_missing(&series([2_i32, 3])));
}

struct ArrayAt {
    offset: i64,
}

impl ArrayAt {
    fn of(self, mut array: super::super::interface::ArrowArray) -> super::super::interface::ArrowArray {
        array.offset = self.offset;
        array
    }
}

#[test]
fn what_is_not_aligned_is_copied() {
    let moved = |column: Forged, index: usize, by: usize| {
        // A buffer has a word more than its values take.
        column.with_array(|array| {
            // SAFETY: the list has such a buffer.
            let place = unsafe { array.buffers.add(index) };
            // SAFETY: as above.
            let place = unsafe { &mut *place };
            *place = place.wrapping_byte_add(by);
        })
    };
    let mut shifted = vec![0];
    shifted.extend(i64s(&[1, 2]).expect("bytes"));
    check(moved(leaf("l", 2, vec![None, Some(shifted.clone())]), 1, 1), &series([1_i64, 2]));
    shifted.extend(i64s(&[3, 4]).expect("bytes"));
    let mut decimals = vec![0; 8];
    decimals.extend(i128s(&[125]).expect("bytes"));
    let decimals = moved(leaf("d:5,2", 1, vec![None, Some(decimals)]), 1, 8);
    check(decimals, &cast(series(["1.25"]), &DataType::Decimal(5, 2)));
    let mut offsets = vec![0];
    offsets.extend(i32s(&[0, 1]).expect("bytes"));
    check(moved(leaf("u", 1, vec![None, Some(offsets), Some(b"x".to_vec())]), 1, 1), &series(["x"]));
}

#[test]
fn nothing_needs_no_memory() {
    for format in ["n", "b", "i", "g", "u", "Z", "vu", "w:3", "d:5,2", "tts", "tss:UTC"] {
        let buffers = match format {
            "n" => 0,
            "u" | "Z" | "vu" => 3,
            _ => 2,
        };
        let table = import_columns(vec![leaf(format, 0, vec![None; buffers])]).expect(format);
        assert_eq!(table.rows(), 0);
    }
    let table = import_columns(vec![nested("+l", 0, vec![None, None], vec![ints(&[])])]).expect("an empty list");
    assert_eq!(table.rows(), 0);
}
