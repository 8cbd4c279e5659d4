//! How the outside follows a comparison and ends it.
//!
//! A [`Control`] is shared between the threads that compare and whoever watches. Watching is by
//! polling: the engine calls nothing back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// What the engine is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Nothing yet.
    #[default]
    Idle = 0,
    /// Decoding or spooling an input that is not plain UTF-8 in a file.
    Reading = 1,
    /// Walking both inputs side by side.
    Walking = 2,
    /// Copying records into partitions by key.
    Partitioning = 3,
    /// Joining the partitions.
    Joining = 4,
    /// Reading the rows that differ for the report.
    Collecting = 5,
    /// Finding where differences concentrate.
    Explaining = 6,
    /// Computing digests.
    Hashing = 7,
}

impl Phase {
    /// The phase as one word for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "starting",
            Self::Reading => "reading",
            Self::Walking => "comparing",
            Self::Partitioning => "partitioning",
            Self::Joining => "joining",
            Self::Collecting => "collecting",
            Self::Explaining => "explaining",
            Self::Hashing => "hashing",
        }
    }

    fn from_u8(value: u8) -> Self {
        match value {
            1 => Self::Reading,
            2 => Self::Walking,
            3 => Self::Partitioning,
            4 => Self::Joining,
            5 => Self::Collecting,
            6 => Self::Explaining,
            7 => Self::Hashing,
            _ => Self::Idle,
        }
    }
}

/// Why a comparison was ended from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Someone cancelled it.
    Cancelled,
    /// Its time ran out.
    TimedOut,
}

/// How far a comparison is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Bytes done in this phase.
    pub bytes_done: u64,
    /// Bytes to do in this phase; 0 where that is not known.
    pub bytes_total: u64,
}

/// What a phase took, as [`Control::profiled`] keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhaseProfile {
    /// The phase.
    pub phase: Phase,
    /// Its wall time.
    pub elapsed: Duration,
    /// The most memory that the process had resident up to its end, in bytes, where the system tells.
    pub peak_rss_bytes: Option<u64>,
}

#[derive(Debug, Default)]
struct Profile {
    done: Vec<PhaseProfile>,
    current: Option<(Phase, Instant)>,
}

impl Profile {
    fn end_phase(&mut self) {
        if let Some((phase, began)) = self.current.take() {
            let peak_rss_bytes = peak_rss_bytes();
            self.done.push(PhaseProfile { phase, elapsed: began.elapsed(), peak_rss_bytes });
        }
    }
}

#[derive(Debug, Default)]
struct Shared {
    profile: Option<Mutex<Profile>>,
    stop: AtomicU8,
    phase: AtomicU8,
    done: AtomicU64,
    total: AtomicU64,
}

/// A handle to follow a comparison and to end it. Clones share one state.
///
/// ```
/// let control = csvq_text::Control::new();
/// control.cancel();
/// assert_eq!(control.stopped(), Some(csvq_text::Stop::Cancelled));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Control(Arc<Shared>);

impl Control {
    /// A control that nobody has stopped.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A control that keeps what each phase takes.
    ///
    /// ```
    /// use csvq_text::{Control, Phase};
    /// let control = Control::profiled();
    /// control.begin(Phase::Walking, 100);
    /// control.advance(100);
    /// assert_eq!(control.progress().bytes_done, 100);
    /// assert_eq!(control.profile()[0].phase, Phase::Walking);
    /// ```
    #[must_use]
    pub fn profiled() -> Self {
        Self(Arc::new(Shared { profile: Some(Mutex::default()), ..Shared::default() }))
    }

    /// What each phase took so far, the last one ended; empty for a control that is not [`Control::profiled`].
    #[must_use]
    pub fn profile(&self) -> Vec<PhaseProfile> {
        let Some(profile) = &self.0.profile else { return Vec::new() };
        let mut profile = profile.lock();
        profile.end_phase();
        profile.done.clone()
    }

    /// Asks the comparison to end; it does within some milliseconds.
    pub fn cancel(&self) {
        self.stop(Stop::Cancelled);
    }

    /// Asks the comparison to end, for a reason. The first reason stays.
    pub fn stop(&self, reason: Stop) {
        let code = match reason {
            Stop::Cancelled => 1,
            Stop::TimedOut => 2,
        };
        // Losing this race means that someone else gave a reason first, which then stands.
        let _ = self.0.stop.compare_exchange(0, code, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// Takes the request to end back, once what it was made to has ended: so that the same control can follow more, such
    /// as the reading of rows that differ.
    ///
    /// ```
    /// let control = csvq_text::Control::new();
    /// control.cancel();
    /// control.resume();
    /// assert_eq!(control.stopped(), None);
    /// ```
    pub fn resume(&self) {
        self.0.stop.store(0, Ordering::Relaxed);
    }

    /// Why the comparison was asked to end, if it was.
    #[must_use]
    pub fn stopped(&self) -> Option<Stop> {
        match self.0.stop.load(Ordering::Relaxed) {
            0 => None,
            2 => Some(Stop::TimedOut),
            _ => Some(Stop::Cancelled),
        }
    }

    /// How far the comparison is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let (done, total) = (self.0.done.load(Ordering::Relaxed), self.0.total.load(Ordering::Relaxed));
        Progress {
            phase: Phase::from_u8(self.0.phase.load(Ordering::Relaxed)),
            // What is counted besides text, such as the join's own bytes, never shows as more than there is.
            bytes_done: if total > 0 { done.min(total) } else { done },
            bytes_total: total,
        }
    }

    /// Starts a phase of `total` bytes.
    pub fn begin(&self, phase: Phase, total: u64) {
        if let Some(profile) = &self.0.profile {
            let mut profile = profile.lock();
            profile.end_phase();
            profile.current = Some((phase, Instant::now()));
        }
        self.0.done.store(0, Ordering::Relaxed);
        self.0.total.store(total, Ordering::Relaxed);
        self.0.phase.store(phase as u8, Ordering::Relaxed);
    }

    /// Counts bytes of this phase as done.
    pub fn advance(&self, bytes: u64) {
        self.0.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts all bytes of this phase as done.
    pub(crate) fn complete(&self) {
        self.0.done.store(self.0.total.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// The process's high-water mark of resident memory.
fn peak_rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}
