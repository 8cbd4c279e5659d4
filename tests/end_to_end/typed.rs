//! Typed tables by example: values across types, what equals what, and what is refused by name.

use csvq_core::compare::{Comparator as _, Job, RowCompare};
use csvq_core::control::Control;
use csvq_core::report::Report;
use csvq_core::report::export::{ExportFormat, ExportOptions, export};
use csvq_core::source::Source;
use csvq_core::spec::{By, CompareSpec, Scoped};
use csvq_core::table::Table;
use csvq_core::{Error, ErrorKind};
use csvq_tests::Workplace;
use polars::prelude::{
    Categories, Column, DataFrame, DataType, IntoColumn as _, IntoSeries as _, ListBuilderTrait, ListChunked,
    NamedFrom as _, Series, StructChunked, TimeUnit, TimeZone,
};

fn frame(columns: Vec<Column>) -> Source {
    Source::Table(Table::new("frame", DataFrame::new_infer_height(columns).unwrap()).unwrap())
}

/// A table of an id and one column.
fn with_ids(column: Column) -> Source {
    let ids: Vec<i64> = (1..=column.len() as i64).collect();
    frame(vec![Column::new("id".into(), ids), column])
}

fn text(text: &str) -> Source {
    Source::Bytes { name: "text".to_owned(), bytes: text.as_bytes().into() }
}

fn by_id() -> CompareSpec {
    CompareSpec { key: vec!["id".parse().unwrap()], ..CompareSpec::default() }
}

fn try_compare(left: Source, right: Source, spec: CompareSpec) -> Result<Report, Error> {
    let job = Job { left, right, spec, parameters: serde_json::Map::new(), control: Control::new() };
    RowCompare.compare(job).map(|comparison| comparison.report)
}

#[track_caller]
fn compare(left: Source, right: Source, spec: CompareSpec) -> Report {
    try_compare(left, right, spec).unwrap()
}

/// The left rows in which `v` differs.
#[track_caller]
fn changed(left: Column, right: Column) -> Vec<u64> {
    let report = compare(with_ids(left), with_ids(right), by_id());
    report.details.rows.iter().filter_map(|row| row.left_row).collect()
}

fn v<T, P: ?Sized>(values: T) -> Column
where
    Series: polars::prelude::NamedFrom<T, P>,
{
    Series::new("v".into(), values).into_column()
}

#[test]
fn integers_are_exact_around_two_to_the_53() {
    let two_53 = 1_i64 << 53;
    assert_eq!(changed(v([two_53, two_53]), v([two_53, two_53 + 1])), [2]);
    assert_eq!(changed(v([two_53 as u64, u64::MAX]), v([two_53, -1])), [2]);
    // A float is one integer and no other.
    assert_eq!(changed(v([two_53, two_53 + 1]), v([two_53 as f64, two_53 as f64])), [2]);
    assert_eq!(changed(v([3_i8, -3]), v([3_i64, 3])), [2]);
}

#[test]
fn a_null_is_no_text() {
    assert_eq!(changed(v([Some("DATACOMPY_NULL"), None, Some("")]), v([None, None, None::<&str>])), [1, 3]);
    assert_eq!(changed(v([Some(0.0), None]), v([None, None::<f64>])), [1]);
}

#[test]
fn what_is_no_number_equals_itself_and_zero_has_no_sign() {
    let nan = f64::NAN;
    assert_eq!(changed(v([nan, -0.0, nan, f64::INFINITY]), v([nan, 0.0, 1.0, f64::NEG_INFINITY])), [3, 4]);
    assert_eq!(changed(v([f32::NAN, -0.0]), v([f64::NAN, 0.0])), [0_u64; 0]);
    assert_eq!(changed(v([0.1_f32]), v([0.1_f64])), [1]);
}

#[test]
fn decimals_are_compared_by_value() {
    let decimal = |column: Column, precision, scale| column.cast(&DataType::Decimal(precision, scale)).unwrap();
    let left = decimal(v(["1.5", "2.25", "-1"]), 10, 2);
    let right = decimal(v(["1.5000", "2.2501", "-1"]), 20, 4);
    assert_eq!(changed(left.clone(), right), [2]);
    assert_eq!(changed(decimal(v(["1", "2.5"]), 10, 1), v([1_i64, 2])), [2]);
    assert_eq!(changed(left, v([1.5, 2.25, -1.0])), [0_u64; 0]);
}

#[test]
fn moments_are_instants() {
    let naive = |unit, values: [i64; 2]| v(values).cast(&DataType::Datetime(unit, None)).unwrap();
    let zoned = |zone: &str, values: [i64; 2]| {
        let zone = TimeZone::opt_try_new(Some(zone)).unwrap();
        v(values).cast(&DataType::Datetime(TimeUnit::Milliseconds, zone)).unwrap()
    };
    // Units and zones do not matter, only when it was.
    assert_eq!(
        changed(naive(TimeUnit::Milliseconds, [5, 7]), naive(TimeUnit::Nanoseconds, [5_000_000, 7_000_001])),
        [2]
    );
    assert_eq!(changed(zoned("Europe/Vienna", [0, 1]), zoned("Asia/Tokyo", [0, 2])), [2]);
    // A local time and an instant can't be told to be the same, and that is a finding about the schema.
    let report =
        compare(with_ids(naive(TimeUnit::Milliseconds, [0, 1])), with_ids(zoned("Europe/Vienna", [0, 1])), by_id());
    assert_eq!(report.details.counts.changed, 2);
    let change = &report.details.schema.type_changes[0];
    assert_eq!((&*change.left, &*change.right), ("timestamp[ms]", "timestamp[ms, Europe/Vienna]"));
    let cell = &report.details.rows[0].cells[0];
    assert_eq!(cell.left.as_deref(), Some("1970-01-01T00:00:00"));
    assert_eq!(cell.right.as_deref(), Some("1970-01-01T01:00:00+01:00"));
}

#[test]
fn categories_are_their_texts() {
    let categorical = |values: [&str; 3]| v(values).cast(&DataType::from_categories(Categories::global())).unwrap();
    assert_eq!(changed(categorical(["a", "b", "a"]), categorical(["a", "a", "a"])), [2]);
    assert_eq!(changed(categorical(["a", "b", "a"]), v(["a", "b", "c"])), [3]);
}

#[test]
fn lists_and_structs_are_compared_deeply() {
    let lists = |items: [&[i64]; 2]| {
        let mut lists = polars::prelude::ListPrimitiveChunkedBuilder::<polars::prelude::Int64Type>::new(
            "v".into(),
            2,
            4,
            DataType::Int64,
        );
        items.iter().for_each(|items| lists.append_slice(items));
        let lists: ListChunked = lists.finish();
        lists.into_series().into_column()
    };
    assert_eq!(changed(lists([&[1, 2], &[]]), lists([&[1, 2], &[3]])), [2]);
    let structs = |x: [f64; 2], y: [&str; 2]| {
        let fields = [Series::new("x".into(), x), Series::new("y".into(), y)];
        StructChunked::from_series("v".into(), 2, fields.iter()).unwrap().into_series().into_column()
    };
    let left = structs([0.0, f64::NAN], ["a", "b"]);
    assert_eq!(changed(left.clone(), structs([-0.0, f64::NAN], ["a", "c"])), [2]);
    let report = compare(with_ids(left), with_ids(structs([0.0, 1.0], ["a", "b"])), by_id());
    let cell = &report.details.rows[0].cells[0];
    assert_eq!(cell.left.as_deref(), Some(r#"{"x":NaN,"y":"b"}"#));
    assert_eq!(report.details.columns[0].column_type, "struct");
}

#[test]
fn text_is_read_as_the_other_sides_type() {
    let typed = frame(vec![
        Column::new("id".into(), [1_i64, 2, 3]),
        Column::new("price".into(), [1.5, 2.0, 3.0]),
        Column::new("day".into(), [0_i32, 1, 2]).cast(&DataType::Date).unwrap(),
    ]);
    let report = compare(text("id,price,day\n1,1.50,1970-01-01\n2,two,1970-01-02\n3,3,1970-01-04\n"), typed, by_id());
    let found: Vec<(u64, &str, bool)> = report
        .details
        .rows
        .iter()
        .flat_map(|row| row.cells.iter().map(|cell| (row.left_row.unwrap(), &*cell.column, cell.kind.is_some())))
        .collect();
    assert_eq!(found, [(2, "price", true), (3, "day", false)]);
    assert_eq!(report.details.columns[0].unparsable, 1);
}

#[test]
fn tolerances_hold_for_typed_numbers() {
    let spec = |abs_tol| CompareSpec { abs_tol: Scoped::for_all(abs_tol), ..by_id() };
    let (left, right) = (v([1.0, 2.0, f64::INFINITY]), v([1.25, 2.5, 1.0]));
    let report = compare(with_ids(left.clone()), with_ids(right.clone()), spec(0.25));
    assert_eq!(report.details.counts.changed, 2);
    assert_eq!(report.details.columns[0].max_abs_diff, Some(0.5));
    let integers = compare(with_ids(v([10_i64, 20])), with_ids(v([12_i64, 23])), spec(2.0));
    assert_eq!(integers.details.counts.changed, 1);
    let relative = CompareSpec { rel_tol: Scoped::for_all(0.25), ..by_id() };
    assert_eq!(compare(with_ids(left), with_ids(right), relative).details.counts.changed, 1);
}

#[test]
fn null_keys_match_each_other() {
    let side = |keys: [Option<&str>; 3], values: [i64; 3]| {
        frame(vec![Column::new("id".into(), keys), Column::new("v".into(), values)])
    };
    let report =
        compare(side([Some("a"), None, Some("b")], [1, 2, 3]), side([None, Some("b"), Some("")], [2, 4, 5]), by_id());
    let counts = report.details.counts;
    assert_eq!((counts.unchanged, counts.changed, counts.removed, counts.added), (1, 1, 1, 1));
}

#[test]
fn keys_that_can_be_none_are_refused_by_name() {
    let float = || frame(vec![Column::new("id".into(), [1.0, 2.0]), Column::new("v".into(), [1_i64, 2])]);
    let error = try_compare(float(), float(), by_id()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Key);
    assert!(error.to_string().contains("`id` is a floating-point column"), "{error}");
    // By content the same column serves.
    let report = compare(float(), float(), CompareSpec { by: By::Content, ..CompareSpec::default() });
    assert!(report.is_equal);
}

#[test]
fn a_missing_key_is_proposed() {
    let side = || frame(vec![Column::new("a".into(), [1_i64, 1, 2]), Column::new("b".into(), ["x", "y", "z"])]);
    let error = try_compare(side(), side(), CompareSpec::default()).unwrap_err();
    assert!(error.to_string().contains("fit for a key: `b`"), "{error}");
}

#[test]
fn the_program_tells_formats_by_their_content() {
    let frame =
        DataFrame::new_infer_height(vec![Column::new("id".into(), [1_i64, 2]), Column::new("v".into(), [1.5, 2.5])]);
    let mut bytes = Vec::new();
    Table::new("left", frame.unwrap()).unwrap().write_parquet(&mut bytes).unwrap();
    let place = Workplace::with(&[
        ("right", "{\"id\":1,\"v\":1.5}\n{\"id\":2,\"v\":2}\n"),
        ("text.csv", "id,v\n1,1.50\n2,2.5\n"),
    ]);
    let place = place.unwrap();
    place.write("left", bytes).unwrap();
    let found = |left: &str, right: &str| {
        let output = place.command(&["compare", left, right, "--key", "id", "--format", "json"]).output().unwrap();
        let report = crate::report(&output);
        let formats = [&report.metadata.left, &report.metadata.right].map(|input| input.format.clone());
        (formats, report.details.counts.changed, report.metadata.engine)
    };
    assert_eq!(found("left", "right"), (["parquet", "json"].map(str::to_owned), 1, "columnar".to_owned()));
    assert_eq!(found("text.csv", "left"), (["csv", "parquet"].map(str::to_owned), 0, "columnar".to_owned()));
}

#[test]
fn what_is_damaged_is_an_error() {
    let table = Table::new(
        "t",
        DataFrame::new_infer_height(vec![v([1_i64, 2, 3]), Column::new("id".into(), ["a", "b", "c"])]).unwrap(),
    );
    let mut bytes = Vec::new();
    table.unwrap().write_parquet(&mut bytes).unwrap();
    let source = |bytes: &[u8]| Source::Bytes { name: "damaged".to_owned(), bytes: bytes.into() };
    let report = compare(source(&bytes), source(&bytes), by_id());
    assert!(report.is_equal);
    for end in 4..bytes.len() {
        let error = try_compare(source(&bytes[..end]), source(&bytes), by_id()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
    }
    for at in 4..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        // Whatever it reads as, it does so without a panic.
        let _ = try_compare(source(&damaged), source(&bytes), by_id());
    }
}

#[test]
fn rows_of_every_type_are_exported_as_parquet() {
    let zone = TimeZone::opt_try_new(Some("Europe/Vienna")).unwrap();
    let categories = DataType::from_categories(Categories::global());
    let names = || Column::new("names".into(), ["a", "b", "a"]).cast(&categories).unwrap();
    let times =
        Column::new("times".into(), [0_i64, 1, 2]).cast(&DataType::Datetime(TimeUnit::Microseconds, zone)).unwrap();
    let lists = |name: &str| {
        let lists = [Some(Series::new("".into(), [1_i64])), None, Some(Series::new("".into(), [2_i64, 3]))];
        ListChunked::from_iter(lists).into_series().with_name(name.into()).into_column()
    };
    let rows =
        StructChunked::from_columns("rows".into(), 3, &[Column::new("x".into(), [1, 2, 3])]).unwrap().into_column();
    let numbers = Column::new("numbers".into(), [Some(1.5), None, Some(f64::NAN)]);
    let ids = Column::new("id".into(), [1_i64, 2, 3]);
    let all = DataFrame::new_infer_height(vec![ids, names(), times, lists("lists"), rows, numbers]).unwrap();
    let none = all.clear();
    let table = |frame: &DataFrame| Source::Table(Table::new("frame", frame.clone()).unwrap());
    let job =
        |left, right| Job { left, right, spec: by_id(), parameters: serde_json::Map::new(), control: Control::new() };
    let comparison = RowCompare.compare(job(table(&none), table(&all))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = ExportOptions { format: ExportFormat::Parquet, ..ExportOptions::default() };
    let summary = export(&comparison, folder.path(), &options).unwrap();
    assert_eq!((summary.records("added"), summary.records("changed")), (Some(3), Some(0)));
    // What was written holds what the frame holds, with its types.
    let written = Source::Path(folder.path().join("added.parquet"));
    let report = RowCompare.compare(job(table(&all), written)).unwrap().report;
    assert_eq!(
        (report.is_equal, report.details.counts.unchanged, &report.details.schema.type_changes[..]),
        (true, 3, &[][..])
    );
}

#[test]
fn columns_that_are_not_compared_are_not_read() {
    let column = |name: &str, from: i64| Column::new(name.into(), (from..from + 1000).collect::<Vec<_>>());
    let frame = DataFrame::new_infer_height(vec![column("id", 0), column("a", 5), column("b", 9)]).unwrap();
    let mut file = Vec::new();
    Table::new("frame", frame).unwrap().write_parquet(&mut file).unwrap();
    let place = Workplace::with(&[]).unwrap();
    place.write("whole.parquet", &file).unwrap();
    // The last column's data, which ends where the footer begins.
    let footer = u32::from_le_bytes(file[file.len() - 8..file.len() - 4].try_into().unwrap()) as usize;
    let end = file.len() - 8 - footer;
    file[end - 200..end].fill(0xff);
    place.write("damaged.parquet", &file).unwrap();
    let run = |more: &[&str]| {
        let flags = [&["compare", "whole.parquet", "damaged.parquet", "--key", "id"], more].concat();
        place.run(&flags).unwrap().status.code()
    };
    assert_eq!((run(&["--only", "a"]), run(&[])), (Some(0), Some(2)));
}
