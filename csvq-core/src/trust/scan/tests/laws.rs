//! What holds for whatever bytes there are: a scan ends, with an outcome, and without a panic.

use proptest::collection::vec;
use proptest::prelude::*;

use super::library::Library;
use super::scan_files;

/// Bytes with some of them changed.
fn changed(mut bytes: Vec<u8>, changes: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    for (at, value) in changes {
        let at = at.index(bytes.len());
        bytes[at] = *value;
    }
    bytes
}

const SOURCE: &str = "import os as o\nfrom os import *\n\n\nclass A(B, metaclass=M):\n    x: int = 1\n\n    @p\n    \
    def f(self, a=o.path, *b, **c):\n        with open(a, 'w') as g:\n            return [f'{x!r:>{w}}' for x in (a, *b) \
    if x] + [\"a\" + 'b', b'c', lambda y: {y: 1, **c}]\n\n\nmatch x:\n    case {'a': [1, *r]} | A(b=2): pass\n";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn changed_libraries(changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), in_header in any::<bool>()) {
        let bytes = Library::honest().bytes();
        // Most of what matters is at the beginning and in the dynamic table.
        let (front, rest) = bytes.split_at(if in_header { 400 } else { bytes.len() - 5000 });
        let bytes = [changed(front.to_vec(), &changes).as_slice(), rest].concat();
        scan_files(&[("lib.so", &bytes)]);
    }

    #[test]
    fn cut_libraries(cut in 0usize..9000) {
        let bytes = Library::honest().bytes();
        scan_files(&[("lib.so", &bytes[..cut.min(bytes.len())])]);
    }

    #[test]
    fn other_machine_code(head in prop::sample::select(vec![
        &b"\x7fELF\x01\x01\x01"[..], b"\x7fELF\x02\x02\x01", b"\xca\xfe\xba\xbe\0\0\0\x02", b"\xca\xfe\xba\xbf\0\0\0\x01",
        b"\xfe\xed\xfa\xce", b"\xcf\xfa\xed\xfe\x07\0\0\x01\x03\0\0\0\x06\0\0\0", b"MZ",
    ]), rest in vec(any::<u8>(), 0..600)) {
        scan_files(&[("lib.so", &[head, &rest].concat())]);
    }

    #[test]
    fn portable_executables(changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..40)) {
        let mut head = vec![0u8; 0x40];
        head[..2].copy_from_slice(b"MZ");
        head[0x3c] = 0x40;
        let optional = [0x64u8, 0x86, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0, 0x22, 0x20, 0x0b, 0x02];
        let body = changed([&optional[..], &[0u8; 600]].concat(), &changes);
        scan_files(&[("lib.dll", &[head.as_slice(), b"PE\0\0", &body].concat())]);
    }

    #[test]
    fn changed_python(changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..10)) {
        scan_files(&[("plugin.py", &changed(SOURCE.as_bytes().to_vec(), &changes))]);
    }

    #[test]
    fn shuffled_python(parts in vec(prop::sample::select(vec![
        "import os", "\n", " ", "    ", "(", ")", "[", "]", "{", "}", "f'", "'", "\"\"\"", "os", ".", "system", "=", ":=",
        "lambda", ":", "def f", "class A", "getattr", "+", ",", "*", "@", "#", "\\", "__import__('os')", "é", "\u{202e}",
        "\r", "\x0c", "match x:", "case", "async", "await", "1e9", "0x", "b'\\x00'", "\u{feff}", "𝐞𝐱𝐞𝐜",
    ]), 0..60)) {
        scan_files(&[("plugin.py", parts.concat().as_bytes())]);
    }

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..2000), path in prop::sample::select(vec!["a.py", "a.so", "a.bin"])) {
        scan_files(&[(path, &bytes)]);
    }

    /// What an administrator writes is read or refused.
    #[test]
    fn any_rules(text in "\\PC{0,60}", changes in vec((any::<prop::sample::Index>(), 32u8..127), 0..6)) {
        let own = r#"{"rules": [{"id": "own.rule", "kind": "python_call", "match": ["os.*"], "unless": ["os.path*"],
            "severity": "low", "message": "m", "effect": true}], "change": [{"id": "python.async", "off": true}]}"#;
        let _ = super::super::Rules::from_json("a.json".as_ref(), &text);
        let own = changed(own.as_bytes().to_vec(), &changes);
        let _ = super::super::Rules::from_json("a.json".as_ref(), std::str::from_utf8(&own).unwrap());
    }
}
