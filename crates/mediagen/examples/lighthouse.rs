//! The program of the README: one image, from a prompt to a file.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use mediagen::prelude::*;

#[tokio::main]
async fn main() -> mediagen::Result<()> {
    let mediagen = Mediagen::from_env()?;
    let image = mediagen.text_to_image("fal-ai/flux/dev").await?.run("a lighthouse").await?;
    let kept = image.save("out").await?;
    println!("{}", kept.asset()?.name());
    Ok(())
}
