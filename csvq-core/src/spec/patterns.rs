//! Patterns of column names, as `only` and `ignore` take them: a name, or a glob such as `price_*`.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::error::{Error, Result};

/// A list of patterns, ready to be asked about names.
///
/// A pattern matches a name that it is equal to letter by letter, or that it matches as a glob: `*` stands for any
/// characters, `?` for one, `[ab]` for one of these, `{x,y}` for either, and a backslash takes the meaning from the
/// character after it.
///
/// ```
/// use csvq_core::spec::Patterns;
/// let patterns = Patterns::new("ignore", &["price_*".to_owned()])?;
/// assert!(patterns.matches("price_net"));
/// assert!(!patterns.matches("price"));
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Patterns {
    names: Vec<String>,
    globs: GlobSet,
}

impl Patterns {
    /// Compiles the patterns of a field of the spec, which an error then names.
    ///
    /// # Errors
    /// [`InvalidSpec`](crate::ErrorKind::InvalidSpec) where one is empty or no valid glob.
    pub fn new(field: &str, patterns: &[String]) -> Result<Self> {
        let mut globs = GlobSetBuilder::new();
        for pattern in patterns {
            globs.add(glob(field, pattern)?);
        }
        let globs = globs
            .build()
            .map_err(|error| Error::spec(field, format!("the patterns are too large together: {}", error.kind())))?;
        Ok(Self { names: patterns.to_vec(), globs })
    }

    /// Whether a column's name matches any of them.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.names.iter().any(|own| own == name) || self.globs.is_match(name)
    }

    /// Those that match none of the names, in order: most often a slip of the pen.
    pub fn unmatched<'a>(&'a self, names: &[impl AsRef<str>]) -> Vec<&'a str> {
        let mut used = vec![false; self.names.len()];
        for name in names {
            let name = name.as_ref();
            for index in self.globs.matches(name) {
                used[index] = true;
            }
            for (index, own) in self.names.iter().enumerate() {
                used[index] |= own == name;
            }
        }
        self.names.iter().zip(used).filter(|(_, used)| !used).map(|(own, _)| own.as_str()).collect()
    }
}

fn glob(field: &str, pattern: &str) -> Result<Glob> {
    if pattern.is_empty() {
        return Err(Error::spec(field, "a pattern is empty: write a column's name, or a pattern such as `price_*`"));
    }
    // A column's name is no path: `/` is a character like any other, and a backslash escapes on every system.
    GlobBuilder::new(pattern).literal_separator(false).backslash_escape(true).build().map_err(|error| {
        let message = format!(
            "`{pattern}` is no valid pattern ({}): write a backslash before `[`, `{{`, `*` or `?` where it is part \
             of a name",
            error.kind()
        );
        Error::spec(field, message)
    })
}

/// Splits patterns at commas that stand neither in braces nor after a backslash.
///
/// ```
/// use csvq_core::spec::split_patterns;
/// assert_eq!(split_patterns("id,{net,gross}_price"), ["id", "{net,gross}_price"]);
/// ```
#[must_use]
pub fn split_patterns(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut escaped) = (0, 0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(text[start..at].to_owned());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].to_owned());
    parts
}
