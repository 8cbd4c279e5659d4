//! The threads of a comparison: scoped, and waited for.

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

/// Runs `work` for each item on a thread of its own, or on this one where the system refuses more.
pub(crate) fn for_each<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> Result<T> + Sync) -> Vec<Result<T>> {
    let work = &work;
    let Some((first, rest)) = items.split_first() else { return Vec::new() };
    std::thread::scope(|scope| {
        let spawn = |item| (item, Builder::new().spawn_scoped(scope, move || work(item)).ok());
        let others: Vec<_> = rest.iter().map(spawn).collect();
        let own = work(first);
        let others = others.into_iter().map(|(item, handle)| handle.map_or_else(|| work(item), join));
        std::iter::once(own).chain(others).collect()
    })
}
