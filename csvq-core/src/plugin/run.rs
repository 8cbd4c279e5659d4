//! How an installed plugin is run: in a worker, or in this process where it is trusted to.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use csvq_text::threads;
use parking_lot::Mutex;
use serde_json::Value;

use super::installed::Installed;
use super::measures::Measures;
use super::native::{Loadable, NativeCall, NativePlugin, PluginHost};
use crate::compare::{Answer, Delegated, Job};
use crate::config::PluginLimits;
use crate::control::{Control, Phase, Stop};
use crate::error::{Error, ErrorKind, Result};
use crate::report::Comparison;
use crate::sandbox::{
    self, Call, Enforced, Entry, EntryKind, Guards, LogLevel, Pool, PoolLimits, Worker, WorkerLimits, WorkerProgram,
    harmless, memory_file,
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
    /// A runner with workers of these programs, under these limits at most; hot plugins have workers ready where `ready`
    /// says so.
    #[must_use]
    pub fn new(programs: Programs, limits: WorkerLimits, ready: Option<PoolLimits>) -> Self {
        let pool = programs.native.clone().zip(ready).map(|(program, ready)| Pool::new(program, ready));
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
        let (answer, enforced) = if plugin.runs_in_process() {
            (self.in_process(plugin, &delegated, job)?, None)
        } else {
            let (answer, enforced) = self.in_worker(plugin, &delegated, job, measures)?;
            (answer, Some(enforced))
        };
        let mut comparison = delegated.comparison(plugin.info(), job, answer.clone())?;
        comparison.report.metadata.sandbox = enforced.and_then(|enforced| serde_json::to_value(enforced).ok());
        Ok((comparison, answer))
    }

    fn in_worker(
        &self,
        plugin: &Installed,
        delegated: &Delegated,
        job: &Job,
        measures: &mut Measures,
    ) -> Result<(Answer, Enforced)> {
        let [left, right] = delegated.tables()?;
        let limits = self.limits_of(&plugin.limits);
        let worker = self.worker(plugin.entry(), &limits, &job.control)?;
        let file = |side: usize, table: Table| {
            memory_file(["csvq-left", "csvq-right"][side], |file| table.write_arrow_file(file))
        };
        let document = delegated.document();
        let [left, right] = threads::for_both([left, right], file)?;
        let call = Call { left, right, parameters: &job.parameters, job: &document };
        let finished = worker.run(&call, &limits, &job.control);
        measures.cpu = finished.cpu;
        measures.peak_memory_bytes = finished.peak_memory_bytes;
        let answer = finished.answer?;
        let differences = answer.differences.map(|file| source::arrow_file("differences", file, &job.control));
        let differences = differences.transpose().map_err(|error| match error.kind() {
            ErrorKind::Malformed | ErrorKind::Unsupported => {
                let message = format!("its differences can't be read: {}", error.message());
                Error::new(ErrorKind::Plugin, message)
            }
            _ => error,
        })?;
        Ok((Answer { outcome: answer.outcome, differences }, answer.enforced))
    }

    /// A worker with this entry loaded: one that is ready, or a new one.
    fn worker(&self, entry: &Entry, limits: &WorkerLimits, control: &Control) -> Result<Worker> {
        if entry.kind == EntryKind::Native
            && let Some(worker) = self.pool.as_ref().and_then(|pool| pool.take(entry, limits))
        {
            return Ok(worker);
        }
        let mut worker = Worker::start(self.program(entry.kind)?, limits)?;
        worker.load_under(entry, limits, control)?;
        Ok(worker)
    }

    /// What a worker may take: the less of what the policy lets the plugin have and what this runner gives any.
    fn limits_of(&self, allowed: &PluginLimits) -> WorkerLimits {
        let least = |one: Option<u64>, other: u64| Some(one.map_or(other, |one| one.min(other)));
        let base = &self.limits;
        // A plugin that computes on every processor takes that much more of their time.
        let processors = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
        let seconds = allowed.max_execution_time.as_secs().saturating_add(1).saturating_mul(processors);
        let guards = Guards {
            sandbox: allowed.sandbox,
            max_cpu_seconds: least(base.guards.max_cpu_seconds, seconds),
            network: allowed.allow_network_access,
            files: allowed.allow_file_system_access,
            strict: allowed.strict || base.guards.strict,
            max_scratch_bytes: base.guards.max_scratch_bytes.min(mebibytes(allowed.max_scratch_mb)),
            cgroup: allowed.cgroup.as_ref().map(Into::into).or_else(|| base.guards.cgroup.clone()),
            threads: allowed.max_threads.and_then(NonZeroU32::new).or(base.guards.threads),
            ..base.guards.clone()
        };
        WorkerLimits {
            max_memory_bytes: least(base.max_memory_bytes, mebibytes(allowed.max_memory_mb)),
            max_result_bytes: base.max_result_bytes.min(mebibytes(allowed.max_result_mb)),
            load_timeout: Some(
                base.load_timeout.map_or(allowed.max_execution_time, |own| own.min(allowed.max_execution_time)),
            ),
            guards,
            ..base.clone()
        }
    }

    /// What workers are held to on this machine, asked of one: it loads no plugin.
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) where there is no worker program, and what keeps a worker from starting.
    pub fn probe(&self, allowed: &PluginLimits, control: &Control) -> Result<Enforced> {
        sandbox::probe(self.program(EntryKind::Native)?, &self.limits_of(allowed), control)
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
        if kind == EntryKind::Python && program.is_none() {
            let message = "this csvq installs plugins in Python and can't run them yet";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
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
    pub fn describe(&self, entry: &Entry, allowed: &PluginLimits, control: &Control) -> Result<Value> {
        let limits = self.limits_of(allowed);
        let mut worker = Worker::start(self.program(entry.kind)?, &limits)?;
        let description = worker.load_under(entry, &limits, control)?;
        worker.close(limits.cancel_grace);
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
        let native = Arc::new(NativePlugin::load(Loadable::open(&entry.path, &entry.digest)?)?);
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

fn mebibytes(count: u64) -> u64 {
    count.saturating_mul(1 << 20)
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
