//! What making keys, signing and checking signatures are told.

use std::path::PathBuf;

use clap::Args;
use csvq_core::state::Timestamp;

use super::time;

/// Make a pair of keys: one to sign packages with, one to check them by
///
/// Writes private.pem, which only its owner can read, and public.pem into a folder, which is made if it is not there.
/// Keys that are there are never overwritten. Both are Ed25519 in PEM, as openssl reads and writes them.
#[derive(Debug, Args)]
#[command(after_help = KEYGEN_EXAMPLES)]
pub(crate) struct KeygenArgs {
    /// The folder of the two keys
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Protect the private key by the password in a file, which holds nothing else
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

/// Sign a package where it lies
///
/// What is signed is the manifest, which lists every file with its digest. A zip or folder gets its signature within, a
/// lone file gets manifest and signature beside it. Signatures of others over the same package stay.
#[derive(Debug, Args)]
#[command(after_help = SIGN_EXAMPLES)]
pub(crate) struct SignArgs {
    /// A package: a zip, a folder, a native library or a .py file
    #[arg(value_name = "PACKAGE")]
    pub(crate) package: PathBuf,
    /// The private key, in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The file with the private key's password; without it, the terminal is asked where the key has one
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// The last day on which the package may be newly installed by this signature, or the time: 2027-06-30
    #[arg(long, value_name = "DATE", value_parser = time::end)]
    pub(crate) expires: Option<Timestamp>,
}

/// Tell whose signature a package carries
///
/// Nothing in the package says which keys are to be believed: that is the key that is named here, or else the policy of
/// the home. The status is 0 where the package is signed so, and every file is the one that was signed; 1 where not; 2
/// where that can't be found out.
#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(crate) struct VerifyArgs {
    /// A package: a zip, a folder, a native library or a .py file
    #[arg(value_name = "PACKAGE")]
    pub(crate) package: PathBuf,
    /// The public key, in PEM [default: the keys that the home's policy trusts]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

const KEYGEN_EXAMPLES: &str = "\
Examples:
  csvq plugins keygen keys/
  csvq plugins keygen keys/ --password-file password.txt";

const SIGN_EXAMPLES: &str = "\
Examples:
  csvq plugins sign fuzzy_compare-1.0.0.zip --key keys/private.pem
  csvq plugins sign my_plugin.py --key keys/private.pem --expires 2027-06-30";

const VERIFY_EXAMPLES: &str = "\
Examples:
  csvq plugins verify fuzzy_compare-1.0.0.zip --key ann.pem
  csvq plugins verify my_plugin.py";
