//! `cargo xtask bench`: criterion's benches with their results as one table, or real data.
//!
//! It measures nothing itself: the benches are in the member `benches`.

mod criterion;
pub(crate) mod real;
mod table;

use std::io::Write;
use std::time::SystemTime;

use crate::failure::Result;
use crate::plugins;
use crate::process;
use crate::test::{Profile, build_csvq};
use crate::workspace::Workspace;

/// Runs the benches whose names contain the filter, or all, and prints what they measured.
///
/// # Errors
///
/// When a bench does not build or run, or its results cannot be read.
pub(crate) fn run(filter: Option<&str>, out: &mut dyn Write) -> Result<()> {
    let workspace = Workspace::find()?;
    let program = build_csvq(&workspace, Profile::Release, out)?;
    let libraries = plugins::build(&workspace, out)?;
    let started = SystemTime::now();
    let mut command = workspace.cargo();
    command.args(["bench", "-p", "csvq-benches"]);
    command.env("CSVQ_BIN", &program).env("CSVQ_PLUGINS", &libraries);
    if let Some(filter) = filter {
        command.args(["--", filter]);
    }
    process::run(&mut command, out, "read the bench's own message above")?;
    let folder = workspace.target.join("criterion");
    let results = criterion::results(&folder, started)?;
    if results.is_empty() {
        writeln!(out, "no bench was measured; see that the filter names one")?;
        return Ok(());
    }
    let mut rows = vec![["bench", "median", "throughput"].map(str::to_owned)];
    rows.extend(results.into_iter().map(|result| {
        let throughput = result.throughput();
        [result.name, criterion::time(result.median), throughput]
    }));
    table::write(&rows, out)
}
