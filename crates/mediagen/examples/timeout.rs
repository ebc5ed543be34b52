//! A wait with a limit, and taking up what goes on after it.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use mediagen::prelude::*;
use std::time::Duration;

#[tokio::main]
async fn main() -> mediagen::Result<()> {
    let mediagen = Mediagen::from_env()?;
    let model = mediagen.text_to_image("fal-ai/flux/dev").await?;
    let hasty = model.with_timeout(Duration::from_millis(200)).run("a lighthouse").await;
    println!("{:?}", hasty.map(|_| ()).map_err(|error| error.kind()));
    for id in mediagen.unfinished().await? {
        let image = mediagen.resume(id).await?;
        println!("{:?}", image.save("out").await?.asset()?.name());
    }
    Ok(())
}
