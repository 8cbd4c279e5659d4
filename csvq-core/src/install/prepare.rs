//! The first part of an installation: everything up to the package lying checked beside its place.

use std::path::Path;

use super::Installer;
use super::gate::{Candidate, Refusal, Suspicion};
use super::identity;
use super::journal::Journal;
use super::model::InstallOptions;
use super::recovery::Action;
use super::source::Source;
use super::step::Step;
use super::transaction::plan;
use super::work::{PACKAGE, Work};
use crate::compare::comparator;
use crate::control::Control;
use crate::error::{Context, Error, ErrorKind, Result};
use crate::package::{self, MANIFEST_FILE, Manifest, Staged, Standing, io_error, stopped};

/// Why a package is not installed.
struct Stopped {
    error: Error,
    /// What is suspicious, where something is.
    suspicious: Option<Box<Suspicious>>,
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self { error, suspicious: None }
    }
}

/// A suspicious package, as it was laid out.
pub(super) struct Suspicious {
    pub(super) suspicion: Suspicion,
    pub(super) staged: Staged,
}

/// A package that is ready to be installed.
pub(super) struct Prepared {
    pub(super) work: Work,
    pub(super) manifest: Manifest,
    pub(super) digest: String,
    /// The text of the manifest.
    pub(super) json: String,
    pub(super) origin: &'static str,
}

impl Installer {
    /// Lays out a package and has it checked. Where that fails, nothing is left of it.
    pub(super) fn prepare(
        &self,
        path: &Path,
        source: &Source<'_>,
        options: &InstallOptions,
        control: &Control,
        step: &mut dyn FnMut(Step),
    ) -> Result<Prepared> {
        let metadata = std::fs::metadata(path).map_err(|error| io_error(path, "read the package", &error))?;
        let size = metadata.is_file().then_some(metadata.len());
        let candidate = Candidate { path, source: source.name(options), size };
        self.inner.gate.policy(&candidate).map_err(|refusal| refusal.error)?;
        step(Step::Allowed);
        let places = self.places()?;
        let work = {
            let _lock = self.locked(&places, control)?;
            Work::create(&places, Journal::new(Action::Install, path.display().to_string()))?
        };
        step(Step::Begun);
        match self.check(path, source, options, &work, control, step) {
            Ok((staged, manifest, digest, json)) => {
                Ok(Prepared { work, manifest, digest, json, origin: staged.origin.name() })
            }
            Err(Stopped { error, suspicious: Some(suspicious) }) if suspicious.suspicion.quarantine => {
                Err(self.hold(&places, work, path, source, &suspicious, error))
            }
            Err(Stopped { error, .. }) => {
                work.discard(&places);
                Err(error)
            }
        }
    }

    fn check(
        &self,
        path: &Path,
        source: &Source<'_>,
        options: &InstallOptions,
        work: &Work,
        control: &Control,
        step: &mut dyn FnMut(Step),
    ) -> std::result::Result<(Staged, Manifest, String, String), Stopped> {
        let failed = |error: std::io::Error| io_error(work.folder.path(), "stage the package", &error);
        let folder = work.folder.create_folder(PACKAGE).map_err(failed)?;
        let (mut staged, standing) = package::stage_as_it_is(path, folder.path(), &self.inner.limits, control)?;
        step(Step::Staged);
        self.refuse_held(&staged, source)?;
        if let Some(manifest) = &staged.manifest {
            admit(manifest, options)?;
            // Better now than after the trial. What counts is what is installed in the end.
            let plugin = self.inner.state.plugin(&manifest.id)?;
            let digest = staged.digest.as_deref().unwrap_or_default();
            plan(plugin.as_ref(), manifest, digest, source, options)?;
        }
        let suspicious = |staged: &Staged, refusal: Refusal| match self.audit_gate(path, source, &refusal) {
            Err(error) => Stopped::from(error),
            Ok(()) => Stopped {
                error: refusal.error,
                suspicious: refusal
                    .suspicion
                    .map(|suspicion| Box::new(Suspicious { suspicion, staged: staged.clone() })),
            },
        };
        if let Standing::Modified(error) = standing {
            self.inner.gate.modified(&staged, error).map_err(|refusal| suspicious(&staged, refusal))?;
            return Err(Error::new(ErrorKind::Package, "its files are not those of its manifest").into());
        }
        self.inner.gate.signature(&staged).map_err(|refusal| suspicious(&staged, refusal))?;
        step(Step::SignatureChecked);
        if !matches!(source, Source::Quarantine { accept_findings: true, .. }) {
            self.inner.gate.scan(&staged, control).map_err(|refusal| suspicious(&staged, refusal))?;
        }
        step(Step::Scanned);
        stopped(control)?;
        let description = self.inner.trial.load(&staged, control);
        // A trial that was ended may say so in any words.
        stopped(control)?;
        let description = description?;
        let was_whole = staged.manifest.is_some();
        package::complete(&mut staged, &description)?;
        let manifest = staged.manifest()?.clone();
        if !was_whole {
            // Only now it is known what the policy says of it.
            self.inner.gate.signature(&staged).map_err(|refusal| suspicious(&staged, refusal))?;
        }
        admit(&manifest, options)?;
        if !description.is_null() {
            identity::check(&manifest, &description)?;
        }
        step(Step::Loaded);
        stopped(control)?;
        let digest = staged.digest.clone().unwrap_or_default();
        // What was loaded may have written to where it lay.
        package::verify_as(folder.path(), &digest)?;
        let json = std::fs::read_to_string(folder.path_of(MANIFEST_FILE)).map_err(failed)?;
        step(Step::Verified);
        folder.sync_all().map_err(failed)?;
        step(Step::Synced);
        Ok((staged, manifest, digest, json))
    }
}

/// Refuses what can't be installed here, whatever its content.
fn admit(manifest: &Manifest, options: &InstallOptions) -> Result<()> {
    let refused = |kind, message: String| {
        let context = Context { plugin: Some(manifest.id.clone()), ..Context::default() };
        Err(Error::new(kind, message).with_context(context))
    };
    manifest.check_platform()?;
    if comparator(&manifest.id).is_some() {
        return refused(
            ErrorKind::Conflict,
            "a comparison that is built in has this id: give the plugin another".to_owned(),
        );
    }
    match &options.only {
        Some(only) if *only != manifest.id => {
            refused(ErrorKind::Conflict, format!("this package is of another plugin than {only}"))
        }
        _ => Ok(()),
    }
}
