//! Keys, signing, and checking whose signature a package carries.

use std::path::Path;

use csvq_core::access::Caller;
use csvq_core::config::SecurityPolicy;
use csvq_core::engine::Engine;
use csvq_core::package::{SignedPackage, verify_package};
use csvq_core::state::Timestamp;
use csvq_core::trust::Judge;
use csvq_core::trust::signature::{
    KeyFiles, KeyId, PrivateKey, SignOptions, Trust, read_private_key, read_public_key, write_keys,
};
use csvq_core::{Context, Error, ErrorKind, Result};
use serde_json::json;

use super::{password, show};
use crate::args::{KeygenArgs, SignArgs, VerifyArgs};
use crate::commands::answer::answer;
use crate::commands::home::{self, Call};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::interrupt;

/// Makes a pair of keys.
///
/// # Errors
/// Where they can't be written, and where some are there.
pub(super) fn make_keys(args: &KeygenArgs, call: &Call<'_>) -> Result<Exit> {
    let password = args.password_file.as_deref().map(password::of_file).transpose()?;
    let key = PrivateKey::generate()?;
    let files = write_keys(&args.folder, &key, password.as_deref().map(String::as_str))?;
    if password.is_none() {
        call.messages.note("whoever can read the private key can sign with it; --password-file protects one");
    }
    let id = key.public().id();
    let value = json!({
        "key_id": id, "private_key": files.private.display().to_string(),
        "public_key": files.public.display().to_string(), "has_password": password.is_some(),
    });
    answer(call.format, &value, || made(&files, &id))?;
    Ok(Exit::Success)
}

fn made(files: &KeyFiles, id: &KeyId) -> String {
    let (private, public) = (files.private.display(), files.public.display());
    format!(
        "Made the key {id}.\n\n\
         {private}  signs packages; keep it to yourself, it can't be made again:\n  \
         csvq plugins sign PACKAGE --key {private}\n\
         {public}  is for those who install them; they check a package by it:\n  \
         csvq plugins verify PACKAGE --key {public}\n\
         and trust it by a copy in their home, such as config/trusted_keys/ann.pem, and by the policy that names it:\n  \
         csvq config set --file security_policy 'plugin_security.trusted_keys[0]' \
         '{{\"name\": \"ann\", \"public_key\": \"trusted_keys/ann.pem\"}}'\n"
    )
}

/// Signs a package.
///
/// # Errors
/// Where the key can't be read, and where the package is not sound or can't be written.
pub(super) fn sign(args: &SignArgs, call: &Call<'_>) -> Result<Exit> {
    // Also while a password is asked for: whoever interrupts that then gets the terminal back as it was.
    let control = interrupt::control();
    let key = private_key(args)?;
    let options = SignOptions { expires_at: args.expires, ..SignOptions::at(Timestamp::now()) };
    let by = |engine: &Engine| engine.sign(&Caller::local(), &args.package, &key, &options, &control);
    let signed = match call.open_if_there()? {
        Some(engine) => by(&engine)?,
        None => by(&Engine::built_in()).map_err(|error| without_home(error, &args.package))?,
    };
    let id = key.public().id();
    let manifest = signed.made_manifest.as_ref().map(|path| path.display().to_string());
    let value = json!({
        "id": signed.manifest.id, "version": signed.manifest.version.to_string(), "digest": signed.digest, "key_id": id,
        "signature": signed.signature.display().to_string(), "made_manifest": manifest, "expires_at": args.expires,
    });
    answer(call.format, &value, || told(&signed, &id, args.expires))?;
    Ok(Exit::Success)
}

/// The private key, for which the terminal is asked if it has a password that no file holds.
fn private_key(args: &SignArgs) -> Result<PrivateKey> {
    let text = read_private_key(&args.key)?;
    let password = match &args.password_file {
        Some(file) => Some(password::of_file(file)?),
        None if PrivateKey::is_encrypted(&text) => Some(password::ask(&args.key)?),
        None => None,
    };
    PrivateKey::from_pem(&text, password.as_deref().map(String::as_str)).map_err(|error| about(error, &args.key))
}

/// What a bare library is, only a worker can ask it, and only a home has one.
fn without_home(error: Error, package: &Path) -> Error {
    if error.kind() != ErrorKind::Unsupported {
        return error;
    }
    let message = "a library without a manifest has to be loaded to tell what it is, which takes a home: make one with `csvq \
                   init`, or name one with --home DIR";
    about(Error::new(ErrorKind::NotFound, message), package)
}

fn told(signed: &SignedPackage, id: &KeyId, expires: Option<Timestamp>) -> String {
    let mut text = format!(
        "Signed {} {} (digest {}) with the key {}.\n",
        signed.manifest.id,
        signed.manifest.version,
        show::short(&signed.digest),
        id.short()
    );
    let signature = signed.signature.display();
    match &signed.made_manifest {
        Some(manifest) => text.push_str(&format!(
            "The signature is {signature}, and what is signed {}: both belong beside the file.\n",
            manifest.display()
        )),
        None => text.push_str(&format!("The signature is in {signature}.\n")),
    }
    if let Some(end) = expires {
        text.push_str(&format!("It counts for installations before {end}.\n"));
    }
    text
}

/// Tells whose signature a package carries.
///
/// # Errors
/// Where that can't be found out. A signature that does not count is none.
pub(super) fn verify(args: &VerifyArgs, call: &Call<'_>) -> Result<Exit> {
    let trust = match &args.key {
        Some(path) => of_key(path)?,
        None => of_home(call.flag)?,
    };
    let verdict = verify_package(&args.package, &trust, Timestamp::now(), &interrupt::control())?;
    answer(call.format, &verdict, || show::verdict(&verdict))?;
    Ok(if verdict.is_signed() { Exit::Success } else { Exit::Different })
}

/// Trust in one key, which is called as its file.
fn of_key(path: &Path) -> Result<Trust> {
    let key = read_public_key(path)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // A file may have a name that no key may have.
    Trust::of_key(&name, key.clone()).or_else(|_| Trust::of_key(&key.id().short(), key))
}

/// Trust as the policy of the home has it, which is read and not changed.
fn of_home(flag: Option<&Path>) -> Result<Trust> {
    let home = home::locate(flag)?;
    if home.require().is_err() {
        let message =
            "name the signer's public key by --key FILE: there is no home whose policy would say which keys count";
        return Err(about(Error::new(ErrorKind::NotFound, message), home.root()));
    }
    let policy = SecurityPolicy::load(&home, &Environment::plugins()?)?;
    Ok(Judge::open(policy)?.keys().clone())
}

/// An error about a file.
fn about(error: Error, file: &Path) -> Error {
    let context = Context { input: Some(file.display().to_string()), ..error.context().clone() };
    Error::new(error.kind(), error.message()).with_context(context)
}
