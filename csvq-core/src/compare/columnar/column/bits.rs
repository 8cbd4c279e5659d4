//! Bits by the word, and as bytes, one for each, which are quicker to bring into another order.

use std::ops::Range;

use polars_arrow::bitmap::Bitmap;
use polars_arrow::bitmap::bitmask::BitMask;

/// The bits of so many places that follow one another, at least one and at most 64.
#[inline(always)]
pub(in crate::compare::columnar) fn word(bits: &Bitmap, at: usize, len: usize) -> u64 {
    let mask = BitMask::from_bitmap(bits);
    let word = u64::from(mask.get_u32(at)) | u64::from(mask.get_u32(at + 32)) << 32;
    word & (u64::MAX >> (u64::BITS as usize - len))
}

/// A byte for each bit in these places, 0 or 1.
pub(super) fn each(bits: &Bitmap, places: Range<usize>) -> impl Iterator<Item = u8> + '_ {
    let (bytes, offset, _) = bits.as_slice();
    places.map(move |place| bytes[(offset + place) / 8] >> ((offset + place) % 8) & 1)
}

/// A bit for each byte, which is 0 or 1.
pub(super) fn of_bytes(bytes: &[u8]) -> Bitmap {
    /// Brings the lowest bit of each byte of a number into its uppermost byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (eights, rest) = bytes.as_chunks::<8>();
    let mut packed: Vec<u8> =
        eights.iter().map(|eight| (u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56) as u8).collect();
    if !rest.is_empty() {
        packed.push(rest.iter().rev().fold(0, |bits, byte| bits << 1 | byte));
    }
    Bitmap::from_u8_vec(packed, bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_the_same_as_bytes_and_words() {
        let bytes: Vec<u8> = (0..200_u32).map(|at| u8::from(at.is_multiple_of(3) || at.is_multiple_of(7))).collect();
        for len in [0, 1, 7, 8, 9, 64, 199, 200] {
            let bits = of_bytes(&bytes[..len]);
            assert_eq!(bits.iter().map(u8::from).collect::<Vec<_>>(), bytes[..len]);
        }
        let bits = of_bytes(&bytes).sliced(3, 190);
        assert_eq!(each(&bits, 5..177).collect::<Vec<_>>(), bytes[8..180]);
        for (at, len) in [(0, 64), (5, 1), (126, 64), (150, 40), (158, 32), (170, 20), (189, 1)] {
            let expected = (0..len).fold(0, |word, bit| word | u64::from(bytes[3 + at + bit]) << bit);
            assert_eq!(word(&bits, at, len), expected, "{at} {len}");
        }
    }
}
