//! What packages may come as, and what is found in them.

use std::fs;

use super::zips::{Zip, part};
use super::{PLUGIN, Place, manifest};
use crate::control::Control;
use crate::error::ErrorKind;
use crate::package::{
    Kind, Limits, MANIFEST_FILE, Origin, Staged, complete, current_target, plugin_digest, stage, verify,
};

/// What the loaded library of the tests says of itself.
fn description() -> serde_json::Value {
    serde_json::json!({
        "id": "fuzzy", "display_name": "Fuzzy", "version": "2.0.1", "author": "A", "license": "MIT", "description": "D",
        "abi_version": "1.0", "parameters": {"type": "object"}, "capabilities": ["threads"], "deterministic": true,
        "of the plugin's own": 7,
    })
}

fn library() -> String {
    format!("fuzzy.{}", std::env::consts::DLL_EXTENSION)
}

/// What holds of all that was staged whole.
#[track_caller]
fn sound(place: &Place, staged: &Staged) {
    let manifest = staged.manifest().unwrap();
    assert_eq!(verify(&staged.folder).unwrap(), *manifest);
    assert_eq!(manifest.files, staged.files);
    let bytes = fs::read(place.staging().join(MANIFEST_FILE)).unwrap();
    assert_eq!(staged.digest.as_deref(), Some(plugin_digest(&bytes).as_str()));
}

#[test]
fn a_bare_python_file() {
    let place = Place::new();
    place.write("My Plugin.v2.py", PLUGIN);
    let staged = place.stage("My Plugin.v2.py").unwrap();
    sound(&place, &staged);
    let manifest = staged.manifest().unwrap();
    assert_eq!((staged.kind, staged.origin), (Kind::Python, Origin::File));
    assert_eq!((manifest.id.as_str(), manifest.display_name.as_str()), ("my_plugin_v2", "Lengths"));
    assert_eq!(manifest.version.to_string(), "1.2.0");
    assert_eq!((manifest.module.as_deref(), manifest.class.as_deref()), (Some("My Plugin.v2.py"), Some("Lengths")));
    assert!(!staged.as_delivered);
    let (path, digest) = staged.entry_file().unwrap();
    assert_eq!(path, place.staging().join("My Plugin.v2.py"));
    assert_eq!(digest, crate::package::sha256(PLUGIN.as_bytes()));
}

#[test]
fn a_bare_library_is_completed_by_what_it_says() {
    let place = Place::new();
    place.write(&library(), "\x7fELF");
    let mut staged = place.stage(&library()).unwrap();
    assert_eq!((staged.kind, staged.manifest.is_none(), staged.digest.is_none()), (Kind::Native, true, true));
    assert!(staged.entry_file().is_ok());
    assert_eq!(staged.manifest().unwrap_err().kind(), ErrorKind::Package);
    assert_eq!(complete(&mut staged, &serde_json::json!([])).unwrap_err().kind(), ErrorKind::Package);
    complete(&mut staged, &description()).unwrap();
    sound(&place, &staged);
    let manifest = staged.manifest().unwrap();
    assert_eq!((manifest.id.as_str(), manifest.deterministic), ("fuzzy", true));
    assert_eq!(manifest.targets[0].target, current_target());
}

#[test]
fn a_library_that_says_nonsense_gets_no_manifest() {
    for (name, value) in [
        ("id", serde_json::json!("../x")),
        ("id", serde_json::Value::Null),
        ("version", serde_json::json!("one")),
        ("capabilities", serde_json::json!(["everything"])),
        ("parameters", serde_json::json!({"type": "nothing"})),
        ("deterministic", serde_json::json!("yes")),
    ] {
        let place = Place::new();
        place.write(&library(), "\x7fELF");
        let mut staged = place.stage(&library()).unwrap();
        let mut description = description();
        description[name] = value;
        let error = complete(&mut staged, &description).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Package, "{error}");
        assert!(staged.manifest.is_none());
    }
}

#[test]
fn a_folder_with_a_manifest() {
    let place = Place::new();
    place.write("plug/plugin.json", manifest("plug", &[("lib/util.py", "x = 1\n"), ("plug.py", PLUGIN)]));
    place.write("plug/plug.py", PLUGIN);
    place.write("plug/lib/util.py", "x = 1\n");
    // Never a part of a package.
    place.write("plug/__pycache__/p.cpython-311.pyc", "evil");
    place.write("plug/lib/util.pyc", "evil");
    place.write("plug/.git/config", "");
    let staged = place.stage("plug").unwrap();
    sound(&place, &staged);
    assert!(staged.as_delivered);
    assert_eq!(staged.origin, Origin::Directory);
    assert_eq!(place.staged(), ["lib/util.py", "plug.py", "plugin.json"]);
}

#[test]
fn files_must_be_those_that_are_listed() {
    let place = Place::new();
    let fails = |expected: &str| {
        let error = place.stage("plug").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Package);
        assert!(error.to_string().contains(expected), "{error}");
    };
    place.write("plug/plugin.json", manifest("plug", &[("plug.py", PLUGIN)]));
    fails("`plug.py`: the manifest lists it, and it is not there");
    place.write("plug/plug.py", PLUGIN.replace("pass", "evil"));
    fails("`plug.py`: it is not the file that the manifest lists");
    place.write("plug/plug.py", PLUGIN);
    place.write("plug/sitecustomize.py", "evil");
    fails("`sitecustomize.py`: it is there, and the manifest does not list it");
}

#[test]
fn a_folder_may_leave_things_out_of_its_manifest() {
    let place = Place::new();
    place.write("plug/plugin.json", r#"{"license": "MIT", "capabilities": ["threads"], "id": "mine"}"#);
    place.write("plug/plug.py", PLUGIN);
    place.write("plug/words.txt", "a\nb\n");
    let staged = place.stage("plug").unwrap();
    sound(&place, &staged);
    let manifest = staged.manifest().unwrap();
    assert_eq!(
        (manifest.id.as_str(), manifest.license.as_str(), manifest.class.as_deref()),
        ("mine", "MIT", Some("Lengths"))
    );
    assert_eq!(manifest.files.len(), 2);

    // Neither does a signature fit it, nor a zip of it.
    place.write("plug/plugin.sig", "");
    assert!(place.stage("plug").unwrap_err().to_string().contains("pack first, then sign"));
    let json = fs::read_to_string(place.path("plug/plugin.json")).unwrap();
    Zip::of([part("plugin.json", &json), part("plug.py", PLUGIN)]).write(&place);
    assert_eq!(place.stage("plug.zip").unwrap_err().kind(), ErrorKind::Package);

    place.write("qq/plugin.json", r#"{"licence": "MIT"}"#);
    place.write("qq/qq.py", PLUGIN);
    assert!(place.stage("qq").unwrap_err().to_string().contains("licence"));
    place.write("qq/plugin.json", r#"{"id": "a", "id": "b"}"#);
    assert!(place.stage("qq").unwrap_err().to_string().contains("twice"));
}

#[test]
fn a_folder_of_a_library_with_a_manifest_that_is_not_whole() {
    let place = Place::new();
    place.write(&format!("fuzzy/{}", library()), "\x7fELF");
    place.write("fuzzy/plugin.json", r#"{"license": "Apache-2.0", "display_name": "Fuzzier"}"#);
    let mut staged = place.stage("fuzzy").unwrap();
    assert!(staged.manifest.is_none());
    complete(&mut staged, &description()).unwrap();
    sound(&place, &staged);
    let manifest = staged.manifest().unwrap();
    // What its author wrote goes before what it says.
    assert_eq!((manifest.license.as_str(), manifest.display_name.as_str()), ("Apache-2.0", "Fuzzier"));
    assert_eq!((manifest.id.as_str(), manifest.author.as_str()), ("fuzzy", "A"));
}

#[test]
fn a_package_for_other_platforms() {
    let place = Place::new();
    let text = serde_json::json!({
        "id": "fuzzy", "display_name": "F", "version": "1.0.0", "abi_version": "1.0",
        "targets": [{"target": "sparc-sun-solaris", "library": "fuzzy.so"}],
    });
    place.write("fuzzy/plugin.json", text.to_string());
    place.write("fuzzy/fuzzy.so", "");
    let staged = place.stage("fuzzy").unwrap();
    let error = staged.entry_file().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incompatible);
    assert!(error.message().contains("sparc-sun-solaris"), "{error}");
    assert_eq!(staged.manifest().unwrap().check_platform().unwrap_err().kind(), ErrorKind::Incompatible);
    let other = if cfg!(windows) { "x.so" } else { "x.dll" };
    place.write(other, "");
    assert_eq!(place.stage(other).unwrap_err().kind(), ErrorKind::Incompatible);
}

#[test]
fn a_zip_may_hold_one_folder() {
    let place = Place::new();
    let json = manifest("plug", &[("lib/x.txt", "x"), ("plug.py", PLUGIN)]);
    let mut folder = part("plug-1.0/", "");
    folder.attributes = 0o040_755 << 16 | 0x10;
    Zip::of([
        folder,
        part("plug-1.0/plugin.json", &json),
        part("plug-1.0/lib/x.txt", "x"),
        part("plug-1.0/plug.py", PLUGIN),
        part("__MACOSX/._p.py", "junk"),
    ])
    .write(&place);
    let staged = place.stage("plug.zip").unwrap();
    sound(&place, &staged);
    assert_eq!(place.staged(), ["lib/x.txt", "plug.py", "plugin.json"]);
    // The plugin is named after its file; and after the zip, where that says nothing.
    Zip::of([part("lengths.py", PLUGIN), part("data.txt", "x")]).write(&place);
    assert_eq!(place.stage("plug.zip").unwrap().manifest().unwrap().id, "lengths");
    Zip::of([part("__init__.py", PLUGIN), part("data.txt", "x")]).write(&place);
    assert_eq!(place.stage("plug.zip").unwrap().manifest().unwrap().id, "plug");
}

#[test]
fn what_is_no_package_says_so() {
    let place = Place::new();
    place.write("notes.txt", "hello");
    assert!(place.stage("notes.txt").unwrap_err().message().contains("no package"));
    assert_eq!(place.stage("nothing").unwrap_err().kind(), ErrorKind::Io);
    place.write("empty/notes.txt", "hello");
    assert!(place.stage("empty").unwrap_err().message().contains("no plugin in it"));
    place.write("two/a.py", PLUGIN);
    place.write("two/b.py", PLUGIN);
    let error = place.stage("two").unwrap_err();
    assert!(error.message().contains("Lengths in a.py, Lengths in b.py"), "{error}");
    place.write("plain.py", "x = 1\n");
    assert!(place.stage("plain.py").unwrap_err().message().contains("no class in it is a plugin"));
    place.write("latin.py", b"# \xe9\n");
    assert!(place.stage("latin.py").unwrap_err().message().contains("UTF-8"));
    place.write("-.py", PLUGIN);
    assert!(place.stage("-.py").unwrap_err().message().contains("an id has"));
}

#[test]
fn work_can_be_ended() {
    let place = Place::new();
    place.write("plug/plug.py", PLUGIN);
    let control = Control::new();
    control.cancel();
    let error = stage(&place.path("plug"), &place.staging(), &Limits::default(), &control).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn folders_have_limits_too() {
    let place = Place::new();
    place.write(&format!("plug/{}plug.py", "d/".repeat(17)), PLUGIN);
    assert_eq!(place.stage("plug").unwrap_err().kind(), ErrorKind::LimitExceeded);
    place.write("qq/qq.py", PLUGIN);
    let tiny = Limits { max_total_bytes: 10, ..Limits::default() };
    assert_eq!(place.stage_within("qq", &tiny).unwrap_err().kind(), ErrorKind::LimitExceeded);
    place.write("qq/a.txt", "");
    let few = Limits { max_entries: 1, ..Limits::default() };
    assert_eq!(place.stage_within("qq", &few).unwrap_err().kind(), ErrorKind::LimitExceeded);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_and_pipes_are_refused() {
        let place = Place::new();
        place.write("plug/plug.py", PLUGIN);
        place.write("secret", "secret");
        symlink(place.path("secret"), place.path("plug/link.txt")).unwrap();
        let error = place.stage("plug").unwrap_err();
        assert!(error.to_string().contains("`link.txt`: it is a symbolic link"), "{error}");
        fs::remove_file(place.path("plug/link.txt")).unwrap();
        symlink(place.folder.path(), place.path("plug/folder")).unwrap();
        assert!(place.stage("plug").unwrap_err().to_string().contains("symbolic link"));
        fs::remove_file(place.path("plug/folder")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, place.path("plug/pipe"), rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
        assert!(place.stage("plug").unwrap_err().to_string().contains("pipe, socket or device"));
        // A pipe in place of the package itself does not hang.
        rustix::fs::mkfifoat(rustix::fs::CWD, place.path("x.py"), rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
        assert_eq!(place.stage("x.py").unwrap_err().kind(), ErrorKind::Io);
    }

    #[test]
    fn a_link_in_place_of_the_staging_folder_is_refused() {
        let place = Place::new();
        place.write("plug.py", PLUGIN);
        fs::create_dir(place.path("victim")).unwrap();
        symlink(place.path("victim"), place.path("link")).unwrap();
        let error =
            stage(&place.path("plug.py"), &place.path("link"), &Limits::default(), &Control::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert_eq!(fs::read_dir(place.path("victim")).unwrap().count(), 0);
    }

    #[test]
    fn the_right_to_execute_is_kept_and_no_other() {
        use std::os::unix::fs::PermissionsExt;
        let place = Place::new();
        place.write("plug/plug.py", PLUGIN);
        let tool = place.write("plug/tool", "");
        fs::set_permissions(&tool, fs::Permissions::from_mode(0o6777)).unwrap();
        place.stage("plug").unwrap();
        let mode = |name: &str| fs::metadata(place.staging().join(name)).unwrap().permissions().mode();
        assert_eq!((mode("tool") & 0o7100, mode("plug.py") & 0o7100), (0o100, 0));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_must_be_text() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    for bytes in [&b"libg\xff.so"[..], b"g\xff.py", b"folder\xff"] {
        let path = place.folder.path().join(std::ffi::OsStr::from_bytes(bytes));
        if bytes.starts_with(b"folder") {
            fs::create_dir(&path).unwrap()
        } else {
            fs::write(&path, PLUGIN).unwrap()
        }
        let error = stage(&path, &place.staging(), &Limits::default(), &Control::new()).unwrap_err();
        assert_eq!(error.message(), "its name is no Unicode text: rename it");
        assert_eq!(error.kind(), ErrorKind::Package);
    }
}
