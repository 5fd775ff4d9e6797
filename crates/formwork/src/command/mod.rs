//! One file a command.

pub(crate) mod backup;
pub(crate) mod doctor;
pub(crate) mod package;
pub(crate) mod restore;
pub(crate) mod serve;
pub(crate) mod user;
