//! Checks a library against what csvq expects of a plugin: `check_plugin LIBRARY [PARAMETERS]`.
//!
//! For plugins that are not written in Rust, whose tests can't use the test kit. The library is loaded into this
//! program and does there what it does: check only your own.

use std::process::ExitCode;

use csvq_plugin_api::Value;
use csvq_plugin_api::testing::{Check, Plugin};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a program")]
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("usage: check_plugin LIBRARY [PARAMETERS as a JSON object]");
        return ExitCode::from(2);
    };
    // SAFETY: whoever calls this program vouches for the library.
    let plugin = match unsafe { Plugin::load(&path) } {
        Ok(plugin) => plugin,
        Err(failure) => {
            eprintln!("{path}: {failure}");
            return ExitCode::from(2);
        }
    };
    let mut check = Check::new(&plugin);
    if let Some(parameters) = arguments.next() {
        let Ok(Value::Object(parameters)) = parameters.parse() else {
            eprintln!("the parameters are no JSON object");
            return ExitCode::from(2);
        };
        for (name, value) in parameters {
            check = check.parameter(name, value);
        }
    }
    let findings = check.run();
    if findings.all().is_empty() {
        println!("{path} is what csvq expects");
        return ExitCode::SUCCESS;
    }
    print!("{findings}");
    ExitCode::FAILURE
}
