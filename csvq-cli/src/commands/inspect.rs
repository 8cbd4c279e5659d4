//! `csvq head` and `csvq columns`: a look at one table.

use csvq_core::Result;
use csvq_core::compare::inspect;
use csvq_core::control::Control;
use csvq_core::report::render::{RenderOptions, render_head, render_profile};
use csvq_core::spec::CompareSpec;

use super::compare::source;
use crate::args::{ColumnsArgs, HeadArgs, InspectArgs};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::progress::ProgressWatch;
use crate::{convert, interrupt, output, terminal};

/// Shows the first rows.
///
/// # Errors
/// Whatever kept it from a complete result.
pub(crate) fn head(args: &HeadArgs, environment: &Environment) -> Result<Exit> {
    let Look { spec, control, options } = look(&args.inspect, environment);
    let found = {
        let _watch = ProgressWatch::start(&control, !args.inspect.quiet);
        inspect::head(&source(&args.inspect.file), &spec, args.rows, &control)?
    };
    output::write(None, &control, &mut |out| render_head(&found, args.inspect.format, &options, out))?;
    Ok(Exit::Success)
}

/// Tells what columns hold.
///
/// # Errors
/// Whatever kept it from a complete result.
pub(crate) fn columns(args: &ColumnsArgs, environment: &Environment) -> Result<Exit> {
    let Look { spec, control, options } = look(&args.inspect, environment);
    let found = {
        let _watch = ProgressWatch::start(&control, !args.inspect.quiet);
        inspect::columns(&source(&args.inspect.file), &spec, &control)?
    };
    output::write(None, &control, &mut |out| render_profile(&found, args.inspect.format, &options, out))?;
    Ok(Exit::Success)
}

/// How a table is looked at.
struct Look {
    spec: CompareSpec,
    control: Control,
    options: RenderOptions,
}

fn look(args: &InspectArgs, environment: &Environment) -> Look {
    let mut spec = CompareSpec {
        memory: args.memory,
        spill_dir: args.spill_dir.clone(),
        threads: args.threads,
        ..CompareSpec::default()
    };
    convert::apply_dialect(&args.dialect, &mut spec);
    let control = Control::new();
    interrupt::cancel_on_signal(&control);
    Look { spec, control, options: terminal::options(environment, args.color, true) }
}
