#![doc = include_str!("../README.md")]

mod blocking;
mod folder;
mod lock;
mod read;
mod write;

pub use blocking::{blocking, unfinished};
pub use folder::{create_folder, remove_leftovers, sync_folder};
pub use lock::Lock;
pub use read::read_at_most;
pub use write::{NewFile, replace, write};

/// The users of this machine for whom a new file or folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Its owner alone, from the first byte on.
    Owner,
    /// Those that the mask of the process allows, as with any other file of this user.
    Usual,
}
