//! Checks of a spec that need no data. Each error names the field and what it would accept.
//!
//! Whether columns exist, and whether an encoding's label is known, is for the engines to check.

use std::collections::BTreeSet;

use super::dialect::Side;
use super::model::{By, ColumnPair, CompareSpec, DuplicatePolicy};
use super::patterns::Patterns;
use super::scoped::Scoped;
use super::time_format;
use super::units::ByteSize;
use crate::error::{Error, Result};
use crate::types::ColumnType;

/// The least memory that a comparison can be told to stay within.
pub const LEAST_MEMORY: ByteSize = ByteSize(16 << 20);

impl CompareSpec {
    /// Checks everything that can be checked without data.
    ///
    /// # Errors
    /// [`InvalidSpec`](crate::ErrorKind::InvalidSpec), naming the first field that is wrong and what it would accept.
    ///
    /// ```
    /// use csvq_core::spec::{CompareSpec, Scoped};
    /// let spec = CompareSpec { rel_tol: Scoped::for_all(-0.5), ..CompareSpec::default() };
    /// assert_eq!(spec.validate().unwrap_err().context().field.as_deref(), Some("rel_tol"));
    /// ```
    pub fn validate(&self) -> Result<()> {
        self.check_matching()?;
        Patterns::new("only", &self.only)?;
        Patterns::new("ignore", &self.ignore)?;
        self.check_tolerances()?;
        check_columns("ignore_case", &self.ignore_case)?;
        check_columns("trim", &self.trim)?;
        check_columns("empty_is_null", &self.empty_is_null)?;
        check_columns("null", &self.null)?;
        check_columns("as_number", &self.as_number)?;
        check_columns("as_time", &self.as_time)?;
        self.as_time.values().flatten().try_for_each(|format| time_format::check("as_time", format))?;
        if self.types.columns.contains_key("") {
            return Err(Error::spec("types", "a column's name is empty: write a column and its type"));
        }
        for side in Side::BOTH {
            self.dialect(side)?;
        }
        self.check_limits()
    }

    /// The settings by which rows find each other.
    fn check_matching(&self) -> Result<()> {
        if self.by != By::Key {
            let by = if self.by == By::Position { "position" } else { "content" };
            if !self.key.is_empty() {
                let message = format!("rows compared by {by} have no key: leave out either `key` or `by`");
                return Err(Error::spec("key", message));
            }
            if self.duplicates != DuplicatePolicy::Pair {
                let message =
                    format!("rows compared by {by} have no keys that could occur twice: leave out `duplicates`");
                return Err(Error::spec("duplicates", message));
            }
        }
        check_pairs("key", &self.key)?;
        check_pairs("map", &self.map)?;
        for pair in &self.key {
            let other = self.map.iter().find(|own| (own.left == pair.left) != (own.right == pair.right));
            if let Some(other) = other {
                let message =
                    format!("`{other}` contradicts the key `{pair}`: name a pair of columns the same way in both");
                return Err(Error::spec("map", message));
            }
        }
        Ok(())
    }

    fn check_tolerances(&self) -> Result<()> {
        self.check_tolerance("abs_tol", &self.abs_tol)?;
        self.check_tolerance("rel_tol", &self.rel_tol)?;
        self.check_tolerance("time_tol", &self.time_tol)?;
        let no_number = [ColumnType::Boolean, ColumnType::Date, ColumnType::Timestamp];
        let no_time = [ColumnType::Boolean, ColumnType::Integer, ColumnType::Decimal, ColumnType::Float];
        self.check_declared("abs_tol", &self.abs_tol, &no_number)?;
        self.check_declared("rel_tol", &self.rel_tol, &no_number)?;
        self.check_declared("time_tol", &self.time_tol, &no_time)?;
        for (field, tolerance) in [("abs_tol", &self.abs_tol), ("rel_tol", &self.rel_tol)] {
            if tolerance.values().any(|value| !value.is_finite() || *value < 0.0) {
                return Err(Error::spec(field, "a tolerance is a finite number, 0 or greater"));
            }
        }
        Ok(())
    }

    fn check_tolerance<T>(&self, field: &str, tolerance: &Scoped<T>) -> Result<()> {
        check_columns(field, tolerance)?;
        if self.by == By::Content && !tolerance.is_empty() {
            let message = "rows compared by content are equal or not, so no tolerance can apply: \
                           give a key, or compare by position";
            return Err(Error::spec(field, message));
        }
        if let Some(pair) = self.key.iter().find(|pair| tolerance.columns.contains_key(&pair.left)) {
            let message = format!(
                "`{}` is a key column, and keys have to be equal: leave out its tolerance or the key",
                pair.left
            );
            return Err(Error::spec(field, message));
        }
        Ok(())
    }

    /// Refuses a column's own tolerance where its declared type has nothing that could be near.
    fn check_declared<T>(&self, field: &str, tolerance: &Scoped<T>, without: &[ColumnType]) -> Result<()> {
        let declared = self.types.columns.iter().filter(|(name, _)| tolerance.columns.contains_key(*name));
        for (name, column_type) in declared {
            if without.contains(column_type) {
                let message = format!(
                    "`{name}` is declared {}, to which this tolerance can't apply: leave out one of the two",
                    column_type.name()
                );
                return Err(Error::spec(field, message));
            }
        }
        Ok(())
    }

    fn check_limits(&self) -> Result<()> {
        if self.stop_after == Some(0) {
            return Err(Error::spec("stop_after", "0 rows would end the comparison before it begins: write 1 or more"));
        }
        if let Some(memory) = self.memory.filter(|memory| *memory < LEAST_MEMORY) {
            return Err(Error::spec("memory", format!("{memory} is too little: write {LEAST_MEMORY} or more")));
        }
        if self.threads.is_some_and(|threads| !(1..=1024).contains(&threads)) {
            return Err(Error::spec("threads", "expected a number of threads from 1 to 1024"));
        }
        if self.spill_dir.as_ref().is_some_and(|path| path.as_os_str().is_empty()) {
            return Err(Error::spec("spill_dir", "it is empty: write a folder's path"));
        }
        Ok(())
    }
}

fn check_columns<T>(field: &str, scoped: &Scoped<T>) -> Result<()> {
    if scoped.columns.contains_key("") {
        return Err(Error::spec(field, "a column's name is empty: write a name, `type:NAME`, or `*` for all columns"));
    }
    Ok(())
}

/// Names must stand there, and on each side only once.
fn check_pairs(field: &str, pairs: &[ColumnPair]) -> Result<()> {
    let mut seen = [BTreeSet::new(), BTreeSet::new()];
    for pair in pairs {
        for (side, name, seen) in Side::BOTH
            .iter()
            .zip([&pair.left, &pair.right])
            .zip(&mut seen)
            .map(|((side, name), seen)| (side, name, seen))
        {
            if name.is_empty() {
                return Err(Error::spec(field, "a column's name is empty: write a name, or `left=right`"));
            }
            if !seen.insert(name.as_str()) {
                let message =
                    format!("`{name}` stands there twice for the {} side: name each column once", side.name());
                return Err(Error::spec(field, message));
            }
        }
    }
    Ok(())
}
