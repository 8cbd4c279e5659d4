//! One look at the folder of plugins, and what is done about what is found.

use std::collections::{BTreeMap, BTreeSet};

use super::look::{self, Seen};
use super::memory::{Entry, Kept, Memory};
use super::{Change, DropIns, Taken};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::install::model::{InstallOptions, Installed, Was};
use crate::install::place::{CUSTOM, DISABLED, Places};
use crate::install::source::{DROP_IN, Source, is_from};
use crate::install::{Installer, Step};
use crate::package::{io_error, stopped};
use crate::plugin::MOVED_TO_DISABLED;
use crate::state::{AuditAction, PluginRecord, PluginStatus};

/// What is there, what was there, and what comes of it.
pub(super) struct Round<'a> {
    installer: &'a Installer,
    places: &'a Places,
    control: &'a Control,
    seen: BTreeMap<String, Seen>,
    put_away: BTreeSet<String>,
    plugins: Vec<PluginRecord>,
    before: Memory,
    memory: Memory,
    found: DropIns,
}

impl<'a> Round<'a> {
    pub(super) fn new(
        installer: &'a Installer,
        places: &'a Places,
        memory: Memory,
        control: &'a Control,
    ) -> Result<Self> {
        let inner = &installer.inner;
        let failed = |error: std::io::Error| io_error(places.root.path(), "look at what was dropped in", &error);
        let seen = look::scan(&places.root, inner.cache.as_deref(), &inner.limits).map_err(failed)?;
        let put_away = look::put_away(&places.root, DISABLED).map_err(failed)?.into_iter().collect();
        let plugins = inner.state.plugins()?;
        let before = memory.clone();
        Ok(Self { installer, places, control, seen, put_away, plugins, before, memory, found: DropIns::default() })
    }

    /// Does what there is to do. Gives what is to be remembered, if it changed.
    pub(super) fn run(mut self) -> Result<(Option<Memory>, DropIns)> {
        // What is gone goes first: a file that was renamed brings the same plugin under another name.
        for name in self.known_names() {
            stopped(self.control)?;
            if !self.seen.contains_key(&name) {
                let done = if self.put_away.contains(&name) { self.disable(&name) } else { self.let_go(&name) };
                self.keep_error(&name, done)?;
            }
        }
        for (name, seen) in std::mem::take(&mut self.seen) {
            stopped(self.control)?;
            let done = self.look_at(&name, &seen);
            self.keep_error(&name, done)?;
        }
        let is_changed = self.memory != self.before;
        Ok((is_changed.then_some(self.memory), self.found))
    }

    /// The files that are remembered, or that some installed version came from.
    fn known_names(&self) -> BTreeSet<String> {
        let versions = self.plugins.iter().flat_map(|plugin| &plugin.versions);
        let sources =
            versions.filter(|version| version.source == DROP_IN).filter_map(|version| version.source_path.clone());
        sources.chain(self.memory.files.keys().cloned()).collect()
    }

    /// An error stops nothing but what the control stops.
    fn keep_error(&mut self, name: &str, done: Result<()>) -> Result<()> {
        match done {
            Err(error) if self.control.stopped().is_some() => Err(error),
            Err(error) => {
                self.found.errors.push((self.places.path(name), error));
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// The plugins that have versions from a file.
    fn from(&self, name: &str) -> Vec<PluginRecord> {
        let has = |plugin: &&PluginRecord| plugin.versions.iter().any(|version| is_from(version, name));
        self.plugins.iter().filter(has).cloned().collect()
    }

    /// The plugins whose active version came from a file.
    fn active_from(&self, name: &str) -> Vec<PluginRecord> {
        let is = |plugin: &PluginRecord| plugin.active().is_some_and(|version| is_from(version, name));
        self.from(name).into_iter().filter(is).collect()
    }

    fn look_at(&mut self, name: &str, seen: &Seen) -> Result<()> {
        let before = self.memory.files.get(name).cloned();
        if let Some(problem) = &seen.problem {
            return Err(problem.clone());
        }
        // A plugin that the state does not know any more is installed anew.
        let is_known = |entry: &Entry| {
            let id = entry.plugin.as_ref();
            entry.error.is_some() || id.is_some_and(|id| self.plugins.iter().any(|plugin| plugin.id == *id))
        };
        let known = before.as_ref().filter(|entry| !entry.stamp.is_empty() && is_known(entry));
        let mut entry = match known.filter(|entry| entry.stamp == seen.stamp && entry.settled) {
            Some(entry) => entry.clone(),
            None => {
                self.found.examined += 1;
                let inner = &self.installer.inner;
                let digest = look::digest(&self.places.path(name), &inner.limits, self.control)?;
                match known.filter(|entry| entry.digest == digest) {
                    Some(entry) => Entry { stamp: seen.stamp.clone(), settled: seen.settled, ..entry.clone() },
                    None => return self.take(name, seen, digest, before.as_ref()),
                }
            }
        };
        if std::mem::take(&mut entry.disabled) {
            self.enable(name)?;
        }
        let error = entry.error.as_ref().map(Kept::error);
        self.memory.files.insert(name.to_owned(), entry);
        error.map_or(Ok(()), Err)
    }

    /// Installs what a file holds.
    fn take(&mut self, name: &str, seen: &Seen, digest: String, before: Option<&Entry>) -> Result<()> {
        let source = Source::DropIn {
            name,
            changed: before.is_some_and(|entry| !entry.digest.is_empty() && entry.digest != digest),
            digest: &digest,
        };
        let mut reached = Step::Allowed;
        let path = self.places.path(name);
        let options = InstallOptions::default();
        let done = self.installer.install_from(&path, &source, &options, self.control, &mut |step| reached = step);
        let mut entry = Entry {
            stamp: seen.stamp.clone(),
            settled: seen.settled,
            digest: digest.clone(),
            plugin: before.and_then(|entry| entry.plugin.clone()),
            ..Entry::default()
        };
        let result = match done {
            Ok(installed) => {
                entry.plugin = Some(installed.id.clone());
                self.note(name, &installed, before.is_some());
                self.forget_others(name, &installed.id)
            }
            Err(error) => {
                if is_lasting(error.kind(), reached) {
                    entry.error = Some(Kept::of(&error));
                } else {
                    entry.stamp.clear();
                }
                Err(error)
            }
        };
        self.memory.files.insert(name.to_owned(), entry);
        if before.is_some_and(|entry| entry.disabled) {
            self.enable(name)?;
        }
        result
    }

    fn note(&mut self, name: &str, installed: &Installed, was_known: bool) {
        let change = match installed.was {
            Was::New => Change::Installed,
            Was::Same if !was_known => return,
            Was::Same | Was::Other(_) | Was::Replaced => Change::Updated,
        };
        self.done(name, &installed.id, Some(installed.version.clone()), change);
    }

    fn done(&mut self, name: &str, id: &str, version: Option<String>, change: Change) {
        let taken = Taken { file: name.to_owned(), id: id.to_owned(), version, change };
        tracing::info!("{taken}");
        self.found.taken.push(taken);
    }

    /// Removes plugins that a file held before and does not hold any more.
    fn forget_others(&mut self, name: &str, id: &str) -> Result<()> {
        for plugin in self.from(name).into_iter().filter(|plugin| plugin.id != id) {
            self.installer.remove_drop_in(&plugin.id, name, false, self.control)?;
            self.done(name, &plugin.id, None, Change::Uninstalled);
        }
        Ok(())
    }

    /// Removes what came from a file that is gone.
    fn let_go(&mut self, name: &str) -> Result<()> {
        for plugin in self.from(name) {
            // The file went into quarantine with it.
            if plugin.status == PluginStatus::Quarantined {
                continue;
            }
            // Where the installed files are gone, too, it is rather the disk that is missing.
            let path = format!("{CUSTOM}/{}", plugin.id);
            let there =
                self.places.look(&path).map_err(|error| io_error(&self.places.path(&path), "look at it", &error))?;
            if there.is_none() {
                let message =
                    "its file is gone, and so is its folder in plugins/custom; uninstall it, or bring them back";
                return Err(Error::new(ErrorKind::Conflict, message));
            }
            self.installer.remove_drop_in(&plugin.id, name, true, self.control)?;
            let now = self.installer.inner.state.plugin(&plugin.id)?.and_then(|plugin| plugin.active_version);
            self.done(name, &plugin.id, now, Change::Uninstalled);
        }
        self.memory.files.remove(name);
        Ok(())
    }

    /// Disables what came from a file that was put away.
    fn disable(&mut self, name: &str) -> Result<()> {
        let was_disabled = self.memory.files.get(name).is_some_and(|entry| entry.disabled);
        if !was_disabled {
            for plugin in self.active_from(name) {
                // One that can't be used for another reason keeps that.
                if plugin.status.is_usable() {
                    let reason = Some(MOVED_TO_DISABLED);
                    let line = self.installer.line(AuditAction::PluginDisabled, &plugin.id).because(MOVED_TO_DISABLED);
                    self.installer.inner.state.change(|change| {
                        change.set_status(&plugin.id, PluginStatus::Disabled, reason)?;
                        change.audit(&line).map(drop)
                    })?;
                }
                self.done(name, &plugin.id, plugin.active_version.clone(), Change::Disabled);
            }
        }
        self.memory.files.entry(name.to_owned()).or_default().disabled = true;
        Ok(())
    }

    /// Enables what came from a file that was moved back, unless something else disables it.
    fn enable(&mut self, name: &str) -> Result<()> {
        let state = &self.installer.inner.state;
        let mut enabled = Vec::new();
        for plugin in state.plugins()? {
            let is_active = plugin.active().is_some_and(|version| is_from(version, name));
            if is_active
                && plugin.status == PluginStatus::Disabled
                && plugin.reason.as_deref() == Some(MOVED_TO_DISABLED)
            {
                let line = self.installer.line(AuditAction::PluginEnabled, &plugin.id);
                let line = line.because("its file was moved back from plugins/disabled");
                state.change(|change| {
                    change.enable(&plugin.id)?;
                    change.audit(&line).map(drop)
                })?;
                enabled.push(plugin);
            }
        }
        for plugin in enabled {
            self.done(name, &plugin.id, plugin.active_version, Change::Enabled);
        }
        Ok(())
    }
}

/// Whether an error after a step will be the same next time. What is wrong with the package itself stays wrong; what a
/// policy or what is installed refused may be otherwise. A trial may be, too, but costs too much to be made each time.
fn is_lasting(kind: ErrorKind, reached: Step) -> bool {
    use ErrorKind::{Incompatible, LimitExceeded, Package, Plugin, TimedOut, WorkerLost};
    match reached {
        Step::Begun => matches!(kind, Package | LimitExceeded | Incompatible),
        Step::Scanned => matches!(kind, Package | LimitExceeded | Incompatible | Plugin | TimedOut | WorkerLost),
        _ => false,
    }
}
