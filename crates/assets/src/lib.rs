#![doc = include_str!("../README.md")]

mod asset;
pub mod cast;
mod download;
pub mod embed;
pub mod gallery;
mod join;
pub mod keep;
pub mod name;
mod policy;
mod program;
pub mod record;
pub mod store;
mod target;

pub use asset::{
    Asset, AssetSource, AudioAsset, ImageAsset, Model3dAsset, OtherAsset, SavedFile, TemporaryFile, TextAsset, Typed,
    VideoAsset,
};
pub use download::Downloader;
pub use join::join;
pub use keep::{Keep, Kept};
pub use policy::{DownloadPolicy, is_public};
pub use record::Record;
pub use store::{Store, StoreConfig};
pub use target::{DEFAULT_NAME, Target};
