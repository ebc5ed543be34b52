//! End to end against the emulator: uploads, jobs, results, resumption, with real files behind the addresses.

use crate::support::{KEY, config, context, outcome, pay, upload, watched};
use fal_provider::{FalConfig, FalProvider};
use mediagen_core::{
    AudioToAudioRequest, Error, ErrorKind, ImageToImageRequest, ImageToVideoRequest, JobTicket, KindOutput as _,
    MediaInput, ModelKind, Options, RawModel, Request, TextToAudioRequest, TextToImageRequest, TextToVideoRequest,
    VideoToVideoRequest,
};
use mediagen_emulator::fal::{Emulator, EmulatorConfig, Fault, JobFault, Route};
use serde_json::json;
use std::time::Duration;

async fn emulator() -> Emulator {
    Emulator::start(EmulatorConfig::default().with_accepted_key(KEY)).await.unwrap()
}

fn fal(emulator: &Emulator) -> FalProvider {
    FalProvider::new(config(&emulator.base_url())).unwrap().with_context(context())
}

async fn file(emulator: &Emulator, output: &mediagen_core::Output) -> bytes::Bytes {
    let url = output.parts[0].url().unwrap();
    emulator.file(url.as_str()).await.unwrap_or_else(|| panic!("no file behind {url}"))
}

#[tokio::test]
async fn a_019_a_picture_comes_out_with_the_request_id_of_the_server() {
    let emulator = emulator().await;
    let (cx, events) = watched(context());
    let model = fal(&emulator).with_context(cx.clone()).text_to_image("fal-ai/flux/dev").await.unwrap();
    let request = TextToImageRequest::new("a fox in the snow").with_seed(7).with_count(2);
    let output = model.run(request).await.unwrap();
    let job = emulator.jobs().remove(0);
    assert_eq!(output.request_id.as_deref(), Some(job.request_id.as_str()));
    assert_eq!((output.parts.len(), output.seed, emulator.count(Route::Submit)), (2, Some(7), 1));
    assert!(
        matches!(&*output.usage.counts, [count] if count.unit.is_none() && count.number > 0.0),
        "{:?}",
        output.usage
    );
    assert!(!file(&emulator, &output).await.is_empty());
    let events = events.lock().unwrap().clone();
    assert_eq!(events.last().unwrap(), "completed");
    assert_eq!(events.iter().filter(|e| e.starts_with("submitted")).count(), 1, "{events:?}");
}

#[tokio::test]
async fn a_008_every_kind_of_media_runs_with_local_files() {
    let emulator = emulator().await;
    let fal = fal(&emulator);
    let picture = fal.text_to_image("fal-ai/flux/dev").await.unwrap();
    let picture = picture.run(TextToImageRequest::new("a face")).await.unwrap();
    let picture = MediaInput::bytes(file(&emulator, &picture).await, "face.png");
    let film = fal.text_to_video("fal-ai/luma-dream-machine/ray-2").await.unwrap();
    let film = film.run(TextToVideoRequest::new("waves")).await.unwrap();
    let film = MediaInput::bytes(file(&emulator, &film).await, "waves.mp4");
    let sound = fal.text_to_audio("fal-ai/stable-audio").await.unwrap();
    let sound = sound.run(TextToAudioRequest::new("rain")).await.unwrap();
    let sound = MediaInput::bytes(file(&emulator, &sound).await, "rain.wav");

    let model = fal.image_to_image("fal-ai/esrgan").await.unwrap();
    model.run(ImageToImageRequest::new(picture.clone())).await.unwrap();
    let model = fal.image_to_video("fal-ai/framepack").await.unwrap();
    let request = ImageToVideoRequest::new(picture.clone()).with_prompt("it turns");
    model.run(request).await.unwrap();
    let model = fal.video_to_video("fal-ai/video-upscaler").await.unwrap();
    let output = model.run(VideoToVideoRequest::new(film)).await.unwrap();
    assert_eq!(output.output().inputs[0].name, "waves.mp4");
    let model = fal.audio_to_audio("fal-ai/deepfilternet3").await.unwrap();
    model.run(AudioToAudioRequest::new(sound)).await.unwrap();

    let uploads: Vec<_> = emulator.requests().into_iter().filter(|r| r.route == Route::Upload).collect();
    assert_eq!(uploads.len(), 3, "the picture is used twice and uploaded once");
    for upload in &uploads {
        assert_eq!(upload.path, "/cdn/files/upload");
        assert!(upload.header("authorization").unwrap().starts_with("Bearer "));
    }
    assert_eq!(emulator.count(Route::Token), 1, "the token is used again");
}

#[tokio::test]
async fn a_027_a_job_is_resumed_by_a_fresh_provider_from_its_written_ticket() {
    let emulator = emulator().await;
    let cx = context();
    let submitted = {
        let model = fal(&emulator).text_to_image("fal-ai/flux/dev").await.unwrap();
        model.submit(TextToImageRequest::new("a fox").with_seed(3)).await.unwrap()
    };
    let job = submitted.job().unwrap();
    let ticket = serde_json::to_string(job.ticket()).unwrap();
    assert!(!ticket.contains("key-"), "{ticket}");
    let first = job.wait(&cx).await.unwrap();

    let ticket: JobTicket = serde_json::from_str(&ticket).unwrap();
    let model = fal(&emulator).text_to_image("fal-ai/flux/dev").await.unwrap();
    let second = model.resume(ticket.clone()).unwrap().wait(&cx).await.unwrap();
    assert_eq!((first.parts, first.raw, first.seed), (second.parts, second.raw, second.seed));
    assert_eq!((emulator.jobs_created(), emulator.count(Route::Submit)), (1, 1));

    let other = fal(&emulator).text_to_image("fal-ai/flux/schnell").await.unwrap();
    assert_eq!(other.resume(ticket).unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_028_positions_lines_and_changes_arrive_in_order_by_stream_and_by_polling() {
    for stream in [true, false] {
        let settings = EmulatorConfig::default()
            .with_status_stream(stream)
            .with_queue_ahead(2)
            .with_queue_delay(Duration::from_millis(120))
            .with_run_delay(Duration::from_millis(120));
        let emulator = Emulator::start(settings).await.unwrap();
        let (cx, events) = watched(context());
        let model = fal(&emulator).with_context(cx.clone()).text_to_image("fal-ai/flux/dev").await.unwrap();
        let output = model.run(TextToImageRequest::new("a fox")).await.unwrap();
        assert_eq!(output.parts.len(), 1);
        let mut events = events.lock().unwrap().clone();
        events.retain(|e| !e.starts_with("requested") && !e.starts_with("warning"));
        let logs: Vec<_> = events.iter().filter(|e| e.starts_with("log ")).cloned().collect();
        let mut once = logs.clone();
        once.dedup();
        assert_eq!(logs, once, "no line twice");
        assert!(!logs.is_empty(), "{events:?}");
        let place = |wanted: &str| {
            events.iter().position(|e| e.starts_with(wanted)).unwrap_or_else(|| panic!("{wanted}: {events:?}"))
        };
        let order = [place("submitted"), place("queued Some(2)"), place("running None"), place("completed")];
        assert!(order.is_sorted(), "{events:?}");
        assert!(!events.iter().any(|e| e.starts_with("running Some")), "A-029: fal gives no fraction");
    }
}

#[tokio::test]
async fn a_024_a_connection_lost_after_the_submission_leads_to_no_second_one() {
    let emulator = emulator().await;
    let model = fal(&emulator).text_to_image("fal-ai/flux/dev").await.unwrap();
    for fault in [Fault::DropBeforeAnswer, Fault::TruncatedBody, Fault::NginxHtml(504)] {
        emulator.clear_requests();
        emulator.fail(Route::Submit, fault.clone(), 1);
        let failure = pay(&model, "a fox").await.unwrap_err();
        assert_eq!((outcome(&failure), emulator.count(Route::Submit)), ("unknown", 1), "{fault:?}: {failure:?}");
        emulator.clear_requests();
        emulator.fail(Route::Submit, fault.clone(), 1);
        let error = model.run(TextToImageRequest::new("a fox")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SubmitUnknown, "{fault:?}: {error:?}");
        assert!(!error.is_retryable() && !error.is_safe_to_resubmit());
        assert_eq!(emulator.count(Route::Submit), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_failed_job_gives_its_reason_and_request_id() {
    let emulator = emulator().await;
    let model = fal(&emulator).text_to_image("fal-ai/flux/dev").await.unwrap();
    emulator.fail_jobs(
        &JobFault::Infrastructure { status: 503, error_type: "runner_disconnected".into(), detail: "gone".into() },
        1,
    );
    let error = model.run(TextToImageRequest::new("a fox")).await.unwrap_err();
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::JobFailed, Some(503)), "{error}");
    assert!(error.to_string().contains("runner_disconnected") && error.ticket().is_some());
    let id = emulator.jobs()[0].request_id.clone();
    assert_eq!(error.request_id(), Some(id.as_str()));
    assert_eq!(emulator.count(Route::Result), 1, "a stored failure is not asked for again");
    emulator.fail_jobs(
        &JobFault::Model {
            status: 422,
            body: json!({"detail": [{"loc": ["body", "prompt"], "msg": "no", "type": "content_policy_violation"}]}),
            retryable: false,
        },
        1,
    );
    let error = model.run(TextToImageRequest::new("a fox")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ContentRejected, "{error}");
}

#[tokio::test]
async fn a_locked_account_is_told_at_once_and_status_still_answers() {
    let emulator = emulator().await;
    let cx = context();
    let model = fal(&emulator).text_to_image("fal-ai/flux/dev").await.unwrap();
    let submitted = model.submit(TextToImageRequest::new("a fox")).await.unwrap();
    emulator.set_locked(true);
    let failure = pay(&model, "a fox").await.unwrap_err();
    assert_eq!((outcome(&failure), emulator.count(Route::Submit)), ("refused", 2), "{failure:?}");
    let error = Error::from(failure);
    assert_eq!(error.kind(), ErrorKind::AccountLocked, "{error}");
    assert!(!error.is_retryable());
    submitted.finish(&cx).await.unwrap();
}

#[tokio::test]
async fn runs_streams_that_end_early_and_odd_words_still_give_the_output() {
    let emulator = emulator().await;
    let cx = context();
    let fal = fal(&emulator);
    let model = fal.text_to_image("fal-ai/flux/dev").await.unwrap();
    emulator.fail(Route::Stream, Fault::StreamEndsEarly, 1);
    model.run(TextToImageRequest::new("one")).await.unwrap();
    emulator.fail(Route::Stream, Fault::StreamRefused, 1);
    emulator.fail(Route::Status, Fault::UnknownStatus("THINKING".into()), 2);
    model.run(TextToImageRequest::new("two")).await.unwrap();
    emulator.fail(Route::Result, Fault::NginxHtml(504), 2);
    model.run(TextToImageRequest::new("three")).await.unwrap();
    emulator.fail(Route::Stream, Fault::DropBeforeAnswer, 1);
    emulator.fail(Route::Status, Fault::TruncatedBody, 2);
    emulator.fail(Route::Result, Fault::TruncatedBody, 2);
    model.run(TextToImageRequest::new("broken off three times")).await.unwrap();
    let mut request = TextToImageRequest::new("four");
    request.delivery.settings.insert("mode".into(), json!("run"));
    let submitted = model.submit(request).await.unwrap();
    assert!(submitted.job().is_none());
    let output = submitted.finish(&cx).await.unwrap();
    assert!(output.request_id.is_some() && !file(&emulator, &output).await.is_empty());
    assert_eq!(emulator.count(Route::Run), 1);
}

#[tokio::test]
async fn a_010_the_catalogue_decides_the_kind_and_a_018_all_traffic_stays_on_the_base() {
    let emulator = emulator().await;
    let fal = fal(&emulator);
    for (id, expected) in [
        ("fal-ai/flux/dev", ModelKind::TextToImage),
        ("fal-ai/esrgan", ModelKind::ImageToImage),
        ("fal-ai/veo3", ModelKind::TextToVideo),
        ("fal-ai/framepack", ModelKind::ImageToVideo),
        ("fal-ai/video-upscaler", ModelKind::VideoToVideo),
        ("fal-ai/stable-audio", ModelKind::TextToAudio),
        ("fal-ai/deepfilternet3", ModelKind::AudioToAudio),
        ("fal-ai/any-llm", ModelKind::Raw),
    ] {
        assert_eq!(fal.endpoint(id, None).await.unwrap().kind(), expected, "{id}");
    }
    let raw = RawModel::new(fal.endpoint("fal-ai/any-llm", None).await.unwrap(), context()).unwrap();
    let body = Request::new().with_extra("prompt", "say hello");
    let body = mediagen_core::RawRequest::new(body.extra);
    let output = raw.run(body).await.unwrap();
    assert!(output.raw.is_object());
}

#[tokio::test]
async fn a_015_availability_follows_the_answer_of_the_server() {
    use mediagen_core::{Availability, Provider as _};
    let emulator = emulator().await;
    let cx = context();
    assert_eq!(fal(&emulator).check(&cx).await, Availability::Available);
    let wrong = FalConfig::new("some:other").unwrap().with_base_url(&emulator.base_url()).unwrap();
    assert_eq!(FalProvider::new(wrong).unwrap().check(&cx).await, Availability::Unauthenticated);
    emulator.fail(Route::Pricing, Fault::Status(403, json!({"detail": "no scope"})), 1);
    assert_eq!(fal(&emulator).check(&cx).await, Availability::Unauthenticated);
    emulator.fail(Route::Pricing, Fault::RetryAfter(0, 429), 9);
    assert_eq!(fal(&emulator).check(&cx).await, Availability::RateLimited);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let check = FalProvider::new(config(&closed)).unwrap().check(&cx).await;
    assert!(matches!(check, Availability::Unreachable(_)), "{check:?}");
    assert!(!check.is_available());
}

#[tokio::test]
async fn an_unset_option_is_not_sent_and_a_plan_sends_nothing() {
    let emulator = emulator().await;
    let model = fal(&emulator).text_to_image("fal-ai/flux/dev").await.unwrap();
    emulator.clear_requests();
    let mut options = Options::default();
    options.seed = Some(0);
    let request = TextToImageRequest::new("a fox").with_options(options);
    let prepared = model.prepare(request.clone()).await.unwrap();
    assert_eq!(json!(prepared.plan().body), json!({"prompt": "a fox", "seed": 0}));
    assert!(emulator.requests().is_empty());
    model.run(request).await.unwrap();
    let sent = emulator.requests().into_iter().find(|r| r.route == Route::Submit).unwrap();
    assert_eq!(sent.json, Some(json!({"prompt": "a fox", "seed": 0})));
    assert_eq!(sent.header("authorization"), Some(format!("Key {KEY}").as_str()));
}

#[tokio::test]
async fn a_file_above_100_mib_goes_in_parts_and_arrives_whole() {
    let settings = EmulatorConfig::default().with_accepted_key(KEY).with_strict_part_order(true);
    let emulator = Emulator::start(settings).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.bin");
    let mut content = vec![0_u8; (101 << 20) + 7];
    for (index, chunk) in content.chunks_exact_mut(1 << 16).enumerate() {
        chunk[..8].copy_from_slice(&(index as u64).to_le_bytes());
    }
    std::fs::write(&path, &content).unwrap();
    for input in [MediaInput::Path(path), MediaInput::bytes(content.clone(), "long.bin")] {
        emulator.clear_requests();
        emulator.fail(Route::Upload, Fault::Status(503, json!({})), 1);
        let (cx, events) = watched(context());
        let url = upload(&fal(&emulator), &cx, input).await.unwrap();
        let events = events.lock().unwrap().clone();
        let whole = format!("Uploading {{ sent: {0}, total: Some({0}) }}", content.len());
        assert_eq!(events.iter().rfind(|e| e.starts_with("Uploading")), Some(&whole), "the file, not a part");
        let stored = emulator.file(url.as_str()).await.unwrap();
        assert!(stored == content, "{} of {} bytes", stored.len(), content.len());
        // The beginning twice because of the fault, eleven parts of at most 10 MiB, the completion.
        assert_eq!(emulator.count(Route::Upload), 14);
        assert!(emulator.requests().iter().all(|r| r.body_bytes <= 10 << 20));
    }
}
