//! Keeps all batches that it was ever given, until it is closed.

use std::sync::Mutex;

use csvq_plugin_api::{Array, Comparator, Error, Host, Job, Outcome, PluginInfo, export_plugin, json};

#[derive(Default)]
struct Keeps {
    batches: Mutex<Vec<Array>>,
}

impl Comparator for Keeps {
    fn info(&self) -> PluginInfo {
        PluginInfo::new("keeps_batches", "Test keeps_batches", "1.0.0")
    }

    fn compare(&self, job: Job<'_>, host: &Host) -> Result<Outcome, Error> {
        let mut batches = self.batches.lock().map_err(|_| Error::failed("it panicked before"))?;
        for mut stream in [job.left.stream, job.right.stream] {
            while let Some(batch) = stream.next_batch()? {
                host.check()?;
                batches.push(batch);
            }
        }
        let rows: i64 = batches.iter().map(|batch| batch.as_raw().length).sum();
        Ok(Outcome::equal().extra("rows_kept", json!(rows)))
    }
}

export_plugin!(Keeps);
