//! Looking through packages, files and folders.

use csvq_core::Result;
use csvq_core::access::Caller;
use csvq_core::engine::Engine;
use csvq_core::trust::scan::{Finding, Outcome, ScanReport};

use crate::args::ScanArgs;
use crate::commands::answer::answer;
use crate::commands::home::Call;
use crate::exit::Exit;
use crate::{interrupt, table};

/// Scans what is at a path by the rules of the home, or by those that are built in where there is none.
///
/// # Errors
/// Where there is nothing, or it can't be read. What was found is none.
pub(super) fn run(args: &ScanArgs, call: &Call<'_>) -> Result<Exit> {
    let control = interrupt::control();
    let engine = call.open_if_there()?.unwrap_or_else(Engine::built_in);
    let scanned = engine.scan(&Caller::local(), &args.path, &control)?;
    answer(call.format, &scanned, || show(&scanned.report))?;
    Ok(match scanned.report.outcome {
        Outcome::Clean => Exit::Success,
        Outcome::Flagged => Exit::Different,
        Outcome::Failed if control.stopped().is_some() => Exit::Interrupted,
        Outcome::Failed => Exit::Failure,
    })
}

fn show(report: &ScanReport) -> String {
    let mut text = String::new();
    if !report.findings.is_empty() {
        let rows: Vec<Vec<String>> = report.findings.iter().map(row).collect();
        text.push_str(&table::render(&["severity", "where", "rule", "what it means"], &rows));
        if report.findings_left_out > 0 {
            text.push_str(&format!("… and {} more by the same rules\n", report.findings_left_out));
        }
        text.push('\n');
    }
    report.failures.iter().for_each(|failure| text.push_str(&format!("could not be looked at: {failure}\n")));
    let threshold = report.threshold;
    text.push_str(&match report.outcome {
        Outcome::Clean => {
            let files = match report.files.len() {
                1 => "1 file".to_owned(),
                count => format!("{count} files"),
            };
            format!("Clean: nothing in {files} is {threshold} or worse.\n")
        }
        Outcome::Flagged => match report.flagged().count() {
            1 => format!("Flagged: 1 finding is {threshold} or worse.\n"),
            count => format!("Flagged: {count} findings are {threshold} or worse.\n"),
        },
        Outcome::Failed => "Failed: not everything could be looked at, so that nothing can be said.\n".to_owned(),
    });
    text
}

fn row(finding: &Finding) -> Vec<String> {
    let place = match (&finding.file, finding.line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        (Some(file), None) => file.clone(),
        _ => String::new(),
    };
    let message = match &finding.found {
        Some(found) => format!("{}: `{found}`", finding.message),
        None => finding.message.clone(),
    };
    vec![finding.severity.to_string(), place, finding.rule.clone(), message]
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use csvq_core::ErrorKind;
    use csvq_core::control::Control;

    use super::*;

    #[test]
    fn without_a_home_the_rules_that_are_built_in_hold() {
        let folder = tempfile::tempdir().unwrap();
        let scan = |path: &Path| {
            Engine::built_in().scan(&Caller::local(), path, &Control::new()).map(|scanned| scanned.report)
        };
        let check = |name: &str, content: &str, outcome: Outcome, said: &[&str]| {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            let report = scan(&path).unwrap();
            assert_eq!(report.outcome, outcome, "{name}: {report:?}");
            let text = show(&report);
            assert!(said.iter().all(|part| text.contains(part)), "{text}");
        };
        check("plain.py", "x = 1\n", Outcome::Clean, &["Clean: nothing in 1 file is medium or worse."]);
        check("evil.py", "x = 1\nimport socket\n", Outcome::Flagged, &["evil.py:2", "python.network", "Flagged: "]);
        check("broken.py", "def (\n", Outcome::Failed, &["could not be looked at: broken.py", "Failed: "]);
        assert_eq!(scan(folder.path()).unwrap().files.len(), 2);
        assert_eq!(scan(&folder.path().join("nothing")).unwrap_err().kind(), ErrorKind::Io);
    }
}
