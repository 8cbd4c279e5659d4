//! Compares two tables and says exactly what changed: which rows were added, removed or changed, in which cells,
//! under the rules that the caller sets.
//!
//! This crate prints nothing, reads no environment variable and installs no logger.

#[cfg(feature = "plugins")]
pub mod access;
#[cfg(feature = "plugins")]
pub mod cache;
pub mod compare;
#[cfg(feature = "plugins")]
pub mod config;
pub mod control;
#[cfg(feature = "plugins")]
pub mod engine;
mod error;
#[cfg(feature = "plugins")]
pub mod exec;
#[cfg(feature = "plugins")]
pub mod install;
#[cfg(feature = "plugins")]
pub mod package;
#[cfg(feature = "plugins")]
pub mod plugin;
pub mod report;
#[cfg(feature = "plugins")]
pub mod sandbox;
pub mod source;
pub mod spec;
#[cfg(feature = "plugins")]
pub mod state;
pub mod table;
#[cfg(feature = "plugins")]
pub mod trust;
pub mod types;

pub use error::{Context, Error, ErrorKind, Result};
