//! Panics where the parameter `in` says.

use std::panic::panic_any;
use std::sync::atomic::{AtomicBool, Ordering};

use csvq_plugin_api::{
    Array, Batches, Comparator, Differences, Error, Host, Job, Outcome, PluginInfo, Schema, Stream, export_plugin, json,
};

#[derive(Default)]
struct Panics {
    in_close: AtomicBool,
}

/// Batches that panic in the callback of this name.
struct Panicking(String);

/// Something that panics while it is dropped, and so when it is thrown and let go.
struct Thrown;

impl Drop for Thrown {
    fn drop(&mut self) {
        panic!("what was thrown panics too");
    }
}

impl Batches for Panicking {
    fn schema(&mut self) -> Result<Schema, Error> {
        assert!(self.0 != "schema", "a panic in the schema of the differences");
        Differences::new().schema()
    }

    fn next_batch(&mut self) -> Result<Option<Array>, Error> {
        assert!(self.0 != "next", "a panic in the next batch of the differences");
        Ok(None)
    }
}

impl Drop for Panicking {
    fn drop(&mut self) {
        assert!(self.0 != "release", "a panic while the differences are released");
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        assert!(!self.in_close.load(Ordering::Relaxed), "a panic while the plugin is closed");
    }
}

impl Comparator for Panics {
    fn info(&self) -> PluginInfo {
        PluginInfo::new("panics", "Test panics", "1.0.0").parameters(json!({ "type": "object" })).deterministic(true)
    }

    fn compare(&self, job: Job<'_>, _host: &Host) -> Result<Outcome, Error> {
        let place = job.parameters.get_or("in", "compare".to_owned())?;
        match place.as_str() {
            "close" => self.in_close.store(true, Ordering::Relaxed),
            "thrown" => panic_any(Thrown),
            "schema" | "next" | "release" => return Ok(Outcome::different().stream(Stream::new(Panicking(place)))),
            _ => panic!("a panic in the comparison"),
        }
        Ok(Outcome::equal())
    }
}

export_plugin!(Panics);
