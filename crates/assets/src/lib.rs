#![doc = include_str!("../README.md")]

mod asset;
mod download;
pub mod embed;
pub mod keep;
pub mod name;
mod policy;
pub mod record;
pub mod store;
mod target;

pub use asset::{Asset, AssetSource, TemporaryFile};
pub use download::Downloader;
pub use keep::{Keep, Kept};
pub use policy::{DownloadPolicy, is_public};
pub use record::Record;
pub use store::{Store, StoreConfig};
pub use target::{DEFAULT_NAME, Target};
