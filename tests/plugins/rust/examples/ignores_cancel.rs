//! Sleeps, and never asks whether it should go on.

use std::thread;
use std::time::Duration;

use csvq_plugin_api::{Comparator, Error, Host, Job, Outcome, PluginInfo, export_plugin};

#[derive(Default)]
struct Ignores;

impl Comparator for Ignores {
    fn info(&self) -> PluginInfo {
        PluginInfo::new("ignores_cancel", "Test ignores_cancel", "1.0.0")
    }

    fn compare(&self, _job: Job<'_>, _host: &Host) -> Result<Outcome, Error> {
        thread::sleep(Duration::from_secs(3600));
        Ok(Outcome::equal())
    }
}

export_plugin!(Ignores);
