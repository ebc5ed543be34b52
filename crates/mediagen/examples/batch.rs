//! Twenty images, five at once.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use mediagen::prelude::*;

#[tokio::main]
async fn main() -> mediagen::Result<()> {
    let model = &Mediagen::from_env()?.text_to_image("fal-ai/flux/schnell").await?;
    let one = |number| async move {
        let request = TextToImageRequest::new("a lighthouse").with_seed(number);
        model.run(request).await?.save("out").await
    };
    let kept: Vec<_> = stream::iter(1..=20).map(one).buffered(5).try_collect().await?;
    println!("{} images", kept.len());
    Ok(())
}
