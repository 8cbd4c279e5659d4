//! Generated pairs of tables, and the ways in which they are written.

use csvq_tests::naive::{Pairing, Rules};
use csvq_tests::writing::Style;
use proptest::prelude::*;
use proptest::sample::select;

use super::edits::{edit, edited};

pub(super) type Rows = Vec<Vec<String>>;

/// Two tables of the same columns, and how they are compared.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) width: usize,
    pub(super) pairing: Pairing,
    pub(super) rules: Rules,
    pub(super) left: Rows,
    pub(super) right: Rows,
    pub(super) styles: [Style; 2],
}

impl Pair {
    pub(super) fn header(&self) -> Vec<String> {
        (0..self.width).map(|column| format!("c{column}")).collect()
    }
}

const CELLS: &[&str] = &[
    "",
    "",
    "",
    "a",
    "A",
    "b",
    "aa",
    " a",
    "a ",
    "1",
    "2",
    "10",
    "a,b",
    "\"",
    "\"a\"",
    "a\"b",
    "a\nb",
    "a\r\nb",
    "\n",
    "é",
    "É",
    "日本語",
    "\\",
    "#",
    "a\\",
    "a long cell that takes more than sixteen bytes, or even more than a step of sixty-four of them",
];

fn cell() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        4 => select(CELLS).prop_map(str::to_owned),
        2 => "[abA ]{0,3}",
        1 => (0_u8..20).prop_map(|number| number.to_string()),
    ]
}

fn style() -> impl Strategy<Value = Style> {
    let choices = prop::collection::vec(any::<u8>(), 0..12);
    let rare = || prop::bool::weighted(0.15);
    (choices, any::<bool>(), rare(), rare(), rare(), rare()).prop_map(
        |(choices, final_line_end, mark, odd_quotes, blank_lines, escapes)| Style {
            choices,
            final_line_end,
            mark,
            odd_quotes,
            blank_lines,
            escapes,
        },
    )
}

fn rules() -> impl Strategy<Value = Rules> {
    let rare = || prop::bool::weighted(0.2);
    (rare(), rare(), rare()).prop_map(|(trim, ignore_case, empty_is_null)| Rules { trim, ignore_case, empty_is_null })
}

/// How the key's first cells come about.
#[derive(Clone, Copy, Debug)]
enum Keys {
    /// As any cell: with duplicates.
    Any,
    /// Rising numbers, `9` before `10`.
    Rising,
    /// Rising in bytes.
    Padded,
}

fn keyed(mut rows: Rows, keys: Keys) -> Rows {
    for (index, row) in rows.iter_mut().enumerate() {
        match keys {
            Keys::Any => {}
            Keys::Rising => row[0] = (index + 7).to_string(),
            Keys::Padded => row[0] = format!("{index:04}"),
        }
    }
    rows
}

/// Pairs of tables in any order, by key, by position and by content.
pub(super) fn pair() -> impl Strategy<Value = Pair> {
    let shape = (1_usize..=4).prop_flat_map(|width| {
        let pairing = prop_oneof![
            5 => (1..=width.min(3)).prop_map(Pairing::Key),
            1 => Just(Pairing::Position),
            1 => Just(Pairing::Content),
        ];
        (Just(width), pairing)
    });
    shape.prop_flat_map(|(width, pairing)| {
        let rows = prop::collection::vec(prop::collection::vec(cell(), width), 0..40);
        let keys = select(vec![Keys::Any, Keys::Rising, Keys::Rising, Keys::Padded]);
        let left = (rows, keys).prop_map(|(rows, keys)| keyed(rows, keys));
        let edits = prop::collection::vec(edit(width, cell()), 1..40);
        let sides = (left, edits).prop_flat_map(|(left, edits)| {
            let right = edited(&left, &edits);
            let right = prop_oneof![2 => Just(right.clone()), 1 => Just(right).prop_shuffle()];
            (Just(left), right)
        });
        (Just(width), Just(pairing), rules(), sides, [style(), style()], any::<bool>()).prop_map(
            |(width, pairing, rules, (left, right), styles, alike)| {
                let [first, second] = styles;
                let styles = if alike { [first.clone(), first] } else { [first, second] };
                Pair { width, pairing, rules, left, right, styles }
            },
        )
    })
}

/// Pairs by key in which no key occurs twice on a side.
pub(super) fn unique_pair() -> impl Strategy<Value = Pair> {
    pair().prop_map(|mut pair| {
        pair.width = pair.width.max(2);
        for rows in [&mut pair.left, &mut pair.right] {
            let mut seen = std::collections::HashSet::new();
            rows.iter_mut().for_each(|row| row.resize(pair.width, String::new()));
            rows.retain(|row| seen.insert(row[0].trim().to_lowercase()));
        }
        pair.pairing = Pairing::Key(1);
        pair
    })
}
