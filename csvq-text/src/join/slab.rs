//! Large pieces of memory for records, on large pages where the system has them: page faults cost more than the copying otherwise.

/// Bytes of a slab: several large pages.
pub(super) const SLAB: usize = 8 << 20;

/// A piece of memory, zeros at first.
pub(super) struct Slab(Vec<u8>);

impl Slab {
    pub(super) fn new(bytes: usize) -> Self {
        let mut slab = vec![0; bytes];
        advise_large_pages(&mut slab);
        Self(slab)
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

#[cfg(target_os = "linux")]
fn advise_large_pages(slab: &mut [u8]) {
    const PAGE: usize = 1 << 12;
    let offset = slab.as_ptr().align_offset(PAGE);
    let Some(whole) = slab.get_mut(offset..) else { return };
    let len = whole.len() & !(PAGE - 1);
    // SAFETY: the range is whole pages of memory that this slice owns; the advice changes no content.
    let advised = unsafe { rustix::mm::madvise(whole.as_mut_ptr().cast(), len, rustix::mm::Advice::LinuxHugepage) };
    if let Err(error) = advised {
        tracing::debug!(%error, "no large pages");
    }
}

#[cfg(not(target_os = "linux"))]
fn advise_large_pages(_: &mut [u8]) {}
