//! Removal: renamed away first, then forgotten by the state, then deleted.

use std::collections::BTreeSet;

use super::Installer;
use super::journal::{Journal, Move, Version};
use super::model::Removed;
use super::place::{BACKUP, CUSTOM, Places};
use super::recovery::Action;
use super::source::{DROP_IN, is_from};
use super::step::Step;
use super::transaction::in_quarantine;
use super::work::Work;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::package::{BESIDE, check_name, io_error, name_beside};
use crate::state::{AuditAction, PluginRecord, PluginStatus, VersionRecord};

/// What is to go.
enum Goes {
    /// All of it; and the files in the folder of plugins that it came from, or not.
    Plugin { with_files: bool },
    /// Versions, none of which is the active one; or it is, and another becomes it first.
    Versions { numbers: Vec<String>, next: Option<String> },
}

impl Installer {
    /// Removes a plugin with all its versions, or one of its versions: not the active one, unless it is the last. Its
    /// file in the folder of plugins goes, too, if it came by that; one that was changed since is moved to
    /// `plugins/backup/`.
    ///
    /// Nothing outside the folders of plugins is touched, and links are never followed.
    ///
    /// # Errors
    /// [`NotFound`](ErrorKind::NotFound) where no such plugin or version is installed;
    /// [`Conflict`](ErrorKind::Conflict) for the active version; [`Io`](ErrorKind::Io) and [`State`](ErrorKind::State).
    /// On any error, everything is as it was.
    pub fn uninstall(&self, id: &str, version: Option<&str>) -> Result<Removed> {
        self.uninstall_with(id, version, &Control::new(), &mut |_| {})
    }

    /// As [`Installer::uninstall`]; `step` hears of each step.
    ///
    /// # Errors
    /// Those of [`Installer::uninstall`], and those of the control, which is asked only before something was changed.
    pub fn uninstall_with(
        &self,
        id: &str,
        version: Option<&str>,
        control: &Control,
        step: &mut dyn FnMut(Step),
    ) -> Result<Removed> {
        self.remove(id, control, step, |plugin| match version {
            _ if plugin.status == PluginStatus::Quarantined && self.is_held(id)? => Err(in_quarantine(id)),
            None => Ok(Goes::Plugin { with_files: true }),
            Some(version) if plugin.version(version).is_none() => {
                Err(Error::new(ErrorKind::NotFound, format!("version {version} is not installed")).of_plugin(id))
            }
            Some(_) if plugin.versions.len() == 1 => Ok(Goes::Plugin { with_files: true }),
            Some(version) if plugin.active_version.as_deref() == Some(version) => {
                let message =
                    format!("version {version} is the active one: activate another first, or remove the plugin");
                Err(Error::new(ErrorKind::Conflict, message).of_plugin(id))
            }
            Some(version) => Ok(Goes::Versions { numbers: vec![version.to_owned()], next: None }),
        })
    }

    /// Removes the versions that came from a file in the folder of plugins, which is gone or holds another plugin now.
    /// None of them may be left: then the plugin goes, if it has no others.
    pub(super) fn remove_drop_in(&self, id: &str, name: &str, is_gone: bool, control: &Control) -> Result<Removed> {
        self.remove(id, control, &mut |_| {}, |plugin| {
            if plugin.status == PluginStatus::Quarantined {
                return Err(in_quarantine(id));
            }
            if is_gone && self.drop_in_path(&self.places()?, name)?.is_some() {
                let message = "its file is there again: it is looked at when plugins are next loaded";
                return Err(Error::new(ErrorKind::Conflict, message).of_plugin(id));
            }
            let (gone, kept): (Vec<_>, Vec<_>) = plugin.versions.iter().partition(|version| is_from(version, name));
            let Some(last) = kept.last() else { return Ok(Goes::Plugin { with_files: false }) };
            let is_kept = |version: &Option<String>| {
                version.as_ref().filter(|number| kept.iter().any(|one| one.version == **number)).cloned()
            };
            let next = match is_kept(&plugin.active_version) {
                Some(_) => None,
                None => Some(is_kept(&plugin.previous_version).unwrap_or_else(|| last.version.clone())),
            };
            Ok(Goes::Versions { numbers: gone.into_iter().map(|version| version.version.clone()).collect(), next })
        })
    }

    fn remove(
        &self,
        id: &str,
        control: &Control,
        step: &mut dyn FnMut(Step),
        decide: impl FnOnce(&PluginRecord) -> Result<Goes>,
    ) -> Result<Removed> {
        let places = self.places()?;
        let lock = self.locked(&places, control)?;
        step(Step::Locked);
        let plugin = self.inner.state.plugin(id)?;
        let plugin =
            plugin.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such plugin is installed").of_plugin(id))?;
        let goes = decide(&plugin)?;
        let mut journal = Journal::new(Action::Uninstall, String::new());
        journal.id = Some(id.to_owned());
        let mut work = Work::create(&places, journal)?;
        step(Step::Begun);
        let removed = self.forget(&places, &mut work, &plugin, &goes, step);
        drop(lock);
        work.discard(&places);
        if removed.is_ok() {
            step(Step::Cleaned);
        }
        removed
    }

    /// Moves away and forgets. The lock must be held.
    fn forget(
        &self,
        places: &Places,
        work: &mut Work,
        plugin: &PluginRecord,
        goes: &Goes,
        step: &mut dyn FnMut(Step),
    ) -> Result<Removed> {
        let id = plugin.id.as_str();
        // It comes from the state, and is the name of a folder that is about to be moved.
        check_name(id).map_err(|message| Error::new(ErrorKind::State, message).of_plugin(id))?;
        let versions: Vec<&VersionRecord> = match goes {
            Goes::Plugin { .. } => plugin.versions.iter().collect(),
            Goes::Versions { numbers, .. } => numbers.iter().filter_map(|number| plugin.version(number)).collect(),
        };
        work.journal.versions = versions
            .iter()
            .map(|one| Version {
                version: one.version.clone(),
                digest: one.digest.clone(),
                installed_at: one.installed_at.0,
            })
            .collect();
        work.journal.moves = self.moves(places, work, plugin, goes)?;
        work.write_journal()?;
        step(Step::Journaled);
        let moved = work.make_moves(places, &mut |_| step(Step::MovedAway));
        let gone: Vec<&str> = versions.iter().map(|version| version.version.as_str()).collect();
        let line = self.line(AuditAction::PluginRemoved, id).with("versions", gone);
        let forgotten = moved.and_then(|()| {
            self.inner.state.change(|change| {
                match goes {
                    Goes::Plugin { .. } => change.remove_plugin(id).map(drop)?,
                    Goes::Versions { numbers, next } => change.remove_versions(id, numbers, next.as_deref())?,
                }
                change.audit(&line).map(drop)
            })
        });
        if let Err(error) = forgotten {
            self.settle_own(places, work, error)?;
        }
        step(Step::Recorded);
        let versions = versions.iter().map(|version| version.version.clone()).collect();
        Ok(Removed { id: id.to_owned(), versions, whole: matches!(goes, Goes::Plugin { .. }) })
    }

    /// The renames that bring away everything of what goes.
    fn moves(&self, places: &Places, work: &Work, plugin: &PluginRecord, goes: &Goes) -> Result<Vec<Move>> {
        let mut moves = Vec::new();
        let there = |path: &str| {
            let found = places.look(path);
            found.map(|item| item.is_some()).map_err(|error| io_error(&places.path(path), "look at it", &error))
        };
        match goes {
            Goes::Plugin { with_files } => {
                moves.push(Move { from: format!("{CUSTOM}/{}", plugin.id), to: work.path_of("removed") });
                let drop_ins = plugin.versions.iter().filter(|version| *with_files && version.source == DROP_IN);
                let names: BTreeSet<&str> = drop_ins.filter_map(|version| version.source_path.as_deref()).collect();
                for name in names {
                    moves.extend(self.moves_of_drop_in(places, work, name)?);
                }
            }
            Goes::Versions { numbers, .. } => {
                for number in numbers {
                    check_name(number)
                        .map_err(|message| Error::new(ErrorKind::State, message).of_plugin(&plugin.id))?;
                    moves.push(Move {
                        from: format!("{CUSTOM}/{}/{number}", plugin.id),
                        to: work.path_of(&format!("removed-{number}")),
                    });
                }
            }
        }
        // What someone deleted by hand need not be moved.
        let mut kept = Vec::new();
        for one in moves {
            if there(&one.from)? {
                kept.push(one);
            }
        }
        Ok(kept)
    }
}

impl Installer {
    /// The renames that bring away a file of the folder of plugins, with what lies beside it. What nobody took in since it
    /// was changed is kept.
    fn moves_of_drop_in(&self, places: &Places, work: &Work, name: &str) -> Result<Vec<Move>> {
        let Some(from) = self.drop_in_path(places, name)? else { return Ok(Vec::new()) };
        let to = if self.is_as_taken(places, name, &from) {
            work.path_of(&format!("source-{name}"))
        } else {
            let free = places.root.ensure_folder(BACKUP).and_then(|_| places.free_name(BACKUP, name));
            let free = free.map_err(|error| io_error(&places.path(BACKUP), "make room there", &error))?;
            format!("{BACKUP}/{free}")
        };
        let beside = BESIDE.map(|what| Move { from: name_beside(&from, what), to: name_beside(&to, what) });
        Ok(std::iter::once(Move { from, to }).chain(beside).collect())
    }
}
