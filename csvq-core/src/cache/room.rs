//! Room for a new entry: the folder never takes more than its limit, whichever processes write to it.
//!
//! What all entries take stands in a file beside them, so that not every new one needs a look at all of them. That file
//! is also what a process locks while it lets its entry appear. The number is never too small: it is raised before an
//! entry appears, and lowered by looking at what is there. So what was removed meanwhile, or a process that is killed,
//! only makes that look come earlier.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::CacheLimits;
use super::folder::{self, since};

/// The file beside the entries.
const NAME: &str = ".size";

/// More entries than this are not kept: looking through the folder would take too long.
const MOST: u64 = 10_000;

/// What is too old goes at least this often, where anything comes.
const OFTEN: Duration = Duration::from_secs(60 * 60);

/// How long to wait for other processes: a result need not be kept.
const PATIENCE: Duration = Duration::from_millis(500);

/// How many entries went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Swept {
    pub(super) expired: u64,
    pub(super) evicted: u64,
}

/// The right to let entries appear, until it is dropped.
#[derive(Debug)]
pub(super) struct Room<'a> {
    folder: &'a Path,
    file: File,
}

/// What the entries take, as far as is known.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    bytes: u64,
    entries: u64,
    /// When that was last found by looking, in milliseconds since 1970 UTC.
    looked: u64,
}

impl<'a> Room<'a> {
    /// Takes the lock; none where others hold it for too long.
    pub(super) fn of(folder: &'a Path) -> io::Result<Option<Self>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32);
        }
        let file = options.open(folder.join(NAME))?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { folder, file })),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(1)),
                Err(TryLockError::WouldBlock) => return Ok(None),
            }
        }
    }

    /// Makes room for an entry, and counts it as there.
    pub(super) fn make(&mut self, size: u64, limits: &CacheLimits, now: SystemTime) -> io::Result<Swept> {
        let mut swept = Swept::default();
        let known = self.read()?.filter(|taken| {
            let fits = taken.bytes.saturating_add(size) <= limits.max_bytes && taken.entries < MOST;
            fits && since(UNIX_EPOCH + Duration::from_millis(taken.looked), now) < OFTEN
        });
        let mut taken = match known {
            Some(taken) => taken,
            None => sweep(self.folder, size, limits, now, &mut swept)?,
        };
        taken.bytes = taken.bytes.saturating_add(size);
        taken.entries = taken.entries.saturating_add(1);
        self.write(taken)?;
        Ok(swept)
    }

    /// None where the file is new, or was not written by csvq.
    fn read(&mut self) -> io::Result<Option<Taken>> {
        let mut bytes = Vec::new();
        self.file.rewind()?;
        (&self.file).take(25).read_to_end(&mut bytes)?;
        let numbers: Option<[u8; 24]> = bytes.try_into().ok();
        let number = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes).unwrap_or_default();
        Ok(numbers.map(|numbers| {
            let (bytes, rest) = numbers.split_at(8);
            let (entries, looked) = rest.split_at(8);
            Taken { bytes: number(bytes), entries: number(entries), looked: number(looked) }
        }))
    }

    fn write(&mut self, taken: Taken) -> io::Result<()> {
        let numbers = [taken.bytes, taken.entries, taken.looked].map(u64::to_le_bytes);
        self.file.rewind()?;
        self.file.write_all(numbers.as_flattened())?;
        self.file.set_len(24)
    }
}

/// Removes what is surely too old; and, where an entry of a size would not fit, what was not used for longest, until
/// there is some room besides.
fn sweep(folder: &Path, size: u64, limits: &CacheLimits, now: SystemTime, swept: &mut Swept) -> io::Result<Taken> {
    let mut held = folder::tidied(folder, now)?;
    held.sort_unstable_by(|one, other| (one.used, &one.path).cmp(&(other.used, &other.path)));
    let looked = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let mut taken = Taken {
        bytes: held.iter().map(|entry| entry.size).sum(),
        entries: held.len() as u64,
        looked: u64::try_from(looked).unwrap_or(u64::MAX),
    };
    let fits = taken.bytes.saturating_add(size) <= limits.max_bytes && taken.entries < MOST;
    let most = if fits { (limits.max_bytes, MOST) } else { (limits.max_bytes / 8 * 7, MOST / 8 * 7) };
    for entry in held {
        // An entry is at least as old as its last use is long ago.
        let old = since(entry.used, now) >= limits.max_age;
        if !old && taken.bytes.saturating_add(size) <= most.0 && taken.entries < most.1 {
            break;
        }
        // One that another process removed at the same time leaves the same room.
        if folder::remove(&entry.path)? {
            *(if old { &mut swept.expired } else { &mut swept.evicted }) += 1;
        }
        taken.bytes = taken.bytes.saturating_sub(entry.size);
        taken.entries = taken.entries.saturating_sub(1);
    }
    Ok(taken)
}
