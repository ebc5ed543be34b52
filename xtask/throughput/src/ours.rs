//! The library, by its public interface.

use crate::{KEY, MODEL, Outcome, PROMPT, load::Load};
use fal_provider::{FalConfig, FalProvider};
use mediagen_core::{BoxFuture, Clock, Context, MediaModelExt as _, Settings, TextToImageRequest};
use serde_json::Value;
use std::time::{Duration, Instant};

/// All that is known here of the provider's interface.
pub(crate) async fn measure(base: &str, load: Load) -> Outcome<Value> {
    let settings = Settings::new().with("key", KEY).with("base_url", base);
    let fal = FalProvider::new(FalConfig::from_settings(&settings)?)?;
    let cx = Context::new(RealTime(Instant::now()));
    let model = fal.text_to_image(&cx, MODEL).await?;
    let one = || async {
        let output = model.run(&cx, TextToImageRequest::new(PROMPT)).await?;
        if output.parts.is_empty() { Err("no image".into()) } else { Ok(()) }
    };
    load.measure(one).await
}

struct RealTime(Instant);

impl Clock for RealTime {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}
