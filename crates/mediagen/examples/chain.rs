//! Three steps, each on what the last one made: a picture, a film of it, a larger film.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use mediagen::prelude::*;

#[tokio::main]
async fn main() -> Result<()> {
    let cx = mediagen::context();
    let fal = mediagen::fal::FalProvider::new(mediagen::fal::FalConfig::from_env()?)?;
    let keep = Keep::new(Downloader::new(DownloadPolicy::of(&fal))?, Target::new("out"));

    let painter = fal.text_to_image("fal-ai/flux/dev").await?;
    let (_, picture) = keep.run(&cx, &painter, TextToImageRequest::new("a harbour at dawn")).await?;

    let animator = fal.image_to_video("fal-ai/framepack").await?;
    let request = ImageToVideoRequest::new(picture.asset()?.input()).with_prompt("boats leave");
    let (_, film) = keep.run(&cx, &animator, request).await?;

    let upscaler = fal.video_to_video("fal-ai/video-upscaler").await?;
    let request = VideoToVideoRequest::new(film.asset()?.input()).with_scale(2.0);
    let (_, larger) = keep.run(&cx, &upscaler, request).await?;

    let asset = larger.asset()?;
    println!("{asset}");
    for step in asset.record().iter().flat_map(|record| record.generations()) {
        println!("  {}", step.asset.file);
    }
    Ok(())
}
