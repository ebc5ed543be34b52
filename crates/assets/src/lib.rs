#![doc = include_str!("../README.md")]

mod asset;
mod blocking;
pub mod cast;
mod download;
mod durable;
pub mod embed;
pub mod gallery;
mod join;
pub mod keep;
mod look;
pub mod name;
mod policy;
pub mod probe;
mod program;
pub mod record;
pub mod sniff;
pub mod store;
mod target;

pub use asset::{
    Asset, AssetSource, AudioAsset, ImageAsset, Model3dAsset, OtherAsset, SavedFile, TemporaryFile, TextAsset, Typed,
    VideoAsset,
};
pub use download::Downloader;
pub use join::join;
pub use keep::{Keep, Kept};
pub use look::FileProbe;
pub use policy::{DownloadPolicy, is_public};
pub use record::Record;
pub use store::{Store, StoreConfig};
pub use target::{DEFAULT_NAME, Target};
