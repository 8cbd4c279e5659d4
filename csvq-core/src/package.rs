//! Packages: how a plugin comes to a home. A package is a single `.py` file, a native library, a folder, or a zip of
//! one, and what it holds is said by its manifest, `plugin.json`.
//!
//! [`stage`] lays a package out in a folder of its own, whatever it came as, so that everything after it (signatures,
//! scans, a trial, the installation) sees the same files and no others. It takes nothing on trust: an archive must mean
//! the same to every reader of zips, a path the same on every system, and every file must be the one that the manifest
//! lists. [`verify`] checks an installed plugin again, [`pack`] makes a package.
//!
//! Nothing here runs a plugin. What a bare `.py` says of itself is read from its text; what a bare library says, only a
//! worker can ask it ([`complete`]). `docs/packages.md` tells the format.

mod archive;
mod beside;
mod digest;
mod fault;
pub(crate) mod folder;
mod limits;
mod manifest;
mod names;
mod pack;
mod python;
mod schema;
mod sign;
mod stage;
#[cfg(test)]
mod tests;
mod verify;
mod within;

pub use self::beside::{manifest_beside, signature_beside};
pub use self::digest::sha256;
pub use self::limits::Limits;
pub(crate) use self::limits::MANIFEST_BYTES;
pub use self::manifest::{
    ABI_VERSION, Capability, FileEntry, JSON_SCHEMA, Kind, MANIFEST_FILE, Manifest, SCHEMA_VERSION, SIGNATURE_FILE,
    Target, current_target, plugin_digest,
};
pub use self::pack::{Packed, pack};
pub use self::sign::{SignedPackage, sign_package, verify_package};
pub use self::stage::{Origin, Staged, complete, stage};
pub use self::verify::{verify, verify_as};

pub(crate) use self::beside::{BESIDE, name_beside};
pub(crate) use self::digest::{is_over_limit, of_file as digest_of, of_files as digest_of_files};
pub(crate) use self::fault::{io as io_error, shown, stopped};
pub(crate) use self::names::check_name;
pub(crate) use self::schema::sound_schema;
pub(crate) use self::stage::{Sort, Standing, is_junk, sort_of, stage_as_it_is};
pub(crate) use self::within::read_within;
