//! Films from text.

use crate::FalModel;
use mediagen_core::{ModelEntry, inventory, kind::TextToVideo};

/// [`FalModel`] as [`TextToVideo`].
pub const ENTRY: ModelEntry = ModelEntry::of::<TextToVideo, FalModel<TextToVideo>>();
inventory::submit! { ENTRY }
