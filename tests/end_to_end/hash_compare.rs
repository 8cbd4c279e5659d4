//! `hash_compare`: digests that plain Python computes, too; the same for the same values in any form.

use std::process::Command;

use csvq_core::compare::{Comparator, HashCompare, Job, RowCompare};
use csvq_core::control::Control;
use csvq_core::report::{Digests, Report};
use csvq_core::source::Source;
use csvq_core::spec::{By, CompareSpec, Scoped};
use csvq_core::table::Table;
use csvq_tests::Workplace;
use polars::prelude::{Column, DataFrame};
use serde_json::Value;

use super::{oracle, report, stderr, stdout};

const TYPES: &str = "id=integer,price=float,sold=boolean,day=date,at=timestamp,size=decimal";
const NAMES: &str = "id,price,sold,day,at,name,size";

/// Rows with a value of every encoding, some of them null.
fn rows(count: u64) -> Vec<String> {
    let row = |at: u64| {
        let null = |text: String, every: u64| if at.is_multiple_of(every) { "NA".to_owned() } else { text };
        let price = null(format!("{}", (at as f64 - 50.0) * 0.37), 11);
        let at_time = null(format!("2024-03-{:02}T10:{:02}:05.25", 1 + at % 28, at % 60), 5);
        let size = null(format!("0.{}", at % 9 + 1), 17);
        format!(
            "{at},{price},{},{},{at_time},\"nam{}, \"\"q\"\"\",{size}",
            at.is_multiple_of(2),
            null(format!("2024-02-{:02}", 1 + at % 28), 7),
            // One is longer than what is gathered before it is hashed.
            "é".repeat(if at == 13 { 12_000 } else { at as usize % 90 }),
        )
    };
    (0..count).map(row).collect()
}

fn csv(rows: &[String]) -> String {
    format!("{NAMES}\n{}\n", rows.join("\n"))
}

fn flags() -> Vec<&'static str> {
    let mut flags = vec!["--null", "NA", "--with", "hash_compare", "--format", "json"];
    TYPES.split(',').for_each(|declared| flags.extend(["--types", declared]));
    flags
}

fn run(place: &Workplace, more: &[&str]) -> Report {
    report(&place.run(&[&["compare"], more, &flags()[..]].concat()).unwrap())
}

fn digests(place: &Workplace, more: &[&str]) -> Digests {
    run(place, more).details.digests.unwrap()
}

#[test]
fn digests_are_those_that_the_guide_describes() {
    // A decimal's canonical text is for Python the text itself here.
    let place = Workplace::with(&[("left.csv", &csv(&rows(500)))]).unwrap();
    for algorithm in ["sha256", "sha512", "md5"] {
        let mut python = Command::new("python3");
        let types = TYPES.replace("size=decimal", "size=text");
        python.arg(super::folder("oracle/digests.py")).args(["left.csv", "--types", &types, "--null", "NA"]);
        let expected = oracle(python.args(["--algorithm", algorithm, "--chunk-size", "64"]).current_dir(place.path()));
        let parameter = format!("default_algorithm={algorithm}");
        let given =
            ["left.csv", "left.csv", "--param", &parameter, "--param", "chunk_size=64", "--param", "order=both"];
        let found = digests(&place, &[&given[..], &["--ignore", "size"]].concat());
        assert_eq!(found.algorithm, algorithm);
        for (at, column) in found.columns.iter().enumerate() {
            let [ordered, unordered] = [&column.ordered, &column.unordered].map(|pair| pair.clone().unwrap());
            assert_eq!(expected["columns"][at].as_str(), ordered.left.as_deref(), "{}", column.column);
            assert_eq!(expected["columns_in_any_order"][at].as_str(), unordered.right.as_deref(), "{}", column.column);
        }
    }
    // The whole table, without the column whose text Python does not canonicalise.
    let without: Vec<String> = rows(500).iter().map(|row| row.rsplit_once(',').unwrap().0.to_owned()).collect();
    let text = csv(&without).replacen(",size", "", 1);
    place.write("narrow.csv", &text).unwrap();
    place.write("other.csv", text.replacen("2024-02-03", "2024-02-04", 1)).unwrap();
    let mut python = Command::new("python3");
    let types = TYPES.replace(",size=decimal", "");
    python.arg(super::folder("oracle/digests.py")).args(["narrow.csv", "--types", &types, "--null", "NA"]);
    let expected: Value = oracle(python.args(["--chunk-size", "64"]).current_dir(place.path()));
    let mut given = vec!["compare", "narrow.csv", "other.csv", "--null", "NA", "--with", "hash_compare"];
    types.split(',').for_each(|declared| given.extend(["--types", declared]));
    given.extend(["--param", "chunk_size=64", "--param", "order=both", "--format", "json"]);
    let found = report(&place.run(&given).unwrap());
    assert!(!found.is_equal);
    let digests = found.details.digests.unwrap();
    assert_eq!(expected["table"].as_str(), digests.table.unwrap().left.as_deref());
    assert_eq!(expected["rows"].as_str(), digests.rows.unwrap().left.as_deref());
    let chunks = digests.chunks.unwrap();
    assert_eq!((chunks.left, chunks.right, chunks.differing), (8, 8, 1));
    let chunk = &chunks.shown[0];
    assert_eq!((chunk.chunk, chunk.first_row, chunk.last_row, &chunk.columns[..]), (1, 1, 64, &["day".to_owned()][..]));
    assert_eq!(expected["chunks"][0].as_str(), chunk.digests.left.as_deref());
}

#[test]
fn the_same_table_has_the_same_digests_as_text_and_as_parquet() {
    let all = rows(300);
    let place = Workplace::with(&[("left.csv", &csv(&all)), ("none.csv", &format!("{NAMES}\n"))]).unwrap();
    // An export of all rows with their declared types is a Parquet file of the table: through NDJSON, which has types.
    let lines: String = all
        .iter()
        .map(|row| {
            let fields: Vec<&str> = row.splitn(6, ',').collect();
            let (name, size) = fields[5].rsplit_once(',').unwrap();
            let quoted = |text: &str| if text == "NA" { "null".to_owned() } else { format!("\"{text}\"") };
            let bare = |text: &str| if text == "NA" { "null".to_owned() } else { text.to_owned() };
            let name = name[1..name.len() - 1].replace("\"\"", "\\\"");
            let price: Option<f64> = fields[1].parse().ok();
            let price = price.map_or("null".to_owned(), |price| format!("{price:?}"));
            format!(
                "{{\"id\":{},\"price\":{price},\"sold\":{},\"day\":{},\"at\":{},\"name\":\"{name}\",\"size\":{}}}\n",
                fields[0],
                fields[2],
                quoted(fields[3]),
                quoted(fields[4]),
                bare(size),
            )
        })
        .collect();
    place.write("left.ndjson", lines).unwrap();
    let export = ["compare", "none.csv", "left.ndjson", "--key", "id", "--export", "out", "--export-format", "parquet"];
    assert_eq!(place.run(&export).unwrap().status.code(), Some(1));

    let both = ["--param", "order=both", "--param", "chunk_size=100"];
    let [text, json, parquet] = ["left.csv", "left.ndjson", "out/added.parquet"].map(|file| {
        // Typed tables against text are read with its declared types; here each stands against the text.
        run(&place, &[&["left.csv", file], &both[..]].concat())
    });
    for found in [&text, &json, &parquet] {
        let digests = found.details.digests.as_ref().unwrap();
        assert!(found.is_equal, "{}", found.details.summary);
        assert!(digests.columns.iter().all(csvq_core::report::ColumnDigest::is_equal));
    }
    let encodings: Vec<String> =
        text.details.digests.unwrap().columns.into_iter().map(|column| column.encoding).collect();
    assert_eq!(encodings, ["integer", "float", "boolean", "moment", "moment", "text", "text"]);
}

#[test]
fn another_order_is_told_from_other_rows() {
    let mut moved = rows(200);
    let place = Workplace::with(&[("left.csv", &csv(&moved))]).unwrap();
    moved.reverse();
    place.write("moved.csv", csv(&moved)).unwrap();
    let found = run(&place, &["left.csv", "moved.csv", "--param", "order=both"]);
    let digests = found.details.digests.as_ref().unwrap();
    assert!(
        !found.is_equal && !digests.table.as_ref().unwrap().is_equal() && digests.rows.as_ref().unwrap().is_equal()
    );
    assert!(
        found.details.summary.starts_with("Different: the same rows in another order"),
        "{}",
        found.details.summary
    );
    assert!(run(&place, &["left.csv", "moved.csv", "--param", "order=insensitive"]).is_equal);
    assert!(run(&place, &["left.csv", "moved.csv", "--by", "content"]).is_equal);
    // A row twice on both sides is no row at all to a sum that cancels: here it is counted.
    moved.extend([moved[0].clone(), moved[0].clone()]);
    place.write("doubled.csv", csv(&moved)).unwrap();
    assert!(!run(&place, &["left.csv", "doubled.csv", "--param", "order=insensitive"]).is_equal);
}

#[test]
fn neither_threads_nor_memory_change_a_digest() {
    let place = Workplace::with(&[("left.csv", &csv(&rows(20_000))), ("right.csv", &csv(&rows(19_999)))]).unwrap();
    let both = ["left.csv", "right.csv", "--param", "order=both"];
    let expected = digests(&place, &both);
    for more in [&["--threads", "1"][..], &["--threads", "5"], &["--memory", "16MiB"]] {
        assert_eq!(digests(&place, &[&both[..], more].concat()), expected);
    }
    let chunks = expected.chunks.unwrap();
    assert_eq!((chunks.left, chunks.right, chunks.differing, chunks.shown[0].last_row), (3, 3, 1, 20_000));
}

#[test]
fn bytes_are_hashed_as_they_are() {
    let place = Workplace::with(&[("l.csv", "id\n1\n"), ("r.csv", "id\r\n1\r\n")]).unwrap();
    let run = |more: &[&str]| {
        place
            .run(&[&["compare", "l.csv", "r.csv", "--with", "hash_compare", "--format", "json"], more].concat())
            .unwrap()
    };
    let found = report(&run(&["--param", "digest_of=both"]));
    let digests = found.details.digests.unwrap();
    assert!(digests.table.unwrap().is_equal() && !found.is_equal);
    let left = digests.bytes.unwrap().left.unwrap();
    let mut python = Command::new("python3");
    let script = "import hashlib, json; print(json.dumps(hashlib.sha256(open('l.csv', 'rb').read()).hexdigest()))";
    assert_eq!(oracle(python.args(["-c", script]).current_dir(place.path())), Value::from(left));
    let found = report(&run(&["--param", "digest_of=bytes"]));
    let digests = found.details.digests.unwrap();
    assert_eq!((digests.columns.len(), digests.table, found.metadata.left.bytes), (0, None, 5));
    let refused = place
        .run_with_input(&["compare", "l.csv", "-", "--with", "hash_compare", "--param", "digest_of=bytes"], "id\n1\n");
    let refused = refused.unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("standard input has no stored bytes"), "{}", stderr(&refused));
}

#[test]
fn what_digests_can_not_tell_is_refused() {
    let place = Workplace::with(&[("l.csv", "id\n1\n"), ("r.csv", "id\n1\n")]).unwrap();
    let wrong: [(&[&str], &str); 5] = [
        (&["--abs-tol", "1"], "no tolerance can apply"),
        (&["--param", "chunk_size=0"], "chunk_size"),
        (&["--param", "default_algorithm=crc32"], "crc32"),
        (&["--param", "algorithm=md5"], "default_algorithm"),
        (&["--param", "order=random"], "random"),
    ];
    for (more, message) in wrong {
        let output = place.run(&[&["compare", "l.csv", "r.csv", "--with", "hash_compare"], more].concat()).unwrap();
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
    }
    let text = stdout(&place.run(&["compare", "l.csv", "r.csv", "--with", "hash_compare"]).unwrap());
    assert!(text.starts_with("Equal: the same sha256 of 1 row, 1 column\n"), "{text}");
}

/// One column `v` of a type.
fn typed(values: Column) -> Source {
    let frame = DataFrame::new_infer_height(vec![values.with_name("v".into())]).unwrap();
    Source::Table(Table::new("frame", frame).unwrap())
}

fn verdict(comparator: &dyn Comparator, left: &Source, right: &Source, nulls: bool) -> bool {
    let mut spec = CompareSpec { by: By::Position, ..CompareSpec::default() };
    if nulls {
        spec.null = Scoped::for_all(vec!["NA".to_owned()]);
    }
    let (left, right) = (left.clone(), right.clone());
    let job = Job { left, right, spec, parameters: serde_json::Map::new(), control: Control::new() };
    comparator.compare(job).unwrap().report.is_equal
}

#[test]
fn digests_are_the_same_where_rows_are_equal() {
    let two_53 = 1_i64 << 53;
    let text = |text: String| Source::Bytes { name: "text".to_owned(), bytes: text.into_bytes().into() };
    let name = || "v".into();
    // The same numbers, or nearly, in every type that can hold them.
    let mut sources = Vec::new();
    for number in [0, 1, 1 << 33, two_53, two_53 + 1, 1 << 60] {
        sources.push(typed(Column::new(name(), [number])));
        sources.push(typed(Column::new(name(), [number as u64])));
        sources.push(typed(Column::new(name(), [number as f32])));
        sources.push(typed(Column::new(name(), [number as f64])));
        sources.push(text(format!("v\n{number}\n")));
    }
    for number in [0.1, -0.0, f64::NAN, 1e300] {
        sources.push(typed(Column::new(name(), [number as f32])));
        sources.push(typed(Column::new(name(), [number])));
        sources.push(text(format!("v\n{number:?}\n")));
    }
    sources.push(typed(Column::new(name(), [u64::MAX])));
    sources.push(text(format!("v\n{}\n", u64::MAX)));
    sources.push(typed(Column::new(name(), [None::<i64>])));
    sources.push(typed(Column::new(name(), ["1"])));
    let mut equal = 0;
    for (at, left) in sources.iter().enumerate() {
        for (there, right) in sources.iter().enumerate() {
            for nulls in [false, true] {
                let rows = verdict(&RowCompare, left, right, nulls);
                assert_eq!(verdict(&HashCompare, left, right, nulls), rows, "{at} {there} {nulls}");
                equal += usize::from(rows);
            }
        }
    }
    assert!(equal > sources.len() * 4, "{equal}");
}

#[test]
fn values_in_bulk_and_one_by_one_have_the_same_digests() {
    // Texts of every length around what stands in a view, is copied at once, and is gathered; the last is a short one.
    let lengths = [11, 12, 13, 31, 32, 33, 8_447, 8_448, 20_000, 0, 1];
    let text = |row: usize| "é".repeat(row % 7) + &"x".repeat(lengths[row % lengths.len()]);
    let texts = |rows: usize, nulls: bool| -> Column {
        let cells = (0..rows).map(|row| (!nulls || row % 5 != 0).then(|| text(row)));
        Column::new("v".into(), cells.collect::<Vec<_>>())
    };
    let floats = |odd: f64| {
        Column::new("v".into(), (0..5_000).map(|row| if row == 4_500 { odd } else { 0.5 }).collect::<Vec<_>>())
    };
    let columns = [
        texts(2_000, false),
        texts(2_000, true),
        texts(1, false),
        floats(1.0),
        floats(-0.0),
        floats(-f64::NAN),
        Column::new("v".into(), (0..5_000_i64).collect::<Vec<_>>()),
        Column::new("v".into(), (0..5_000_i64).map(|row| (row % 3 > 0).then_some(row)).collect::<Vec<_>>()),
    ];
    for column in columns {
        let table = |null: Option<&str>| {
            let mut spec = CompareSpec { by: By::Position, ..CompareSpec::default() };
            // A spelling that no value has: each of them is looked at.
            spec.null = Scoped::for_all(null.map(str::to_owned).into_iter().collect());
            let [left, right] = [typed(column.clone()), typed(column.clone())];
            let job = Job { left, right, spec, parameters: serde_json::Map::new(), control: Control::new() };
            HashCompare.compare(job).unwrap().report.details.digests.unwrap().table.unwrap().left.unwrap()
        };
        assert_eq!(table(None), table(Some("none has this")), "{column:?}");
    }
}
