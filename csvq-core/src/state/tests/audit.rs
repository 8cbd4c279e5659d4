//! The audit log: what is put in, read, written out and let go.

use std::io::{self, Write};
use std::str::FromStr;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Home;
use super::processes::{Process, insisting, together};
use crate::error::ErrorKind;
use crate::state::audit::append_at;
use crate::state::{AuditAction, AuditEntry, AuditFilter, AuditForm, AuditOutcome, AuditRecord, State, Timestamp};

/// Lines that a child adds.
const LINES: u64 = 25;

/// A child's work: adds lines one by one, and says the last number.
pub(super) fn write_lines(state: &State, say: fn(&str)) {
    let caller = std::process::id().to_string();
    let mut last = 0;
    for number in 0..LINES {
        let line = AuditRecord::new(&*caller, AuditAction::RunRefused, number.to_string());
        let this = insisting(|| state.audit(&line));
        assert!(this > last);
        last = this;
    }
    say(&last.to_string());
}

fn line(action: AuditAction, subject: &str) -> AuditRecord {
    AuditRecord::new("local", action, subject)
}

impl Home {
    /// Adds lines about `p` at these times.
    fn with_lines_at(self, times: impl IntoIterator<Item = i64>) -> Self {
        self.state
            .change(|change| {
                for time in times {
                    append_at(change, &line(AuditAction::PluginEnabled, "p"), Timestamp(time))?;
                }
                Ok(())
            })
            .unwrap();
        self
    }

    fn log(&self) -> Vec<AuditEntry> {
        self.state.audit_log(&AuditFilter::default()).unwrap()
    }

    fn export(&self, filter: &AuditFilter) -> Vec<Value> {
        let mut out = Vec::new();
        let written = self.state.export_audit(filter, &mut out, AuditForm::NdJson).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len() as u64, written);
        lines
    }
}

#[test]
fn names_are_fixed_and_different() {
    let mut names: Vec<&str> = AuditAction::ALL.iter().map(|action| action.name()).collect();
    for (action, name) in AuditAction::ALL.iter().zip(&names) {
        assert_eq!(AuditAction::from_str(name), Ok(*action));
        assert_eq!(serde_json::to_value(action).unwrap(), json!(name));
        assert!(name.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase()), "{name}");
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), AuditAction::ALL.len());
    let error = AuditOutcome::from_str("no\nway").unwrap_err();
    assert_eq!(error, "`no\\nway` is no outcome; there are: allowed, refused, failed");
}

#[test]
fn a_line_says_who_did_what_when_and_why() {
    let home = Home::new();
    let before = Timestamp::now();
    let record = line(AuditAction::InstallRefused, "fuzzy")
        .of_version("1.2.0")
        .of_digest("ab".repeat(32))
        .with("domain", "example.org")
        .with("hops", json!(["a", "b"]))
        .refused("plugins may not come from there");
    assert_eq!(home.state.audit(&record).unwrap(), 1);
    let found = home.reopened().audit_log(&AuditFilter::default()).unwrap().remove(0);
    assert!((before..=Timestamp::now()).contains(&found.time));
    assert_eq!(found.hash.len(), 64);
    let expected = json!({
        "number": 1, "time": found.time, "caller": "local", "action": "install_refused", "outcome": "refused",
        "subject": "fuzzy", "version": "1.2.0", "digest": "ab".repeat(32), "why": "plugins may not come from there",
        "details": { "domain": "example.org", "hops": ["a", "b"] }, "hash": found.hash,
    });
    assert_eq!(serde_json::to_value(&found).unwrap(), expected);
    assert_eq!(home.export(&AuditFilter::default()), [expected]);
}

#[test]
fn nothing_in_a_line_begins_another() {
    let attacks = [
        "p\n{\"number\":2,\"caller\":\"admin\",\"outcome\":\"allowed\"}",
        "p\r\n2026-01-01 admin allowed",
        "p\u{2028}q\u{2029}r\u{85}s\u{b}t\u{c}u",
        "safe\u{202e}exe.txt\u{2066}\u{200f}",
        "\u{1b}[2K\u{1b}]0;title\u{7}\u{9b}1A",
        "nul\0byte",
        "'); DELETE FROM audit; --",
        "\",\"outcome\":\"allowed\"}",
        "\u{feff}\u{e0041}\u{200b}",
    ];
    for attack in attacks {
        let home = Home::new();
        let record = AuditRecord {
            caller: attack.to_owned(),
            subject: attack.to_owned(),
            version: Some(attack.to_owned()),
            digest: Some(attack.to_owned()),
            ..line(AuditAction::InstallRefused, "").refused(attack).with(attack, json!({ attack: [attack] }))
        };
        home.state.audit(&record).unwrap();
        home.state.audit(&line(AuditAction::PluginEnabled, "p")).unwrap();
        let mut out = Vec::new();
        home.state.export_audit(&AuditFilter::default(), &mut out, AuditForm::NdJson).unwrap();
        let text = String::from_utf8(out).unwrap();
        let is_harmful = |one: char| {
            (one.is_control() && one != '\n')
                || matches!(
                    one,
                    '\u{200b}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}' | '\u{feff}' | '\u{e0041}'
                )
        };
        assert_eq!((text.lines().count(), text.find(is_harmful)), (2, None), "{text}");
        let first = &home.log()[0];
        assert_eq!((first.outcome, first.action.as_str()), (AuditOutcome::Refused, "install_refused"));
        // Nor is anything escaped left in what programs get.
        let texts = serde_json::to_string(first).unwrap();
        let value: Value = serde_json::from_str(&texts).unwrap();
        assert!(!value.to_string().contains(is_harmful));
        assert!(!value["subject"].as_str().unwrap().contains(|one: char| one.is_control()));
        // Who looks for it finds it.
        let filter = AuditFilter { subject: Some(attack.to_owned()), ..AuditFilter::default() };
        assert_eq!(home.state.audit_log(&filter).unwrap().len(), 1);
        assert!(home.state.verify_audit().unwrap().is_sound());
    }
}

#[test]
fn a_line_is_bounded() {
    let home = Home::new();
    let long = "\u{1}".repeat(100_000);
    let mut record = line(AuditAction::InstallRefused, &long).of_version(&*long).of_digest(&*long).refused(&*long);
    record.caller.clone_from(&long);
    record.details = (0..10_000).map(|number| (format!("{number}{long}"), json!([long, { "a": long }]))).collect();
    home.state.audit(&record).unwrap();
    let found = home.log().remove(0);
    assert!(found.caller.len() <= 200 && found.version.unwrap().len() <= 200 && found.digest.unwrap().len() <= 200);
    assert!(found.subject.len() <= 2_000 && found.why.len() <= 2_000 && found.why.ends_with('…'));
    assert_eq!(found.details["truncated"], json!(true));
    assert!(serde_json::to_string(&found.details).unwrap().len() <= 8_000);
    assert!(home.state.verify_audit().unwrap().is_sound());
}

#[test]
fn a_filter_takes_what_fits_all_of_it() {
    let home = Home::new();
    let lines = [
        (10, "ann", AuditAction::PluginInstalled, "p", AuditOutcome::Allowed),
        (20, "bob", AuditAction::PluginInstalled, "q", AuditOutcome::Refused),
        (30, "ann", AuditAction::PluginRemoved, "p", AuditOutcome::Failed),
        (40, "bob", AuditAction::PluginInstalled, "p", AuditOutcome::Refused),
    ];
    home.state
        .change(|change| {
            for (time, caller, action, subject, outcome) in lines {
                let record = AuditRecord { outcome, ..AuditRecord::new(caller, action, subject) };
                append_at(change, &record, Timestamp(time))?;
            }
            Ok(())
        })
        .unwrap();
    let all = AuditFilter::default;
    let text = |text: &str| Some(text.to_owned());
    let check = |filter: AuditFilter, expected: &[u64]| {
        let found: Vec<u64> = home.state.audit_log(&filter).unwrap().iter().map(|entry| entry.number).collect();
        assert_eq!(found, expected, "{filter:?}");
        let exported: Vec<u64> = home.export(&filter).iter().map(|line| line["number"].as_u64().unwrap()).collect();
        assert_eq!(exported, expected, "{filter:?}");
    };
    check(all(), &[1, 2, 3, 4]);
    check(AuditFilter { newest_first: true, ..all() }, &[4, 3, 2, 1]);
    check(AuditFilter { since: Some(Timestamp(20)), ..all() }, &[2, 3, 4]);
    check(AuditFilter { until: Some(Timestamp(20)), ..all() }, &[1]);
    check(AuditFilter { since: Some(Timestamp(20)), until: Some(Timestamp(40)), ..all() }, &[2, 3]);
    check(AuditFilter { caller: text("ann"), ..all() }, &[1, 3]);
    check(AuditFilter { action: Some(AuditAction::PluginInstalled), ..all() }, &[1, 2, 4]);
    check(AuditFilter { subject: text("p"), ..all() }, &[1, 3, 4]);
    check(AuditFilter { outcome: Some(AuditOutcome::Refused), ..all() }, &[2, 4]);
    check(AuditFilter { caller: text("bob"), subject: text("p"), ..all() }, &[4]);
    check(AuditFilter { caller: text("bob' OR 1 --"), ..all() }, &[]);
    check(AuditFilter { limit: Some(2), ..all() }, &[1, 2]);
    check(AuditFilter { limit: Some(0), ..all() }, &[]);
    check(AuditFilter { limit: Some(2), newest_first: true, ..all() }, &[4, 3]);
    check(AuditFilter { after: Some(2), ..all() }, &[3, 4]);
    check(AuditFilter { after: Some(3), newest_first: true, ..all() }, &[2, 1]);
    check(AuditFilter { after: Some(0), newest_first: true, ..all() }, &[]);
    check(AuditFilter { after: Some(u64::MAX), ..all() }, &[]);
    check(AuditFilter { limit: Some(u64::MAX), since: Some(Timestamp(i64::MIN)), ..all() }, &[1, 2, 3, 4]);
}

#[test]
fn the_same_refusal_is_written_once() {
    let home = Home::new();
    let refused = line(AuditAction::LoadRefused, "p").of_version("1.0.0").refused("not signed");
    let start = Timestamp::now();
    assert_eq!(home.state.audit_once(&refused, start).unwrap(), Some(1));
    assert_eq!(home.state.audit_once(&refused.clone().with("attempt", 2), start).unwrap(), None);
    assert_eq!(home.state.audit_once(&refused.clone().of_version("1.0.1"), start).unwrap(), Some(2));
    assert_eq!(home.state.audit_once(&refused.clone().because("revoked"), start).unwrap(), Some(3));
    assert_eq!(home.state.audit_once(&refused, Timestamp(i64::MAX)).unwrap(), Some(4));
    let without = AuditRecord { version: None, ..refused };
    assert_eq!(home.state.audit_once(&without, start).unwrap(), Some(5));
    assert_eq!(home.state.audit_once(&without, start).unwrap(), None);
}

#[test]
fn lines_of_several_processes_make_one_chain() {
    let home = Home::new();
    let last: Vec<u64> = together(4, "audit", home.state.path()).iter().map(|line| line.parse().unwrap()).collect();
    assert_eq!(last.iter().max(), Some(&(4 * LINES)));
    let check = home.state.verify_audit().unwrap();
    assert!(check.is_sound(), "{check:?}");
    assert_eq!(check.lines, 4 * LINES);
    // Each process's lines are all there, in its order.
    let log = home.log();
    for entry in &log[log.len() - 4..] {
        let own: Vec<&str> =
            log.iter().filter(|other| other.caller == entry.caller).map(|other| other.subject.as_str()).collect();
        assert_eq!(own, (0..LINES).map(|number| number.to_string()).collect::<Vec<_>>());
    }
}

#[test]
fn retention_takes_from_the_beginning_and_says_so() {
    let check = |times: &[i64], older_than: i64, gone: u64| {
        let home = Home::new().with_lines_at(times.iter().copied());
        let before = home.log();
        assert_eq!(home.state.forget_audit(Timestamp(older_than), "ann").unwrap(), gone, "{times:?}");
        let after = home.log();
        let check = home.state.verify_audit().unwrap();
        assert!(check.is_sound(), "{check:?}");
        let kept = &before[usize::try_from(gone).unwrap()..];
        assert_eq!(after[..kept.len()], *kept);
        if gone == 0 {
            assert_eq!(after, before);
            return;
        }
        let [told] = &after[kept.len()..] else { panic!("{after:?}") };
        assert_eq!((told.action.as_str(), told.caller.as_str()), ("audit_pruned", "ann"));
        assert_eq!(told.number, before.len() as u64 + 1);
        assert_eq!((&told.details["lines"], &told.details["up_to"]), (&json!(gone), &json!(gone)));
        let last_gone = &before[usize::try_from(gone).unwrap() - 1];
        assert_eq!(told.details["hash"], json!(last_gone.hash));
        assert_eq!(check.first, Some(gone + 1));
        // Once more, and there is nothing to let go.
        assert_eq!(home.state.forget_audit(Timestamp(older_than), "ann").unwrap(), 0);
        assert_eq!(home.state.audit(&line(AuditAction::PluginEnabled, "p")).unwrap(), told.number + 1);
        assert!(home.reopened().verify_audit().unwrap().is_sound());
    };
    check(&[], 100, 0);
    check(&[10, 20, 30], 10, 0);
    check(&[10, 20, 30], 11, 1);
    check(&[10, 20, 30], 30, 2);
    check(&[10, 20, 30], 31, 3);
    // A clock that was set back: nothing younger goes, and nothing from the middle.
    check(&[10, 50, 20, 60], 40, 1);
    check(&[50, 10, 20], 40, 0);
}

#[test]
fn retention_may_be_repeated() {
    let home = Home::new().with_lines_at(0..100);
    for day in 1..=10 {
        assert_eq!(home.state.forget_audit(Timestamp(day * 10), "ann").unwrap(), 10);
        let check = home.state.verify_audit().unwrap();
        assert!(check.is_sound(), "{check:?}");
    }
    // The lines that told of it go in their turn, but for the last, which tells of all before.
    assert_eq!(home.state.forget_audit(Timestamp(i64::MAX), "ann").unwrap(), 10);
    let log = home.log();
    assert_eq!((log.len(), log[0].number, &log[0].details["up_to"]), (1, 111, &json!(110)));
    assert!(home.state.verify_audit().unwrap().is_sound());
}

/// Takes so many bytes, and no more.
struct Narrow(usize);

impl Write for Narrow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_cannot_be_written_out_is_an_error() {
    let home = Home::new().with_lines_at(0..10);
    let filter = AuditFilter::default();
    let error = home.state.export_audit(&filter, &mut Narrow(500), AuditForm::NdJson).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().starts_with("the audit log can't be written out: "), "{error}");
    assert_eq!(home.state.export_audit(&filter, &mut Narrow(1 << 20), AuditForm::NdJson).unwrap(), 10);
}

/// Adds a line to the log at every line that is written out.
struct Echo<'a>(&'a State, u64);

impl Write for Echo<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.contains(&b'\n') {
            self.1 += 1;
            self.0.audit(&line(AuditAction::AuditExported, "audit")).map_err(io::Error::other)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn writing_out_ends_and_holds_nobody_up() {
    let home = Home::new().with_lines_at(0..300);
    let mut echo = Echo(&home.state, 0);
    assert_eq!(home.state.export_audit(&AuditFilter::default(), &mut echo, AuditForm::NdJson).unwrap(), 300);
    let echoed = echo.1;
    assert_eq!(home.state.verify_audit().unwrap().lines, 300 + echoed);
}

/// How much memory this process holds, and the most it held since that was last asked.
#[cfg(target_os = "linux")]
fn memory_in_bytes() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let field = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    };
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    (field("VmRSS:"), field("VmHWM:"))
}

#[cfg(not(target_os = "linux"))]
fn memory_in_bytes() -> (u64, u64) {
    (0, 0)
}

/// Counts what is written.
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A child's work: writes out the whole log and checks it, and says lines, bytes and by how much it grew.
pub(super) fn export_in_bounds(state: &State, say: fn(&str)) {
    let (before, _) = memory_in_bytes();
    let mut out = Counted(0);
    let lines = state.export_audit(&AuditFilter::default(), &mut out, AuditForm::NdJson).unwrap();
    assert!(state.verify_audit().unwrap().is_sound());
    let (_, most) = memory_in_bytes();
    say(&format!("{lines} {} {}", out.0, most.saturating_sub(before)));
}

#[test]
fn a_long_log_is_written_out_in_little_memory() {
    const LINES: u64 = 100_000;
    let home = Home::new();
    home.state
        .change(|change| {
            let record =
                line(AuditAction::RunRefused, "p").refused("its signature does not hold").with("run", "x".repeat(20));
            (0..LINES).try_for_each(|_| change.audit(&record).map(drop))
        })
        .unwrap();
    let mut process = Process::start("export", home.state.path());
    process.go();
    let said: Vec<u64> = process.line().unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
    assert_eq!(said[0], LINES);
    let megabytes = |bytes: u64| bytes >> 20;
    assert!(megabytes(said[1]) >= 25, "{} MiB were written", megabytes(said[1]));
    assert!(megabytes(said[2]) < 16, "{} MiB were written, and {} MiB held", megabytes(said[1]), megabytes(said[2]));
    // And is never given in one piece.
    let filter = AuditFilter { limit: Some(u64::MAX), ..AuditFilter::default() };
    assert_eq!(home.state.audit_log(&filter).unwrap().len(), 10_000);
    assert_eq!(home.log().len(), 1_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_put_in_the_chain_holds(texts in proptest::collection::vec((any::<String>(), ".{0,300}"), 1..12)) {
        let home = Home::new();
        for (first, second) in &texts {
            let record = AuditRecord::new(&**second, AuditAction::ScanFlagged, &**first).because(&**second);
            let record = record.with(first, second.as_str());
            home.state.audit(&record).unwrap();
        }
        let check = home.state.verify_audit().unwrap();
        prop_assert!(check.is_sound());
        prop_assert_eq!(check.lines as usize, texts.len());
        prop_assert_eq!(home.export(&AuditFilter::default()).len(), texts.len());
    }
}
