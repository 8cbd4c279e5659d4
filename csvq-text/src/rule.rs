//! When two cells are equal: the rules of one column, applied to two texts.
//!
//! The order is fixed: trim, then null spellings, then the type or the tolerances, then case. Byte-identical cells are
//! equal under every rule, which is why the engine may skip them.

mod number;
mod time;

use std::borrow::Cow;

use crate::types::ColumnType;
use number::{Number, float};
use time::{Moment, Times};

pub use time::tells_a_moment;

/// What is said of two cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They are equal.
    Equal,
    /// They differ.
    Changed,
    /// They differ, and a cell could not be read as the column's declared type.
    Unparsable,
}

/// The rules of one column.
///
/// ```
/// use csvq_text::{Rule, Verdict};
/// let rule = Rule { abs_tol: Some(0.01), ..Rule::default() };
/// assert_eq!(rule.compare(b"1.001", b"1.002"), Verdict::Equal);
/// assert_eq!(rule.compare(b"n/a", b"1.0"), Verdict::Changed);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// What the text stands for.
    pub column_type: ColumnType,
    /// Whether the type was declared, so that a cell which can't be read as it is [`Verdict::Unparsable`], and not just
    /// text.
    pub declared: bool,
    /// Leave out white space (Unicode) at both ends.
    pub trim: bool,
    /// Letters are equal whatever their case (Unicode lower case, character by character).
    pub ignore_case: bool,
    /// An empty cell is null.
    pub empty_is_null: bool,
    /// Cells with one of these texts are null.
    pub nulls: Vec<Vec<u8>>,
    /// Cells that are numbers on both sides are compared by value.
    pub as_number: bool,
    /// Numbers are equal within this distance.
    pub abs_tol: Option<f64>,
    /// Numbers are equal within this part of the larger magnitude.
    pub rel_tol: Option<f64>,
    /// Cells that are times on both sides, in one of these formats (strftime, or `iso`), are compared as instants.
    pub as_time: Vec<String>,
    /// Times are equal within this many nanoseconds.
    pub time_tol: Option<u64>,
}

impl Rule {
    /// Whether two cells are equal exactly when their text is.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        !(self.trim
            || self.ignore_case
            || self.empty_is_null
            || !self.nulls.is_empty()
            || self.column_type != ColumnType::Text
            || self.reads_numbers()
            || self.reads_times())
    }

    /// The cell's text as the rules for null and white space leave it; `None` is null.
    #[must_use]
    pub fn value<'a>(&self, cell: &'a [u8]) -> Option<&'a [u8]> {
        let cell = if self.trim { trim(cell) } else { cell };
        let null = (self.empty_is_null && cell.is_empty()) || self.nulls.iter().any(|null| null == cell);
        (!null).then_some(cell)
    }

    /// Compares two cells.
    #[must_use]
    pub fn compare(&self, left: &[u8], right: &[u8]) -> Verdict {
        self.compare_values(Some(left), Some(right))
    }

    /// Compares two cells of which either may be null, whatever its text.
    ///
    /// ```
    /// use csvq_text::{Rule, Verdict};
    /// let rule = Rule { empty_is_null: true, ..Rule::default() };
    /// assert_eq!(rule.compare_values(None, Some(b"")), Verdict::Equal);
    /// assert_eq!(rule.compare_values(None, Some(b"0")), Verdict::Changed);
    /// ```
    #[must_use]
    pub fn compare_values(&self, left: Option<&[u8]>, right: Option<&[u8]>) -> Verdict {
        if left == right {
            return Verdict::Equal;
        }
        let (left, right) = match (left.and_then(|cell| self.value(cell)), right.and_then(|cell| self.value(cell))) {
            (None, None) => return Verdict::Equal,
            (Some(left), Some(right)) => (left, right),
            // A null has no type: what stands against it alone can be unparsable.
            (Some(cell), None) | (None, Some(cell)) => {
                let unparsable = self.declared && !self.parses(cell);
                return if unparsable { Verdict::Unparsable } else { Verdict::Changed };
            }
        };
        if left == right {
            return Verdict::Equal;
        }
        match self.compare_typed(left, right) {
            Some(true) => Verdict::Equal,
            Some(false) => Verdict::Changed,
            None if self.equal_text(left, right) => Verdict::Equal,
            None if self.declared && !(self.parses(left) && self.parses(right)) => Verdict::Unparsable,
            None => Verdict::Changed,
        }
    }

    /// Whether two finite floats are within the tolerance; no infinity is near anything. What is equal is not asked about.
    ///
    /// ```
    /// let rule = csvq_text::Rule { rel_tol: Some(0.01), ..Default::default() };
    /// assert!(rule.is_near(100.0, 101.0) && !rule.is_near(1.0, f64::INFINITY));
    /// ```
    #[must_use]
    pub fn is_near(&self, left: f64, right: f64) -> bool {
        let (abs_tol, rel_tol) = (self.abs_tol.unwrap_or(0.0), self.rel_tol.unwrap_or(0.0));
        // Numbers of different size become the same infinity where they are too large.
        let both_finite = left.is_finite() && right.is_finite();
        both_finite && (left - right).abs() <= abs_tol.max(rel_tol * left.abs().max(right.abs()))
    }

    /// By how much the right of two cells is more than the left one, where both are finite numbers.
    ///
    /// ```
    /// assert_eq!(csvq_text::Rule::default().difference(b"2", b"1.5"), Some(-0.5));
    /// assert_eq!(csvq_text::Rule::default().difference(b"2", b"n/a"), None);
    /// ```
    #[must_use]
    pub fn difference(&self, left: &[u8], right: &[u8]) -> Option<f64> {
        let (left, right) = (self.value(left)?, self.value(right)?);
        if let (Some(left), Some(right)) = (number::integer(left), number::integer(right)) {
            // Two neighbours beyond 2^53 are the same float.
            let distance = left.abs_diff(right) as f64;
            return Some(if right < left { -distance } else { distance });
        }
        let difference = self.float(right)? - self.float(left)?;
        difference.is_finite().then_some(difference)
    }

    /// The number that a cell is, as the nearest binary64; `None` where it is null or no number. Infinities and NaN are
    /// told by a sign or not at all: a name is not taken for a number.
    ///
    /// ```
    /// let rule = csvq_text::Rule { empty_is_null: true, ..Default::default() };
    /// assert_eq!((rule.float(b"1.5"), rule.float(b""), rule.float(b"nan")), (Some(1.5), None, None));
    /// ```
    #[must_use]
    pub fn float(&self, cell: &[u8]) -> Option<f64> {
        let value = self.value(cell)?;
        let looks_like_one = value.first().is_some_and(|first| !first.is_ascii_alphabetic());
        if looks_like_one { float(value) } else { None }
    }

    /// The integer that a cell is, written as sign and digits; `None` where it is null, anything else, or beyond 128 bits.
    ///
    /// ```
    /// let rule = csvq_text::Rule::default();
    /// assert_eq!((rule.integer(b"-007"), rule.integer(b"7.0")), (Some(-7), None));
    /// ```
    #[must_use]
    pub fn integer(&self, cell: &[u8]) -> Option<i128> {
        number::integer(self.value(cell)?)
    }

    /// The moment that a cell of a column of dates or timestamps is: nanoseconds since 1970-01-01, and whether that is in
    /// UTC (true) or in a zone that the text does not name; `None` where it is null or no moment.
    ///
    /// ```
    /// use csvq_text::{ColumnType, Rule};
    /// let rule = Rule { column_type: ColumnType::Timestamp, ..Rule::default() };
    /// assert_eq!(rule.moment(b"1970-01-01T01:00:01+01:00"), Some((1_000_000_000, true)));
    /// assert_eq!(rule.moment(b"soon"), None);
    /// ```
    #[must_use]
    pub fn moment(&self, cell: &[u8]) -> Option<(i128, bool)> {
        self.times().parse(self.value(cell)?).map(Moment::parts)
    }

    /// The truth value that a cell is, by its name or digit; `None` where it is null or none.
    ///
    /// ```
    /// assert_eq!(csvq_text::Rule::default().truth(b"Yes"), Some(true));
    /// ```
    #[must_use]
    pub fn truth(&self, cell: &[u8]) -> Option<bool> {
        boolean(self.value(cell)?)
    }

    /// The text that stands for all cells equal to this one under the rules without tolerance; `None` is null.
    /// Keys and whole rows are compared by it.
    ///
    /// ```
    /// let rule = csvq_text::Rule { as_number: true, ..Default::default() };
    /// assert_eq!(rule.canonical(b"1.0"), rule.canonical(b"1e0"));
    /// ```
    #[must_use]
    pub fn canonical<'a>(&self, cell: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        let value = self.value(cell)?;
        let typed = match self.column_type {
            ColumnType::Text => self.canonical_number(value).or_else(|| self.canonical_time(value)),
            ColumnType::Integer | ColumnType::Decimal => self.number(value).map(|number| number.canonical()),
            ColumnType::Float => float(value).map(number::canonical_float),
            ColumnType::Boolean => boolean(value).map(|truth| truth.to_string().into_bytes()),
            ColumnType::Date | ColumnType::Timestamp => self.times().parse(value).map(|time| time.canonical()),
        };
        Some(match typed {
            Some(text) => Cow::Owned(text),
            None if self.ignore_case => fold(value),
            None => Cow::Borrowed(value),
        })
    }

    /// A text's number, where the rules ask for numbers and it is one.
    fn canonical_number(&self, value: &[u8]) -> Option<Vec<u8>> {
        if !self.as_number {
            return None;
        }
        match Number::parse(value) {
            Some(number) => Some(number.canonical()),
            None => number::named(value).map(number::canonical_float),
        }
    }

    /// A text's time, where the rules ask for times and it is one.
    fn canonical_time(&self, value: &[u8]) -> Option<Vec<u8>> {
        let time = if self.as_time.is_empty() { None } else { self.times().parse(value) };
        time.map(|time| time.canonical())
    }

    /// Whether values are equal as the column's type; `None` where they are not both of it, nor of a type that a rule
    /// asks for.
    fn compare_typed(&self, left: &[u8], right: &[u8]) -> Option<bool> {
        match self.column_type {
            ColumnType::Text => {
                let numbers = if self.reads_numbers() { self.compare_numbers(left, right) } else { None };
                numbers.or_else(|| if self.reads_times() { self.compare_times(left, right) } else { None })
            }
            ColumnType::Integer | ColumnType::Decimal => {
                let (left_number, right_number) = (self.number(left)?, self.number(right)?);
                Some(left_number == right_number || self.within(left, right) == Some(true))
            }
            ColumnType::Float => {
                let (left_number, right_number) = (float(left)?, float(right)?);
                let same = left_number == right_number || (left_number.is_nan() && right_number.is_nan());
                Some(same || self.within(left, right) == Some(true))
            }
            ColumnType::Boolean => Some(boolean(left)? == boolean(right)?),
            ColumnType::Date | ColumnType::Timestamp => self.compare_times(left, right),
        }
    }

    fn compare_numbers(&self, left: &[u8], right: &[u8]) -> Option<bool> {
        let exact = match (Number::parse(left), Number::parse(right)) {
            (Some(left), Some(right)) => left == right,
            (None, None) => {
                let (left, right) = (number::named(left)?, number::named(right)?);
                left == right || (left.is_nan() && right.is_nan())
            }
            // An infinity or NaN against digits: however many there are, they are no infinity.
            (None, Some(_)) => number::named(left).map(|_| false)?,
            (Some(_), None) => number::named(right).map(|_| false)?,
        };
        Some(exact || self.within(left, right) == Some(true))
    }

    /// Whether two numbers are within the tolerance, where there is one.
    fn within(&self, left: &[u8], right: &[u8]) -> Option<bool> {
        if self.abs_tol.is_none() && self.rel_tol.is_none() {
            return None;
        }
        let (abs_tol, rel_tol) = (self.abs_tol.unwrap_or(0.0), self.rel_tol.unwrap_or(0.0));
        if let Some(distance) = number::integer_distance(left, right) {
            let magnitude = float(left)?.abs().max(float(right)?.abs());
            return Some(distance.at_most(abs_tol.max(rel_tol * magnitude)));
        }
        Some(self.is_near(float(left)?, float(right)?))
    }

    fn compare_times(&self, left: &[u8], right: &[u8]) -> Option<bool> {
        let times = self.times();
        let (left, right) = (times.parse(left)?, times.parse(right)?);
        Some(left.is_within(right, self.time_tol.unwrap_or(0)))
    }

    fn equal_text(&self, left: &[u8], right: &[u8]) -> bool {
        self.ignore_case && fold(left) == fold(right)
    }

    /// Whether a value can be read as the column's type.
    fn parses(&self, value: &[u8]) -> bool {
        match self.column_type {
            ColumnType::Text => true,
            ColumnType::Integer | ColumnType::Decimal => self.number(value).is_some(),
            ColumnType::Float => float(value).is_some(),
            ColumnType::Boolean => boolean(value).is_some(),
            ColumnType::Date | ColumnType::Timestamp => self.times().parse(value).is_some(),
        }
    }

    fn number<'a>(&self, value: &'a [u8]) -> Option<Number<'a>> {
        let number = Number::parse(value)?;
        (self.column_type != ColumnType::Integer || number.is_integer()).then_some(number)
    }

    fn times(&self) -> Times<'_> {
        Times { formats: &self.as_time, dates_only: self.column_type == ColumnType::Date }
    }

    fn reads_numbers(&self) -> bool {
        self.as_number || self.abs_tol.is_some() || self.rel_tol.is_some()
    }

    fn reads_times(&self) -> bool {
        !self.as_time.is_empty() || self.time_tol.is_some()
    }
}

/// Whether a text can be read as a type, as a declared column of that type would.
#[must_use]
pub(crate) fn reads_as(column_type: ColumnType, value: &[u8]) -> bool {
    Rule { column_type, ..Rule::default() }.parses(value)
}

fn boolean(value: &[u8]) -> Option<bool> {
    const TRUE: [&[u8]; 5] = [b"true", b"t", b"yes", b"y", b"1"];
    const FALSE: [&[u8]; 5] = [b"false", b"f", b"no", b"n", b"0"];
    let is = |names: &[&[u8]]| names.iter().any(|name| name.eq_ignore_ascii_case(value));
    if is(&TRUE) {
        Some(true)
    } else if is(&FALSE) {
        Some(false)
    } else {
        None
    }
}

fn trim(cell: &[u8]) -> &[u8] {
    match std::str::from_utf8(cell) {
        Ok(text) => text.trim().as_bytes(),
        Err(_) => cell.trim_ascii(),
    }
}

/// The text in lower case, character by character.
fn fold(value: &[u8]) -> Cow<'_, [u8]> {
    if value.is_ascii() {
        if value.iter().any(u8::is_ascii_uppercase) {
            return Cow::Owned(value.to_ascii_lowercase());
        }
        return Cow::Borrowed(value);
    }
    match std::str::from_utf8(value) {
        Ok(text) => Cow::Owned(text.chars().flat_map(char::to_lowercase).collect::<String>().into_bytes()),
        Err(_) => Cow::Borrowed(value),
    }
}

#[cfg(test)]
mod tests;
