//! Private keys: PKCS#8 in PEM, in the clear or under a password, as openssl reads and writes them.

use std::fmt;

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{EncodePrivateKey, KeypairBytes, PrivateKeyInfoRef, SecretDocument};
use ed25519_dalek::{Signer, SigningKey};
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::{self, Kdf, ScryptParams};
use zeroize::Zeroizing;

use super::fault;
use super::key::PublicKey;
use crate::error::{Error, ErrorKind, Result};

/// The label of a private key in the clear.
const LABEL: &str = "PRIVATE KEY";
/// The label of a private key under a password.
const ENCRYPTED_LABEL: &str = "ENCRYPTED PRIVATE KEY";

/// How passwords are stretched in keys that csvq writes: 16 MiB, five times over, as OWASP advises. Openssl reads no
/// key that needs more than 32 MiB.
const SCRYPT: (u64, u16, u16) = (1 << 14, 8, 5);

/// The most that a key which is read may ask for: 256 MiB of memory (128 bytes times cost times block size), four times
/// over; and rounds for some seconds. A file that asks for more would only hold its reader up.
const MOST_MEMORY: u64 = 1 << 21;
const MOST_WORK: u64 = 1 << 23;
const MOST_ROUNDS: u32 = 10_000_000;

/// An Ed25519 private key. Its secret is overwritten when it is dropped, and never shown.
///
/// ```
/// use csvq_core::trust::signature::PrivateKey;
/// let key = PrivateKey::generate()?;
/// let pem = key.to_pem(Some("correct horse"))?;
/// assert!(PrivateKey::is_encrypted(&pem));
/// assert!(PrivateKey::from_pem(&pem, Some("wrong horse")).is_err());
/// assert_eq!(PrivateKey::from_pem(&pem, Some("correct horse"))?.public(), key.public());
/// # Ok::<(), csvq_core::Error>(())
/// ```
pub struct PrivateKey {
    key: SigningKey,
    public: PublicKey,
}

impl PrivateKey {
    /// Makes a key from the system's random numbers.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) where the system has none to give.
    pub fn generate() -> Result<Self> {
        let mut secret = Zeroizing::new([0; 32]);
        randomize(secret.as_mut_slice())?;
        Self::new(SigningKey::from_bytes(&secret))
    }

    /// Reads a PKCS#8 key in PEM. A password is needed where [`PrivateKey::is_encrypted`] says so, and else not used.
    ///
    /// # Errors
    /// [`Config`](ErrorKind::Config) where it is no Ed25519 private key in PEM, the password is missing or wrong, or
    /// the file asks for more work to try a password than is sound.
    pub fn from_pem(text: &str, password: Option<&str>) -> Result<Self> {
        let no_key = "this is no private key in PEM (PKCS#8): it begins with `-----BEGIN PRIVATE KEY-----` or \
                      `-----BEGIN ENCRYPTED PRIVATE KEY-----`";
        let (label, document) = SecretDocument::from_pem(text.trim()).map_err(|_| fault::key(no_key))?;
        match (label, password) {
            (LABEL, _) => Self::from_der(document.as_bytes()),
            (ENCRYPTED_LABEL, Some(password)) => {
                let wrong = || fault::key("the password is wrong, or the key file is damaged");
                let document = decrypt(document.as_bytes(), password)?.ok_or_else(wrong)?;
                // A wrong password can give bytes, too, that then are no key.
                PrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|_| wrong())?;
                Self::from_der(document.as_bytes())
            }
            (ENCRYPTED_LABEL, None) => Err(fault::key("this private key has a password: give it")),
            _ => Err(fault::key(no_key)),
        }
    }

    /// Whether a text is a private key under a password.
    #[must_use]
    pub fn is_encrypted(text: &str) -> bool {
        text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    }

    /// The key as PKCS#8 in PEM: with a password under scrypt and AES-256-CBC, without one in the clear.
    ///
    /// # Errors
    /// [`Config`](ErrorKind::Config) where the password is empty; [`Io`](ErrorKind::Io) where the system has no random
    /// numbers.
    pub fn to_pem(&self, password: Option<&str>) -> Result<Zeroizing<String>> {
        let unwritable = || Error::new(ErrorKind::Internal, "a private key can't be written");
        // Without the public key, which makes it a version that not every openssl reads.
        let pair = KeypairBytes { secret_key: self.key.to_bytes(), public_key: None };
        let document = pair.to_pkcs8_der().map_err(|_| unwritable())?;
        let Some(password) = password else {
            return document.to_pem(LABEL, LineEnding::LF).map_err(|_| unwritable());
        };
        if password.is_empty() {
            return Err(fault::key("an empty password protects nothing: give another one, or none"));
        }
        let info = PrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|_| unwritable())?;
        let encrypted = info.encrypt_with_params(stretching()?, password).map_err(|_| unwritable())?;
        encrypted.to_pem(ENCRYPTED_LABEL, LineEnding::LF).map_err(|_| unwritable())
    }

    /// The public key that belongs to it.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.public.clone()
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }

    fn from_der(der: &[u8]) -> Result<Self> {
        let no_key = |_| fault::key("this is no Ed25519 private key: others can't sign plugins");
        let info = PrivateKeyInfoRef::try_from(der).map_err(no_key)?;
        Self::new(SigningKey::try_from(info).map_err(no_key)?)
    }

    fn new(key: SigningKey) -> Result<Self> {
        let public = PublicKey::new(key.verifying_key())?;
        Ok(Self { key, public })
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(of {})", self.public.id())
    }
}

/// Takes a password off; none where it is wrong.
fn decrypt(der: &[u8], password: &str) -> Result<Option<SecretDocument>> {
    let unreadable = "this private key is damaged, or protected in a way that csvq does not read, since the older ways \
                      are not safe: write it anew by `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256`";
    let info = EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| fault::key(unreadable))?;
    let EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm else {
        return Err(fault::key(unreadable));
    };
    if !is_bounded(&parameters.kdf) {
        let message = "this private key asks for more work to try a password than is sound: write it anew by `openssl \
                       pkcs8 -topk8 -scrypt`";
        return Err(fault::key(message));
    }
    match info.decrypt(password) {
        Ok(document) => Ok(Some(document)),
        Err(pkcs8::Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::UnsupportedAlgorithm { .. })) => {
            Err(fault::key(unreadable))
        }
        Err(_) => Ok(None),
    }
}

/// Whether a file asks for a sound amount of work.
fn is_bounded(kdf: &Kdf) -> bool {
    match kdf {
        Kdf::Pbkdf2(asked) => (1..=MOST_ROUNDS).contains(&asked.iteration_count),
        Kdf::Scrypt(asked) => {
            let memory = asked.cost_parameter.checked_mul(u64::from(asked.block_size));
            let work = memory.and_then(|memory| memory.checked_mul(u64::from(asked.parallelization)));
            // A cost of nothing is no power of two, and more than the library expects.
            asked.cost_parameter.is_power_of_two()
                && memory.is_some_and(|memory| (1..=MOST_MEMORY).contains(&memory))
                && work.is_some_and(|work| (1..=MOST_WORK).contains(&work))
        }
        _ => false,
    }
}

/// How a new key's password is stretched, with a salt and a start of its own.
fn stretching() -> Result<pbes2::Parameters> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    randomize(&mut salt)?;
    randomize(&mut iv)?;
    let salt = salt.as_slice().try_into().map_err(|_| Error::new(ErrorKind::Internal, "a salt can't be made"))?;
    let (cost_parameter, block_size, parallelization) = SCRYPT;
    let kdf = Kdf::Scrypt(ScryptParams { salt, cost_parameter, block_size, parallelization, key_length: None });
    Ok(pbes2::Parameters { kdf, encryption: pbes2::EncryptionScheme::Aes256Cbc { iv } })
}

fn randomize(bytes: &mut [u8]) -> Result<()> {
    let failed = |error| Error::new(ErrorKind::Io, format!("the system gives no random numbers: {error}"));
    getrandom::fill(bytes).map_err(failed)
}
