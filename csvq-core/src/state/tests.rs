//! Tests of the state: what it keeps, who may change what, and what several processes and crashes do to it.

mod audit;
mod changes;
mod crashes;
mod lifecycle;
mod measures;
mod migration;
mod places;
mod processes;
mod quarantine;
mod tampering;
mod versions;

use tempfile::TempDir;

use super::{State, Timestamp, VersionRecord};

/// A state in a folder of its own.
struct Home {
    folder: TempDir,
    state: State,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(&folder.path().join("state.db")).unwrap();
        Self { folder, state }
    }

    /// With one active plugin `p` in version 1.0.0.
    fn with_plugin() -> Self {
        let home = Self::new();
        home.state.add_version("p", "P", &version("1.0.0")).unwrap();
        home
    }

    /// What a process that starts later would see.
    fn reopened(&self) -> State {
        State::open(&self.folder.path().join("state.db")).unwrap()
    }
}

fn version(version: &str) -> VersionRecord {
    VersionRecord {
        version: version.to_owned(),
        kind: "native".to_owned(),
        digest: format!("digest of {version}"),
        manifest: "{}".to_owned(),
        source: "zip".to_owned(),
        source_path: Some("/packages/p.zip".to_owned()),
        source_stamp: None,
        installed_at: Timestamp(1_000),
    }
}
