//! Pictures from pictures.

use crate::FalModel;
use mediagen_core::{ModelEntry, inventory, kind::ImageToImage};

/// [`FalModel`] as [`ImageToImage`].
pub const ENTRY: ModelEntry = ModelEntry::of::<ImageToImage, FalModel<ImageToImage>>();
inventory::submit! { ENTRY }
