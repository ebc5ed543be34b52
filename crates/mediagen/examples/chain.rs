//! Three steps, each on what the last one made: an image, a video of it, a larger video.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use mediagen::prelude::*;

#[tokio::main]
async fn main() -> mediagen::Result<()> {
    let mediagen = Mediagen::from_env()?;
    let image = mediagen.text_to_image("fal-ai/flux/dev").await?.run("a harbour at dawn").await?.save("out").await?;

    let animate = ImageToVideoRequest::new(image.asset()?).with_prompt("boats leave");
    let video = mediagen.image_to_video("fal-ai/framepack").await?.run(animate).await?.save("out").await?;

    let upscale = VideoToVideoRequest::new(video.asset()?).with_scale(2.0);
    let larger = mediagen.video_to_video("fal-ai/video-upscaler").await?.run(upscale).await?.save("out").await?;

    println!("{}", larger.asset()?.name());
    for step in larger.asset()?.record().iter().flat_map(|record| record.generations()) {
        println!("  {}", step.asset.file);
    }
    Ok(())
}
