//! Pictures from text.

use crate::FalModel;
use mediagen_core::{ModelEntry, inventory, kind::TextToImage};

/// [`FalModel`] as [`TextToImage`].
pub const ENTRY: ModelEntry = ModelEntry::of::<TextToImage, FalModel<TextToImage>>();
inventory::submit! { ENTRY }
