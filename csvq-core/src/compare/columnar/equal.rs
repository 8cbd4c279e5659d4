//! Which pairs hold different values: a kernel for each two types whose values can be held against each other as they
//! are. Rules are not known here; equal values are equal under any.

use bytemuck::Pod;
use polars_arrow::bitmap::Bitmap;

use super::column::{Column, Texts, Values, bits};
use super::format::scale;
use super::pairs::Run;
use crate::types::DataType;

/// Rows that a kernel looks at together.
const BLOCK: usize = u64::BITS as usize;

/// Holds the values of a pair against each other; neither is null. Only `may_differ` may be asked about places of nulls: what it
/// says of them is ignored, and it must not follow what stands there.
trait Differ {
    fn differs(&self, left: usize, right: usize) -> bool;

    /// Which of a block of values that follow one another may differ, a bit for each; all where that can't be told at once.
    #[inline(always)]
    fn may_differ(&self, _left: usize, _right: usize, len: usize) -> u64 {
        all(len)
    }
}

/// Whether values of these types can be compared as they are.
pub(super) fn has_kernel(columns: [&Column; 2]) -> bool {
    // Nobody is asked about any pair.
    differing(columns, &mut std::iter::empty(), &mut |_, _, _| {})
}

/// Visits the pairs that differ, of runs of rows that each begin with a pair: the pair's number, then its rows. False where
/// values of these types can't be compared as they are, but by their text.
pub(super) fn differing(
    columns: [&Column; 2],
    runs: &mut dyn Iterator<Item = (usize, Run)>,
    visit: &mut dyn FnMut(usize, usize, usize),
) -> bool {
    use DataType as Type;
    use Values as V;
    let [left, right] = columns;
    match (&left.values, &right.values, &left.data_type, &right.data_type) {
        (V::Null, ..) | (_, V::Null, ..) => scan(&By(|_, _| true), columns, runs, visit),
        (V::Boolean(l), V::Boolean(r), ..) => scan(&Flags(l, r), columns, runs, visit),
        (V::Signed(l), V::Signed(r), one, other) => match (factor(one), factor(other)) {
            (Some((family, times)), Some((same, others))) if family == same => {
                if times == others {
                    scan(&Same(l, r), columns, runs, visit);
                } else {
                    let at = |value: i64, times: i64| i128::from(value) * i128::from(times);
                    scan(&By(|a, b| at(l[a], times) != at(r[b], others)), columns, runs, visit);
                }
            }
            _ if is_moment(one) && is_moment(other) => scan(&By(|_, _| true), columns, runs, visit),
            _ => return false,
        },
        (V::Unsigned(l), V::Unsigned(r), ..) => scan(&Same(l, r), columns, runs, visit),
        (V::Signed(l), V::Unsigned(r), Type::Integer { .. }, _) => {
            scan(&By(|a, b| u64::try_from(l[a]) != Ok(r[b])), columns, runs, visit);
        }
        (V::Unsigned(l), V::Signed(r), _, Type::Integer { .. }) => {
            scan(&By(|a, b| u64::try_from(r[b]) != Ok(l[a])), columns, runs, visit);
        }
        (V::Single(l), V::Single(r), ..) => scan(&Floats(l, r), columns, runs, visit),
        (V::Double(l), V::Double(r), ..) => scan(&Floats(l, r), columns, runs, visit),
        (V::Signed(l), V::Double(r), Type::Integer { .. }, _) => {
            scan(&By(|a, b| !is_integer(r[b], i128::from(l[a]))), columns, runs, visit);
        }
        (V::Double(l), V::Signed(r), _, Type::Integer { .. }) => {
            scan(&By(|a, b| !is_integer(l[a], i128::from(r[b]))), columns, runs, visit);
        }
        (V::Unsigned(l), V::Double(r), ..) => {
            scan(&By(|a, b| !is_integer(r[b], i128::from(l[a]))), columns, runs, visit);
        }
        (V::Double(l), V::Unsigned(r), ..) => {
            scan(&By(|a, b| !is_integer(l[a], i128::from(r[b]))), columns, runs, visit);
        }
        (V::Decimal(l), V::Decimal(r), one, other) if scale(one) == scale(other) => {
            scan(&Same(l, r), columns, runs, visit);
        }
        (V::Decimal(l), V::Decimal(r), one, other) => {
            let (one, other) = (scale(one), scale(other));
            scan(&By(|a, b| !same_decimal((l[a], one), (r[b], other))), columns, runs, visit);
        }
        (V::Decimal(l), V::Signed(r), one, Type::Integer { .. }) => {
            let scale = scale(one);
            scan(&By(|a, b| !same_decimal((l[a], scale), (i128::from(r[b]), 0))), columns, runs, visit);
        }
        (V::Signed(l), V::Decimal(r), Type::Integer { .. }, other) => {
            let scale = scale(other);
            scan(&By(|a, b| !same_decimal((i128::from(l[a]), 0), (r[b], scale))), columns, runs, visit);
        }
        (V::Bytes(l), V::Bytes(r), one, other) if one.family() == other.family() => {
            scan(&SameTexts(l, r), columns, runs, visit);
        }
        _ => return false,
    }
    true
}

/// What one of a type's units is, among types whose values count the same thing.
fn factor(data_type: &DataType) -> Option<(&'static str, i64)> {
    const DAY: i64 = 86_400_000_000_000;
    match data_type {
        DataType::Integer { .. } => Some(("integer", 1)),
        DataType::Date => Some(("moment", DAY)),
        DataType::Time => Some(("time", 1)),
        DataType::Timestamp { unit, zone: None } => Some(("moment", unit.nanoseconds())),
        DataType::Timestamp { unit, zone: Some(_) } => Some(("instant", unit.nanoseconds())),
        DataType::Duration { unit } => Some(("duration", unit.nanoseconds())),
        _ => None,
    }
}

/// Local times and instants can't be told from each other: they are never equal.
fn is_moment(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Date | DataType::Timestamp { .. })
}

/// Whether a float is exactly this integer.
fn is_integer(float: f64, integer: i128) -> bool {
    // Casting saturates far beyond all integers that there are.
    float.fract() == 0.0 && float as i128 == integer
}

fn same_decimal(left: (i128, u8), right: (i128, u8)) -> bool {
    let ((small, scale), (large, target)) = if left.1 <= right.1 { (left, right) } else { (right, left) };
    let power = 10_i128.checked_pow(u32::from(target - scale));
    // What is beyond all numbers equals none, but for zero, which is never beyond.
    power.and_then(|power| small.checked_mul(power)).map_or(small == 0 && large == 0, |scaled| scaled == large)
}

/// Values that are the same where they are equal.
struct Same<'a, T>(&'a [T], &'a [T]);

impl<T: PartialEq + Pod> Differ for Same<'_, T> {
    #[inline(always)]
    fn differs(&self, left: usize, right: usize) -> bool {
        self.0[left] != self.1[right]
    }

    #[inline(always)]
    fn may_differ(&self, left: usize, right: usize, len: usize) -> u64 {
        mask(&self.0[left..left + len], &self.1[right..right + len], |left, right| left != right)
    }
}

/// Truth values.
struct Flags<'a>(&'a Bitmap, &'a Bitmap);

impl Differ for Flags<'_> {
    #[inline(always)]
    fn differs(&self, left: usize, right: usize) -> bool {
        self.0.get_bit(left) != self.1.get_bit(right)
    }

    #[inline(always)]
    fn may_differ(&self, left: usize, right: usize, len: usize) -> u64 {
        bits::word(self.0, left, len) ^ bits::word(self.1, right, len)
    }
}

/// Floats: what is no number equals what is no number.
struct Floats<'a, T>(&'a [T], &'a [T]);

#[inline(always)]
#[allow(clippy::eq_op, reason = "only what is no number differs from itself")]
fn floats_differ<T: PartialEq>(left: &T, right: &T) -> bool {
    left != right && (left == left || right == right)
}

impl<T: PartialEq + Pod> Differ for Floats<'_, T> {
    #[inline(always)]
    fn differs(&self, left: usize, right: usize) -> bool {
        floats_differ(&self.0[left], &self.1[right])
    }

    #[inline(always)]
    fn may_differ(&self, left: usize, right: usize, len: usize) -> u64 {
        mask(&self.0[left..left + len], &self.1[right..right + len], floats_differ)
    }
}

/// Which of at most 64 values differ, a bit for each; that all of their bytes are the same is seen at once.
#[inline(always)]
fn mask<T: Pod>(left: &[T], right: &[T], differ: impl Fn(&T, &T) -> bool) -> u64 {
    if bytemuck::cast_slice::<T, u8>(left) == bytemuck::cast_slice::<T, u8>(right) {
        return 0;
    }
    let pairs = left.iter().zip(right).enumerate();
    pairs.fold(0, |bits, (at, (left, right))| bits | u64::from(differ(left, right)) << at)
}

/// Texts.
struct SameTexts<'a>(&'a Texts, &'a Texts);

impl Differ for SameTexts<'_> {
    #[inline(always)]
    fn differs(&self, left: usize, right: usize) -> bool {
        self.0.differs(left, self.1, right)
    }

    #[inline(always)]
    fn may_differ(&self, left: usize, right: usize, len: usize) -> u64 {
        self.0.may_differ(left, self.1, right, len)
    }
}

struct By<F>(F);

impl<F: Fn(usize, usize) -> bool> Differ for By<F> {
    #[inline(always)]
    fn differs(&self, left: usize, right: usize) -> bool {
        (self.0)(left, right)
    }
}

/// A bit for each of so many values, one at least.
#[inline(always)]
fn all(len: usize) -> u64 {
    u64::MAX >> (BLOCK - len)
}

fn scan(
    differ: &impl Differ,
    [left, right]: [&Column; 2],
    runs: &mut dyn Iterator<Item = (usize, Run)>,
    visit: &mut dyn FnMut(usize, usize, usize),
) {
    // A column of nulls alone has no validity: no kernel for it knows which may differ, so that all are looked at.
    let validity = [left, right].map(|column| column.validity.as_ref().filter(|_| column.null_count() > 0));
    let valid = |side: usize, at: usize, len: usize| validity[side].map_or(all(len), |bits| bits::word(bits, at, len));
    let differs = |at: usize, there: usize| match (left.is_valid(at), right.is_valid(there)) {
        (true, true) => differ.differs(at, there),
        (at, there) => at != there,
    };
    for (start, run) in runs {
        let (at, there, len) = (run.left as usize, run.right as usize, run.len as usize);
        let look = |block: usize| {
            let (at, there, len) = (at + block, there + block, BLOCK.min(len - block));
            let (one, other) = (valid(0, at, len), valid(1, there, len));
            let both = one & other;
            let values = if both == 0 { 0 } else { differ.may_differ(at, there, len) };
            (one ^ other) | (values & both)
        };
        // To look at one pair twice takes longer.
        let mut next = if len == 1 { 1 } else { look(0) };
        for block in (0..len).step_by(BLOCK) {
            let mut rest = next;
            // What a look has brought near is there by the time it is needed.
            next = if len - block > BLOCK { look(block + BLOCK) } else { 0 };
            while rest != 0 {
                let row = block + rest.trailing_zeros() as usize;
                rest &= rest - 1;
                if differs(at + row, there + row) {
                    visit(start + row, at + row, there + row);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
