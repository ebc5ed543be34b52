#![doc = include_str!("../README.md")]

mod asset;
pub mod cast;
mod download;
mod look;
pub mod name;
mod policy;
pub mod probe;
mod program;
pub mod sniff;
mod target;

pub use asset::Asset;
pub use download::Downloader;
pub use look::FileProbe;
pub use policy::{DownloadPolicy, is_public};
pub use target::{DEFAULT_NAME, Target};
