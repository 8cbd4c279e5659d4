//! Files that are dropped in and would take all time there is: too large, never done, not to be read.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::{Place, names, source};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::install::{DropIns, InstallOptions, OpenGate, TrialLoad};
use crate::package::{Limits, Staged};

fn failed(found: &DropIns) -> Vec<(&str, ErrorKind)> {
    found.errors.iter().map(|(path, error)| (path.file_name().unwrap().to_str().unwrap(), error.kind())).collect()
}

/// Makes a file that takes no room and is very large.
fn large(path: &Path, size: u64) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    File::create(path).unwrap().set_len(size).unwrap();
}

#[test]
fn what_is_too_large_is_not_read() {
    let place = Place::new();
    let plugins = place.home.plugins();
    let limits = Limits::default();
    large(&plugins.join("a.zip"), limits.max_archive_bytes + 1);
    large(&plugins.join("b.py"), 1 << 40);
    large(&plugins.join("folder/inner/c.bin"), 1 << 40);
    large(&plugins.join("two/a.bin"), limits.max_total_bytes);
    large(&plugins.join("two/b.bin"), 1);
    let deep = plugins.join("deep").join("d/".repeat(limits.max_depth + 1));
    large(&deep.join("x"), 0);
    // What is never a part of a package may be as large as it likes.
    place.drop_in("good/good.py", &source("good", "1.0.0"));
    large(&plugins.join("good/.git/objects"), 1 << 40);
    for taken in [1, 0] {
        let found = place.installer.take_in(&Control::new(), false).unwrap();
        use ErrorKind::{LimitExceeded, Package};
        let expected = [
            ("a.zip", LimitExceeded),
            ("b.py", LimitExceeded),
            ("deep", Package),
            ("folder", LimitExceeded),
            ("two", LimitExceeded),
        ];
        assert_eq!(failed(&found), expected);
        assert!(found.errors[0].1.message().starts_with("it is larger than a package may be"));
        assert_eq!((found.taken.len(), found.examined), (taken, 1), "{found:?}");
    }
    place.sound();
    // One that was installed, and grew, is put away and not read.
    large(&plugins.join("good/good.py"), 1 << 40);
    place.installer.uninstall("good", None).unwrap();
    assert_eq!(names(&place.home.backup()), ["good"]);
}

/// Counts its trials. All fail, unless their source says otherwise.
#[derive(Clone, Default)]
struct Stubborn {
    trials: Arc<AtomicUsize>,
}

impl TrialLoad for Stubborn {
    fn load(&self, staged: &Staged, control: &Control) -> Result<Value> {
        self.trials.fetch_add(1, Ordering::Relaxed);
        let text = fs::read_to_string(staged.entry_file()?.0).unwrap();
        let failures = [ErrorKind::TimedOut, ErrorKind::WorkerLost, ErrorKind::Plugin, ErrorKind::Incompatible];
        for kind in failures {
            if text.contains(&format!("fails: {}", kind.name())) {
                return Err(Error::new(kind, "it failed in its trial"));
            }
        }
        if text.contains("is ended") {
            control.cancel();
            return Err(Error::new(ErrorKind::WorkerLost, "the worker was ended"));
        }
        if text.contains("lies") {
            return Ok(json!({"id": "other", "version": "1.0.0"}));
        }
        Err(Error::new(ErrorKind::Io, "no worker can be started just now"))
    }
}

fn failing(id: &str, how: &str) -> String {
    source(id, "1.0.0").replace("...", &format!("'{how}'"))
}

#[test]
fn a_trial_that_failed_is_not_made_again_until_something_is_another() {
    let trial = Stubborn::default();
    let place = Place::with(Box::new(OpenGate), Box::new(trial.clone()));
    let look = |again: bool, trials: usize| {
        let found = place.installer.take_in(&Control::new(), again).unwrap();
        assert_eq!(trial.trials.swap(0, Ordering::Relaxed), trials, "{found:?}");
        place.sound();
        found
    };
    let kinds = ["timed_out", "worker_lost", "plugin", "incompatible"];
    for kind in kinds {
        place.drop_in(&format!("{kind}.py"), &failing(kind, &format!("fails: {kind}")));
    }
    place.drop_in("lies.py", &failing("lies", "lies"));
    let first = look(false, 5);
    let texts = |found: &DropIns| found.errors.iter().map(|(_, error)| error.to_string()).collect::<Vec<_>>();
    assert_eq!(first.errors.len(), 5);
    // As often as one looks, and also where the files were only touched.
    assert_eq!(texts(&look(false, 0)), texts(&first));
    for kind in kinds {
        place.drop_in(&format!("{kind}.py"), &failing(kind, &format!("fails: {kind}")));
    }
    assert_eq!(texts(&look(false, 0)), texts(&first));
    // Where that is asked for.
    assert_eq!(texts(&look(true, 5)), texts(&first));
    look(false, 0);
    // Where the file is another.
    place.drop_in("plugin.py", &failing("plugin", "fails: plugin, still"));
    look(false, 1);
    // Where csvq is.
    let memory = place.home.staging().join("drop_ins.json");
    let text = fs::read_to_string(&memory).unwrap();
    fs::write(&memory, text.replacen(env!("CARGO_PKG_VERSION"), "0.0.1", 1)).unwrap();
    look(false, 5);
    // What may be otherwise next time is tried each time.
    place.drop_in("just_now.py", &failing("just_now", "?"));
    look(false, 1);
    look(false, 1);
}

#[test]
fn a_trial_can_be_ended() {
    let trial = Stubborn::default();
    let place = Place::with(Box::new(OpenGate), Box::new(trial.clone()));
    let path = place.write("hangs.py", &failing("hangs", "is ended"));
    let install = place.installer.install(&path, &InstallOptions::default(), &Control::new(), &mut |_| {});
    assert_eq!(install.unwrap_err().kind(), ErrorKind::Cancelled);
    place.sound();
    place.drop_in("hangs.py", &failing("hangs", "is ended"));
    for _ in 0..2 {
        // It did not fail: it was ended, and is tried again.
        assert_eq!(place.installer.take_in(&Control::new(), false).unwrap_err().kind(), ErrorKind::Cancelled);
        place.sound();
    }
    assert_eq!(trial.trials.load(Ordering::Relaxed), 3);
}

#[test]
fn what_cannot_be_read_stops_nothing_else() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let set = |name: &str, mode: u32| {
        fs::set_permissions(place.home.plugins().join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    place.drop_in("closed/closed.py", &source("closed", "1.0.0"));
    place.drop_in("inside/inner/x.py", &source("inside", "1.0.0"));
    place.drop_in("good.py", &source("good", "1.0.0"));
    let closed = ["closed", "inside/inner"];
    closed.iter().for_each(|name| set(name, 0));
    let is_refused = fs::read_dir(place.home.plugins().join("closed")).is_err();
    let found = place.installer.take_in(&Control::new(), false);
    closed.iter().for_each(|name| set(name, 0o755));
    let found = found.unwrap();
    assert!(place.plugin("good").is_some());
    // Nothing is closed to root.
    if is_refused {
        assert_eq!(failed(&found), [("closed", ErrorKind::Io), ("inside", ErrorKind::Io)]);
        assert!(found.errors[0].1.message().starts_with("it can't be read"), "{found:?}");
    }
}
