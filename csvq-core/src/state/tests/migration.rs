//! Databases that are fresh, of another version, of another program, or damaged. Nothing is ever deleted.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::{Home, version};
use crate::error::ErrorKind;
use crate::state::schema::{APPLICATION_ID, STEPS, current};
use crate::state::{AuditAction, AuditRecord, PluginStatus, RunRecord, State, Timestamp};

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

/// A database as a csvq made it that knew so many steps.
fn of_version(path: &Path, version: usize) {
    let steps: String = STEPS[..version].concat();
    let marks = format!("PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version}");
    database(path, &format!("PRAGMA journal_mode = wal; BEGIN; {steps}; {marks}; COMMIT"));
}

#[test]
fn a_database_of_the_first_version_keeps_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    of_version(&path, 1);
    database(
        &path,
        "PRAGMA foreign_keys = on; BEGIN;
         INSERT INTO plugins (id, display_name, status, status_before, reason, active_version, previous_version,
             in_process, installed_at, deprecated_at, removal_at, last_used, usage_count)
         VALUES ('p', 'P', 'quarantined', 'active', 'flagged', '2.0.0', '1.0.0', 1, 1000, NULL, NULL, 2000, 7);
         INSERT INTO versions (plugin, version, display_name, kind, digest, manifest, source, source_path, source_stamp,
             installed_at)
         VALUES ('p', '1.0.0', 'P', 'native', 'aa', '{}', 'zip', '/p.zip', NULL, 1000),
                ('p', '2.0.0', 'P', 'native', 'bb', '{}', 'drop_in', 'p.so', 'stamp', 1500);
         INSERT INTO runs (plugin, version, started, wall_ms, rows, bytes, success, cached)
         VALUES ('p', '1.0.0', 1800, 5.0, 3, 30, 1, 0);
         INSERT INTO counters VALUES ('cache.hits', 4);
         INSERT INTO digests (path, stamp, digest) VALUES (CAST('/a.csv' AS BLOB), 's', 'cc');
         COMMIT",
    );
    let dump = |tables: &[&str]| -> Vec<String> {
        let connection = Connection::open(&path).unwrap();
        let rows = |table: &&str| {
            let mut rows = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let columns = rows.column_count();
            let row = |row: &rusqlite::Row<'_>| {
                (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column)).collect()
            };
            let rows: Vec<Vec<_>> = rows.query_map([], row).unwrap().map(Result::unwrap).collect();
            format!("{table}: {rows:?}")
        };
        tables.iter().map(rows).collect()
    };
    // What the plugins say is held against their record below.
    let tables = ["versions", "runs", "counters", "digests"];
    let before = dump(&tables);

    let state = State::open(&path).unwrap();
    assert_eq!(dump(&tables), before);
    let plugin = state.plugin("p").unwrap().unwrap();
    assert_eq!((plugin.versions.len(), plugin.usage_count, plugin.in_process()), (2, 7, true));
    let said = (plugin.status, plugin.status_before, plugin.reason.as_deref(), plugin.previous_version.as_deref());
    assert_eq!(said, (PluginStatus::Quarantined, Some(PluginStatus::Active), Some("flagged"), Some("1.0.0")));
    assert_eq!((plugin.installed_at, plugin.last_used), (Timestamp(1000), Some(Timestamp(2000))));
    assert_eq!(state.statistics(Some("p")).unwrap()[0].total_rows, 3);
    assert_eq!(state.remembered_digest("/a.csv", "s").unwrap().as_deref(), Some("cc"));
    // What is new works in it, and what was there goes on.
    assert!(state.verify_audit().unwrap().is_sound());
    let number = state
        .change(|change| {
            change.release("p")?;
            change.audit(&AuditRecord::new("local", AuditAction::QuarantineReleased, "p"))
        })
        .unwrap();
    assert_eq!(number, 1);
    assert_eq!(state.quarantined(false).unwrap(), []);
    state.record_run(&RunRecord { started: Timestamp(1), ..RunRecord::default() }).unwrap();
    state.check().unwrap();
    drop(state);
    let state = State::open(&path).unwrap();
    assert!(state.verify_audit().unwrap().is_sound());
    assert_eq!(state.audit_log(&Default::default()).unwrap().len(), 1);
}

#[test]
fn a_migration_leads_to_what_a_fresh_database_is() {
    let schema = |make: &dyn Fn(&Path)| -> Vec<(String, Option<String>)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        make(&path);
        drop(State::open(&path).unwrap());
        let connection = Connection::open(&path).unwrap();
        let mut rows = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
        rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    let fresh = schema(&|_| {});
    for version in 1..STEPS.len() {
        assert_eq!(schema(&|path| of_version(path, version)), fresh, "from version {version}");
    }
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
