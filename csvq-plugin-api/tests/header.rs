//! That `include/csvq_plugin.h` says what the frozen crate says: sizes, offsets, alignments and numbers, in C and in
//! C++.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them, in its helpers too")]
#![cfg(all(unix, target_pointer_width = "64"))]

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// How each struct of the layout is called in the header.
const STRUCTS: [(&str, &str); 9] = [
    ("TextV1", "csvq_text_v1"),
    ("OwnedTextV1", "csvq_owned_text_v1"),
    ("HostV1", "csvq_host_v1"),
    ("JobV1", "csvq_job_v1"),
    ("ResultV1", "csvq_result_v1"),
    ("PluginTableV1", "csvq_plugin_table_v1"),
    ("ArrowSchema", "struct ArrowSchema"),
    ("ArrowArray", "struct ArrowArray"),
    ("ArrowArrayStream", "struct ArrowArrayStream"),
];

/// How each number of the layout is called in the header.
const NUMBERS: [(&str, &str); 14] = [
    ("ABI_MAJOR", "CSVQ_PLUGIN_ABI_MAJOR"),
    ("ABI_MINOR", "CSVQ_PLUGIN_ABI_MINOR"),
    ("OK", "CSVQ_PLUGIN_OK"),
    ("FAILED", "CSVQ_PLUGIN_FAILED"),
    ("CANCELLED", "CSVQ_PLUGIN_CANCELLED"),
    ("BAD_PARAMETERS", "CSVQ_PLUGIN_BAD_PARAMETERS"),
    ("UNSUPPORTED", "CSVQ_PLUGIN_UNSUPPORTED"),
    ("PANICKED", "CSVQ_PLUGIN_PANICKED"),
    ("LEVEL_ERROR", "CSVQ_LEVEL_ERROR"),
    ("LEVEL_WARN", "CSVQ_LEVEL_WARN"),
    ("LEVEL_INFO", "CSVQ_LEVEL_INFO"),
    ("LEVEL_DEBUG", "CSVQ_LEVEL_DEBUG"),
    ("LEVEL_TRACE", "CSVQ_LEVEL_TRACE"),
    ("FLAG_NULLABLE", "ARROW_FLAG_NULLABLE"),
];

/// A program that prints the layout as the header has it, in the form of `layout.txt`. What is to be printed comes from
/// that file, so a field that the header lacks does not compile.
fn program(layout: &str) -> String {
    let named = |names: &[(&'static str, &'static str)], name: &str| {
        let found = names.iter().find(|(known, _)| *known == name);
        found.unwrap_or_else(|| panic!("name `{name}` as the header does, in this test")).1
    };
    let mut lines = String::new();
    let mut current = "";
    for line in layout.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [name, "size", _, "align", _] => {
                current = named(&STRUCTS, name);
                let align = format!("offsetof(struct {{ char byte; {current} value; }}, value)");
                let align = align.replace("struct {", &format!("struct of_{name} {{"));
                let size = format!("(int)sizeof({current})");
                // A type that is defined within an expression is C alone.
                writeln!(lines, "#ifdef __cplusplus\n#define ALIGN (int)alignof({current})\n#else").unwrap();
                writeln!(lines, "#define ALIGN (int){align}\n#endif").unwrap();
                writeln!(lines, "printf(\"{name} size %d align %d\\n\", {size}, ALIGN);\n#undef ALIGN").unwrap();
            }
            [_, field] if line.starts_with(' ') => {
                writeln!(lines, "printf(\"  %d {field}\\n\", (int)offsetof({current}, {field}));").unwrap();
            }
            [name, "=", _] => writeln!(lines, "printf(\"{name} = %d\\n\", {});", named(&NUMBERS, name)).unwrap(),
            ["symbol", _] => writeln!(lines, "printf(\"symbol %s\\n\", symbol(csvq_plugin_v1));").unwrap(),
            _ => panic!("a line of another form: {line}"),
        }
    }
    // Included twice, and before and after what a real plugin includes.
    format!(
        r#"#include "csvq_plugin.h"
#include "csvq_plugin.h"
#include <stdio.h>
#define symbol(name) (name.size == sizeof(name) ? #name : "")

CSVQ_PLUGIN_EXPORT const csvq_plugin_table_v1 csvq_plugin_v1 = {{CSVQ_PLUGIN_TABLE_V1_HEAD, NULL, NULL, NULL, NULL, NULL}};

int main(void) {{
    csvq_owned_text_v1 text;
    csvq_owned_text_set_static(&text, "text", 4);
    csvq_host_v1 host = {{offsetof(csvq_host_v1, is_cancelled), NULL, NULL, NULL, NULL}};
    csvq_host_progress(&host, 0, 0);
    csvq_host_log(NULL, CSVQ_LEVEL_INFO, text.data, text.len);
    if (csvq_host_is_cancelled(&host)) {{
        return 1;
    }}
{lines}
    return 0;
}}
"#
    )
}

fn check(compiler: &str, standard: &str, extension: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let layout = include_str!("../abi/tests/layout.txt");
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("header-{compiler}-{standard}"));
    std::fs::create_dir_all(&folder).unwrap();
    let (source, built) = (folder.join(format!("layout.{extension}")), folder.join("layout"));
    std::fs::write(&source, program(layout)).unwrap();
    let compiled = Command::new(compiler)
        .args([&format!("-std={standard}"), "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"])
        .arg(root.join("../include"))
        .arg(&source)
        .arg("-o")
        .arg(&built)
        .output()
        .unwrap_or_else(|error| panic!("this test needs the compiler `{compiler}`: {error}"));
    assert!(compiled.status.success(), "{compiler} {standard}: {}", String::from_utf8_lossy(&compiled.stderr));
    let printed = Command::new(&built).output().unwrap();
    assert!(printed.status.success());
    assert_eq!(String::from_utf8_lossy(&printed.stdout), layout, "{compiler} {standard}");
}

#[test]
fn the_header_is_laid_out_as_the_crate_in_c() {
    check("cc", "c99", "c");
    check("cc", "c11", "c");
}

#[test]
fn the_header_is_laid_out_as_the_crate_in_cpp() {
    check("c++", "c++11", "cpp");
    check("c++", "c++17", "cpp");
}
