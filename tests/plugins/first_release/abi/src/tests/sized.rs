//! Structs that the other side knows more or less of.

use std::ffi::c_void;
use std::mem::{offset_of, size_of};
use std::ptr;

use crate::{HostV1, OwnedTextV1, PluginTableV1, SizePrefixed};

unsafe extern "C" fn describe(_: *mut c_void, _: *mut OwnedTextV1, _: *mut OwnedTextV1) -> i32 {
    0
}

unsafe extern "C" fn close(_: *mut c_void) {}

fn full() -> PluginTableV1 {
    PluginTableV1 { abi_minor: 7, describe: Some(describe), close: Some(close), ..PluginTableV1::EMPTY }
}

/// What is read of a table of which only `size` bytes exist: those beyond are not memory of the table at all.
fn read(size: usize) -> Option<PluginTableV1> {
    let table = PluginTableV1 { size: size as u64, ..full() };
    let words = size.div_ceil(8);
    let mut memory = vec![0_u64; words];
    // SAFETY: both have at least `size` bytes, since the memory is rounded up and the table is not smaller.
    unsafe { ptr::copy_nonoverlapping((&raw const table).cast::<u8>(), memory.as_mut_ptr().cast(), size) };
    // SAFETY: the memory has the size that it says, and is aligned as a `u64` is.
    unsafe { PluginTableV1::read(memory.as_ptr().cast()) }
}

#[test]
fn a_table_of_another_size_is_read_as_far_as_both_know() {
    let whole = size_of::<PluginTableV1>();
    let cases = [
        // The size, and whether version, `describe` and `close` are there.
        (8, [false, false, false]),
        (15, [false, false, false]),
        (16, [true, false, false]),
        (offset_of!(PluginTableV1, describe) + 1, [true, false, false]),
        (offset_of!(PluginTableV1, output_schema), [true, true, false]),
        (whole - 1, [true, true, false]),
        (whole, [true, true, true]),
    ];
    for (size, [version, described, closed]) in cases {
        let table = read(size);
        assert_eq!(table.is_some(), version, "{size}");
        let table = table.unwrap_or(PluginTableV1::EMPTY);
        assert_eq!(table.abi_minor, if version { 7 } else { 0 }, "{size}");
        assert_eq!(table.describe.is_some(), described, "{size}");
        assert_eq!(table.close.is_some(), closed, "{size}");
    }
}

#[test]
fn a_newer_table_is_read_as_far_as_it_is_known() {
    #[repr(C)]
    struct Newer {
        table: PluginTableV1,
        more: [u64; 3],
    }
    let mut newer = Newer { table: full(), more: [u64::MAX; 3] };
    for size in [size_of::<Newer>() as u64, u64::MAX] {
        newer.table.size = size;
        // SAFETY: a reader takes no more than it knows, which is all there.
        let table = unsafe { PluginTableV1::read((&raw const newer).cast()) }.unwrap();
        assert_eq!((table.size, table.abi_minor), (size, 7));
        assert!(table.describe.is_some() && table.close.is_some());
    }
    assert_eq!(newer.more, [u64::MAX; 3]);
}

#[test]
fn null_and_unaligned_pointers_are_no_table() {
    // SAFETY: null is allowed.
    assert!(unsafe { PluginTableV1::read(ptr::null()) }.is_none());
    let memory = [0_u64; 16];
    let unaligned = memory.as_ptr().cast::<u8>().wrapping_add(4).cast();
    // SAFETY: a pointer that is not aligned is refused before it is read.
    assert!(unsafe { PluginTableV1::read(unaligned) }.is_none());
}

#[test]
fn an_older_host_offers_less() {
    let mut host = HostV1 { context: ptr::dangling_mut(), ..HostV1::EMPTY };
    host.size = offset_of!(HostV1, log) as u64;
    // SAFETY: the host is whole, and says that it is less.
    let read = unsafe { HostV1::read(&raw const host) }.unwrap();
    assert_eq!(read.context, host.context);
    assert!(read.log.is_none());
}
