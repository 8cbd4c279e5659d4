//! The program's statuses, and the one table from errors to them.

use std::process::ExitCode;

use csvq_core::report::{Report, Status};
use csvq_core::{Error, ErrorKind};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The tables are equal, or what was asked for is done.
    Success,
    /// The tables differ.
    Different,
    /// Something went wrong; standard error says what.
    Failure,
    /// Someone interrupted it.
    Interrupted,
}

/// The statuses, as the help lists them.
pub(crate) const MEANINGS: &[(u8, &str)] = &[
    (0, "the tables are equal, or what was asked for is done"),
    (1, "the tables differ, or what was checked does not hold"),
    (2, "an error: a wrong flag, a file that can't be read, …"),
    (130, "interrupted"),
];

/// Which status each kind of error ends with.
const TABLE: &[(ErrorKind, Exit)] = &[
    (ErrorKind::InvalidSpec, Exit::Failure),
    (ErrorKind::Io, Exit::Failure),
    (ErrorKind::Malformed, Exit::Failure),
    (ErrorKind::InputChanged, Exit::Failure),
    (ErrorKind::Key, Exit::Failure),
    (ErrorKind::DuplicateKey, Exit::Failure),
    (ErrorKind::LimitExceeded, Exit::Failure),
    (ErrorKind::Cancelled, Exit::Interrupted),
    (ErrorKind::TimedOut, Exit::Failure),
    (ErrorKind::NotFound, Exit::Failure),
    (ErrorKind::Internal, Exit::Failure),
    (ErrorKind::Unsupported, Exit::Failure),
    (ErrorKind::Forked, Exit::Failure),
    (ErrorKind::Config, Exit::Failure),
    (ErrorKind::Package, Exit::Failure),
    (ErrorKind::Plugin, Exit::Failure),
    (ErrorKind::WorkerLost, Exit::Failure),
    (ErrorKind::Incompatible, Exit::Failure),
    (ErrorKind::Conflict, Exit::Failure),
    (ErrorKind::State, Exit::Failure),
    (ErrorKind::Disabled, Exit::Failure),
    (ErrorKind::Denied, Exit::Failure),
    (ErrorKind::Signature, Exit::Failure),
    (ErrorKind::Suspicious, Exit::Failure),
];

impl Exit {
    /// The process's status.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Different => 1,
            Self::Failure => 2,
            Self::Interrupted => 130,
        }
    }

    /// How an error ends the program.
    pub(crate) fn of_error(error: &Error) -> Self {
        TABLE.iter().find(|(kind, _)| *kind == error.kind()).map_or(Self::Failure, |(_, exit)| *exit)
    }

    /// How a comparison ends the program.
    pub(crate) fn of_report(report: &Report, exit_zero: bool) -> Self {
        match report.metadata.status {
            Status::Completed if report.is_equal || exit_zero => Self::Success,
            Status::Completed => Self::Different,
            Status::Cancelled => Self::Interrupted,
            Status::Error | Status::TimedOut => Self::Failure,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_error_has_one_status() {
        for kind in ErrorKind::ALL {
            assert_eq!(TABLE.iter().filter(|(own, _)| own == kind).count(), 1, "{kind:?}");
            let exit = Exit::of_error(&Error::new(*kind, "x"));
            let expected = if *kind == ErrorKind::Cancelled { 130 } else { 2 };
            assert_eq!(exit.code(), expected, "{kind:?}");
        }
    }

    #[test]
    fn every_status_has_a_meaning() {
        for exit in [Exit::Success, Exit::Different, Exit::Failure, Exit::Interrupted] {
            assert!(MEANINGS.iter().any(|(code, _)| *code == exit.code()), "{exit:?}");
        }
    }
}
