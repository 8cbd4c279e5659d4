//! A worker, as the host sees it: started, loaded, given one call, ended.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::enforced::Enforced;
use super::group::Group;
use super::link::Link;
use super::log::{Log, Output};
use super::memory::{ResultFile, table_for_worker};
use super::message::{FromWorker, Limits, PROTOCOL, ToWorker, broken};
use super::model::{Call, Entry, Finished, LogLine, WorkerAnswer, WorkerLimits, WorkerProgram};
use super::process::{self, Process};
use super::scratch::Scratch;
use super::talk::{Meter, Talk};
use super::terms;
use crate::config::FileSystemAccess;
use crate::control::{Control, Phase};
use crate::error::{Error, ErrorKind, Result};

/// A worker process. Dropping it kills it, and everything that it started.
#[derive(Debug)]
pub struct Worker {
    pub(super) process: Process,
    pub(super) link: Link,
    pub(super) output: Output,
    pub(super) log: Log,
    loaded: Option<Loaded>,
    // What belongs to the process is dropped after it.
    scratch: Option<Scratch>,
    group: Option<Group>,
    readable: Vec<PathBuf>,
}

/// What is known of a worker that has a plugin loaded.
#[derive(Debug)]
struct Loaded {
    entry: Entry,
    description: Value,
    enforced: Enforced,
}

/// What a call came to, before the log is added.
struct Outcome {
    outcome: Value,
    differences: Option<File>,
}

impl Worker {
    /// Starts a worker that is to be held to these limits, and makes what it needs for that: its environment, its scratch
    /// folder, its control group. It does not wait for it to be ready.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where the program can't be started, or there can be no scratch folder.
    pub fn start(program: &WorkerProgram, limits: &WorkerLimits) -> Result<Self> {
        let guards = &limits.guards;
        let base = guards.scratch.as_deref().filter(|_| guards.sandbox && guards.files != FileSystemAccess::None);
        let scratch = base.map(|base| Scratch::make(base, guards.max_scratch_bytes)).transpose()?;
        let started = process::start(program, terms::environment(program, limits, scratch.as_ref()))?;
        let group = guards.cgroup.as_deref().filter(|_| guards.sandbox).and_then(|base| {
            let made = Group::make(base, limits.max_memory_bytes, started.process.pid().as_raw_pid());
            made.inspect_err(|error| tracing::warn!("the control group {} can't be used: {error}", base.display())).ok()
        });
        let mut link = Link::new(started.socket)?;
        link.queue(&ToWorker::Hello { protocol: PROTOCOL }, "the greeting", Vec::new())?;
        link.send()?;
        let output = Output::new(started.output);
        let readable = program.readable.clone();
        Ok(Self { process: started.process, link, output, log: Log::default(), loaded: None, scratch, group, readable })
    }

    /// Has it load a plugin, and returns what that says of itself. The limits are those that it was started under.
    ///
    /// # Errors
    /// As [`Worker::load_under`].
    pub fn load(&mut self, entry: &Entry, limits: &WorkerLimits) -> Result<Value> {
        self.load_under(entry, limits, &Control::new())
    }

    /// Has it load a plugin, for as long as `control` is not stopped.
    ///
    /// # Errors
    /// What the worker reports, [`ErrorKind::WorkerLost`] where it ends, [`ErrorKind::Plugin`] where it breaks the
    /// protocol, [`ErrorKind::TimedOut`], and what `control` was stopped for; [`ErrorKind::Incompatible`] where it
    /// speaks another version of the protocol; [`ErrorKind::Unsupported`] where the guards are strict, and not all of
    /// them hold. The worker is then dead.
    pub fn load_under(&mut self, entry: &Entry, limits: &WorkerLimits, control: &Control) -> Result<Value> {
        self.log.name(&entry.id, limits.max_log_bytes);
        let loaded = self.try_load(entry, limits, control);
        let (description, enforced) = match loaded {
            Ok(loaded) => loaded,
            Err(error) => {
                self.end();
                return Err(error.of_plugin(&entry.id));
            }
        };
        self.loaded = Some(Loaded { entry: entry.clone(), description: description.clone(), enforced });
        Ok(description)
    }

    fn try_load(&mut self, entry: &Entry, limits: &WorkerLimits, control: &Control) -> Result<(Value, Enforced)> {
        if self.loaded.is_some() {
            return Err(Error::new(ErrorKind::Internal, "a worker loads one plugin, and this one has"));
        }
        let message = ToWorker::Load { entry: entry.clone(), limits: self.terms(limits) };
        self.link.queue(&message, "the plugin's entry", Vec::new())?;
        let in_group = self.group.is_some();
        let (mut greeted, mut guarded) = (false, None);
        Talk::new(self, limits, control, None).until(|message, _| match message {
            FromWorker::Hello { protocol } if !greeted => greet(&mut greeted, protocol).map(|()| None),
            _ if !greeted => Err(broken("it did not greet first")),
            // It says so before anything of the plugin runs, and can be believed once.
            FromWorker::Guarded { enforced } if guarded.is_none() => {
                guarded = Some(terms::settled(*enforced, limits, in_group)?);
                Ok(None)
            }
            FromWorker::Loaded { description } => {
                let enforced = guarded.take().ok_or_else(|| broken("it loaded the plugin without guards"))?;
                Ok(Some((description, enforced)))
            }
            other => Err(out_of_turn(&other)),
        })
    }

    /// Has it put its guards on without a plugin, and tells which hold.
    fn try_probe(&mut self, limits: &WorkerLimits, control: &Control) -> Result<Enforced> {
        // What is missing is what is asked for.
        let guards = super::guards::Guards { strict: false, ..limits.guards.clone() };
        let limits = &WorkerLimits { guards, ..limits.clone() };
        self.link.queue(&ToWorker::Probe { limits: self.terms(limits) }, "the limits", Vec::new())?;
        let in_group = self.group.is_some();
        let mut greeted = false;
        Talk::new(self, limits, control, None).until(|message, _| match message {
            FromWorker::Hello { protocol } if !greeted => greet(&mut greeted, protocol).map(|()| None),
            _ if !greeted => Err(broken("it did not greet first")),
            FromWorker::Guarded { enforced } => terms::settled(*enforced, limits, in_group).map(Some),
            other => Err(out_of_turn(&other)),
        })
    }

    /// What it is told to hold itself to.
    fn terms(&self, limits: &WorkerLimits) -> Limits {
        terms::told(limits, self.scratch.as_ref(), &self.readable)
    }

    /// Fails where it fills its scratch folder beyond what it may.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`].
    pub(super) fn check_scratch(&mut self) -> Result<()> {
        let pid = self.process.pid().as_raw_pid();
        self.scratch.as_mut().map_or(Ok(()), |scratch| scratch.check_size(pid))
    }

    /// What the loaded plugin says of itself.
    #[must_use]
    pub fn description(&self) -> Option<&Value> {
        self.loaded.as_ref().map(|loaded| &loaded.description)
    }

    /// The plugin that it has loaded.
    #[must_use]
    pub fn entry(&self) -> Option<&Entry> {
        self.loaded.as_ref().map(|loaded| &loaded.entry)
    }

    /// Which guards hold, as it told before it loaded the plugin.
    #[must_use]
    pub fn enforced(&self) -> Option<&Enforced> {
        self.loaded.as_ref().map(|loaded| &loaded.enforced)
    }

    /// What it logged and printed so far, which is then forgotten.
    pub fn take_log(&mut self) -> Vec<LogLine> {
        self.log.take()
    }

    /// Looks after a worker that waits for its call: takes what it printed, so that it is not held up, and tells
    /// whether it is still fit for use.
    pub fn tend(&mut self) -> bool {
        self.output.drain(&mut self.log);
        // One that waits has nothing to say: a message now is as bad as an end.
        self.link.is_silent() && !self.link.has_ended() && !self.process.has_ended() && self.check_scratch().is_ok()
    }

    /// Has the loaded plugin compare two tables. The worker is ended and reaped in any case.
    ///
    /// The error of an answer is what the plugin reports, under the kinds that a plugin may report;
    /// [`ErrorKind::WorkerLost`] where the worker ends before it gave a result, [`ErrorKind::Plugin`] where it breaks the
    /// protocol, [`ErrorKind::LimitExceeded`] where its result is too large, [`ErrorKind::TimedOut`], and what `control`
    /// was stopped for.
    #[must_use]
    pub fn run(mut self, call: &Call<'_>, limits: &WorkerLimits, control: &Control) -> Finished {
        let Some(Loaded { entry, enforced, .. }) = self.loaded.take() else {
            let error = Error::new(ErrorKind::Internal, "a worker was given a call before it had loaded a plugin");
            return Finished { answer: Err(error), log: Vec::new(), cpu: None, peak_memory_bytes: None };
        };
        self.log.name(&entry.id, limits.max_log_bytes);
        if enforced.sandbox {
            self.process.make_room(size(&call.left).saturating_add(size(&call.right)), terms::file_bytes(limits));
        }
        let answer = self.try_run(call, limits, control);
        let ended = self.process.end();
        self.end();
        let answer = answer.map(|done| WorkerAnswer { outcome: done.outcome, differences: done.differences, enforced });
        Finished {
            answer: answer.map_err(|error| error.of_plugin(&entry.id)),
            log: self.log.take(),
            cpu: ended.cpu,
            peak_memory_bytes: ended.peak_memory_bytes,
        }
    }

    fn try_run(&mut self, call: &Call<'_>, limits: &WorkerLimits, control: &Control) -> Result<Outcome> {
        if !self.link.is_silent() {
            return Err(broken("it spoke before it was asked to compare"));
        }
        let result = ResultFile::new()?;
        let descriptors = vec![table_for_worker(&call.left)?, table_for_worker(&call.right)?, result.for_worker()?];
        let message = ToWorker::Job {
            parameters: call.parameters.clone(),
            job: call.job.clone(),
            max_result_bytes: limits.max_result_bytes,
            max_log_bytes: limits.max_log_bytes,
        };
        self.link.queue(&message, "the job with its parameters", descriptors)?;
        control.begin(Phase::Walking, 0);
        let mut meter = Meter::default();
        let (outcome, has_differences) =
            Talk::new(self, limits, control, Some(&result)).until(|message, control| match message {
                FromWorker::Progress { done, total } => {
                    meter.show(done, total, control);
                    Ok(None)
                }
                FromWorker::Result { outcome, has_differences } => Ok(Some((outcome, has_differences))),
                other => Err(out_of_turn(&other)),
            })?;
        self.process.note_memory();
        self.dismiss(limits.cancel_grace);
        self.process.end();
        let differences = result.seal(limits.max_result_bytes)?;
        Ok(Outcome { outcome, differences: has_differences.then_some(differences) })
    }

    /// Lets a worker go that is not needed: it may exit by itself, for so long at most, and is killed then.
    pub fn close(mut self, grace: Duration) {
        self.dismiss(grace);
        self.end();
    }

    /// Lets it exit by itself, for so long at most. What it still says is not heard, what it prints is.
    fn dismiss(&mut self, grace: Duration) {
        let said = self.link.queue(&ToWorker::Goodbye {}, "the goodbye", Vec::new()).and_then(|()| self.link.send());
        if said.is_ok() {
            Talk::until_it_ends(self, grace);
        }
    }

    /// Kills it, if it lives, and takes what it printed at last.
    fn end(&mut self) {
        self.process.end();
        self.output.finish(&mut self.log);
    }
}

/// Asks a worker program what holds on this machine, under these limits, without any plugin. That the guards are strict
/// makes no difference.
///
/// # Errors
/// Those of [`Worker::start`] and [`Worker::load_under`].
///
/// ```no_run
/// use csvq_core::control::Control;
/// use csvq_core::sandbox::{Effect, WorkerLimits, WorkerProgram, probe};
/// let program = WorkerProgram::new("/usr/bin/csvq", ["worker"]);
/// let enforced = probe(&program, &WorkerLimits::default(), &Control::new())?;
/// assert!(enforced.of(Effect::Network).holds);
/// # Ok::<(), csvq_core::Error>(())
/// ```
pub fn probe(program: &WorkerProgram, limits: &WorkerLimits, control: &Control) -> Result<Enforced> {
    let mut worker = Worker::start(program, limits)?;
    let enforced = worker.try_probe(limits, control)?;
    worker.close(limits.cancel_grace);
    Ok(enforced)
}

fn size(table: &OwnedFd) -> u64 {
    rustix::fs::fstat(table).ok().and_then(|status| u64::try_from(status.st_size).ok()).unwrap_or(0)
}

fn greet(greeted: &mut bool, protocol: u32) -> Result<()> {
    *greeted = true;
    if protocol == PROTOCOL { Ok(()) } else { Err(other_protocol(protocol)) }
}

fn out_of_turn(message: &FromWorker) -> Error {
    broken(&format!("a message `{}` came out of turn", message.name()))
}

fn other_protocol(theirs: u32) -> Error {
    let message = format!(
        "its worker speaks version {theirs} of the worker protocol, and version {PROTOCOL} is needed: use the \
         worker program of this csvq"
    );
    Error::new(ErrorKind::Incompatible, message)
}
