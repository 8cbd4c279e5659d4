//! Where results go: standard output, or a file that appears when it is complete.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, ErrorKind as IoErrorKind, Write};
use std::path::{Path, PathBuf};

use csvq_core::control::Control;
use csvq_core::report::render::RenderError;
use csvq_core::{Context, Error, ErrorKind, Result};
use tempfile::NamedTempFile;

/// Bytes that are gathered before they are written.
const BUFFER: usize = 64 << 10;

/// What writes a result.
pub(crate) type Render<'a> = &'a mut dyn FnMut(&mut dyn Write) -> Result<(), RenderError>;

/// Writes a result to a file, or to standard output where none is named.
///
/// # Errors
/// What rendering or writing met. A closed pipe after standard output is none: its reader has seen enough.
pub(crate) fn write(target: Option<&Path>, control: &Control, render: Render<'_>) -> Result<()> {
    match target {
        None => {
            let written = write_to(io::stdout().lock(), "standard output", control, render);
            written.or_else(|failure| if failure.is_broken_pipe { Ok(()) } else { Err(failure.error) })
        }
        Some(path) => write_file(path, control, render),
    }
}

fn write_file(path: &Path, control: &Control, render: Render<'_>) -> Result<()> {
    let name = path.display().to_string();
    let failed = |error: io::Error| failure(&name, control, error).error;
    // A link stays a link: the file that it points to is replaced.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let existing = fs::metadata(&real).ok();
    if existing.as_ref().is_some_and(|found| !found.is_file()) {
        // A device or a pipe (`/dev/null`) is written to, never replaced.
        let file = File::options().write(true).open(&real).map_err(failed)?;
        return write_to(file, &name, control, render).map_err(|failure| failure.error);
    }
    let mut file = temporary_beside(&real).map_err(failed)?;
    write_to(file.as_file_mut(), &name, control, render).map_err(|failure| failure.error)?;
    if let Some(existing) = existing {
        file.as_file().set_permissions(existing.permissions()).map_err(failed)?;
    }
    file.persist(&real).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A file in the same folder, so that it can take the target's place in one step. Dropped, it vanishes.
fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".csvq-").suffix(".tmp");
    let permissions = ordinary_permissions();
    if let Some(permissions) = permissions {
        builder.permissions(permissions);
    }
    builder.tempfile_in(folder)
}

/// Temporary files are private, but this one becomes an ordinary file: the user's mask decides.
#[cfg(unix)]
fn ordinary_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn ordinary_permissions() -> Option<Permissions> {
    None
}

/// Why a result could not be written.
struct Failure {
    error: Error,
    is_broken_pipe: bool,
}

fn write_to(handle: impl Write, name: &str, control: &Control, render: Render<'_>) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(BUFFER, Cancellable { handle, control });
    let written = render(&mut out).and_then(|()| out.flush().map_err(RenderError::from));
    // What is left in the buffer after an error must not be written when it is dropped.
    drop(out.into_parts());
    match written {
        Ok(()) => Ok(()),
        Err(RenderError::Rows(error)) => Err(Failure { error, is_broken_pipe: false }),
        Err(RenderError::Write(error)) => Err(failure(name, control, error)),
        Err(other) => Err(failure(name, control, io::Error::other(other.to_string()))),
    }
}

fn failure(name: &str, control: &Control, error: io::Error) -> Failure {
    let is_broken_pipe = error.kind() == IoErrorKind::BrokenPipe;
    let error = if control.stopped().is_some() {
        Error::new(ErrorKind::Cancelled, "interrupted while the result was written")
    } else {
        let context = Context { input: Some(name.to_owned()), ..Context::default() };
        Error::new(ErrorKind::Io, format!("can't write the result: {error}")).with_context(context)
    };
    Failure { error, is_broken_pipe }
}

/// A handle that takes nothing more once the comparison was cancelled, since rendering asks nobody else.
struct Cancellable<'a, W> {
    handle: W,
    control: &'a Control,
}

impl<W: Write> Write for Cancellable<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.control.stopped().is_some() {
            return Err(io::Error::other("cancelled"));
        }
        self.handle.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.handle.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write_text(path: &Path, control: &Control, text: &str, end: Result<(), RenderError>) -> Result<()> {
        let mut end = Some(end);
        write(Some(path), control, &mut |out| {
            out.write_all(text.as_bytes())?;
            end.take().unwrap()
        })
    }

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.txt");
        let failed = RenderError::Rows(Error::new(ErrorKind::InputChanged, "changed"));
        let error = write_text(&path, &Control::new(), "half", Err(failed)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InputChanged);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

        write_text(&path, &Control::new(), "whole", Ok(())).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");

        let control = Control::new();
        control.cancel();
        let error = write_text(&path, &control, "late", Ok(())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("result.txt");
        let error = write_text(&path, &Control::new(), "", Ok(())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert_eq!(error.context().input.as_deref(), path.to_str());
        assert!(write_text(folder.path(), &Control::new(), "", Ok(())).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_devices_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        write_text(&link, &Control::new(), "new", Ok(())).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        write_text(Path::new("/dev/null"), &Control::new(), "new", Ok(())).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
