//! `csvq compare`: from flags to a status.

use std::path::Path;

use csvq_core::access::Caller;
use csvq_core::compare::{Comparator, Job, comparator, comparators};
use csvq_core::control::Control;
use csvq_core::engine::Engine;
use csvq_core::report::Comparison;
use csvq_core::report::export::{ExportOptions, ExportedFile, prepare};
use csvq_core::report::render::{RenderOptions, render};
use csvq_core::source::Source;
use csvq_core::spec::{CompareSpec, Limit, suggest};
use csvq_core::{Error, ErrorKind, Result};

use super::{home, places};
use crate::args::CompareArgs;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::messages::Messages;
use crate::progress::ProgressWatch;
use crate::{convert, interrupt, log, output, profile, spec_file, terminal};

/// Compares, writes the result, and says how the program ends.
///
/// # Errors
/// Whatever kept it from a complete result.
pub(crate) fn run(
    args: &CompareArgs,
    flag: Option<&Path>,
    environment: &Environment,
    messages: &Messages,
) -> Result<Exit> {
    log::start(args.output.verbose, environment.log.as_deref(), messages.colour)?;
    let base = args.spec.as_deref().map(spec_file::read).transpose()?.unwrap_or_default();
    let spec = convert::apply(args, base)?;
    spec.validate()?;
    places::check(args, &spec)?;
    let compare = Compare::find(&args.matching.with, flag, environment, messages)?;

    let control = if args.output.profile { Control::profiled() } else { Control::new() };
    interrupt::cancel_on_signal(&control);
    tracing::debug!(left = %args.left.display(), right = %args.right.display(), "comparing");
    let comparison = {
        let wanted = !args.output.no_progress && !args.output.quiet && args.output.verbose == 0;
        let _watch = ProgressWatch::start(&control, wanted);
        compare.run(Job {
            left: source(&args.left),
            right: source(&args.right),
            spec: spec.clone(),
            parameters: args.matching.param.iter().cloned().collect(),
            control: control.clone(),
        })?
    };

    if comparator(&comparison.report.metadata.plugin_name).is_none() {
        note_rules(&spec, messages);
    }

    // The export appears once the result is written: after an error there is neither.
    let prepared = match &args.output.export {
        Some(folder) => {
            let options =
                ExportOptions { escape_formulas: args.output.escape_formulas, format: args.output.export_format };
            Some((prepare(&comparison, folder, &options)?, folder))
        }
        None => None,
    };
    let options = render_options(args, &spec, environment);
    output::write(output_file(args), &control, &mut |out| render(&comparison, args.output.format, &options, out))?;
    if let Some((prepared, folder)) = prepared {
        let files = prepared.put()?.files;
        let name = |file: &ExportedFile| {
            let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned());
            format!("{} ({})", name.unwrap_or_default(), file.records)
        };
        let names: Vec<String> = files.iter().map(name).collect();
        messages.note(&format!("wrote to {}: {}", folder.display(), names.join(", ")));
    }
    if args.output.profile {
        messages.write(&profile_of(&comparison));
    }
    for error in &comparison.report.details.errors {
        messages.failure(error, None);
    }
    Ok(Exit::of_report(&comparison.report, args.output.exit_zero))
}

/// Says which settings were handed to a plugin, which may hold to them or not.
fn note_rules(spec: &CompareSpec, messages: &Messages) {
    const RULES: &[&str] = &[
        "abs_tol",
        "rel_tol",
        "time_tol",
        "ignore_case",
        "trim",
        "empty_is_null",
        "null",
        "as_number",
        "as_time",
        "types",
        "stop_after",
    ];
    let plain = serde_json::to_value(CompareSpec::default()).unwrap_or_default();
    let given = serde_json::to_value(spec).unwrap_or_default();
    let set = RULES.iter().filter(|rule| given.get(rule) != plain.get(rule));
    let flags: Vec<String> = set.map(|rule| format!("--{}", rule.replace('_', "-"))).collect();
    if !flags.is_empty() {
        let them = if flags.len() == 1 { "it holds" } else { "they hold" };
        messages.note(&format!("the plugin was told of {}; whether {them} is up to it", flags.join(", ")));
    }
}

/// Where the result goes, if not to standard output.
pub(super) fn output_file(args: &CompareArgs) -> Option<&Path> {
    args.output.output.as_deref().filter(|path| !is_dash(path))
}

/// `-` stands for standard input, or for standard output.
pub(super) fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

pub(super) fn source(path: &Path) -> Source {
    if is_dash(path) { Source::Stdin } else { Source::Path(path.to_owned()) }
}

/// What compares: the engine on a home, which knows plugins, or, where there is no home, a built-in comparison itself.
enum Compare {
    Directly(&'static dyn Comparator),
    ThroughHome(Box<Engine>, String),
}

impl Compare {
    fn find(name: &str, flag: Option<&Path>, environment: &Environment, messages: &Messages) -> Result<Self> {
        match home::open_if_there(flag, environment, messages) {
            Ok(Some(engine)) => Ok(Self::ThroughHome(Box::new(engine), name.to_owned())),
            Ok(None) => find(name).map(Self::Directly),
            // What is built in needs no home, and nobody named this one.
            Err(error) if comparator(name).is_some() && !home::is_named(flag) => {
                messages.note(&format!("the home is not used: {error}"));
                find(name).map(Self::Directly)
            }
            Err(error) => Err(error),
        }
    }

    fn run(&self, job: Job) -> Result<Comparison> {
        match self {
            Self::Directly(comparator) => comparator.compare(job),
            Self::ThroughHome(engine, name) => engine.compare(&Caller::local(), name, job),
        }
    }
}

fn find(name: &str) -> Result<&'static dyn Comparator> {
    comparator(name).ok_or_else(|| {
        let names: Vec<_> = comparators().iter().map(|own| own.info().name).collect();
        let advice = match suggest(name, names.iter().map(|name| &**name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are: {}", names.join(", ")),
        };
        Error::new(
            ErrorKind::NotFound,
            format!("--with: there is no comparison called `{name}`; {advice} (plugins need a home: see `csvq init`)"),
        )
    })
}

fn render_options(args: &CompareArgs, spec: &CompareSpec, environment: &Environment) -> RenderOptions {
    let defaults = terminal::options(environment, args.output.color, output_file(args).is_none());
    RenderOptions {
        sample: match spec.limit {
            None => defaults.sample,
            Some(Limit::All) => usize::MAX,
            Some(Limit::Rows(rows)) => usize::try_from(rows).unwrap_or(usize::MAX),
        },
        escape_formulas: args.output.escape_formulas,
        limit: match spec.limit {
            Some(Limit::Rows(rows)) => Some(rows),
            None | Some(Limit::All) => None,
        },
        ..defaults
    }
}

fn profile_of(comparison: &Comparison) -> String {
    profile::render(comparison.profile.iter().map(|phase| profile::Line {
        phase: phase.phase.name(),
        elapsed: phase.elapsed,
        peak_bytes: phase.peak_rss_bytes,
    }))
}
