//! Sound from sound.

use crate::FalModel;
use mediagen_core::{ModelEntry, inventory, kind::AudioToAudio};

/// [`FalModel`] as [`AudioToAudio`].
pub const ENTRY: ModelEntry = ModelEntry::of::<AudioToAudio, FalModel<AudioToAudio>>();
inventory::submit! { ENTRY }
