//! What a person sets: the home and its files, each typed, `plugin_config.json` with its layers, and how they are edited.
//!
//! Files are JSON, read strictly: an unknown name, a wrong type or a name that is there twice is an error with file,
//! line and path. Whatever csvq remembers by itself is the business of `state`. Nothing here reads an environment
//! variable: the edges do, and hand over an [`Environment`].

mod document;
mod editor;
mod environment;
mod file;
mod files;
mod home;
mod layers;
mod logging;
mod model;
mod path;
mod policy;
mod read;
mod repositories;
mod roles;

#[cfg(test)]
mod tests;

pub use editor::{Approval, Edited, Editor, FileEditor, Proposal, Refusal, SettingsCheck};
pub use environment::{Environment, Stage};
pub use files::{ConfigFile, check_files};
pub use home::Home;
pub use layers::Config;
pub use logging::{
    Format, LogField, LogHandler, LogLevel, LogStream, LogTarget, Logger, Logging, Piece, Rotation, RotationUnit, Route,
};
pub use model::{
    Authentication, DEFAULT_PLUGIN_TIMEOUT, PluginConfig, PluginSettings, PluginSystem, Repository, RepositoryType,
    TrustLevel,
};
pub use path::SettingPath;
pub use policy::{
    Domain, ExecutionLimits, FileSystemAccess, Moment, OutsideMode, OutsideProgram, PluginLimits, PluginOverride,
    PluginSecurity, PolicyChange, PolicyEffect, PolicyInForce, Revocation, Revoked, ScannerSettings, SecurityPolicy,
    Severity, TrustedKey, compare_policies,
};
pub use repositories::{JoinedRepositories, Repositories, RepositorySecurity};
pub use roles::{AccessRules, Permission, PluginAccess, Rbac, Role, UserPermissions};

/// The JSON Schema of `plugin_config.json`.
pub const JSON_SCHEMA: &str = include_str!("../schema/plugin_config.schema.json");
