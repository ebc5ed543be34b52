//! Films from a picture.

use crate::FalModel;
use mediagen_core::{ModelEntry, inventory, kind::ImageToVideo};

/// [`FalModel`] as [`ImageToVideo`].
pub const ENTRY: ModelEntry = ModelEntry::of::<ImageToVideo, FalModel<ImageToVideo>>();
inventory::submit! { ENTRY }
