//! Databases that are fresh, of another version, of another program, or damaged. Nothing is ever deleted.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::{Home, version};
use crate::error::ErrorKind;
use crate::state::State;
use crate::state::schema::{APPLICATION_ID, current};

/// The error of opening a file that something made, which must still be there, as it was.
fn refused(make: impl Fn(&Path)) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    make(&path);
    let before = fs::read(&path).unwrap();
    let error = State::open(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::State);
    assert_eq!(error.context().input.as_deref(), path.to_str());
    assert_eq!(fs::read(&path).unwrap(), before);
    error.message().to_owned()
}

fn database(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn an_empty_database_is_brought_to_the_current_version() {
    let check = |make: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        make(&path);
        let state = State::open(&path).unwrap();
        state.add_version("p", "P", &version("1.0.0")).unwrap();
        state.check().unwrap();
        drop(state);
        let number = |pragma: &str| -> i32 {
            Connection::open(&path).unwrap().pragma_query_value(None, pragma, |row| row.get(0)).unwrap()
        };
        assert_eq!((number("user_version"), number("application_id")), (current(), APPLICATION_ID));
        assert_eq!(State::open(&path).unwrap().plugins().unwrap().len(), 1);
    };
    check(&|_| {});
    check(&|path| fs::write(path, "").unwrap());
    check(&|path| database(path, "PRAGMA journal_mode = wal"));
    check(&|path| database(path, "CREATE TABLE t (a); DROP TABLE t"));
}

#[test]
fn a_newer_database_is_refused() {
    let newer = current() + 1;
    for mode in ["delete", "wal"] {
        let message = refused(|path| {
            let sql = format!(
                "PRAGMA journal_mode = {mode}; PRAGMA application_id = {APPLICATION_ID}; \
                 PRAGMA user_version = {newer}; CREATE TABLE plugins (id)"
            );
            database(path, &sql);
        });
        assert!(message.contains(&format!("has version {newer}")), "{message}");
        assert!(message.contains("a newer csvq made it"), "{message}");
    }
}

#[test]
fn what_is_no_database_of_csvq_is_refused_and_kept() {
    let check = |make: &dyn Fn(&Path), expected: &str| {
        let message = refused(make);
        assert!(message.contains(expected), "{message}");
    };
    check(&|path| database(path, "CREATE TABLE bookmarks (url)"), "another program");
    check(&|path| database(path, "PRAGMA journal_mode = wal; CREATE TABLE bookmarks (url)"), "another program");
    check(&|path| database(path, "PRAGMA application_id = 7"), "another program");
    check(&|path| database(path, "PRAGMA user_version = 1"), "another program");
    check(&|path| fs::write(path, "id,name\n".repeat(1000)).unwrap(), "no SQLite database");
    check(&|path| fs::write(path, "SQLite format 3\0").unwrap(), "no SQLite database");
}

#[test]
fn damage_is_reported_with_advice() {
    let home = Home::with_plugin();
    let path = home.folder.path().join("state.db");
    for number in 0..500 {
        home.state.bump(&format!("counter {number}"), 1).unwrap();
    }
    drop(home.state);
    let mut bytes = fs::read(&path).unwrap();
    let pages = bytes.len() / 4096;
    assert!(pages > 4);
    bytes[4096..].fill(0xa5);
    fs::write(&path, &bytes).unwrap();
    let error = match State::open(&path) {
        Err(error) => error,
        Ok(state) => state.plugins().and_then(|_| state.check()).unwrap_err(),
    };
    assert_eq!(error.kind(), ErrorKind::State);
    for expected in ["damaged", "left as it is: bring it back from a backup", "move it away", "-wal"] {
        assert!(error.message().contains(expected), "{error}");
    }
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_database_that_was_cut_off_is_reported() {
    let home = Home::with_plugin();
    let path = home.folder.path().join("state.db");
    drop(home.state);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let found = State::open(&path).and_then(|state| state.plugins().and_then(|_| state.check()));
    assert_eq!(found.unwrap_err().kind(), ErrorKind::State);
}
