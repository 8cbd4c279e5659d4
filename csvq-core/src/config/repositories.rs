//! What `repositories.json` says, and how it joins what `plugin_config.json` says of repositories.

use std::path::Path;

use serde::Serialize;

use super::document::{Documents, Node};
use super::home::Home;
use super::layers::{self, Config};
use super::model::{Repository, TrustLevel};
use super::policy::refuse_files_of_stages;
use super::read::fields::Reader;
use super::read::{LEVELS, refuse_private_keys, repositories};
use super::{ConfigFile, file};
use crate::error::Result;

/// What `repositories.json` says. Serialized, it has the form of the file, with defaults filled in and without secrets.
///
/// ```
/// use csvq_core::config::{Repositories, TrustLevel};
/// let text = r#"{ "repositories": [{ "name": "ours", "url": "file:///srv/plugins", "trust_level": "high" }] }"#;
/// let repositories = Repositories::from_json("repositories.json".as_ref(), text)?;
/// assert_eq!(repositories.repositories[0].trust_level, Some(TrustLevel::High));
/// assert!(!repositories.security.require_signature_verification);
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Repositories {
    /// Where plugins can be had from.
    pub repositories: Vec<Repository>,
    /// What is asked of what comes from there.
    pub security: RepositorySecurity,
}

/// What is asked of plugins that come from repositories, besides what the policy asks of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RepositorySecurity {
    /// Whether they have to be signed, even where the policy asks that of no others. By default they need not.
    pub require_signature_verification: bool,
    /// From repositories of which levels they may come; one that says nothing counts as low. By default from all.
    pub allowed_trust_levels: Vec<TrustLevel>,
    /// Whether those that no repository lists come into quarantine. By default they do not.
    pub quarantine_unknown_plugins: bool,
}

impl Default for RepositorySecurity {
    fn default() -> Self {
        Self {
            require_signature_verification: false,
            allowed_trust_levels: vec![TrustLevel::High, TrustLevel::Medium, TrustLevel::Low],
            quarantine_unknown_plugins: false,
        }
    }
}

/// The repositories of both files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JoinedRepositories {
    /// Those of `plugin_config.json` in their order, then those that only `repositories.json` has. Of two that have the
    /// same name it is the one of `repositories.json`, whole.
    pub repositories: Vec<Repository>,
    /// What is asked of what comes from there.
    pub security: RepositorySecurity,
    /// Which names are in both files, for people.
    pub notes: Vec<String>,
}

impl Repositories {
    /// Reads it from a file's text.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong.
    pub fn from_json(file: &Path, text: &str) -> Result<Self> {
        let mut documents = Documents::default();
        let root = documents.parse(file, text.to_owned())?;
        repositories_file(&documents, &root)
    }

    /// The repositories of a home: those of its configuration, with those of `repositories.json` in their place.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config), with file, line and path of what is wrong;
    /// [`Io`](crate::ErrorKind::Io) where the file can't be read.
    pub fn load(home: &Home, config: &Config) -> Result<JoinedRepositories> {
        refuse_files_of_stages(home, ConfigFile::Repositories)?;
        let path = ConfigFile::Repositories.path(home);
        let own = match file::read_or_none(&path)? {
            Some(text) => Self::from_json(&path, &text)?,
            None => Self::default(),
        };
        Ok(own.joined(&config.plugin_config().repositories))
    }

    /// These joined to those of another file, by name.
    fn joined(self, others: &[Repository]) -> JoinedRepositories {
        let (mut repositories, mut notes) = (others.to_vec(), Vec::new());
        for own in self.repositories {
            match repositories.iter_mut().find(|other| other.name == own.name) {
                None => repositories.push(own),
                Some(other) => {
                    notes.push(format!(
                        "the repository `{}` is in {} and in {}: the latter holds",
                        own.name,
                        layers::FILE,
                        ConfigFile::Repositories.name()
                    ));
                    *other = own;
                }
            }
        }
        JoinedRepositories { repositories, security: self.security, notes }
    }
}

/// Reads a whole document.
pub(super) fn repositories_file(documents: &Documents, root: &Node) -> Result<Repositories> {
    let root = Reader::root(documents, root);
    refuse_private_keys(&root)?;
    let fields = root.fields(&["repositories", "security"])?;
    Ok(Repositories {
        repositories: fields.or("repositories", Vec::new(), repositories)?,
        security: fields.get("security", security)?.unwrap_or_default(),
    })
}

fn security(reader: &Reader<'_>) -> Result<RepositorySecurity> {
    let fields =
        reader.fields(&["require_signature_verification", "allowed_trust_levels", "quarantine_unknown_plugins"])?;
    let default = RepositorySecurity::default();
    Ok(RepositorySecurity {
        require_signature_verification: fields.or(
            "require_signature_verification",
            default.require_signature_verification,
            Reader::truth,
        )?,
        allowed_trust_levels: fields.or("allowed_trust_levels", default.allowed_trust_levels, |reader| {
            reader.each(|reader| reader.one_of(LEVELS))
        })?,
        quarantine_unknown_plugins: fields.or(
            "quarantine_unknown_plugins",
            default.quarantine_unknown_plugins,
            Reader::truth,
        )?,
    })
}
