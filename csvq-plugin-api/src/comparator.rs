//! The trait that a plugin implements.

use crate::differences::ExtraColumn;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::info::PluginInfo;
use crate::job::Job;
use crate::outcome::Outcome;
use crate::parameters::Parameters;

/// A comparison of two tables.
///
/// [`export_plugin!`](crate::export_plugin) makes a plugin of a type that has this and [`Default`]. The host makes one
/// value of it for each comparison that it wants to run at a time, and may use it for many in a row, so nothing should
/// be kept from one to the next but what saves work.
pub trait Comparator: Send + Sync + 'static {
    /// What the plugin is: the same each time.
    fn info(&self) -> PluginInfo;

    /// Compares.
    ///
    /// Asks [`Host::check`] at least ten times a second whether to go on, and tells [`Host::progress`] how far it is;
    /// [`Job::compare_cells`] does both.
    ///
    /// # Errors
    /// What keeps it from comparing. That the tables differ is no error.
    fn compare(&self, job: Job<'_>, host: &Host) -> Result<Outcome, Error>;

    /// Which columns its [`Differences`](crate::Differences) have besides those that all have. None by default.
    ///
    /// # Errors
    /// [`Error::unsupported`] where they do not have those either, because the outcome brings a stream of the plugin's
    /// own; [`Error::bad_parameters`] where the answer depends on parameters that are wrong.
    fn extra_columns(&self, parameters: &Parameters) -> Result<Vec<ExtraColumn>, Error> {
        let _ = parameters;
        Ok(Vec::new())
    }
}
