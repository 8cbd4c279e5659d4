//! Sizes, offsets and alignments of every struct, and every number, against those of the first release.

use std::fmt::Write;
use std::mem::{align_of, offset_of, size_of};

use crate::{
    ABI_MAJOR, ABI_MINOR, ArrowArray, ArrowArrayStream, ArrowSchema, FLAG_NULLABLE, HostV1, JobV1, OwnedTextV1,
    PluginTableV1, ResultV1, SizePrefixed, TABLE_SYMBOL, TextV1, code, level,
};

/// One struct and its fields, a line each.
macro_rules! layout {
    ($out:expr, $struct:ident { $($field:ident),+ $(,)? }) => {{
        // Does not compile where a field is missing here.
        let _ = |value: $struct| {
            let $struct { $($field: _),+ } = value;
        };
        writeln!($out, "{} size {} align {}", stringify!($struct), size_of::<$struct>(), align_of::<$struct>()).unwrap();
        $(writeln!($out, "  {} {}", offset_of!($struct, $field), stringify!($field)).unwrap();)+
    }};
}

fn layout() -> String {
    let mut out = String::new();
    layout!(out, TextV1 { data, len });
    layout!(out, OwnedTextV1 { data, len, release, private_data });
    layout!(out, HostV1 { size, context, is_cancelled, progress, log });
    layout!(out, JobV1 { size, left, right, parameters, job });
    layout!(out, ResultV1 { size, outcome, differences });
    layout!(out, PluginTableV1 { size, abi_major, abi_minor, open, describe, output_schema, compare, close });
    layout!(
        out,
        ArrowSchema { format, name, metadata, flags, n_children, children, dictionary, release, private_data }
    );
    layout!(
        out,
        ArrowArray {
            length,
            null_count,
            offset,
            n_buffers,
            n_children,
            buffers,
            children,
            dictionary,
            release,
            private_data
        }
    );
    layout!(out, ArrowArrayStream { get_schema, get_next, get_last_error, release, private_data });
    for (name, number) in [
        ("ABI_MAJOR", i64::from(ABI_MAJOR)),
        ("ABI_MINOR", i64::from(ABI_MINOR)),
        ("OK", i64::from(code::OK)),
        ("FAILED", i64::from(code::FAILED)),
        ("CANCELLED", i64::from(code::CANCELLED)),
        ("BAD_PARAMETERS", i64::from(code::BAD_PARAMETERS)),
        ("UNSUPPORTED", i64::from(code::UNSUPPORTED)),
        ("PANICKED", i64::from(code::PANICKED)),
        ("LEVEL_ERROR", i64::from(level::ERROR)),
        ("LEVEL_WARN", i64::from(level::WARN)),
        ("LEVEL_INFO", i64::from(level::INFO)),
        ("LEVEL_DEBUG", i64::from(level::DEBUG)),
        ("LEVEL_TRACE", i64::from(level::TRACE)),
        ("FLAG_NULLABLE", FLAG_NULLABLE),
    ] {
        writeln!(out, "{name} = {number}").unwrap();
    }
    writeln!(out, "symbol {}", TABLE_SYMBOL.to_str().unwrap()).unwrap();
    out
}

#[test]
#[cfg(target_pointer_width = "64")]
fn version_1_is_laid_out_as_in_its_first_release() {
    let released = include_str!("../../tests/layout.txt");
    assert_eq!(layout(), released, "version 1 is frozen: what differs would break every plugin that there is");
}

/// The types of the functions, spelled out: a parameter more or less does not compile.
#[test]
fn functions_take_what_they_took_in_the_first_release() {
    use std::ffi::{c_char, c_int, c_void};
    let PluginTableV1 { open, describe, output_schema, compare, close, .. } = PluginTableV1::EMPTY;
    let _: Option<unsafe extern "C" fn(*const HostV1, *mut *mut c_void, *mut OwnedTextV1) -> i32> = open;
    let _: Option<unsafe extern "C" fn(*mut c_void, *mut OwnedTextV1, *mut OwnedTextV1) -> i32> = describe;
    let _: Option<
        unsafe extern "C" fn(
            *mut c_void,
            TextV1,
            *const ArrowSchema,
            *const ArrowSchema,
            *mut ArrowSchema,
            *mut OwnedTextV1,
        ) -> i32,
    > = output_schema;
    let _: Option<
        unsafe extern "C" fn(*mut c_void, *const HostV1, *const JobV1, *mut ResultV1, *mut OwnedTextV1) -> i32,
    > = compare;
    let _: Option<unsafe extern "C" fn(*mut c_void)> = close;
    let HostV1 { is_cancelled, progress, log, .. } = HostV1::EMPTY;
    let _: Option<unsafe extern "C" fn(*mut c_void) -> i32> = is_cancelled;
    let _: Option<unsafe extern "C" fn(*mut c_void, u64, u64)> = progress;
    let _: Option<unsafe extern "C" fn(*mut c_void, i32, TextV1)> = log;
    let _: Option<unsafe extern "C" fn(*mut OwnedTextV1)> = OwnedTextV1::EMPTY.release;
    let ArrowArrayStream { get_schema, get_next, get_last_error, release, .. } = ArrowArrayStream::EMPTY;
    let _: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowSchema) -> c_int> = get_schema;
    let _: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowArray) -> c_int> = get_next;
    let _: Option<unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char> = get_last_error;
    let _: Option<unsafe extern "C" fn(*mut ArrowArrayStream)> = release;
}

/// The ends of fields that `read` rounds to are those of all fields, so that none is lost or cut.
#[test]
fn ends_reach_from_the_first_field_to_the_last() {
    fn check<T: SizePrefixed>() {
        assert_eq!(T::ENDS.first(), Some(&size_of::<u64>()));
        assert!(T::ENDS.is_sorted());
        assert_eq!(T::ENDS.last(), Some(&size_of::<T>()));
        assert!(T::ENDS.contains(&T::LEAST));
    }
    check::<PluginTableV1>();
    check::<HostV1>();
    check::<JobV1>();
    check::<ResultV1>();
}
