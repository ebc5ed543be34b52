//! Films from films.

use crate::FalModel;
use mediagen_core::{ModelEntry, inventory, kind::VideoToVideo};

/// [`FalModel`] as [`VideoToVideo`].
pub const ENTRY: ModelEntry = ModelEntry::of::<VideoToVideo, FalModel<VideoToVideo>>();
inventory::submit! { ENTRY }
