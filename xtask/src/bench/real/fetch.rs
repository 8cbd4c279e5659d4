//! Brings a published release into the target folder, once, with the registries' own clients.
//!
//! It does not look at what it unpacks.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::pairs::Release;
use crate::failure::{Failure, Result};
use crate::process;

/// The folder with an unpacked release, downloading it when it is not there yet.
///
/// It is unpacked beside its place and then renamed, so that a half-made one is never taken.
///
/// # Errors
///
/// When it cannot be downloaded, unpacked or stored.
pub(super) fn fetch(release: Release, store: &Path, out: &mut dyn Write) -> Result<PathBuf> {
    let name = match release {
        Release::Airports(version) => format!("airportsdata-{version}"),
        Release::Vega(version) => format!("vega-datasets-{version}"),
    };
    let folder = store.join(&name);
    if folder.is_dir() {
        return Ok(folder);
    }
    let unpacked = store.join(format!("{name}.part"));
    fs::create_dir_all(&unpacked).map_err(|error| unusable(&unpacked, &error))?;
    let (mut download, mut unpack) = match release {
        Release::Airports(version) => {
            let mut download = python();
            // The data is only read, so it does not matter which Python the package asks for.
            download
                .args(["-m", "pip", "download", "--quiet", "--no-deps"])
                .args(["--ignore-requires-python", "--dest", "."])
                .arg(format!("airportsdata=={version}"));
            let mut unpack = python();
            unpack.args(["-m", "zipfile", "-e"]).arg(format!("{name}-py3-none-any.whl"));
            (download, unpack)
        }
        Release::Vega(version) => {
            let mut download = Command::new("npm");
            download.args(["pack", "--silent"]).arg(format!("vega-datasets@{version}"));
            let mut unpack = python();
            unpack.args(["-m", "tarfile", "--filter", "data", "-e"]).arg(format!("{name}.tgz"));
            (download, unpack)
        }
    };
    let advice = "see that python3 with pip, npm and the network are there, then try again";
    process::run(download.current_dir(store), out, advice)?;
    process::run(unpack.arg(&unpacked).current_dir(store), out, advice)?;
    fs::rename(&unpacked, &folder).map_err(|error| unusable(&folder, &error))?;
    Ok(folder)
}

/// The Python that downloads, unpacks and runs the oracle.
pub(super) fn python() -> Command {
    Command::new("python3")
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        format!("cannot make {}: {error}", path.display()),
        "see that the target folder may be written and has room",
    )
}
