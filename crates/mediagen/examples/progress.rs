//! What happens while a job runs, as a stream.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use futures_util::StreamExt as _;
use mediagen::core::Settings;

#[tokio::main]
async fn main() -> mediagen::Result<()> {
    let fal = mediagen::connect("fal", &Settings::new())?;
    let job = fal.text_to_video("fal-ai/wan/v2.2-a14b/text-to-video").await?.submit("a boat leaves").await?;
    let mut events = job.events().await?.into_iter().collect::<futures_util::stream::SelectAll<_>>();
    while let Some(event) = events.next().await {
        println!("{:?}", event?);
    }
    println!("{:?}", job.wait().await?.output().parts[0].url());
    Ok(())
}
