//! A whole text read by every scanner at every block size: all find the same records, or the same error, as the
//! reference does.
#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use csvq_fuzz::{Text, dialects, open, reference};
use csvq_text::{By, Column, Control, Dialect, Error, ErrorKind, Level, Plan, Ragged, compare};
use libfuzzer_sys::fuzz_target;

/// Pieces that text is put together from, one for each byte of input.
const PIECES: &[&str] = &[
    "a",
    "bc",
    ",",
    ",",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "\"",
    "\"x\"",
    "\"y,z\"",
    "\"p\nq\"",
    "\"\"",
    "\"\"\"\"",
    ",\"",
    "\",",
    "\"\n",
    "a\"b",
    "w,w\n",
    "\"w\",w\n",
    "1,\"2\"\n",
    "0123456789,0\n",
    "é",
    "\u{7f}",
    "#",
    "#c\n",
    "\\",
    "\\\"",
    "\\\n",
    ";",
    "\t",
    "'",
    "a cell of some length that has thirty-two bytes more than so many",
];

#[derive(Debug)]
struct Case {
    dialect: Dialect,
    ragged: Ragged,
    text: Text,
}

impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (dialect, ragged) = (dialects::plausible(u)?, dialects::ragged(u)?);
        let (pieces, repeats) = (u.ratio(3, 4)?, u.int_in_range(1..=4)?);
        let bytes = u.bytes(u.len())?;
        let mut text = Vec::new();
        for byte in bytes.repeat(repeats) {
            match PIECES.get(usize::from(byte) % (PIECES.len() + 1)) {
                Some(piece) if pieces => text.extend_from_slice(piece.as_bytes()),
                _ => text.push(byte),
            }
        }
        Ok(Self { dialect, ragged, text: Text(text) })
    }
}

/// How the scan ended: with so many records, or at this byte.
type Ended = std::result::Result<u64, (ErrorKind, Option<u64>)>;

fn scan(case: &Case, by: By, level: Level, block: usize) -> Ended {
    let of = |error: Error| (error.kind(), error.byte());
    let options = dialects::given(&case.dialect);
    let [left, right] = ["left", "right"].map(|name| open(name, &case.text.0, &options));
    let (left, right) = (left.map_err(of)?, right.map_err(of)?);
    let columns = (0..left.columns().len()).map(|index| Column { left: index, right: index, ..Column::default() });
    let columns = columns.collect();
    let plan = Plan { by, columns, ragged: case.ragged, threads: 1, level, block, ..Plan::default() };
    let outcome = compare(left, right, plan, &Control::new()).map_err(of)?;
    assert_eq!((outcome.changed, outcome.added, outcome.removed), (0, 0, 0), "a table equals itself");
    assert_eq!(outcome.rows, [outcome.unchanged; 2], "every record is counted once");
    Ok(outcome.unchanged)
}

fuzz_target!(|case: Case| {
    if [b"\xfe\xff".as_slice(), b"\xff\xfe", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"]
        .iter()
        .any(|m| case.text.0.starts_with(m))
    {
        // No UTF-8 text: the reference reader knows nothing else.
        return;
    }
    let expected = match reference::read(&case.text.0, &case.dialect, case.ragged) {
        Ok(read) => read.rows.map(|rows| rows.len() as u64).map_err(|byte| (ErrorKind::Malformed, Some(byte))),
        Err(byte) => Err((ErrorKind::Malformed, byte)),
    };
    let least = case.text.0.len() / 500 + 1;
    for level in Level::available() {
        for block in [1, 7, 64, 61, 1 << 10, 1 << 18] {
            let block = block.max(least);
            assert_eq!(scan(&case, By::Position, level, block), expected, "{level:?}, blocks of {block}");
        }
        assert_eq!(scan(&case, By::Content, level, 100.max(least)), expected, "{level:?}, by content");
        let key = By::Key(vec![Column::default()]);
        assert_eq!(scan(&case, key, level, 100.max(least)), expected, "{level:?}, by key");
    }
});
