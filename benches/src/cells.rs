//! The cells of one row: ten kinds, like those of a table of orders.

use std::io::Write;

/// What the kinds are called.
pub(crate) const NAMES: [&str; 10] =
    ["id", "code", "name", "amount", "rate", "count", "created", "active", "country", "note"];

const FIRST_NAMES: [&str; 8] = ["Ada", "Björn", "Chen", "Dimitra", "Elif", "Farid", "Grace", "Hiro"];
const LAST_NAMES: [&str; 8] = ["Lovelace", "Nakamura", "O'Neill", "Petrov", "Quispe", "Rossi", "Sørensen", "Tan"];
const COUNTRIES: [&str; 6] = ["DE", "US", "JP", "BR", "IN", "FR"];
const NOTES: [&str; 4] = ["", "ok", "paid", "to be sent again"];

/// Makes the cells of a row.
pub(crate) struct Cells {
    row: usize,
    noise: u64,
    cell: Vec<u8>,
}

impl Cells {
    pub(crate) fn new(row: usize) -> Self {
        Self { row, noise: mix(row as u64), cell: Vec::new() }
    }

    /// The cell of a column; a changed row has another amount.
    pub(crate) fn cell(&mut self, column: usize, id: usize, changed: bool) -> &[u8] {
        let kind = column % NAMES.len();
        let noise = mix(self.noise ^ (column / NAMES.len()) as u64);
        let pick = |from: &[&'static str], shift: u32| from[(noise >> shift) as usize % from.len()];
        self.cell.clear();
        let cell = &mut self.cell;
        // Writing to a vector can't fail.
        let _ = match kind {
            0 => write!(cell, "{id}"),
            1 => write!(cell, "K{id:010}"),
            2 => write!(cell, "{} {}", pick(&FIRST_NAMES, 3), pick(&LAST_NAMES, 9)),
            3 => write!(cell, "{}.{:02}", noise % 100_000, (noise >> 20) % 100),
            4 => write!(cell, "{}", (noise % 1_000_000) as f64 / 997.0),
            5 => write!(cell, "{}", noise % 5000),
            6 => write!(
                cell,
                "2024-{:02}-{:02}T{:02}:{:02}:00",
                1 + noise % 12,
                1 + (noise >> 8) % 28,
                (noise >> 16) % 24,
                (noise >> 24) % 60
            ),
            7 => write!(cell, "{}", noise & 1 == 1),
            8 => write!(cell, "{}", pick(&COUNTRIES, 5)),
            _ if self.row.is_multiple_of(17) => write!(cell, "said \"{}\", then left", pick(&NOTES, 7)),
            _ => write!(cell, "{}", pick(&NOTES, 7)),
        };
        if changed && column == 3 {
            cell.insert(0, b'9');
        }
        &self.cell
    }
}

/// Mixes the bits of a number (the finalizer of SplitMix64).
pub(crate) fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
