//! In which order keys rise, as far as that was seen: it proves them unique, and says which of two comes first.

use std::cmp::Ordering;

use super::{Key, NULL, ShortKey};

/// The orders in which a column of keys may still be found to rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rising {
    /// Shorter first, then by bytes: `9` before `10`.
    shortlex: bool,
    /// By bytes.
    bytes: bool,
}

/// Which orders each part of a key may still be found to rise in, on both sides alike.
#[derive(Clone, Debug)]
pub(crate) struct Order(Vec<Rising>);

impl Order {
    pub(crate) fn new(parts: usize) -> Self {
        Self(vec![Rising { shortlex: true, bytes: true }; parts])
    }

    /// Takes the next key; false once no order is left in which all keys so far rise strictly, which would prove them
    /// unique.
    #[inline(always)]
    pub(crate) fn rises(&mut self, previous: &Key, next: &Key) -> bool {
        if let ([left], [right], [rising]) = (&previous.lengths[..], &next.lengths[..], &mut self.0[..]) {
            if *left == NULL || *right == NULL {
                return false;
            }
            if left == right {
                return previous.bytes < next.bytes;
            }
            rising.shortlex &= left < right;
            rising.bytes = rising.bytes && previous.bytes < next.bytes;
            return rising.shortlex || rising.bytes;
        }
        for ((left, right), rising) in previous.parts().zip(next.parts()).zip(&mut self.0) {
            let (Some(left), Some(right)) = (left, right) else { return false };
            if left == right {
                continue;
            }
            let by_bytes = left < right;
            rising.shortlex &= left.len() < right.len() || left.len() == right.len() && by_bytes;
            rising.bytes &= by_bytes;
            return rising.shortlex || rising.bytes;
        }
        false
    }

    /// As [`Order::rises`], for short keys.
    #[inline(always)]
    pub(crate) fn rises_short(&mut self, previous: ShortKey, next: ShortKey) -> bool {
        if previous.len == next.len {
            return previous.bytes < next.bytes;
        }
        let by_bytes = previous.left_aligned() < next.left_aligned();
        let rising = &mut self.0[0];
        rising.shortlex &= previous.len < next.len;
        rising.bytes &= by_bytes;
        rising.shortlex || rising.bytes
    }

    /// Keeps only the orders that another has too. False where a part is left without any.
    pub(crate) fn restrict(&mut self, other: &Self) -> bool {
        self.0.iter_mut().zip(&other.0).all(|(rising, other)| {
            rising.shortlex &= other.shortlex;
            rising.bytes &= other.bytes;
            rising.shortlex || rising.bytes
        })
    }

    /// Which of two different keys comes first in the order that both sides rise in. Where the orders that are left
    /// disagree, one is chosen, and it alone counts from then on.
    pub(crate) fn decide(&mut self, left: &Key, right: &Key) -> Ordering {
        for ((left, right), rising) in left.parts().zip(right.parts()).zip(&mut self.0) {
            let (left, right) = (left.unwrap_or_default(), right.unwrap_or_default());
            let by_bytes = left.cmp(right);
            let by_length = left.len().cmp(&right.len()).then(by_bytes);
            if by_bytes == by_length {
                if by_bytes.is_ne() {
                    return by_bytes;
                }
            } else if rising.shortlex {
                rising.bytes = false;
                return by_length;
            } else {
                return by_bytes;
            }
        }
        Ordering::Equal
    }
}
