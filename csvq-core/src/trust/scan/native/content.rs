//! Whether bytes look packed: compressed or encrypted, so that nobody can read them before they run.

use super::super::entropy::bits_per_byte;
use super::Segment;

/// How much is measured at once.
const WINDOW: usize = 64 * 1024;
/// Fewer bytes say nothing.
const FEWEST: usize = 4 * 1024;
/// Machine code has less, tables among it included, over a window of any size.
const OF_CODE: f64 = 7.8;
/// Tables and texts have less; only what is packed or random has more.
const OF_DATA: f64 = 7.9;
/// Libraries bring small packed things, such as pictures and tables.
const MUCH: usize = 512 * 1024;

/// The names of the shapes that these segments have.
pub(super) fn packed(segments: &[Segment<'_>]) -> Vec<&'static str> {
    let windows = |executable: bool| {
        let own = segments.iter().filter(move |segment| segment.executable == executable);
        own.flat_map(|segment| segment.data.chunks(WINDOW)).filter(|window| window.len() >= FEWEST)
    };
    let mut shapes = Vec::new();
    if windows(true).any(|window| bits_per_byte(window) > OF_CODE) {
        shapes.push("packed_code");
    }
    let packed = windows(false).filter(|window| bits_per_byte(window) > OF_DATA).map(<[u8]>::len);
    if packed.sum::<usize>() >= MUCH {
        shapes.push("packed_data");
    }
    shapes
}
