//! Sixty-four bytes at a step: bit masks of where bytes are, by the widest instructions the processor has.
//!
//! [`Lanes`] is implemented without `unsafe` by [`Portable`] and, on x86-64, by AVX2 and AVX-512. The hot loops are
//! generic over it and are compiled once for each as [`Kernel`]s; [`Level::detect`] picks one at run time.

#[cfg(target_arch = "x86_64")]
pub(crate) mod x86;

/// Bytes at a step.
pub(crate) const STEP: usize = 64;

/// One step's bytes.
pub(crate) type Block = [u8; STEP];

/// Which instructions the hot loops use. The answer does not depend on it.
///
/// ```
/// use csvq_text::Level;
/// assert!(Level::available().contains(&Level::detect()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Plain Rust, for any processor.
    Portable,
    /// AVX2 with carry-less multiplication.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 with byte instructions.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// The best that this processor has.
    #[must_use]
    pub fn detect() -> Self {
        Self::available().last().copied().unwrap_or(Self::Portable)
    }

    /// All that this processor has, the plainest first.
    #[must_use]
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut, reason = "other processors have the portable level alone")]
        let mut levels = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            let avx2 =
                has!("avx2") && has!("pclmulqdq") && has!("bmi1") && has!("bmi2") && has!("popcnt") && has!("lzcnt");
            if avx2 {
                levels.push(Self::Avx2);
            }
            if avx2 && has!("avx512f") && has!("avx512bw") && has!("avx512vl") {
                levels.push(Self::Avx512);
            }
        }
        levels
    }
}

/// What is asked of 64 bytes. Bit i of a mask stands for byte i.
pub(crate) trait Lanes: Copy {
    /// Runs a loop of its own, out of the way of the caller's.
    fn run<K: Kernel>(self, kernel: K) -> K::Output;

    /// The bytes as this level holds them.
    type Vector: Copy;

    /// Loads a step.
    fn load(self, block: &Block) -> Self::Vector;
    /// Where the byte is `byte`.
    fn equal(self, vector: Self::Vector, byte: u8) -> u64;
    /// Where two steps differ.
    fn differ(self, left: Self::Vector, right: Self::Vector) -> u64;
    /// Where the byte is not ASCII.
    fn high(self, vector: Self::Vector) -> u64;
    /// Whether every byte is ASCII and none is NUL.
    fn is_ascii_text(self, vector: Self::Vector) -> bool;
    /// Bit i of the answer is the parity of bits 0 to i.
    fn prefix_xor(self, bits: u64) -> u64;
}

/// [`Lanes`] in plain Rust, eight bytes at a time.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
const LOWS: u64 = u64::from_ne_bytes([0x7f; 8]);

/// The high bit of each byte that is zero.
fn zero_bytes(word: u64) -> u64 {
    !(((word & LOWS) + LOWS) | word | LOWS)
}

/// Gathers the high bits of eight bytes into eight bits, the first byte's lowest.
fn gather(highs: u64) -> u64 {
    ((highs >> 7).wrapping_mul(0x0102_0408_1020_4080)) >> 56
}

impl Portable {
    fn masks(vector: [u64; 8], highs: impl Fn(u64) -> u64) -> u64 {
        vector.iter().enumerate().fold(0, |mask, (index, word)| mask | gather(highs(*word)) << (8 * index))
    }
}

impl Lanes for Portable {
    type Vector = [u64; 8];

    #[inline(never)]
    fn run<K: Kernel>(self, kernel: K) -> K::Output {
        kernel.run(self)
    }

    #[inline(always)]
    fn load(self, block: &Block) -> [u64; 8] {
        let mut words = [0; 8];
        for (word, bytes) in words.iter_mut().zip(block.as_chunks::<8>().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        words
    }

    #[inline(always)]
    fn equal(self, vector: [u64; 8], byte: u8) -> u64 {
        let pattern = ONES * u64::from(byte);
        Self::masks(vector, |word| zero_bytes(word ^ pattern))
    }

    #[inline(always)]
    fn differ(self, left: [u64; 8], right: [u64; 8]) -> u64 {
        if left == right {
            return 0;
        }
        let mut words = left;
        for (word, other) in words.iter_mut().zip(right) {
            *word ^= other;
        }
        !Self::masks(words, zero_bytes)
    }

    #[inline(always)]
    fn high(self, vector: [u64; 8]) -> u64 {
        if vector.iter().fold(0, |all, word| all | word) & HIGHS == 0 {
            return 0;
        }
        Self::masks(vector, |word| word & HIGHS)
    }

    #[inline(always)]
    fn is_ascii_text(self, vector: [u64; 8]) -> bool {
        vector.iter().fold(0, |all, word| all | (word & HIGHS) | zero_bytes(*word)) == 0
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        let mut all = bits;
        for shift in [1, 2, 4, 8, 16, 32] {
            all ^= all << shift;
        }
        all
    }
}

/// A hot loop that is compiled once for each level. Everything it calls must be `#[inline(always)]` for the level's
/// instructions to reach it.
pub(crate) trait Kernel {
    /// What the loop answers.
    type Output;

    /// Runs the loop.
    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

impl Level {
    /// Runs a loop with this level's instructions.
    #[inline]
    pub(crate) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self {
            Self::Portable => Portable.run(kernel),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => x86::Avx2::new().run(kernel),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => x86::Avx512::new().run(kernel),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Ask<'a>(&'a Block, &'a Block, u8);

    impl Kernel for Ask<'_> {
        type Output = ([u64; 4], bool);

        #[inline(always)]
        fn run<L: Lanes>(self, lanes: L) -> ([u64; 4], bool) {
            let (left, right) = (lanes.load(self.0), lanes.load(self.1));
            let equal = lanes.equal(left, self.2);
            let masks = [equal, lanes.differ(left, right), lanes.high(left), lanes.prefix_xor(equal)];
            (masks, lanes.is_ascii_text(left))
        }
    }

    fn naive(left: &Block, right: &Block, byte: u8) -> ([u64; 4], bool) {
        let mask = |f: &dyn Fn(usize) -> bool| (0..STEP).fold(0, |m, i| m | u64::from(f(i)) << i);
        let parity = |i: usize| left[..=i].iter().filter(|b| **b == byte).count() % 2 == 1;
        let masks =
            [mask(&|i| left[i] == byte), mask(&|i| left[i] != right[i]), mask(&|i| left[i] >= 0x80), mask(&parity)];
        (masks, left.iter().all(|b| (1..0x80).contains(b)))
    }

    proptest! {
        #[test]
        fn every_level_gives_the_naive_masks(
            left in proptest::array::uniform32(any::<u8>()),
            more in proptest::array::uniform32(proptest::sample::select(vec![b'"', b',', b'\n', 0, 0x7f, 0x80, 0xff])),
            flips in proptest::collection::vec(0..STEP, 0..4),
        ) {
            let mut block = [0; STEP];
            block[..32].copy_from_slice(&left);
            block[32..].copy_from_slice(&more);
            let mut other = block;
            for at in flips {
                other[at] ^= 0x80;
            }
            for byte in [b'"', b',', b'\n', 0, 0xff, block[0]] {
                let expected = naive(&block, &other, byte);
                for level in Level::available() {
                    prop_assert_eq!(level.run(Ask(&block, &other, byte)), expected, "{:?}", level);
                }
            }
        }
    }
}
