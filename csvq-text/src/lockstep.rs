//! The walk: both inputs side by side, over what they share at memory speed, record by record where they differ.
//!
//! It needs no table of records. Keys that rise strictly prove themselves unique, and put every row that is on one side
//! alone in its place; keys that do not are hashed, and rows that can't be paired at once are set aside. What the walk
//! can't settle (keys that may occur twice, inputs that are out of step) it leaves to the join, which starts afresh:
//! see [`Walked`].
//!
//! Large inputs are walked in [`stretch`]es, which the threads take in turn; [`merge`] makes one answer of theirs.

mod aside;
mod merge;
mod part;
mod resync;
mod stretch;
mod unique;
mod visitors;
mod walker;
mod window;

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::control::{Control, Phase};
use crate::difference::Log;
use crate::error::Result;
use crate::evaluate::ColumnTally;
use crate::key::{KeyReader, Seed};
use crate::memory;
use crate::plan::{By, Plan};
use crate::table::Table;
use crate::threads;
use merge::Merged;
use part::{Aside, Flow, Mode, Part, Sorted};
use stretch::Stretch;
use unique::HashBag;
use walker::Walker;

/// What the walk found.
#[derive(Debug)]
pub(crate) struct Tally {
    /// Data records read on each side.
    pub(crate) rows: [u64; 2],
    pub(crate) unchanged: u64,
    pub(crate) changed: u64,
    pub(crate) columns: Vec<ColumnTally>,
    pub(crate) log: Log,
    pub(crate) stopped_early: bool,
}

/// How the walk ended.
pub(crate) enum Walked {
    /// With the whole answer.
    Done(Tally),
    /// Not at all: the inputs are to be joined.
    Join,
    /// By content: equal but for rows whose content has one of these hashes, which the join must count.
    JoinSome(Seed, Vec<u64>),
}

/// What the walks over all stretches share.
struct Walk<'a> {
    tables: [&'a Table; 2],
    readers: [KeyReader; 2],
    seed: Seed,
    plan: &'a Plan,
    control: &'a Control,
    /// Buffers of walks that have ended, for those to come.
    buffers: Mutex<Vec<Vec<u8>>>,
    /// How many rows are set aside.
    set_aside: AtomicU64,
}

/// The modes of a walk, in the order in which they are tried.
#[derive(Clone, Copy, Debug)]
enum Attempt {
    Position,
    Content,
    Sorted(usize),
    Hashed,
}

impl Attempt {
    fn mode(self) -> Mode {
        match self {
            Self::Position => Mode::Position,
            Self::Content => Mode::Content,
            Self::Sorted(parts) => Mode::Sorted(Box::new(Sorted::new(parts))),
            Self::Hashed => Mode::Hashed(HashBag::default()),
        }
    }
}

/// Walks both inputs.
pub(crate) fn walk(left: &Table, right: &Table, plan: &Plan, control: &Control) -> Result<Walked> {
    let (key, attempts) = match &plan.by {
        By::Position => (&plan.columns, vec![Attempt::Position]),
        By::Content => (&plan.columns, vec![Attempt::Content]),
        By::Key(columns) => (columns, vec![Attempt::Sorted(columns.len()), Attempt::Hashed]),
    };
    let walk = Walk {
        tables: [left, right],
        readers: [KeyReader::new(key, 0, left.dialect()), KeyReader::new(key, 1, right.dialect())],
        seed: Seed::default(),
        plan,
        control,
        buffers: Mutex::default(),
        set_aside: AtomicU64::new(0),
    };
    let stretches = stretch::cut(&walk)?;
    for attempt in attempts {
        let mut merged = walk.attempt(attempt, &stretches)?;
        if matches!(merged, Merged::Astray) {
            tracing::debug!("cut inside a quoted field: one thread walks all");
            merged = walk.attempt(attempt, &[stretch::whole(&walk)])?;
        }
        match merged {
            Merged::Walked(walked) => return Ok(*walked),
            Merged::Restart | Merged::Astray => tracing::debug!(?attempt, "the walk starts again"),
        }
    }
    Ok(Walked::Join)
}

impl Walk<'_> {
    /// What a stretch may have of the memory for rows that differ.
    fn log_memory(&self, stretch: &Stretch) -> u64 {
        let all = stretch::whole(self).len().max(1);
        (u128::from(memory::log(self.plan.memory)) * u128::from(stretch.len()) / u128::from(all)) as u64
    }

    /// Counts a row that is set aside; false where there is no memory for it.
    fn set_aside(&self) -> bool {
        let most = memory::asides(self.plan.memory) / size_of::<Aside>() as u64;
        self.set_aside.fetch_add(1, Ordering::Relaxed) < most
    }

    /// Walks all stretches in one mode.
    fn attempt(&self, attempt: Attempt, stretches: &[Stretch]) -> Result<Merged> {
        self.control.begin(Phase::Walking, self.tables.iter().map(|table| table.input().len()).sum());
        let walk = |stretch: &Stretch| {
            let walked = Walker::new(self, stretch.clone(), attempt.mode()).run();
            if let Ok(Part { flow, rows, changed, .. }) = &walked {
                let Stretch([left, right]) = stretch;
                tracing::trace!(?left, ?right, ?flow, ?rows, changed, "walked over a stretch");
            }
            walked
        };
        self.set_aside.store(0, Ordering::Relaxed);
        let ends_all = |part: &Part| !matches!(part.flow, Flow::On | Flow::Finish);
        let parts: Vec<Result<Part>> = threads::for_each(self.plan.threads, stretches, walk, ends_all)?;
        merge::merge(self, parts)
    }
}
