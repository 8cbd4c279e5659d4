//! Which paths a package may hold: those that mean the same file, inside the package, on every system.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

/// The longest path, and the longest name in it, in bytes.
const LONGEST_PATH: usize = 512;
const LONGEST_NAME: usize = 200;

/// Checks a path with `/` between its names.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check(path: &str) -> Result<(), String> {
    if path.is_empty() {
        return Err("a path can't be empty".to_owned());
    }
    if path.len() > LONGEST_PATH {
        return Err(format!("a path can't be longer than {LONGEST_PATH} bytes"));
    }
    if path.starts_with('/') {
        return Err("a path must be relative to the package".to_owned());
    }
    path.split('/').try_for_each(check_name)
}

/// Checks one name of a path.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    const FORBIDDEN: &[char] = &['/', '\\', ':', '*', '?', '"', '<', '>', '|'];
    if name.is_empty() {
        return Err("an empty name stands between two `/`, or at the end".to_owned());
    }
    if name == "." || name == ".." {
        return Err(format!("`{name}` is no name of a file"));
    }
    if name.len() > LONGEST_NAME {
        return Err(format!("a name can't be longer than {LONGEST_NAME} bytes"));
    }
    if name.chars().any(is_invisible) {
        return Err("a name can't hold control or invisible characters".to_owned());
    }
    if let Some(found) = name.chars().find(|character| FORBIDDEN.contains(character)) {
        return Err(format!("a name can't hold `{found}`"));
    }
    if name.ends_with('.') || name.ends_with(' ') || name.starts_with(' ') {
        return Err("a name can't begin with a space, nor end with a space or a dot".to_owned());
    }
    if is_reserved(name) {
        return Err("Windows keeps this name for a device".to_owned());
    }
    Ok(())
}

/// Whether a character can't be seen, or changes how others are seen.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether Windows takes a name for a device, whatever its extension.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str()) {
        return true;
    }
    let Some(number) = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")) else {
        return false;
    };
    let mut characters = number.chars();
    matches!((characters.next(), characters.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
}

/// The paths of one package, none of which may be another's on any file system.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    /// Each path as the most forgiving file system sees it, with how it was written and whether it is a folder.
    seen: HashMap<String, (String, bool)>,
}

impl Paths {
    /// Adds a file or folder, and the folders that it stands in.
    ///
    /// # Errors
    /// What is wrong with the path, or with it beside those before.
    pub(crate) fn add(&mut self, path: &str, folder: bool) -> Result<(), String> {
        check(path)?;
        for (at, _) in path.match_indices('/') {
            self.add_one(&path[..at], true, false)?;
        }
        self.add_one(path, folder, true)
    }

    /// How many files and folders there are.
    pub(crate) fn len(&self) -> usize {
        self.seen.len()
    }

    fn add_one(&mut self, path: &str, folder: bool, named: bool) -> Result<(), String> {
        let Some((before, was_folder)) = self.seen.get(&folded(path)) else {
            self.seen.insert(folded(path), (path.to_owned(), folder));
            return Ok(());
        };
        let other = super::fault::shown(before);
        match before == path {
            true if folder && *was_folder => Ok(()),
            true if named && folder == *was_folder => Err("it is there twice".to_owned()),
            true => Err(format!("`{other}` is both a file and a folder")),
            false => {
                Err(format!("`{other}` has the same name on systems that don't tell case or accents' forms apart"))
            }
        }
    }
}

/// A path as file systems see it that ignore case and the form of accents.
fn folded(path: &str) -> String {
    // Upper case first: it brings together what only lower case would keep apart, such as `ß` and `ss`.
    let upper = path.nfd().collect::<String>().to_uppercase();
    upper.to_lowercase().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_path(path: &str, expected: Option<&str>) {
        match (check(path), expected) {
            (Ok(()), None) => {}
            (Err(message), Some(part)) => assert!(message.contains(part), "{path}: {message}"),
            (found, _) => panic!("{path:?}: {found:?}"),
        }
    }

    #[test]
    fn ordinary_paths_are_fine() {
        for path in
            ["a", "lib/libx.so", "a b/c-d_e.f", "Überlänge/日本.py", "a/b/c", ".hidden", "console.py", "com10", "..a"]
        {
            check_path(path, None);
        }
    }

    #[test]
    fn paths_that_mean_something_else_somewhere_are_refused() {
        let cases = [
            ("", "empty"),
            ("/etc/passwd", "relative"),
            ("a//b", "empty name"),
            ("a/", "empty name"),
            ("../a", "`..`"),
            ("x/../victim/f", "`..`"),
            ("./a", "`.`"),
            ("a\\b", "`\\`"),
            ("..\\..\\a", "`\\`"),
            ("C:\\x", "`:`"),
            ("C:/x", "`:`"),
            ("a:b", "`:`"),
            ("a\0b", "control"),
            ("a\nb", "control"),
            ("a\u{7f}", "control"),
            ("a\u{202e}b", "invisible"),
            ("a\u{200b}", "invisible"),
            ("a.", "end with"),
            ("a ", "end with"),
            (" a", "begin with"),
            ("b./a", "end with"),
            ("CON", "Windows"),
            ("lib/nul.py", "Windows"),
            ("aux.tar.gz", "Windows"),
            ("com1", "Windows"),
            ("LPT9.txt", "Windows"),
            ("COM¹", "Windows"),
            ("con .txt", "Windows"),
            ("a*", "`*`"),
            ("a?", "`?`"),
        ];
        for (path, part) in cases {
            check_path(path, Some(part));
        }
        check_path(&"a".repeat(201), Some("name can't be longer"));
        check_path(&"abcdefg/".repeat(80), Some("path can't be longer"));
    }

    #[track_caller]
    fn check_together(paths: &[(&str, bool)], expected: Option<&str>) {
        let mut all = Paths::default();
        let found = paths.iter().try_for_each(|(path, folder)| all.add(path, *folder));
        match (found, expected) {
            (Ok(()), None) => {}
            (Err(message), Some(part)) => assert!(message.contains(part), "{paths:?}: {message}"),
            (found, _) => panic!("{paths:?}: {found:?}"),
        }
    }

    #[test]
    fn no_path_may_be_another_somewhere() {
        check_together(&[("a/b", false), ("a/c", false), ("a", true), ("d", true), ("d/e", false)], None);
        check_together(&[("a", false), ("a", false)], Some("twice"));
        check_together(&[("a", false), ("A", false)], Some("tell case"));
        check_together(&[("a/x", false), ("A/y", false)], Some("tell case"));
        check_together(&[("caf\u{e9}", false), ("cafe\u{301}", false)], Some("accents"));
        check_together(&[("stra\u{df}e", false), ("STRASSE", false)], Some("tell case"));
        check_together(&[("a", false), ("a/b", false)], Some("both a file and a folder"));
        check_together(&[("a/b", false), ("a", false)], Some("both a file and a folder"));
        check_together(&[("a", true), ("a", false)], Some("both a file and a folder"));
    }
}
