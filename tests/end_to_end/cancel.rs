//! Ending a comparison from outside: it ends soon, says that it was cancelled, and leaves nothing; and following one to
//! its end.

use std::io::{self, Read};
use std::sync::Arc;

use csvq_text::{
    By, Column, Control, DialectOptions, Error, ErrorKind, Input, OpenOptions, Outcome, Phase, Plan, Stop, Table,
    compare,
};

fn text(rows: usize, turned: bool) -> Vec<u8> {
    let line = |row: usize| format!("{row},name of {row},{}\n", row * 7);
    let rows: String = if turned { (0..rows).rev().map(line).collect() } else { (0..rows).map(line).collect() };
    format!("id,name,n\n{rows}").into_bytes()
}

fn table(text: &[u8]) -> Table {
    let input = Input::from_bytes("table", Arc::from(text), &OpenOptions::default()).unwrap();
    Table::open(input, &DialectOptions::default()).unwrap()
}

fn run(left: &[u8], right: &[u8], by: By, threads: usize, control: &Control) -> Result<Outcome, Error> {
    let columns = vec![column(1), column(2)];
    compare(table(left), table(right), Plan { by, columns, threads, block: 1 << 12, ..Plan::default() }, control)
}

fn column(index: usize) -> Column {
    Column { left: index, right: index, ..Column::default() }
}

/// Every way through the engine: pairing, whether the right rows stand in the opposite order, threads.
fn ways() -> Vec<(By, bool, usize)> {
    let key = || By::Key(vec![column(0)]);
    let pairings = [(key(), false), (key(), true), (By::Position, false), (By::Content, false), (By::Content, true)];
    pairings.into_iter().flat_map(|(by, turned)| [1, 3].map(|threads| (by.clone(), turned, threads))).collect()
}

#[test]
fn what_was_cancelled_before_ends_at_once() {
    for (by, turned, threads) in ways() {
        for (stop, kind) in [(Stop::Cancelled, ErrorKind::Cancelled), (Stop::TimedOut, ErrorKind::TimedOut)] {
            let control = Control::new();
            control.stop(stop);
            let error = run(&text(3_000, false), &text(3_000, turned), by.clone(), threads, &control).unwrap_err();
            assert_eq!(error.kind(), kind, "{by:?} {turned} {threads}");
        }
    }
}

/// Cancels a comparison as soon as it has done something in a phase. False where it was done sooner than anyone could
/// see.
fn cancel_in(phase: Phase, rows: usize, turned: bool, threads: usize) -> bool {
    let (left, right) = (text(rows, false), text(rows, turned));
    let control = Control::new();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let progress = control.progress();
                if progress.phase == phase && progress.bytes_done > 0 {
                    return control.cancel();
                }
                std::thread::yield_now();
            }
        });
        let result = run(&left, &right, By::Key(vec![column(0)]), threads, &control);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        match result {
            Ok(_) => false,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Cancelled);
                true
            }
        }
    })
}

#[test]
fn cancelling_from_another_thread_ends_every_phase() {
    for (phase, turned) in [(Phase::Walking, false), (Phase::Partitioning, true), (Phase::Joining, true)] {
        for threads in [1, 3] {
            // On a fast machine a small comparison is over before it can be cancelled: then a larger one is.
            let sizes = [20_000, 100_000, 500_000, 2_500_000];
            let cancelled = sizes.iter().any(|rows| cancel_in(phase, *rows, turned, threads));
            assert!(cancelled, "{phase:?} {threads}");
        }
    }
}

/// A stream that is cancelled while it is read, and has no end.
struct Endless(Control, usize);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 += 1;
        if self.1 == 40 {
            self.0.cancel();
        }
        assert!(self.1 < 1_000, "it reads on and on");
        buffer.fill(b'\n');
        Ok(buffer.len())
    }
}

#[test]
fn cancelling_ends_reading() {
    let control = Control::new();
    let folder = tempfile::tempdir().unwrap();
    let options = OpenOptions {
        control: control.clone(),
        spill_dir: folder.path().to_owned(),
        memory: 1 << 16,
        ..OpenOptions::default()
    };
    let error = Input::from_reader("endless", Endless(control, 0), &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn cancelling_ends_showing_rows() {
    let control = Control::new();
    let outcome = run(&text(500, false), &text(0, false), By::Key(vec![column(0)]), 1, &control).unwrap();
    let mut seen = 0;
    let visited = outcome.differences.visit(u64::MAX, &control, |_| {
        seen += 1;
        if seen == 5 {
            control.cancel();
        }
        Ok::<_, Error>(())
    });
    assert_eq!((visited.unwrap_err().kind(), seen), (ErrorKind::Cancelled, 5));
}

#[test]
fn progress_reaches_its_total() {
    let mut short = Vec::new();
    for rows in [0, 1, 1_000, 40_000] {
        for (by, turned, threads) in ways() {
            let control = Control::new();
            run(&text(rows, false), &text(rows, turned), by, threads, &control).unwrap();
            let progress = control.progress();
            assert!(matches!(progress.phase, Phase::Walking | Phase::Joining), "{progress:?}");
            if progress.bytes_done != progress.bytes_total || progress.bytes_total == 0 {
                short.push((rows, turned, threads, progress));
            }
        }
    }
    assert!(short.is_empty(), "rows, turned, threads, progress: {short:#?}");
}
