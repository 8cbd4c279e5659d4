//! Both sources of a comparison, opened.

use super::{Job, memory};
use crate::control::Control;
use crate::error::Result;
use crate::source::{self, Opened, Opening, Source};
use crate::spec::{CompareSpec, Side};

/// Both sides, and the memory that the comparison may take.
pub(super) struct Sides {
    pub(super) sides: [Opened; 2],
    pub(super) memory: u64,
}

/// Opens both sources.
pub(super) fn open(job: &Job) -> Result<Sides> {
    let opening = opening(&job.spec, &job.control);
    let memory = opening.memory;
    let [left, right] = [job.spec.dialect(Side::Left)?, job.spec.dialect(Side::Right)?];
    let sides = [source::open(&job.left, &left, &opening)?, source::open(&job.right, &right, &opening)?];
    Ok(Sides { sides, memory })
}

/// Opens one source by itself, with the dialect of the left side.
pub(super) fn one(source: &Source, spec: &CompareSpec, control: &Control) -> Result<(Opened, u64)> {
    let opening = opening(spec, control);
    Ok((source::open(source, &spec.dialect(Side::Left)?, &opening)?, opening.memory))
}

fn opening<'a>(spec: &CompareSpec, control: &'a Control) -> Opening<'a> {
    let memory = spec.memory.map_or_else(memory::default_budget, |size| size.0);
    Opening { memory, spill_dir: spec.spill_dir.clone().unwrap_or_else(std::env::temp_dir), control }
}
