//! Names of columns in files of rows and cells, where those of the key stand beside names of our own.

use std::collections::HashSet;

/// Names of key columns, those that are taken with `key.` before them.
pub(super) fn key_headers(names: Vec<String>, taken: &HashSet<String>) -> Vec<String> {
    let mut names = names;
    for index in 0..names.len() {
        while taken.contains(&names[index]) || names[..index].contains(&names[index]) {
            names[index].insert_str(0, "key.");
        }
    }
    names
}
