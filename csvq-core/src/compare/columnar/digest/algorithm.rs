//! The algorithms of digests, behind one face.

use std::fmt::Write;

use md5::Md5;
use serde::Deserialize;
use sha2::{Digest as _, Sha256, Sha512};

/// How digests are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::compare) enum Algorithm {
    #[default]
    Sha256,
    Sha512,
    Blake3,
    /// For manifests that are there already; whoever can choose rows can make two tables with one digest.
    Md5,
}

impl Algorithm {
    pub(in crate::compare) fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::Blake3 => "blake3",
            Self::Md5 => "md5",
        }
    }

    /// The bytes of a digest.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Sha256 | Self::Blake3 => 32,
            Self::Sha512 => 64,
            Self::Md5 => 16,
        }
    }

    /// A hasher that has seen what the digest is of: no digest of one thing is one of another.
    pub(in crate::compare) fn hasher(self, of: &[u8]) -> Hasher {
        let mut hasher = self.plain_hasher();
        hasher.update(of);
        hasher
    }

    /// A hasher that has seen nothing, for bytes whose digest others compute, too.
    pub(in crate::compare) fn plain_hasher(self) -> Hasher {
        match self {
            Self::Sha256 => Hasher::Sha256(Sha256::new()),
            Self::Sha512 => Hasher::Sha512(Box::new(Sha512::new())),
            Self::Blake3 => Hasher::Blake3(Box::default()),
            Self::Md5 => Hasher::Md5(Md5::new()),
        }
    }
}

/// Bytes at most.
const MOST: usize = 64;

/// A digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::compare) struct Digest {
    bytes: [u8; MOST],
    len: usize,
}

impl Digest {
    fn new(from: &[u8]) -> Self {
        let mut bytes = [0; MOST];
        bytes[..from.len()].copy_from_slice(from);
        Self { bytes, len: from.len() }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// In hexadecimal digits.
    pub(in crate::compare) fn hex(&self) -> String {
        self.bytes().iter().fold(String::with_capacity(2 * self.len), |mut hex, byte| {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// What computes one digest.
#[derive(Clone)]
pub(in crate::compare) enum Hasher {
    Sha256(Sha256),
    Sha512(Box<Sha512>),
    Blake3(Box<blake3::Hasher>),
    Md5(Md5),
}

impl Hasher {
    #[inline]
    pub(in crate::compare) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
            Self::Blake3(hasher) => {
                hasher.update(bytes);
            }
            Self::Md5(hasher) => hasher.update(bytes),
        }
    }

    pub(in crate::compare) fn finish(self) -> Digest {
        match self {
            Self::Sha256(hasher) => Digest::new(&hasher.finalize()),
            Self::Sha512(hasher) => Digest::new(&hasher.finalize()),
            Self::Blake3(hasher) => Digest::new(hasher.finalize().as_bytes()),
            Self::Md5(hasher) => Digest::new(&hasher.finalize()),
        }
    }
}

/// The sum of digests as little-endian numbers, modulo two to the power of their bits: the same in whatever order they
/// come, and other for each time that one comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    limbs: [u64; MOST / 8],
    len: usize,
    count: u64,
}

impl Sum {
    /// The sum of no digests of so many bytes.
    pub(super) fn new(len: usize) -> Self {
        Self { limbs: [0; MOST / 8], len, count: 0 }
    }

    pub(super) fn add(&mut self, digest: &Digest) {
        let mut limbs = [0; MOST / 8];
        for (limb, bytes) in limbs.iter_mut().zip(digest.bytes().chunks_exact(8)) {
            *limb = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
        }
        self.merge(&Self { limbs, len: digest.len, count: 1 });
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let mut carry = false;
        for (limb, more) in self.limbs.iter_mut().zip(other.limbs).take(self.len / 8) {
            let (sum, first) = limb.overflowing_add(more);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            (*limb, carry) = (sum, first || second);
        }
        self.count += other.count;
    }

    /// Hands on how many there were, and their sum.
    pub(super) fn write(&self, hasher: &mut Hasher) {
        hasher.update(&self.count.to_le_bytes());
        self.limbs.iter().take(self.len / 8).for_each(|limb| hasher.update(&limb.to_le_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(algorithm: Algorithm, bytes: &[u8]) -> String {
        let mut hasher = algorithm.plain_hasher();
        hasher.update(bytes);
        hasher.finish().hex()
    }

    #[test]
    fn known_digests() {
        assert_eq!(hex(Algorithm::Sha256, b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(hex(Algorithm::Sha512, b"abc").starts_with("ddaf35a193617abacc417349ae204131"));
        assert_eq!(hex(Algorithm::Blake3, b""), "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
        assert_eq!(hex(Algorithm::Md5, b"abc"), "900150983cd24fb0d6963f7d28e17f72");
    }

    #[test]
    fn a_sum_counts_what_comes_twice_and_knows_no_order() {
        let digests: Vec<Digest> = (0..5_u8)
            .map(|number| {
                let mut hasher = Algorithm::Md5.hasher(b"test");
                hasher.update(&[number]);
                hasher.finish()
            })
            .collect();
        let sum = |order: &[usize]| {
            let mut sum = Sum::new(16);
            order.iter().for_each(|at| sum.add(&digests[*at]));
            sum
        };
        assert_eq!(sum(&[0, 1, 2, 3, 4]), sum(&[4, 2, 0, 3, 1]));
        assert_ne!(sum(&[0, 1, 1]), sum(&[0]), "two that are the same don't cancel each other");
        let mut merged = sum(&[0, 1]);
        merged.merge(&sum(&[2, 3, 4]));
        assert_eq!(merged, sum(&[0, 1, 2, 3, 4]));
        // All bits set, and one more.
        let mut full = Sum { limbs: [u64::MAX; 8], len: 16, count: 1 };
        full.merge(&Sum { limbs: [1, 0, 0, 0, 0, 0, 0, 0], len: 16, count: 1 });
        assert_eq!(&full.limbs[..2], [0, 0]);
    }
}
