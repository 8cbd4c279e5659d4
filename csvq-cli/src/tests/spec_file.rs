//! How spec files are read.

use std::fs;

use csvq_core::spec::CompareSpec;
use csvq_core::{ErrorKind, Result};

use crate::spec_file;

fn read(name: &str, text: impl AsRef<[u8]>) -> Result<CompareSpec> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    spec_file::read(&path)
}

/// The message, without the folder.
fn refused(name: &str, text: impl AsRef<[u8]>) -> String {
    let error = read(name, text).unwrap_err();
    let input = error.context().input.clone().unwrap();
    error.to_string().replace(&input, name)
}

#[test]
fn toml_and_json_say_the_same() {
    let toml = "key = \"id\"\nby = \"key\"\nnull = [\"NA\"]\n[abs_tol]\n\"*\" = 1\nprice = 0.01\n[map]\na = \"b\"\n";
    let json = r#"{"key": ["id"], "abs_tol": {"*": 1, "price": 0.01}, "null": "NA", "map": ["a=b"]}"#;
    let expected = CompareSpec::from_json(json).unwrap();
    for (name, text) in
        [("spec.toml", toml), ("spec.json", json), ("SPEC.JSON", json), ("spec", toml), ("spec.txt", json)]
    {
        assert_eq!(read(name, text).unwrap(), expected, "{name}");
    }
    assert_eq!(read("spec.toml", format!("\u{feff}{toml}")).unwrap(), expected);
    assert_eq!(read("empty.toml", "").unwrap(), CompareSpec::default());
}

#[test]
fn errors_name_file_field_and_line() {
    let check = |name: &str, text: &str, expected: &str| assert_eq!(refused(name, text), expected);
    check("s.toml", "by = \"key\"\nkye = \"id\"\n", "kye: s.toml: line 2: no such setting; did you mean `key`?");
    check(
        "s.toml",
        "limit = 1\nabs_tol = \"much\"\n",
        "abs_tol: s.toml: line 2: invalid type: string \"much\", expected f64",
    );
    check("s.json", "{\n\"kye\": 1}", "kye: s.json: line 2: no such setting; did you mean `key`?");
    check("s.json", "key = 1", "s.json: line 1: the spec is no valid JSON: expected value");
    assert!(refused("s.toml", "key = ").starts_with("s.toml: line 1: the spec is no valid TOML: "));
    assert!(refused("s.toml", "key = \"a\"\nkey = \"b\"\n").starts_with("s.toml: line 2: the spec is no valid TOML: "));
}

#[test]
fn what_is_no_text_is_refused() {
    assert_eq!(refused("s.toml", b"\xff\xfe"), "s.toml: a spec file is UTF-8 text, which this is not");
    let large = refused("s.toml", vec![b'#'; 5 << 20]);
    assert_eq!(large, "s.toml: it is too large for a spec file; was a table meant?");
    let missing = spec_file::read("/nowhere/spec.toml".as_ref()).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Io);
    assert!(missing.to_string().starts_with("/nowhere/spec.toml: can't read the spec file: "));
}
