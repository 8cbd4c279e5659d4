//! Dialects out of the fuzzer's bytes.

use arbitrary::{Result, Unstructured};
use csvq_text::{Dialect, DialectOptions, Ragged};

/// A dialect that is mostly one that people use, and always one that can be.
pub fn plausible(u: &mut Unstructured<'_>) -> Result<Dialect> {
    let delimiter = if u.ratio(3, 4)? { b',' } else { *u.choose(b",;\t|a ")? };
    let quote = *u.choose(&[Some(b'"'), Some(b'"'), Some(b'"'), Some(b'\''), None])?;
    let escape = if u.ratio(1, 4)? { Some(b'\\') } else { None };
    let comment = if u.ratio(1, 4)? { Some(b'#') } else { None };
    Ok(Dialect { delimiter, quote, escape, comment, header: u.ratio(3, 4)? })
}

/// Any options at all, those that can't be included.
pub fn any(u: &mut Unstructured<'_>) -> Result<DialectOptions> {
    if u.ratio(3, 4)? {
        let dialect = plausible(u)?;
        let mut options = given(&dialect);
        if u.arbitrary()? {
            options.delimiter = None;
        }
        return Ok(options);
    }
    Ok(DialectOptions {
        delimiter: u.arbitrary()?,
        quote: u.arbitrary()?,
        escape: u.arbitrary()?,
        comment: u.arbitrary()?,
        header: u.arbitrary()?,
    })
}

/// The options that say just this dialect.
pub fn given(dialect: &Dialect) -> DialectOptions {
    DialectOptions {
        delimiter: Some(dialect.delimiter),
        quote: dialect.quote,
        escape: dialect.escape,
        comment: dialect.comment,
        header: dialect.header,
    }
}

/// What is done with ragged records.
pub fn ragged(u: &mut Unstructured<'_>) -> Result<Ragged> {
    Ok(*u.choose(&[Ragged::Error, Ragged::Error, Ragged::Pad, Ragged::Truncate])?)
}
