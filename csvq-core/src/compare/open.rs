//! Both sources of a comparison, opened.

use super::{Job, memory};
use crate::error::Result;
use crate::source::{self, Opened, Opening};
use crate::spec::Side;

/// Both sides, and the memory that the comparison may take.
pub(super) struct Sides {
    pub(super) sides: [Opened; 2],
    pub(super) memory: u64,
}

/// Opens both sources.
pub(super) fn open(job: &Job) -> Result<Sides> {
    let memory = job.spec.memory.map_or_else(memory::default_budget, |size| size.0);
    let spill_dir = job.spec.spill_dir.clone().unwrap_or_else(std::env::temp_dir);
    let opening = Opening { memory, spill_dir, control: &job.control };
    let [left, right] = [job.spec.dialect(Side::Left)?, job.spec.dialect(Side::Right)?];
    let sides = [source::open(&job.left, &left, &opening)?, source::open(&job.right, &right, &opening)?];
    Ok(Sides { sides, memory })
}
