//! Malformed text: refused with its file, line and byte, the same by every way through the engine.

use csvq_tests::Workplace;

use super::refusal::{SECRET, refused};
use super::{report, stderr, stdout};

/// Where a text is malformed, and what the message says.
#[derive(Clone, Copy)]
struct Place {
    line: u64,
    byte: u64,
    says: &'static str,
}

/// Every way of comparing a file: pairing, threads, and other files that lead to the walk or to the join.
const WAYS: [&[&str]; 5] = [
    &["--key", "id", "--threads", "1"],
    &["--key", "id", "--threads", "4"],
    &["--key", "id,name", "--threads", "2", "--memory", "16MiB"],
    &["--by", "position"],
    &["--by", "content"],
];

/// Checks that a file is refused, whatever it is compared with and how.
#[track_caller]
fn check(bad: &[u8], good: &str, expected: Place) {
    let place = Workplace::with(&[("good.csv", good)]).unwrap();
    place.write("bad.csv", bad).unwrap();
    let turned = good.lines().map(|line| line.split(',').rev().collect::<Vec<_>>().join(",") + "\n");
    place.write("turned.csv", turned.collect::<String>()).unwrap();
    place.write("again.csv", bad).unwrap();
    let at = format!("bad.csv: line {} (byte {}): ", expected.line, expected.byte);
    for way in WAYS {
        let pairs =
            [["bad.csv", "good.csv"], ["good.csv", "bad.csv"], ["bad.csv", "turned.csv"], ["turned.csv", "bad.csv"]];
        for pair in pairs.into_iter().chain([["bad.csv", "bad.csv"], ["bad.csv", "again.csv"]]) {
            let message = refused(&place, &[&pair, way].concat());
            assert!(message.contains(&at), "{pair:?} {way:?}: expected `{at}`: {message}");
            assert!(message.contains(expected.says), "{pair:?} {way:?}: {message}");
        }
    }
}

/// A table of three columns, its rows numbered from 1, with one line replaced by another text.
fn table(rows: usize, line: usize, text: &[u8]) -> (Vec<u8>, u64) {
    let mut table = Vec::new();
    let mut at = 0;
    for number in 0..=rows {
        if number + 1 == line {
            at = table.len() as u64;
            table.extend_from_slice(text);
        } else if number == 0 {
            table.extend_from_slice(b"id,name,note\n");
        } else {
            table.extend_from_slice(format!("{number},name {number},note\n").as_bytes());
        }
    }
    (table, at)
}

/// Checks a malformed line at the start, in the middle and at the end of small and larger files. `column` is where in
/// the line it is malformed.
#[track_caller]
fn check_line(text: &[u8], column: u64, says: &'static str) {
    for (rows, line) in [(3, 2), (3, 4), (9_000, 2), (9_000, 4_500), (9_000, 9_001)] {
        let (bad, at) = table(rows, line, text);
        let good = String::from_utf8(table(rows, 0, b"").0).unwrap();
        check(&bad, &good, Place { line: line as u64, byte: at + column, says });
    }
}

#[test]
fn unclosed_quotes() {
    let says = "the quote that opens here is never closed";
    check_line(format!("2,\"{SECRET},x\n").as_bytes(), 2, says);
    check_line(format!("2,x,\"{SECRET}\"\"\n").as_bytes(), 4, says);
    check(b"\"id,name,note\n1,a,b\n", "id,name,note\n1,a,b\n", Place { line: 1, byte: 0, says });
    check(b"\n\nid,\"name\n", "id,name\n", Place { line: 3, byte: 5, says });
}

#[test]
fn nul_bytes() {
    let says = "there is a NUL byte here";
    check_line(format!("2,{SECRET}\0,x\n").as_bytes(), 8, says);
    let (bad, at) = table(3, 3, format!("2,\"{SECRET}\n\0\",x\n").as_bytes());
    let good = String::from_utf8(table(3, 0, b"").0).unwrap();
    check(&bad, &good, Place { line: 4, byte: at + 10, says });
    check(b"id,na\0me\n1,a\n", "id,name\n1,a\n", Place { line: 1, byte: 5, says });
}

#[test]
fn bytes_that_are_no_utf_8() {
    let says = "the bytes here are not UTF-8";
    for wrong in [&b"\xff"[..], b"\xe6\x97", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"] {
        let line = [b"2,", SECRET.as_bytes(), wrong, b",x\n"].concat();
        let (bad, at) = table(3, 3, &line);
        let good = String::from_utf8(table(3, 0, b"").0).unwrap();
        check(&bad, &good, Place { line: 3, byte: at + 8, says });
    }
    check_line(b"2,\xe9t\xe9,x\n", 2, says);
    check(b"id,n\xe4me\n1,a\n", "id,name\n1,a\n", Place { line: 1, byte: 4, says });
}

#[test]
fn ragged_records() {
    check_line(format!("2,{SECRET}\n").as_bytes(), 0, "this record has 2 fields, where 3 fields are expected");
    check_line(format!("2,{SECRET},x,y\n").as_bytes(), 0, "this record has 4 fields, where 3 fields are expected");
    check_line(format!("{SECRET}\n").as_bytes(), 0, "this record has 1 field, where 3 fields are expected");
}

#[test]
fn ragged_records_that_may_be() {
    let place = Workplace::with(&[
        ("short.csv", "id,a,b\n1,x\n2\n3,x,y\n"),
        ("long.csv", "id,a,b\n1,x,,z\n2,,\n3,x,y,\"\n\"\n"),
        ("whole.csv", "id,a,b\n1,x,\n2,,\n3,x,y\n"),
        ("turned.csv", "b,a,id\n,x,1\n,,2\ny,x,3\n"),
    ])
    .unwrap();
    for way in [&["--key", "id"][..], &["--key", "id", "--threads", "3"], &["--by", "position"], &["--by", "content"]] {
        for other in ["whole.csv", "turned.csv"] {
            let run = |file: &str, ragged: &str| {
                let args = [&["compare", file, other, "--ragged", ragged], way].concat();
                let output = place.run(&args).unwrap();
                (output.status.code(), stderr(&output))
            };
            assert_eq!(run("short.csv", "pad"), (Some(0), String::new()), "{way:?} {other}");
            assert_eq!(run("short.csv", "truncate"), (Some(0), String::new()), "{way:?} {other}");
            assert_eq!(run("long.csv", "truncate"), (Some(0), String::new()), "{way:?} {other}");
            let (status, message) = run("long.csv", "pad");
            assert_eq!(status, Some(2));
            assert!(message.contains("long.csv: line 2 (byte 7): this record has 4 fields"), "{message}");
        }
    }
}

#[test]
fn of_several_things_that_are_wrong_the_first_is_told() {
    let (bad, at) = table(9_000, 40, b"40,\xff\0,x\n");
    let bad = [&bad[..], b"\0,ragged\n1,\"unclosed"].concat();
    let good = String::from_utf8(table(9_000, 0, b"").0).unwrap();
    check(&bad, &good, Place { line: 40, byte: at + 3, says: "not UTF-8" });
}

#[test]
fn inputs_without_a_record() {
    for nothing in ["", "\u{feff}", "\n", "\r\n\n", "\u{feff}\r\n"] {
        let place = Workplace::with(&[("empty.csv", nothing), ("good.csv", "id\n1\n")]).unwrap();
        for pair in [["empty.csv", "good.csv"], ["good.csv", "empty.csv"], ["empty.csv", "empty.csv"]] {
            for more in [&["--key", "id"][..], &["--by", "content"], &[]] {
                let message = refused(&place, &[&pair, more].concat());
                assert!(message.contains("empty.csv: there is no text; expected a first record"), "{message}");
            }
            let message = refused(&place, &[&pair[..], &["--key", "column_1", "--no-header"]].concat());
            assert!(message.contains("empty.csv: there is no text; expected at least one record"), "{message}");
        }
    }
}

#[test]
fn workbooks_and_archives() {
    for head in [&b"PK\x03\x04\x14\0\x06\0"[..], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"] {
        let place = Workplace::with(&[("good.csv", "id\n1\n")]).unwrap();
        place.write("book.xlsx", [head, &[0; 4096]].concat()).unwrap();
        for pair in [["book.xlsx", "good.csv"], ["good.csv", "book.xlsx"]] {
            let message = refused(&place, &[&pair[..], &["--key", "id"]].concat());
            assert!(message.contains("book.xlsx") && message.contains("export the table as CSV"), "{message}");
        }
    }
}

#[test]
fn inputs_with_only_a_header() {
    let place =
        Workplace::with(&[("left.csv", "id,v\n"), ("bare.csv", "id,v"), ("right.csv", "id,v\n1,a\n2,b\n")]).unwrap();
    let check = |args: &[&str], expected: [u64; 4]| {
        let report = report(&place.run(&[&["compare"], args, &["--format", "json"]].concat()).unwrap());
        let counts = report.details.counts;
        assert_eq!([counts.left_rows, counts.right_rows, counts.removed, counts.added], expected, "{args:?}");
        assert!(report.details.columns.iter().all(|column| column.match_rate.is_none()));
        assert_eq!(report.is_equal, counts.left_rows == counts.right_rows);
    };
    for way in [&["--key", "id"][..], &["--by", "position"], &["--by", "content"]] {
        check(&[&["left.csv", "right.csv"], way].concat(), [0, 2, 0, 2]);
        check(&[&["right.csv", "bare.csv"], way].concat(), [2, 0, 2, 0]);
        check(&[&["left.csv", "bare.csv"], way].concat(), [0, 0, 0, 0]);
    }
}

#[test]
fn names_that_are_empty_or_stand_there_twice() {
    let place = Workplace::with(&[
        ("left.csv", "id,a,,a,\"\"\n1,x,y,z,w\n"),
        ("right.csv", "id,a,,a,\"\"\n1,x,Y,Z,w\n"),
        ("twice.csv", "id,id,v\n1,2,x\n"),
        ("swapped.csv", "id,id,v\n1,3,x\n"),
    ])
    .unwrap();
    let run = |args: &[&str]| report(&place.run(&[&["compare"], args, &["--format", "json"]].concat()).unwrap());
    let found = run(&["left.csv", "right.csv", "--key", "id"]);
    let columns: Vec<_> = found.details.columns.iter().map(|column| (column.name.as_str(), column.changed)).collect();
    assert_eq!(columns, [("a", 0), ("column_3", 1), ("a#2", 1), ("column_5", 0)]);
    assert_eq!(found.details.columns[2].left_name, "a");
    let found = run(&["twice.csv", "swapped.csv", "--key", "id#2"]);
    assert_eq!((found.details.counts.added, found.details.counts.removed), (1, 1));
    for (only, columns, changed) in [("a", 2, 1), ("a#2", 1, 1), ("column_5", 1, 0)] {
        let found = run(&["left.csv", "right.csv", "--key", "id", "--only", only]).details;
        assert_eq!((found.columns.len(), found.counts.changed), (columns, changed), "{only}");
    }
}

#[test]
fn a_header_of_a_hundred_thousand_columns() {
    let columns = 100_000;
    let line = |text: &str| (0..columns).map(|column| format!("{text}{column}")).collect::<Vec<_>>().join(",") + "\n";
    let left = line("c") + &line("1-") + &line("2-");
    let right = left.replacen("2-99999", "2-x", 1);
    let place = Workplace::with(&[("left.csv", &left), ("same.csv", &left), ("right.csv", &right)]).unwrap();
    let same = place.run(&["compare", "left.csv", "same.csv", "--key", "c0"]).unwrap();
    assert_eq!(same.status.code(), Some(0), "{}", stderr(&same));
    let found = place.run(&["compare", "left.csv", "right.csv", "--key", "c0", "--format", "csv"]).unwrap();
    assert_eq!(found.status.code(), Some(1), "{}", stderr(&found));
    assert_eq!(stdout(&found), "kind,c0,left_row,right_row,column,left,right\nchanged,2-0,2,2,c99999,2-99999,2-x\n");
}

/// Checks tables with a field of so many bytes, which has quotes, delimiters and line ends in it.
#[track_caller]
fn check_long_field(bytes: usize, ways: &[&[&str]]) {
    let part = "a \"\"quote\"\", a comma\nand a line end; ";
    let field = part.repeat(bytes / part.len());
    let text = |end: &str| format!("id,v,w\n1,a,b\n2,\"{field}{end}\",c\n3,d,e\n");
    let place =
        Workplace::with(&[("left.csv", &text("1")), ("same.csv", &text("1")), ("right.csv", &text("2"))]).unwrap();
    place.write("turned.csv", format!("w,v,id\nb,a,1\nc,\"{field}2\",2\ne,d,3\n")).unwrap();
    for way in ways {
        for (right, status) in [("same.csv", 0), ("right.csv", 1), ("turned.csv", 1)] {
            let args = [&["compare", "left.csv", right, "--format", "csv", "--limit", "0"], *way].concat();
            let output = place.run(&args).unwrap();
            assert_eq!((output.status.code(), stderr(&output)), (Some(status), String::new()), "{args:?}");
        }
    }
}

/// Fields of a hundred megabytes differ from these in nothing but the time that they take.
#[test]
fn long_fields() {
    check_long_field(20 << 20, &[&["--key", "id"]]);
    let small_memory = &["--key", "id", "--memory", "16MiB", "--threads", "1"][..];
    check_long_field(1 << 20, &[small_memory, &["--by", "content"], &["--by", "position", "--threads", "3"]]);
}

#[test]
fn cells_that_would_run_or_be_shown_as_code() {
    let formula = "=cmd|' /C calc'!A0";
    let html = "<script>alert(1)</script>|`x`";
    let left = format!("id,v\n1,x\n2,y\n=3,z\n@4,{formula}\n");
    let right = format!("id,v\n1,\"{formula}\"\n2,{html}\n-5,\"-1+1\"\n6,-1.5\n");
    let place = Workplace::with(&[("left.csv", &left), ("right.csv", &right)]).unwrap();
    let run = |more: &[&str]| {
        stdout(&place.run(&[&["compare", "left.csv", "right.csv", "--key", "id"], more].concat()).unwrap())
    };
    let safe = run(&["--format", "csv", "--escape-formulas", "--export", "out"]);
    let files = ["added.csv", "removed.csv", "changed.csv"].map(|name| place.read(&format!("out/{name}")).unwrap());
    for text in files.iter().chain([&safe]) {
        for record in csvq_tests::writing::read(text) {
            for cell in record {
                let number = cell.parse::<f64>().is_ok();
                assert!(number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}: {text}");
            }
        }
    }
    assert!(safe.contains(&format!("'{formula}")), "{safe}");
    assert!(run(&["--format", "csv"]).contains(&format!(",{formula}\n")));
    let page = run(&["--format", "markdown"]);
    // Cells are code spans. In one, a backquote would end it and a bar would end the table's cell.
    for span in page.split('\n').filter(|line| line.contains("script")) {
        assert!(span.starts_with("| "), "{span}");
        assert!(!span.contains(")</script>|`x`"), "{span}");
    }
    let json = place.run(&["compare", "left.csv", "right.csv", "--key", "id", "--format", "json"]).unwrap();
    let cells = report(&json).details.rows[1].cells.clone();
    assert_eq!(cells[0].right.as_deref(), Some(html));
}
