//! What this process took while one comparison ran in it, and no other.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Measures;

/// How many comparisons began in this process, and how many of them ended.
static BEGAN: AtomicU64 = AtomicU64::new(0);
static ENDED: AtomicU64 = AtomicU64::new(0);

/// A comparison within this process that is measured.
pub(crate) struct Meter {
    /// Which one it is, where none ran when it began.
    alone: Option<u64>,
    cpu: Option<Duration>,
    peak: Option<u64>,
}

impl Meter {
    /// Begins to measure.
    pub(crate) fn begin() -> Self {
        let ended = ENDED.load(Ordering::SeqCst);
        let began = BEGAN.fetch_add(1, Ordering::SeqCst);
        let alone = (began == ended).then_some(began + 1);
        Self { alone, cpu: cpu_time(), peak: peak_memory_bytes() }
    }

    /// What was taken since. Where another comparison ran meanwhile, nobody knows what either took.
    pub(crate) fn end(self) -> Measures {
        let is_alone = self.alone == Some(BEGAN.load(Ordering::SeqCst));
        if !is_alone {
            return Measures::default();
        }
        let cpu = cpu_time().zip(self.cpu).map(|(now, before)| now.saturating_sub(before));
        // The system knows the most since the process began: it is that of this comparison where it rose.
        let peak = peak_memory_bytes().filter(|now| self.peak.is_some_and(|before| *now > before));
        Measures { cpu, peak_memory_bytes: peak }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        ENDED.fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(unix)]
fn cpu_time() -> Option<Duration> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a value of ours that the call fills.
    let code = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?);
    (code == 0).then(|| Duration::new(seconds, nanoseconds))
}

#[cfg(not(unix))]
fn cpu_time() -> Option<Duration> {
    None
}

#[cfg(target_os = "linux")]
fn peak_memory_bytes() -> Option<u64> {
    crate::sandbox::peak_memory_bytes("self")
}

#[cfg(not(target_os = "linux"))]
fn peak_memory_bytes() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Other tests compare in this process, too: what is said is right or unknown.
    #[test]
    fn what_ran_beside_another_is_not_known() {
        let first = Meter::begin();
        let second = Meter::begin();
        assert_eq!(second.end(), Measures::default());
        assert_eq!(first.end(), Measures::default());
    }

    #[test]
    #[cfg(unix)]
    fn processor_time_runs_forward() {
        let before = cpu_time().unwrap();
        let mut sum = 0u64;
        while cpu_time().unwrap() == before {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(cpu_time().unwrap() > before);
    }
}
