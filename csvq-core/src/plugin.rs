//! Plugins: comparisons that are not built in, as they are loaded, described and run.
//!
//! A plugin runs in a worker process, unless an administrator trusts it to run in this one. [`Installed`] is what is known
//! of one that is installed, [`Registry`] all that there are, and [`worker::serve`] what a worker does.

mod installed;
mod measures;
mod native;
mod registry;
mod run;
mod validate;
pub mod worker;

pub use self::installed::Installed;
pub(crate) use self::installed::entry_kind;
pub(crate) use self::measures::Meter;
pub use self::measures::{Measures, Running};
pub use self::registry::{DisabledBy, Found, LoadError, MOVED_TO_DISABLED, PluginInfo, Registry};
pub use self::run::{Programs, Ran, Runner};
pub(crate) use self::validate::wrong_parameter;
pub use self::validate::{Validation, validate};
