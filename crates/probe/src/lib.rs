#![doc = include_str!("../README.md")]

mod audio;
mod bytes;
mod hash;
mod image;
mod measure;
pub mod sniff;
mod video;

pub use hash::{FileHash, hash_file, hash_file_blocking};
pub use measure::{MAX_MEMORY, probe, probe_bytes, probe_file};
