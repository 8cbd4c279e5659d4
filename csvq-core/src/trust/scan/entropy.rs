//! How much each byte says: texts have about 4.5 bits a byte, base64 6, and what is packed nearly 8.

/// Shannon's entropy of bytes, in bits a byte.
pub(super) fn bits_per_byte(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let total = bytes.len() as f64;
    let part = |count: &u32| {
        let share = f64::from(*count) / total;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(part).sum()
}
