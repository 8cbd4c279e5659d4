//! Texts of any length, each reached by a view: short ones stand in the view itself.

use std::hint::select_unpredictable;
use std::ops::Range;
use std::sync::Arc;

use polars_arrow::array::View;
use polars_buffer::Buffer;

/// Texts by view.
#[derive(Clone, Debug, Default)]
pub(in crate::compare::columnar) struct Texts {
    views: Buffer<View>,
    buffers: Arc<[Buffer<u8>]>,
}

impl Texts {
    /// Texts of views that came with these buffers.
    pub(super) fn new(views: Buffer<View>, buffers: Arc<[Buffer<u8>]>) -> Self {
        Self { views, buffers }
    }

    /// The views.
    pub(super) fn views(&self) -> &[View] {
        &self.views
    }

    /// What the views of long texts lead to.
    pub(super) fn buffers(&self) -> &Arc<[Buffer<u8>]> {
        &self.buffers
    }

    /// The text in a place.
    #[inline(always)]
    pub(in crate::compare::columnar) fn get(&self, index: usize) -> &[u8] {
        let view = &self.views[index];
        match view.get_inlined_slice() {
            Some(text) => text,
            None => {
                let start = view.offset as usize;
                &self.buffers[view.buffer_idx as usize][start..start + view.length as usize]
            }
        }
    }

    /// Whether all texts in these places stand in their views.
    pub(in crate::compare::columnar) fn are_inline(&self, rows: Range<usize>) -> bool {
        self.views[rows].iter().fold(0, |longest, view| view.length.max(longest)) <= View::MAX_INLINE_SIZE
    }

    /// Has the views of these places, as far as there are such, brought near while something else is done.
    #[inline]
    pub(in crate::compare::columnar) fn prefetch(&self, rows: Range<usize>) {
        const LINE: usize = 64 / size_of::<View>();
        let views = self.views.get(rows.start..rows.end.min(self.views.len())).unwrap_or_default();
        views.iter().step_by(LINE).for_each(bring_near);
    }

    /// A text that stands in its view: how long it is, and its length as one byte, its bytes, and what is to be ignored.
    #[inline(always)]
    pub(in crate::compare::columnar) fn inline(&self, index: usize) -> (usize, [u8; 16]) {
        let view = self.views[index].as_u128();
        let len = view as u32;
        // The length takes four bytes of a view, of which the last becomes the first here.
        let text = (view >> 24) & !0xff | u128::from(len);
        (len as usize, text.to_le_bytes())
    }

    /// A text of at most 32 bytes, with what follows it in memory: how long it is, and 32 bytes from its first on. `None`
    /// for longer ones, and where there are no more bytes.
    ///
    /// Texts of both kinds in turn are no worse than those of one, for nothing here is guessed by what came before.
    #[inline(always)]
    pub(in crate::compare::columnar) fn with_rest(&self, index: usize) -> Option<(usize, &[u8; 32])> {
        let view = &self.views[index];
        let is_inline = view.is_inline();
        let buffer = self.buffers.get(select_unpredictable(is_inline, 0, view.buffer_idx as usize))?;
        let views: &[u8] = bytemuck::cast_slice(&self.views);
        // A text follows the four bytes of its length.
        let place = index * size_of::<View>() + size_of::<u32>();
        let bytes = select_unpredictable(is_inline, views, buffer);
        let start = select_unpredictable(is_inline, place, view.offset as usize);
        let len = view.length as usize;
        bytes.get(start..)?.first_chunk().filter(|rest| len <= rest.len()).map(|rest| (len, rest))
    }

    /// Whether the texts in two places differ.
    #[inline(always)]
    pub(in crate::compare::columnar) fn differs(&self, index: usize, other: &Self, there: usize) -> bool {
        const INLINE: u64 = View::MAX_INLINE_SIZE as u64;
        let (left, right) = (self.views[index].as_u128(), other.views[there].as_u128());
        // The length and the first four bytes stand in the lower half of a view.
        if left as u64 != right as u64 {
            return true;
        }
        if u64::from(left as u32) <= INLINE { left != right } else { !same(self.get(index), other.get(there)) }
    }

    /// Which of at most 64 texts that follow one another may differ, a bit for each: all but those that are short and the
    /// same. The others are brought near, if they are long.
    pub(in crate::compare::columnar) fn may_differ(&self, index: usize, other: &Self, there: usize, len: usize) -> u64 {
        let (left, right) = (&self.views[index..index + len], &other.views[there..there + len]);
        let (mut difference, mut longest) = (0, 0);
        for (left, right) in left.iter().zip(right) {
            difference |= left.as_u128() ^ right.as_u128();
            longest = longest.max(left.length);
        }
        if difference == 0 && longest <= View::MAX_INLINE_SIZE {
            return 0;
        }
        let mut may_differ = 0;
        for (at, (left, right)) in left.iter().zip(right).enumerate() {
            may_differ |= u64::from(left.as_u128() != right.as_u128() || !left.is_inline()) << at;
        }
        let mut rest = may_differ;
        while longest > View::MAX_INLINE_SIZE && rest != 0 {
            let at = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            self.bring_near(&left[at]);
            other.bring_near(&right[at]);
        }
        may_differ
    }

    /// Has the beginning of a long text brought near while something else is done.
    #[inline(always)]
    fn bring_near(&self, view: &View) {
        if !view.is_inline()
            && let Some(first) =
                self.buffers.get(view.buffer_idx as usize).and_then(|buffer| buffer.get(view.offset as usize))
        {
            bring_near(first);
        }
    }

    /// The texts in these places, which share the buffers.
    pub(super) fn gather(&self, indexes: impl Iterator<Item = usize>) -> Self {
        let views: Vec<View> = indexes.map(|index| self.views[index]).collect();
        Self { views: views.into(), buffers: self.buffers.clone() }
    }
}

/// Whether texts of the same length are the same. Of those that are not much longer than what a view holds, both ends,
/// which meet, are quicker to look at than all of it.
#[inline(always)]
fn same(left: &[u8], right: &[u8]) -> bool {
    fn ends<const LEN: usize>(text: &[u8]) -> Option<(&[u8; LEN], &[u8; LEN])> {
        text.first_chunk().zip(text.last_chunk())
    }
    match left.len() {
        8..16 => ends::<8>(left) == ends::<8>(right),
        16..=32 => ends::<16>(left) == ends::<16>(right),
        _ => left == right,
    }
}

/// Has the memory of a value brought into the processor's cache.
#[inline(always)]
fn bring_near<T>(value: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: it is a hint, which no address makes unsound; every x86-64 processor has it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(value).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}

/// Gathers texts from several arrays.
#[derive(Default)]
pub(super) struct TextsBuilder {
    views: Vec<View>,
    buffers: Vec<Buffer<u8>>,
}

impl TextsBuilder {
    pub(super) fn with_capacity(texts: usize) -> Self {
        Self { views: Vec::with_capacity(texts), buffers: Vec::new() }
    }

    /// With room for views.
    pub(super) fn with_views(room: Vec<View>) -> Self {
        Self { views: room, buffers: Vec::new() }
    }

    /// Adds empty texts.
    pub(super) fn skip(&mut self, count: usize) {
        self.views.resize(self.views.len() + count, View::default());
    }

    /// Adds all texts of another one.
    pub(super) fn extend(&mut self, texts: &Texts) {
        let base = self.buffers.len() as u32;
        self.buffers.extend(texts.buffers.iter().cloned());
        self.views.extend(texts.views.iter().map(|view| {
            let mut view = *view;
            if !view.is_inline() {
                view.buffer_idx += base;
            }
            view
        }));
    }

    /// Adds texts that stand one after another in a buffer, each from one offset to the next.
    pub(super) fn extend_offsets(&mut self, bytes: &Buffer<u8>, offsets: impl Iterator<Item = (usize, usize)>) {
        let mut window = 0..0;
        for (start, end) in offsets {
            // A view reaches four gibibytes from the beginning of its buffer.
            if end > window.end {
                window = start..start.saturating_add(u32::MAX as usize).min(bytes.len());
                self.buffers.push(bytes.clone().sliced(window.clone()));
            }
            let buffer = self.buffers.len().saturating_sub(1) as u32;
            self.views.push(View::new_from_bytes(&bytes[start..end], buffer, (start - window.start) as u32));
        }
    }

    pub(super) fn finish(self) -> Texts {
        Texts { views: self.views.into(), buffers: self.buffers.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[&str]) -> Texts {
        let bytes: Buffer<u8> = values.concat().into_bytes().into();
        let mut end = 0;
        let offsets: Vec<(usize, usize)> = values
            .iter()
            .map(|value| {
                end += value.len();
                (end - value.len(), end)
            })
            .collect();
        let mut builder = TextsBuilder::default();
        builder.extend_offsets(&bytes, offsets.into_iter());
        builder.finish()
    }

    #[test]
    fn texts_of_any_length_differ_by_any_byte() {
        for len in 0..70 {
            let text: Vec<u8> = (0..len).collect();
            assert!(same(&text, &text.clone()), "{len}");
            for at in 0..text.len() {
                let mut other = text.clone();
                other[at] ^= 1;
                assert!(!same(&text, &other), "{len} {at}");
            }
        }
    }

    #[test]
    fn all_may_differ_but_what_is_short_and_the_same() {
        const LONG: &str = "a text of more than twelve bytes";
        let left = texts(&["a", "b", LONG, LONG, "twelve bytes", ""]);
        let right = texts(&["x", "a", "c", LONG, "long", "twelve bytes", ""]);
        assert_eq!(left.may_differ(0, &right, 1, 6), 0b00_1110);
        assert_eq!(left.may_differ(4, &right, 5, 2), 0);
        assert_eq!(left.may_differ(0, &right, 2, 1), 1);
        let differing: Vec<usize> = (0..6).filter(|at| left.differs(*at, &right, at + 1)).collect();
        assert_eq!(differing, [1, 3]);
    }
}
