//! Malformed text is the same error, at the same place, whatever the setting.

use csvq_tests::naive::{Answer, Pairing};
use csvq_tests::writing::{Style, write};
use csvq_text::{Control, Error, compare};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::engine::{Setting, answer, plan, settings, table};
use super::tables::{Pair, pair};

/// Bytes that make most texts malformed wherever they are put.
fn blow() -> impl Strategy<Value = (bool, Index, &'static [u8])> {
    let bytes: Vec<&[u8]> = vec![b"\0", b"\xff", b"\xe6\x97", b"\"", b",", b"\n", b"x\"", b"\",\""];
    (any::<bool>(), any::<Index>(), select(bytes))
}

/// Compares texts that may be malformed; `places` says where the right columns stand.
fn run(pair: &Pair, texts: &[Vec<u8>; 2], places: &[usize], setting: Setting) -> Result<Answer, Error> {
    let left = table("left", &texts[0], &pair.styles[0])?;
    let right = table("right", &texts[1], &pair.styles[1])?;
    let plan = plan(pair.pairing, pair.rules, places, setting);
    compare(left, right, plan, &Control::new()).map(|outcome| answer(&outcome))
}

fn texts(pair: &Pair, blows: &[(bool, Index, &[u8])], side: Option<bool>) -> [Vec<u8>; 2] {
    let header = pair.header();
    let mut texts = [write(&header, &pair.left, &pair.styles[0]), write(&header, &pair.right, &pair.styles[1])];
    for (right, at, bytes) in blows {
        let text = &mut texts[usize::from(side.unwrap_or(*right))];
        if !text.contains(&b'\n') {
            text.push(b'\n');
        }
        // The names of the columns stay as they are: that they are wrong is found before anything is compared.
        let data = text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| end + 1);
        let at = data + at.index(text.len() - data + 1);
        text.splice(at..at, bytes.iter().copied());
    }
    texts
}

proptest! {
    #![proptest_config(super::config())]

    #[test]
    fn no_setting_changes_the_error(pair in pair(), side: bool, blows in prop::collection::vec(blow(), 1..3)) {
        let texts = texts(&pair, &blows, Some(side));
        let places: Vec<usize> = (0..pair.width).collect();
        let expected = run(&pair, &texts, &places, Setting::plain());
        if let Err(error) = &expected {
            prop_assert_eq!(error.input(), Some(["left", "right"][usize::from(side)]));
        }
        for setting in settings() {
            prop_assert_eq!(&run(&pair, &texts, &places, setting), &expected, "{:?} {:?}", setting, shown(&texts));
        }
    }

    #[test]
    fn the_join_finds_the_same_error_as_the_walk(pair in pair(), side: bool, blows in prop::collection::vec(blow(), 1..3)) {
        let mut pair = pair;
        pair.width = pair.width.max(2);
        pair.left.iter_mut().chain(&mut pair.right).for_each(|row| row.resize(pair.width, String::new()));
        if pair.pairing == Pairing::Position {
            pair.pairing = Pairing::Content;
        }
        let texts = texts(&pair, &blows, Some(side));
        let straight: Vec<usize> = (0..pair.width).collect();
        let crossed: Vec<usize> = (0..pair.width).rev().collect();
        let walked = run(&pair, &texts, &straight, Setting::plain()).err();
        for setting in [Setting::plain(), Setting { threads: 3, block: 64, ..Setting::plain() }] {
            prop_assert_eq!(&run(&pair, &texts, &crossed, setting).err(), &walked, "{:?} {:?}", setting, shown(&texts));
        }
    }

    #[test]
    fn the_first_error_of_a_side_is_told(pair in pair(), blows in prop::collection::vec(blow(), 2..5)) {
        let places: Vec<usize> = (0..pair.width).collect();
        let texts = texts(&pair, &blows, None);
        // Against an empty table, every record of a side is looked at.
        let header = pair.header();
        let alone = |side: usize| {
            let empty = write(&header, &[], &Style { final_line_end: true, ..pair.styles[1 - side].clone() });
            let mut texts = texts.clone();
            texts[1 - side] = empty;
            run(&pair, &texts, &places, Setting::plain()).err()
        };
        let expected = [alone(0), alone(1)];
        for setting in settings() {
            let told = run(&pair, &texts, &places, setting).err();
            let is_first = if told.is_none() { expected == [None, None] } else { expected.contains(&told) };
            prop_assert!(is_first, "{:?} {:?} {:?}", setting, told, shown(&texts));
        }
    }
}

fn shown(texts: &[Vec<u8>; 2]) -> [String; 2] {
    texts.each_ref().map(|text| text.escape_ascii().to_string())
}
