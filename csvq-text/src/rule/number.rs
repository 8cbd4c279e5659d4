//! Decimal numbers as text: exact comparison at any length, and the step to binary64 where a tolerance needs it.
//!
//! The format is an optional sign, digits with an optional point, and an optional exponent; `inf`, `infinity` and `nan`
//! (in any case) are numbers for [`float`] alone.

/// A decimal number, held as the digits that matter: the value is `0.DIGITS * 10^exponent`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number<'a> {
    negative: bool,
    /// Digits before the point, without leading zeros.
    whole: &'a [u8],
    /// Digits after the point, without trailing zeros.
    fraction: &'a [u8],
    exponent: i64,
}

impl<'a> Number<'a> {
    /// Reads a number; `None` where the text is none.
    pub(super) fn parse(text: &'a [u8]) -> Option<Self> {
        let (negative, text) = sign(text);
        let (mantissa, exponent) = match text.iter().position(|b| matches!(b, b'e' | b'E')) {
            Some(at) => (&text[..at], exponent(&text[at + 1..])?),
            None => (text, 0),
        };
        let (whole, fraction) = match mantissa.iter().position(|b| *b == b'.') {
            Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
            None => (mantissa, &[][..]),
        };
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
            return None;
        }
        let leading = whole.iter().take_while(|b| **b == b'0').count();
        let trailing = fraction.iter().rev().take_while(|b| **b == b'0').count();
        Some(Self { negative, whole: &whole[leading..], fraction: &fraction[..fraction.len() - trailing], exponent })
    }

    /// Whether it has no fractional part.
    pub(super) fn is_integer(&self) -> bool {
        let (significant, power) = self.scale();
        significant == 0 || power >= significant as i64
    }

    /// The significant digits, from the first that is not zero to the last that is not.
    fn digits(&self) -> impl Iterator<Item = u8> + Clone {
        let all = self.whole.iter().chain(self.fraction).copied();
        let (significant, _) = self.scale();
        all.skip_while(|b| *b == b'0').take(significant)
    }

    /// How many significant digits there are, and the power of ten before whose place the first stands.
    fn scale(&self) -> (usize, i64) {
        let zeros = self.whole.iter().chain(self.fraction).take_while(|b| **b == b'0').count();
        let total = self.whole.len() + self.fraction.len();
        let trailing =
            if self.fraction.is_empty() { self.whole.iter().rev().take_while(|b| **b == b'0').count() } else { 0 };
        let significant = total.saturating_sub(zeros + trailing);
        (significant, self.whole.len() as i64 - zeros as i64 + self.exponent)
    }

    /// One text for all ways to write the value, itself a number.
    pub(super) fn canonical(&self) -> Vec<u8> {
        let (significant, power) = self.scale();
        if significant == 0 {
            return b"0".to_vec();
        }
        let mut text = Vec::with_capacity(significant + 8);
        if self.negative {
            text.push(b'-');
        }
        // Ordinary integers read as people write them; the rest gets a form that is merely unique.
        if power >= significant as i64 && power <= 40 {
            text.extend(self.digits());
            text.resize(text.len() + (power - significant as i64) as usize, b'0');
        } else {
            text.extend_from_slice(b"0.");
            text.extend(self.digits());
            text.extend_from_slice(format!("e{power}").as_bytes());
        }
        text
    }
}

impl PartialEq for Number<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (scale, other_scale) = (self.scale(), other.scale());
        if scale.0 == 0 || other_scale.0 == 0 {
            return scale.0 == other_scale.0;
        }
        scale == other_scale && self.negative == other.negative && self.digits().eq(other.digits())
    }
}

fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

/// An exponent, as far as i32 reaches; beyond that the text is no number that anyone means.
fn exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = sign(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value: i64 = std::str::from_utf8(digits).ok()?.parse::<i32>().ok()?.into();
    Some(if negative { -value } else { value })
}

/// The number as binary64, nearest to the text.
pub(super) fn float(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// An infinity or NaN by its name. What has digits is a [`Number`], or no number that anyone means.
pub(super) fn named(text: &[u8]) -> Option<f64> {
    float(text).filter(|_| !text.iter().any(u8::is_ascii_digit))
}

/// One text for all floats that are equal: NaN is one, and both zeros are one.
pub(super) fn canonical_float(value: f64) -> Vec<u8> {
    if value == 0.0 { b"0".to_vec() } else { format!("{value:e}").into_bytes() }
}

/// A plain integer (sign and digits) of at most 128 bits.
pub(super) fn integer(text: &[u8]) -> Option<i128> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The distance between two integers.
pub(super) enum Distance {
    /// As a number.
    Small(u128),
    /// As digits, where the number is too long.
    Long(Vec<u8>),
}

impl Distance {
    /// Whether the distance is at most a tolerance; nothing is rounded.
    pub(super) fn at_most(&self, tolerance: f64) -> bool {
        match self {
            // Casting saturates, and rounds toward zero, which is right: the distance is whole.
            Self::Small(distance) => *distance <= tolerance as u128,
            // Of so large a tolerance all digits are before the point, and all of them are written.
            Self::Long(digits) if tolerance.is_finite() => {
                let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
                let (digits, most) = (&digits[zeros..], format!("{tolerance:.0}"));
                (digits.len(), digits) <= (most.len(), most.as_bytes())
            }
            Self::Long(_) => tolerance > 0.0,
        }
    }
}

/// The distance between two plain integers (sign and digits); `None` where a text is something else.
pub(super) fn integer_distance(left: &[u8], right: &[u8]) -> Option<Distance> {
    if let (Some(left), Some(right)) = (integer(left), integer(right)) {
        return Some(Distance::Small(left.abs_diff(right)));
    }
    let [(left_negative, left), (right_negative, right)] = [sign(left), sign(right)];
    let plain = |digits: &[u8]| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    if !plain(left) || !plain(right) {
        return None;
    }
    let digits = if left_negative == right_negative { subtract(left, right) } else { add(left, right) };
    let small = std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse().ok());
    Some(small.map_or(Distance::Long(digits), Distance::Small))
}

/// The digits of both numbers from the last on, the shorter one filled up with zeros.
fn from_last<'a>(left: &'a [u8], right: &'a [u8]) -> impl Iterator<Item = (u8, u8)> + 'a {
    let digit = |text: &'a [u8], at: usize| text.len().checked_sub(at + 1).map_or(0, |index| text[index] - b'0');
    (0..left.len().max(right.len())).map(move |at| (digit(left, at), digit(right, at)))
}

/// The sum of two numbers without sign.
fn add(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut digits: Vec<u8> = from_last(left, right)
        .map(|(left, right)| {
            let sum = left + right + carry;
            carry = sum / 10;
            b'0' + sum % 10
        })
        .collect();
    digits.push(b'0' + carry);
    digits.reverse();
    digits
}

/// The difference of two numbers without sign, without sign itself.
fn subtract(left: &[u8], right: &[u8]) -> Vec<u8> {
    let last_unequal = from_last(left, right).filter(|(left, right)| left != right).last();
    let (large, small) =
        if last_unequal.is_some_and(|(left, right)| left < right) { (right, left) } else { (left, right) };
    let mut borrow = 0;
    let mut digits: Vec<u8> = from_last(large, small)
        .map(|(large, small)| {
            let difference = 10 + large - small - borrow;
            borrow = u8::from(difference < 10);
            b'0' + difference % 10
        })
        .collect();
    digits.reverse();
    digits
}
