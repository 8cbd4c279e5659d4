//! [`Lanes`] by AVX2 and AVX-512. A value of these types is proof that the processor has the instructions.

use std::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64, _mm_set1_epi8,
    _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8,
    _mm256_setzero_si256, _mm512_cmpeq_epi8_mask, _mm512_cmple_epi8_mask, _mm512_cmpneq_epi8_mask, _mm512_loadu_si512,
    _mm512_movepi8_mask, _mm512_set1_epi8, _mm512_setzero_si512,
};

use super::{Block, Kernel, Lanes, Level};

/// Proof of AVX2, PCLMULQDQ, BMI and POPCNT.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

/// Proof of AVX-512 F, BW and VL besides what [`Avx2`] proves.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(());

impl Avx2 {
    /// The level's lanes. Reached by [`Level::Avx2`] alone, which whoever starts the engine checks to be available.
    pub(crate) fn new() -> Self {
        debug_assert!(Level::available().contains(&Level::Avx2));
        Self(())
    }
}

impl Avx512 {
    /// The level's lanes. Reached by [`Level::Avx512`] alone, which whoever starts the engine checks to be available.
    pub(crate) fn new() -> Self {
        debug_assert!(Level::available().contains(&Level::Avx512));
        Self(())
    }
}

#[inline(always)]
fn prefix_xor(bits: u64) -> u64 {
    // SAFETY: called by the lanes of this file alone, which prove PCLMULQDQ.
    unsafe { prefix_xor_clmul(bits) }
}

#[inline]
#[target_feature(enable = "pclmulqdq")]
fn prefix_xor_clmul(bits: u64) -> u64 {
    let bits: __m128i = _mm_cvtsi64_si128(bits.cast_signed());
    let product = _mm_clmulepi64_si128::<0>(bits, _mm_set1_epi8(-1));
    _mm_cvtsi128_si64(product).cast_unsigned()
}

/// Both halves' signs, the first half's low.
#[inline]
#[target_feature(enable = "avx2")]
fn signs(halves: [__m256i; 2]) -> u64 {
    let low = _mm256_movemask_epi8(halves[0]).cast_unsigned();
    let high = _mm256_movemask_epi8(halves[1]).cast_unsigned();
    u64::from(low) | u64::from(high) << 32
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_avx2(block: &Block) -> [__m256i; 2] {
    let first = block.as_ptr().cast::<__m256i>();
    // SAFETY: the block has 64 readable bytes; the load needs no alignment.
    let low = unsafe { _mm256_loadu_si256(first) };
    // SAFETY: one step of 32 bytes stays inside the block's 64.
    let second = unsafe { first.add(1) };
    // SAFETY: bytes 32 to 63 of the block.
    let high = unsafe { _mm256_loadu_si256(second) };
    [low, high]
}

#[inline]
#[target_feature(enable = "avx2")]
fn equal_avx2(vector: [__m256i; 2], byte: u8) -> u64 {
    let pattern = _mm256_set1_epi8(byte.cast_signed());
    signs([_mm256_cmpeq_epi8(vector[0], pattern), _mm256_cmpeq_epi8(vector[1], pattern)])
}

#[inline]
#[target_feature(enable = "avx2")]
fn differ_avx2(left: [__m256i; 2], right: [__m256i; 2]) -> u64 {
    !signs([_mm256_cmpeq_epi8(left[0], right[0]), _mm256_cmpeq_epi8(left[1], right[1])])
}

#[inline]
#[target_feature(enable = "avx2")]
fn is_ascii_text_avx2([low, high]: [__m256i; 2]) -> bool {
    let zero = _mm256_setzero_si256();
    // Bytes beyond ASCII are negative.
    let positive = _mm256_and_si256(_mm256_cmpgt_epi8(low, zero), _mm256_cmpgt_epi8(high, zero));
    _mm256_movemask_epi8(positive) == -1
}

impl Lanes for Avx2 {
    type Vector = [__m256i; 2];

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[inline(never)]
        #[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,popcnt,lzcnt")]
        fn inner<K: Kernel>(lanes: Avx2, kernel: K) -> K::Output {
            kernel.run(lanes)
        }
        // SAFETY: `self` exists only where the processor has these instructions.
        unsafe { inner(self, kernel) }
    }

    #[inline(always)]
    fn load(self, block: &Block) -> Self::Vector {
        // SAFETY: `self` proves AVX2.
        unsafe { load_avx2(block) }
    }

    #[inline(always)]
    fn equal(self, vector: Self::Vector, byte: u8) -> u64 {
        // SAFETY: `self` proves AVX2.
        unsafe { equal_avx2(vector, byte) }
    }

    #[inline(always)]
    fn differ(self, left: Self::Vector, right: Self::Vector) -> u64 {
        // SAFETY: `self` proves AVX2.
        unsafe { differ_avx2(left, right) }
    }

    #[inline(always)]
    fn high(self, vector: Self::Vector) -> u64 {
        // SAFETY: `self` proves AVX2.
        unsafe { signs(vector) }
    }

    #[inline(always)]
    fn is_ascii_text(self, vector: Self::Vector) -> bool {
        // SAFETY: `self` proves AVX2.
        unsafe { is_ascii_text_avx2(vector) }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        prefix_xor(bits)
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load_avx512(block: &Block) -> __m512i {
    // SAFETY: the block has 64 readable bytes; the load needs no alignment.
    unsafe { _mm512_loadu_si512(block.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn equal_avx512(vector: __m512i, byte: u8) -> u64 {
    _mm512_cmpeq_epi8_mask(vector, _mm512_set1_epi8(byte.cast_signed()))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn differ_avx512(left: __m512i, right: __m512i) -> u64 {
    _mm512_cmpneq_epi8_mask(left, right)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn high_avx512(vector: __m512i) -> u64 {
    _mm512_movepi8_mask(vector)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn is_ascii_text_avx512(vector: __m512i) -> bool {
    // Bytes beyond ASCII are negative.
    _mm512_cmple_epi8_mask(vector, _mm512_setzero_si512()) == 0
}

impl Lanes for Avx512 {
    type Vector = __m512i;

    #[inline(always)]
    fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[inline(never)]
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx2,pclmulqdq,bmi1,bmi2,popcnt,lzcnt")]
        fn inner<K: Kernel>(lanes: Avx512, kernel: K) -> K::Output {
            kernel.run(lanes)
        }
        // SAFETY: `self` exists only where the processor has these instructions.
        unsafe { inner(self, kernel) }
    }

    #[inline(always)]
    fn load(self, block: &Block) -> __m512i {
        // SAFETY: `self` proves AVX-512 F and BW.
        unsafe { load_avx512(block) }
    }

    #[inline(always)]
    fn equal(self, vector: __m512i, byte: u8) -> u64 {
        // SAFETY: `self` proves AVX-512 F and BW.
        unsafe { equal_avx512(vector, byte) }
    }

    #[inline(always)]
    fn differ(self, left: __m512i, right: __m512i) -> u64 {
        // SAFETY: `self` proves AVX-512 F and BW.
        unsafe { differ_avx512(left, right) }
    }

    #[inline(always)]
    fn high(self, vector: __m512i) -> u64 {
        // SAFETY: `self` proves AVX-512 F and BW.
        unsafe { high_avx512(vector) }
    }

    #[inline(always)]
    fn is_ascii_text(self, vector: __m512i) -> bool {
        // SAFETY: `self` proves AVX-512 F and BW.
        unsafe { is_ascii_text_avx512(vector) }
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        prefix_xor(bits)
    }
}
