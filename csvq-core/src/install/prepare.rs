//! The first part of an installation: everything up to the package lying checked beside its place.

use std::path::Path;

use super::Installer;
use super::gate::Candidate;
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
use crate::package::{self, MANIFEST_FILE, Manifest, Staged, io_error, stopped};

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
        self.inner.gate.policy(&Candidate { path, source: source.name(options), size })?;
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
            Err(error) => {
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
    ) -> Result<(Staged, Manifest, String, String)> {
        let failed = |error: std::io::Error| io_error(work.folder.path(), "stage the package", &error);
        let folder = work.folder.create_folder(PACKAGE).map_err(failed)?;
        let mut staged = package::stage(path, folder.path(), &self.inner.limits, control)?;
        step(Step::Staged);
        if let Some(manifest) = &staged.manifest {
            admit(manifest, options)?;
            // Better now than after the trial. What counts is what is installed in the end.
            let plugin = self.inner.state.plugin(&manifest.id)?;
            let digest = staged.digest.as_deref().unwrap_or_default();
            plan(plugin.as_ref(), manifest, digest, source, options)?;
        }
        self.inner.gate.signature(&staged)?;
        step(Step::SignatureChecked);
        self.inner.gate.scan(&staged)?;
        step(Step::Scanned);
        stopped(control)?;
        let description = self.inner.trial.load(&staged, control);
        // A trial that was ended may say so in any words.
        stopped(control)?;
        let description = description?;
        package::complete(&mut staged, &description)?;
        let manifest = staged.manifest()?.clone();
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
