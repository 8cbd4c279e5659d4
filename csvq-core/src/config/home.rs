//! The home: the folder that holds plugins, configuration, state and logs, and where in it everything is.

pub(super) mod seed;

use std::path::{Path, PathBuf};

use super::file;
use crate::error::{Context, Error, ErrorKind, Result};

/// A home's folder, and the places in it. Having one says nothing about whether the folder is there.
///
/// ```text
/// plugins/            what is dropped in by hand
///   custom/           installed plugins, as <id>/<version>/
///   disabled/         what was moved there is not used
///   cache/            results of comparisons
///   repositories/     what is known of repositories
///   quarantine/       what is suspected of doing harm
///   backup/           earlier files of plugins, kept by hand
///   .staging/         installations that are under way
/// config/             plugin_config.json and its kin
/// logs/
/// backups/            backups of the whole home
/// restore_points/
/// state/state.db      what csvq remembers by itself
/// ```
///
/// ```
/// use csvq_core::config::Home;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("home");
/// let home = Home::at(&path);
/// let made = home.init()?;
/// assert!(made.contains(&home.config().join("plugin_config.json")));
/// assert!(home.init()?.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
    plugins: PathBuf,
    cache: PathBuf,
}

impl Home {
    /// The home in this folder. A relative path is taken from the current folder now, and does not follow it later.
    #[must_use]
    pub fn at(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        // It fails for an empty path, and where there is no current folder: then opening anything says so better.
        let root = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let plugins = root.join("plugins");
        Self { cache: plugins.join("cache"), plugins, root }
    }

    /// The same home with other folders for plugins and for the cache, taken from its root where they are relative.
    #[must_use]
    pub fn with_directories(&self, plugins: impl AsRef<Path>, cache: impl AsRef<Path>) -> Self {
        Self { plugins: self.root.join(plugins), cache: self.root.join(cache), root: self.root.clone() }
    }

    /// Makes what is missing of the home: its folders, `config/plugin_config.json` with csvq's own defaults, and
    /// examples of every configuration file. What is there is left as it is. Gives what was made.
    ///
    /// On Unix, folders and files that are made can be read by their owner alone.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where something can't be made, or is no folder that has to be one.
    pub fn init(&self) -> Result<Vec<PathBuf>> {
        seed::plant(self)
    }

    /// Refuses a home that is not there.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound), with what to do about it, and [`Io`](crate::ErrorKind::Io) where this user
    /// may not look.
    pub fn require(&self) -> Result<()> {
        let (kind, message) = match std::fs::metadata(self.config()) {
            Ok(found) if found.is_dir() => return Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                (ErrorKind::Io, format!("the home can't be opened: {error}"))
            }
            _ => {
                let message =
                    "csvq has no home here: make one with `csvq init`, or name another with `--home DIR` or CSVQ_HOME";
                (ErrorKind::NotFound, message.to_owned())
            }
        };
        let context = Context { input: Some(self.root.display().to_string()), ..Context::default() };
        Err(Error::new(kind, message).with_context(context))
    }

    /// The folder of the home itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where plugins are dropped in; all others about plugins lie in it.
    #[must_use]
    pub fn plugins(&self) -> &Path {
        &self.plugins
    }

    /// Where installed plugins are, as `<id>/<version>/`.
    #[must_use]
    pub fn custom(&self) -> PathBuf {
        self.plugins.join("custom")
    }

    /// Where installations are prepared: on the file system of [`custom`](Self::custom), to be renamed into it.
    #[must_use]
    pub fn staging(&self) -> PathBuf {
        self.plugins.join(".staging")
    }

    /// Where plugins are moved by hand that shall not be used.
    #[must_use]
    pub fn disabled(&self) -> PathBuf {
        self.plugins.join("disabled")
    }

    /// Where plugins are kept that are suspected of doing harm.
    #[must_use]
    pub fn quarantine(&self) -> PathBuf {
        self.plugins.join("quarantine")
    }

    /// Where people keep earlier files of plugins.
    #[must_use]
    pub fn backup(&self) -> PathBuf {
        self.plugins.join("backup")
    }

    /// Where results of comparisons are kept.
    #[must_use]
    pub fn cache(&self) -> &Path {
        &self.cache
    }

    /// Where is kept what is known of repositories.
    #[must_use]
    pub fn repositories(&self) -> PathBuf {
        self.plugins.join("repositories")
    }

    /// Where the configuration files are.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.root.join("config")
    }

    /// Where logs are.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    /// Where backups of the whole home are.
    #[must_use]
    pub fn backups(&self) -> PathBuf {
        self.root.join("backups")
    }

    /// Where restore points are.
    #[must_use]
    pub fn restore_points(&self) -> PathBuf {
        self.root.join("restore_points")
    }

    /// The database of what csvq remembers by itself.
    #[must_use]
    pub fn state_db(&self) -> PathBuf {
        self.root.join("state").join("state.db")
    }

    /// The folder in which workers have scratch folders of their own, for as long as they run.
    #[must_use]
    pub fn scratch(&self) -> PathBuf {
        self.root.join("state").join("scratch")
    }

    /// Every folder of the home, those first that others lie in.
    fn folders(&self) -> Vec<PathBuf> {
        vec![
            self.root.clone(),
            self.plugins.clone(),
            self.custom(),
            self.staging(),
            self.disabled(),
            self.quarantine(),
            self.backup(),
            self.cache.clone(),
            self.repositories(),
            self.config(),
            self.logs(),
            self.backups(),
            self.restore_points(),
            self.root.join("state"),
        ]
    }
}
