//! How large a package may be. What is counted is what was really read and written, never what a header says.

/// The largest manifest that is read.
pub(crate) const MANIFEST_BYTES: u64 = 1024 * 1024;
/// The largest Python file that is read for its class.
pub(crate) const SOURCE_BYTES: u64 = 4 * 1024 * 1024;
/// Compressed data may grow to this many times its size…
pub(crate) const RATIO: u64 = 100;
/// …or to this size, whichever is more: small files of one repeated byte are no bombs.
pub(crate) const RATIO_FROM: u64 = 16 * 1024 * 1024;

/// How large a package may be before it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The size of an archive, in bytes: 256 MiB.
    pub max_archive_bytes: u64,
    /// The size of all files together once they are laid out, in bytes: 1 GiB.
    pub max_total_bytes: u64,
    /// The number of files and folders: 10,000.
    pub max_entries: usize,
    /// How deep folders may be nested: 16.
    pub max_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_archive_bytes: 256 * 1024 * 1024,
            max_total_bytes: 1024 * 1024 * 1024,
            max_entries: 10_000,
            max_depth: 16,
        }
    }
}

impl Limits {
    /// How much may come out of an archive of this size.
    pub(crate) fn inflated(&self, archive_bytes: u64) -> u64 {
        self.max_total_bytes.min(archive_bytes.saturating_mul(RATIO).max(RATIO_FROM))
    }

    /// Checks how deep the folders are in which a file or folder stands.
    pub(crate) fn check_depth(&self, path: &str) -> Result<(), String> {
        if path.split('/').count() <= self.max_depth + 1 {
            return Ok(());
        }
        Err(format!("`{}`: folders can't be nested deeper than {}", super::fault::shown(path), self.max_depth))
    }

    /// Checks the number of files and folders.
    pub(crate) fn check_count(&self, count: usize) -> Result<(), String> {
        if count <= self.max_entries {
            return Ok(());
        }
        Err(format!("a package can't have more than {} files and folders", self.max_entries))
    }
}
