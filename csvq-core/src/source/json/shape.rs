//! What was seen in one place of all rows, and the type that it settles to, so that no value loses anything.
//!
//! No value is kept here.

use std::sync::Arc;

use polars_arrow::datatypes::{ArrowDataType, Field as ArrowField};

use super::names::Names;
use super::walk::{self, Problem};

/// How deep values may be nested, the row itself being the first level.
pub(super) const MOST_LEVELS: usize = 100;

/// The digits of a decimal at most.
const MOST_DIGITS: usize = 38;

/// Up to here binary64 has every integer.
const EXACT_IN_BINARY64: u64 = 1 << 53;

/// What a column, a field or an item of a list holds.
#[derive(Debug, PartialEq)]
pub(super) enum Type {
    Null,
    Boolean,
    Int64,
    UInt64,
    Decimal,
    Float64,
    Text,
    List(Box<Type>),
    Struct(Vec<(Arc<str>, Type)>),
}

impl Type {
    /// The Arrow type that holds it.
    pub(super) fn arrow(&self) -> ArrowDataType {
        match self {
            Self::Null => ArrowDataType::Null,
            Self::Boolean => ArrowDataType::Boolean,
            Self::Int64 => ArrowDataType::Int64,
            Self::UInt64 => ArrowDataType::UInt64,
            Self::Decimal => ArrowDataType::Decimal(MOST_DIGITS, 0),
            Self::Float64 => ArrowDataType::Float64,
            Self::Text => ArrowDataType::Utf8View,
            Self::List(item) => ArrowDataType::LargeList(Box::new(arrow_field("item", item))),
            Self::Struct(fields) => {
                ArrowDataType::Struct(fields.iter().map(|(name, field)| arrow_field(name, field)).collect())
            }
        }
    }
}

/// A type under a name, as an Arrow field.
pub(super) fn arrow_field(name: &str, held: &Type) -> ArrowField {
    ArrowField::new(name.into(), held.arrow(), true)
}

/// What was seen so far in one place.
#[derive(Default)]
pub(super) struct Shape {
    /// How many values there were, nulls too.
    values: u64,
    /// The bytes of those that are not null, as they are written.
    bytes: u64,
    booleans: bool,
    strings: bool,
    numbers: Option<Numbers>,
    item: Option<Box<Shape>>,
    fields: Option<Box<Names<Shape>>>,
}

impl Shape {
    /// Takes note of a value, given as it is written, which stands `level` levels deep.
    pub(super) fn observe(&mut self, value: &str, level: usize) -> Result<(), Problem> {
        self.values += 1;
        let first = value.as_bytes().first();
        if first != Some(&b'n') {
            self.bytes += value.len() as u64;
        }
        match first {
            Some(b'n') => {}
            Some(b't' | b'f') => self.booleans = true,
            Some(b'"') => {
                self.strings = true;
                walk::string(value)?;
            }
            Some(b'{') => {
                deeper(value, level)?;
                let fields = self.fields.get_or_insert_default();
                fields.begin();
                walk::object(value, |key, value| observe_field(fields, &key, value, level + 1))?;
            }
            Some(b'[') => {
                deeper(value, level)?;
                let item = self.item.get_or_insert_default();
                walk::array(value, |value| item.observe(value, level + 1))?;
            }
            _ => self.numbers.get_or_insert_default().observe(value),
        }
        Ok(())
    }

    /// The type that holds every value seen.
    pub(super) fn settle(&self) -> Type {
        match (self.booleans, self.strings, self.numbers, &self.item, &self.fields) {
            (false, false, None, None, None) => Type::Null,
            (true, false, None, None, None) => Type::Boolean,
            (false, false, Some(numbers), None, None) => numbers.settle(),
            (false, false, None, Some(item), None) => Type::List(Box::new(item.settle())),
            (false, false, None, None, Some(fields)) => {
                Type::Struct(fields.iter().map(|(name, field)| (Arc::clone(name), field.settle())).collect())
            }
            _ => Type::Text,
        }
    }

    /// What `slots` values of the type that this settled to take in memory, about, in bytes.
    pub(super) fn memory(&self, held: &Type, slots: u64) -> u64 {
        let each = |bytes: u64| slots.saturating_mul(bytes).saturating_add(slots / 8);
        match held {
            Type::Null => 0,
            Type::Boolean => each(0).saturating_mul(2),
            Type::Int64 | Type::UInt64 | Type::Float64 => each(8),
            Type::Decimal => each(16),
            Type::Text => each(16).saturating_add(self.bytes),
            Type::List(held) => {
                let items = self.item.as_ref().map_or(0, |item| item.memory(held, item.values));
                each(8).saturating_add(items)
            }
            Type::Struct(held) => {
                let fields = self.fields.iter().flat_map(|fields| fields.iter());
                let fields = fields.zip(held).map(|((_, field), (_, held))| field.memory(held, slots));
                fields.fold(each(0), u64::saturating_add)
            }
        }
    }
}

fn observe_field(fields: &mut Names<Shape>, key: &str, value: &str, level: usize) -> Result<(), Problem> {
    match fields.claim(key, Shape::default) {
        Some(field) => field.observe(value, level),
        None => Err(twice(value)),
    }
}

/// The problem of a key that its object has twice, of which `value` is the second value.
pub(super) fn twice(value: &str) -> Problem {
    Problem::at(value, 0, "an object has this key twice; give it one value")
}

fn deeper(value: &str, level: usize) -> Result<(), Problem> {
    if level > MOST_LEVELS {
        let message =
            format!("values are nested more than {MOST_LEVELS} levels deep; flatten them, or write them as text");
        return Err(Problem::at(value, 0, message));
    }
    Ok(())
}

/// Which types hold every number seen.
#[derive(Clone, Copy)]
struct Numbers {
    whole: bool,
    int64: bool,
    uint64: bool,
    decimal: bool,
    float64: bool,
}

impl Default for Numbers {
    fn default() -> Self {
        Self { whole: true, int64: true, uint64: true, decimal: true, float64: true }
    }
}

impl Numbers {
    fn observe(&mut self, number: &str) {
        if number.contains(['.', 'e', 'E']) {
            self.whole = false;
            self.float64 &= number.parse().is_ok_and(|value| is_held(number, value));
        } else if let Ok(value) = number.parse::<i64>() {
            self.uint64 &= value >= 0;
            self.float64 &= value.unsigned_abs() <= EXACT_IN_BINARY64;
        } else {
            self.int64 = false;
            self.float64 = false;
            self.uint64 &= number.parse::<u64>().is_ok();
            self.decimal &= number.trim_start_matches('-').len() <= MOST_DIGITS;
        }
    }

    fn settle(self) -> Type {
        match self {
            Self { whole: true, int64: true, .. } => Type::Int64,
            Self { whole: true, uint64: true, .. } => Type::UInt64,
            Self { whole: true, decimal: true, .. } => Type::Decimal,
            Self { whole: false, float64: true, .. } => Type::Float64,
            _ => Type::Text,
        }
    }
}

/// Whether the nearest binary64 number stands for a number as it is written: not where it is infinite, nor where it is
/// zero and the number is not.
fn is_held(number: &str, value: f64) -> bool {
    let mut digits = number.split(['e', 'E']).next().unwrap_or(number).bytes();
    value.is_finite() && (value != 0.0 || !digits.any(|digit| matches!(digit, b'1'..=b'9')))
}
