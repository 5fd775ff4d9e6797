//! What holds for the repository as a whole: which crate may know which, what the pure
//! crates do without, what no source file says, and that texts and pages agree with the
//! code that they describe.

mod arrows;
mod catalogues;
mod circles;
mod dependencies;
mod documents;
mod files;
mod migrations;
mod sources;
