//! Installing, versions side by side, and all that refuses it.

use std::fs;

use serde_json::{Value, json};

use super::{Place, Strict, Trial, first_steps, names, source};
use crate::control::Control;
use crate::error::{ErrorKind, Result};
use crate::install::{InstallOptions, Installed, Installer, OpenGate, Step, TrialLoad, Was};
use crate::package::{Limits, Staged, pack};

fn forced() -> InstallOptions {
    InstallOptions { force: true, ..InstallOptions::default() }
}

#[test]
fn versions_lie_side_by_side_and_one_is_active() {
    let place = Place::new();
    let first = place.install("lengths", "1.0.0").unwrap();
    assert_eq!((first.was, first.id.as_str(), first.version.as_str()), (Was::New, "lengths", "1.0.0"));
    let second = place.install("lengths", "1.1.0").unwrap();
    assert_eq!(second.was, Was::Other("1.0.0".to_owned()));
    assert_eq!(place.summary(), "lengths 1.0.0 1.1.0*");
    place.sound();
    assert_eq!(place.installer.rollback("lengths").unwrap(), "1.0.0");
    assert_eq!(place.summary(), "lengths 1.0.0* 1.1.0");
    assert_eq!(place.installer.rollback("lengths").unwrap(), "1.1.0");
    place.installer.activate("lengths", "1.0.0").unwrap();
    assert_eq!(place.installer.activate("lengths", "3.0.0").unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(place.installer.activate("other", "3.0.0").unwrap_err().kind(), ErrorKind::NotFound);
    place.sound();
    // What was changed on disk is never made active.
    fs::write(place.home.custom().join("lengths/1.1.0/lengths.py"), "evil").unwrap();
    assert_eq!(place.installer.rollback("lengths").unwrap_err().kind(), ErrorKind::Package);
    assert_eq!(place.summary(), "lengths 1.0.0* 1.1.0");
}

#[test]
fn rolling_back_needs_a_version_before() {
    let place = Place::new();
    assert_eq!(place.installer.rollback("lengths").unwrap_err().kind(), ErrorKind::NotFound);
    place.install("lengths", "1.0.0").unwrap();
    assert_eq!(place.installer.rollback("lengths").unwrap_err().kind(), ErrorKind::Conflict);
}

#[test]
fn the_state_knows_where_it_came_from() {
    let place = Place::new();
    let folder = place.package("aa", "1.0.0").parent().unwrap().to_owned();
    let zip = place.folder.path().join("bb.zip");
    let nobody = &mut |_: &Staged| unreachable!();
    pack(&place.package("bb", "1.0.0"), &zip, &Limits::default(), &Control::new(), nobody).unwrap();
    place.install_path(&folder).unwrap();
    place.install_path(&zip).unwrap();
    let options = InstallOptions {
        source: Some("url".to_owned()),
        source_path: Some("https://example.com/cc.py".to_owned()),
        ..InstallOptions::default()
    };
    place.installer.install(&place.package("cc", "1.0.0"), &options, &Control::new(), &mut |_| {}).unwrap();
    let sources: Vec<_> = place
        .state
        .plugins()
        .unwrap()
        .into_iter()
        .map(|plugin| (plugin.versions[0].source.clone(), plugin.versions[0].source_path.clone().unwrap()))
        .collect();
    let text = |path: &std::path::Path| path.display().to_string();
    let expected = [("directory", text(&folder)), ("zip", text(&zip)), ("url", "https://example.com/cc.py".to_owned())];
    assert_eq!(sources, expected.map(|(source, path)| (source.to_owned(), path)));
    let record = place.plugin("bb").unwrap();
    let manifest: Value = serde_json::from_str(&record.versions[0].manifest).unwrap();
    assert_eq!((manifest["id"].as_str(), record.versions[0].kind.as_str()), (Some("bb"), "python"));
    place.sound();
}

#[test]
fn a_bare_library_is_asked_who_it_is() {
    let place = Place::new();
    let name = format!("fuzzy.{}", std::env::consts::DLL_EXTENSION);
    let says = json!({"id": "fuzzy", "display_name": "Fuzzy", "version": "1.0.0", "abi_version": "1.0"});
    let path = place.write(&name, &says.to_string());
    assert_eq!(place.install_path(&path).unwrap().id, "fuzzy");
    place.sound();
    let path = place.write(
        &name,
        &json!({"id": "fuzzy", "display_name": "F", "version": "2.0.0", "abi_version": "2.0"}).to_string(),
    );
    assert_eq!(place.install_path(&path).unwrap_err().kind(), ErrorKind::Incompatible);
    place.sound();
}

#[test]
fn the_same_version_is_replaced_by_force_alone() {
    let place = Place::new();
    let path = place.package("lengths", "1.0.0");
    place.install_path(&path).unwrap();
    let error = place.install_path(&path).unwrap_err();
    assert_eq!((error.kind(), error.context().plugin.as_deref()), (ErrorKind::Conflict, Some("lengths")));
    assert!(error.message().contains("this very package"), "{error}");
    fs::write(&path, source("lengths", "1.0.0") + "# more\n").unwrap();
    assert!(place.install_path(&path).unwrap_err().message().contains("with other content"));
    let mut steps = Vec::new();
    let installed = place.installer.install(&path, &forced(), &Control::new(), &mut |step| steps.push(step)).unwrap();
    assert_eq!((installed.was, steps.as_slice()), (Was::Replaced, Step::ALL));
    let text = fs::read_to_string(place.home.custom().join("lengths/1.0.0/lengths.py")).unwrap();
    assert!(text.contains("# more"));
    place.sound();
    // Even by itself.
    place.installer.install(&path, &forced(), &Control::new(), &mut |_| {}).unwrap();
    place.sound();
}

#[test]
fn a_version_that_is_one_folder_with_another_is_refused() {
    let place = Place::new();
    place.install("lengths", "1.0.0-rc").unwrap();
    let error = place.install("lengths", "1.0.0-RC").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    place.sound();
}

#[test]
fn ids_have_their_owners() {
    let place = Place::new();
    let error = place.install("row_compare", "1.0.0").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    let options = InstallOptions { only: Some("lengths".to_owned()), ..InstallOptions::default() };
    let path = place.package("other", "1.0.0");
    let error = place.installer.install(&path, &options, &Control::new(), &mut |_| {}).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert_eq!(place.summary(), "");
    place.sound();
}

#[test]
fn every_step_is_told() {
    let place = Place::new();
    let mut steps = Vec::new();
    let path = place.package("lengths", "1.0.0");
    place.installer.install(&path, &InstallOptions::default(), &Control::new(), &mut |step| steps.push(step)).unwrap();
    assert_eq!(steps, first_steps());
}

#[test]
fn whoever_refuses_leaves_nothing() {
    for (refuses, asked) in [
        ("policy", &["policy"][..]),
        ("signature", &["policy", "signature"]),
        ("scan", &["policy", "signature", "scan"]),
    ] {
        let gate = Strict { refuses, ..Strict::default() };
        let place = Place::with(Box::new(gate.clone()), Box::new(Trial));
        let error = place.install("lengths", "1.0.0").unwrap_err();
        assert_eq!(error.message(), format!("no {refuses}"));
        assert_eq!(*gate.asked.lock(), asked);
        assert_eq!(place.summary(), "");
        place.sound();
        assert_eq!(place.installer.recover().unwrap(), []);
    }
}

/// What a plugin says that lies, in place of what its manifest says.
struct Lies(Value);

impl TrialLoad for Lies {
    fn load(&self, _: &Staged, _: &Control) -> Result<Value> {
        Ok(self.0.clone())
    }
}

#[test]
fn a_plugin_must_be_what_its_manifest_says() {
    for (says, expected) in [
        (json!({"id": "other", "version": "1.0.0"}), "its id is `other`"),
        (json!({"id": "lengths", "version": "2.0.0"}), "its version is `2.0.0`"),
        (json!({"version": "1.0.0"}), "does not say its id"),
        (json!({"id": "lengths"}), "does not say its version"),
        (json!({"id": 7, "version": "1.0.0"}), "its id is `7`"),
        (json!({"id": "lengths", "version": "1.0.0", "display_name": "X\u{1b}"}), "its display_name is"),
        (json!({"id": "lengths", "version": "1.0.0", "deterministic": true}), "its deterministic is"),
        (json!({"id": "lengths", "version": "1.0.0", "capabilities": ["network"]}), "capability \"network\""),
        (json!("lengths"), "no JSON object"),
    ] {
        let place = Place::with(Box::new(OpenGate), Box::new(Lies(says)));
        let error = place.install("lengths", "1.0.0").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Package);
        assert!(error.message().contains(expected), "{error}");
        assert!(!error.to_string().contains('\u{1b}'));
        place.sound();
    }
    for says in [json!(null), json!({"id": "lengths", "version": "1.0", "display_name": null})] {
        let place = Place::with(Box::new(OpenGate), Box::new(Lies(says)));
        place.install("lengths", "1.0.0").unwrap();
    }
}

/// A plugin that, once loaded, writes to where it lies.
struct Rewrites;

impl TrialLoad for Rewrites {
    fn load(&self, staged: &Staged, _: &Control) -> Result<Value> {
        let (path, _) = staged.entry_file()?;
        fs::write(path, "evil").unwrap();
        Ok(Value::Null)
    }
}

#[test]
fn a_plugin_that_rewrites_itself_in_its_trial_is_refused() {
    let place = Place::with(Box::new(OpenGate), Box::new(Rewrites));
    assert_eq!(place.install("lengths", "1.0.0").unwrap_err().kind(), ErrorKind::Package);
    place.sound();
}

/// Installs, while a step does something.
fn install_while(place: &Place, at: Step, act: &mut dyn FnMut()) -> Result<Installed> {
    let path = place.package("lengths", "2.0.0");
    let mut on_step = |step| {
        if step == at {
            act()
        }
    };
    place.installer.install(&path, &InstallOptions::default(), &Control::new(), &mut on_step)
}

#[test]
fn what_fails_at_the_end_is_taken_back() {
    let place = Place::new();
    place.install("lengths", "1.0.0").unwrap();
    // Something is in the way, that was not there a moment before.
    let in_the_way = place.home.custom().join("lengths/2.0.0/x");
    let error = install_while(&place, Step::Journaled, &mut || fs::create_dir_all(&in_the_way).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert_eq!(place.summary(), "lengths 1.0.0*");
    fs::remove_dir_all(in_the_way.parent().unwrap()).unwrap();
    place.sound();
    // The state refuses.
    let mut other = place.plugin("lengths").unwrap().versions[0].clone();
    other.version = "2.0.0".to_owned();
    let state = place.state.clone();
    let mut add = || state.add_version("lengths", "P", &other).unwrap();
    let error = install_while(&place, Step::Placed, &mut add).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert!(!place.home.custom().join("lengths/2.0.0").exists());
    place.state.remove_versions("lengths", &["2.0.0"], Some("1.0.0")).unwrap();
    place.sound();
    assert_eq!(place.installer.recover().unwrap(), []);
}

#[test]
fn work_can_be_ended_until_it_is_locked() {
    for at in [Step::Allowed, Step::Begun, Step::Scanned, Step::Loaded] {
        let place = Place::new();
        let control = Control::new();
        let path = place.package("lengths", "1.0.0");
        let mut on_step = |step| {
            if step == at {
                control.cancel()
            }
        };
        let done = place.installer.install(&path, &InstallOptions::default(), &control, &mut on_step);
        assert_eq!(done.unwrap_err().kind(), ErrorKind::Cancelled, "{at}");
        place.sound();
    }
}

#[test]
fn what_is_in_the_way_and_nobodys_is_kept() {
    let place = Place::new();
    place.write("home/plugins/custom/lengths/1.0.0/notes.txt", "mine");
    place.write("home/plugins/backup/lengths-1.0.0", "older");
    place.install("lengths", "1.0.0").unwrap();
    place.sound();
    assert_eq!(names(&place.home.backup()), ["lengths-1.0.0", "lengths-1.0.0.1"]);
    assert!(place.home.backup().join("lengths-1.0.0.1/notes.txt").is_file());
}

#[test]
fn links_in_place_of_folders_are_not_followed() {
    use std::os::unix::fs::symlink;
    let victim = tempfile::tempdir().unwrap();
    for folder in ["plugins", "plugins/.staging", "plugins/custom"] {
        let place = Place::new();
        let path = place.home.root().join(folder);
        fs::rename(&path, place.folder.path().join("elsewhere")).unwrap();
        symlink(victim.path(), &path).unwrap();
        assert_eq!(place.install("lengths", "1.0.0").unwrap_err().kind(), ErrorKind::Io, "{folder}");
        assert!(Installer::new(&place.home, &place.state, Box::new(OpenGate), Box::new(Trial)).is_err(), "{folder}");
        assert_eq!(place.summary(), "");
    }
    let place = Place::new();
    symlink(victim.path(), place.home.custom().join("lengths")).unwrap();
    assert_eq!(place.install("lengths", "1.0.0").unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(names(victim.path()), Vec::<String>::new());
}
