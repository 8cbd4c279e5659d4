//! Writes a small corpus to start from: `cargo run --manifest-path fuzz/Cargo.toml --example seeds`, at the root.
//!
//! The targets make their cases out of raw bytes; so a seed is mostly noise of a useful length, the same in every run.

use std::fs;
use std::io;
use std::path::Path;

/// Texts for the targets that read text.
const TEXTS: &[&str] = &[
    "id,name\n1,a\n2,b\n",
    "id;name\r\n1;\"a;b\"\r\n2;\"c\"\"d\"\r\n",
    "id\tname\n1\t\"line\nline\"\n",
    "\u{feff}id|name\n1|é\n\n2|日本",
    "a\n\n\"\"\n\"x\"y\n5\" disk\n",
];

const SPECS: &[&str] = &[
    r#"{"key": "id", "abs_tol": {"*": 0.5, "type:float": 1e-9, "price": 0.01}, "time_tol": "2s"}"#,
    r#"{"key": ["a", "b=c"], "map": {"x": "y"}, "ignore": "tmp_*", "types": {"a": "integer"}, "duplicates": "first"}"#,
    r#"{"by": "position", "delimiter": ";", "left_quote": "none", "memory": "64MiB", "limit": "all", "threads": 3}"#,
];

fn main() -> io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (target, noise) in [("sniff", 0), ("scan", 24), ("compare", 48), ("rule", 24), ("spec", 16)] {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        let texts = if target == "spec" { SPECS } else { TEXTS };
        for (index, text) in texts.iter().enumerate() {
            // Zeros choose the first of everything before the text.
            let seed = [[0; 10].as_slice(), text.as_bytes()].concat();
            fs::write(folder.join(format!("text-{index}")), seed)?;
        }
        for index in 0..noise {
            fs::write(folder.join(format!("noise-{index}")), bytes(index, 64 << (index % 5)))?;
        }
    }
    Ok(())
}

/// So many bytes, by a linear congruential generator (Knuth's constants for MMIX).
fn bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..count).map(|_| next()).collect()
}
