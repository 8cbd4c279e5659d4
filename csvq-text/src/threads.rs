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
/// the items. After an error, or what `ends_all`, no further items are taken: all before it were, and are finished.
pub(crate) fn for_each<I: Sync, T: Send>(
    threads: usize,
    items: &[I],
    work: impl Fn(&I) -> Result<T> + Sync,
    ends_all: impl Fn(&T) -> bool + Sync,
) -> Result<Vec<Result<T>>> {
    let next = AtomicUsize::new(0);
    let done = on_threads(threads.min(items.len()), || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return Ok(done) };
            let result = work(item);
            if result.as_ref().map_or(true, &ends_all) {
                next.store(items.len(), Ordering::Relaxed);
            }
            done.push((index, result));
        }
    })?;
    let mut done: Vec<_> = done.into_iter().flatten().collect();
    done.sort_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_done_in_turn_up_to_what_ends_all() {
        let items: Vec<usize> = (0..100).collect();
        for threads in 1..5 {
            let all = for_each(threads, &items, |item| Ok(item * 2), |_| false).unwrap();
            assert_eq!(
                all.into_iter().map(Result::unwrap).collect::<Vec<_>>(),
                (0..200).step_by(2).collect::<Vec<_>>()
            );
            let some = for_each(threads, &items, |item| Ok(*item), |item| *item == 30).unwrap();
            assert!((31..31 + threads).contains(&some.len()), "{}", some.len());
            assert!(some.into_iter().enumerate().all(|(index, item)| item.unwrap() == index));
            let fails = |item: &usize| {
                if *item < 7 { Ok(()) } else { Err(Error::new(ErrorKind::Limit, "enough")) }
            };
            let failed = for_each(threads, &items, fails, |()| false).unwrap();
            assert_eq!(failed.iter().position(Result::is_err), Some(7));
        }
    }
}
