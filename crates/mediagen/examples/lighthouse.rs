//! The program of the README: one picture, from a prompt to a file.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use mediagen::prelude::*;

#[tokio::main]
async fn main() -> Result<()> {
    let cx = mediagen::context();
    let fal = mediagen::fal::FalProvider::new(mediagen::fal::FalConfig::from_env()?)?;
    let model = fal.text_to_image("fal-ai/flux/dev").await?;
    let output = model.run(TextToImageRequest::new("a lighthouse").with_seed(7)).await?;
    let downloader = Downloader::new(DownloadPolicy::of(&fal))?;
    let asset = downloader.save(&cx, &output.parts[0], &Target::new("out")).await?;
    println!("{asset}");
    Ok(())
}
