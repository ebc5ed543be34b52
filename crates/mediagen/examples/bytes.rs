//! Bytes in, bytes out: no file on the way.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use mediagen::prelude::*;

#[tokio::main]
async fn main() -> mediagen::Result<()> {
    let mediagen = Mediagen::from_env()?;
    let image = mediagen.text_to_image("fal-ai/flux/dev").await?.run("a lighthouse").await?;
    let bytes = image.bytes(20 << 20).await?;
    println!("{} bytes", bytes.len());
    let larger = ImageToImageRequest::new(bytes).with_scale(2.0);
    let larger = mediagen.image_to_image("fal-ai/clarity-upscaler").await?.run(larger).await?;
    println!("{} bytes", larger.bytes(40 << 20).await?.len());
    Ok(())
}
