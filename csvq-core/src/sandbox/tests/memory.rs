//! Memory files: nobody changes them once they are sealed.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use super::programs::write;
use crate::error::{Error, ErrorKind};
use crate::sandbox::memory::{ResultFile, table_for_worker};
use crate::sandbox::memory_file;

fn read(mut file: &File) -> String {
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_table_is_sealed_and_read_from_its_beginning() {
    let table = memory_file("left\0right", |file| write(file, b"a table")).unwrap();
    let for_worker = File::from(table_for_worker(&table).unwrap());
    let mut file = File::from(table);
    assert_eq!(read(&file), "a table");
    assert_eq!(read(&for_worker), "a table", "it has an offset of its own");
    file.seek(SeekFrom::Start(0)).unwrap();
    assert!(file.write_all(b"b").is_err());
    assert!(file.set_len(0).is_err());
    assert!(file.set_len(100).is_err());
    assert!((&for_worker).write_all(b"b").is_err());
}

#[test]
fn what_fails_to_write_makes_no_table() {
    let error = memory_file("left", |_| Err(Error::new(ErrorKind::Malformed, "no table"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
}

#[test]
fn a_result_can_be_written_until_it_is_sealed() {
    let result = ResultFile::new().unwrap();
    let mut theirs = File::from(result.for_worker().unwrap());
    theirs.write_all(b"differences").unwrap();
    result.check_size(11).unwrap();
    assert_eq!(result.check_size(10).unwrap_err().kind(), ErrorKind::LimitExceeded);
    let sealed = result.seal(11).unwrap();
    assert!(theirs.write_all(b"more").is_err());
    assert!(theirs.set_len(0).is_err());
    assert_eq!(read(&sealed), "differences");
    let result = ResultFile::new().unwrap();
    File::from(result.for_worker().unwrap()).write_all(b"differences").unwrap();
    assert_eq!(result.seal(10).unwrap_err().kind(), ErrorKind::LimitExceeded);
}
