//! The laws over small generated tables.

use csvq_tests::naive::{self, Answer, Difference, What};
use csvq_text::{Control, compare};
use proptest::prelude::*;

use super::engine::{Setting, answer, plan, run, run_rows, settings, table};
use super::tables::{Pair, pair, unique_pair};
use csvq_tests::writing::write;

fn naive(pair: &Pair) -> Answer {
    naive::compare(&pair.left, &pair.right, pair.width, pair.pairing, pair.rules)
}

/// The answer with its sides exchanged.
fn mirrored(answer: Answer) -> Answer {
    let Answer { rows: [left, right], removed, added, repeated: [left_keys, right_keys], differences, .. } = answer;
    let mut differences: Vec<_> = differences
        .into_iter()
        .map(|difference| Difference {
            what: match difference.what {
                What::Changed => What::Changed,
                What::Removed => What::Added,
                What::Added => What::Removed,
            },
            left_row: difference.right_row,
            right_row: difference.left_row,
            left: difference.right,
            right: difference.left,
            changed: difference.changed,
        })
        .collect();
    differences.sort_by_key(|difference| (difference.what, difference.left_row.or(difference.right_row)));
    Answer {
        rows: [right, left],
        removed: added,
        added: removed,
        repeated: [right_keys, left_keys],
        differences,
        ..answer
    }
}

/// What is left of the differences when nobody asks where the rows stand.
fn without_places(answer: Answer) -> Answer {
    let mut differences = answer.differences;
    for difference in &mut differences {
        for row in [&mut difference.left_row, &mut difference.right_row] {
            *row = row.map(|_| 0);
        }
    }
    differences.sort();
    Answer { differences, ..answer }
}

proptest! {
    #![proptest_config(super::config())]

    #[test]
    fn the_answer_is_that_of_a_plain_comparison(pair in pair()) {
        prop_assert_eq!(run(&pair, Setting::plain()), naive(&pair));
    }

    #[test]
    fn no_setting_changes_the_answer(pair in pair()) {
        let expected = naive(&pair);
        for setting in settings() {
            prop_assert_eq!(&run(&pair, setting), &expected, "{:?}", setting);
        }
    }

    #[test]
    fn a_table_equals_itself(pair in pair()) {
        let answer = run_rows(&pair, [&pair.left, &pair.left], Setting::plain());
        prop_assert_eq!(answer.unchanged, pair.left.len() as u64);
        prop_assert_eq!(answer.differences, []);
    }

    #[test]
    fn exchanging_the_sides_mirrors_the_answer(pair in pair()) {
        let [left, right] = pair.styles.clone();
        let mirror = Pair { left: pair.right.clone(), right: pair.left.clone(), styles: [right, left], ..pair.clone() };
        let (mut found, mut expected) = (run(&mirror, Setting::plain()), mirrored(run(&pair, Setting::plain())));
        if pair.pairing == naive::Pairing::Content {
            // Cells that are equal under the rules need not be spelled alike; which of two equal rows is the surplus is
            // the same.
            for answer in [&mut found, &mut expected] {
                answer.differences.iter_mut().for_each(|difference| difference.changed.clear());
            }
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn with_unique_keys_the_order_of_rows_says_nothing(
        (pair, shuffled) in unique_pair().prop_flat_map(|pair| {
            let rows = (Just(pair.left.clone()).prop_shuffle(), Just(pair.right.clone()).prop_shuffle());
            (Just(pair), rows)
        }),
    ) {
        let expected = without_places(naive(&pair));
        prop_assert_eq!(without_places(run(&pair, Setting::plain())), expected.clone());
        let shuffled = run_rows(&pair, [&shuffled.0, &shuffled.1], Setting::plain());
        prop_assert_eq!(without_places(shuffled), expected);
    }

    #[test]
    fn the_order_of_columns_says_nothing(
        (pair, places) in pair().prop_flat_map(|pair| {
            let places: Vec<usize> = (0..pair.width).collect();
            (Just(pair), Just(places).prop_shuffle())
        }),
    ) {
        let mut expected = naive(&pair);
        for difference in &mut expected.differences {
            difference.right = moved(&difference.right, &places);
        }
        let header = pair.header();
        let right: Vec<_> = pair.right.iter().map(|row| moved(row, &places)).collect();
        for setting in [Setting::plain(), Setting { threads: 3, block: 40, memory: 1 << 12, ..Setting::plain() }] {
            let left = table("left", &write(&header, &pair.left, &pair.styles[0]), &pair.styles[0]).unwrap();
            let right = write(&moved(&header, &places), &right, &pair.styles[1]);
            let right = table("right", &right, &pair.styles[1]).unwrap();
            let plan = plan(pair.pairing, pair.rules, &places, setting);
            let found = answer(&compare(left, right, plan, &Control::new()).unwrap());
            prop_assert_eq!(&found, &expected);
        }
    }
}

/// The cells in their places: the first cell goes to `places[0]`.
fn moved<T: Clone + Default>(cells: &[T], places: &[usize]) -> Vec<T> {
    let mut moved = vec![T::default(); cells.len()];
    for (cell, place) in cells.iter().zip(places) {
        moved[*place] = cell.clone();
    }
    moved
}
