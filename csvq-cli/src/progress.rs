//! The progress bar: on standard error, only where that is a terminal, and only for comparisons that take a while.

use std::io::{self, IsTerminal};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use csvq_core::control::{Control, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a comparison runs before a bar appears.
const PATIENCE: Duration = Duration::from_millis(300);
/// How often the bar moves.
const INTERVAL: Duration = Duration::from_millis(100);

/// The bar where it is known how much there is to do, and where it is not.
const MEASURED: &str = "{msg:12} [{bar:30}] {percent:>3}% {bytes}/{total_bytes} {elapsed}";
const UNMEASURED: &str = "{msg:12} {spinner} {bytes} {elapsed}";

/// Shows how far a comparison is until it is dropped.
#[derive(Debug)]
pub(crate) struct ProgressWatch {
    /// Dropping it wakes the thread at once, so that nobody waits for the bar.
    ended: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ProgressWatch {
    /// Watches a comparison, where someone could see it.
    pub(crate) fn start(control: &Control, wanted: bool) -> Self {
        if !wanted || !io::stderr().is_terminal() {
            return Self { ended: None, thread: None };
        }
        let (ended, wait) = mpsc::channel();
        let control = control.clone();
        // Without a thread there is no bar, which is no reason to end the comparison.
        let thread = thread::Builder::new().name("csvq-progress".to_owned()).spawn(move || watch(&control, &wait)).ok();
        Self { ended: Some(ended), thread }
    }
}

impl Drop for ProgressWatch {
    fn drop(&mut self) {
        self.ended = None;
        if let Some(thread) = self.thread.take() {
            // The bar's own failure is not the comparison's.
            let _ = thread.join();
        }
    }
}

fn watch(control: &Control, ended: &Receiver<()>) {
    if ended.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    let mut shown = None;
    loop {
        let progress = control.progress();
        let kind = (progress.phase, progress.bytes_total > 0);
        // Each of these draws at once: the bar stays hidden until all are set, and later the numbers come first.
        if progress.bytes_total > 0 {
            bar.set_length(progress.bytes_total);
        }
        bar.set_position(progress.bytes_done);
        if shown != Some(kind) {
            bar.set_style(style(&progress));
            bar.set_message(progress.phase.name());
            if shown.is_none() {
                bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            }
            shown = Some(kind);
        }
        bar.tick();
        if ended.recv_timeout(INTERVAL) != Err(RecvTimeoutError::Timeout) {
            break;
        }
    }
    bar.finish_and_clear();
}

fn style(progress: &Progress) -> ProgressStyle {
    let template = if progress.bytes_total > 0 { MEASURED } else { UNMEASURED };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_valid() {
        for template in [MEASURED, UNMEASURED] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn a_watch_ends_at_once() {
        let (ended, wait) = mpsc::channel::<()>();
        drop(ended);
        watch(&Control::new(), &wait);
    }
}
