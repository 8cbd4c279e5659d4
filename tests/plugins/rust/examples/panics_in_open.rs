//! Panics when it is made.

use csvq_plugin_api::{Comparator, Error, Host, Job, Outcome, PluginInfo, export_plugin};

struct Panics;

impl Default for Panics {
    fn default() -> Self {
        panic!("a panic while the plugin is opened")
    }
}

impl Comparator for Panics {
    fn info(&self) -> PluginInfo {
        PluginInfo::new("panics_in_open", "Test panics_in_open", "1.0.0")
    }

    fn compare(&self, _job: Job<'_>, _host: &Host) -> Result<Outcome, Error> {
        Ok(Outcome::equal())
    }
}

export_plugin!(Panics);
