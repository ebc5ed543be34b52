//! Facts about fal.

use mediagen_core::ProviderInfo;

/// Facts about fal.
pub static INFO: ProviderInfo = ProviderInfo::new("fal", "fal.ai", crate::KEY_VARIABLES, module_path!())
    .with_schemas()
    .with_catalogue()
    .with_storage()
    .with_webhooks();
