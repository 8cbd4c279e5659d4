//! Several changes as one.

use std::thread;

use super::{Home, version};
use crate::error::{Error, ErrorKind};
use crate::state::{AuditAction, AuditFilter, AuditRecord, PluginStatus, State};

fn installed() -> AuditRecord {
    AuditRecord::new("local", AuditAction::PluginInstalled, "p").of_version("1.0.0")
}

fn lines(state: &State) -> usize {
    state.audit_log(&AuditFilter::default()).unwrap().len()
}

#[test]
fn a_change_and_its_line_are_there_together() {
    let home = Home::new();
    let number = home
        .state
        .change(|change| {
            change.add_version("p", "P", &version("1.0.0"))?;
            assert_eq!(change.plugin("p")?.map(|plugin| plugin.versions.len()), Some(1));
            change.set_status("p", PluginStatus::Disabled, Some("first look at it"))?;
            change.audit(&installed())
        })
        .unwrap();
    let state = home.reopened();
    assert_eq!((number, lines(&state)), (1, 1));
    assert_eq!(state.plugin("p").unwrap().unwrap().status, PluginStatus::Disabled);
}

#[test]
fn where_a_part_fails_nothing_was_done() {
    let check = |work: &dyn Fn(&State) -> Result<(), Error>, kind: ErrorKind| {
        let home = Home::with_plugin();
        let before = home.state.plugins().unwrap();
        assert_eq!(work(&home.state).unwrap_err().kind(), kind);
        let state = home.reopened();
        assert_eq!((state.plugins().unwrap(), lines(&state)), (before, 0));
        assert!(state.verify_audit().unwrap().is_sound());
    };
    // The change itself.
    check(
        &|state| {
            state.change(|change| {
                change.audit(&installed())?;
                change.add_version("p", "P", &version("1.0.0"))
            })
        },
        ErrorKind::Conflict,
    );
    // What follows it.
    check(
        &|state| {
            state.change(|change| {
                change.remove_plugin("p")?;
                change.audit(&installed())?;
                Err(Error::new(ErrorKind::Cancelled, "no longer wanted"))
            })
        },
        ErrorKind::Cancelled,
    );
    // A failure that the work passes over.
    check(
        &|state| {
            state.change(|change| {
                change.audit(&installed())?;
                let _ = change.enable("another");
                change.add_version("q", "Q", &version("1.0.0"))
            })
        },
        ErrorKind::NotFound,
    );
}

#[test]
fn a_line_that_cannot_be_written_undoes_what_it_is_about() {
    let home = Home::with_plugin();
    // No room for another page: as on a full disk.
    home.state
        .inner
        .lasting
        .write(|transaction| {
            let pages: i64 = transaction.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            transaction.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
            Ok(())
        })
        .unwrap();
    let mut refused = None;
    for number in 0..100 {
        let done = home.state.change(|change| {
            change.set_status("p", PluginStatus::Disabled, Some(&number.to_string()))?;
            change.audit(&installed().because("x".repeat(2_000)))
        });
        if let Err(error) = done {
            refused = Some((number, error));
            break;
        }
    }
    let (number, error) = refused.unwrap();
    assert_eq!(error.kind(), ErrorKind::State);
    assert!(error.message().starts_with("the disk is full or failing"), "{error}");
    let state = home.reopened();
    assert_eq!(lines(&state), number);
    let reason = state.plugin("p").unwrap().unwrap().reason;
    assert_eq!(reason, number.checked_sub(1).map(|last: usize| last.to_string()));
    assert!(state.verify_audit().unwrap().is_sound());
}

#[test]
fn asking_the_state_within_a_change_is_an_error_and_no_deadlock() {
    let home = Home::with_plugin();
    let error = home.state.change(|_| home.state.enable("p")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert!(error.message().contains("ask the change"), "{error}");
    assert_eq!(home.state.change(|_| home.state.plugins()).unwrap_err().kind(), ErrorKind::Internal);
    // Another thread only waits.
    let state = &home.state;
    thread::scope(|scope| {
        let other = state
            .change(|change| {
                let other = scope.spawn(|| state.audit(&installed()).unwrap());
                change.audit(&installed())?;
                Ok(other)
            })
            .unwrap();
        assert_eq!(other.join().unwrap(), 2);
    });
    home.state.enable("p").unwrap();
}
