//! Quarantine: what goes there, what stays out, what comes back; whoever is killed in between.

use std::fs;

use serde_json::{Value, json};

use super::processes::Process;
use super::{Place, Trial, names, source};
use crate::control::Control;
use crate::error::{ErrorKind, Result};
use crate::install::{Gate, InstallOptions, Passage, Refusal, Step, Suspicion};
use crate::package::Staged;
use crate::state::{AuditFilter, PluginStatus, QuarantineEntry, QuarantineReason, QuarantineStatus};

/// Flags every file that says that it is evil.
struct Suspicious;

impl Gate for Suspicious {
    fn scan(&self, staged: &Staged, _: &Control) -> Passage {
        let evil = staged
            .files
            .iter()
            .filter(|file| fs::read_to_string(staged.folder.join(&file.path)).is_ok_and(|text| text.contains("evil")));
        let digests: Vec<String> = evil.map(|file| file.sha256.clone()).collect();
        if digests.is_empty() {
            return Ok(());
        }
        let suspicion = Suspicion {
            reason: QuarantineReason::Flagged,
            findings: json!([{ "rule": "evil" }]),
            digests: digests.into_iter().chain(staged.digest.clone()).collect(),
            quarantine: true,
        };
        let error = crate::Error::new(ErrorKind::Suspicious, "the scan found evil");
        Err(Refusal { error, action: None, suspicion: Some(suspicion) })
    }
}

fn place() -> Place {
    Place::with(Box::new(Suspicious), Box::new(Trial))
}

fn evil(id: &str, version: &str) -> String {
    source(id, version) + "# evil\n"
}

fn hold(place: &Place, id: &str) -> Result<QuarantineEntry> {
    place.installer.quarantine(id, QuarantineReason::ByHand, "a test", Value::Null, &mut |_| {})
}

fn release(place: &Place, name: &str, accept_findings: bool) -> Result<QuarantineEntry> {
    place.installer.release_from_quarantine(name, accept_findings, &Control::new(), &mut |_| {})
}

fn held(place: &Place) -> Vec<String> {
    place.installer.quarantined(true).unwrap().into_iter().map(|entry| entry.name).collect()
}

fn actions(place: &Place) -> Vec<String> {
    place.state.audit_log(&AuditFilter::default()).unwrap().into_iter().map(|entry| entry.action).collect()
}

#[test]
fn what_is_flagged_is_held_and_comes_back_by_no_other_way() {
    let place = place();
    let path = place.write("packages/lengths.py", &evil("lengths", "1.0.0"));
    let error = place.install_path(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Suspicious);
    let [name] = &held(&place)[..] else { panic!("one is held") };
    assert!(error.message().contains(name), "{error}");
    assert_eq!(names(&place.home.quarantine().join(name)), ["findings.json", "package"]);
    assert!(path.is_file(), "what lies elsewhere is someone's own");
    // Neither again, nor under another name, nor with more beside it, nor dropped in.
    let other = place.write("packages/other/words.py", &evil("lengths", "1.0.0"));
    place.write("packages/other/README", "more");
    for path in [path.as_path(), other.parent().unwrap()] {
        let error = place.install_path(path).unwrap_err();
        assert!(error.message().contains("in quarantine as"), "{error}");
    }
    place.drop_in("third.py", &evil("lengths", "1.0.0"));
    assert_eq!(place.installer.take_in(&Control::new(), false).unwrap().errors.len(), 1);
    assert_eq!((held(&place).len(), place.summary().as_str()), (1, ""));
    // Who releases it stands by it.
    assert_eq!(release(&place, name, false).unwrap_err().kind(), ErrorKind::Suspicious);
    assert_eq!(held(&place).len(), 1);
    assert_eq!(release(&place, name, true).unwrap().status, QuarantineStatus::Released);
    assert_eq!(place.summary(), "lengths 1.0.0*");
    assert_eq!(names(&place.home.quarantine()), Vec::<String>::new());
    assert!(actions(&place).contains(&"quarantine_released".to_owned()));
    place.sound();
}

#[test]
fn a_file_that_was_dropped_in_goes_with_it() {
    let place = place();
    place.drop_in("lengths.py", &evil("lengths", "1.0.0"));
    place.drop_in("sound.py", &source("sound", "1.0.0"));
    let found = place.installer.take_in(&Control::new(), false).unwrap();
    assert_eq!(found.errors.len(), 1);
    assert!(!place.home.plugins().join("lengths.py").exists());
    let [name] = &held(&place)[..] else { panic!("one is held") };
    assert_eq!(names(&place.home.quarantine().join(name)), ["findings.json", "package", "source-lengths.py"]);
    assert_eq!(place.summary(), "sound 1.0.0*");
    // What was deleted stays out.
    place.installer.delete_from_quarantine(name).unwrap();
    assert_eq!(names(&place.home.quarantine()), Vec::<String>::new());
    let again = place.write("packages/lengths.py", &evil("lengths", "1.0.0"));
    assert_eq!(place.install_path(&again).unwrap_err().kind(), ErrorKind::Suspicious);
}

#[test]
fn what_is_installed_and_is_the_same_is_held_too() {
    let place = Place::new();
    let path = place.write("packages/lengths.py", &evil("lengths", "1.0.0"));
    place.install_path(&path).unwrap();
    place.install("lengths", "2.0.0").unwrap();
    let stricter = crate::install::Installer::new(&place.home, &place.state, Box::new(Suspicious), Box::new(Trial));
    let stricter = stricter.unwrap();
    let options = InstallOptions { force: true, ..InstallOptions::default() };
    stricter.install(&path, &options, &Control::new(), &mut |_| {}).unwrap_err();
    // The version before is what was flagged.
    assert_eq!(stricter.rollback("lengths").unwrap_err().kind(), ErrorKind::Suspicious);
    let [name] = &held(&place)[..] else { panic!("one is held") };
    stricter.release_from_quarantine(name, true, &Control::new(), &mut |_| {}).unwrap();
    assert_eq!(held(&place), Vec::<String>::new());
    assert_eq!(place.summary(), "lengths 1.0.0* 2.0.0");
    place.sound();
}

#[test]
fn what_was_held_with_its_plugin_and_was_deleted_leaves_a_plugin_that_can_be_removed() {
    let place = Place::new();
    let path = place.write("packages/lengths.py", &evil("lengths", "1.0.0"));
    place.install_path(&path).unwrap();
    let stricter = crate::install::Installer::new(&place.home, &place.state, Box::new(Suspicious), Box::new(Trial));
    let stricter = stricter.unwrap();
    let options = InstallOptions { force: true, ..InstallOptions::default() };
    stricter.install(&path, &options, &Control::new(), &mut |_| {}).unwrap_err();
    assert_eq!(place.plugin("lengths").unwrap().status, PluginStatus::Quarantined);
    assert_eq!(stricter.uninstall("lengths", None).unwrap_err().kind(), ErrorKind::Suspicious);
    stricter.delete_from_quarantine(&held(&place)[0]).unwrap();
    stricter.uninstall("lengths", None).unwrap();
    assert_eq!(place.summary(), "");
    place.sound();
}

#[test]
fn a_dropped_in_file_that_is_released_is_kept() {
    let place = place();
    place.drop_in("lengths.py", &evil("lengths", "1.0.0"));
    place.installer.take_in(&Control::new(), false).unwrap();
    release(&place, &held(&place)[0], true).unwrap();
    assert_eq!(fs::read_to_string(place.home.backup().join("lengths.py")).unwrap(), evil("lengths", "1.0.0"));
    assert_eq!((place.summary().as_str(), names(&place.home.quarantine())), ("lengths 1.0.0*", Vec::new()));
}

#[test]
fn an_installed_plugin_goes_and_comes_back_whole() {
    let place = Place::new();
    place.drop_in("lengths.py", &source("lengths", "1.0.0"));
    place.installer.take_in(&Control::new(), false).unwrap();
    place.install("lengths", "2.0.0").unwrap();
    let name = hold(&place, "lengths").unwrap().name;
    assert_eq!(names(&place.home.quarantine().join(&name)), ["findings.json", "source-lengths.py", "versions"]);
    assert_eq!(names(&place.home.custom()), Vec::<String>::new());
    assert_eq!(place.plugin("lengths").unwrap().status, PluginStatus::Quarantined);
    // Nothing changes it there, and what is dropped in meanwhile is nobody's but its owner's.
    assert_eq!(place.installer.uninstall("lengths", None).unwrap_err().kind(), ErrorKind::Suspicious);
    assert_eq!(place.install("lengths", "3.0.0").unwrap_err().kind(), ErrorKind::Suspicious);
    place.drop_in("lengths.py", &source("lengths", "1.0.1"));
    for _ in 0..2 {
        place.installer.recover().unwrap();
        place.installer.take_in(&Control::new(), true).unwrap();
    }
    let text = fs::read_to_string(place.home.plugins().join("lengths.py")).unwrap();
    assert_eq!(text, source("lengths", "1.0.1"));
    release(&place, &name, false).unwrap();
    assert_eq!(place.summary(), "lengths 1.0.0 2.0.0*");
    assert_eq!(place.plugin("lengths").unwrap().status, PluginStatus::Active);
    let backup = place.home.backup().join("lengths.py");
    assert_eq!(fs::read_to_string(backup).unwrap(), source("lengths", "1.0.0"), "both files are kept");
    place.sound();
}

#[test]
fn files_that_others_have_too_keep_nobody_out() {
    let place = Place::new();
    for id in ["one", "two"] {
        place.write(&format!("packages/{id}/__init__.py"), "");
        place.write(&format!("packages/{id}/LICENSE"), "as you like");
        place.write(&format!("packages/{id}/{id}.py"), &source(id, "1.0.0"));
    }
    let folder = |id: &str| place.folder.path().join("packages").join(id);
    place.install_path(&folder("one")).unwrap();
    hold(&place, "one").unwrap();
    place.install_path(&folder("two")).unwrap();
}

/// Everything there is of the plugin lies where the state says, and nothing was lost.
#[track_caller]
fn whole(place: &Place, step: Step) {
    let plugin = place.plugin("lengths").unwrap();
    let dropped_in = place.home.plugins().join("lengths.py");
    let left = names(&place.home.staging()).into_iter().filter(|name| name.starts_with("work-")).count();
    assert_eq!(left, 0, "{step}");
    match &held(place)[..] {
        [] => {
            assert_eq!(plugin.status, PluginStatus::Active, "{step}");
            assert!(dropped_in.is_file(), "{step}");
            place.sound();
        }
        [name] => {
            assert_eq!(plugin.status, PluginStatus::Quarantined, "{step}");
            assert!(!dropped_in.exists(), "{step}");
            let folder = place.home.quarantine().join(name);
            assert_eq!(names(&folder), ["findings.json", "source-lengths.py", "versions"], "{step}");
            assert_eq!(names(&folder.join("versions")), ["1.0.0", "2.0.0"], "{step}");
            assert_eq!(names(&place.home.custom()), Vec::<String>::new(), "{step}");
        }
        more => panic!("{more:?}"),
    }
}

#[test]
fn a_quarantine_and_a_release_that_are_killed() {
    let steps = [(Step::Begun, 0), (Step::Journaled, 0)].into_iter();
    let moves = (0..3).map(|count| (Step::MovedAway, count));
    for (step, count) in steps.chain(moves).chain([(Step::Recorded, 0)]) {
        let place = Place::new();
        place.drop_in("lengths.py", &source("lengths", "1.0.0"));
        place.installer.take_in(&Control::new(), false).unwrap();
        place.install("lengths", "2.0.0").unwrap();
        kill(&place, "quarantine, stopped", "lengths", step, count);
        assert_eq!(held(&place).len(), usize::from(step == Step::Recorded), "{step} {count}");
        let name = match held(&place).pop() {
            Some(name) => name,
            None => hold(&place, "lengths").unwrap().name,
        };
        let release = match step {
            Step::MovedAway => Step::Placed,
            other => other,
        };
        if release != Step::Begun && count < 2 {
            kill(&place, "release, stopped", &name, release, count);
            assert_eq!(held(&place).is_empty(), step == Step::Recorded, "{step} {count}");
        }
    }
}

/// Kills a process at a step, opens the home again, and looks whether everything is there.
#[track_caller]
fn kill(place: &Place, work: &str, what: &str, step: Step, count: usize) {
    let mut process = Process::start(work, &place.home, &[what, step.name(), &count.to_string()]);
    process.go();
    assert_eq!(process.line().as_deref(), Some(step.name()));
    process.kill();
    place.installer.recover().unwrap();
    whole(place, step);
    // The next look at the folder changes nothing of that.
    place.installer.take_in(&Control::new(), false).unwrap();
    whole(place, step);
}
