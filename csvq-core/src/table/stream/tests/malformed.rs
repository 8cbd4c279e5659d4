//! Arrays that break the rules: each is refused, by name, and released.

use std::ptr;

use super::forge::{self, Forged, coded, i32s, i64s, i128s, ints, leaf, nested, texts, view};
use super::{check_refused, import, import_columns};
use crate::error::ErrorKind::{LimitExceeded, Malformed, Unsupported};

#[track_caller]
fn check(column: Forged, words: &str) {
    check_refused(column, Malformed, words);
}

#[test]
fn counts() {
    check(ints(&[1]).with_array(|array| array.offset = -1), "offset is negative");
    check(ints(&[1]).with_array(|array| array.offset = i64::MAX), "exceed the memory");
    check(ints(&[1]).with_array(|array| array.null_count = -2), "claims -2 nulls");
    check(ints(&[1]).with_array(|array| array.null_count = 2), "claims 2 nulls");
    check(ints(&[1]).with_array(|array| array.null_count = 1), "does not say which");
    check(ints(&[1]).with_array(|array| array.n_buffers = -1), "number of buffers is negative");
    check(ints(&[1]).with_array(|array| array.n_buffers = 1), "1 buffers");
    check(ints(&[1]).with_array(|array| array.n_buffers = 3), "3 buffers");
    check(ints(&[1]).with_array(|array| array.n_children = -1), "number of children is negative");
    check(ints(&[1]).with_array(|array| array.n_children = 1), "1 children, and its type 0");
    check(ints(&[1]).with_array(|array| array.buffers = ptr::null_mut()), "list of buffers is null");
    check(ints(&[1]).with_array(|array| array.buffers = array.buffers.wrapping_byte_add(1)), "not aligned");
    let claims_none = leaf("i", 2, vec![Some(vec![0b01]), i32s(&[1, 2])]).with_array(|array| array.null_count = 0);
    check(claims_none, "count of nulls");
    let mut short = ints(&[1, 2]);
    short.array.length = 1;
    let schema = forge::schema("+s", "", vec![short.schema], None);
    let error = import(forge::stream(schema, vec![Ok(forge::array(2, vec![None], vec![short.array], None))]));
    let error = error.expect_err("it was taken");
    assert_eq!(error.message(), "batch 1: column `v`: its array has 1 values, fewer than what refers to it");
    forge::check_all_released();
}

#[test]
fn batches() {
    for (length, kind, words) in
        [(-1, Malformed, "length is negative (-1)"), (i64::MAX, LimitExceeded, "more than 4294967294 rows")]
    {
        let error = import(forge::stream_of(Vec::new(), length)).expect_err("it was taken");
        assert_eq!((error.kind(), error.message().contains(words)), (kind, true), "{error}");
    }
    let large = || Ok(forge::array(1 << 31, vec![None], Vec::new(), None));
    let two = forge::stream(forge::schema("+s", "", Vec::new(), None), vec![large(), large()]);
    assert_eq!(import(two).expect_err("it was taken").kind(), LimitExceeded);
    let null_row = forge::array(2, vec![Some(vec![0b10])], vec![ints(&[1, 2]).array], None);
    let error = import(forge::stream(forge::schema("+s", "", vec![ints(&[]).schema], None), vec![Ok(null_row)]));
    let error = error.expect_err("it was taken");
    assert_eq!((error.kind(), error.message().contains("null as a whole")), (Unsupported, true), "{error}");
    let valid = forge::array(2, vec![Some(vec![0b11])], vec![ints(&[1, 2]).array], None);
    import(forge::stream(forge::schema("+s", "", vec![ints(&[]).schema], None), vec![Ok(valid)]))
        .expect("no row is null");
    forge::check_all_released();
}

#[test]
fn buffers() {
    check(leaf("i", 1, vec![None, None]), "buffer 1 is null");
    check(leaf("b", 1, vec![None, None]), "buffer 1 is null");
    check(leaf("u", 1, vec![None, None, None]), "buffer 1 is null");
    check(leaf("u", 1, vec![None, i32s(&[0, 1]), None]), "buffer 2 is null");
    check(leaf("w:2", 1, vec![None, None]), "buffer 1 is null");
    check(leaf("vu", 1, vec![None, None, None]), "buffer 1 is null");
    check(ints(&[1]).sliced(1 << 62, 1), "would exceed the memory");
    check(leaf("w:2147483647", 1, vec![None, Some(Vec::new())]).sliced(1 << 60, 1), "memory");
}

#[test]
fn offsets() {
    check(leaf("u", 2, vec![None, i32s(&[0, 2, 1]), Some(b"ab".to_vec())]), "must rise");
    check(leaf("u", 1, vec![None, i32s(&[-1, 1]), Some(b"ab".to_vec())]), "below zero");
    check(leaf("Z", 2, vec![None, i64s(&[0, i64::MAX, 1]), Some(b"ab".to_vec())]), "must rise");
    check(leaf("U", 1, vec![None, i64s(&[0, i64::MAX]), Some(b"ab".to_vec())]), "exceed the memory");
    // Only the first of the texts is looked at, which claims more than there is.
    let inner = leaf("u", 2, vec![None, i32s(&[0, 1 << 30, 1]), Some(b"a".to_vec())]);
    check(nested("+l", 1, vec![None, i32s(&[0, 1])], vec![inner]), "must rise");
    let list = |offsets: &[i32]| nested("+l", offsets.len() as i64 - 1, vec![None, i32s(offsets)], vec![ints(&[1, 2])]);
    check(list(&[0, 3]), "fewer than what refers to it");
    check(list(&[0, 2, 1]), "must rise");
    check(list(&[-2, 0]), "below zero");
    let large = nested("+L", 1, vec![None, i64s(&[0, i64::MAX])], vec![ints(&[1, 2])]);
    check(large, "fewer than what refers to it");
    check(nested("+l", 1, vec![None, None], vec![ints(&[1, 2])]), "buffer 1 is null");
    let map = nested("+m", 1, vec![None, i32s(&[0, 3])], vec![entries()]);
    check(map, "fewer than what refers to it");
}

fn entries() -> Forged {
    nested("+s", 2, vec![None], vec![forge::named(texts(&["x", "y"]), "key"), forge::named(ints(&[1, 2]), "value")])
}

#[test]
fn text() {
    check(leaf("u", 1, vec![None, i32s(&[0, 2]), Some(b"a\xff".to_vec())]), "not UTF-8");
    check(leaf("U", 2, vec![None, i64s(&[0, 1, 2]), Some("\u{e4}".as_bytes().to_vec())]), "not UTF-8");
    let cut = leaf("u", 2, vec![None, i32s(&[0, 1, 3]), Some(b"\xc3\xa4\xff".to_vec())]);
    check(cut, "not UTF-8");
    let error = import_columns(vec![leaf("u", 1, vec![None, i32s(&[0, 8]), Some(b"secret\xff\xff".to_vec())])]);
    assert!(!format!("{:?}", error.expect_err("it was taken")).contains("secret"));
}

#[test]
fn views() {
    const LONG: &[u8] = b"a text of more than twelve bytes";
    let views =
        |view: Vec<u8>, length: i64| leaf("vu", 1, vec![None, Some(view), Some(LONG.to_vec()), i64s(&[length])]);
    let whole = LONG.len() as i64;
    check(views(view(LONG, 1, 0), whole), "a buffer that there is not");
    check(views(view(LONG, -1, 0), whole), "a buffer that there is not");
    check(views(view(LONG, 0, 1), whole), "beyond its buffer");
    check(views(view(LONG, 0, 0), whole - 1), "beyond its buffer");
    check(views(view(LONG, 0, 0), -1), "is negative");
    check(views(view(LONG, 0, -1), whole), "is negative");
    let mut other = view(LONG, 0, 0);
    other[4] = b'b';
    check(views(other, whole), "prefix");
    let mut negative = view(LONG, 0, 0);
    negative[..4].copy_from_slice(&(-1_i32).to_ne_bytes());
    check(views(negative, whole), "is negative");
    let mut padded = view(b"ab", 0, 0);
    padded[15] = 1;
    check(views(padded, whole), "not zero");
    check(views(view(b"\xff", 0, 0), whole), "not UTF-8");
    let broken = [LONG, b"\xff"].concat();
    let broken = leaf("vu", 1, vec![None, Some(view(&broken, 0, 0)), Some(broken.clone()), i64s(&[whole + 1])]);
    check(broken, "not UTF-8");
    let text = "a text of morä than twelve bytes".as_bytes();
    let parted =
        leaf("vu", 1, vec![None, Some(view(&text[..14], 0, 0)), Some(text.to_vec()), i64s(&[text.len() as i64])]);
    check(parted, "not UTF-8");
    check(leaf("vu", 1, vec![None, Some(view(LONG, 0, 0)), None, i64s(&[whole])]), "buffer 2 is null");
    check(leaf("vu", 1, vec![None, Some(view(LONG, 0, 0)), Some(LONG.to_vec()), None]), "buffer 3 is null");
    let two = vec![None, Some(view(b"a", 0, 0)), Some(Vec::new()), Some(Vec::new()), i64s(&[i64::MAX, i64::MAX])];
    check(leaf("vz", 1, two), "exceed the memory");
    check(leaf("vz", 1, vec![None, Some(view(b"a", 0, 0))]), "2 buffers");
}

#[test]
fn children() {
    let pair = || nested("+s", 2, vec![None], vec![forge::named(ints(&[1, 2]), "a"), forge::named(ints(&[1]), "b")]);
    check(pair(), "column `v.b`: its array has 1 values");
    check(pair().with_array(|array| array.n_children = 1), "1 children, and its type 2");
    check(pair().with_array(|array| array.children = ptr::null_mut()), "list of children is null");
    let fixed = |length: i64| nested("+w:2", length, vec![None], vec![ints(&[1, 2, 3])]);
    check(fixed(2), "fewer than what refers to it");
    check(fixed(1).sliced(1, 1), "fewer than what refers to it");
    check(nested("+w:2147483647", 1, vec![None], vec![ints(&[1])]).sliced(1 << 60, 1), "more items than there can be");
    let spoil = |array: &mut super::super::interface::ArrowArray| {
        // SAFETY: there is a child.
        let child = unsafe { *array.children };
        // SAFETY: as above.
        let child = unsafe { &mut *child };
        child.release();
    };
    let released = nested("+s", 1, vec![None], vec![ints(&[1])]).with_array(spoil);
    check(released, "released already");
    let no_child = nested("+l", 1, vec![None, i32s(&[0, 1])], vec![ints(&[1])]).with_array(|array| {
        // SAFETY: the list has a place, whose child is released before it is forgotten.
        let child = unsafe { &mut *array.children };
        // SAFETY: `boxed` made it.
        drop(unsafe { Box::from_raw(*child) });
        *child = ptr::null_mut();
    });
    check(no_child, "child is null");
    let nulls = nested("+L", 1, vec![None, i64s(&[0, 1 << 40])], vec![leaf("n", 1 << 40, vec![])]);
    check_refused(nulls, Unsupported, "nulls");
}

#[test]
fn dictionaries() {
    let codes = |codes: &[u8]| coded("c", codes.len() as i64, vec![None, Some(codes.to_vec())], texts(&["x", "y"]));
    check(codes(&[0, 2]), "a code that its dictionary does not have");
    check(codes(&[0, 0xff]), "a code that its dictionary does not have");
    let numbers = coded("l", 1, vec![None, i64s(&[1 << 40])], ints(&[1]));
    check(numbers, "a code that its dictionary does not have");
    check(coded("c", 1, vec![None, Some(vec![0])], texts(&[])), "a code that its dictionary does not have");
    check(codes(&[0]).with_array(|array| array.dictionary = ptr::null_mut()), "no dictionary");
    let same = coded("c", 1, vec![None, Some(vec![0])], texts(&["x"])).with_array(|array| array.n_children = 1);
    check(same, "1 children");
    let plain = ints(&[1]).with_array(|array| array.dictionary = ptr::dangling_mut());
    check(plain, "a dictionary, and its type none");
    let broken = leaf("u", 1, vec![None, i32s(&[0, 1]), Some(b"\xff".to_vec())]);
    check(coded("c", 1, vec![None, Some(vec![0])], broken), "not UTF-8");
}

#[test]
fn values_beyond_their_type() {
    check(leaf("tts", 1, vec![None, i32s(&[86_400])]), "not within a day");
    check(leaf("ttm", 1, vec![None, i32s(&[-1])]), "not within a day");
    check(leaf("ttu", 1, vec![None, i64s(&[i64::MAX])]), "not within a day");
    check(leaf("ttn", 1, vec![None, i64s(&[86_400_000_000_000])]), "not within a day");
    check(leaf("d:3,0", 1, vec![None, i128s(&[1000])]), "more digits");
    check(leaf("d:3,0,32", 1, vec![None, i32s(&[i32::MIN])]), "more digits");
    check(leaf("d:38,0", 1, vec![None, i128s(&[i128::MIN])]), "more digits");
    check_refused(leaf("tss:", 1, vec![None, i64s(&[i64::MAX])]), Unsupported, "milliseconds");
    check_refused(leaf("tDs", 1, vec![None, i64s(&[i64::MIN])]), Unsupported, "milliseconds");
}

#[test]
fn a_later_batch_of_another_type() {
    let batch = |column: Forged| Ok(forge::array(column.array.length, vec![None], vec![column.array], None));
    let schema = || forge::schema("+s", "", vec![ints(&[]).schema], None);
    for other in [texts(&["x"]), nested("+s", 1, vec![None], vec![ints(&[1])]), leaf("n", 1, vec![])] {
        // What comes after it is not told, whatever it is.
        let batches = vec![batch(ints(&[1, 2])), batch(other), batch(texts(&["x"])), Err((5, None))];
        let error = import(forge::stream(schema(), batches)).expect_err("it was taken");
        assert_eq!(error.kind(), Malformed);
        assert!(error.message().starts_with("batch 2: column `v`: its array has"), "{error}");
    }
    forge::check_all_released();
}
