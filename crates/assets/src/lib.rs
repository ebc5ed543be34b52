#![doc = include_str!("../README.md")]

mod asset;
mod download;
mod join;
pub mod name;
mod policy;
pub mod probe;
pub mod sniff;
mod target;

pub use asset::Asset;
pub use download::Downloader;
pub use join::join;
pub use policy::{DownloadPolicy, is_public};
pub use target::{DEFAULT_NAME, Target};
