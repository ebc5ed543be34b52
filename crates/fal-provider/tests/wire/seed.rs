//! What the predecessor did by hand for single models, each as the body that leaves now.

use crate::support::*;
use fal_provider::FalProvider;
use mediagen_core::{AspectRatio, Context, ModelKind, Note, Options, Policy, Quality, Request, Result, Role};
use mediagen_emulator::fal::{Emulator, EmulatorConfig};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, matchers::query_param};

struct Rig {
    _emulator: Emulator,
    fal: FalProvider,
    cx: Context,
}

/// The body of a plan and its notes.
struct Planned {
    body: Value,
    notes: Vec<Note>,
}

impl Rig {
    async fn new() -> Self {
        let emulator = Emulator::start(EmulatorConfig::default().with_accepted_key(KEY)).await.unwrap();
        let fal = FalProvider::new(config(&emulator.base_url())).unwrap();
        Self { _emulator: emulator, fal, cx: context() }
    }

    async fn prepare(&self, kind: ModelKind, id: &str, request: &Request) -> Result<Planned> {
        let endpoint = self.fal.endpoint(id, Some(kind)).await?;
        let plan = mediagen_core::prepare(&endpoint, &self.cx, request).await?.plan().clone();
        Ok(Planned { body: Value::Object(plan.body), notes: plan.notes })
    }

    async fn plan(&self, kind: ModelKind, id: &str, request: &Request) -> Planned {
        self.prepare(kind, id, request).await.unwrap_or_else(|e| panic!("{e}: {:?}", e.fields()))
    }

    async fn image(&self, id: &str, request: &Request) -> Planned {
        self.plan(ModelKind::TextToImage, id, request).await
    }
    async fn edit(&self, id: &str, request: &Request) -> Planned {
        self.plan(ModelKind::ImageToImage, id, request).await
    }
    async fn video(&self, id: &str, request: &Request) -> Planned {
        self.plan(ModelKind::TextToVideo, id, request).await
    }
    async fn animation(&self, id: &str, request: &Request) -> Planned {
        self.plan(ModelKind::ImageToVideo, id, request).await
    }
    async fn remake(&self, id: &str, request: &Request) -> Planned {
        self.plan(ModelKind::VideoToVideo, id, request).await
    }
    async fn speech(&self, id: &str, request: &Request) -> Planned {
        self.plan(ModelKind::TextToAudio, id, request).await
    }
}

/// A request with options.
fn with(request: Request, set: impl FnOnce(&mut Options)) -> Request {
    let mut request = request;
    set(&mut request.options);
    request
}

fn prompt() -> Request {
    Request::new().with_prompt("a fox")
}

fn file(role: Role, name: &str) -> Request {
    and(Request::new(), role, name)
}

fn and(request: Request, role: Role, name: &str) -> Request {
    request.with_input(role, format!("https://mine.test/{name}"))
}

fn told(plan: &Planned) -> Vec<&str> {
    plan.notes.iter().map(|note| note.option.as_str()).collect()
}

#[tokio::test]
async fn a_046_flux_quality_is_steps_in_the_endpoints_own_range_and_explicit_steps_win() {
    let rig = Rig::new().await;
    for (quality, schnell, dev) in [(Quality::Draft, 2, 14), (Quality::Standard, 4, 28), (Quality::High, 6, 42)] {
        let request = with(prompt(), |o| o.quality = Some(quality));
        let steps = |plan: Planned| plan.body["num_inference_steps"].clone();
        assert_eq!(steps(rig.image("fal-ai/flux/schnell", &request).await), schnell);
        assert_eq!(steps(rig.image("fal-ai/flux/dev", &request).await), dev);
        let both = with(request, |o| o.steps = Some(9));
        let plan = rig.image("fal-ai/flux/schnell", &both).await;
        assert_eq!((&plan.body["num_inference_steps"], told(&plan)), (&json!(9), vec!["quality"]));
    }
}

#[tokio::test]
async fn a_051_luma_takes_ratio_and_loop_as_they_are_and_seconds_in_its_own_spelling() {
    let rig = Rig::new().await;
    let request = with(prompt(), |o| {
        (o.aspect_ratio, o.duration, o.looping) = (Some(AspectRatio::new(4, 3)), Some(9.0), Some(true));
    });
    let body = json!({"prompt": "a fox", "aspect_ratio": "4:3", "duration": "9s", "loop": true});
    for id in ["fal-ai/luma-dream-machine/ray-2", "fal-ai/luma-dream-machine", "runway-gen3"] {
        let plan = rig.video(id, &request).await;
        assert_eq!((&plan.body, told(&plan).len()), (&body, 0), "{id}");
    }
}

#[tokio::test]
async fn a_056_framepack_counts_frames_at_thirty_a_second_and_gets_no_field_that_it_lacks() {
    let rig = Rig::new().await;
    let request = with(and(prompt(), Role::Image, "a.png"), |o| {
        (o.duration, o.looping, o.fps) = (Some(5.0), Some(true), Some(24.0));
    });
    let plan = rig.animation("fal-ai/framepack", &request).await;
    assert_eq!(plan.body, json!({"prompt": "a fox", "image_url": "https://mine.test/a.png", "num_frames": 150}));
    let mut notes = told(&plan);
    notes.sort_unstable();
    assert_eq!(notes, ["duration", "fps", "loop"]);
}

#[tokio::test]
async fn a_058_stable_video_takes_the_noise_as_cond_aug_and_no_frames() {
    let rig = Rig::new().await;
    let request = with(file(Role::Image, "a.png"), |o| {
        (o.strength, o.motion, o.duration) = (Some(0.1), Some(0.0), Some(4.0));
    });
    for id in ["fal-ai/stable-video", "stable-video-diffusion"] {
        let plan = rig.animation(id, &request).await;
        let body = json!({"image_url": "https://mine.test/a.png", "cond_aug": 0.1, "motion_bucket_id": 1});
        assert_eq!(plan.body, body, "{id}");
        assert!(told(&plan).contains(&"duration") && told(&plan).contains(&"motion"), "{:?}", plan.notes);
    }
}

#[tokio::test]
async fn a_061_a_face_swap_has_a_named_target_and_a_named_source() {
    let rig = Rig::new().await;
    let request = with(and(file(Role::Video, "film.mp4"), Role::SourceFace, "me.png"), |o| o.similarity = Some(0.9));
    let body = json!({"target_video_url": "https://mine.test/film.mp4", "source_image_url": "https://mine.test/me.png",
        "similarity": 0.9});
    assert_eq!(rig.remake("fal-ai/video-face-swap", &request).await.body, body);
    let request = and(file(Role::SourceFace, "me.png"), Role::Image, "group.png");
    let body = json!({"base_image_url": "https://mine.test/group.png", "swap_image_url": "https://mine.test/me.png"});
    assert_eq!(rig.edit("fal-ai/face-swap", &request).await.body, body);
    let alone = file(Role::Video, "film.mp4");
    let error = rig.prepare(ModelKind::VideoToVideo, "fal-ai/video-face-swap", &alone).await.err().unwrap();
    assert_eq!(error.fields()[0].path, "source_image_url");
    assert!(error.fields()[0].message.contains("give `source_face`"), "{error}");
}

#[tokio::test]
async fn a_069_cloning_takes_the_sample_and_its_words() {
    let rig = Rig::new().await;
    let request = with(and(prompt(), Role::VoiceSample, "me.wav"), |o| o.voice_sample_text = Some("my words".into()));
    for id in ["xtts-v2", "fal-ai/f5-tts"] {
        let plan = rig.speech(id, &request).await;
        let body = json!({"gen_text": "a fox", "ref_audio_url": "https://mine.test/me.wav", "ref_text": "my words",
            "model_type": "F5-TTS"});
        assert_eq!((&plan.body, told(&plan)), (&body, vec!["model_type"]), "{id}");
    }
    let other = rig.speech("fal-ai/f5-tts", &request.with_extra("model_type", "E2-TTS")).await;
    assert_eq!(other.body["model_type"], "E2-TTS");
}

#[tokio::test]
async fn a_075_real_esrgan_takes_a_scale_and_none_is_invented() {
    let rig = Rig::new().await;
    let plain = file(Role::Image, "a.png");
    let scaled = with(plain.clone(), |o| o.scale = Some(4.0));
    for (id, field) in [
        ("real-esrgan", "scale"),
        ("fal-ai/clarity-upscaler", "upscale_factor"),
        ("fal-ai/aura-sr", "upscaling_factor"),
    ] {
        assert_eq!(rig.edit(id, &plain).await.body, json!({"image_url": "https://mine.test/a.png"}), "{id}");
        assert_eq!(rig.edit(id, &scaled).await.body[field], 4, "{id}");
    }
}

#[tokio::test]
async fn a_076_background_removal_takes_the_picture_and_nothing_else_and_a_077_codeformer_takes_fidelity() {
    let rig = Rig::new().await;
    let picture = file(Role::Image, "a.png");
    for id in ["fal-ai/birefnet/v2", "fal-ai/imageutils/rembg"] {
        let plan = rig.edit(id, &picture).await;
        assert_eq!((&plan.body, told(&plan).len()), (&json!({"image_url": "https://mine.test/a.png"}), 0), "{id}");
    }
    let request = with(picture, |o| o.strength = Some(0.0));
    assert_eq!(
        rig.edit("fal-ai/codeformer", &request).await.body,
        json!({"image_url": "https://mine.test/a.png", "fidelity": 0})
    );
}

/// A catalogue with one endpoint that has these fields.
async fn served(server: &MockServer, id: &str, category: &str, fields: Value) -> FalProvider {
    let item = json!({"endpoint_id": id, "metadata": {"category": category}, "openapi": document(id, &fields)});
    Mock::given(query_param("endpoint_id", id)).respond_with(ok(json!({"models": [item]}))).mount(server).await;
    provider(server)
}

#[tokio::test]
async fn a_055_a_runway_entry_gets_loop_false_where_the_caller_says_so() {
    let server = MockServer::start().await;
    let fields = json!({"prompt": {"type": "string"}, "loop": {"type": "boolean", "default": true}});
    let fal = served(&server, "fal-ai/runway-gen3/turbo", "text-to-video", fields).await;
    let rig = Rig { fal, ..Rig::new().await };
    let request = with(prompt(), |o| o.looping = Some(false));
    let plan = rig.video("fal-ai/runway-gen3/turbo", &request).await;
    assert_eq!((&plan.body, told(&plan).len()), (&json!({"prompt": "a fox", "loop": false}), 0));
}

#[tokio::test]
async fn a_bark_voice_goes_to_the_preset_of_bark_and_is_not_forced_on_another_model() {
    let server = MockServer::start().await;
    let fields = json!({"text": {"type": "string"}, "voice_preset": {"type": "string", "default": "v2/en_speaker_0"}});
    let fal = served(&server, "fal-ai/bark", "text-to-audio", fields).await;
    let request = with(prompt(), |o| o.voice = Some("v2/en_speaker_6".into()));
    let bark = Rig { fal, ..Rig::new().await };
    assert_eq!(bark.speech("fal-ai/bark", &request).await.body["voice_preset"], "v2/en_speaker_6");
    // Where fal has no Bark, the name stands for a model with voices of its own: said, not sent.
    let rig = Rig::new().await;
    let plan = rig.speech("bark", &request).await;
    assert_eq!((&plan.body, told(&plan)), (&json!({"text": "a fox"}), vec!["voice"]));
    assert!(plan.notes[0].why.contains("\"tara\""), "{:?}", plan.notes);
    let mut strict = request;
    strict.policy = Policy::Strict;
    assert!(rig.prepare(ModelKind::TextToAudio, "bark", &strict).await.is_err());
    let tara = with(prompt(), |o| o.voice = Some("Tara".into()));
    assert_eq!(rig.speech("bark", &tara).await.body, json!({"text": "a fox", "voice": "tara"}));
}
