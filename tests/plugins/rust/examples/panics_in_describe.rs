//! Panics when it is asked what it is.

use csvq_plugin_api::{Comparator, Error, Host, Job, Outcome, PluginInfo, export_plugin};

#[derive(Default)]
struct Panics;

impl Comparator for Panics {
    fn info(&self) -> PluginInfo {
        panic!("a panic in the description")
    }

    fn compare(&self, _job: Job<'_>, _host: &Host) -> Result<Outcome, Error> {
        Ok(Outcome::equal())
    }
}

export_plugin!(Panics);
