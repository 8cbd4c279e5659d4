//! What is seen without knowing a format: names, the first bytes, and texts.

use super::found::Found;
use super::kind::{self, Sort};
use super::rules::{Kind, Texts};

/// Looks at a file's name.
pub(super) fn look_at_name(path: &str, found: &mut Found<'_>) {
    found.check(Kind::FileName, path, None);
    if let Some(module) = module_at_root(path) {
        found.check(Kind::PythonModule, module, None);
    }
}

/// The module that Python imports by this file where the package's own folder is searched first.
fn module_at_root(path: &str) -> Option<&str> {
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    match rest {
        "" => {
            let (module, ending) = first.split_once('.')?;
            let ending = ending.to_ascii_lowercase();
            let imported = ["py", "pyw", "pyc", "so", "pyd"];
            let imported = imported.iter().any(|own| ending == *own || ending.ends_with(&format!(".{own}")));
            imported.then_some(module)
        }
        _ if rest.starts_with("__init__.") => Some(first),
        _ => None,
    }
}

/// Looks at how a file begins.
pub(super) fn look_at_head(path: &str, head: &[u8], sort: Sort, found: &mut Found<'_>) {
    for content in kind::contents(path, head, sort) {
        found.check(Kind::FileContent, content, None);
    }
}

/// Looks at how a file ends.
pub(super) fn look_at_tail(head: &[u8], tail: &[u8], found: &mut Found<'_>) {
    if !head.starts_with(b"PK\x03\x04") && kind::has_zip_at_end(tail) {
        found.check(Kind::FileContent, "archive", None);
    }
}

/// Looks for texts in bytes that come block by block.
pub(super) struct Search<'a> {
    texts: Option<&'a Texts>,
    seen: Vec<bool>,
    /// The end of what came before, in which a text may have begun.
    before: Vec<u8>,
}

impl<'a> Search<'a> {
    pub(super) fn new(kind: Kind, found: &Found<'a>) -> Self {
        let texts = found.rules.texts(kind);
        Self { texts, seen: vec![false; texts.map_or(0, Texts::len)], before: Vec::new() }
    }

    pub(super) fn look_at(&mut self, block: &[u8], found: &mut Found<'a>) {
        let Some(texts) = self.texts else { return };
        let overlap = texts.longest().saturating_sub(1);
        // Only where the blocks meet are bytes copied.
        self.before.extend_from_slice(&block[..block.len().min(overlap)]);
        let seam = std::mem::take(&mut self.before);
        texts.search(&seam, &mut self.seen, |rule, text| found.add(rule, text, None));
        texts.search(block, &mut self.seen, |rule, text| found.add(rule, text, None));
        self.before = match block.len() >= overlap {
            true => block[block.len() - overlap..].to_vec(),
            false => seam[seam.len().saturating_sub(overlap)..].to_vec(),
        };
    }
}
