//! Sound from text.

use crate::FalModel;
use mediagen_core::{ModelEntry, inventory, kind::TextToAudio};

/// [`FalModel`] as [`TextToAudio`].
pub const ENTRY: ModelEntry = ModelEntry::of::<TextToAudio, FalModel<TextToAudio>>();
inventory::submit! { ENTRY }
