//! What an export leaves in its folder.

use std::fs;
use std::path::Path;

use super::fixtures::{Fixture, nasty, ordinary};
use super::laws::read_records;
use crate::error::ErrorKind;
use crate::report::Comparison;
use crate::report::export::{ExportOptions, export};

fn names(dir: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn read(dir: &Path, name: &str) -> String {
    fs::read_to_string(dir.join(name)).expect("an exported file")
}

#[test]
fn an_export_holds_every_row() {
    let home = tempfile::tempdir().expect("a folder");
    let dir = home.path().join("new/folder");
    let summary = export(&ordinary(), &dir, &ExportOptions::default()).expect("an export");
    let records = ["added", "removed", "changed"].map(|name| summary.records(name));
    assert_eq!(records, [Some(3), Some(1), Some(3)]);
    assert_eq!(names(&dir), ["added.csv", "changed.csv", "removed.csv"]);
    let added = "id,name,city,stock,price,updated,origin,grade\n\
        1400,Milk jug,Wien,25,17.00,2026-09-05,AT,A\n\
        1401,急須,東京,4,88.00,2026-09-05,JP,A\n\
        1402,Saucer,Brno,120,4.20,2026-09-05,CZ,C\n";
    let removed = "id,name,city,price,stock,updated,note\n\
        1099,Sugar bowl,Linz,9.90,0,2025-01-31,discontinued\n";
    let mut changed = ["left_row", "right_row", "id"].join(",");
    for column in ["name", "city", "price", "stock", "updated"] {
        changed.push_str(&format!(",{column}.left,{column}.right"));
    }
    changed.push_str(
        "\n17,17,1017,Espresso cup,Espresso cup,Graz,Graz,12.50,12.75,14,14,2026-08-03,2026-09-05\n\
        204,206,1204,\"Teapot, blue\",\"Teapot, green\",København,København,39.00,41.00,3,0,2026-08-03,2026-08-03\n\
        377,379,1377,Kettle,Kettle,,,25.00,24.00,8,8,2026-08-03,2026-08-03\n",
    );
    for (name, expected) in [("added.csv", added), ("removed.csv", removed), ("changed.csv", changed.as_str())] {
        assert_eq!(read(&dir, name), expected, "{name}");
    }
}

fn escaped() -> ExportOptions {
    ExportOptions { escape_formulas: true, ..ExportOptions::default() }
}

#[test]
fn exported_cells_are_the_cells_unless_formulas_are_escaped() {
    let home = tempfile::tempdir().expect("a folder");
    export(&nasty(), home.path(), &ExportOptions::default()).expect("an export");
    let removed = read_records(&read(home.path(), "removed.csv"));
    assert_eq!(removed[1], ["6", "\u{202e}evil\u{2028}", "\u{0}\u{9b}", "`"]);
    assert_eq!(read_records(&read(home.path(), "added.csv"))[1], ["|||", "=1+1", "+2", "```"]);

    export(&nasty(), home.path(), &escaped()).expect("an export over the first one");
    assert_eq!(read_records(&read(home.path(), "added.csv"))[1], ["|||", "'=1+1", "+2", "```"]);
    assert_eq!(names(home.path()), ["added.csv", "changed.csv", "removed.csv"]);
}

#[test]
fn names_that_are_taken_get_a_prefix() {
    let home = tempfile::tempdir().expect("a folder");
    let columns = ["left_row", "a.left", "a"];
    let comparison = Fixture::new(&columns, &columns, &["left_row", "a.left"])
        .changed((1, 1), &["x", "y", "1"], &["x", "y", "2"])
        .build();
    export(&comparison, home.path(), &ExportOptions::default()).expect("an export");
    let header = &read_records(&read(home.path(), "changed.csv"))[0];
    assert_eq!(header[..], ["left_row", "right_row", "key.left_row", "key.a.left", "a.left", "a.right"]);
}

#[test]
fn an_error_leaves_everything_as_it_was() {
    let home = tempfile::tempdir().expect("a folder");
    let failing = || {
        let mut fixture = Fixture::new(&["id"], &["id"], &["id"]).removed(1, &["1"]).removed(2, &["2"]);
        fixture.fails_after = Some(1);
        fixture.build()
    };
    let fresh = home.path().join("fresh");
    let error = export(&failing(), &fresh, &ExportOptions::default()).expect_err("rows that can't be read");
    assert_eq!(error.kind(), ErrorKind::InputChanged);
    assert!(!fresh.exists());

    let used = home.path().join("used");
    fs::create_dir(&used).expect("a folder");
    fs::write(used.join("removed.csv"), "before").expect("a file");
    export(&failing(), &used, &ExportOptions::default()).expect_err("rows that can't be read");
    assert_eq!((names(&used), read(&used, "removed.csv")), (vec!["removed.csv".to_owned()], "before".to_owned()));

    fs::create_dir(used.join("changed.csv")).expect("a folder in the way");
    let error = export(&ordinary(), &used, &ExportOptions::default()).expect_err("a folder can't be replaced");
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(
        (names(&used), read(&used, "removed.csv")),
        (vec!["changed.csv".to_owned(), "removed.csv".to_owned()], "before".to_owned())
    );
}

#[test]
fn what_cannot_be_exported_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let without_rows = Comparison { rows: None, ..ordinary() };
    let error = export(&without_rows, home.path(), &ExportOptions::default()).expect_err("no rows");
    assert_eq!(error.kind(), ErrorKind::InvalidSpec);
    let file = home.path().join("file");
    fs::write(&file, "").expect("a file");
    let error = export(&ordinary(), &file, &ExportOptions::default()).expect_err("no folder");
    assert_eq!((error.kind(), fs::read_to_string(&file).expect("the file")), (ErrorKind::Io, String::new()));

    // A column of changes that the report's counts deny.
    let mut denied = ordinary();
    denied.report.details.columns[2].changed = 0;
    let error = export(&denied, home.path(), &ExportOptions::default()).expect_err("a contradiction");
    assert_eq!((error.kind(), names(home.path())), (ErrorKind::Internal, vec!["file".to_owned()]));
}

#[cfg(unix)]
#[test]
fn exported_files_have_the_permissions_of_ordinary_ones() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().expect("a folder");
    export(&ordinary(), home.path(), &ExportOptions::default()).expect("an export");
    fs::write(home.path().join("ordinary"), "").expect("a file");
    let mode = |name: &str| fs::metadata(home.path().join(name)).expect("a file").permissions().mode();
    assert_eq!(mode("added.csv"), mode("ordinary"));
}
