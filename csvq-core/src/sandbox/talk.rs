//! The host's side of a conversation: one loop that sends, receives, reads what is printed, and watches the clock.
//!
//! It sleeps until something happens, and no longer than a tick, since nobody wakes it when a control is stopped.

use std::time::{Duration, Instant};

use super::host::LINE_COST;
use super::memory::ResultFile;
use super::message::{FromWorker, ToWorker, broken, reported_kind, reported_text};
use super::model::WorkerLimits;
use super::process::{Ended, wait_for};
use super::worker::Worker;
use crate::control::{Control, Phase, Stop};
use crate::error::{Context, Error, ErrorKind, Result};

/// The longest sleep.
const TICK: Duration = Duration::from_millis(20);

/// How long a worker that closed its socket may take to be dead, so that how it died can be told.
const DYING: Duration = Duration::from_secs(1);

/// A worker may send so many messages at once, besides what its log takes, and so many more for each second.
const MESSAGES_AT_ONCE: u64 = 20_000;
const MESSAGES_PER_SECOND: u64 = 2_000;

/// How often a plugin may correct the total of its progress.
const MAX_TOTALS: u32 = 32;

/// A conversation with a worker about one thing.
pub(super) struct Talk<'a> {
    worker: &'a mut Worker,
    limits: &'a WorkerLimits,
    control: &'a Control,
    result: Option<&'a ResultFile>,
    began: Instant,
    messages: u64,
    ending: Option<Ending>,
}

/// A worker that was asked to end.
struct Ending {
    error: Error,
    began: Instant,
    was_terminated: bool,
}

impl<'a> Talk<'a> {
    /// Begins one. The clock runs from here.
    pub(super) fn new(
        worker: &'a mut Worker,
        limits: &'a WorkerLimits,
        control: &'a Control,
        result: Option<&'a ResultFile>,
    ) -> Self {
        Self { worker, limits, control, result, began: Instant::now(), messages: 0, ending: None }
    }

    /// Goes on until `take` makes something of a message. It is not asked about lines for the log and reports of
    /// failure.
    ///
    /// # Errors
    /// That of `take`, what the worker reports, and all that can go wrong with a worker. It may still be alive then.
    pub(super) fn until<T>(mut self, mut take: impl FnMut(FromWorker, &Control) -> Result<Option<T>>) -> Result<T> {
        loop {
            self.worker.link.send()?;
            self.watch_the_clock()?;
            if let Some(result) = self.result {
                result.check_size(self.limits.max_result_bytes)?;
            }
            self.worker.check_scratch()?;
            let has_ended = self.worker.process.has_ended();
            let prints = self.worker.output.drain(&mut self.worker.log);
            let speaks = self.worker.link.receive()?;
            while let Some(message) = self.worker.link.next()? {
                self.count()?;
                if let Some(taken) = self.hear(message, &mut take)? {
                    return Ok(taken);
                }
            }
            if !speaks && (has_ended || self.worker.link.has_ended()) {
                return Err(self.lost());
            }
            if !speaks && !prints {
                self.sleep();
            }
        }
    }

    /// Waits for a worker to exit, for so long at most, and reads what it prints meanwhile.
    pub(super) fn until_it_ends(worker: &mut Worker, at_most: Duration) {
        let began = Instant::now();
        while !worker.process.has_ended() {
            let left = at_most.saturating_sub(began.elapsed());
            if left.is_zero() {
                return;
            }
            if !worker.output.drain(&mut worker.log) {
                // Its messages are not read any more, so that its socket must not wake this.
                let watched = [worker.process.watch(), worker.output.descriptor()];
                let tick = if worker.process.watch().is_some() { TICK } else { Duration::from_millis(1) };
                wait_for(watched.into_iter().flatten().map(|one| (one, false)), left.min(tick));
            }
        }
    }

    fn hear<T>(
        &mut self,
        message: FromWorker,
        take: &mut impl FnMut(FromWorker, &Control) -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        match message {
            FromWorker::Log { level, message } => {
                self.worker.log.add(level, &message);
                Ok(None)
            }
            FromWorker::Failed { kind, message, field, column } => {
                let kind = reported_kind(&kind)?;
                let context = Context {
                    field: field.as_deref().map(reported_text),
                    column: column.as_deref().map(reported_text),
                    ..Context::default()
                };
                let reported = Error::new(kind, reported_text(&message)).with_context(context);
                Err(self.ending.take().map_or(reported, |ending| ending.error))
            }
            other => {
                let taken = take(other, self.control)?;
                // Whoever asked for an end is not given a result that came just before it.
                match (taken, self.ending.take()) {
                    (Some(_), Some(ending)) => Err(ending.error),
                    (taken, ending) => {
                        self.ending = ending;
                        Ok(taken)
                    }
                }
            }
        }
    }

    fn count(&mut self) -> Result<()> {
        self.messages += 1;
        let lines = (self.limits.max_log_bytes / LINE_COST) as u64;
        let allowed = MESSAGES_AT_ONCE + lines + MESSAGES_PER_SECOND * self.began.elapsed().as_secs();
        if self.messages > allowed { Err(broken("it sends more messages than can be of use")) } else { Ok(()) }
    }

    /// Asks the worker to end once that is wanted, then less kindly; an error once it is to be killed.
    fn watch_the_clock(&mut self) -> Result<()> {
        let cancel_grace = self.cancel_grace();
        let Some(ending) = &mut self.ending else {
            let error = match (self.control.stopped(), self.timeout()) {
                (Some(stop), _) => stopped(stop),
                (None, Some(timeout)) if self.began.elapsed() >= timeout => self.timed_out(timeout),
                _ => return Ok(()),
            };
            self.ending = Some(Ending { error, began: Instant::now(), was_terminated: false });
            self.worker.link.queue(&ToWorker::Cancel {}, "the cancellation", Vec::new())?;
            return self.worker.link.send();
        };
        let asked = ending.began.elapsed();
        if asked >= cancel_grace.saturating_add(self.limits.term_grace) {
            return Err(ending.error.clone());
        }
        if asked >= cancel_grace && !ending.was_terminated {
            ending.was_terminated = true;
            self.worker.process.terminate();
        }
        Ok(())
    }

    /// How long it may take to hear of a cancellation. A plugin that loads has no ear for one.
    fn cancel_grace(&self) -> Duration {
        if self.result.is_some() { self.limits.cancel_grace } else { Duration::ZERO }
    }

    /// How long this conversation may take.
    fn timeout(&self) -> Option<Duration> {
        if self.result.is_some() { self.limits.timeout } else { self.limits.loading() }
    }

    fn timed_out(&self, timeout: Duration) -> Error {
        let seconds = timeout.as_secs_f64();
        let message = if self.limits.timeout == Some(timeout) {
            format!(
                "the plugin took longer than the {seconds} s that it may take; raise `default_timeout_seconds`, or the \
                 timeout of this comparison"
            )
        } else {
            format!("the plugin took longer to load than the {seconds} s that it may; what it printed is in the log")
        };
        Error::new(ErrorKind::TimedOut, message)
    }

    /// Until when nothing has to be done but what the worker gives rise to, a tick at most.
    fn patience(&self) -> Duration {
        let now = Instant::now();
        let next = match &self.ending {
            Some(ending) if ending.was_terminated => {
                ending.began.checked_add(self.cancel_grace().saturating_add(self.limits.term_grace))
            }
            Some(ending) => ending.began.checked_add(self.cancel_grace()),
            None => self.timeout().and_then(|timeout| self.began.checked_add(timeout)),
        };
        next.map_or(TICK, |next| next.saturating_duration_since(now).min(TICK))
    }

    fn sleep(&self) {
        let worker = &self.worker;
        let link = (worker.link.descriptor(), worker.link.has_outgoing());
        let output = worker.output.descriptor().map(|one| (one, false));
        let watch = worker.process.watch().map(|one| (one, false));
        wait_for(std::iter::once(link).chain(output).chain(watch), self.patience());
    }

    /// The processor time that it was allowed, where it was ended for taking it.
    fn used_up(&self, ended: Ended) -> Option<u64> {
        let seconds = self.limits.guards.sandbox.then(|| self.limits.cpu_seconds()).flatten()?;
        was_ended_for_its_time(ended, seconds).then_some(seconds)
    }

    /// The error for a worker that ended, or that let go of its socket.
    fn lost(&mut self) -> Error {
        let ended_itself = self.worker.process.wait(DYING);
        let ended = self.worker.process.end();
        if let Some(ending) = self.ending.take() {
            return ending.error;
        }
        if let Some(seconds) = self.used_up(ended) {
            let message = format!(
                "the plugin used up the {seconds} s of processor time that it may take, all its threads together"
            );
            return Error::new(ErrorKind::LimitExceeded, message);
        }
        let how = if ended_itself { ended.how.describe() } else { "closed its connection, and was killed".to_owned() };
        let before = if self.result.is_some() { "before it gave a result" } else { "before it had loaded the plugin" };
        let message = format!("the worker {how} {before}; what it printed is in the log");
        Error::new(ErrorKind::WorkerLost, message)
    }
}

/// Whether the system ended a process for the processor time that it took: by a signal of its own at first, and where
/// that was not heeded, by the one that kills.
fn was_ended_for_its_time(ended: Ended, seconds: u64) -> bool {
    use super::process::How;
    match ended.how {
        How::Signalled(libc::SIGXCPU) => true,
        How::Signalled(libc::SIGKILL) => ended.cpu.is_some_and(|cpu| cpu.as_secs() >= seconds),
        _ => false,
    }
}

fn stopped(stop: Stop) -> Error {
    match stop {
        Stop::Cancelled => Error::new(ErrorKind::Cancelled, "the comparison was cancelled"),
        Stop::TimedOut => Error::new(ErrorKind::TimedOut, "the comparison ran out of time"),
    }
}

/// What a plugin tells of its progress, shown by a control.
#[derive(Debug, Default)]
pub(super) struct Meter {
    total: u64,
    totals: u32,
    done: u64,
}

impl Meter {
    /// Shows it. Progress only grows.
    pub(super) fn show(&mut self, done: u64, total: u64, control: &Control) {
        if total != self.total && self.totals < MAX_TOTALS {
            self.totals += 1;
            self.total = total;
            control.begin(Phase::Walking, total);
            control.advance(self.done);
        }
        control.advance(done.saturating_sub(self.done));
        self.done = self.done.max(done);
    }
}
