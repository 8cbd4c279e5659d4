//! Tests of installing: what is there afterwards, whoever stops it wherever, and however many do it at once.

mod drop_ins;
mod following;
mod installing;
mod kills;
mod processes;
mod quarantine;
mod removing;
mod stubborn;
mod together;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Gate, InstallOptions, Installed, Installer, OpenGate, Passage, Step, TrialLoad};
use crate::config::Home;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::package::{Staged, verify_as};
use crate::state::{PluginRecord, State};

/// Loads nothing: a plugin says what its manifest says. A library without one says what is written in it, as JSON. One
/// whose source mentions it fails.
struct Trial;

impl TrialLoad for Trial {
    fn load(&self, staged: &Staged, _: &Control) -> Result<Value> {
        let (path, _) = staged.entry_file()?;
        let text = fs::read_to_string(path).unwrap();
        if text.contains("fails in its trial") {
            return Err(Error::new(ErrorKind::WorkerLost, "the worker was killed by a signal"));
        }
        match &staged.manifest {
            None => Ok(serde_json::from_str(&text).unwrap()),
            Some(manifest) => Ok(json!({
                "id": manifest.id, "display_name": manifest.display_name, "version": manifest.version.to_string(),
                "deterministic": manifest.deterministic, "capabilities": [],
            })),
        }
    }
}

/// A home in a folder of its own.
struct Place {
    folder: TempDir,
    home: Home,
    state: State,
    installer: Installer,
}

impl Place {
    fn new() -> Self {
        Self::with(Box::new(OpenGate), Box::new(Trial))
    }

    fn with(gate: Box<dyn Gate>, trial: Box<dyn TrialLoad>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        home.init().unwrap();
        let state = State::open(&home.state_db()).unwrap();
        let installer = Installer::new(&home, &state, gate, trial).unwrap();
        Self { folder, home, state, installer }
    }

    /// Writes a file below the folder of the test, and gives its path.
    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Writes a package of one Python file.
    fn package(&self, id: &str, version: &str) -> PathBuf {
        self.write(&format!("packages/{id}-{version}/{id}.py"), &source(id, version))
    }

    fn install(&self, id: &str, version: &str) -> Result<Installed> {
        self.install_path(&self.package(id, version))
    }

    fn install_path(&self, path: &Path) -> Result<Installed> {
        self.installer.install(path, &InstallOptions::default(), &Control::new(), &mut |_| {})
    }

    /// Drops a file into the folder of plugins.
    fn drop_in(&self, name: &str, content: &str) {
        self.write(&format!("home/plugins/{name}"), content);
    }

    fn plugin(&self, id: &str) -> Option<PluginRecord> {
        self.state.plugin(id).unwrap()
    }

    /// The plugins with their versions, the active one marked: `a 1.0.0 2.0.0*`.
    fn summary(&self) -> String {
        summary(&self.state)
    }

    fn sound(&self) {
        sound(&self.home, &self.state);
    }
}

/// The text of a Python plugin.
fn source(id: &str, version: &str) -> String {
    format!("class P:\n    id = '{id}'\n    version = '{version}'\n\n    def compare(self, left, right): ...\n")
}

fn summary(state: &State) -> String {
    let plugin = |plugin: &PluginRecord| {
        let versions = plugin.versions.iter().map(|version| {
            let mark = if plugin.active_version.as_ref() == Some(&version.version) { "*" } else { "" };
            format!(" {}{mark}", version.version)
        });
        format!("{}{}", plugin.id, versions.collect::<String>())
    };
    state.plugins().unwrap().iter().map(plugin).collect::<Vec<_>>().join(", ")
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What always holds while nobody works on a home: files are what the state says, all of them, and nothing else is
/// left.
#[track_caller]
fn sound(home: &Home, state: &State) {
    state.check().unwrap();
    let mut expected: Vec<String> = Vec::new();
    for plugin in state.plugins().unwrap() {
        expected.push(plugin.id.clone());
        let folder = home.custom().join(&plugin.id);
        let mut versions: Vec<_> = plugin.versions.iter().map(|version| version.version.clone()).collect();
        versions.sort();
        assert_eq!(names(&folder), versions, "{}", plugin.id);
        for version in &plugin.versions {
            verify_as(&folder.join(&version.version), &version.digest).unwrap();
        }
        assert!(plugin.active().is_some(), "{}", plugin.id);
    }
    assert_eq!(names(&home.custom()), expected);
    let left = names(&home.staging()).into_iter().filter(|name| name.starts_with("work-")).collect::<Vec<_>>();
    assert!(left.is_empty(), "{left:?}");
}

/// A gate that refuses at one of its places, and writes down where it was asked.
#[derive(Clone, Default)]
struct Strict {
    refuses: &'static str,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Strict {
    fn ask(&self, what: &str) -> Passage {
        self.asked.lock().push(what.to_owned());
        if self.refuses == what { Err(Error::new(ErrorKind::Package, format!("no {what}")).into()) } else { Ok(()) }
    }
}

impl Gate for Strict {
    fn policy(&self, candidate: &super::Candidate<'_>) -> Passage {
        assert!(candidate.path.exists());
        self.ask("policy")
    }

    fn signature(&self, staged: &Staged) -> Passage {
        assert!(staged.folder.is_dir());
        self.ask("signature")
    }

    fn scan(&self, staged: &Staged, _: &Control) -> Passage {
        assert_eq!(staged.files.len(), 1);
        self.ask("scan")
    }
}

/// All steps of an installation that nothing was in the way of.
fn first_steps() -> Vec<Step> {
    Step::ALL.iter().copied().filter(|step| *step != Step::MovedAway).collect()
}
