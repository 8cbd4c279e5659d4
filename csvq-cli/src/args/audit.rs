//! What reading and keeping the audit log are told.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use csvq_core::state::{AuditAction, AuditFilter, AuditOutcome, Timestamp};

use super::home::AnswerArgs;
use super::time::{self, Time};

/// Read and check the log of who did what, and who was refused what
///
/// Lines are added by csvq and never changed. Each holds a digest of the one before, so that a line that someone changed,
/// put in or took out is found.
#[derive(Debug, Args)]
#[command(after_help = AUDIT_EXAMPLES, arg_required_else_help = true)]
pub(crate) struct AuditArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: AuditCommand,
    /// How it answers.
    #[command(flatten)]
    pub(crate) answer: AnswerArgs,
}

/// What can be done with the audit log.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Show lines, the newest first
    List {
        /// Which lines.
        #[command(flatten)]
        filter: FilterArgs,
        /// No more lines than these, and 10000 at most; `export` writes all
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=10_000))]
        limit: u64,
        /// The oldest first
        #[arg(long)]
        oldest_first: bool,
    },
    /// Write lines out, the oldest first, one JSON object a line
    Export {
        /// Which lines.
        #[command(flatten)]
        filter: FilterArgs,
        /// The file, which appears when it is complete; - for standard output
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Check that every line is there, and as it was written
    ///
    /// The status is 0 where the log is sound, 1 where it is broken. Who can write the home could also write the whole log
    /// anew: against that helps a copy of its last line's number and hash, kept elsewhere.
    Verify,
    /// Let go of old lines, for good; export them first where they have to be kept
    Prune {
        /// Lines that are older than so many days
        #[arg(long, value_name = "DAYS")]
        older_than_days: u32,
        /// Let them go without a question
        #[arg(long, short = 'y')]
        yes: bool,
    },
}

/// Which lines of the audit log are wanted: those that fit everything.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct FilterArgs {
    /// Written at this time or later: a date, a time with its zone, or how long ago, such as 7d or 12h
    #[arg(long, value_name = "TIME", value_parser = time::time)]
    pub(crate) since: Option<Time>,
    /// Written before this time; a date stands for its beginning, in UTC
    #[arg(long, value_name = "TIME", value_parser = time::time)]
    pub(crate) until: Option<Time>,
    /// Of this caller, such as `local`
    #[arg(long, value_name = "NAME")]
    pub(crate) caller: Option<String>,
    /// About this action, such as `plugin_installed`
    #[arg(long, value_name = "ACTION", hide_possible_values = true, value_parser = action())]
    pub(crate) action: Option<AuditAction>,
    /// About this subject: a plugin's id, a file, the path of a setting
    #[arg(long, value_name = "TEXT")]
    pub(crate) subject: Option<String>,
    /// That came out so
    #[arg(long, value_name = "OUTCOME", value_parser = outcome())]
    pub(crate) outcome: Option<AuditOutcome>,
}

impl FilterArgs {
    /// The filter, as of now.
    pub(crate) fn filter(&self, now: Timestamp) -> AuditFilter {
        AuditFilter {
            since: self.since.map(|time| time.seen_from(now)),
            until: self.until.map(|time| time.seen_from(now)),
            caller: self.caller.clone(),
            action: self.action,
            subject: self.subject.clone(),
            outcome: self.outcome,
            ..AuditFilter::default()
        }
    }
}

fn action() -> impl TypedValueParser<Value = AuditAction> {
    PossibleValuesParser::new(AuditAction::ALL.iter().map(|action| action.name()))
        .try_map(|name| name.parse::<AuditAction>())
}

fn outcome() -> impl TypedValueParser<Value = AuditOutcome> {
    PossibleValuesParser::new(AuditOutcome::ALL.iter().map(|outcome| outcome.name()))
        .try_map(|name| name.parse::<AuditOutcome>())
}

const AUDIT_EXAMPLES: &str = "\
Examples:
  csvq audit list --since 7d --outcome refused
  csvq audit list --action policy_loosened --format json
  csvq audit export --until 2027-01-01 --output audit-2026.ndjson
  csvq audit verify
  csvq audit prune --older-than-days 400";
