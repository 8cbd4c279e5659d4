//! The worker's side: it greets, gets ready, puts its guards on, loads a plugin, serves one call, and ends.
//!
//! One thread of it reads what the host says for as long as the plugin has the others, so that it hears of a
//! cancellation. Another waits for the host to hang up: when it goes without a goodbye, the worker's group is killed,
//! the worker among it, whatever the plugin is doing.

pub(super) mod inherited;
mod watch;

use std::fs::File;
use std::io::{self, Seek};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use parking_lot::Mutex;
use serde_json::{Map, Value};

use super::frame::{self, Incoming};
use super::guard;
use super::host::Host;
use super::message::{FromWorker, Limits, PROTOCOL, ToWorker, broken};
use super::model::{Entry, Serve, Served, result_too_large};
use super::socket;
use crate::error::{Error, ErrorKind, Result};

/// What the host wants to have compared.
struct Job {
    parameters: Map<String, Value>,
    job: Value,
    max_result_bytes: u64,
    max_log_bytes: usize,
    descriptors: Vec<OwnedFd>,
}

/// What the threads of a worker share.
struct Shared {
    socket: UnixStream,
    sending: Mutex<()>,
    cancelled: AtomicBool,
    /// Whether the plugin is at work, and has to be killed where the host goes away; at any other time [`serve`]
    /// returns.
    is_busy: AtomicBool,
    /// Whether the host said goodbye: it may go then.
    is_over: AtomicBool,
}

/// Serves one call, and returns once the host is done with this worker. The program should then exit.
///
/// # Errors
/// [`ErrorKind::Plugin`] where the host does not keep to the protocol, [`ErrorKind::Io`] where it is gone before its
/// time. What the plugin fails with is told to the host, and no error here.
pub fn serve(socket: OwnedFd, serving: &mut dyn Serve) -> Result<()> {
    let shared = Shared::new(socket);
    let mut ear = Ear { shared: Arc::clone(&shared), incoming: Incoming::default(), descriptors: Vec::new() };
    match ear.hear()? {
        Some(ToWorker::Hello { protocol }) => {
            shared.tell(&FromWorker::Hello { protocol: PROTOCOL })?;
            if protocol != PROTOCOL {
                return Ok(());
            }
        }
        None => return Ok(()),
        Some(_) => return Err(broken("the host did not greet first")),
    }
    let (entry, limits) = match ear.hear()? {
        Some(ToWorker::Load { entry, limits }) => (entry, limits),
        Some(ToWorker::Probe { limits }) => {
            shared.tell(&FromWorker::Guarded { enforced: Box::new(guard::enforce(None, &limits)) })?;
            return ear.hear().map(|_goodbye| ());
        }
        None | Some(ToWorker::Goodbye {}) => return Ok(()),
        Some(_) => return Err(broken("the host asked for a comparison before it named a plugin")),
    };
    // Nothing of the plugin has run yet, and this is the only thread.
    let ready = caught("before it was loaded", || serving.prepare(&entry)).and_then(|()| shared.guard(&entry, &limits));
    watch::start(&shared)?;
    let jobs = ear.listen()?;
    let loaded = ready.and_then(|()| caught("while it was loaded", || serving.load(&entry)));
    let description = match loaded {
        Ok(description) => description,
        Err(error) => return shared.fail(&error, &jobs),
    };
    shared.is_busy.store(false, Ordering::SeqCst);
    shared.tell_or_fail(&FromWorker::Loaded { description }, "the plugin's description of itself")?;
    let Ok(job) = jobs.recv() else { return Ok(()) };
    match shared.compare(serving, job) {
        Ok(served) => {
            shared.is_busy.store(false, Ordering::SeqCst);
            let message = FromWorker::Result { outcome: served.outcome, has_differences: served.has_differences };
            shared.tell_or_fail(&message, "the outcome of the comparison")?;
            wait_for_goodbye(&jobs);
            Ok(())
        }
        Err(error) => shared.fail(&error, &jobs),
    }
}

/// Watches the host as [`serve`] does, and hears nothing of it.
#[cfg(all(test, target_os = "linux"))]
pub(super) fn watch_only(socket: OwnedFd) -> Result<()> {
    watch::start(&Shared::new(socket))
}

/// The host hangs up, or says goodbye: either ends the thread that listens.
fn wait_for_goodbye(jobs: &Receiver<Job>) {
    while jobs.recv().is_ok() {}
}

/// Runs what a plugin has a hand in. A panic becomes an error; its text, which may hold what is in a cell, was printed.
fn caught<T>(when: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Plugin, format!("the plugin panicked {when}; what it printed is in the log")))
    })
}

impl Shared {
    fn new(socket: OwnedFd) -> Arc<Self> {
        Arc::new(Self {
            socket: UnixStream::from(socket),
            sending: Mutex::new(()),
            cancelled: AtomicBool::new(false),
            is_busy: AtomicBool::new(true),
            is_over: AtomicBool::new(false),
        })
    }

    /// Puts the guards on, and tells the host which hold; an error where that is less than they have to.
    fn guard(&self, entry: &Entry, limits: &Limits) -> Result<()> {
        let enforced = guard::enforce(Some(entry), limits);
        self.tell(&FromWorker::Guarded { enforced: Box::new(enforced.clone()) })?;
        let missing = enforced.missing_of(limits.network, limits.files);
        if limits.strict && !missing.is_empty() { Err(enforced.refusal(&missing)) } else { Ok(()) }
    }

    fn tell(&self, message: &FromWorker) -> Result<()> {
        self.write(&frame::encode(message, "a message to the host")?)
    }

    /// Tells something that a plugin made, and that may be too large.
    fn tell_or_fail(&self, message: &FromWorker, what: &str) -> Result<()> {
        match frame::encode(message, what) {
            Ok(frame) => self.write(&frame),
            Err(error) => self.tell(&FromWorker::failure(&error)),
        }
    }

    fn fail(&self, error: &Error, jobs: &Receiver<Job>) -> Result<()> {
        self.is_busy.store(false, Ordering::SeqCst);
        self.tell(&FromWorker::failure(error))?;
        wait_for_goodbye(jobs);
        Ok(())
    }

    fn write(&self, mut bytes: &[u8]) -> Result<()> {
        let _one_at_a_time = self.sending.lock();
        while !bytes.is_empty() {
            let sent = socket::send(&self.socket, bytes, &[]).map_err(|error| gone(&error))?;
            bytes = bytes.get(sent..).unwrap_or_default();
        }
        Ok(())
    }

    fn compare(&self, serving: &mut dyn Serve, job: Job) -> Result<Served> {
        let Ok([left, right, result]) = <[OwnedFd; socket::MAX_DESCRIPTORS]>::try_from(job.descriptors) else {
            return Err(broken("a job needs two tables and a place for the result"));
        };
        let (mut left, mut right, mut result) = (File::from(left), File::from(right), File::from(result));
        for table in [&mut left, &mut right] {
            // Where the system can't give it an offset of its own, someone may have read it before.
            table.rewind().map_err(|error| Error::new(ErrorKind::Io, format!("a table can't be read: {error}")))?;
        }
        let tell = |message: &FromWorker| {
            // A host that is gone ends the worker by itself.
            let _ = self.tell(message);
        };
        let host = Host::new(&self.cancelled, &tell, job.max_result_bytes, job.max_log_bytes);
        let served = caught("while it compared", || {
            serving.compare(left, right, &job.parameters, &job.job, &host, &mut result)
        })?;
        let size = result.metadata().map_or(u64::MAX, |metadata| metadata.len());
        if size > job.max_result_bytes {
            return Err(result_too_large(job.max_result_bytes));
        }
        Ok(served)
    }
}

/// Reads what the host says.
struct Ear {
    shared: Arc<Shared>,
    incoming: Incoming,
    descriptors: Vec<OwnedFd>,
}

impl Ear {
    /// The next message; nothing at the end.
    fn hear(&mut self) -> Result<Option<ToWorker>> {
        loop {
            if let Some(content) = self.incoming.next()? {
                return ToWorker::read(content).map(Some);
            }
            let mut chunk = [0; 16 << 10];
            let received = socket::receive(&self.shared.socket, &mut chunk, &mut self.descriptors)
                .map_err(|error| gone(&error))?;
            if received.bytes == 0 {
                return Ok(None);
            }
            self.incoming.extend(chunk.get(..received.bytes).unwrap_or_default());
        }
    }

    /// Goes on listening in a thread of its own, which gives what there is to be done.
    fn listen(mut self) -> Result<Receiver<Job>> {
        let (sender, jobs) = channel();
        std::thread::Builder::new()
            .name("csvq-worker-ear".to_owned())
            .spawn(move || {
                // Whatever keeps it from hearing the host is as if the host were gone.
                match self.relay(&sender) {
                    Ok(Farewell::Said) => self.shared.is_over.store(true, Ordering::SeqCst),
                    _ => watch::end_group(self.shared.is_busy.load(Ordering::SeqCst)),
                }
            })
            .map_err(|error| Error::new(ErrorKind::Io, format!("cannot serve as a worker: {error}")))?;
        Ok(jobs)
    }

    /// Passes on what is said until there is no more.
    fn relay(&mut self, jobs: &Sender<Job>) -> Result<Farewell> {
        while let Some(message) = self.hear()? {
            match message {
                ToWorker::Job { parameters, job, max_result_bytes, max_log_bytes } => {
                    // Before anyone can act on it, so that there is no moment in which the host can vanish unseen.
                    self.shared.is_busy.store(true, Ordering::SeqCst);
                    let descriptors = std::mem::take(&mut self.descriptors);
                    // Where nobody takes it, nothing is left but to hear the goodbye.
                    let _ = jobs.send(Job { parameters, job, max_result_bytes, max_log_bytes, descriptors });
                }
                ToWorker::Cancel {} => self.shared.cancelled.store(true, Ordering::Relaxed),
                ToWorker::Goodbye {} => return Ok(Farewell::Said),
                ToWorker::Hello { .. } | ToWorker::Load { .. } | ToWorker::Probe { .. } => {
                    return Err(broken("the host repeats itself"));
                }
            }
        }
        Ok(Farewell::Missing)
    }
}

/// How the host went.
enum Farewell {
    Said,
    Missing,
}

fn gone(error: &io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("the host of this worker is gone: {error}"))
}
