//! The second part of an installation, under the lock: renames, and the state's commit.

use std::path::Path;

use super::Installer;
use super::journal::{Move, Version};
use super::model::{InstallOptions, Installed, Was};
use super::place::{BACKUP, CUSTOM, Places};
use super::prepare::Prepared;
use super::source::Source;
use super::step::Step;
use super::work::PACKAGE;
use crate::control::Control;
use crate::error::{Context, Error, ErrorKind, Result};
use crate::package::folder::ItemKind;
use crate::package::{Manifest, io_error};
use crate::state::{AuditAction, Change, PluginRecord, PluginStatus, Timestamp, VersionRecord};

/// What there is to do, once it is known what is installed.
pub(super) enum Plan {
    /// It is new, or a version beside others.
    Add,
    /// It takes the place of an installed version.
    Replace,
    /// It is installed already. Whether it is to become the active version.
    Keep(bool),
}

impl Installer {
    /// Installs a package, and makes its version the active one; versions that are installed already stay beside it.
    /// `step` hears of each step.
    ///
    /// # Errors
    /// Those of [`stage`](crate::package::stage()), of the gate, of the trial; [`Package`](ErrorKind::Package) where
    /// the loaded plugin is not what its manifest says; [`Incompatible`](ErrorKind::Incompatible) where it is for
    /// another platform or interface; [`Conflict`](ErrorKind::Conflict) where the version is installed already, a
    /// built-in comparison has its id, or it is another plugin than the options allow; [`State`](ErrorKind::State). On
    /// any error, everything is as it was.
    pub fn install(
        &self,
        path: &Path,
        options: &InstallOptions,
        control: &Control,
        step: &mut dyn FnMut(Step),
    ) -> Result<Installed> {
        self.install_from(path, &Source::Request, options, control, step)
    }

    pub(super) fn install_from(
        &self,
        path: &Path,
        source: &Source<'_>,
        options: &InstallOptions,
        control: &Control,
        step: &mut dyn FnMut(Step),
    ) -> Result<Installed> {
        let done = self.try_install(path, source, options, control, step);
        if let Err(error) = &done {
            self.audit_refusal(path, source, error)?;
        }
        done
    }

    fn try_install(
        &self,
        path: &Path,
        source: &Source<'_>,
        options: &InstallOptions,
        control: &Control,
        step: &mut dyn FnMut(Step),
    ) -> Result<Installed> {
        let mut prepared = self.prepare(path, source, options, control, step)?;
        let places = self.places()?;
        let done = self.commit(&places, &mut prepared, path, source, options, control, step);
        prepared.work.discard(&places);
        if done.is_ok() {
            step(Step::Cleaned);
        }
        done
    }

    #[expect(clippy::too_many_arguments, reason = "it is the second half of one function")]
    fn commit(
        &self,
        places: &Places,
        prepared: &mut Prepared,
        path: &Path,
        source: &Source<'_>,
        options: &InstallOptions,
        control: &Control,
        step: &mut dyn FnMut(Step),
    ) -> Result<Installed> {
        let _lock = self.locked(places, control)?;
        step(Step::Locked);
        let (id, version) = (prepared.manifest.id.clone(), prepared.manifest.version.to_string());
        let plugin = self.inner.state.plugin(&id)?;
        let plan = plan(plugin.as_ref(), &prepared.manifest, &prepared.digest, source, options)?;
        let before = plugin.as_ref().and_then(|plugin| plugin.active_version.clone());
        let installed = |was| Installed {
            id: id.clone(),
            display_name: prepared.manifest.display_name.clone(),
            version: version.clone(),
            digest: prepared.digest.clone(),
            was,
        };
        if let Plan::Keep(activate) = plan {
            if activate || matches!(source, Source::Quarantine { .. }) {
                let line = self.line(AuditAction::PluginActivated, &id);
                let line = line.of_version(&version).of_digest(&prepared.digest);
                self.inner.state.change(|change| {
                    self.let_out(change, source, &id)?;
                    change.activate(&id, &version)?;
                    change.audit(&line).map(drop)
                })?;
            }
            return Ok(installed(Was::Same));
        }
        let is_replaced = matches!(plan, Plan::Replace);
        let was = match before {
            _ if is_replaced => Was::Replaced,
            Some(before) => Was::Other(before),
            None => Was::New,
        };
        let installed = installed(was);
        let source_path = match source {
            Source::Request | Source::Quarantine { .. } => {
                options.source_path.clone().unwrap_or_else(|| path.display().to_string())
            }
            Source::DropIn { name, .. } => (*name).to_owned(),
        };
        let named = source.name(options);
        let record = VersionRecord {
            version,
            kind: prepared.manifest.kind.as_str().to_owned(),
            digest: prepared.digest.clone(),
            manifest: std::mem::take(&mut prepared.json),
            source: if named.is_empty() { prepared.origin } else { named }.to_owned(),
            source_path: Some(source_path),
            source_stamp: None,
            installed_at: Timestamp::now(),
        };
        let work = &mut prepared.work;
        work.journal.id = Some(id.clone());
        work.journal.versions = vec![Version {
            version: record.version.clone(),
            digest: record.digest.clone(),
            installed_at: record.installed_at.0,
        }];
        let target = format!("{CUSTOM}/{id}/{}", record.version);
        let mut moves = Vec::new();
        let in_the_way = places.look(&target).map_err(|error| io_error(&places.path(&target), "look at it", &error))?;
        if in_the_way.is_some() {
            let to = if is_replaced {
                work.path_of("old")
            } else {
                backup_path(places, &format!("{id}-{}", record.version))?
            };
            moves.push(Move { from: target.clone(), to });
        }
        moves.push(Move { from: work.path_of(PACKAGE), to: target });
        work.journal.moves = moves;
        work.write_journal()?;
        step(Step::Journaled);
        let last = work.journal.moves.len() - 1;
        let placed = make_folder(places, &id).and_then(|()| {
            work.make_moves(places, &mut |number| step(if number == last { Step::Placed } else { Step::MovedAway }))
        });
        let action = match &installed.was {
            Was::New => AuditAction::PluginInstalled,
            _ => AuditAction::PluginUpdated,
        };
        let line = self
            .line(action, &id)
            .of_version(&record.version)
            .of_digest(&record.digest)
            .with("source", record.source.clone())
            .with("source_path", record.source_path.clone());
        let recorded = placed.and_then(|()| {
            self.inner.state.change(|change| {
                self.let_out(change, source, &id)?;
                match plan {
                    Plan::Replace => change.replace_version(&id, &installed.display_name, &record)?,
                    _ => change.add_version(&id, &installed.display_name, &record)?,
                }
                change.audit(&line).map(drop)
            })
        });
        if let Err(error) = recorded {
            self.settle_own(places, work, error)?;
        }
        step(Step::Recorded);
        Ok(installed)
    }
}

impl Installer {
    /// Lets out of quarantine what is installed from there, and with it the plugin, if that was put there for the same.
    fn let_out(&self, change: &Change<'_>, source: &Source<'_>, id: &str) -> Result<()> {
        let Source::Quarantine { number, accept_findings } = source else { return Ok(()) };
        let entry = change.release_from_quarantine(*number, &self.by)?;
        if change.plugin(id)?.is_some_and(|plugin| plugin.status == PluginStatus::Quarantined) {
            change.release(id)?;
        }
        change.audit(&self.released(&entry, id, *accept_findings)).map(drop)
    }
}

/// What is to be done, given what is installed.
pub(super) fn plan(
    plugin: Option<&PluginRecord>,
    manifest: &Manifest,
    digest: &str,
    source: &Source<'_>,
    options: &InstallOptions,
) -> Result<Plan> {
    let version = manifest.version.to_string();
    let refused = |message: String| {
        let context = Context { plugin: Some(manifest.id.clone()), ..Context::default() };
        Err(Error::new(ErrorKind::Conflict, message).with_context(context))
    };
    let Some(plugin) = plugin else { return Ok(Plan::Add) };
    if plugin.status == PluginStatus::Quarantined && !matches!(source, Source::Quarantine { .. }) {
        return Err(in_quarantine(&plugin.id));
    }
    let other =
        plugin.versions.iter().find(|other| other.version != version && other.version.eq_ignore_ascii_case(&version));
    if let Some(other) = other {
        return refused(format!(
            "version {} is installed, whose folder has the same name on some systems",
            other.version
        ));
    }
    let Some(there) = plugin.version(&version) else { return Ok(Plan::Add) };
    let is_same = there.digest == digest;
    match source {
        Source::DropIn { changed, .. } if is_same => Ok(Plan::Keep(*changed && source.owns(there))),
        Source::DropIn { .. } if source.owns(there) => Ok(Plan::Replace),
        Source::DropIn { .. } => {
            refused(format!("version {version} is installed already, with other content, from elsewhere"))
        }
        Source::Quarantine { .. } if is_same => Ok(Plan::Keep(true)),
        Source::Quarantine { .. } => Ok(Plan::Replace),
        Source::Request if options.force => Ok(Plan::Replace),
        Source::Request if is_same => refused(format!("version {version} is installed already: this very package")),
        Source::Request => refused(format!(
            "version {version} is installed already, with other content: give this one another version, or replace it by force"
        )),
    }
}

/// The error for whoever wants to change a plugin that is in quarantine.
pub(crate) fn in_quarantine(id: &str) -> Error {
    let message =
        "it is in quarantine: `csvq plugins quarantine list` tells as what; release it or delete it there first";
    Error::new(ErrorKind::Suspicious, message).of_plugin(id)
}

/// A place in the folder of backups for something that is in the way and that the state knows nothing of.
fn backup_path(places: &Places, name: &str) -> Result<String> {
    let made = places.root.ensure_folder(BACKUP).and_then(|_| places.free_name(BACKUP, name));
    let name = made.map_err(|error| io_error(&places.path(BACKUP), "make room there", &error))?;
    Ok(format!("{BACKUP}/{name}"))
}

/// Makes the folder of a plugin's versions.
fn make_folder(places: &Places, id: &str) -> Result<()> {
    let path = format!("{CUSTOM}/{id}");
    let failed = |error: std::io::Error| io_error(&places.path(&path), "make the plugin's folder", &error);
    let custom = places.root.open_folder(CUSTOM).map_err(failed)?;
    match custom.look(id).map_err(failed)?.map(|item| item.kind) {
        None | Some(ItemKind::Folder) => {}
        Some(other) => {
            let error = std::io::Error::other(format!("{} is in its place", other.described()));
            return Err(failed(error));
        }
    }
    custom.ensure_folder(id).map_err(failed)?;
    custom.sync().map_err(failed)
}
