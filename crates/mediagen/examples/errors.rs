//! Errors by kind, each with what can be done about it.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use mediagen::prelude::*;

#[tokio::main]
async fn main() -> mediagen::Result<()> {
    let model = Mediagen::from_env()?.text_to_image("fal-ai/flux/dev").await?;
    let request = TextToImageRequest::new("a lighthouse").with_extra("num_imagse", 2);
    for outcome in [model.with_max_cost(0.001).run("a lighthouse").await, model.run(request).await] {
        match outcome {
            Ok(image) => println!("{:?}", image.cost()),
            Err(error) => println!("{}: {error}; {}", error.kind(), error.hint().unwrap_or("no hint")),
        }
    }
    Ok(())
}
