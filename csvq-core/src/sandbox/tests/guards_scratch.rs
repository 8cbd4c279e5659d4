//! Scratch folders: private, bounded, and gone with their workers and hosts.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::hosts::HostProcess;
use super::programs::{guarded, loaded_under, run};
use crate::config::FileSystemAccess;
use crate::control::Control;
use crate::error::{ErrorKind, Result};
use crate::sandbox::{Guards, WorkerLimits, sweep_scratch};

/// What the plugin of these tests does.
pub(super) fn act(act: &str, parameters: &Map<String, Value>) -> Option<Result<Value>> {
    let scratch = || PathBuf::from(std::env::var_os("TMPDIR").unwrap());
    match act {
        "use scratch" => {
            let folder = scratch();
            let mode = folder.metadata().unwrap().mode() & 0o777;
            fs::create_dir(folder.join("inner")).unwrap();
            fs::write(folder.join("inner/one"), b"text").unwrap();
            fs::rename(folder.join("inner/one"), folder.join("two")).unwrap();
            let text = fs::read_to_string(folder.join("two")).unwrap();
            fs::remove_file(folder.join("two")).unwrap();
            let others = folder.join("..").read_dir().is_ok();
            return Some(Ok(json!([mode, text, others])));
        }
        "fill scratch" => {
            let chunk = vec![7; 1 << 20];
            for number in 0..1024 {
                let mut file = File::create(scratch().join(number.to_string())).unwrap();
                if parameters.contains_key("hidden") {
                    fs::remove_file(scratch().join(number.to_string())).unwrap();
                    std::mem::forget(file.try_clone().unwrap());
                }
                if file.write_all(&chunk).is_err() {
                    break;
                }
            }
            super::endings::sleep_for_ever()
        }
        "fill with nothing" => {
            for number in 0..1_000_000 {
                File::create(scratch().join(number.to_string())).unwrap();
            }
        }
        "nest" => {
            std::env::set_current_dir(scratch()).unwrap();
            let name = "x".repeat(200);
            for _ in 0..parameters["number"].as_u64().unwrap() {
                fs::create_dir(&name).unwrap();
                std::env::set_current_dir(&name).unwrap();
            }
            if parameters.contains_key("stay") {
                super::endings::sleep_for_ever();
            }
        }
        "leave things" => {
            let folder = scratch();
            fs::create_dir_all(folder.join("a/b")).unwrap();
            symlink(parameters["outside"].as_str().unwrap(), folder.join("a/link")).unwrap();
            symlink("/", folder.join("root")).unwrap();
            fs::write(folder.join("a/b/file"), b"x").unwrap();
            fs::create_dir(folder.join("0")).unwrap();
        }
        _ => return None,
    }
    Some(Ok(Value::Null))
}

fn with_scratch(base: &Path) -> WorkerLimits {
    let guards = Guards { scratch: Some(base.to_owned()), max_scratch_bytes: 8 << 20, ..Guards::default() };
    WorkerLimits { guards, max_result_bytes: 1 << 20, ..guarded() }
}

fn is_empty(base: &Path) -> bool {
    base.read_dir().unwrap().next().is_none()
}

#[test]
fn a_worker_has_a_folder_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("made/when needed");
    let limits = with_scratch(&base);
    let worker = loaded_under(&limits);
    let is_held = worker.enforced().unwrap().foreign_files.holds;
    assert_eq!(base.read_dir().unwrap().count(), 2, "the folder and its lock");
    let (answer, _) = run(worker, &json!({"act": "use scratch"}), &limits, &Control::new());
    assert_eq!(answer.unwrap().outcome, json!([0o700, "text", !is_held]));
    assert!(is_empty(&base));
    drop(loaded_under(&limits));
    assert!(is_empty(&base));
    let none = Guards { files: FileSystemAccess::None, ..limits.guards.clone() };
    let _worker = loaded_under(&WorkerLimits { guards: none, ..limits });
    assert!(is_empty(&base), "where no files are allowed, there is none");
}

#[test]
fn a_disk_is_not_filled() {
    let folder = tempfile::tempdir().unwrap();
    let limits = with_scratch(folder.path());
    let mut acts = vec![
        json!({"act": "fill scratch"}),
        json!({"act": "fill with nothing"}),
        json!({"act": "nest", "number": 100, "stay": 1}),
    ];
    let privileges = rustix::thread::capabilities(None).unwrap().effective;
    if privileges.contains(rustix::thread::CapabilitySet::SYS_PTRACE) {
        // Only such a host is told of files that were removed and are open.
        acts.push(json!({"act": "fill scratch", "hidden": 1}));
    }
    for act in acts {
        let error = run(loaded_under(&limits), &act, &limits, &Control::new()).0.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{act}: {error}");
        let expected = "the plugin's temporary files take more than the 8388608 bytes that they may";
        assert!(error.message().starts_with(expected), "{act}: {error}");
        assert!(is_empty(folder.path()), "{act}");
    }
}

#[test]
fn what_is_left_in_a_folder_is_removed_whatever_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (base, outside) = (folder.path().join("base"), folder.path().join("outside"));
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("precious"), b"x").unwrap();
    let limits = with_scratch(&base);
    for act in [
        json!({"act": "leave things", "outside": outside}),
        // No path is as long as that.
        json!({"act": "nest", "number": 30}),
    ] {
        let (answer, log) = run(loaded_under(&limits), &act, &limits, &Control::new());
        answer.unwrap_or_else(|error| panic!("{act}: {error}: {log:?}"));
        assert!(is_empty(&base), "{act}");
    }
    assert!(outside.join("precious").exists());
    // One that may not be entered, as no plugin can make it under the guards, and a host that was killed can leave it.
    let left = base.join("worker-left");
    fs::create_dir_all(left.join("closed/inner")).unwrap();
    fs::write(left.join("closed/inner/file"), b"x").unwrap();
    fs::set_permissions(left.join("closed"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::write(base.join("worker-left.lock"), b"").unwrap();
    assert_eq!(sweep_scratch(&base).unwrap(), 1);
    assert!(is_empty(&base));
}

#[test]
fn what_a_killed_host_left_is_swept() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(sweep_scratch(&folder.path().join("never made")).unwrap(), 0);
    let base = folder.path().join("base");
    let mut host = HostProcess::start(&format!("scratch {}", base.display()));
    let pid: i32 = host.line().parse().unwrap();
    assert_eq!(sweep_scratch(&base).unwrap(), 0, "its host lives");
    fs::write(base.join("notes.lock"), b"").unwrap();
    symlink("/etc/passwd", base.join("worker-x.lock")).unwrap();
    host.kill();
    assert!(super::programs::is_gone(pid));
    assert_eq!(sweep_scratch(&base).unwrap(), 1);
    assert_eq!(base.read_dir().unwrap().count(), 2, "what is none of ours is left");
}

/// A host with a worker that has a folder.
pub(super) fn host(base: &str) -> crate::sandbox::Worker {
    loaded_under(&with_scratch(Path::new(base)))
}
