//! The threads of a comparison: scoped, and waited for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, ScopedJoinHandle};

use crate::error::{Error, ErrorKind, Result};

/// What a thread returned; an error where it panicked, which nothing but a defect makes it do.
fn join<T>(handle: ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    handle.join().unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Internal, "a thread of the comparison ended by a panic; please report this"))
    })
}

/// Runs `work` on so many threads, this one among them, and gathers what they return; the first error in order of
/// threads wins. Where the system refuses more threads, those that there are do the work.
pub(crate) fn on_threads<T: Send>(threads: usize, work: impl Fn() -> Result<T> + Sync) -> Result<Vec<T>> {
    std::thread::scope(|scope| {
        let spawn = |_| Builder::new().spawn_scoped(scope, &work).ok();
        let others: Vec<_> = (1..threads).map_while(spawn).collect();
        let own = work();
        std::iter::once(own).chain(others.into_iter().map(join)).collect()
    })
}

/// Runs `work` for each item on up to so many threads, which take the items in turn; what it returns is in the order of
/// the items.
pub(crate) fn for_each<I: Sync, T: Send>(
    threads: usize,
    items: &[I],
    work: impl Fn(&I) -> Result<T> + Sync,
) -> Result<Vec<Result<T>>> {
    let next = AtomicUsize::new(0);
    let done = on_threads(threads.min(items.len()), || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return Ok(done) };
            done.push((index, work(item)));
        }
    })?;
    let mut done: Vec<_> = done.into_iter().flatten().collect();
    done.sort_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}
