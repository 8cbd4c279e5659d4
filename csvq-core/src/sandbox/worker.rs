//! A worker, as the host sees it: started, loaded, given one call, ended.

use std::time::Duration;

use serde_json::Value;

use super::link::Link;
use super::log::{Log, Output};
use super::memory::{ResultFile, table_for_worker};
use super::message::{FromWorker, Limits, PROTOCOL, ToWorker, broken};
use super::model::{Call, Entry, LogLine, WorkerAnswer, WorkerLimits, WorkerProgram};
use super::process::{self, Process};
use super::talk::{Meter, Talk};
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
}

/// What is known of a worker that has a plugin loaded.
#[derive(Debug)]
struct Loaded {
    entry: Entry,
    description: Value,
    enforced: Value,
}

/// What a call came to, before the log is added.
struct Outcome {
    outcome: Value,
    differences: Option<std::fs::File>,
    cpu: Option<Duration>,
    peak_memory_bytes: Option<u64>,
}

impl Worker {
    /// Starts a worker. It does not wait for it to be ready.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where the program can't be started.
    pub fn start(program: &WorkerProgram) -> Result<Self> {
        let started = process::start(program)?;
        let mut link = Link::new(started.socket)?;
        link.queue(&ToWorker::Hello { protocol: PROTOCOL }, "the greeting", Vec::new())?;
        link.send()?;
        let output = Output::new(started.output);
        Ok(Self { process: started.process, link, output, log: Log::default(), loaded: None })
    }

    /// Has it load a plugin, and returns what that says of itself.
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
    /// speaks another version of the protocol. The worker is then dead.
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

    fn try_load(&mut self, entry: &Entry, limits: &WorkerLimits, control: &Control) -> Result<(Value, Value)> {
        if self.loaded.is_some() {
            return Err(Error::new(ErrorKind::Internal, "a worker loads one plugin, and this one has"));
        }
        let told = Limits { max_memory_bytes: limits.max_memory_bytes };
        let message = ToWorker::Load { entry: entry.clone(), limits: told };
        self.link.queue(&message, "the plugin's entry", Vec::new())?;
        let mut greeted = false;
        Talk::new(self, limits, control, None).until(|message, _| match message {
            FromWorker::Hello { protocol } if !greeted => {
                greeted = true;
                if protocol == PROTOCOL { Ok(None) } else { Err(other_protocol(protocol)) }
            }
            _ if !greeted => Err(broken("it did not greet first")),
            FromWorker::Loaded { description, enforced } => Ok(Some((description, enforced))),
            other => Err(out_of_turn(&other)),
        })
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

    /// Which guards hold, as it told when it loaded the plugin.
    #[must_use]
    pub fn enforced(&self) -> Option<&Value> {
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
        self.link.is_silent() && !self.link.has_ended() && !self.process.has_ended()
    }

    /// Has the loaded plugin compare two tables. The worker is ended and reaped in any case.
    ///
    /// # Errors
    /// What the plugin reports, under the kinds that a plugin may report; [`ErrorKind::WorkerLost`] where the worker
    /// ends before it gave a result, [`ErrorKind::Plugin`] where it breaks the protocol, [`ErrorKind::LimitExceeded`]
    /// where its result is too large, [`ErrorKind::TimedOut`], and what `control` was stopped for.
    pub fn run(self, call: &Call<'_>, limits: &WorkerLimits, control: &Control) -> Result<WorkerAnswer> {
        let (answer, log) = self.run_with_log(call, limits, control);
        answer.map(|answer| WorkerAnswer { log, ..answer })
    }

    /// As [`Worker::run`], and gives what the plugin logged and printed where the call failed, too. The answer's own
    /// log is empty.
    pub fn run_with_log(
        mut self,
        call: &Call<'_>,
        limits: &WorkerLimits,
        control: &Control,
    ) -> (Result<WorkerAnswer>, Vec<LogLine>) {
        let Some(Loaded { entry, enforced, .. }) = self.loaded.take() else {
            let error = Error::new(ErrorKind::Internal, "a worker was given a call before it had loaded a plugin");
            return (Err(error), Vec::new());
        };
        self.log.name(&entry.id, limits.max_log_bytes);
        let answer = self.try_run(call, limits, control);
        self.end();
        let answer = answer.map(|done| WorkerAnswer {
            outcome: done.outcome,
            differences: done.differences,
            log: Vec::new(),
            cpu: done.cpu,
            peak_memory_bytes: done.peak_memory_bytes,
            enforced,
        });
        (answer.map_err(|error| error.of_plugin(&entry.id)), self.log.take())
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
        let peak = self.process.peak_memory_bytes();
        self.dismiss(limits.cancel_grace);
        let ended = self.process.end();
        let differences = result.seal(limits.max_result_bytes)?;
        Ok(Outcome {
            outcome,
            differences: has_differences.then_some(differences),
            cpu: ended.cpu,
            peak_memory_bytes: ended.peak_memory_bytes.or(peak),
        })
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
