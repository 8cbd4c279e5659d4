//! Whether any key occurs twice: the hashes of all keys, eight bytes each.

const PARTS: usize = 256;
/// Hashes a chunk holds: small enough that the last, half-filled one of each part costs little.
const CHUNK: usize = 512;

/// Hashes of keys, by their highest byte.
pub(super) struct HashBag(Vec<Vec<Vec<u64>>>);

impl Default for HashBag {
    fn default() -> Self {
        Self(vec![Vec::new(); PARTS])
    }
}

impl HashBag {
    #[inline(always)]
    pub(super) fn push(&mut self, hash: u64) {
        let part = &mut self.0[(hash >> 56) as usize];
        match part.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => chunk.push(hash),
            _ => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(hash);
                part.push(chunk);
            }
        }
    }

    /// Takes another bag's hashes.
    pub(super) fn append(&mut self, other: Self) {
        for (part, other) in self.0.iter_mut().zip(other.0) {
            part.extend(other);
            // The chunk to be filled next stays the last.
            if let Some(open) = part.iter().position(|chunk| chunk.len() < CHUNK) {
                let last = part.len() - 1;
                part.swap(open, last);
            }
        }
    }

    /// Whether a hash may occur twice on a side, whose hashes are those of the bag and its own.
    pub(super) fn repeats_with(&mut self, own: [Vec<u64>; 2]) -> bool {
        let mut by_part: [Vec<Vec<u64>>; 2] = [vec![Vec::new(); PARTS], vec![Vec::new(); PARTS]];
        for (side, hashes) in by_part.iter_mut().zip(own) {
            for hash in hashes {
                side[(hash >> 56) as usize].push(hash);
            }
        }
        let mut all = Vec::new();
        for (index, part) in self.0.iter_mut().enumerate() {
            all.clear();
            for chunk in part.drain(..) {
                all.extend_from_slice(&chunk);
            }
            all.sort_unstable();
            if repeats(&all) {
                return true;
            }
            for side in &mut by_part {
                let alone = &mut side[index];
                alone.sort_unstable();
                if repeats(alone) || alone.iter().any(|hash| all.binary_search(hash).is_ok()) {
                    return true;
                }
            }
        }
        false
    }
}

fn repeats(sorted: &[u64]) -> bool {
    sorted.windows(2).any(|pair| pair[0] == pair[1])
}
