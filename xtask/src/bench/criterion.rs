//! Reads what criterion left behind: `criterion/**/new/{benchmark,estimates}.json`.
//!
//! The format is criterion's own and not promised to stay; only the name, the throughput and the
//! median are read of it.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::failure::{Failure, Result};

/// What one bench measured.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measured {
    /// Group, function and parameter.
    pub(super) name: String,
    /// Nanoseconds an iteration.
    pub(super) median: f64,
    /// How much one iteration handles, and of what.
    amounts: Vec<(f64, Unit)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Bytes,
    Bits,
    Elements,
}

impl Measured {
    /// Amounts a second, or nothing when the bench did not say what an iteration handles.
    pub(super) fn throughput(&self) -> String {
        let rates = self.amounts.iter().map(|(amount, unit)| {
            let rate = amount / (self.median / 1e9);
            match unit {
                Unit::Bytes => scaled(rate, &["B/s", "kB/s", "MB/s", "GB/s", "TB/s"]),
                Unit::Bits => scaled(rate, &["b/s", "kb/s", "Mb/s", "Gb/s", "Tb/s"]),
                Unit::Elements => scaled(rate, &["/s", "k/s", "M/s", "G/s", "T/s"]),
            }
        });
        rates.collect::<Vec<_>>().join(", ")
    }
}

/// Nanoseconds, for reading.
pub(super) fn time(nanoseconds: f64) -> String {
    if nanoseconds < 1e9 { scaled(nanoseconds, &["ns", "µs", "ms"]) } else { scaled(nanoseconds / 1e9, &["s"]) }
}

/// All results below a folder that are no older than `since`, in the order of their names.
///
/// # Errors
///
/// When a file cannot be read, or is not as criterion writes it.
pub(super) fn results(folder: &Path, since: SystemTime) -> Result<Vec<Measured>> {
    // Some file systems keep whole seconds, or two.
    let since = since.checked_sub(Duration::from_secs(2)).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut found = Vec::new();
    collect(folder, since, &mut found)?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn collect(folder: &Path, since: SystemTime, found: &mut Vec<Measured>) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|error| unusable(folder, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| unusable(folder, &error))?.path();
        if !path.is_dir() {
            continue;
        }
        let estimates = path.join("estimates.json");
        if path.ends_with("new") && estimates.exists() {
            let written = fs::metadata(&estimates).and_then(|metadata| metadata.modified());
            if written.map_err(|error| unusable(&estimates, &error))? >= since {
                let bench = read(&path.join("benchmark.json"))?;
                let measured = measured(&bench, &read(&estimates)?)
                    .ok_or_else(|| unusable(&path, &"criterion has another format now"))?;
                found.push(measured);
            }
        } else {
            collect(&path, since, found)?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Value> {
    let text = fs::read(path).map_err(|error| unusable(path, &error))?;
    serde_json::from_slice(&text).map_err(|error| unusable(path, &error))
}

fn measured(bench: &Value, estimates: &Value) -> Option<Measured> {
    Some(Measured {
        name: bench["full_id"].as_str()?.to_owned(),
        median: estimates["median"]["point_estimate"].as_f64()?,
        amounts: amounts(&bench["throughput"]),
    })
}

fn amounts(throughput: &Value) -> Vec<(f64, Unit)> {
    let both = &throughput["ElementsAndBytes"];
    [
        (&throughput["Bytes"], Unit::Bytes),
        (&throughput["BytesDecimal"], Unit::Bytes),
        (&both["bytes"], Unit::Bytes),
        (&throughput["Bits"], Unit::Bits),
        (&throughput["Elements"], Unit::Elements),
        (&both["elements"], Unit::Elements),
    ]
    .into_iter()
    .filter_map(|(amount, unit)| Some((amount.as_f64()?, unit)))
    .collect()
}

/// A number with the first unit that keeps it below 1000; each is a thousand of the one before.
fn scaled(mut number: f64, units: &[&str]) -> String {
    let mut units = units.iter().peekable();
    while let Some(unit) = units.next() {
        if number < 999.5 || units.peek().is_none() {
            let digits = match number {
                _ if number < 9.995 => 2,
                _ if number < 99.95 => 1,
                _ => 0,
            };
            return format!("{number:.digits$} {unit}");
        }
        number /= 1000.0;
    }
    String::new()
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(
        format!("cannot use {}: {error}", path.display()),
        "remove the folder `criterion` in the target folder, and run the benches again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_result_is_read() {
        let bench = json!({"full_id": "scan/1M", "throughput": {"Bytes": 108_000_000}});
        let estimates = json!({"median": {"point_estimate": 16_000_000.0}});
        let measured = measured(&bench, &estimates).expect("it is whole");
        assert_eq!(measured.name, "scan/1M");
        assert_eq!(time(measured.median), "16.0 ms");
        assert_eq!(measured.throughput(), "6.75 GB/s");
    }

    #[test]
    fn throughput_is_optional_and_may_be_double() {
        assert_eq!(amounts(&json!(null)), []);
        assert_eq!(
            amounts(&json!({"ElementsAndBytes": {"elements": 3, "bytes": 7}})),
            [(7.0, Unit::Bytes), (3.0, Unit::Elements)]
        );
    }

    #[test]
    fn numbers_keep_three_digits() {
        for (nanoseconds, shown) in
            [(0.5, "0.50 ns"), (999.7, "1.00 µs"), (12_345.0, "12.3 µs"), (1.5e9, "1.50 s"), (7.2e12, "7200 s")]
        {
            assert_eq!(time(nanoseconds), shown);
        }
        assert_eq!(scaled(2_000_000.0, &["/s", "k/s", "M/s"]), "2.00 M/s");
    }
}
