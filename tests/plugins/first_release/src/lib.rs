//! A plugin that was built against the first release of csvq's plugin interface, by hand.

mod stream;

use std::ffi::c_void;
use std::ptr;

use csvq_plugin_abi::{
    ArrowArray, ArrowArrayStream, ArrowSchema, HostV1, JobV1, OwnedTextV1, PluginTableV1, ResultV1, SizePrefixed, TextV1,
    code, export_table, level,
};

/// What it says of itself.
const DESCRIPTION: &str = r#"{
    "id": "first_release", "display_name": "First release", "version": "1.0.0", "author": "csvq's tests",
    "license": "MIT OR Apache-2.0", "description": "Rows that one table has more than the other.", "abi_version": "1.0",
    "parameters": {"type": "object", "properties": {"fail": {"type": "boolean"}}, "additionalProperties": false},
    "capabilities": [], "deterministic": true
}"#;

/// What an instance is.
struct Instance {
    comparisons: u64,
}

export_table!(PluginTableV1 {
    open: Some(open),
    describe: Some(describe),
    output_schema: Some(output_schema),
    compare: Some(compare),
    close: Some(close),
    ..PluginTableV1::EMPTY
});

unsafe extern "C" fn open(_: *const HostV1, instance: *mut *mut c_void, _: *mut OwnedTextV1) -> i32 {
    let made = Box::into_raw(Box::new(Instance { comparisons: 0 }));
    // SAFETY: the host passes a place to write to.
    unsafe { instance.write(made.cast()) };
    code::OK
}

unsafe extern "C" fn describe(_: *mut c_void, description: *mut OwnedTextV1, _: *mut OwnedTextV1) -> i32 {
    // SAFETY: the host passes a place to write to.
    unsafe { description.write(OwnedTextV1::of_static(DESCRIPTION)) };
    code::OK
}

unsafe extern "C" fn output_schema(
    _: *mut c_void,
    _: TextV1,
    _: *const ArrowSchema,
    _: *const ArrowSchema,
    differences: *mut ArrowSchema,
    _: *mut OwnedTextV1,
) -> i32 {
    // SAFETY: the host passes a place to write to.
    unsafe { differences.write(stream::schema()) };
    code::OK
}

unsafe extern "C" fn close(instance: *mut c_void) {
    // SAFETY: `open` boxed it, and the host passes it once.
    drop(unsafe { Box::from_raw(instance.cast::<Instance>()) });
}

unsafe extern "C" fn compare(
    instance: *mut c_void,
    host: *const HostV1,
    job: *const JobV1,
    result: *mut ResultV1,
    error: *mut OwnedTextV1,
) -> i32 {
    // SAFETY: all pointers are what the interface says.
    let (instance, host, job) =
        unsafe { (&mut *instance.cast::<Instance>(), HostV1::read(host), JobV1::read(job)) };
    let (host, job) = (host.unwrap_or(HostV1::EMPTY), job.unwrap_or(JobV1::EMPTY));
    instance.comparisons += 1;
    // SAFETY: as above.
    match unsafe { run(instance, &host, &job) } {
        Ok((outcome, differences)) => {
            // SAFETY: the host passes a place to write to, which is at least as large as in the first release.
            unsafe {
                (&raw mut (*result).outcome).write(OwnedTextV1::of(outcome));
                if let Some(differences) = differences {
                    (&raw mut (*result).differences).write(differences);
                }
            }
            code::OK
        }
        Err((code, message)) => {
            // SAFETY: the host passes a place to write to.
            unsafe { error.write(OwnedTextV1::of(message)) };
            code
        }
    }
}

type Failure = (i32, String);

/// Compares.
///
/// # Safety
/// All that the host passed is as the interface says.
unsafe fn run(
    instance: &Instance,
    host: &HostV1,
    job: &JobV1,
) -> Result<(String, Option<ArrowArrayStream>), Failure> {
    // SAFETY: text of the job is valid during the call.
    let (parameters, document) = unsafe { (job.parameters.bytes(), job.job.bytes()) };
    let (parameters, document) = (parameters.unwrap_or_default(), document.unwrap_or_default());
    if document.first() != Some(&b'{') {
        return Err((code::FAILED, "the job is no JSON object".to_owned()));
    }
    if String::from_utf8_lossy(parameters).replace(' ', "").contains("\"fail\":true") {
        return Err((code::BAD_PARAMETERS, "`fail` is true: it was asked to fail".to_owned()));
    }
    if let Some(log) = host.log {
        let line = format!("comparison {}", instance.comparisons);
        // SAFETY: the callback is the host's, and so is the context.
        unsafe { log(host.context, level::INFO, TextV1::of(&line)) };
    }
    // SAFETY: the streams are the host's.
    let (left, right) = unsafe { (count(job.left, host)?, count(job.right, host)?) };
    if let Some(progress) = host.progress {
        // SAFETY: the callback is the host's, and so is the context.
        unsafe { progress(host.context, left + right, left + right) };
    }
    let matched = left.min(right);
    let outcome = format!(
        r#"{{"is_equal": {}, "summary": "{left} rows and {right} rows",
        "counts": {{"left_rows": {left}, "right_rows": {right}, "matched": {matched}, "unchanged": {matched},
                    "changed": 0, "added": {}, "removed": {}}},
        "extra": {{"comparisons": {}}}}}"#,
        left == right,
        right - matched,
        left - matched,
        instance.comparisons,
    );
    Ok((outcome, (left != right).then(|| stream::differences(left, right))))
}

/// How many rows a table has.
///
/// # Safety
/// The stream is the host's.
unsafe fn count(stream: *mut ArrowArrayStream, host: &HostV1) -> Result<u64, Failure> {
    // SAFETY: the caller vouches for it.
    let stream = unsafe { &mut *stream };
    let next = stream.get_next.ok_or_else(|| (code::FAILED, "a table has no batches".to_owned()))?;
    let mut rows = 0;
    loop {
        // SAFETY: the callback is the host's, and so is the context.
        if host.is_cancelled.is_some_and(|is_cancelled| unsafe { is_cancelled(host.context) } != 0) {
            return Err((code::CANCELLED, "the comparison was cancelled".to_owned()));
        }
        let mut batch = ArrowArray::EMPTY;
        // SAFETY: the stream is not released, and the place is one to write to.
        if unsafe { next(ptr::from_mut(stream), &raw mut batch) } != 0 {
            return Err((code::FAILED, "a table can't be read".to_owned()));
        }
        if batch.is_released() {
            return Ok(rows);
        }
        rows += u64::try_from(batch.length).unwrap_or(0);
        // SAFETY: it is the host's, and used no more.
        unsafe { batch.release() };
    }
}
