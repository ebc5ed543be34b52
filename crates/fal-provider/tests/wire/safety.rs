//! What the server's safety check says of each picture.

use crate::support::*;
use fal_provider::FalProvider;
use mediagen_core::{ImageToImageRequest, MediaInput, Output, TextToImageRequest};
use mediagen_emulator::fal::{Emulator, EmulatorConfig};
use serde_json::{Value, json};
use wiremock::MockServer;

async fn run(result: Value) -> Output {
    let server = MockServer::start().await;
    mount_model(&server, ID, "image-to-image").await;
    mount_job(&server, ok(result)).await;
    let model = provider(&server).with_context(polling()).image_to_image(ID).await.unwrap();
    let picture = "https://mine.test/in.png".parse::<MediaInput>().unwrap();
    model.run(ImageToImageRequest::new(picture)).await.unwrap()
}

fn picture(name: &str) -> Value {
    json!({"url": format!("https://v3.fal.media/files/{name}.png"), "content_type": "image/png"})
}

fn flags(output: &Output) -> Vec<(&str, Option<bool>)> {
    output.parts.iter().map(|part| (part.pointer.as_str(), part.flagged)).collect()
}

#[tokio::test]
async fn a_050_the_servers_nsfw_flag_is_exposed_for_each_picture() {
    let many = json!({"images": [picture("a"), picture("b"), picture("c")], "has_nsfw_concepts": [false, true, false]});
    let output = run(many).await;
    assert_eq!(flags(&output), [("/images/0", Some(false)), ("/images/1", Some(true)), ("/images/2", Some(false))]);
    // A list that is too short says nothing of the rest, and none says nothing at all.
    let short = run(json!({"images": [picture("a"), picture("b")], "has_nsfw_concepts": [true]})).await;
    assert_eq!(flags(&short), [("/images/0", Some(true)), ("/images/1", None)]);
    assert_eq!(flags(&run(json!({"images": [picture("a")]})).await), [("/images/0", None)]);
    assert_eq!(flags(&run(json!({"images": [picture("a")], "has_nsfw_concepts": null})).await), [("/images/0", None)]);
    // One word for the one picture; a mask or film beside it is not spoken of.
    let one = json!({"image": picture("a"), "video": {"url": "https://v3.fal.media/files/v.mp4"}, "nsfw_content_detected": true});
    assert_eq!(flags(&run(one).await), [("/image", Some(true)), ("/video", None)]);
}

#[tokio::test]
async fn a_050_the_emulators_flag_comes_through_whole() {
    let emulator = Emulator::start(EmulatorConfig::default().with_accepted_key(KEY)).await.unwrap();
    let fal = FalProvider::new(config(&emulator.base_url())).unwrap().with_context(context());
    let model = fal.text_to_image("fal-ai/flux/dev").await.unwrap();
    for (prompt, flagged) in [("a fox", false), ("a fox [nsfw]", true)] {
        let output = model.run(TextToImageRequest::new(prompt).with_count(2)).await.unwrap();
        let flags: Vec<_> = output.parts.iter().map(|part| part.flagged).collect();
        assert_eq!(flags, [Some(flagged); 2], "{prompt}");
    }
}
