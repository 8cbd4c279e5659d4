//! What the program answers where something is left open or can be told in several ways: keys, duplicates, types,
//! limits, dialects.

use csvq_core::report::{CellKind, DifferenceKind, Report};
use csvq_tests::Workplace;

use super::refusal::refused;
use super::{report, stderr, stdout};

fn workplace() -> Workplace {
    Workplace::with(&[
        ("left.csv", "id,code,day,n\n1,a,mon,10\n2,a,tue,20\n3,b,mon,10\n"),
        ("right.csv", "id,code,day,n\n1,a,mon,10\n2,a,tue,21\n3,b,mon,10\n"),
        ("repeats.csv", "id,code,day,n\n1,a,mon,10\n1,a,tue,20\n3,b,mon,10\n"),
        ("alike.csv", "id,code,day,n\n1,a,mon,10\n1,a,mon,10\n"),
        ("other.csv", "nr,code,tag,n\n1,a,mon,10\n2,a,tue,20\n3,b,mon,10\n"),
    ])
    .unwrap()
}

/// Checks that a comparison is refused with a message that has these parts.
#[track_caller]
fn check_refused(flags: &str, parts: &[&str]) {
    let message = refused(&workplace(), &flags.split(' ').collect::<Vec<_>>());
    for part in parts {
        assert!(message.contains(part), "{flags}: expected `{part}`: {message}");
    }
}

/// Runs a comparison with a report, and hands it back once it has these changed, removed and added rows.
#[track_caller]
fn check_counts(place: &Workplace, flags: &str, expected: [u64; 3]) -> Report {
    let args: Vec<&str> = ["compare"].into_iter().chain(flags.split(' ')).chain(["--format", "json"]).collect();
    let output = place.run(&args).unwrap();
    assert_eq!(stderr(&output), "", "{flags}");
    let report = report(&output);
    let counts = report.details.counts;
    assert_eq!([counts.changed, counts.removed, counts.added], expected, "{flags}");
    report
}

#[test]
fn without_a_key_those_that_could_serve_are_told() {
    check_refused(
        "left.csv right.csv",
        &["no key was given; unique on both sides, and so fit for a key: `id`\n", "--key"],
    );
    check_refused("left.csv repeats.csv", &["fit for a key: `id,day`, `id,n`, `code,day`, `code,n`\n"]);
    check_refused("left.csv alike.csv", &["no column or pair of columns is unique on both sides"]);
    check_refused("left.csv other.csv --map id=nr", &["fit for a key: `id=nr`\n"]);
    check_refused("left.csv right.csv --ignore id --trim --threads 1", &["fit for a key: `code,day`, `code,n`\n"]);
}

#[test]
fn default_keys_serve_where_both_sides_have_them() {
    let place = workplace();
    let given = r#"--param default_key_columns=["id"]"#;
    let report = check_counts(&place, &format!("left.csv right.csv {given}"), [1, 0, 0]);
    assert_eq!(report.metadata.parameters["key"][0], "id");
    check_counts(&place, r#"left.csv right.csv --param default_key_columns=["code","day"]"#, [1, 0, 0]);
    // A key that was given wins, and so does another way of pairing.
    check_counts(&place, &format!("left.csv right.csv {given} --key id,n"), [0, 1, 1]);
    check_counts(&place, &format!("left.csv right.csv {given} --by content"), [0, 1, 1]);
    check_refused(&format!("left.csv other.csv {given}"), &["no key was given"]);
}

#[test]
fn parameters() {
    let place = workplace();
    check_counts(&place, "left.csv right.csv --key id --param max_rows=3", [1, 0, 0]);
    for way in ["--key id", "--key id --threads 3", "--by position", "--by content", "--key code,day --memory 16MiB"] {
        let flags = format!("left.csv right.csv --param max_rows=2 {way}");
        check_refused(&flags, &["left.csv: there are more than 2 rows, the most that `max_rows` allows"]);
    }
    check_refused("left.csv right.csv --key id --param max_row=3", &["--param: ", "max_row", "`max_rows`"]);
    check_refused("left.csv right.csv --key id --param max_rows=0", &["--param: `max_rows` must be at least 1"]);
    check_refused("left.csv right.csv --key id --param max_rows=many", &["--param: ", "max_rows"]);
}

#[test]
fn columns_that_are_not_there() {
    check_refused(
        "left.csv right.csv --key code,dya",
        &["--key: the left table has no column `dya`; did you mean `day`?"],
    );
    check_refused("left.csv other.csv --key id", &["--key: the right table has no column `id`"]);
    check_refused("left.csv right.csv --key zzzzzz", &["has no column `zzzzzz`; it has: id, code, day, n"]);
    check_refused("left.csv right.csv --key id --map n=m", &["--map: the right table has no column `m`"]);
    check_refused("left.csv right.csv --key id --abs-tol m=1", &["--abs-tol: the left table has no column `m`"]);
    check_refused("left.csv right.csv --key id --types dya=date", &["--types: ", "did you mean `day`?"]);
    check_refused("left.csv right.csv --key id --only dya", &["--only: `dya` fits no column", "did you mean `day`?"]);
    check_refused("left.csv right.csv --key id --abs-tol id=1", &["--abs-tol: `id` is a key column"]);
}

#[test]
fn keys_that_occur_more_than_once() {
    let place = Workplace::with(&[
        ("left.csv", "id,v\n2,x\n1,a\n1,b\n3,c\n1,b\n3,c\n"),
        ("right.csv", "id,v\n1,b\n1,d\n2,x\n3,c\n"),
        ("unique.csv", "id,v\n2,x\n1,a\n3,c\n"),
    ])
    .unwrap();
    for threads in ["1", "4"] {
        let more = format!("--key id --threads {threads}");
        // Under 1: b meets b, a meets d, the other b is left over. Under 3: c meets c, the other c is left over.
        let report = check_counts(&place, &format!("left.csv right.csv {more}"), [1, 2, 0]);
        let counts = report.details.counts;
        assert_eq!((counts.left_duplicate_keys, counts.right_duplicate_keys), (2, 1));
        let left = &report.details.duplicates.left;
        assert_eq!((left[0].rows.as_slice(), left[0].count), (&[2, 3, 5][..], 3));
        assert_eq!((left[1].rows.as_slice(), left[1].count), (&[4, 6][..], 2));
        assert_eq!(left[1].key, [Some("3".to_owned())]);
        let places: Vec<_> = report.details.rows.iter().map(|row| (row.kind, row.left_row, row.right_row)).collect();
        let removed = |row| (DifferenceKind::Removed, Some(row), None);
        assert_eq!(places, [(DifferenceKind::Changed, Some(2), Some(2)), removed(5), removed(6)]);

        let first = check_counts(&place, &format!("left.csv right.csv {more} --duplicates first"), [1, 0, 0]);
        assert_eq!((first.details.counts.matched, first.details.counts.left_rows), (3, 6));
        assert_eq!(first.details.counts.left_duplicate_keys, 2);
        check_counts(&place, &format!("unique.csv unique.csv {more} --duplicates error"), [0, 0, 0]);

        let refuse = |files: &str| {
            let flags = format!("{files} {more} --duplicates error");
            refused(&place, &flags.split(' ').collect::<Vec<_>>())
        };
        let says = "left.csv: 2 keys occur more than once; the first in records 2, 3, 5; ";
        assert!(refuse("left.csv unique.csv").contains(says));
        assert!(refuse("left.csv right.csv").contains(says));
        assert!(
            refuse("unique.csv right.csv")
                .contains("right.csv: 1 key occurs more than once; the first in records 1, 2; ")
        );
    }
}

#[test]
fn types() {
    let place = Workplace::with(&[
        ("left.csv", "id,n,when,flag,mixed\n1,1.0,2024-01-02,true,5\n2,2,2024-01-03,no,x\n3,007,2024-01-04,false,7\n"),
        ("right.csv", "id,n,when,flag,mixed\n1,1,2024-01-02,TRUE,5.0\n2,2.00,2024-01-03,n,y\n3,7,2024-01-04,false,7\n"),
        ("numbers.csv", "id,n\n1,1.0\n2,2\n3,70\n"),
        ("others.csv", "id,n\n1,1\n2,2.00\n3,7e1\n"),
    ])
    .unwrap();
    let both = "left.csv right.csv --key id";
    check_counts(&place, &format!("{both} --types n=integer --only n"), [0, 0, 0]);
    check_counts(&place, both, [3, 0, 0]);
    check_counts(&place, &format!("{both} --types n=decimal --ignore mixed,flag"), [0, 0, 0]);
    check_counts(&place, &format!("{both} --types flag=boolean --only flag"), [0, 0, 0]);
    let unparsable = check_counts(&place, &format!("{both} --types mixed=decimal --only mixed"), [1, 0, 0]);
    let column = &unparsable.details.columns[0];
    assert_eq!((column.changed, column.unparsable, column.column_type.as_str()), (1, 1, "decimal"));
    assert_eq!(unparsable.details.rows[0].cells[0].kind, Some(CellKind::Unparsable));
    let declared = check_counts(&place, &format!("{both} --types flag=integer --only flag"), [2, 0, 0]);
    assert_eq!(declared.details.columns[0].unparsable, 2);

    check_counts(&place, "numbers.csv others.csv --key id", [3, 0, 0]);
    let inferred = check_counts(&place, "numbers.csv others.csv --key id --types infer", [0, 0, 0]);
    assert_eq!(inferred.details.columns[0].column_type, "decimal");
    let inferred = check_counts(&place, &format!("{both} --types infer"), [3, 0, 0]);
    let types: Vec<_> = inferred.details.columns.iter().map(|column| column.column_type.as_str()).collect();
    // Leading zeros and `no` among `true` and `false` make text; so does what is no number.
    assert_eq!(types, ["text", "date", "text", "text"]);
    assert!(inferred.details.columns.iter().all(|column| column.unparsable == 0));
}

#[test]
fn limits_of_what_is_shown_and_found() {
    let line = |row: usize, text: &str| format!("{row:04},{text}\n");
    let table = |rows: std::ops::Range<usize>, text: &str| {
        "id,v\n".to_owned() + &rows.map(|row| line(row, text)).collect::<String>()
    };
    let place = Workplace::with(&[("left.csv", &table(0..400, "a")), ("right.csv", &table(200..600, "b"))]).unwrap();
    let rows = |flags: &str| {
        let report = check_counts(&place, &format!("left.csv right.csv --key id {flags}"), [200, 200, 200]);
        assert!(!report.metadata.stopped_early);
        (report.details.rows.len(), report.details.truncated)
    };
    assert_eq!(rows("--limit 7"), (21, true));
    assert_eq!(rows("--limit 0"), (0, true));
    assert_eq!(rows("--limit 200"), (600, false));
    assert_eq!(rows("--limit all"), (600, false));
    assert_eq!(rows("--threads 1"), (300, true));
    for threads in ["1", "4"] {
        for most in [1, 150, 599] {
            let flags = format!(
                "left.csv right.csv --key id --stop-after {most} --limit all --threads {threads} --format json"
            );
            let args: Vec<&str> = ["compare"].into_iter().chain(flags.split(' ')).collect();
            let report = report(&place.run(&args).unwrap());
            assert!(report.metadata.stopped_early && report.details.truncated && !report.is_equal);
            assert_eq!(report.details.rows.len(), most);
            let counts = report.details.counts;
            assert_eq!(counts.changed + counts.added + counts.removed, most as u64);
        }
    }
    let whole = check_counts(&place, "left.csv right.csv --key id --stop-after 601", [200, 200, 200]);
    assert!(!whole.metadata.stopped_early);
}

/// Checks that two texts are the same table under some flags, or are not.
#[track_caller]
fn check_texts(left: &str, right: &str, flags: &str, equal: bool) {
    let place = Workplace::with(&[("left.csv", left), ("right.csv", right)]).unwrap();
    for way in [&["--key", "id"][..], &["--by", "position"], &["--by", "content", "--threads", "3"]] {
        // Without a header, the first column has no name of its own.
        let way = if flags.contains("no-header") && way[0] == "--key" { &["--key", "column_1"] } else { way };
        let flags: Vec<&str> = flags.split(' ').filter(|flag| !flag.is_empty()).collect();
        let args = [&["compare", "left.csv", "right.csv"], way, &flags].concat();
        let output = place.run(&args).unwrap();
        let expected = if equal { 0 } else { 1 };
        assert_eq!(output.status.code(), Some(expected), "{args:?}: {}{}", stderr(&output), stdout(&output));
    }
}

#[test]
fn dialects() {
    const PLAIN: &str = "id,v\n1,a\n2,\n";
    check_texts(PLAIN, "\"id\",\"v\"\n\"1\",\"a\"\n\"2\",\"\"\n", "", true);
    check_texts(PLAIN, "id,v\r\n1,a\r\n2,", "", true);
    check_texts(PLAIN, "\u{feff}id,v\n\n1,a\r\n\n2,\"\"\n\n", "", true);
    check_texts(PLAIN, "id;v\n1;a\n2;\n", "", true);
    check_texts(PLAIN, "id\tv\n1\ta\n2\t\n", "--right-delimiter tab", true);
    check_texts("id|v\n1|a,b\n", "id,v\n1,\"a,b\"\n", "--left-delimiter | --right-delimiter ,", true);
    check_texts("# one\nid,v\n#two,\"\n1,a\n2,\n#", PLAIN, "--left-comment #", true);
    check_texts("#1,a\n", "#1,a\n#2,b\n", "--no-header", false);
    check_texts("#1,a\n", "#1,a\n#2,b\n", "--no-header --comment 1", false);
    check_texts("1,a\n#2,b\n", "1,a\n#2,c\n", "--no-header --comment #", true);
    check_texts("id,v\n1,a\\,b\\\"\\\\\n", "id,v\n1,\"a,b\"\"\\\"\n", "--left-escape \\", true);
    check_texts("id,v\n1,'a,b'\n", "id,v\n1,\"a,b\"\n", "--left-quote '", true);
    check_texts("id,v\n1,\"a\n", "id,v\n1,\"\"\"a\"\n", "--left-quote none", true);
    check_texts("1,a\n2,\n", "column_1,column_2\n1,a\n2,\n", "--left-no-header", true);
    check_texts("id,v\n1,a \n", "id,v\n1,a\n", "", false);
    check_texts("id,v\n1,a\n", "id,v\n1,\"a\" \n", "", false);
    check_texts("id,v\n1,A\n", "id,v\n1,a\n", "", false);
}
