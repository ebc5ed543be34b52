//! The library, by its public interface.

use crate::{KEY, MODEL, Outcome, PROMPT, load::Load};
use fal_provider::{FalConfig, FalProvider};
use mediagen_core::Settings;
use serde_json::Value;

/// All that is known here of the provider's interface.
pub(crate) async fn measure(base: &str, load: Load) -> Outcome<Value> {
    let settings = Settings::new().with("key", KEY).with("base_url", base);
    let fal = FalProvider::new(FalConfig::from_settings(&settings)?)?;
    let model = fal.text_to_image(MODEL).await?;
    let one = || async {
        let output = model.run(PROMPT).await?;
        if output.parts.is_empty() { Err("no image".into()) } else { Ok(()) }
    };
    load.measure(one).await
}
