//! An audit log that someone changes past csvq, and how that is found.

use rusqlite::Connection;

use super::Home;
use crate::state::{AuditAction, AuditCheck, AuditFilter, AuditRecord, State, Timestamp};

/// Removes what guards the log.
const UNGUARD: &str = "DROP TRIGGER audit_follows; DROP TRIGGER audit_stays; DROP TRIGGER audit_goes; \
                       DROP TRIGGER audit_anchor_is_one; DROP TRIGGER audit_anchor_rises; \
                       DROP TRIGGER audit_anchor_stays; ";

/// A state with five lines.
fn five_lines() -> Home {
    let home = Home::new();
    let record = |number: u32| {
        AuditRecord::new("ann", AuditAction::InstallRefused, format!("p{number}"))
            .of_version("1.0.0")
            .with("number", number)
            .refused("not signed")
    };
    home.state.change(|change| (1..=5).try_for_each(|number| change.audit(&record(number)).map(drop))).unwrap();
    home
}

fn tamper(home: &Home, sql: &str) -> rusqlite::Result<()> {
    Connection::open(home.state.path()).unwrap().execute_batch(sql)
}

/// The definitions of the log's triggers, to be put back after they were dropped.
fn guards(home: &Home) -> String {
    let connection = Connection::open(home.state.path()).unwrap();
    let mut statement = connection.prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger'").unwrap();
    let guards: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    guards.join(";\n")
}

fn checked(home: &Home) -> AuditCheck {
    home.reopened().verify_audit().unwrap()
}

#[test]
fn the_database_refuses_changes_of_lines() {
    let check = |sql: &str| {
        let home = five_lines();
        let before = checked(&home);
        assert!(tamper(&home, sql).is_err(), "{sql}");
        assert_eq!(checked(&home), before, "{sql}");
        assert!(before.is_sound());
    };
    check("UPDATE audit SET outcome = 'allowed' WHERE number = 3");
    check("UPDATE audit SET number = 9 WHERE number = 5");
    check("DELETE FROM audit WHERE number = 5");
    check("DELETE FROM audit");
    check(
        "INSERT OR REPLACE INTO audit SELECT number, time, 'eve', action, outcome, subject, version, digest, why, \
           details, hash FROM audit WHERE number = 3",
    );
    check("REPLACE INTO audit SELECT * FROM audit WHERE number = 5");
    check(
        "INSERT INTO audit SELECT 9, time, caller, action, outcome, subject, version, digest, why, details, hash \
           FROM audit WHERE number = 3",
    );
    check(
        "INSERT INTO audit SELECT NULL, time, caller, action, outcome, subject, version, digest, why, details, hash \
           FROM audit WHERE number = 3",
    );
    check("UPDATE audit_anchor SET number = 3");
    check("UPDATE audit_anchor SET number = 9, hash = zeroblob(32)");
    check("UPDATE audit_anchor SET id = 1, number = -1");
    check("DELETE FROM audit_anchor");
    check("INSERT OR REPLACE INTO audit_anchor VALUES (1, 5, zeroblob(32))");
    check("INSERT INTO audit_anchor VALUES (2, 5, zeroblob(32))");
}

#[test]
fn what_was_changed_without_the_guards_is_found() {
    let check = |sql: &str, number: u64, what: &str| {
        let home = five_lines();
        // Whoever is careful puts the guards back.
        let guards = guards(&home);
        tamper(&home, &format!("{UNGUARD} {sql}; {guards}")).unwrap();
        let found = checked(&home);
        assert_eq!((found.is_sound(), found.is_guarded), (false, true), "{sql}");
        let broken = found.broken.unwrap();
        assert_eq!(broken.number, number, "{sql}: {}", broken.what);
        assert!(broken.what.contains(what), "{sql}: {}", broken.what);
        assert_eq!(found.lines, number.saturating_sub(1), "{sql}");
    };
    let changed = "not as it was written";
    for column in ["caller", "action", "subject", "version", "digest", "why", "details"] {
        check(&format!("UPDATE audit SET {column} = 'other' WHERE number = 3"), 3, changed);
    }
    check("UPDATE audit SET outcome = 'allowed' WHERE number = 1", 1, changed);
    check("UPDATE audit SET time = time + 1 WHERE number = 5", 5, changed);
    check("UPDATE audit SET version = NULL WHERE number = 2", 2, changed);
    check("UPDATE audit SET digest = '' WHERE number = 2", 2, changed);
    check("UPDATE audit SET hash = zeroblob(32) WHERE number = 4", 4, changed);
    // From one field into its neighbour.
    check(
        "UPDATE audit SET caller = caller || substr(action, 1, 1), action = substr(action, 2) WHERE number = 2",
        2,
        changed,
    );
    // Two lines change places.
    check(
        "UPDATE audit SET number = 100 WHERE number = 2; UPDATE audit SET number = 2 WHERE number = 3; \
         UPDATE audit SET number = 3 WHERE number = 100",
        2,
        changed,
    );
    check("DELETE FROM audit WHERE number = 3", 3, "this line is not there");
    check("DELETE FROM audit WHERE number BETWEEN 2 AND 3", 2, "lines up to 3 are not there");
    check("DELETE FROM audit WHERE number = 1", 1, "this line is not there");
    check("DELETE FROM audit WHERE number = 5", 5, "taken from the end");
    check("DELETE FROM audit", 1, "taken from the end: there were 5");
    check(
        "UPDATE audit_anchor SET number = 2, hash = (SELECT hash FROM audit WHERE number = 2)",
        1,
        "before the beginning",
    );
    check("DELETE FROM audit_anchor", 0, "where the log begins");
    check(
        "INSERT INTO audit SELECT 0, time, caller, action, outcome, subject, version, digest, why, details, hash \
           FROM audit WHERE number = 3",
        0,
        "before the beginning",
    );
    check(
        "INSERT INTO audit SELECT 6, time, caller, action, outcome, subject, version, digest, why, details, hash \
           FROM audit WHERE number = 5",
        6,
        changed,
    );
}

#[test]
fn lines_that_went_past_retention_are_found() {
    // By the very steps that the triggers allow, but without a line that tells of it.
    let home = five_lines();
    tamper(
        &home,
        "UPDATE audit_anchor SET number = 2, hash = (SELECT hash FROM audit WHERE number = 2); \
         DELETE FROM audit WHERE number <= 2",
    )
    .unwrap();
    let found = checked(&home);
    let broken = found.broken.unwrap();
    assert!(found.is_guarded);
    assert_eq!((broken.number, found.lines), (2, 3));
    assert!(broken.what.contains("by another way than retention"), "{}", broken.what);

    // After retention has been at work, too.
    let home = five_lines();
    assert_eq!(home.state.forget_audit(Timestamp(i64::MAX), "ann").unwrap(), 5);
    home.state.audit(&AuditRecord::new("ann", AuditAction::PluginEnabled, "p")).unwrap();
    assert!(checked(&home).is_sound());
    tamper(
        &home,
        "UPDATE audit_anchor SET number = 6, hash = (SELECT hash FROM audit WHERE number = 6); \
         DELETE FROM audit WHERE number <= 6",
    )
    .unwrap();
    assert!(checked(&home).broken.is_some());
}

#[test]
fn a_log_that_was_made_anew_is_found_by_what_was_noted_elsewhere() {
    let home = five_lines();
    let mark = checked(&home).last.unwrap();
    assert_eq!(mark.number, 5);
    assert!(home.state.verify_audit_since(&mark).unwrap().is_sound());
    let fresh = "DELETE FROM audit; DELETE FROM sqlite_sequence WHERE name = 'audit'";

    // Cut off, with everything else to match.
    let cut = five_lines();
    let mark_of_cut = checked(&cut).last.unwrap();
    tamper(
        &cut,
        &format!(
            "{UNGUARD} DELETE FROM audit WHERE number > 3; UPDATE sqlite_sequence SET seq = 3 WHERE name = 'audit'"
        ),
    )
    .unwrap();
    let found = cut.state.verify_audit_since(&mark_of_cut).unwrap();
    assert_eq!(found.broken.unwrap().number, 4);

    // Emptied and written anew.
    let guards = guards(&home);
    tamper(&home, &format!("{UNGUARD} {fresh}; {guards}")).unwrap();
    for _ in 0..6 {
        home.state.audit(&AuditRecord::new("ann", AuditAction::PluginEnabled, "p")).unwrap();
    }
    // No chain can tell that by itself.
    assert!(checked(&home).is_sound());
    let found = home.state.verify_audit_since(&mark).unwrap();
    let broken = found.broken.unwrap();
    assert_eq!((broken.number, found.lines), (5, 4));
    assert!(broken.what.contains("noted elsewhere"), "{}", broken.what);
}

#[test]
fn what_was_noted_holds_while_retention_takes_lines() {
    let home = five_lines();
    let mark = checked(&home).last.unwrap();
    assert_eq!(home.state.forget_audit(Timestamp(i64::MAX), "ann").unwrap(), 5);
    // It is the last that went.
    assert!(home.state.verify_audit_since(&mark).unwrap().is_sound());
    let other = crate::state::AuditMark { hash: "00".repeat(32), ..mark };
    assert!(home.state.verify_audit_since(&other).unwrap().broken.is_some());
}

#[test]
fn retention_does_not_take_the_evidence_away() {
    let check = |sql: &str, older_than: i64, number: u64, is_guarded: bool| {
        let home = five_lines();
        tamper(&home, sql).unwrap();
        assert!(home.state.forget_audit(Timestamp(older_than), "eve").unwrap() > 0);
        let log = home.state.audit_log(&AuditFilter::default()).unwrap();
        let told = log.last().unwrap();
        assert_eq!((told.number, told.action.as_str()), (6, "audit_pruned"), "{sql}");
        assert!(told.why.ends_with("The log was not sound before: see the details"), "{}", told.why);
        assert_eq!(told.details["check"]["broken"]["number"], serde_json::json!(number), "{sql}");
        assert_eq!(told.details["check"]["is_guarded"], serde_json::json!(is_guarded), "{sql}");
    };
    let all = i64::MAX;
    let home = five_lines();
    let put_back = guards(&home);
    check(&format!("{UNGUARD} UPDATE audit SET outcome = 'allowed' WHERE number = 3"), all, 3, false);
    check(&format!("{UNGUARD} DELETE FROM audit WHERE number = 2; {put_back}"), all, 2, true);
    check(
        "UPDATE audit_anchor SET number = 2, hash = (SELECT hash FROM audit WHERE number = 2); \
         DELETE FROM audit WHERE number <= 2",
        all,
        2,
        true,
    );
}

#[test]
fn a_broken_log_is_still_read_and_added_to() {
    let home = five_lines();
    tamper(
        &home,
        &format!(
            "{UNGUARD} UPDATE audit SET details = 'none of ours', why = 'x' || char(10) || char(8238), \
             action = 'unheard_of' WHERE number = 2; DELETE FROM audit WHERE number = 3"
        ),
    )
    .unwrap();
    let log = home.state.audit_log(&AuditFilter::default()).unwrap();
    assert_eq!(log.iter().map(|entry| entry.number).collect::<Vec<_>>(), [1, 2, 4, 5]);
    assert_eq!((log[1].why.as_str(), log[1].action.as_str()), ("x\\n\\u{202e}", "unheard_of"));
    assert_eq!(log[1].details["unreadable"], serde_json::json!(true));
    assert_eq!(home.state.audit(&AuditRecord::new("ann", AuditAction::AuditBroken, "audit")).unwrap(), 6);
    let found = checked(&home);
    assert_eq!((found.broken.unwrap().number, found.lines), (2, 1));
}

#[test]
fn a_guard_that_was_exchanged_is_found() {
    let check = |sql: &str| {
        let home = five_lines();
        tamper(&home, sql).unwrap();
        let found = checked(&home);
        assert_eq!((found.broken.is_none(), found.is_guarded, found.is_sound()), (true, false, false), "{sql}");
    };
    check("DROP TRIGGER audit_stays");
    check("DROP TRIGGER audit_goes; CREATE TRIGGER audit_goes BEFORE DELETE ON audit WHEN 0 BEGIN SELECT 1; END");
    check("CREATE TRIGGER hides AFTER INSERT ON audit BEGIN SELECT RAISE(IGNORE); END");
}

#[test]
fn a_state_without_lines_is_sound() {
    let home = Home::new();
    let found = home.state.verify_audit().unwrap();
    let expected = AuditCheck { lines: 0, first: None, last: None, broken: None, is_guarded: true };
    assert_eq!(found, expected);
    let opened: State = home.reopened();
    assert_eq!(opened.verify_audit().unwrap(), expected);
}
