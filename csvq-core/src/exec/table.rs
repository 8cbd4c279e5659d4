//! The tasks of an executor and their stages: what is kept under its lock. It starts no thread and runs no task.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, Sender, TrySendError, bounded};

use super::model::{Callback, Counts, ExecutorLimits, Status, Task, TaskId, TaskInfo, Work};
use crate::control::{Control, Stop};
use crate::error::{Error, ErrorKind, Result};

/// A task that has ended, on its way to whoever is to be told.
pub(super) struct Notice<T> {
    pub(super) id: TaskId,
    pub(super) callback: Callback<T>,
    pub(super) result: Result<T>,
}

/// A task as it is remembered.
struct Entry<T> {
    name: String,
    control: Control,
    timeout: Option<Duration>,
    callback: Option<Callback<T>>,
    /// Those that wait for it to end.
    waiting: Vec<Sender<Result<T>>>,
    since: Instant,
    stage: Stage<T>,
}

enum Stage<T> {
    Queued(Work<T>),
    Running,
    Finished { elapsed: Duration, result: Result<T> },
}

/// Values of others that are done with. They are to be dropped without the lock, since they may do anything then.
pub(super) type Leftovers = Vec<Box<dyn Send>>;

/// Why a task was not accepted.
pub(super) enum Refused<T> {
    /// The queue is full. The task is given back.
    Full(Task<T>),
    /// The executor was shut down.
    Closed(Task<T>),
}

/// The tasks.
pub(super) struct Table<T> {
    pub(super) limits: ExecutorLimits,
    pub(super) counts: Counts,
    tasks: HashMap<TaskId, Entry<T>>,
    last: u64,
    /// Ids of tasks that wait, and of some that were cancelled while they did; closed once there are no more tasks to
    /// come.
    queue: Option<Sender<TaskId>>,
    taking: Receiver<TaskId>,
    cancelled_in_queue: usize,
    /// Tasks that run, and until when they may.
    running: Vec<(TaskId, Option<Instant>)>,
    /// Tasks that ended, the first one first.
    finished: VecDeque<(TaskId, Instant)>,
    /// Where callbacks go; closed once there are no more.
    notices: Option<Sender<Notice<T>>>,
}

impl<T: Clone + Send + 'static> Table<T> {
    pub(super) fn new(limits: ExecutorLimits, notices: Sender<Notice<T>>) -> Self {
        let limits = ExecutorLimits { workers: limits.workers.max(1), queue: limits.queue.max(1), ..limits };
        let (queue, taking) = bounded(limits.queue);
        Self {
            limits,
            counts: Counts::default(),
            tasks: HashMap::new(),
            last: 0,
            queue: Some(queue),
            taking,
            cancelled_in_queue: 0,
            running: Vec::new(),
            finished: VecDeque::new(),
            notices: Some(notices),
        }
    }

    /// Where threads take tasks from.
    pub(super) fn taking(&self) -> Receiver<TaskId> {
        self.taking.clone()
    }

    /// Puts a task in the queue.
    pub(super) fn enqueue(&mut self, task: Task<T>) -> Result<TaskId, Box<Refused<T>>> {
        let Some(queue) = self.queue.clone() else { return Err(Box::new(Refused::Closed(task))) };
        let id = TaskId::new(self.last + 1);
        let mut sent = queue.try_send(id);
        if matches!(sent, Err(TrySendError::Full(_))) && self.cancelled_in_queue > 0 {
            self.compact(&queue);
            sent = queue.try_send(id);
        }
        if sent.is_err() {
            return Err(Box::new(Refused::Full(task)));
        }
        self.last += 1;
        let entry = Entry {
            name: task.name,
            control: task.control,
            timeout: task.timeout.unwrap_or(self.limits.default_timeout),
            callback: task.callback,
            waiting: Vec::new(),
            since: Instant::now(),
            stage: Stage::Queued(task.work),
        };
        self.tasks.insert(id, entry);
        self.counts.queued += 1;
        self.counts.submitted += 1;
        Ok(id)
    }

    /// Takes those out of the queue that were cancelled. Threads that take tasks meanwhile take the first ones, so
    /// that the order stays.
    fn compact(&mut self, queue: &Sender<TaskId>) {
        let waiting: Vec<TaskId> = std::iter::from_fn(|| self.taking.try_recv().ok()).collect();
        for id in waiting {
            if matches!(self.tasks.get(&id), Some(Entry { stage: Stage::Queued(_), .. })) {
                // There is room: it was just taken out, and whoever adds to the queue has the lock.
                let _ = queue.try_send(id);
            } else {
                self.cancelled_in_queue = self.cancelled_in_queue.saturating_sub(1);
            }
        }
    }

    /// Begins a task that was taken from the queue, unless it was cancelled there: what it does, its control, its
    /// name, and whether it has a timeout.
    pub(super) fn begin(&mut self, id: TaskId) -> Option<(Work<T>, Control, String, bool)> {
        let entry = self.tasks.get_mut(&id).filter(|entry| matches!(entry.stage, Stage::Queued(_)));
        let Some(entry) = entry else {
            self.cancelled_in_queue = self.cancelled_in_queue.saturating_sub(1);
            return None;
        };
        let Stage::Queued(work) = std::mem::replace(&mut entry.stage, Stage::Running) else { return None };
        entry.since = Instant::now();
        let deadline = entry.timeout.and_then(|timeout| entry.since.checked_add(timeout));
        self.running.push((id, deadline));
        self.counts.queued -= 1;
        self.counts.running += 1;
        Some((work, entry.control.clone(), entry.name.clone(), deadline.is_some()))
    }

    /// A thread came back from a task. Where that had ended before, its result comes to nothing.
    pub(super) fn end(&mut self, id: TaskId, result: Result<T>) -> Leftovers {
        if self.running.iter().any(|(running, _)| *running == id) {
            self.finish(id, result)
        } else {
            self.counts.lingering -= 1;
            vec![Box::new(result)]
        }
    }

    /// Stops a task that has not ended, which ends it; nothing where it has.
    pub(super) fn stop(&mut self, id: TaskId, reason: Stop) -> Option<Leftovers> {
        let entry = self.tasks.get(&id).filter(|entry| !matches!(entry.stage, Stage::Finished { .. }))?;
        entry.control.stop(reason);
        let is_running = matches!(entry.stage, Stage::Running);
        let error = stopped(reason, entry.timeout);
        let leftovers = self.finish(id, Err(error));
        if is_running {
            self.counts.lingering += 1;
        } else {
            self.cancelled_in_queue += 1;
        }
        Some(leftovers)
    }

    /// Stops all that run for longer than they may.
    pub(super) fn stop_overdue(&mut self, now: Instant) -> Leftovers {
        let is_overdue = |deadline: Option<Instant>| deadline.is_some_and(|deadline| deadline <= now);
        let overdue: Vec<TaskId> =
            self.running.iter().filter(|(_, deadline)| is_overdue(*deadline)).map(|(id, _)| *id).collect();
        overdue.into_iter().filter_map(|id| self.stop(id, Stop::TimedOut)).flatten().collect()
    }

    /// Gives a task that has not ended its result.
    fn finish(&mut self, id: TaskId, result: Result<T>) -> Leftovers {
        let mut leftovers = Leftovers::new();
        let Some(entry) = self.tasks.get_mut(&id) else { return leftovers };
        let is_queued = matches!(entry.stage, Stage::Queued(_));
        let elapsed = if is_queued { Duration::ZERO } else { entry.since.elapsed() };
        let before = std::mem::replace(&mut entry.stage, Stage::Finished { elapsed, result: result.clone() });
        if let Stage::Queued(work) = before {
            leftovers.push(Box::new(work));
        }
        for waiting in entry.waiting.drain(..) {
            // What nobody waits for any more comes back.
            if let Err(unsent) = waiting.send(result.clone()) {
                leftovers.push(Box::new(unsent.0));
            }
        }
        let counts = &mut self.counts;
        *(if is_queued { &mut counts.queued } else { &mut counts.running }) -= 1;
        *(match Status::of(&result, elapsed) {
            Status::Completed { .. } => &mut counts.completed,
            Status::Cancelled { .. } => &mut counts.cancelled,
            Status::TimedOut { .. } => &mut counts.timed_out,
            _ => &mut counts.failed,
        }) += 1;
        match (entry.callback.take(), &self.notices) {
            (Some(callback), Some(notices)) => {
                if let Err(unsent) = notices.send(Notice { id, callback, result }) {
                    leftovers.push(Box::new(unsent.0));
                }
            }
            (callback, _) => leftovers.push(Box::new((callback, result))),
        }
        self.running.retain(|(running, _)| *running != id);
        self.finished.push_back((id, Instant::now()));
        leftovers.extend(self.let_go(Instant::now()));
        leftovers
    }

    /// Lets go of results that were kept for long enough, or that are too many.
    pub(super) fn let_go(&mut self, now: Instant) -> Leftovers {
        let mut gone = Leftovers::new();
        while let Some((id, ended)) = self.finished.front() {
            let is_old = now.saturating_duration_since(*ended) >= self.limits.retention;
            if !is_old && self.finished.len() <= self.limits.max_finished {
                break;
            }
            if let Some(entry) = self.tasks.remove(id) {
                gone.push(Box::new(entry));
            }
            self.finished.pop_front();
        }
        gone
    }

    /// Lets go of a result.
    pub(super) fn forget(&mut self, id: TaskId) -> Leftovers {
        if !matches!(self.tasks.get(&id), Some(Entry { stage: Stage::Finished { .. }, .. })) {
            return Leftovers::new();
        }
        self.finished.retain(|(finished, _)| *finished != id);
        self.tasks.remove(&id).into_iter().map(|entry| Box::new(entry) as Box<dyn Send>).collect()
    }

    /// Whether a result has just become the only one that is kept: until then nobody looked at how old results are.
    pub(super) fn keeps_one(&self) -> bool {
        self.finished.len() == 1
    }

    /// When something has to be done next: a task's time is over, or a result is old.
    pub(super) fn next_event(&self) -> Option<Instant> {
        let deadlines = self.running.iter().filter_map(|(_, deadline)| *deadline);
        let oldest = self.finished.front().and_then(|(_, ended)| ended.checked_add(self.limits.retention));
        deadlines.chain(oldest).min()
    }

    /// The result of a task that has ended.
    pub(super) fn result(&self, id: TaskId) -> Option<Result<T>> {
        match &self.tasks.get(&id)?.stage {
            Stage::Finished { result, .. } => Some(result.clone()),
            _ => None,
        }
    }

    /// Where the result of a task will come out; nothing where there is no such task.
    pub(super) fn wait_for(&mut self, id: TaskId) -> Option<Receiver<Result<T>>> {
        let entry = self.tasks.get_mut(&id)?;
        let (sender, receiver) = bounded(1);
        match &entry.stage {
            Stage::Finished { result, .. } => {
                let _ = sender.send(result.clone());
            }
            _ => entry.waiting.push(sender),
        }
        Some(receiver)
    }

    pub(super) fn status(&self, id: TaskId) -> Status {
        self.tasks.get(&id).map_or(Status::NotFound, Entry::status)
    }

    /// All tasks that are known, in the order in which they were submitted.
    pub(super) fn tasks(&self) -> Vec<TaskInfo> {
        let tasks = self.tasks.iter();
        let mut tasks: Vec<TaskInfo> =
            tasks.map(|(id, entry)| TaskInfo { id: *id, name: entry.name.clone(), status: entry.status() }).collect();
        tasks.sort_unstable_by_key(|task| task.id);
        tasks
    }

    pub(super) fn counts(&self) -> Counts {
        Counts { finished: self.finished.len(), ..self.counts }
    }

    /// Takes no more tasks. Threads end once the queue is empty.
    pub(super) fn close(&mut self) {
        self.queue = None;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.queue.is_none()
    }

    /// Stops all tasks that have not ended.
    pub(super) fn stop_all(&mut self) -> Leftovers {
        // Those that were put in first end first.
        let unfinished = self.tasks().into_iter().filter(|task| !task.status.is_final());
        unfinished.filter_map(|task| self.stop(task.id, Stop::Cancelled)).flatten().collect()
    }

    /// Says that no callback comes any more.
    pub(super) fn end_notices(&mut self) {
        self.notices = None;
    }
}

impl<T> Entry<T> {
    fn status(&self) -> Status {
        match &self.stage {
            Stage::Queued(_) => Status::Queued { elapsed: self.since.elapsed() },
            Stage::Running => Status::Running { progress: self.control.progress(), elapsed: self.since.elapsed() },
            Stage::Finished { elapsed, result } => Status::of(result, *elapsed),
        }
    }
}

fn stopped(reason: Stop, timeout: Option<Duration>) -> Error {
    match (reason, timeout) {
        (Stop::Cancelled, _) => Error::new(ErrorKind::Cancelled, "the task was cancelled"),
        (Stop::TimedOut, None) => Error::new(ErrorKind::TimedOut, "the task ran out of time"),
        (Stop::TimedOut, Some(timeout)) => {
            let seconds = timeout.as_secs_f64();
            let message =
                format!("the task took longer than the {seconds} s that it may take; give it a longer timeout");
            Error::new(ErrorKind::TimedOut, message)
        }
    }
}
