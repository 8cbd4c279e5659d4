//! Making a home.

use std::fs;

use super::super::home::seed::{EXAMPLES, PLUGIN_CONFIG};
use super::super::{Home, PluginConfig};
use super::Place;
use crate::error::ErrorKind;

#[test]
fn the_tree_is_the_guides() {
    let place = Place::new();
    let home = &place.home;
    let root = home.root();
    for folder in [
        "plugins",
        "plugins/custom",
        "plugins/disabled",
        "plugins/cache",
        "plugins/repositories",
        "plugins/quarantine",
        "plugins/backup",
        "plugins/.staging",
        "config",
        "logs",
        "backups",
        "restore_points",
        "state",
    ] {
        assert!(root.join(folder).is_dir(), "{folder}");
    }
    assert_eq!(home.state_db(), root.join("state/state.db"));
    assert!(EXAMPLES.iter().all(|(name, _)| home.config().join(name).is_file()));
    assert_eq!(home.init().unwrap(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_fresh_home_has_csvqs_own_defaults() {
    let config = PluginConfig::from_json("seed".as_ref(), PLUGIN_CONFIG).unwrap();
    assert_eq!(config, PluginConfig::default());
    assert_eq!(config.plugin_system.timeout(true), None);
    assert!(config.repositories.is_empty() && config.plugin_settings.is_empty());
}

#[test]
fn nothing_is_overwritten() {
    let place = Place::with("{\"mine\": 1}");
    let example = place.path("rbac.example.json");
    fs::write(&example, "mine").unwrap();
    let lost = place.path("logging.example.json");
    fs::remove_file(&lost).unwrap();
    fs::remove_dir(place.home.logs()).unwrap();
    assert_eq!(place.home.init().unwrap(), [place.home.logs(), lost]);
    assert_eq!((place.text().as_str(), fs::read_to_string(example).unwrap().as_str()), ("{\"mine\": 1}", "mine"));
}

#[cfg(unix)]
#[test]
fn links_and_modes_are_respected() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path().join("home"));
    fs::create_dir_all(home.config()).unwrap();
    // A link to a file that is not there (yet): it is not followed, nor replaced.
    symlink(folder.path().join("elsewhere.json"), home.config().join("plugin_config.json")).unwrap();
    home.init().unwrap();
    assert!(!folder.path().join("elsewhere.json").exists());
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(home.plugins()), 0o700);
    assert_eq!(mode(&home.config().join("rbac.example.json")), 0o600);
}

#[test]
fn a_file_in_place_of_a_folder_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("home");
    fs::write(&path, "").unwrap();
    let error = Home::at(&path).init().unwrap_err();
    assert_eq!((error.kind(), error.context().input.as_deref()), (ErrorKind::Io, path.to_str()));
    assert_eq!(fs::read(&path).unwrap(), b"");
}

#[test]
fn a_home_that_is_not_there_is_said_to_be_missing() {
    let folder = tempfile::tempdir().unwrap();
    let error = Home::at(folder.path().join("none")).require().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.message().contains("csvq init"), "{error}");
}

#[test]
fn many_may_make_it_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path().join("home"));
    let made: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| home.init().unwrap())).collect();
        let files = |made: Vec<std::path::PathBuf>| made.iter().filter(|path| path.is_file()).count();
        threads.into_iter().map(|thread| files(thread.join().unwrap())).sum()
    });
    assert_eq!(made, EXAMPLES.len() + 1);
    let left: Vec<_> = fs::read_dir(home.config()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), EXAMPLES.len() + 1, "{left:?}");
}
