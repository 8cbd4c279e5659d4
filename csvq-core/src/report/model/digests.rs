//! What `hash_compare` says: digests of the whole table, of columns, of chunks of rows, and of the inputs' bytes.

use serde::{Deserialize, Serialize};

/// The digests of both sides, in hexadecimal digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digests {
    /// The algorithm: `sha256`, `sha512`, `blake3` or `md5`.
    pub algorithm: String,
    /// Rows in a chunk.
    pub chunk_size: u64,
    /// The whole table, with the order of rows; null where that was not asked for.
    pub table: Option<DigestPair>,
    /// The whole table whatever the order of rows: the sum of the rows' digests; null where that was not asked for.
    pub rows: Option<DigestPair>,
    /// The bytes of both inputs as they are stored; null where that was not asked for.
    pub bytes: Option<DigestPair>,
    /// Each compared column, in the order of the left table.
    pub columns: Vec<ColumnDigest>,
    /// The chunks; null where the order of rows does not count.
    pub chunks: Option<ChunkDigests>,
}

/// One digest on both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestPair {
    /// The left one; null where the left side has no such part.
    pub left: Option<String>,
    /// The right one.
    pub right: Option<String>,
}

impl DigestPair {
    /// Whether both sides have the same.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.left == self.right
    }
}

/// A column's digests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnDigest {
    /// The column's name, the left one.
    pub column: String,
    /// How its values were encoded: `integer`, `float`, `boolean`, `moment` or `text`.
    pub encoding: String,
    /// With the order of rows; null where that was not asked for.
    pub ordered: Option<DigestPair>,
    /// Whatever the order of rows; null where that was not asked for.
    pub unordered: Option<DigestPair>,
}

impl ColumnDigest {
    /// Whether both sides have the same, in every order that was asked for.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.ordered.iter().chain(&self.unordered).all(DigestPair::is_equal)
    }
}

/// The digests of chunks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkDigests {
    /// Chunks on the left.
    pub left: u64,
    /// Chunks on the right.
    pub right: u64,
    /// Chunks whose digests differ, or that one side alone has.
    pub differing: u64,
    /// Those chunks, in order, at most the limit.
    pub shown: Vec<ChunkDigest>,
}

/// A chunk whose digests differ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkDigest {
    /// Its number, from 1.
    pub chunk: u64,
    /// Its first row, from 1.
    pub first_row: u64,
    /// Its last row, on the side that has more of them.
    pub last_row: u64,
    /// Both digests.
    pub digests: DigestPair,
    /// The columns that differ in it, by left name.
    pub columns: Vec<String>,
}
