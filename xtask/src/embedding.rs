//! What embedders and authors get of csvq: the core without its plugins, the example programs, and the packages for a
//! registry.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// What is published, those first that others depend on.
const PUBLISHED: &[&str] = &["csvq-text", "csvq-plugin-abi", "csvq-plugin-api", "csvq-core"];

/// Tests the core without plugins, runs the example programs, and makes the packages.
///
/// # Errors
///
/// When one of it fails.
pub(crate) fn test(workspace: &Workspace, program: &Path, libraries: &Path, out: &mut dyn Write) -> Result<()> {
    let advice = "`cargo test -p csvq-core --no-default-features` runs the engine alone";
    let mut bare = workspace.cargo();
    process::run(bare.args(["test", "-p", "csvq-core", "--no-default-features", "--lib"]), out, advice)?;

    let data = |name: &str| workspace.root.join("examples/data").join(name);
    let (left, right) = (data("airports-2024-02.csv"), data("airports-2026-09.csv"));
    let compared = example(workspace, "compare", &[left.as_ref(), right.as_ref(), "icao".as_ref()], out)?;
    expect(&compared, "Different:", "compare")?;
    let library =
        libraries.join(format!("{}fuzzy_compare{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX));
    let key = Path::new("icao");
    let shown = example(workspace, "plugins", &[&library, &left, &right, key, program], out)?;
    for line in ["installed fuzzy_compare", "fuzzy_compare ran 1 times", "removed fuzzy_compare"] {
        expect(&shown, line, "plugins")?;
    }

    let mut package = workspace.cargo();
    // Not built: cargo would take packages of the same version that an earlier run left for those that they depend on.
    package.args(["package", "--allow-dirty", "--no-verify"]);
    package.args(PUBLISHED.iter().flat_map(|name| ["-p", name]));
    process::run(&mut package, out, "what is published needs every file within its own folder")
}

/// Runs an example program, and gives what it printed.
fn example(workspace: &Workspace, name: &str, args: &[&Path], out: &mut dyn Write) -> Result<String> {
    let manifest = workspace.root.join("examples/rust/Cargo.toml");
    let mut command: Command = process::cargo();
    command.args(["run", "--quiet", "--locked", "--manifest-path"]).arg(manifest);
    command.arg("--target-dir").arg(&workspace.target).args(["--bin", name, "--"]).args(args);
    let output = process::capture(&mut command, out, "make the example work with csvq-core as it is")?;
    Ok(String::from_utf8_lossy(&output).into_owned())
}

fn expect(text: &str, part: &str, example: &str) -> Result<()> {
    if text.contains(part) {
        return Ok(());
    }
    let what = format!("examples/rust/src/bin/{example}.rs does not say `{part}`, but:\n{text}");
    Err(Failure::new(what, "have it say that again, or the check what it says now"))
}
