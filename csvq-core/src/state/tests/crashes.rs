//! Processes that are killed: in the middle of a transaction, and wherever they happen to be.

use super::processes::Process;
use super::{Home, version};
use crate::state::{AuditAction, AuditRecord, State, VersionRecord};

/// A child's work: changes everything within a transaction that never ends.
pub(super) fn hang_in_a_transaction(state: &State, say: fn(&str)) {
    let _ = state.inner.lasting.write(|transaction| {
        transaction.execute_batch("DELETE FROM versions; DELETE FROM plugins; DROP TABLE runs")?;
        // More than SQLite's cache holds, so that pages are in the log before the commit.
        transaction.execute_batch(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) \
             INSERT INTO counters SELECT 'counter ' || i || hex(randomblob(100)), i FROM n",
        )?;
        say("within");
        std::io::stdin().read_line(&mut String::new()).map_err(|_| rusqlite::Error::InvalidQuery)?;
        Ok(())
    });
}

/// A child's work: adds one version after another, and says each one that is done.
pub(super) fn update_for_ever(state: &State, say: fn(&str)) {
    let start = state.plugin("p").unwrap().map_or(0, |plugin| plugin.versions.len());
    for number in start.. {
        state.add_version("p", "P", &version(&number.to_string())).unwrap();
        say(&number.to_string());
    }
}

/// A child's work: adds one line after another to the audit log, and says each one that is done.
pub(super) fn audit_for_ever(state: &State, say: fn(&str)) {
    loop {
        let line = AuditRecord::new("child", AuditAction::RunRefused, "p").refused("again");
        say(&state.audit(&line).unwrap().to_string());
    }
}

#[test]
fn a_transaction_that_was_killed_never_was() {
    let home = Home::with_plugin();
    let before = home.state.plugins().unwrap();
    let mut process = Process::start("hang", home.state.path());
    process.go();
    assert_eq!(process.line().as_deref(), Some("within"));
    assert_eq!(home.state.plugins().unwrap(), before);
    process.kill();
    let state = home.reopened();
    assert_eq!(state.plugins().unwrap(), before);
    assert_eq!(state.statistics(None).unwrap(), []);
    assert_eq!(state.counters("").unwrap().len(), 0);
    state.check().unwrap();
    // Nothing is held by the one that is gone.
    state.bump("after", 1).unwrap();
}

#[test]
fn what_was_done_before_a_kill_stays_done() {
    let home = Home::new();
    let path = home.state.path().to_owned();
    drop(home.state);
    for round in 1..6 {
        let mut process = Process::start("update", &path);
        process.go();
        let mut said = 0;
        for _ in 0..round * 3 {
            said = process.line().unwrap().parse().unwrap();
        }
        process.kill();
        let state = State::open(&path).unwrap();
        state.check().unwrap();
        let plugin = state.plugin("p").unwrap().unwrap();
        let versions: Vec<usize> = plugin.versions.iter().map(number).collect();
        assert_eq!(versions, (0..versions.len()).collect::<Vec<_>>());
        assert!(versions.len() > said, "{} versions, but {said} was said to be done", versions.len());
        assert_eq!(plugin.active().map(number), versions.last().copied());
        assert_eq!(plugin.previous_version, versions.len().checked_sub(2).map(|before| before.to_string()));
    }
}

#[test]
fn lines_that_were_written_before_a_kill_are_there_and_hold() {
    let home = Home::new();
    let path = home.state.path().to_owned();
    drop(home.state);
    for round in 1..6 {
        let mut process = Process::start("audit for ever", &path);
        process.go();
        let mut said: u64 = 0;
        for _ in 0..round * 5 {
            said = process.line().unwrap().parse().unwrap();
        }
        process.kill();
        let state = State::open(&path).unwrap();
        let check = state.verify_audit().unwrap();
        assert!(check.is_sound(), "{check:?}");
        assert!(check.lines >= said, "{} lines, but {said} were said to be there", check.lines);
        // The next one goes on where that one was cut off.
        let line = AuditRecord::new("parent", AuditAction::RunEnded, "p");
        assert_eq!(state.audit(&line).unwrap(), check.lines + 1);
        state.check().unwrap();
    }
}

fn number(version: &VersionRecord) -> usize {
    version.version.parse().unwrap()
}
