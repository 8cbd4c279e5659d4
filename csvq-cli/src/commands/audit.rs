//! `csvq audit`: who did what, and who was refused what.

use std::io::{self, Write};
use std::path::Path;

use csvq_core::Result;
use csvq_core::access::Caller;
use csvq_core::engine::Engine;
use csvq_core::report::render::RenderError;
use csvq_core::state::{AuditCheck, AuditEntry, AuditFilter, Timestamp};
use serde_json::json;

use super::answer::answer;
use super::compare::is_dash;
use super::confirm;
use super::home::Call;
use crate::args::{AuditArgs, AuditCommand};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::messages::Messages;
use crate::{interrupt, output, table};

/// Shows, writes out, checks or shortens the log.
///
/// # Errors
/// Whatever kept it from that. That the log is broken is none.
pub(crate) fn run(
    args: &AuditArgs,
    flag: Option<&Path>,
    environment: &Environment,
    messages: &Messages,
) -> Result<Exit> {
    let call = Call { flag, environment, messages, format: args.answer.format };
    let engine = call.open()?;
    match &args.command {
        AuditCommand::List { filter, limit, oldest_first } => {
            let filter = filter.filter(Timestamp::now());
            list(&engine, &AuditFilter { limit: Some(*limit), newest_first: !oldest_first, ..filter }, &call)?;
        }
        AuditCommand::Export { filter, output } => {
            export(&engine, &filter.filter(Timestamp::now()), output.as_deref(), &call)?;
        }
        AuditCommand::Verify => {
            let check = engine.verify_audit(&Caller::local())?;
            answer(call.format, &check, || checked(&check))?;
            return Ok(if check.is_sound() { Exit::Success } else { Exit::Different });
        }
        AuditCommand::Prune { older_than_days, yes } => return prune(&engine, *older_than_days, *yes, &call),
    }
    Ok(Exit::Success)
}

fn list(engine: &Engine, filter: &AuditFilter, call: &Call<'_>) -> Result<()> {
    let lines = engine.audit_log(&Caller::local(), filter)?;
    answer(call.format, &lines, || match lines.is_empty() {
        true => "No line of the audit log fits.\n".to_owned(),
        false => {
            let headings = ["number", "time", "caller", "action", "outcome", "subject"];
            table::with_notes(&headings, &lines.iter().map(row).collect::<Vec<_>>())
        }
    })?;
    if filter.limit.is_some_and(|limit| lines.len() as u64 == limit) {
        call.messages.note("there may be more lines: --limit shows more of them, `csvq audit export` writes all");
    }
    Ok(())
}

/// A line of the log, and below it why that was done.
fn row(line: &AuditEntry) -> (Vec<String>, String) {
    let subject = match &line.version {
        Some(version) => format!("{} {version}", line.subject),
        None => line.subject.clone(),
    };
    let cells = vec![
        line.number.to_string(),
        line.time.to_string(),
        line.caller.clone(),
        line.action.clone(),
        line.outcome.to_string(),
        subject,
    ];
    (cells, line.why.clone())
}

fn export(engine: &Engine, filter: &AuditFilter, target: Option<&Path>, call: &Call<'_>) -> Result<()> {
    let target = target.filter(|path| !is_dash(path));
    let mut lines = 0;
    output::write(target, &interrupt::control(), &mut |out| {
        let mut watched = Watched { out, failure: None };
        match (engine.export_audit(&Caller::local(), filter, &mut watched), watched.failure) {
            (Ok(written), _) => {
                lines = written;
                Ok(())
            }
            // Whoever reads standard output may have seen enough.
            (Err(_), Some(failure)) => Err(RenderError::Write(failure)),
            (Err(error), None) => Err(RenderError::Rows(error)),
        }
    })?;
    let Some(target) = target else { return Ok(()) };
    let file = target.display().to_string();
    answer(call.format, &json!({ "file": file, "lines": lines }), || format!("Wrote {lines} lines to {file}\n"))
}

/// A writer that keeps the error that ended it.
struct Watched<'a> {
    out: &'a mut dyn Write,
    failure: Option<io::Error>,
}

impl Watched<'_> {
    fn keep<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let told = io::Error::new(error.kind(), error.to_string());
            self.failure = Some(error);
            told
        })
    }
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.keep(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.keep(flushed)
    }
}

fn checked(check: &AuditCheck) -> String {
    let mut text = match (&check.broken, check.is_guarded) {
        (Some(broken), _) => format!("The audit log is broken at number {}: {}.\n", broken.number, broken.what),
        (None, false) => {
            "Every line is as it was written, but somebody took away what keeps the database from changing lines.\n"
                .to_owned()
        }
        (None, true) => "The audit log is sound.\n".to_owned(),
    };
    if let (Some(first), Some(last)) = (check.first, &check.last) {
        text.push_str(&format!("Lines that hold: {}, numbers {first} to {}.\n", check.lines, last.number));
        text.push_str(&format!(
            "Keep this elsewhere, to notice later a log that was cut off or written anew: {} {}\n",
            last.number, last.hash
        ));
    }
    text
}

fn prune(engine: &Engine, days: u32, yes: bool, call: &Call<'_>) -> Result<Exit> {
    let what = format!("the lines of the audit log that are older than {days} days");
    if !yes && !confirm::is_confirmed("Delete", &what)? {
        call.messages.note("nothing was deleted");
        return Ok(Exit::Failure);
    }
    let lines = engine.forget_audit(&Caller::local(), Timestamp::now().minus_days(days))?;
    answer(call.format, &json!({ "lines": lines }), || match lines {
        0 => "No line is that old.\n".to_owned(),
        _ => format!("Deleted {lines} lines; that is a line, too.\n"),
    })?;
    Ok(Exit::Success)
}

#[cfg(test)]
mod tests {
    use csvq_core::state::{AuditBreak, AuditMark};

    use super::*;

    #[test]
    fn what_a_check_found_is_told() {
        let sound = AuditCheck {
            lines: 2,
            first: Some(5),
            last: Some(AuditMark { number: 6, hash: "ab12".to_owned() }),
            broken: None,
            is_guarded: true,
        };
        let check = |found: &AuditCheck, expected: &[&str]| {
            let text = checked(found);
            assert!(expected.iter().all(|part| text.contains(part)), "{text}");
        };
        check(&sound, &["The audit log is sound.", "2, numbers 5 to 6", "6 ab12"]);
        check(&AuditCheck { is_guarded: false, ..sound.clone() }, &["took away"]);
        let broken = Some(AuditBreak { number: 7, what: "this line is not there".to_owned() });
        check(&AuditCheck { broken, ..sound }, &["broken at number 7: this line is not there.", "6 ab12"]);
        let empty = AuditCheck { lines: 0, first: None, last: None, broken: None, is_guarded: true };
        assert_eq!(checked(&empty), "The audit log is sound.\n");
    }

    #[test]
    fn an_error_of_the_writer_is_kept() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut watched = Watched { out: &mut Closed, failure: None };
        assert!(writeln!(watched, "a line").is_err());
        assert_eq!(watched.failure.unwrap().kind(), io::ErrorKind::BrokenPipe);
    }
}
