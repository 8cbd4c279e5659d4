//! Which types hold all values of another one.

use serde::{Deserialize, Serialize};

use super::{DataType, Field};

/// How a type stands to the one that it takes the place of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TypeRelation {
    /// It holds every value of the other one, and more.
    Widened,
    /// The other one holds every value of it, and more.
    Narrowed,
    /// Each has values that the other one can't hold.
    #[default]
    Incompatible,
}

impl TypeRelation {
    /// The relation as reports write it: `widened`, `narrowed`, `incompatible`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Widened => "widened",
            Self::Narrowed => "narrowed",
            Self::Incompatible => "incompatible",
        }
    }
}

impl TypeRelation {
    /// The relation of a type to the one that it takes the place of, from which of them holds the other.
    #[must_use]
    pub(crate) fn of(holds: bool, is_held: bool) -> Self {
        match (holds, is_held) {
            (true, _) => Self::Widened,
            (false, true) => Self::Narrowed,
            (false, false) => Self::Incompatible,
        }
    }
}

impl DataType {
    /// How this type stands to the one that it takes the place of; `None` where both are the same.
    ///
    /// ```
    /// use csvq_core::types::{DataType, TypeRelation};
    /// let integer = |bits| DataType::Integer { bits, signed: true };
    /// assert_eq!(integer(32).relation_to(&integer(64)), Some(TypeRelation::Narrowed));
    /// assert_eq!(DataType::Date.relation_to(&DataType::Date), None);
    /// ```
    #[must_use]
    pub fn relation_to(&self, other: &Self) -> Option<TypeRelation> {
        (self != other).then(|| TypeRelation::of(self.holds(other), other.holds(self)))
    }

    /// Whether values of this type can tell rows apart: floats depend on how numbers were rounded, and lists and structs
    /// are no keys.
    #[must_use]
    pub fn can_be_key(&self) -> bool {
        !matches!(self, Self::Float { .. }) && !self.is_nested()
    }

    /// Whether every value of another type is one of this one, too: a wider number, a finer unit of time. Text and
    /// categories hold each other; of moments it is left out that a finer unit does not reach as far.
    ///
    /// ```
    /// use csvq_core::types::DataType;
    /// let integer = |bits| DataType::Integer { bits, signed: true };
    /// assert!(integer(64).holds(&integer(32)) && !integer(32).holds(&integer(64)));
    /// assert!(DataType::Float { bits: 64 }.holds(&integer(32)) && !DataType::Float { bits: 64 }.holds(&integer(64)));
    /// ```
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Null) => true,
            (Self::Integer { bits, signed }, Self::Integer { bits: narrow, signed: narrow_signed }) => {
                match (signed, narrow_signed) {
                    (true, false) => bits > narrow,
                    (false, true) => false,
                    _ => bits >= narrow,
                }
            }
            (Self::Float { bits }, Self::Float { bits: narrow }) => bits >= narrow,
            (Self::Float { bits }, Self::Integer { bits: narrow, .. }) => {
                matches!((bits, narrow), (64, 8 | 16 | 32) | (32, 8 | 16) | (16, 8))
            }
            (Self::Decimal { precision, scale }, Self::Decimal { precision: narrow, scale: narrow_scale }) => {
                scale >= narrow_scale && digits(*precision, *scale) >= digits(*narrow, *narrow_scale)
            }
            (Self::Decimal { precision, scale }, Self::Integer { bits, signed }) => {
                let needed = match (bits, signed) {
                    (8, _) => 3,
                    (16, _) => 5,
                    (32, _) => 10,
                    (_, true) => 19,
                    (_, false) => 20,
                };
                digits(*precision, *scale) >= needed
            }
            (Self::Timestamp { unit, zone }, Self::Timestamp { unit: coarse, zone: other }) => {
                unit >= coarse && zone.is_some() == other.is_some()
            }
            (Self::Timestamp { zone: None, .. }, Self::Date) => true,
            (Self::Duration { unit }, Self::Duration { unit: coarse }) => unit >= coarse,
            (Self::List(item), Self::List(other)) => item.holds(other),
            (Self::Struct(fields), Self::Struct(others)) => {
                let holds = |(field, other): (&Field, &Field)| {
                    field.name == other.name && field.data_type.holds(&other.data_type)
                };
                fields.len() == others.len() && fields.iter().zip(others).all(holds)
            }
            _ => self == other || (self.is_text() && other.is_text()),
        }
    }
}

/// Digits before the point.
fn digits(precision: u8, scale: u8) -> u8 {
    precision.saturating_sub(scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::TimeUnit;

    #[test]
    fn what_is_lost_makes_a_type_narrower() {
        let integer = |bits, signed| DataType::Integer { bits, signed };
        let decimal = |precision, scale| DataType::Decimal { precision, scale };
        let at = |unit, zone: Option<&str>| DataType::Timestamp { unit, zone: zone.map(str::to_owned) };
        let held = [
            (integer(16, true), integer(8, false)),
            (decimal(12, 2), decimal(10, 2)),
            (decimal(12, 2), integer(32, true)),
            (at(TimeUnit::Nanoseconds, None), at(TimeUnit::Seconds, None)),
            (at(TimeUnit::Seconds, Some("UTC")), at(TimeUnit::Seconds, Some("Europe/Vienna"))),
            (at(TimeUnit::Seconds, None), DataType::Date),
            (DataType::Text, DataType::Null),
            (DataType::List(Box::new(integer(64, true))), DataType::List(Box::new(integer(32, true)))),
        ];
        for (wide, narrow) in held {
            assert!(wide.holds(&narrow), "{wide} {narrow}");
        }
        let not_held = [
            (integer(8, true), integer(8, false)),
            (integer(64, false), integer(8, true)),
            (decimal(10, 2), decimal(10, 3)),
            (decimal(10, 3), decimal(10, 2)),
            (at(TimeUnit::Seconds, None), at(TimeUnit::Seconds, Some("UTC"))),
            (DataType::Date, at(TimeUnit::Seconds, None)),
            (DataType::Float { bits: 32 }, integer(32, true)),
            (DataType::Text, integer(8, true)),
        ];
        for (one, other) in not_held {
            assert!(!one.holds(&other), "{one} {other}");
        }
    }
}
