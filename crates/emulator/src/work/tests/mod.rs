//! The engine as a whole; every medium that comes out is read again.

mod every_endpoint;
mod families;
mod refusals;

use super::{Files, Outcome, perform};
use crate::{
    fal::{
        ModelError,
        catalogue::{Catalogue, Endpoint},
    },
    media::{Audio, AudioFormat, AudioKind, AudioSpec, Image, ImageFormat, VideoSpec, audio, paint, video},
};
use bytes::Bytes;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// A store in memory that begins with one image, mask, video and audio file.
#[derive(Debug)]
struct Memory(Mutex<BTreeMap<String, (Bytes, String)>>);

const IMAGE: &str = "http://cdn.test/in/image.png";
const FACE: &str = "http://cdn.test/in/face.png";
const MASK: &str = "http://cdn.test/in/mask.png";
const VIDEO: &str = "http://cdn.test/in/video.mp4";
const AUDIO: &str = "http://cdn.test/in/audio.wav";
const BROKEN: &str = "http://cdn.test/in/broken.png";

impl Memory {
    fn new() -> Self {
        let png = |image: &Image| image.encode(ImageFormat::Png).expect("a PNG");
        let image = paint(64, 48, "a lighthouse", 1).expect("an image");
        let face = paint(32, 32, "a face", 2).expect("an image");
        let mask = Image::plain(64, 48, [255; 4]).expect("a mask");
        let moving = video(&VideoSpec::new(64, 48, 10.0, 10, "a river", 3)).expect("a video");
        let spec = AudioSpec {
            duration_s: 1.5,
            sample_rate: 16_000,
            channels: 1,
            text: "hello".to_owned(),
            seed: 4,
            kind: AudioKind::Speech,
        };
        let wav = audio(&spec).and_then(|audio| audio.encode(AudioFormat::Wav)).expect("a WAV");
        let files = [
            (IMAGE, png(&image), "image/png"),
            (FACE, png(&face), "image/png"),
            (MASK, png(&mask), "image/png"),
            (VIDEO, moving.bytes, "video/mp4"),
            (AUDIO, wav, "audio/wav"),
            (BROKEN, b"no image".to_vec(), "image/png"),
        ];
        let entry = |(url, bytes, kind): (&str, Vec<u8>, &str)| (url.to_owned(), (Bytes::from(bytes), kind.to_owned()));
        Self(Mutex::new(files.into_iter().map(entry).collect()))
    }

    fn get(&self, url: &Value) -> (Bytes, String) {
        let files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.get(url.as_str().expect("an address")).cloned().unwrap_or_else(|| unreachable!("{url} is stored"))
    }

    fn image(&self, url: &Value) -> Image {
        Image::from_bytes(&self.get(url).0).expect("a readable image")
    }

    fn audio(&self, url: &Value) -> Audio {
        Audio::from_bytes(&self.get(url).0).expect("a readable audio")
    }
}

#[async_trait::async_trait]
impl Files for Memory {
    async fn store(&self, content: Bytes, file_name: &str, media_type: &str) -> String {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let url = format!("http://cdn.test/out/{}/{file_name}", files.len());
        files.insert(url.clone(), (content, media_type.to_owned()));
        url
    }

    async fn fetch(&self, url: &str) -> Option<(Bytes, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(url).cloned()
    }
}

fn builtin(id: &str) -> Endpoint {
    Catalogue::builtin().get(id).cloned().unwrap_or_else(|| unreachable!("{id} is embedded"))
}

async fn run(files: &Memory, id: &str, input: Value) -> Result<Outcome, ModelError> {
    Ok(perform(builtin(id).task(), &input, files).await?)
}

async fn body(files: &Memory, id: &str, input: Value) -> Value {
    run(files, id, input).await.unwrap_or_else(|error| unreachable!("{id}: {}", error.body)).body
}

/// The input with these fields on top.
fn with(mut input: Value, fields: &Value) -> Value {
    for (name, value) in fields.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    input
}

fn small(prompt: &str) -> Value {
    json!({"prompt": prompt, "image_size": {"width": 48, "height": 32}, "seed": 7})
}
