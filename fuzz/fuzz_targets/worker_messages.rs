//! What a worker sends: any bytes, read as the host reads them.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // That they are refused is as good as that they are understood.
    let _ = csvq_core::sandbox::count_messages(bytes);
});
