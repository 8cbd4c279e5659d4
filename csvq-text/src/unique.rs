//! Which columns, or pairs of columns, could be a key: those whose cells are all different.

use crate::control::{Control, Phase};
use crate::dialect::Dialect;
use crate::error::Result;
use crate::key::{Key, KeyReader, Seed};
use crate::plan::{Column, Ragged};
use crate::record::{self, Field};
use crate::record_check::RecordCheck;
use crate::scan::lanes::Level;
use crate::scan::walk::Head;
use crate::segment::{Scanner, Take};
use crate::stop;
use crate::table::Table;

/// Records after which what repeats is dropped for the first time; then each time that there are eight times as many.
const FIRST_LOOK: usize = 1 << 10;

/// Says of each set of columns whether its cells are different in every record of both tables.
///
/// It goes by hashes of 64 bits: two different keys with the same hash, one time in millions of millions, would hide a
/// set.
///
/// # Errors
/// As [`compare`](crate::compare).
///
/// ```
/// use std::sync::Arc;
/// use csvq_text::{Column, Control, DialectOptions, Input, OpenOptions, Ragged, Table, unique};
/// let text: Arc<[u8]> = Arc::from(&b"id,city\n1,Graz\n2,Graz\n"[..]);
/// let input = || Input::from_bytes("cities", Arc::clone(&text), &OpenOptions::default());
/// let [left, right] = [input()?, input()?].map(|input| Table::open(input, &DialectOptions::default()));
/// let sets = [0, 1].map(|index| vec![Column { left: index, right: index, ..Column::default() }]);
/// assert_eq!(unique(&left?, &right?, &sets, Ragged::Error, &Control::new())?, [true, false]);
/// # Ok::<(), csvq_text::Error>(())
/// ```
pub fn unique(
    left: &Table,
    right: &Table,
    sets: &[Vec<Column>],
    ragged: Ragged,
    control: &Control,
) -> Result<Vec<bool>> {
    control.begin(Phase::Reading, left.input().len() + right.input().len());
    let mut alive = vec![true; sets.len()];
    for (side, table) in [left, right].into_iter().enumerate() {
        let mut seen = Seen::new(table, side, sets, &alive);
        let mut scanner = Scanner::new(table, Level::detect(), RecordCheck::new(table, ragged));
        let (mut start, end) = (table.data_start(), table.input().len());
        while start < end && !seen.sets.is_empty() {
            stop::check(control)?;
            let limit = (start + (1 << 18)).min(end);
            let scanned = scanner.load(start, limit).and_then(|()| scanner.run(start, limit, &mut seen));
            let next = scanned.map_err(|error| scanner.place(error))?;
            control.advance(next - start);
            start = next;
        }
        seen.drop_repeating();
        alive = vec![false; sets.len()];
        seen.sets.iter().for_each(|set| alive[set.index] = true);
    }
    Ok(alive)
}

/// The keys that were seen of one side, for each set that is still without a repetition.
struct Seen {
    sets: Vec<Set>,
    dialect: Dialect,
    fields: Vec<Field>,
    seed: Seed,
    key: Key,
    rows: usize,
    /// After how many rows what repeats is dropped next.
    look_at: usize,
}

struct Set {
    /// Its place among the sets that were asked about.
    index: usize,
    reader: KeyReader,
    hashes: Vec<u64>,
}

impl Seen {
    fn new(table: &Table, side: usize, sets: &[Vec<Column>], alive: &[bool]) -> Self {
        let sets = sets.iter().enumerate().filter(|(index, _)| alive[*index]).map(|(index, columns)| Set {
            index,
            reader: KeyReader::new(columns, side, table.dialect()),
            hashes: Vec::new(),
        });
        Self {
            sets: sets.collect(),
            dialect: *table.dialect(),
            fields: Vec::new(),
            seed: Seed::default(),
            key: Key::default(),
            rows: 0,
            look_at: FIRST_LOOK,
        }
    }

    /// Drops the sets in which some hash occurs twice.
    fn drop_repeating(&mut self) {
        self.sets.retain_mut(|set| {
            set.hashes.sort_unstable();
            set.hashes.windows(2).all(|pair| pair[0] != pair[1])
        });
    }
}

impl Take for Seen {
    fn take(&mut self, _: u64, text: &[u8], start: usize, end: usize, _: Option<Head>) -> bool {
        let record = &text[start..end];
        record::split(record, &self.dialect, &mut self.fields);
        for set in &mut self.sets {
            set.reader.read_split(record, &self.fields, &mut self.key);
            set.hashes.push(self.key.hash(&self.seed));
        }
        self.rows += 1;
        if self.rows == self.look_at {
            self.look_at *= 8;
            self.drop_repeating();
        }
        true
    }
}
