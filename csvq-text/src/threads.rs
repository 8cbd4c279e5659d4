//! The threads of a comparison: scoped, and waited for.
//!
//! Errors are those of whoever asks, so that other engines can share them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, ScopedJoinHandle};

use crate::error::{Error, ErrorKind, Result};

/// What a thread returned; an error where it panicked, which nothing but a defect makes it do.
fn join<T, E: From<Error>>(handle: ScopedJoinHandle<'_, Result<T, E>>) -> Result<T, E> {
    handle.join().unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Internal, "a thread of the comparison ended by a panic; please report this").into())
    })
}

/// Runs `work` on so many threads, this one among them, and gathers what they return; the first error in order of
/// threads wins. Where the system refuses more threads, those that there are do the work.
///
/// # Errors
/// That of `work`; an [`ErrorKind::Internal`] where a thread panicked.
///
/// ```
/// let ones = csvq_text::threads::on_threads(3, || Ok::<_, csvq_text::Error>(1))?;
/// assert_eq!(ones, [1, 1, 1]);
/// # Ok::<(), csvq_text::Error>(())
/// ```
pub fn on_threads<T: Send, E: Send + From<Error>>(
    threads: usize,
    work: impl Fn() -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    std::thread::scope(|scope| {
        let spawn = |_| Builder::new().spawn_scoped(scope, &work).ok();
        let others: Vec<_> = (1..threads).map_while(spawn).collect();
        let own = work();
        std::iter::once(own).chain(others.into_iter().map(join)).collect()
    })
}

/// Runs `work` for both of two things at once, the second one on this thread, and passes it the number of each.
///
/// # Errors
/// That of `work`, of the first thing where both fail; an [`ErrorKind::Internal`] where a thread panicked.
///
/// ```
/// let lengths = csvq_text::threads::for_both(["left", "right"], |_, side| Ok::<_, csvq_text::Error>(side.len()))?;
/// assert_eq!(lengths, [4, 5]);
/// # Ok::<(), csvq_text::Error>(())
/// ```
pub fn for_both<I: Send, T: Send, E: Send + From<Error>>(
    [first, second]: [I; 2],
    work: impl Fn(usize, I) -> Result<T, E> + Sync,
) -> Result<[T; 2], E> {
    let work = &work;
    std::thread::scope(|scope| {
        let other = scope.spawn(move || work(0, first));
        let second = work(1, second);
        Ok([join(other)?, second?])
    })
}

/// Runs `work` for each item on up to so many threads, which take the items in turn; what it returns is in the order of
/// the items. After an error, or what `ends_all`, no further items are taken: all before it were, and are finished.
///
/// # Errors
/// An [`ErrorKind::Internal`] where a thread panicked; those of `work` stand in the result.
///
/// ```
/// use csvq_text::{Error, threads::for_each};
/// let doubled = for_each(2, &[1, 2, 3], |number| Ok::<_, Error>(number * 2), |_| false)?;
/// assert_eq!(doubled.into_iter().collect::<Result<Vec<_>, _>>()?, [2, 4, 6]);
/// # Ok::<(), Error>(())
/// ```
pub fn for_each<I: Sync, T: Send, E: Send + From<Error>>(
    threads: usize,
    items: &[I],
    work: impl Fn(&I) -> Result<T, E> + Sync,
    ends_all: impl Fn(&T) -> bool + Sync,
) -> Result<Vec<Result<T, E>>, E> {
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
            let all = for_each(threads, &items, |item| Ok::<_, Error>(item * 2), |_| false).unwrap();
            assert_eq!(
                all.into_iter().map(Result::unwrap).collect::<Vec<_>>(),
                (0..200).step_by(2).collect::<Vec<_>>()
            );
            let some = for_each(threads, &items, |item| Ok::<_, Error>(*item), |item| *item == 30).unwrap();
            // While one thread is about to say so, others may take any number of items.
            assert!(some.len() >= 31 && (threads > 1 || some.len() == 31), "{}", some.len());
            assert!(some.into_iter().enumerate().all(|(index, item)| item.unwrap() == index));
            let fails = |item: &usize| {
                if *item < 7 { Ok(()) } else { Err(Error::new(ErrorKind::Limit, "enough")) }
            };
            let failed = for_each(threads, &items, fails, |()| false).unwrap();
            assert_eq!(failed.iter().position(Result::is_err), Some(7));
        }
    }
}
