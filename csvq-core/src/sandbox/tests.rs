//! Tests of workers: what they tell, what they may not do, and that nothing of them is left behind.

mod frames;

// They look at processes and at open files by means that Linux has.
#[cfg(target_os = "linux")]
mod attempts;
#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod deaths;
#[cfg(target_os = "linux")]
mod endings;
#[cfg(target_os = "linux")]
mod guards;
#[cfg(target_os = "linux")]
mod guards_memory;
#[cfg(target_os = "linux")]
mod guards_scratch;
#[cfg(target_os = "linux")]
mod hosts;
#[cfg(target_os = "linux")]
mod logs;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod pools;
#[cfg(target_os = "linux")]
mod programs;
#[cfg(target_os = "linux")]
mod protocol;
