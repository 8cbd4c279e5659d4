//! What a worker process does: it loads one plugin, compares two tables with it, and ends.

use std::fs::File;
use std::io::{BufWriter, Write};

use csvq_text::threads;
use serde_json::{Map, Value};

use super::native::{Loadable, NativeCall, NativePlugin, PluginHost};
use crate::compare::Answer;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::sandbox::{self, Entry, EntryKind, Host, LogLevel, Serve, Served};
use crate::source;

/// Serves as a worker over the socket that is this process's standard input, and returns once the host is done with it.
///
/// A program that is to run csvq's plugins calls this, and nothing else, when it is started as a worker.
///
/// # Errors
/// [`Io`](ErrorKind::Io) where standard input is no socket or the host is gone, [`Plugin`](ErrorKind::Plugin) where the host
/// does not keep to the protocol.
pub fn serve() -> Result<()> {
    let socket = sandbox::socket_from_stdin()?;
    sandbox::serve(socket, &mut Native::default())
}

/// Serves native plugins.
#[derive(Default)]
struct Native {
    /// The library's bytes, before they are loaded.
    prepared: Option<Loadable>,
    plugin: Option<NativePlugin>,
}

impl Serve for Native {
    fn prepare(&mut self, entry: &Entry) -> Result<()> {
        if entry.kind != EntryKind::Native {
            let message = "this worker loads libraries, and no Python; give the engine a worker program for Python";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        self.prepared = Some(Loadable::open(&entry.path, &entry.digest)?);
        Ok(())
    }

    fn load(&mut self, _: &Entry) -> Result<Value> {
        let prepared = self.prepared.take();
        let prepared = prepared.ok_or_else(|| Error::new(ErrorKind::Internal, "no library was prepared"))?;
        let plugin = NativePlugin::load(prepared)?;
        let description = plugin.description().clone();
        self.plugin = Some(plugin);
        Ok(description)
    }

    fn compare(
        &mut self,
        left: File,
        right: File,
        parameters: &Map<String, Value>,
        job: &Value,
        host: &Host<'_>,
        result: &mut File,
    ) -> Result<Served> {
        let plugin = self.plugin.as_ref().ok_or_else(|| Error::new(ErrorKind::Internal, "no plugin is loaded"))?;
        let control = Control::new();
        let name = |field: &str| job.get(field).and_then(Value::as_str).unwrap_or(field).to_owned();
        let names = [name("left_name"), name("right_name")];
        let read = |side: usize, file| source::sealed_arrow_file(&names[side], file, &control);
        let tables = threads::for_both([left, right], read)?;
        let max_result_bytes = host.max_result_bytes();
        let call = NativeCall { tables, parameters, document: job, max_result_bytes };
        let Answer { outcome, differences } = plugin.compare(call, &Connected(host))?;
        if let Some(differences) = &differences {
            let mut writer = BufWriter::with_capacity(1 << 20, host.result_writer(result));
            let written = differences.write_arrow_file(&mut writer);
            // What the limit refused may still be in the buffer.
            written.and_then(|()| writer.flush().map_err(|error| cannot_write(&error)))?;
        }
        Ok(Served { outcome, has_differences: differences.is_some() })
    }
}

fn cannot_write(error: &std::io::Error) -> Error {
    let kind = match error.kind() {
        std::io::ErrorKind::FileTooLarge => ErrorKind::LimitExceeded,
        _ => ErrorKind::Io,
    };
    Error::new(kind, error.to_string())
}

/// The host at the other end of the socket.
struct Connected<'a>(&'a Host<'a>);

impl PluginHost for Connected<'_> {
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    fn progress(&self, done: u64, total: u64) {
        self.0.progress(done, total);
    }

    fn log(&self, level: LogLevel, line: &str) {
        self.0.log(level, line);
    }
}
