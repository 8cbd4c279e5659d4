//! Whether inputs and outputs can be where the flags say, found out before the work and not after it.
//!
//! What only the attempt can tell, such as a full disk, is for those who write.

use std::fs;
use std::path::{Path, PathBuf};

use csvq_core::report::export;
use csvq_core::spec::CompareSpec;
use csvq_core::{Context, Error, ErrorKind, Result};

use super::compare::{is_dash, output_file};
use crate::args::CompareArgs;

/// Refuses places that would get in each other's way, and folders that are not there.
///
/// # Errors
/// [`InvalidSpec`](ErrorKind::InvalidSpec) or [`Io`](ErrorKind::Io) for the first such place.
pub(super) fn check(args: &CompareArgs, spec: &CompareSpec) -> Result<()> {
    if is_dash(&args.left) && is_dash(&args.right) {
        return Err(Error::new(
            ErrorKind::InvalidSpec,
            "only one side can be standard input: name a file for the other",
        ));
    }
    check_inputs_stay(args)?;
    if let Some(output) = output_file(args) {
        check_output(output)?;
    }
    if let Some(folder) = &args.output.export
        && let Some(existing) = folder.ancestors().find(|part| part.exists())
        && !existing.is_dir()
    {
        return Err(unfit(folder, "can't make the folder: a file stands in its place"));
    }
    if let Some(folder) = spec.spill_dir.as_deref()
        && !folder.is_dir()
    {
        return Err(Error::spec("spill_dir", format!("{} is no folder: name one that exists", folder.display())));
    }
    Ok(())
}

/// Refuses outputs that would replace an input.
fn check_inputs_stay(args: &CompareArgs) -> Result<()> {
    let real = |path: &Path| fs::canonicalize(path).ok();
    let inputs: Vec<PathBuf> = [Some(args.left.as_path()), Some(args.right.as_path()), args.spec.as_deref()]
        .into_iter()
        .flatten()
        .filter_map(real)
        .collect();
    let format = args.output.export_format;
    let exported =
        args.output.export.iter().flat_map(|folder| export::names().map(move |name| folder.join(format.file(name))));
    for output in output_file(args).map(Path::to_owned).into_iter().chain(exported) {
        if real(&output).is_some_and(|output| output.is_file() && inputs.contains(&output)) {
            let message =
                format!("{} is an input, which the output would replace: write to another place", output.display());
            return Err(Error::new(ErrorKind::InvalidSpec, message));
        }
    }
    Ok(())
}

/// Refuses a result file that is a folder, or whose folder is not there.
fn check_output(output: &Path) -> Result<()> {
    if output.is_dir() {
        return Err(unfit(output, "can't write the result: this is a directory; name a file in it"));
    }
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() {
        return Ok(());
    }
    Err(unfit(output, &format!("can't write the result: there is no folder {}", folder.display())))
}

fn unfit(path: &Path, message: &str) -> Error {
    let context = Context { input: Some(path.display().to_string()), ..Context::default() };
    Error::new(ErrorKind::Io, message).with_context(context)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    #[track_caller]
    fn refused(flags: &[&str], message: &str) {
        let args = ["csvq", "compare", "left.csv", "right.csv"].iter().chain(flags);
        let Command::Compare(args) = Cli::try_parse_from(args).unwrap().command else { unreachable!() };
        let spec = CompareSpec { spill_dir: args.limits.spill_dir.clone(), ..CompareSpec::default() };
        let error = check(&args, &spec).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn what_can_not_be_written_is_refused_before_the_work() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let below = |name: &str| file.join(name).display().to_string();
        refused(&["--output", &below("result")], "there is no folder");
        refused(&["--output", &folder.path().display().to_string()], "this is a directory");
        refused(&["--export", &below("rows/here")], "a file stands in its place");
        refused(&["--spill-dir", &file.display().to_string()], "spill_dir");
    }
}
