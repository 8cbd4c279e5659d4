//! The `csvq` program as a library: flags in, results on standard output, messages on standard error, a status out.
//!
//! What a comparison does is `csvq-core`'s; this crate only reads flags, files and the environment, and writes down.

mod allocator;
mod args;
mod commands;
mod convert;
mod environment;
mod exit;
mod interrupt;
mod log;
mod messages;
mod output;
mod profile;
mod progress;
mod spec_file;
mod table;
mod terminal;
#[cfg(test)]
mod tests;
mod tip;

use std::ffi::OsString;
use std::io::{self, IsTerminal};

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};
use csvq_core::Result;
use csvq_core::plugin::worker;
use csvq_core::sandbox::WorkerProgram;

use args::{AuditArgs, CacheArgs, Cli, ColorChoice, Command, ConfigArgs, InitArgs, SandboxArgs, StatsArgs};
use environment::Environment;
pub use exit::Exit;
use messages::Messages;

/// Runs the program on its arguments, of which the first is its own name. The process is taken to be its own: it handles
/// signals, sets the panic hook, and on Linux the allocator keeps large pieces of memory.
///
/// ```
/// let exit = csvq_cli::run(["csvq", "--version"].map(Into::into));
/// assert_eq!(exit.code(), 0);
/// ```
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let worker = std::env::current_exe().ok().map(|program| WorkerProgram::new(program, ["worker"]));
    run_in(args, worker)
}

/// Runs the program as part of another one, such as an interpreter: `worker` is how that is started so that it runs this
/// program's `worker` command. Without it no plugin can be installed,
/// and none run but those that are trusted to run in this process.
pub fn run_in(args: impl IntoIterator<Item = OsString>, worker: Option<WorkerProgram>) -> Exit {
    let args: Vec<OsString> = args.into_iter().collect();
    if let [_, command] = &args[..]
        && command == "worker"
    {
        // Someone waits for it: nothing that has to do with flags and output is set up.
        messages::keep_caught_panics_quiet();
        return worker::serve().map(|()| Exit::Success).unwrap_or_else(|error| {
            Messages { quiet: false, colour: false }.error(&error, &[]);
            Exit::of_error(&error)
        });
    }
    let parsed = Cli::command().try_get_matches_from(&args).and_then(|matches| {
        let given = given_flags(&matches);
        Cli::from_arg_matches(&matches).map(|cli| (cli, given))
    });
    let (cli, given) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are no errors; where they can't be written there is nobody left to tell.
            let error = tip::add(error, &args);
            let _ = error.print();
            return if error.use_stderr() { Exit::Failure } else { Exit::Success };
        }
    };
    let environment = Environment::read(worker);
    let (quiet, color) = match &cli.command {
        Command::Compare(args) => (args.output.quiet, args.output.color),
        Command::Head(args) => (args.inspect.quiet, args.inspect.color),
        Command::Columns(args) => (args.inspect.quiet, args.inspect.color),
        Command::Init(InitArgs { answer })
        | Command::Config(ConfigArgs { answer, .. })
        | Command::Sandbox(SandboxArgs { answer, .. })
        | Command::Audit(AuditArgs { answer, .. })
        | Command::Cache(CacheArgs { answer, .. })
        | Command::Stats(StatsArgs { answer, .. }) => (answer.quiet, ColorChoice::Auto),
        Command::Plugins(args) => (args.answer.quiet, ColorChoice::Auto),
        Command::Completions { .. } | Command::Man | Command::Worker => (false, ColorChoice::Auto),
    };
    let messages = Messages { quiet, colour: environment.colour(color, io::stderr().is_terminal()) };
    allocator::keep_large_pieces();
    messages::keep_caught_panics_quiet();
    dispatch(&cli, &environment, &messages).unwrap_or_else(|error| {
        messages.error(&error, &given);
        Exit::of_error(&error)
    })
}

fn dispatch(cli: &Cli, environment: &Environment, messages: &Messages) -> Result<Exit> {
    let home = cli.home.as_deref();
    match &cli.command {
        Command::Compare(args) => commands::compare::run(args, home, environment, messages),
        Command::Head(args) => commands::inspect::head(args, environment),
        Command::Columns(args) => commands::inspect::columns(args, environment),
        Command::Init(args) => commands::init::run(args, home, environment, messages),
        Command::Plugins(args) => commands::plugins::run(args, home, environment, messages),
        Command::Config(args) => commands::settings::run(args, home, environment, messages),
        Command::Sandbox(args) => commands::sandbox::run(args, home, environment, messages),
        Command::Audit(args) => commands::audit::run(args, home, environment, messages),
        Command::Cache(args) => commands::cache::run(args, home, environment, messages),
        Command::Stats(args) => commands::stats::run(args, home, environment, messages),
        // What is not caught above has more flags than a worker takes.
        Command::Worker => worker::serve().map(|()| Exit::Success),
        Command::Completions { shell } => commands::completions::run(*shell).map(|()| Exit::Success),
        Command::Man => commands::man::run().map(|()| Exit::Success),
    }
}

/// The settings that were given as flags, by the names of the spec's fields.
fn given_flags(matches: &ArgMatches) -> Vec<String> {
    let Some((_, matches)) = matches.subcommand() else {
        return Vec::new();
    };
    let ids = matches.ids().map(|id| id.as_str());
    ids.filter(|id| matches.value_source(id) == Some(ValueSource::CommandLine)).map(str::to_owned).collect()
}
