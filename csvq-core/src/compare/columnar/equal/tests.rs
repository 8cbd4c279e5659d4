//! The kernels against a look at one value after another.

use polars_arrow::array::{Array, BooleanArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::datatypes::ArrowDataType;
use proptest::prelude::*;

use super::super::column::load;
use super::*;

/// Values of one of the kinds that have a quick look of their own.
#[derive(Clone, Debug)]
enum Rows {
    Flags(Vec<Option<bool>>),
    Integers(Vec<Option<i64>>),
    Unsigned(Vec<Option<u64>>),
    Decimals(Vec<Option<i128>>),
    Singles(Vec<Option<f32>>),
    Floats(Vec<Option<f64>>),
    Texts(Vec<Option<String>>),
}

impl Rows {
    fn column(&self) -> Column {
        /// Behind rows that are cut off, so that bits begin within a byte.
        fn behind<T: Clone>(rows: &[Option<T>]) -> Vec<Option<T>> {
            [&rows[..CUT_OFF], rows].concat()
        }
        let (mut array, data_type): (Box<dyn Array>, _) = match self {
            Self::Flags(rows) => (BooleanArray::from(behind(rows)).boxed(), DataType::Boolean),
            Self::Integers(rows) => {
                (PrimitiveArray::from(behind(rows)).boxed(), DataType::Integer { signed: true, bits: 64 })
            }
            Self::Unsigned(rows) => {
                (PrimitiveArray::from(behind(rows)).boxed(), DataType::Integer { signed: false, bits: 64 })
            }
            Self::Decimals(rows) => {
                let array = PrimitiveArray::from(behind(rows)).to(ArrowDataType::Decimal(38, 2));
                (array.boxed(), DataType::Decimal { precision: 38, scale: 2 })
            }
            Self::Singles(rows) => (PrimitiveArray::from(behind(rows)).boxed(), DataType::Float { bits: 32 }),
            Self::Floats(rows) => (PrimitiveArray::from(behind(rows)).boxed(), DataType::Float { bits: 64 }),
            Self::Texts(rows) => (Utf8ViewArray::from_slice(behind(rows)).boxed(), DataType::Text),
        };
        array.slice(CUT_OFF, ROWS);
        load(&[array], &data_type).unwrap()
    }

    /// Whether a row here differs from one there.
    fn differs(&self, at: usize, other: &Self, there: usize) -> bool {
        match (self, other) {
            (Self::Flags(one), Self::Flags(other)) => one[at] != other[there],
            (Self::Integers(one), Self::Integers(other)) => one[at] != other[there],
            (Self::Unsigned(one), Self::Unsigned(other)) => one[at] != other[there],
            (Self::Decimals(one), Self::Decimals(other)) => one[at] != other[there],
            (Self::Texts(one), Self::Texts(other)) => one[at] != other[there],
            (Self::Singles(one), Self::Singles(other)) => {
                floats_differ(one[at].map(f64::from), other[there].map(f64::from))
            }
            (Self::Floats(one), Self::Floats(other)) => floats_differ(one[at], other[there]),
            _ => true,
        }
    }
}

fn floats_differ(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one != other && !(one.is_nan() && other.is_nan()),
        (one, other) => one.is_some() || other.is_some(),
    }
}

const ROWS: usize = 200;
const CUT_OFF: usize = 3;

/// Both sides, of which the right one is the left one but for some rows.
fn sides<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + Clone + 'static,
    rows: fn(Vec<Option<T>>) -> Rows,
) -> BoxedStrategy<[Rows; 2]> {
    let given = any::<bool>().prop_flat_map(move |has_nulls| {
        let present = value.clone().prop_map(Some).boxed();
        let cell = if has_nulls { prop::option::weighted(0.7, value.clone()).boxed() } else { present };
        (prop::collection::vec(cell.clone(), ROWS), prop::collection::vec((0..ROWS, cell), 0..20))
    });
    given
        .prop_map(move |(left, changes)| {
            let mut right = left.clone();
            changes.into_iter().for_each(|(at, cell)| right[at] = cell);
            [rows(left), rows(right)]
        })
        .boxed()
}

/// How long a run is: often as long as what a kernel looks at together, or about.
fn lengths() -> impl Strategy<Value = usize> {
    prop_oneof![1..ROWS, Just(1), BLOCK - 1..BLOCK + 2, Just(2 * BLOCK)]
}

fn any_sides() -> impl Strategy<Value = [Rows; 2]> {
    let floats = prop_oneof![Just(0.0), Just(-0.0), Just(f64::NAN), Just(-f64::NAN), Just(1.5), Just(f64::INFINITY)];
    let singles = floats.clone().prop_map(|float| float as f32);
    prop_oneof![
        sides(any::<bool>(), Rows::Flags),
        sides(-2..2_i64, Rows::Integers),
        sides(u64::MAX - 2..=u64::MAX, Rows::Unsigned),
        sides(-2..2_i128, Rows::Decimals),
        sides(singles, Rows::Singles),
        sides(floats, Rows::Floats),
        sides("[ab]{0,3}|[ab]{12,14}|a{31,33}", Rows::Texts),
    ]
}

proptest! {
    #[test]
    fn kernels_find_what_differs((sides, runs) in (any_sides(), prop::collection::vec((0..ROWS, 0..ROWS, lengths()), 1..4))) {
        let columns = sides.each_ref().map(Rows::column);
        let (mut pairs, mut start) = (Vec::new(), 0);
        for (left, right, len) in runs {
            // Most runs are of the same rows on both sides.
            let right = if right % 3 == 0 { right } else { left };
            let len = len.min(ROWS - left).min(ROWS - right);
            pairs.push((start, Run { left: left as u32, right: right as u32, len: len as u32 }));
            start += len;
        }
        let mut found = Vec::new();
        let known = differing(columns.each_ref(), &mut pairs.iter().copied(), &mut |pair, left, right| {
            found.push((pair, left, right));
        });
        prop_assert!(known);
        let mut expected = Vec::new();
        for (start, run) in pairs {
            for at in 0..run.len as usize {
                let (left, right) = (run.left as usize + at, run.right as usize + at);
                if sides[0].differs(left, &sides[1], right) {
                    expected.push((start + at, left, right));
                }
            }
        }
        prop_assert_eq!(found, expected);
    }
}
