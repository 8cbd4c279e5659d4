//! What one column holds: how many values, nulls and distinct ones, and the least, the greatest and the mean.

use csvq_text::Rule;

use super::column::{Column, Values};
use super::evaluate::{self, Text};
use super::{align, keys};
use crate::control::Control;
use crate::error::Result;
use crate::types::{ColumnType, DataType};

/// A column's values on one side, under the rules for white space, case and nulls.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::compare) struct Profile {
    pub(in crate::compare) nulls: u64,
    pub(in crate::compare) distinct: u64,
    pub(in crate::compare) min: Text,
    pub(in crate::compare) max: Text,
    pub(in crate::compare) mean: Option<f64>,
}

/// The profiles of both sides of a column.
pub(super) fn profiles(columns: [&Column; 2], rule: &Rule, threads: usize, control: &Control) -> Result<[Profile; 2]> {
    let [left, right] = columns;
    let keys = keys::keys(&[(left, right, rule)], columns.map(|column| column.len), control)?;
    let distinct = align::distinct(&keys, threads, control)?;
    drop(keys);
    let profile = |side: usize| -> Result<Profile> {
        let column = columns[side];
        let Range { least, greatest, mean } = range(column, rule, control);
        csvq_text::check(control)?;
        let shown = |row: Option<usize>| row.and_then(|row| evaluate::text(column, row, rule));
        Ok(Profile {
            nulls: distinct[side].nulls,
            distinct: distinct[side].values,
            min: shown(least),
            max: shown(greatest),
            mean: mean.filter(|mean| mean.is_finite()),
        })
    };
    Ok([profile(0)?, profile(1)?])
}

/// The rows of the least and the greatest value, and the mean.
#[derive(Clone, Copy, Debug, Default)]
struct Range {
    least: Option<usize>,
    greatest: Option<usize>,
    mean: Option<f64>,
}

/// Without further rows once the comparison is to end, which is for the caller to see.
fn range(column: &Column, rule: &Rule, control: &Control) -> Range {
    const CHECKED: usize = 1 << 14;
    // Values that a rule calls null are found by their text.
    let has_null_rule = rule.empty_is_null || !rule.nulls.is_empty();
    let rows = (0..column.len)
        .take_while(|row| !row.is_multiple_of(CHECKED) || control.stopped().is_none())
        .filter(|row| column.is_valid(*row) && (!has_null_rule || evaluate::text(column, *row, rule).is_some()));
    let is_integer = matches!(column.data_type, DataType::Integer { .. });
    match &column.values {
        Values::Null => Range::default(),
        Values::Boolean(values) => ends(rows, |row| values.get_bit(row)),
        Values::Signed(values) if is_integer => {
            let mean = mean_of_integers(rows.clone().map(|row| i128::from(values[row])));
            Range { mean, ..ends(rows, |row| values[row]) }
        }
        Values::Signed(values) => ends(rows, |row| values[row]),
        Values::Unsigned(values) => {
            let mean = mean_of_integers(rows.clone().map(|row| i128::from(values[row])));
            Range { mean, ..ends(rows, |row| values[row]) }
        }
        Values::Single(values) => floats(rows.map(|row| (row, f64::from(values[row])))),
        Values::Double(values) => floats(rows.map(|row| (row, values[row]))),
        Values::Decimal(values) => {
            let scale = 10_f64.powi(i32::from(super::format::scale(&column.data_type)));
            let mean = mean_of_floats(rows.clone().map(|row| values[row] as f64)).map(|mean| mean / scale);
            Range { mean, ..ends(rows, |row| values[row]) }
        }
        Values::Bytes(texts) if column.data_type.is_text() => {
            // Cells without text say nothing of what the others are.
            let filled = rows.clone().filter(|row| rule.value(texts.get(*row)).is_some_and(|text| !text.is_empty()));
            let is_any = filled.clone().next().is_some();
            let integer = |row: usize| rule.integer(texts.get(row));
            let float = |row: usize| rule.float(texts.get(row));
            let moment = |row: usize| rule.moment(texts.get(row));
            let is_moment = matches!(rule.column_type, ColumnType::Date | ColumnType::Timestamp);
            if is_any && is_moment && filled.clone().all(|row| moment(row).is_some()) {
                ends(filled, moment)
            } else if is_any && filled.clone().all(|row| integer(row).is_some()) {
                // Floats beyond 2^53 would not tell neighbours apart.
                let mean = mean_of_floats(filled.clone().filter_map(float));
                Range { mean, ..ends(filled, integer) }
            } else if is_any && filled.clone().all(|row| float(row).is_some()) {
                floats(filled.filter_map(|row| Some((row, float(row)?))))
            } else {
                ends(rows, |row| rule.value(texts.get(row)))
            }
        }
        Values::Bytes(texts) if column.data_type == DataType::Binary => ends(rows, |row| texts.get(row)),
        Values::Bytes(_) => Range::default(),
    }
}

/// The rows of the least and the greatest value; of equal ones the first.
fn ends<T: PartialOrd>(rows: impl Iterator<Item = usize>, value: impl Fn(usize) -> T) -> Range {
    let mut range = Range::default();
    for row in rows {
        if range.least.is_none_or(|least| value(row) < value(least)) {
            range.least = Some(row);
        }
        if range.greatest.is_none_or(|greatest| value(row) > value(greatest)) {
            range.greatest = Some(row);
        }
    }
    range
}

/// What is no number has no place among numbers.
fn floats(numbers: impl Iterator<Item = (usize, f64)> + Clone) -> Range {
    let numbers = numbers.filter(|(_, number)| !number.is_nan());
    let mean = mean_of_floats(numbers.clone().map(|(_, number)| number));
    let mut range = Range { mean, ..Range::default() };
    let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
    for (row, number) in numbers {
        if range.least.is_none() || number < least {
            (range.least, least) = (Some(row), number);
        }
        if range.greatest.is_none() || number > greatest {
            (range.greatest, greatest) = (Some(row), number);
        }
    }
    range
}

fn mean_of_integers(numbers: impl Iterator<Item = i128>) -> Option<f64> {
    let (sum, count) = numbers.fold((0_i128, 0_i128), |(sum, count), number| (sum + number, count + 1));
    // The whole part is exact, however large the sum.
    (count > 0).then(|| (sum / count) as f64 + (sum % count) as f64 / count as f64)
}

/// The mean, of a sum that carries along what adding to it rounds away.
fn mean_of_floats(numbers: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let (mut sum, mut lost, mut count) = (0.0_f64, 0.0_f64, 0_u64);
    for number in numbers.clone() {
        let next = sum + number;
        lost += if sum.abs() >= number.abs() { (sum - next) + number } else { (number - next) + sum };
        sum = next;
        count += 1;
    }
    let mean = if (sum + lost).is_finite() {
        (sum + lost) / count as f64
    } else {
        // Too large a sum is one of smaller parts; an infinity stays one.
        numbers.map(|number| number / count as f64).sum()
    };
    (count > 0).then_some(mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_lose_nothing_on_the_way() {
        assert_eq!(
            mean_of_integers([i128::from(i64::MAX), i128::from(i64::MAX) - 2].into_iter()),
            Some(i64::MAX as f64)
        );
        assert_eq!(mean_of_integers([1, 2].into_iter()), Some(1.5));
        assert_eq!(mean_of_floats([1e100, 1.0, -1e100, 3.0].into_iter()), Some(1.0));
        assert_eq!(mean_of_floats([f64::INFINITY, 1.0].into_iter()), Some(f64::INFINITY));
        assert_eq!(mean_of_floats([1e308, 1e308].into_iter()), Some(1e308));
        assert_eq!(mean_of_floats(std::iter::empty()), None);
    }
}
