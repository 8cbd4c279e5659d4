//! The plugins that tests load: the examples, each in its own workspace and against the published interface alone, and
//! those of `tests/plugins`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::process;
use crate::workspace::Workspace;

/// A plugin in Rust, in a workspace of its own.
struct Project {
    /// Its folder, from the root.
    folder: &'static str,
    /// What of it is built.
    target: &'static [&'static str],
}

const PROJECTS: &[Project] = &[
    Project { folder: "examples/plugins/fuzzy_compare", target: &["--lib"] },
    Project { folder: "examples/plugins/contact_compare", target: &["--lib"] },
    Project { folder: "tests/plugins/rust", target: &["--examples"] },
    Project { folder: "tests/plugins/first_release", target: &["--lib"] },
];

/// The example that is built once more, as a later version. Its library has a name of its own, since both lie in one folder.
const UPDATED: &str = "examples/plugins/fuzzy_compare";
const LATER: &str = "1.1.0";
const LATER_LIBRARY: &str = "fuzzy_later";

/// Plugins in C, each with a makefile.
const MAKEFILES: &[&str] = &["examples/plugins/ulp_compare", "tests/plugins/c"];

/// Builds all plugins, and says in which folder their libraries are.
///
/// # Errors
///
/// When one does not compile.
pub(crate) fn build(workspace: &Workspace, out: &mut dyn Write) -> Result<PathBuf> {
    let folder = workspace.target.join("plugins");
    let libraries = folder.join("libraries");
    make_folder(&libraries)?;
    for project in PROJECTS {
        let manifest = workspace.root.join(project.folder).join("Cargo.toml");
        for library in cargo(&manifest, project.target, &folder, out)? {
            copy_into(&library, &libraries)?;
        }
    }
    for library in cargo(&later_version(workspace, &folder)?, &["--lib"], &folder, out)? {
        copy_into(&library, &libraries)?;
    }
    // Plugins in C use what Unix has; so do the tests that load them.
    for makefile in MAKEFILES.iter().filter(|_| cfg!(unix)) {
        let mut make = Command::new("make");
        make.arg("-C").arg(workspace.root.join(makefile)).arg(format!("BUILD={}", libraries.display()));
        process::run(&mut make, out, "plugins in C need `make` and a C compiler, such as Debian's build-essential")?;
    }
    copy_into(&workspace.root.join("tests/plugins/not_a_library.so"), &libraries)?;
    Ok(libraries)
}

/// Builds a project, and gives its libraries.
fn cargo(manifest: &Path, target: &[&str], folder: &Path, out: &mut dyn Write) -> Result<Vec<PathBuf>> {
    let mut command = process::cargo();
    command.args(["build", "--locked", "--message-format=json-render-diagnostics"]).args(target);
    command.arg("--manifest-path").arg(manifest).arg("--target-dir").arg(folder);
    let messages = process::capture(&mut command, out, "make the plugin compile first")?;
    Ok(libraries(&String::from_utf8_lossy(&messages)))
}

/// The shared libraries in cargo's messages, one JSON object a line.
fn libraries(messages: &str) -> Vec<PathBuf> {
    let is_library =
        |path: &PathBuf| path.extension().is_some_and(|extension| extension == std::env::consts::DLL_EXTENSION);
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter(|message| {
            message["target"]["crate_types"].as_array().is_some_and(|types| types.contains(&"cdylib".into()))
        })
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|name| name.as_str().map(PathBuf::from))
        .filter(is_library)
        .collect()
}

/// A copy of the example under another version. It builds against the same interface, by its place.
fn later_version(workspace: &Workspace, folder: &Path) -> Result<PathBuf> {
    let (from, to) = (workspace.root.join(UPDATED), folder.join("later"));
    if to.exists() {
        fs::remove_dir_all(&to).map_err(|error| at(&to, &error))?;
    }
    copy_sources(&from, &to)?;
    for name in ["Cargo.toml", "Cargo.lock"] {
        let path = to.join(name);
        let text = fs::read_to_string(&path).map_err(|error| at(&path, &error))?;
        let own = "name = \"fuzzy_compare\"\nversion = \"1.0.0\"";
        if !text.contains(own) {
            return Err(Failure::new(
                format!("{} does not say version 1.0.0 below its name", path.display()),
                "have xtask/src/plugins.rs look for what it says now",
            ));
        }
        let text = text.replace(own, &own.replace("1.0.0", LATER));
        let api = workspace.root.join("csvq-plugin-api").display().to_string();
        let library = format!("[lib]\nname = \"{LATER_LIBRARY}\"");
        let text = text.replace("../../../csvq-plugin-api", &api).replace("[lib]", &library);
        fs::write(&path, text).map_err(|error| at(&path, &error))?;
    }
    Ok(to.join("Cargo.toml"))
}

fn copy_sources(from: &Path, to: &Path) -> Result<()> {
    make_folder(to)?;
    for entry in fs::read_dir(from).map_err(|error| at(from, &error))? {
        let entry = entry.map_err(|error| at(from, &error))?;
        let name = entry.file_name();
        if name == "target" {
            continue;
        }
        if entry.path().is_dir() {
            copy_sources(&entry.path(), &to.join(name))?;
        } else {
            copy_into(&entry.path(), to)?;
        }
    }
    Ok(())
}

fn copy_into(library: &Path, folder: &Path) -> Result<()> {
    let name = library.file_name().unwrap_or_default();
    // Replaced, not overwritten: whoever has the old one loaded keeps it.
    let fresh = folder.join(format!(".{}", name.to_string_lossy()));
    fs::copy(library, &fresh).map_err(|error| at(library, &error))?;
    fs::rename(&fresh, folder.join(name)).map_err(|error| at(&fresh, &error))
}

/// The failure for a file that can't be read, written or made.
fn at(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()), "see that it is there and can be used, and run it again")
}

fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| at(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_found_among_cargos_messages() {
        let extension = std::env::consts::DLL_EXTENSION;
        let message = |name: &str, kind: &str| {
            format!(r#"{{"reason":"compiler-artifact","target":{{"crate_types":["{kind}"]}},"filenames":["{name}"]}}"#)
        };
        let library = format!("/t/libx.{extension}");
        let messages = [message("/t/liby.rlib", "lib"), message(&library, "cdylib"), "no json".to_owned()].join("\n");
        assert_eq!(libraries(&messages), [PathBuf::from(library)]);
    }
}
