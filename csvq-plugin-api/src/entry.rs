//! The functions of the table, around a comparator.

use std::ffi::c_void;

use csvq_plugin_abi::{ArrowSchema, HostV1, JobV1, OwnedTextV1, PluginTableV1, ResultV1, SizePrefixed, TextV1, code};

use crate::comparator::Comparator;
use crate::differences::Differences;
use crate::error::{Error, Result};
use crate::guard::guard;
use crate::host::Host;
use crate::job::Job;
use crate::parameters::Parameters;

/// Makes a plugin of a type that implements [`Comparator`] and [`Default`]. Once in a library, whose `Cargo.toml` says
/// `crate-type = ["cdylib"]`.
///
/// Every entry catches panics, so the library has to be built with `panic = "unwind"`.
///
/// ```
/// use csvq_plugin_api::{Comparator, Error, Host, Job, Outcome, PluginInfo, export_plugin};
///
/// #[derive(Default)]
/// struct Same;
///
/// impl Comparator for Same {
///     fn info(&self) -> PluginInfo {
///         PluginInfo::new("same", "Always the same", "1.0.0")
///     }
///
///     fn compare(&self, _job: Job<'_>, _host: &Host) -> Result<Outcome, Error> {
///         Ok(Outcome::equal())
///     }
/// }
///
/// export_plugin!(Same);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export_plugin {
    ($comparator:ty) => {
        const _: () = ::core::assert!(
            ::core::cfg!(panic = "unwind"),
            "a csvq plugin catches its panics: take `panic = \"abort\"` out of the profile"
        );
        $crate::abi::export_table!($crate::__private::table::<$comparator>());
    };
}

/// What [`export_plugin!`](crate::export_plugin) needs.
#[doc(hidden)]
pub mod __private {
    use super::{Comparator, PluginTableV1, SizePrefixed, close, compare, describe, open, output_schema};

    /// The table of a comparator.
    #[must_use]
    pub const fn table<C: Comparator + Default>() -> PluginTableV1 {
        PluginTableV1 {
            open: Some(open::<C>),
            describe: Some(describe::<C>),
            output_schema: Some(output_schema::<C>),
            compare: Some(compare::<C>),
            close: Some(close::<C>),
            ..PluginTableV1::EMPTY
        }
    }
}

unsafe extern "C" fn open<C: Comparator + Default>(
    _host: *const HostV1,
    instance: *mut *mut c_void,
    error: *mut OwnedTextV1,
) -> i32 {
    let open = || {
        let made = Box::new(C::default());
        // SAFETY: the host passes a place to write to.
        unsafe { instance.write(Box::into_raw(made).cast()) };
        Ok(())
    };
    // SAFETY: the host passes a place to write to, or null.
    unsafe { answer(error, open) }
}

unsafe extern "C" fn describe<C: Comparator>(
    instance: *mut c_void,
    description: *mut OwnedTextV1,
    error: *mut OwnedTextV1,
) -> i32 {
    let describe = || {
        // SAFETY: the host passes what `open` gave it.
        let comparator = unsafe { comparator::<C>(instance) }?;
        let text = OwnedTextV1::of(serde_json::to_string(&comparator.info())?);
        // SAFETY: the host passes a place to write to.
        unsafe { description.write(text) };
        Ok(())
    };
    // SAFETY: the host passes a place to write to, or null.
    unsafe { answer(error, describe) }
}

unsafe extern "C" fn output_schema<C: Comparator>(
    instance: *mut c_void,
    parameters: TextV1,
    _left: *const ArrowSchema,
    _right: *const ArrowSchema,
    differences: *mut ArrowSchema,
    error: *mut OwnedTextV1,
) -> i32 {
    let output_schema = || {
        // SAFETY: the host passes what `open` gave it.
        let comparator = unsafe { comparator::<C>(instance) }?;
        // SAFETY: the text is valid during the call.
        let parameters = unsafe { parameters.bytes() };
        let parameters = Parameters::parse(parameters.unwrap_or_default())?;
        let extra = comparator.extra_columns(&parameters)?;
        let schema = Differences::with_columns(extra).schema()?;
        // SAFETY: the host passes a place to write to.
        unsafe { differences.write(schema.into_raw()) };
        Ok(())
    };
    // SAFETY: the host passes a place to write to, or null.
    unsafe { answer(error, output_schema) }
}

unsafe extern "C" fn compare<C: Comparator>(
    instance: *mut c_void,
    host: *const HostV1,
    job: *const JobV1,
    result: *mut ResultV1,
    error: *mut OwnedTextV1,
) -> i32 {
    let compare = || {
        // SAFETY: the host passes what `open` gave it.
        let comparator = unsafe { comparator::<C>(instance) }?;
        // SAFETY: it is valid during the call.
        let host = unsafe { Host::of_call(host) };
        // SAFETY: it is valid during the call.
        let job = unsafe { Job::of_call(job) }?;
        let outcome = comparator.compare(job, &host)?;
        let text = serde_json::to_string(&outcome)?;
        // SAFETY: the host passes a place to write to.
        unsafe { write(result, text, outcome) }
    };
    // SAFETY: the host passes a place to write to, or null.
    unsafe { answer(error, compare) }
}

unsafe extern "C" fn close<C: Comparator>(instance: *mut c_void) {
    // What a destructor throws is told to nobody: there is no way to.
    let _ = guard(|| {
        if !instance.is_null() {
            // SAFETY: `open` boxed it, and the host passes it once, when it is used no more.
            drop(unsafe { Box::from_raw(instance.cast::<C>()) });
        }
        Ok(())
    });
}

/// Writes a result as far as the host knows it, which is at least what the first release has.
///
/// # Safety
/// The pointer is null, or to a result that a host made and that may be written to.
unsafe fn write(result: *mut ResultV1, text: String, outcome: crate::Outcome) -> Result<()> {
    // SAFETY: the caller vouches for the pointer.
    let size = unsafe { result.cast::<u64>().as_ref() }.copied().unwrap_or(0);
    if size < size_of::<ResultV1>() as u64 {
        return Err(Error::failed("the host left no room for a result"));
    }
    // SAFETY: the host made it at least as large as known here.
    let result = unsafe { &mut *result };
    result.outcome = OwnedTextV1::of(text);
    if let Some(differences) = outcome.differences {
        result.differences = differences.into_raw();
    }
    Ok(())
}

/// The comparator of an instance.
///
/// # Safety
/// `open` made the instance, and nobody closes it while it is borrowed.
unsafe fn comparator<'a, C: Comparator>(instance: *mut c_void) -> Result<&'a C> {
    // SAFETY: the caller vouches for it.
    let comparator = unsafe { instance.cast::<C>().as_ref() };
    comparator.ok_or_else(|| Error::failed("the host passed no instance"))
}

/// Does the work of an entry: whatever comes of it is a code, and a message where it failed.
///
/// # Safety
/// `message` may be written to, or is null.
unsafe fn answer(message: *mut OwnedTextV1, work: impl FnOnce() -> Result<()>) -> i32 {
    let Err(error) = guard(work) else { return code::OK };
    let code = error.kind().code();
    if !message.is_null() {
        // SAFETY: the caller vouches for it.
        unsafe { message.write(OwnedTextV1::of(error.into_message())) };
    }
    code
}
