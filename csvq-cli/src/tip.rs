//! What was probably meant, for wrong command lines about which clap itself has no advice.

use std::ffi::OsString;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Flags that take columns after an equals sign alone, since they can also stand by themselves.
const WITH_EQUALS_SIGN: [&str; 4] = ["--ignore-case", "--trim", "--empty-is-null", "--as-number"];

/// Adds a tip to an error about one argument too many, where a flag's columns seem to stand after a space.
pub(crate) fn add(mut error: Error, args: &[OsString]) -> Error {
    if let Some(tip) = tip(&error, args) {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

fn tip(error: &Error, args: &[OsString]) -> Option<String> {
    let surplus = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(surplus))) => surplus,
        _ => return None,
    };
    if surplus.starts_with('-') {
        return None;
    }
    let mut pairs =
        args.iter().zip(args.iter().skip(1)).filter_map(|(flag, next)| Some((flag.to_str()?, next.to_str()?)));
    let (flag, column) = pairs.find(|(flag, next)| WITH_EQUALS_SIGN.contains(flag) && !next.starts_with('-'))?;
    Some(format!("the columns of {flag} stand after an equals sign: {flag}={column}"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Cli;

    #[test]
    fn columns_after_a_space() {
        let message = |line: &str| {
            let args: Vec<OsString> = line.split(' ').map(Into::into).collect();
            add(Cli::command().try_get_matches_from(&args).unwrap_err(), &args).to_string()
        };
        let tip = "tip: the columns of --trim stand after an equals sign: --trim=name";
        assert!(message("csvq compare l r --key id --trim name").contains(tip));
        assert!(message("csvq compare --trim name l r").contains(tip));
        assert!(!message("csvq compare l r more --trim").contains("tip:"));
        assert!(!message("csvq compare l --trim r --trm").contains("equals sign"));
    }
}
