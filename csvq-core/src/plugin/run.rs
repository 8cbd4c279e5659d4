//! How an installed plugin is run: in a worker, or in this process where it is trusted to.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use csvq_text::threads;
use parking_lot::Mutex;
use serde_json::Value;

use super::installed::Installed;
use super::measures::Measures;
use super::native::{NativeCall, NativePlugin, PluginHost};
use crate::compare::{Answer, Delegated, Job};
use crate::control::{Control, Phase, Stop};
use crate::error::{Error, ErrorKind, Result};
use crate::report::Comparison;
use crate::sandbox::{
    Call, Entry, EntryKind, LogLevel, Pool, PoolLimits, Worker, WorkerLimits, WorkerProgram, harmless, memory_file,
};
use crate::source;
use crate::table::Table;

/// Runs plugins.
#[derive(Debug)]
pub struct Runner {
    programs: Programs,
    limits: WorkerLimits,
    pool: Option<Pool>,
    /// What is loaded into this process, by the digest of the library: it is never unloaded.
    loaded: Mutex<HashMap<String, Arc<NativePlugin>>>,
}

/// The programs that serve as workers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Programs {
    /// For libraries.
    pub native: Option<WorkerProgram>,
    /// For Python.
    pub python: Option<WorkerProgram>,
}

impl Programs {
    /// The `csvq` program in a folder, such as that of the running program; none where there is no such file.
    #[must_use]
    pub fn beside(folder: &Path) -> Self {
        let program = folder.join(format!("csvq{}", std::env::consts::EXE_SUFFIX));
        let native = program.is_file().then(|| WorkerProgram::new(program, ["worker"]));
        Self { native, python: None }
    }
}

/// What a run came to.
pub struct Ran {
    /// The comparison, or why there is none.
    pub comparison: Result<Comparison>,
    /// What it took.
    pub measures: Measures,
    /// What the plugin answered, where it did.
    pub(crate) answer: Option<Answer>,
}

impl Runner {
    /// A runner with workers of these programs, under these limits; hot plugins have workers ready where `ready` says so.
    #[must_use]
    pub fn new(programs: Programs, limits: WorkerLimits, ready: Option<PoolLimits>) -> Self {
        let pool = programs.native.clone().zip(ready).map(|(program, ready)| Pool::new(program, limits.clone(), ready));
        Self { programs, limits, pool, loaded: Mutex::default() }
    }

    /// Runs a plugin, with the parameters of the job and no others. What it logs and prints goes to `tracing`.
    #[must_use]
    pub fn run(&self, plugin: &Installed, job: &Job) -> Ran {
        let span = tracing::info_span!("plugin", id = %plugin.manifest.id, version = %plugin.manifest.version);
        let _entered = span.enter();
        let mut ran = Ran {
            comparison: Err(Error::new(ErrorKind::Internal, "it was not run")),
            measures: Measures::default(),
            answer: None,
        };
        ran.comparison = self.compare(plugin, job, &mut ran.measures).map(|(comparison, answer)| {
            ran.answer = Some(answer);
            comparison
        });
        ran
    }

    fn compare(&self, plugin: &Installed, job: &Job, measures: &mut Measures) -> Result<(Comparison, Answer)> {
        plugin.check_parameters(&job.parameters)?;
        let delegated = Delegated::open(job)?;
        let answer = if plugin.in_process && plugin.entry().kind == EntryKind::Native {
            self.in_process(plugin, &delegated, job)?
        } else {
            self.in_worker(plugin, &delegated, job, measures)?
        };
        let comparison = delegated.comparison(plugin.info(), job, answer.clone())?;
        Ok((comparison, answer))
    }

    fn in_worker(
        &self,
        plugin: &Installed,
        delegated: &Delegated,
        job: &Job,
        measures: &mut Measures,
    ) -> Result<Answer> {
        let [left, right] = delegated.tables()?;
        let worker = self.worker(plugin.entry(), &job.control)?;
        let file = |side: usize, table: Table| {
            memory_file(["csvq-left", "csvq-right"][side], |file| table.write_arrow_file(file))
        };
        let document = delegated.document();
        let [left, right] = threads::for_both([left, right], file)?;
        let call = Call { left, right, parameters: &job.parameters, job: &document };
        let answer = worker.run(&call, &self.limits, &job.control)?;
        measures.cpu = answer.cpu;
        measures.peak_memory_bytes = answer.peak_memory_bytes;
        let differences = answer.differences.map(|file| source::arrow_file("differences", file, &job.control));
        let differences = differences.transpose().map_err(|error| match error.kind() {
            ErrorKind::Malformed | ErrorKind::Unsupported => {
                let message = format!("its differences can't be read: {}", error.message());
                Error::new(ErrorKind::Plugin, message)
            }
            _ => error,
        })?;
        Ok(Answer { outcome: answer.outcome, differences })
    }

    /// A worker with this entry loaded: one that is ready, or a new one.
    fn worker(&self, entry: &Entry, control: &Control) -> Result<Worker> {
        if entry.kind == EntryKind::Native
            && let Some(worker) = self.pool.as_ref().and_then(|pool| pool.take(entry))
        {
            return Ok(worker);
        }
        let mut worker = Worker::start(self.program(entry.kind)?)?;
        worker.load_under(entry, &self.limits, control)?;
        Ok(worker)
    }

    /// Whether there is a worker program for such plugins.
    #[must_use]
    pub fn has_worker(&self, kind: EntryKind) -> bool {
        self.program(kind).is_ok()
    }

    fn program(&self, kind: EntryKind) -> Result<&WorkerProgram> {
        let (program, what) = match kind {
            EntryKind::Native => (&self.programs.native, "native plugins"),
            EntryKind::Python => (&self.programs.python, "plugins in Python"),
        };
        program.as_ref().ok_or_else(|| {
            let message = format!(
                "there is no worker program for {what}: give the engine one, such as the `csvq` program beside this library"
            );
            Error::new(ErrorKind::Unsupported, message)
        })
    }

    /// What an entry says of itself, asked in a worker.
    ///
    /// # Errors
    /// Whatever keeps it from being loaded.
    pub fn describe(&self, entry: &Entry, control: &Control) -> Result<Value> {
        let mut worker = Worker::start(self.program(entry.kind)?)?;
        let description = worker.load_under(entry, &self.limits, control)?;
        worker.close(self.limits.cancel_grace);
        Ok(description)
    }

    fn in_process(&self, plugin: &Installed, delegated: &Delegated, job: &Job) -> Result<Answer> {
        let native = self.native(plugin.entry())?;
        let host = InProcess { plugin: &plugin.manifest.id, control: &job.control, told: Mutex::default() };
        job.control.begin(Phase::Walking, 0);
        let (tables, document) = (delegated.tables()?, delegated.document());
        let max_result_bytes = self.limits.max_result_bytes;
        let call = NativeCall { tables, parameters: &job.parameters, document: &document, max_result_bytes };
        let answer = native.compare(call, &host);
        let answer = answer.map_err(|error| match (error.kind(), job.control.stopped()) {
            (ErrorKind::Cancelled, Some(Stop::TimedOut)) => Error::new(
                ErrorKind::TimedOut,
                "the comparison ran out of time; raise `default_timeout_seconds`, or the timeout of this comparison",
            ),
            _ => error,
        });
        answer.map_err(|error| error.of_plugin(&plugin.manifest.id))
    }

    /// The library in this process, loaded once.
    fn native(&self, entry: &Entry) -> Result<Arc<NativePlugin>> {
        let mut loaded = self.loaded.lock();
        if let Some(native) = loaded.get(&entry.digest) {
            return Ok(Arc::clone(native));
        }
        let native = Arc::new(NativePlugin::load(&entry.path, &entry.digest)?);
        loaded.insert(entry.digest.clone(), Arc::clone(&native));
        Ok(native)
    }

    /// Ends the workers that are ready for a plugin, by its id.
    pub fn forget(&self, id: &str) {
        if let Some(pool) = &self.pool {
            pool.forget(id);
        }
    }

    /// Ends the workers that are ready.
    pub fn shutdown(&self) {
        if let Some(pool) = &self.pool {
            pool.shutdown();
        }
    }
}

/// What a plugin in this process may ask of it.
struct InProcess<'a> {
    plugin: &'a str,
    control: &'a Control,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    total: u64,
    done: u64,
}

impl PluginHost for InProcess<'_> {
    fn is_cancelled(&self) -> bool {
        self.control.stopped().is_some()
    }

    fn progress(&self, done: u64, total: u64) {
        let mut told = self.told.lock();
        if told.total != total {
            (told.total, told.done) = (total, 0);
            self.control.begin(Phase::Walking, total);
        }
        let advance = done.saturating_sub(told.done);
        told.done = told.done.max(done);
        self.control.advance(advance);
    }

    fn log(&self, level: LogLevel, line: &str) {
        tracing::debug!(target: "csvq::plugin", plugin = self.plugin, ?level, "{}", harmless(line));
    }
}
