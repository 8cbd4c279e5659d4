//! From a control that was stopped to the error that says so.

use crate::control::{Control, Stop};
use crate::error::{Error, ErrorKind, Result};

/// Fails once the comparison was asked to end.
///
/// # Errors
/// [`ErrorKind::Cancelled`] or [`ErrorKind::TimedOut`].
///
/// ```
/// let control = csvq_text::Control::new();
/// assert!(csvq_text::check(&control).is_ok());
/// control.cancel();
/// assert!(csvq_text::check(&control).is_err());
/// ```
#[inline]
pub fn check(control: &Control) -> Result<()> {
    match control.stopped() {
        None => Ok(()),
        Some(Stop::Cancelled) => Err(Error::new(ErrorKind::Cancelled, "the comparison was cancelled")),
        Some(Stop::TimedOut) => Err(Error::new(ErrorKind::TimedOut, "the comparison ran out of time")),
    }
}
