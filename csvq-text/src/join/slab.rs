//! Large pieces of memory for records: page faults cost more than the copying otherwise. What is read in no order is on
//! large pages where the system has them; what is filled from end to end is asked for a part at a time, since on virtual
//! machines a large page is the one that has to come from the host.

/// Bytes of a slab: several large pages.
pub(super) const SLAB: usize = if cfg!(miri) { 64 << 10 } else { 8 << 20 };

/// A piece of memory, zeros at first.
pub(super) struct Slab(Vec<u8>);

/// A number whose zero is zeros in memory.
pub(super) trait Zero: Copy {
    const ZERO: Self;
}

impl Zero for u8 {
    const ZERO: Self = 0;
}

impl Zero for u64 {
    const ZERO: Self = 0;
}

/// Zeros that the system gives as they are touched, on large pages where it has them.
pub(super) fn zeros<T: Zero>(count: usize) -> Vec<T> {
    let mut zeros = vec![T::ZERO; count];
    advise_large_pages(&mut zeros);
    zeros
}

impl Slab {
    pub(super) fn new(bytes: usize) -> Self {
        Self(zeros(bytes))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    #[inline(always)]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(all(target_os = "linux", not(miri)))]
fn advise_large_pages<T: Zero>(slab: &mut [T]) {
    advise(slab, rustix::mm::Advice::LinuxHugepage);
}

/// Has the system give the memory of a part that is about to be filled all at once, and not page by page.
#[cfg(all(target_os = "linux", not(miri)))]
pub(super) fn populate(part: &mut [u8]) {
    advise(part, rustix::mm::Advice::LinuxPopulateWrite);
}

/// Gives the memory of a part back to the system before the whole is freed. What was in it is lost.
#[cfg(all(target_os = "linux", not(miri)))]
pub(super) fn give_back(part: &mut [u8]) {
    advise(part, rustix::mm::Advice::LinuxDontNeed);
}

#[cfg(all(target_os = "linux", not(miri)))]
fn advise<T: Zero>(memory: &mut [T], advice: rustix::mm::Advice) {
    const PAGE: usize = 1 << 12;
    let offset = memory.as_ptr().align_offset(PAGE);
    let Some(whole) = memory.get_mut(offset..) else { return };
    let len = size_of_val(whole) & !(PAGE - 1);
    // SAFETY: the range is whole pages of memory that this slice has to itself; no advice does more to their content than to
    // make it zeros, which are a value of every type here.
    let advised = unsafe { rustix::mm::madvise(whole.as_mut_ptr().cast(), len, advice) };
    if let Err(error) = advised {
        tracing::trace!(%error, ?advice, "not advised");
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn advise_large_pages<T: Zero>(_: &mut [T]) {}

#[cfg(not(all(target_os = "linux", not(miri))))]
pub(super) fn populate(_: &mut [u8]) {}

#[cfg(not(all(target_os = "linux", not(miri))))]
pub(super) fn give_back(_: &mut [u8]) {}
