//! The key of a record: its canonical cells and their hash; their order, [`order`]; and how it is read, [`reader`].

mod order;
mod reader;

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;

pub(crate) use order::Order;
pub(crate) use reader::KeyReader;

/// The length that stands for a null part.
const NULL: u32 = u32::MAX;

/// A key's canonical cells, one after the other. Equal keys are equal as these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    bytes: Vec<u8>,
    lengths: Vec<u32>,
}

/// The longest key of one part that is held as a number.
const SHORT: usize = 16;

/// A key of one part of at most sixteen bytes, as a number: the hot loops never touch memory for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShortKey {
    /// The bytes, the last lowest, zeros before the first.
    bytes: u128,
    len: u32,
}

impl ShortKey {
    /// The key of a plain cell.
    fn new(cell: &[u8]) -> Option<Self> {
        let mut bytes = [0; SHORT];
        let unused = SHORT.checked_sub(cell.len())?;
        bytes[unused..].copy_from_slice(cell);
        Some(Self { bytes: u128::from_be_bytes(bytes), len: cell.len() as u32 })
    }

    /// The first `len` of sixteen bytes.
    #[inline(always)]
    fn of_first(bytes: &[u8; SHORT], len: u32) -> Self {
        // Most keys fit into a word, which takes fewer instructions.
        let (word, _) = bytes.split_first_chunk().unwrap_or((&[0; 8], &[]));
        let bytes = match len {
            0 => 0,
            1..=8 => u128::from(u64::from_be_bytes(*word) >> (64 - 8 * len)),
            _ => u128::from_be_bytes(*bytes) >> (128 - 8 * len),
        };
        Self { bytes, len }
    }

    /// The bytes, the first highest, zeros after the last. Text has no NUL, so the order of these is that of the keys'
    /// bytes.
    #[inline(always)]
    fn left_aligned(self) -> u128 {
        self.bytes.checked_shl(8 * (SHORT as u32 - self.len)).unwrap_or(0)
    }

    /// The same hash as that of the key which this is.
    #[inline(always)]
    pub(crate) fn hash(self, seed: &Seed) -> u64 {
        let [first, second, third] = seed.short;
        let high = (self.bytes >> 64) as u64;
        let mixed = fold(high ^ first, self.bytes as u64 ^ second);
        fold(mixed ^ u64::from(self.len), third)
    }
}

/// Both halves of the product, mixed: what one bit changes, changes half of the answer's bits.
#[inline(always)]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

/// Seeds the hash of keys, anew for each comparison.
#[derive(Clone)]
pub(crate) struct Seed {
    long: RandomState,
    short: [u64; 3],
}

impl Default for Seed {
    fn default() -> Self {
        let long = RandomState::default();
        // Odd numbers, so that no product is zero for all keys.
        let short = [1_u8, 2, 3].map(|n| long.hash_one(n) | 1);
        Self { long, short }
    }
}

impl Key {
    fn clear(&mut self) {
        self.bytes.clear();
        self.lengths.clear();
    }

    #[inline(always)]
    fn push(&mut self, cell: Option<&[u8]>) {
        match cell {
            Some(cell) => {
                self.bytes.extend_from_slice(cell);
                self.lengths.push(cell.len() as u32);
            }
            None => self.lengths.push(NULL),
        }
    }

    /// The hash: of every part's length, then its bytes, so that (1, 11) and (11, 1) differ.
    #[inline(always)]
    pub(crate) fn hash(&self, seed: &Seed) -> u64 {
        if let Some(short) = self.short() {
            return short.hash(seed);
        }
        let mut hasher = seed.long.build_hasher();
        for length in &self.lengths {
            hasher.write_u32(*length);
        }
        hasher.write(&self.bytes);
        hasher.finish()
    }

    /// The key as a number, where it is short.
    pub(crate) fn short(&self) -> Option<ShortKey> {
        match self.lengths[..] {
            [length] if length != NULL => ShortKey::new(&self.bytes),
            _ => None,
        }
    }

    /// Becomes a short key.
    pub(crate) fn set(&mut self, short: ShortKey) {
        self.clear();
        self.push(short.bytes.to_be_bytes().get(SHORT - short.len as usize..));
    }

    fn parts(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let mut at = 0;
        self.lengths.iter().map(move |length| {
            if *length == NULL {
                return None;
            }
            let start = at;
            at += *length as usize;
            Some(&self.bytes[start..at])
        })
    }
}
