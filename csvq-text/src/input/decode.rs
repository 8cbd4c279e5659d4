//! From raw bytes to UTF-8 text: decompression by content, then the encoding.

use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::DecoderResult;

use super::spool::Spool;
use super::{Compression, Encoding};
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::stop;

const BLOCK: usize = 1 << 16;
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Refuses what the first bytes show to be a workbook: a zip archive, or the older compound file.
pub(super) fn refuse_workbook(head: &[u8]) -> Result<()> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0") {
        let message = "this is a workbook or an archive (.xlsx, .xls, .zip), not text; export the table as CSV";
        return Err(Error::malformed(message, 0));
    }
    Ok(())
}

/// The compression that the first bytes show.
pub(super) fn compression(head: &[u8]) -> Compression {
    if head.starts_with(GZIP) {
        Compression::Gzip
    } else if head.starts_with(ZSTD) {
        Compression::Zstd
    } else {
        Compression::None
    }
}

/// The encoding that is given or that a byte order mark shows, and the mark's length.
pub(super) fn encoding(head: &[u8], given: Option<Encoding>) -> (Encoding, usize) {
    let marked = encoding_rs::Encoding::for_bom(head);
    match (given, marked) {
        (Some(given), Some((marked, len))) if given.0 == marked => (given, len),
        (Some(given), _) => (given, 0),
        (None, Some((marked, len))) => (Encoding(marked), len),
        (None, None) => (Encoding(encoding_rs::UTF_8), 0),
    }
}

/// What was decoded.
pub(super) struct Decoded {
    pub(super) encoding: Encoding,
    pub(super) compression: Compression,
}

/// Decodes a stream into a spool as UTF-8 without byte order mark. UTF-8 itself is checked later, by whoever scans it.
pub(super) fn decode(
    stream: Box<dyn Read + '_>,
    given: Option<Encoding>,
    spool: &mut Spool,
    control: &Control,
) -> Result<Decoded> {
    // A pipe that is waited for ends with an error of its own once the comparison is stopped.
    let raw = Head::new(stream)
        .map_err(|error| stop::check(control).err().unwrap_or_else(|| Error::io("cannot read", &error)))?;
    refuse_workbook(&raw.head)?;
    let compression = compression(&raw.head);
    let raw = BufReader::with_capacity(BLOCK, raw);
    let stream: Box<dyn Read + '_> = match compression {
        Compression::None => Box::new(raw),
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(raw)),
        Compression::Zstd => Box::new(
            zstd::stream::read::Decoder::with_buffer(raw).map_err(|error| Error::io("cannot decompress", &error))?,
        ),
    };
    let doing = if compression == Compression::None { "cannot read" } else { "cannot decompress" };
    let stream = Head::new(stream).map_err(|error| Error::io(doing, &error))?;
    let (encoding, mark) = encoding(&stream.head, given);
    let mut text = BufReader::with_capacity(BLOCK, stream);
    let mut transcoder = Transcoder::new(encoding);
    let mut skip = mark;
    loop {
        stop::check(control)?;
        let block = match text.fill_buf() {
            Ok(block) => block,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                stop::check(control)?;
                return Err(Error::io(doing, &error).at_byte(spool.len()));
            }
        };
        let last = block.is_empty();
        let used = block.len();
        let from = skip.min(used);
        skip -= from;
        transcoder.push(&block[from..], last, spool)?;
        control.advance(used as u64);
        text.consume(used);
        if last {
            return Ok(Decoded { encoding, compression });
        }
    }
}

/// A stream whose first bytes are known before it is read.
struct Head<R> {
    head: Vec<u8>,
    used: usize,
    stream: R,
}

impl<R: Read> Head<R> {
    fn new(mut stream: R) -> io::Result<Self> {
        let mut head = Vec::new();
        stream.by_ref().take(4).read_to_end(&mut head)?;
        Ok(Self { head, used: 0, stream })
    }
}

impl<R: Read> Read for Head<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut left = &self.head[self.used..];
        if left.is_empty() {
            return self.stream.read(buffer);
        }
        let count = left.read(buffer)?;
        self.used += count;
        Ok(count)
    }
}

struct Transcoder {
    decoder: Option<encoding_rs::Decoder>,
    name: &'static str,
    buffer: Vec<u8>,
}

impl Transcoder {
    fn new(encoding: Encoding) -> Self {
        let decoder = (!encoding.is_utf8()).then(|| encoding.0.new_decoder_without_bom_handling());
        Self { decoder, name: encoding.name(), buffer: vec![0; 3 * BLOCK + 64] }
    }

    fn push(&mut self, mut block: &[u8], last: bool, spool: &mut Spool) -> Result<()> {
        let Some(decoder) = &mut self.decoder else { return spool.write(block) };
        loop {
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(block, &mut self.buffer, last);
            spool.write(&self.buffer[..written])?;
            block = &block[read..];
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    return Err(Error::new(
                        ErrorKind::Malformed,
                        format!("the bytes after this are not {}; name the right encoding", self.name),
                    )
                    .at_byte(spool.len()));
                }
            }
        }
    }
}
