//! Flags about what is written, and where. None of these is part of a spec.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use csvq_core::report::export::ExportFormat;
use csvq_core::report::render::Format;

/// What is written where.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// The result's format
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = format())]
    pub(crate) format: Format,
    /// Write the result to a file, which appears when it is complete
    ///
    /// `-` stands for standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write every added, removed and changed row, or what else was found, to files in a folder
    #[arg(long, value_name = "DIR")]
    pub(crate) export: Option<PathBuf>,
    /// The format of exported files
    #[arg(long, value_name = "FORMAT", default_value = "csv", value_parser = export_format())]
    pub(crate) export_format: ExportFormat,
    /// Put a ' before cells that a spreadsheet would run, in CSV
    #[arg(long)]
    pub(crate) escape_formulas: bool,
    /// End with status 0 where the tables differ, too
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// Tell time and memory of each phase on standard error
    #[arg(long)]
    pub(crate) profile: bool,
    /// No messages but errors
    #[arg(long, short, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Tell on standard error what is done; twice for more
    #[arg(long, short, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// No progress bar
    #[arg(long)]
    pub(crate) no_progress: bool,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorChoice,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On terminals, unless the environment says otherwise
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

pub(super) fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.iter().map(|format| format.name())).try_map(|name| name.parse::<Format>())
}

fn export_format() -> impl TypedValueParser<Value = ExportFormat> {
    PossibleValuesParser::new(ExportFormat::ALL.iter().map(|format| format.name()))
        .try_map(|name| name.parse::<ExportFormat>())
}
