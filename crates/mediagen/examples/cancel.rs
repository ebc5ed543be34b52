//! Stopping: the wait ends, and the job is cancelled at its provider.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use mediagen::{CancellationToken, prelude::*};

#[tokio::main]
async fn main() -> mediagen::Result<()> {
    let token = CancellationToken::new();
    let mediagen = Mediagen::from_env()?;
    let model = mediagen.text_to_image("fal-ai/flux/dev").await?;
    let model = model.with_context(mediagen.context().clone().with_cancellation(token.clone()));
    let run = tokio::spawn(async move { model.run("a lighthouse").await });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    token.cancel();
    println!("{:?}", run.await.map(|outcome| outcome.map_err(|error| error.kind())));
    Ok(())
}
