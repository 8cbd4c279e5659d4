//! Compares two files, and tells what changed.
//!
//!     cargo run --bin compare -- ../data/airports-2024-02.csv ../data/airports-2026-09.csv icao

use std::error::Error;

use csvq_core::compare::{Comparator, Job, RowCompare};
use csvq_core::control::Control;
use csvq_core::source::Source;
use csvq_core::spec::CompareSpec;

fn main() -> Result<(), Box<dyn Error>> {
    let [left, right, key] = &std::env::args().skip(1).collect::<Vec<_>>()[..] else {
        return Err("usage: compare LEFT RIGHT KEY".into());
    };
    let comparison = RowCompare.compare(Job {
        left: Source::Path(left.into()),
        right: Source::Path(right.into()),
        spec: CompareSpec { key: vec![key.parse()?], ..CompareSpec::default() },
        parameters: serde_json::Map::new(),
        control: Control::new(),
    })?;
    println!("{}", comparison.report.details.summary);
    for row in comparison.report.details.rows.iter().take(5) {
        let columns: Vec<&str> = row.cells.iter().map(|cell| cell.column.as_str()).collect();
        println!("{} {:?}: {}", row.kind.as_str(), row.key, columns.join(", "));
    }
    Ok(())
}
