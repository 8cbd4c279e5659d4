//! What each subcommand does.

mod answer;
pub(crate) mod audit;
pub(crate) mod cache;
pub(crate) mod compare;
pub(crate) mod completions;
mod confirm;
mod home;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod man;
mod places;
pub(crate) mod plugins;
pub(crate) mod sandbox;
pub(crate) mod settings;
pub(crate) mod stats;
