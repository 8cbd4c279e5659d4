//! Attacks through the program: each fails with a named error or with nothing gained, csvq goes on, and nothing is left
//! behind. That the attempts bite is shown by the same ones with the guards off.

mod archives;
mod deaths;
mod fort;
mod grants;
mod ground;
mod installing;
mod loading;
mod quarantine;
mod resources;
mod running;
mod scanning;
mod signatures;
mod tries;
mod zips;
