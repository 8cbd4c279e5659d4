//! The gate of a security policy.

use std::path::Path;
use std::sync::Arc;

use parking_lot::RwLock;

use super::{Candidate, Gate, Passage, Refusal, Suspicion};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::package::{MANIFEST_BYTES, MANIFEST_FILE, SIGNATURE_FILE, Staged, digest_of_files, read_within, sha256};
use crate::state::{AuditAction, QuarantineReason};
use crate::trust::Judge;
use crate::trust::scan::{FileToScan, Outcome, ScanReport};
use crate::trust::signature::{LONGEST, SignatureState, Verdict};

/// Lets pass what the policy lets pass.
#[derive(Clone, Debug)]
pub struct JudgedGate {
    judge: Arc<RwLock<Judge>>,
}

impl JudgedGate {
    /// A gate that asks this judge, whoever that is at the time.
    #[must_use]
    pub fn new(judge: Arc<RwLock<Judge>>) -> Self {
        Self { judge }
    }

    /// The judge of now: what is asked of it may take long, and a change of the policy must not wait for that.
    fn judge(&self) -> Judge {
        self.judge.read().clone()
    }
}

impl Gate for JudgedGate {
    fn policy(&self, candidate: &Candidate<'_>) -> Passage {
        let judge = self.judge();
        judge.admit_external()?;
        Ok(candidate.size.map_or(Ok(()), |size| judge.admit_size(None, size))?)
    }

    fn signature(&self, staged: &Staged) -> Passage {
        let judge = self.judge();
        let Some(manifest) = &staged.manifest else {
            // One that can only tell itself what it is carries no signature, and is not asked.
            judge.admit_size(None, staged.size())?;
            return match judge.limits(None).require_signature_verification {
                true => Err(Refusal { action: Some(AuditAction::SignatureRefused), ..unsigned().into() }),
                false => Ok(()),
            };
        };
        judge.admit_size(Some(&manifest.id), staged.size())?;
        let (verdict, signature) = verdict_of(&judge, &manifest.id, &staged.folder)?;
        judge.admit_signature(&manifest.id, &verdict).map_err(|error| {
            let digest = staged.digest.clone().into_iter().collect();
            let suspicion = match verdict.state {
                SignatureState::Modified => Some((QuarantineReason::Modified, digest)),
                SignatureState::Revoked => {
                    let entry = staged.entry_file().ok().map(|(_, digest)| digest.to_owned());
                    Some((QuarantineReason::Revoked, staged.digest.iter().cloned().chain(entry).collect()))
                }
                // The plugin itself may be sound, and come with its own signature some day.
                SignatureState::Invalid => Some((QuarantineReason::Signature, vec![sha256(&signature)])),
                _ => None,
            };
            let suspicion = suspicion.map(|(reason, digests)| Suspicion {
                reason,
                findings: serde_json::to_value(&verdict).unwrap_or_default(),
                digests,
                quarantine: judge.limits(Some(&manifest.id)).quarantine_suspicious_plugins,
            });
            Refusal { error, action: Some(AuditAction::SignatureRefused), suspicion }
        })
    }

    fn modified(&self, staged: &Staged, error: Error) -> Passage {
        let judge = self.judge();
        let id = staged.manifest.as_ref().map(|manifest| manifest.id.as_str()).unwrap_or_default();
        let (verdict, _) = verdict_of(&judge, id, &staged.folder)?;
        if !verdict.is_signed() {
            return Err(error.into());
        }
        let verdict = verdict.modified(error.message());
        let suspicion = Suspicion {
            reason: QuarantineReason::Modified,
            findings: serde_json::to_value(&verdict).unwrap_or_default(),
            digests: vec![digest_of_files(&staged.files)],
            quarantine: judge.limits(Some(id)).quarantine_suspicious_plugins,
        };
        let message = format!("the plugin was modified after it was signed: {}", error.message());
        let error = Error::new(ErrorKind::Signature, message).of_plugin(id);
        Err(Refusal { error, action: Some(AuditAction::SignatureRefused), suspicion: Some(suspicion) })
    }

    fn scan(&self, staged: &Staged, control: &Control) -> Passage {
        let judge = self.judge();
        let id = staged.manifest.as_ref().map(|manifest| manifest.id.as_str());
        let Some(report) = judge.scan(id, &staged.folder, &files_to_scan(staged), control) else { return Ok(()) };
        crate::package::stopped(control)?;
        let error = suspicious(&report);
        let error = id.iter().fold(error, |error, id| error.of_plugin(id));
        let (action, suspicion) = match report.outcome {
            Outcome::Clean => return Ok(()),
            // What nobody could look at may be sound: it is refused, and kept from nobody.
            Outcome::Failed => (AuditAction::ScanFailed, None),
            Outcome::Flagged => {
                let suspicion = Suspicion {
                    reason: QuarantineReason::Flagged,
                    findings: serde_json::to_value(&report).unwrap_or_default(),
                    digests: flagged_digests(staged, &report),
                    quarantine: judge.limits(id).quarantine_suspicious_plugins,
                };
                (AuditAction::ScanFlagged, Some(suspicion))
            }
        };
        Err(Refusal { error, action: Some(action), suspicion })
    }
}

fn unsigned() -> Error {
    let message = "the security policy requires a signature by a trusted key: the package has no manifest that one could \
                   be of; `csvq plugins pack` makes one, `csvq plugins sign` signs it";
    Error::new(ErrorKind::Signature, message)
}

/// What the signature of the package in a folder comes to, and the signature.
///
/// # Errors
/// [`Io`](ErrorKind::Io) where its manifest or signature can't be read.
fn verdict_of(judge: &Judge, id: &str, folder: &Path) -> Result<(Verdict, Vec<u8>)> {
    let manifest = read_within(&folder.join(MANIFEST_FILE), MANIFEST_BYTES)?.unwrap_or_default();
    let signature = read_within(&folder.join(SIGNATURE_FILE), LONGEST)?;
    Ok((judge.verdict(id, &manifest, signature.as_deref(), None), signature.unwrap_or_default()))
}

/// The files of a package, for the scanner.
pub(crate) fn files_to_scan(staged: &Staged) -> Vec<FileToScan> {
    let targets = staged.manifest.as_ref().map(|manifest| manifest.targets.as_slice()).unwrap_or_default();
    let file = |file: &crate::package::FileEntry| {
        let to_scan = FileToScan::new(file.path.clone(), file.size, file.sha256.clone());
        match targets.iter().find(|target| target.library == file.path) {
            Some(target) => to_scan.for_target(target.target.clone()),
            None => to_scan,
        }
    };
    let mut files: Vec<FileToScan> = staged.files.iter().map(file).collect();
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files
}

/// The error for a scan that was not clean.
fn suspicious(report: &ScanReport) -> Error {
    let what = match report.outcome {
        Outcome::Failed => "the package could not be scanned, and only what was scanned may be installed",
        _ => "the scan of the package found what the security policy does not stand",
    };
    Error::new(ErrorKind::Suspicious, format!("{what}: {}", report.summary()))
}

/// The digests by which a flagged package is kept out: its own, and those of the files in which something was found that
/// is as severe as the threshold. What was found in the package as a whole says nothing of single files, which others may
/// have, too.
fn flagged_digests(staged: &Staged, report: &ScanReport) -> Vec<String> {
    let is_flagged = |path: &str| {
        let mut findings = report.findings.iter().filter(|finding| finding.severity >= report.threshold);
        findings.any(|finding| finding.file.as_deref() == Some(path))
    };
    let files = report.files.iter().filter(|file| file.size > 0 && is_flagged(&file.path));
    let entry = staged.entry_file().ok().map(|(_, digest)| digest.to_owned());
    let mut digests: Vec<String> = staged.digest.iter().cloned().collect();
    digests.extend(files.map(|file| file.sha256.clone()).chain(entry));
    digests.dedup();
    digests
}
