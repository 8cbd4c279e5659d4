//! Schemas that break the rules or hold what csvq can't compare.

use std::ffi::c_char;
use std::ptr;

use super::forge::{self, Forged, i32s, ints, leaf, named, nested, texts};
use super::{check_refused, import, import_columns};
use crate::error::ErrorKind::{self, Malformed, Unsupported};

#[test]
fn types_that_are_refused_by_name() {
    let types = [
        ("tiM", "interval"),
        ("tiD", "interval"),
        ("tin", "interval"),
        ("_pli128", "128-bit integer"),
        ("_plu128", "128-bit integer"),
        ("d:40,2,256", "256-bit decimal"),
        ("d:39,2", "1 to 38 digits"),
        ("d:5,6", "1 to 38 digits"),
        ("d:5,-2", "1 to 38 digits"),
        ("d:0,0", "1 to 38 digits"),
        ("+ud:0,1", "union"),
        ("+us:0,1", "union"),
        ("+r", "run-end-encoded"),
        ("+vl", "list view"),
        ("tsu:Nowhere/Land", "the zone `Nowhere/Land`"),
        ("tsu:*", "the zone `*`"),
        ("tsu:+05:99", "the zone `+05:99`"),
        ("tsu:+5", "the zone `+5`"),
        ("tsu:+05:30x", "the zone `+05:30x`"),
        ("tsu:+24:30", "the zone `+24:30`"),
        ("w:2147483648", "longer than"),
        ("w:0", "fixed-size binary of no bytes"),
    ];
    for (format, words) in types {
        check_refused(leaf(format, 0, vec![]), Unsupported, words);
    }
    let unknown = [
        "",
        "x",
        "+",
        "+x",
        "u:",
        "ts",
        "tsx:",
        "tss",
        "d",
        "d:",
        "d:a,b",
        "d:1",
        "d:1,2,3,4",
        "d:5,2,96",
        "w:",
        "w:-1",
        "w:x",
        "+w:x",
        "\u{1b}[2J",
    ];
    for format in unknown {
        check_refused(leaf(format, 0, vec![]), Unsupported, "is none that csvq knows");
    }
}

/// Checks what is said to a column whose schema is spoilt.
#[track_caller]
fn check_spoilt(column: Forged, kind: ErrorKind, words: &str) {
    let error = import_columns(vec![column]).expect_err("it was taken");
    assert_eq!((error.kind(), error.message().contains(words)), (kind, true), "{words:?} is not in {error}");
    forge::check_all_released();
}

#[test]
fn pointers_and_counts() {
    const NOT_UTF8: &[u8] = b"\xff\xfe\0";
    let list = || nested("+l", 0, vec![None, None], vec![ints(&[])]);
    check_spoilt(ints(&[]).with_schema(|schema| schema.format = ptr::null()), Malformed, "format is null");
    check_spoilt(
        ints(&[]).with_schema(|schema| schema.format = NOT_UTF8.as_ptr().cast::<c_char>()),
        Malformed,
        "format is not UTF-8",
    );
    check_spoilt(
        ints(&[]).with_schema(|schema| schema.name = NOT_UTF8.as_ptr().cast::<c_char>()),
        Malformed,
        "name is not UTF-8",
    );
    check_spoilt(ints(&[]).with_schema(|schema| schema.n_children = -1), Malformed, "number of children is negative");
    check_spoilt(list().with_schema(|schema| schema.n_children = 0), Malformed, "0 children, and its type 1");
    check_spoilt(list().with_schema(|schema| schema.children = ptr::null_mut()), Malformed, "list of children is null");
    check_spoilt(list().with_schema(|schema| schema.n_children = 2), Malformed, "2 children, and its type 1");
    let two = || vec![named(ints(&[]), "a"), named(ints(&[]), "b")];
    check_spoilt(nested("i", 0, vec![None, None], two()), Malformed, "2 children, and its type 0");
    check_spoilt(nested("+m", 0, vec![None, None], vec![ints(&[])]), Malformed, "a key and a value");
    let many = nested("+s", 0, vec![None], two()).with_schema(|schema| schema.n_children = i64::MAX);
    check_spoilt(many, Unsupported, "more than 16777216 columns");
    let coded = |format, values| forge::coded(format, 0, vec![None, None], values);
    check_spoilt(coded("u", texts(&[])), Malformed, "codes must be integers");
    check_spoilt(coded("i", coded("i", texts(&[]))), Unsupported, "dictionary of dictionaries");
    let released = ints(&[]).with_schema(|schema| schema.release());
    check_spoilt(released, Malformed, "released already");
    let no_child = list().with_schema(|schema| {
        // SAFETY: the list has a place, whose child is released before it is forgotten.
        let child = unsafe { &mut *schema.children };
        // SAFETY: `boxed` made it.
        drop(unsafe { Box::from_raw(*child) });
        *child = ptr::null_mut();
    });
    check_spoilt(no_child, Malformed, "child is null");
}

#[test]
fn a_stream_of_values_is_no_table() {
    for column in [ints(&[1]), texts(&["x"]), nested("+l", 1, vec![None, i32s(&[0, 1])], vec![ints(&[1])])] {
        let error = import(forge::stream(column.schema, vec![Ok(column.array)])).expect_err("it was taken");
        assert_eq!((error.kind(), error.message().contains("struct of columns")), (Malformed, true), "{error}");
    }
    forge::check_all_released();
}

#[test]
fn names() {
    let twice = || vec![named(ints(&[1]), "a\nb"), named(texts(&["x"]), "a\nb")];
    let error = import_columns(twice()).expect_err("it was taken");
    assert_eq!(error.message(), "two columns are called `a\\nb`; give each a name of its own");
    check_refused(nested("+s", 1, vec![None], twice()), Unsupported, "two columns");
    let unnamed = ints(&[1]).with_schema(|schema| schema.name = ptr::null());
    assert_eq!(import_columns(vec![unnamed]).expect("an import").fields()[0].name, "");
    let odd = import_columns(vec![named(ints(&[1]), ""), named(ints(&[1]), "\u{1f980}\n")]).expect("an import");
    assert_eq!(odd.fields()[1].name, "\u{1f980}\n");
}

#[test]
fn metadata() {
    let pairs = |pairs: &[(&str, &str)]| {
        let mut bytes = (pairs.len() as i32).to_ne_bytes().to_vec();
        for text in pairs.iter().flat_map(|(key, value)| [key, value]) {
            bytes.extend((text.len() as i32).to_ne_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes
    };
    let with = |metadata: &[u8]| {
        let metadata = metadata.as_ptr().cast::<c_char>();
        ints(&[1]).with_schema(|schema| schema.metadata = metadata)
    };
    let extension = pairs(&[("a", ""), ("ARROW:extension:name", "arrow.uuid"), ("b", "c")]);
    check_refused(with(&extension), Unsupported, "extension type `arrow.uuid`");
    let harmless = pairs(&[("key", "value"), ("ARROW:extension:metadata", "")]);
    import_columns(vec![with(&harmless)]).expect("an import");
    import_columns(vec![with(&pairs(&[]))]).expect("an import");
    check_refused(with(&(-1_i32).to_ne_bytes()), Malformed, "negative length");
    let negative = [1_i32.to_ne_bytes(), (-1_i32).to_ne_bytes()].concat();
    check_refused(with(&negative), Malformed, "negative length");
    let on_top = forge::stream_of(Vec::new(), 0);
    assert_eq!(import(on_top).expect("an import").rows(), 0);
}

#[test]
fn depth() {
    let deep = |levels: usize| {
        let list = |inner, _| named(nested("+l", 1, vec![None, i32s(&[0, 1])], vec![inner]), "i");
        named((1..levels).fold(ints(&[1]), list), "v")
    };
    let table = import_columns(vec![deep(64)]).expect("an import");
    let back = import(table.export_stream()).expect("an import");
    assert_eq!(back.fields(), table.fields());
    drop((table, back));
    check_refused(deep(65), Unsupported, "nested more than 64 levels");
    check_refused(deep(400), Unsupported, "nested more than 64 levels");
}

#[test]
fn many_columns() {
    let columns = (0..5000).map(|index| named(ints(&[index]), &format!("c{index}"))).collect();
    let table = import_columns(columns).expect("an import");
    assert_eq!((table.rows(), table.fields().len()), (1, 5000));
}
