//! `column_compare`: statistics against plain Python, distributions, and where differences concentrate.

use std::process::Command;

use csvq_core::report::{ColumnReport, DifferenceKind, Report};
use csvq_tests::Workplace;
use serde_json::Value;

use super::{oracle, report, stderr, stdout};

/// Rows of an id, a city of five, a price with cents, a stock, and a note; some are NA.
fn table(seed: u64, rows: u64) -> Vec<[String; 5]> {
    let mut state = seed;
    let mut next = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let cities = ["Graz", "Wien", "Linz", "Wels", "Ried"];
    (0..rows)
        .map(|row| {
            let or_null = |text: String, chance: u64| if chance == 0 { "NA".to_owned() } else { text };
            [
                row.to_string(),
                or_null(cities[next(5) as usize].to_owned(), next(40)),
                or_null(format!("{}.{:02}", next(500) as i64 - 250, next(100)), next(30)),
                or_null(next(1000).to_string(), next(25)),
                format!("note {}", next(300)),
            ]
        })
        .collect()
}

fn csv(rows: &[[String; 5]]) -> String {
    let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
    format!("id,city,price,stock,note\n{}\n", lines.join("\n"))
}

fn ndjson(rows: &[[String; 5]]) -> String {
    let value = |text: &str, is_number: bool| match text {
        "NA" => "null".to_owned(),
        number if is_number => {
            // JSON has no leading zeros, and no sign before them.
            let number: f64 = number.parse().unwrap();
            format!("{number:?}")
        }
        text => format!("\"{text}\""),
    };
    rows.iter()
        .map(|[id, city, price, stock, note]| {
            let stock = if stock == "NA" { "null" } else { stock };
            let (city, price, note) = (value(city, false), value(price, true), value(note, false));
            format!("{{\"id\":{id},\"city\":{city},\"price\":{price},\"stock\":{stock},\"note\":{note}}}\n")
        })
        .collect()
}

/// Two tables, of which the right one has a third of Graz's prices raised, some stocks changed, rows more and fewer.
fn tables() -> (Vec<[String; 5]>, Vec<[String; 5]>) {
    let left = table(7, 3000);
    let mut right = left.clone();
    for (at, row) in right.iter_mut().enumerate() {
        if row[1] == "Graz" && at % 3 == 0 && row[2] != "NA" {
            let price: f64 = row[2].parse().unwrap();
            row[2] = format!("{:.2}", price + (at % 7) as f64 + 0.25);
        }
        if at % 50 == 0 {
            row[3] = (at % 90).to_string();
        }
    }
    right.retain(|row| row[4] != "note 17");
    right.extend(table(8, 3040).split_off(3000));
    (left, right)
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs()).max(1.0)
}

#[track_caller]
fn agrees(report: &Report, expected: &Value) {
    for column in &report.details.columns {
        let ColumnReport { name, changed, statistics, .. } = column;
        let (expected, statistics) = (&expected[name], statistics.as_ref().unwrap());
        assert_eq!(expected["changed"], *changed, "{name}");
        for (side, found) in [("left", &statistics.left), ("right", &statistics.right)] {
            let expected = &expected[side];
            assert_eq!(
                (&expected["nulls"], &expected["distinct"]),
                (&found.nulls.into(), &found.distinct.into()),
                "{name}"
            );
            for (what, found) in [("min", &found.min), ("max", &found.max)] {
                match &expected[what] {
                    Value::Number(number) => {
                        assert_eq!(number.as_f64(), found.as_ref().unwrap().parse().ok(), "{name} {what}");
                    }
                    other => assert_eq!(other.as_str(), found.as_deref(), "{name} {what}"),
                }
            }
            assert_eq!(expected["mean"].is_null(), found.mean.is_none(), "{name}");
            assert!(found.mean.is_none_or(|mean| near(mean, expected["mean"].as_f64().unwrap())), "{name}");
        }
        let difference = &expected["difference"];
        assert_eq!(difference.is_null(), statistics.difference.is_none(), "{name}");
        if let Some(found) = statistics.difference {
            let numbers = [
                ("count", found.count as f64),
                ("mean_shift", found.mean_shift),
                ("mean", found.mean),
                ("median", found.median),
                ("p95", found.p95),
                ("max", found.max),
            ];
            for (what, number) in numbers {
                assert!(near(number, difference[what].as_f64().unwrap()), "{name} {what} {number} {difference}");
            }
        }
    }
}

#[test]
fn statistics_are_those_of_plain_python_in_every_form() {
    let (left, right) = tables();
    let place = Workplace::with(&[("left.csv", &csv(&left)), ("right.csv", &csv(&right))]).unwrap();
    place.write("left.ndjson", ndjson(&left)).unwrap();
    place.write("right.ndjson", ndjson(&right)).unwrap();
    let flags = ["left.csv", "right.csv", "--key", "id", "--numbers", "price,stock", "--null", "NA"];
    let mut python = Command::new("python3");
    let expected = oracle(python.arg(super::folder("oracle/statistics_of.py")).args(flags).current_dir(place.path()));
    assert!(expected["price"]["changed"].as_u64().unwrap() > 100, "{expected}");

    let base = ["compare", "--key", "id", "--with", "column_compare", "--format", "json"];
    let forms: [&[&str]; 4] = [
        &["left.csv", "right.csv", "--null", "NA", "--types", "price=float", "--types", "stock=integer"],
        &["left.csv", "right.csv", "--null", "NA", "--as-number=price,stock"],
        &["left.ndjson", "right.ndjson"],
        &["left.csv", "right.ndjson", "--null", "NA"],
    ];
    for form in forms {
        let output = place.run(&[&base[..], form].concat()).unwrap();
        let found = report(&output);
        assert_eq!((output.status.code(), found.metadata.plugin_name.as_str()), (Some(1), "column_compare"));
        agrees(&found, &expected);
        let told = &found.details.concentrations[0];
        assert_eq!(
            (told.kind, told.by.as_str(), told.value.as_deref()),
            (DifferenceKind::Changed, "city", Some("Graz"))
        );
        assert!(told.share > 0.7 && told.lift > 3.5, "{told:?}");
        let removed = found.details.concentrations.iter().find(|told| told.kind == DifferenceKind::Removed).unwrap();
        assert_eq!((removed.by.as_str(), removed.value.as_deref(), removed.share), ("note", Some("note 17"), 1.0));
    }
}

#[test]
fn nothing_is_told_to_concentrate_where_differences_are_spread() {
    let left = table(7, 3000);
    let mut right = left.clone();
    right.iter_mut().step_by(10).for_each(|row| row[2] = "0.5".to_owned());
    let place = Workplace::with(&[("left.csv", &csv(&left)), ("right.csv", &csv(&right))]).unwrap();
    let output =
        place.run(&["compare", "left.csv", "right.csv", "--key", "id", "--with", "column_compare", "--format", "json"]);
    assert_eq!(report(&output.unwrap()).details.concentrations, []);
}

#[test]
fn the_first_differences_say_nothing_of_where_all_are() {
    let (left, right) = tables();
    let place = Workplace::with(&[("l.csv", &csv(&left)), ("r.csv", &csv(&right))]).unwrap();
    let base = ["compare", "l.csv", "r.csv", "--key", "id", "--with", "column_compare", "--format", "json"];
    let found = report(&place.run(&[&base[..], &["--stop-after", "40"]].concat()).unwrap());
    assert_eq!((found.metadata.stopped_early, &found.details.concentrations[..]), (true, &[][..]));
}

#[test]
fn what_the_rules_call_the_same_value_is_one() {
    let left: String =
        (0..600).map(|row| format!("{row},{},1\n", ["CH", " ch", "AT", "DE", "FR", "IT"][row % 6])).collect();
    let right: String = (0..600)
        .map(|row| {
            format!("{row},{},{}\n", ["CH", " ch", "AT", "DE", "FR", "IT"][row % 6], if row % 6 < 2 { 2 } else { 1 })
        })
        .collect();
    let files = [("l.csv", format!("id,land,v\n{left}")), ("r.csv", format!("id,land,v\n{right}"))];
    let place = Workplace::with(&files.each_ref().map(|(name, text)| (*name, text.as_str()))).unwrap();
    let flags = ["compare", "l.csv", "r.csv", "--key", "id", "--with", "column_compare", "--ignore-case", "--trim"];
    let found = report(&place.run(&[&flags[..], &["--format", "json"]].concat()).unwrap()).details.concentrations;
    assert_eq!((found.len(), found[0].share, found[0].rows), (1, 1.0, 200));
}

#[test]
fn a_column_of_nulls_a_single_row_and_no_row_at_all() {
    let place =
        Workplace::with(&[("none.csv", "id,a\n"), ("one.csv", "id,a\n1,\n"), ("two.csv", "id,a\n1,\n2,\n")]).unwrap();
    let statistics = |left: &str, right: &str| {
        let flags = ["compare", left, right, "--key", "id", "--with", "column_compare", "--empty-is-null"];
        let found = report(&place.run(&[&flags[..], &["--format", "json"]].concat()).unwrap());
        let statistics = found.details.columns[0].statistics.clone().unwrap();
        [statistics.left, statistics.right].map(|side| (side.nulls, side.distinct, side.min, side.mean))
    };
    assert_eq!(statistics("none.csv", "one.csv"), [(0, 0, None, None), (1, 0, None, None)]);
    assert_eq!(statistics("one.csv", "two.csv"), [(1, 0, None, None), (2, 0, None, None)]);
}

#[test]
fn the_default_tolerance_is_for_columns_that_have_no_other() {
    let place = Workplace::with(&[("l.csv", "id,a,b\n1,1.00,1.00\n"), ("r.csv", "id,a,b\n1,1.05,1.05\n")]).unwrap();
    let changed = |more: &[&str]| {
        let base = ["compare", "l.csv", "r.csv", "--key", "id", "--with", "column_compare", "--format", "json"];
        let found = report(&place.run(&[&base[..], more].concat()).unwrap());
        found.details.columns.iter().map(|column| column.changed).collect::<Vec<_>>()
    };
    assert_eq!(changed(&[]), [1, 1]);
    assert_eq!(changed(&["--param", "default_tolerance=0.1"]), [0, 0]);
    assert_eq!(changed(&["--param", "default_tolerance=0.1", "--abs-tol", "a=0.01"]), [1, 0]);
    assert_eq!(changed(&["--param", "default_tolerance=0.1", "--abs-tol", "0.01"]), [1, 1]);
    for wrong in ["default_tolerance=-1", "default_tolerance=many", "tolerance=1"] {
        let output =
            place.run(&["compare", "l.csv", "r.csv", "--key", "id", "--with", "column_compare", "--param", wrong]);
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("default_tolerance"), "{}", stderr(&output));
    }
}

#[test]
fn every_format_tells_of_columns() {
    let (left, right) = tables();
    let place = Workplace::with(&[("l.csv", &csv(&left)), ("r.csv", &csv(&right))]).unwrap();
    let base = ["compare", "l.csv", "r.csv", "--key", "id", "--null", "NA", "--with", "column_compare"];
    let written = |more: &[&str]| stdout(&place.run(&[&base[..], more].concat()).unwrap());
    let text = written(&[]);
    for expected in ["Columns  2 of 4 differ", "How far changed numbers moved", "changes of price have city = Graz"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert!(written(&["--format", "markdown"]).contains("| `price` | text |"));
    let csv = written(&["--format", "csv"]);
    assert_eq!(csv.lines().count(), 5);
    assert!(csv.starts_with("column,right_column,type,changed,match_rate,"), "{csv}");
    let lines = written(&["--format", "jsonl"]);
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((&first["table"], &first["column"]), (&"columns".into(), &"city".into()));
    assert!(lines.contains("{\"table\":\"concentrations\","), "{lines}");
    place.run(&[&base[..], &["--export", "out", "--export-format", "parquet"]].concat()).unwrap();
    let columns = written(&["--export", "csvs"]);
    assert!(!columns.is_empty());
    let names = ["added", "changed", "columns", "concentrations", "removed"];
    for (folder, extension) in [("out", "parquet"), ("csvs", "csv")] {
        for name in names {
            assert!(place.path().join(folder).join(format!("{name}.{extension}")).is_file(), "{folder} {name}");
        }
    }
    // What was exported as Parquet is what was exported as CSV.
    for name in names {
        let (left, right) = (format!("out/{name}.parquet"), format!("csvs/{name}.csv"));
        let flags = ["compare", &left, &right, "--by", "position", "--null", "NA", "--empty-is-null"];
        let output = place.run(&flags).unwrap();
        assert_eq!(output.status.code(), Some(0), "{name}: {}{}", stdout(&output), stderr(&output));
    }
}
