//! Every other endpoint: JSON in, JSON and files out.

use crate::FalModel;
use mediagen_core::{ModelEntry, inventory, kind::Raw};

/// [`FalModel`] as [`Raw`].
pub const ENTRY: ModelEntry = ModelEntry::of::<Raw, FalModel<Raw>>();
inventory::submit! { ENTRY }
