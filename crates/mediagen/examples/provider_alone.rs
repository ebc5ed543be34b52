//! A provider without an engine: nothing is written down, nothing is saved.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use mediagen::fal::{FalConfig, FalProvider};
use mediagen::prelude::*;

#[tokio::main]
async fn main() -> mediagen::Result<()> {
    let fal = FalProvider::new(FalConfig::from_env()?)?;
    let model = fal.text_to_image("fal-ai/flux/dev").await?;
    let output = model.run(TextToImageRequest::new("a lighthouse").with_seed(7)).await?;
    println!("{:?}", output.parts[0].url());
    Ok(())
}
