//! Opening files, bytes and streams as an [`Input`].

use std::fs::{File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::decode::{self, Decoded};
use super::spool::Spool;
use super::{Backing, Compression, Encoding, Input, Stamp};
use crate::control::{Control, Phase};
use crate::error::{Error, ErrorKind, Result};
use crate::memory;

/// The largest text that is decoded into memory whatever the budget.
const SPOOL_MEMORY: u64 = 64 << 20;

/// How inputs are opened. Default: UTF-8 unless a byte order mark says otherwise, a budget of 1 GiB, the system's folder
/// for temporary files, and a control that nobody else holds.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// The encoding; where none is given, the byte order mark's, else UTF-8.
    pub encoding: Option<Encoding>,
    /// The memory budget in bytes: at most an eighth of it holds decoded text.
    pub memory: u64,
    /// The folder for temporary files.
    pub spill_dir: PathBuf,
    /// Cancels long decoding.
    pub control: Control,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { encoding: None, memory: 1 << 30, spill_dir: std::env::temp_dir(), control: Control::new() }
    }
}

impl Input {
    /// Opens a file, or a pipe that someone writes to.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] where it can't be opened or read; [`ErrorKind::Malformed`] where it is not of its encoding;
    /// [`ErrorKind::Cancelled`] and [`ErrorKind::TimedOut`] where it was stopped while it was decoded.
    ///
    /// ```no_run
    /// use csvq_text::{Input, OpenOptions};
    /// let input = Input::open("left.csv.gz".as_ref(), &OpenOptions::default())?;
    /// assert_eq!(input.compression().name(), "gzip");
    /// # Ok::<(), csvq_text::Error>(())
    /// ```
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self> {
        let name = path.display().to_string();
        Self::open_named(path, &name, options).map_err(|error| error.in_input(&name))
    }

    fn open_named(path: &Path, name: &str, options: &OpenOptions) -> Result<Self> {
        let cannot_open = |error: std::io::Error| Error::io("cannot open", &error);
        if path.is_dir() {
            return Err(Error::new(ErrorKind::Io, "this is a directory; name a file in it"));
        }
        let file = open_file(path).map_err(cannot_open)?;
        let metadata = file.metadata().map_err(cannot_open)?;
        if !metadata.is_file() {
            return Self::spooled(name, stream(file, &metadata, &options.control), 0, options);
        }
        if metadata.len() == 0 {
            // It is empty, or made up as it is read, as below `/proc`.
            return Self::spooled(name, Box::new(file), 0, options);
        }
        let mut head = [0; 4];
        let stamp = Stamp::of(&file).map_err(cannot_open)?;
        let mut input = Self {
            name: name.to_owned(),
            len: stamp.len,
            backing: Backing::File(file),
            start: 0,
            encoding: "",
            compression: Compression::None,
            stamp: Some(stamp),
        };
        let count = input.read_at(0, &mut head)?;
        decode::refuse_workbook(&head[..count])?;
        if input.settle(&head[..count], options) {
            return Ok(input);
        }
        match input.backing {
            Backing::File(file) => Self::spooled(name, Box::new(file), input.len, options),
            Backing::Bytes(bytes) => Self::spooled(name, Box::new(&bytes[..]), input.len, options),
        }
    }

    /// Takes bytes in memory, without copying them where they are plain UTF-8.
    ///
    /// # Errors
    /// As [`Input::open`].
    ///
    /// ```
    /// use csvq_text::{Input, OpenOptions};
    /// let input = Input::from_bytes("cities", b"\xff\xfei\0d\0"[..].into(), &OpenOptions::default())?;
    /// assert_eq!((input.encoding(), input.len()), ("UTF-16LE", 2));
    /// # Ok::<(), csvq_text::Error>(())
    /// ```
    pub fn from_bytes(name: &str, bytes: Arc<[u8]>, options: &OpenOptions) -> Result<Self> {
        let mut input = Self {
            name: name.to_owned(),
            len: bytes.len() as u64,
            backing: Backing::Bytes(Arc::clone(&bytes)),
            start: 0,
            encoding: "",
            compression: Compression::None,
            stamp: None,
        };
        let head = &bytes[..bytes.len().min(4)];
        decode::refuse_workbook(head).map_err(|error| error.in_input(name))?;
        if input.settle(head, options) {
            return Ok(input);
        }
        Self::spooled(name, Box::new(&bytes[..]), bytes.len() as u64, options).map_err(|error| error.in_input(name))
    }

    /// Reads a stream to its end.
    ///
    /// # Errors
    /// As [`Input::open`].
    ///
    /// ```
    /// use csvq_text::{Input, OpenOptions};
    /// let input = Input::from_reader("-", &b"id\n1\n"[..], &OpenOptions::default())?;
    /// assert_eq!(input.len(), 5);
    /// # Ok::<(), csvq_text::Error>(())
    /// ```
    pub fn from_reader(name: &str, reader: impl Read, options: &OpenOptions) -> Result<Self> {
        Self::spooled(name, Box::new(reader), 0, options).map_err(|error| error.in_input(name))
    }

    /// Settles encoding and start by the first bytes. False where the text must be decoded first.
    fn settle(&mut self, head: &[u8], options: &OpenOptions) -> bool {
        let (encoding, mark) = decode::encoding(head, options.encoding);
        if decode::compression(head) != Compression::None || !encoding.is_utf8() {
            return false;
        }
        self.encoding = encoding.name();
        self.start = mark as u64;
        true
    }

    fn spooled(name: &str, stream: Box<dyn Read + '_>, len: u64, options: &OpenOptions) -> Result<Self> {
        options.control.begin(Phase::Reading, len);
        let threshold = memory::spool(options.memory).min(SPOOL_MEMORY);
        let mut spool = Spool::new(usize::try_from(threshold).unwrap_or(usize::MAX), &options.spill_dir);
        let Decoded { encoding, compression } = decode::decode(stream, options.encoding, &mut spool, &options.control)?;
        Ok(Self {
            name: name.to_owned(),
            len: spool.len(),
            backing: spool.finish(),
            start: 0,
            encoding: encoding.name(),
            compression,
            stamp: None,
        })
    }
}

#[cfg(any(not(unix), miri))]
fn open_file(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

#[cfg(not(unix))]
fn stream(file: File, _: &Metadata, _: &Control) -> Box<dyn Read> {
    Box::new(file)
}

/// Opens without waiting for someone to write, which a pipe would otherwise make us do for ever.
#[cfg(all(unix, not(miri)))]
fn open_file(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NONBLOCK.bits();
    File::options().read(true).custom_flags(flags.cast_signed()).open(path)
}

/// A pipe with a name is waited for, until someone writes to it.
#[cfg(unix)]
fn stream(file: File, metadata: &Metadata, control: &Control) -> Box<dyn Read> {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::FileTypeExt;
    // A pipe without a name, such as the shell's `<(…)`: nobody but who has it already can ever write to it.
    let opened = format!("/proc/self/fd/{}", file.as_raw_fd());
    let is_nameless = std::fs::read_link(opened).is_ok_and(|target| target.to_string_lossy().starts_with("pipe:["));
    let is_waited_for = metadata.file_type().is_fifo() && !is_nameless;
    Box::new(pipe::Pipe::new(file, !is_waited_for, control.clone()))
}

#[cfg(unix)]
mod pipe {
    //! A pipe that is read without being hung by it.

    use std::fs::File;
    use std::io::{self, Read};
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, Timespec};

    use crate::control::Control;

    /// How long a named pipe may be without anyone who writes to it.
    const WRITER_WAIT: Duration = Duration::from_secs(2);
    const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };

    /// Reads a non-blocking pipe, and sees between two reads whether the comparison was cancelled.
    pub(super) struct Pipe {
        file: File,
        control: Control,
        opened: Instant,
        has_writer: bool,
    }

    impl Pipe {
        /// `has_writer`: whether there is nobody to wait for who would begin to write.
        pub(super) fn new(file: File, has_writer: bool, control: Control) -> Self {
            Self { file, control, opened: Instant::now(), has_writer }
        }

        fn wait(&self) -> io::Result<()> {
            let mut polled = [PollFd::new(&self.file, PollFlags::IN)];
            rustix::event::poll(&mut polled, Some(&TICK))?;
            Ok(())
        }
    }

    impl Read for Pipe {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            loop {
                if self.control.stopped().is_some() {
                    return Err(io::Error::other("cancelled"));
                }
                match self.file.read(buffer) {
                    Ok(0) if !self.has_writer && self.opened.elapsed() < WRITER_WAIT => {
                        std::thread::sleep(Duration::from_millis(5));
                    }
                    Ok(0) if !self.has_writer => {
                        return Err(io::Error::other("nobody writes to this pipe; start its writer first"));
                    }
                    Ok(count) => {
                        self.has_writer = true;
                        return Ok(count);
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        self.has_writer = true;
                        self.wait()?;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    }
}

#[cfg(all(test, target_os = "linux", not(miri)))]
mod tests {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn files_that_are_made_up_as_they_are_read_have_a_length() {
        assert!(!Input::open("/proc/self/status".as_ref(), &OpenOptions::default()).unwrap().is_empty());
    }

    /// Where a pipe is waited for to which nobody writes, that ends in an error.
    #[test]
    fn devices_and_left_pipes_are_empty() {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(writer);
        let left = format!("/proc/self/fd/{}", reader.as_raw_fd());
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        symlink(&left, &link).unwrap();
        for path in ["/dev/null".as_ref(), left.as_ref(), &*link] {
            assert_eq!(Input::open(path, &OpenOptions::default()).unwrap().len(), 0);
        }
    }
}
