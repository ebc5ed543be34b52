#![doc = include_str!("../README.md")]

mod asset;
mod download;
pub mod gallery;
pub mod name;
mod policy;
pub mod probe;
pub mod record;
pub mod sniff;
mod target;

pub use asset::Asset;
pub use download::Downloader;
pub use policy::{DownloadPolicy, is_public};
pub use record::Record;
pub use target::{DEFAULT_NAME, Target};
