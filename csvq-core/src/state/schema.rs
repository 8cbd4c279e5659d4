//! The tables, as the steps that lead to them. A step that was released is never changed; a new one is added.

/// Marks a database as csvq's, in its header: "csvq" in ASCII.
pub(super) const APPLICATION_ID: i32 = 0x6373_7671;

/// Step `n` leads from version `n` of the database to version `n + 1`.
pub(super) const STEPS: &[&str] = &[include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// The version that this program works with. `user_version` in the header says which one a database has.
pub(super) fn current() -> i32 {
    i32::try_from(STEPS.len()).unwrap_or(i32::MAX)
}
