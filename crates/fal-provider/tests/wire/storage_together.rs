//! The inputs of one request leave at the same time, and each content once.

use crate::support::*;
use fal_provider::FalProvider;
use mediagen_core::{Context, Delivery, Dispatch, Error, ErrorKind, Event, ImageToImageRequest, MediaInput, Result};
use mediagen_emulator::fal::{Emulator, EmulatorConfig, Fault, RequestRecord, Route};
use serde_json::json;
use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

const MIB: usize = 1 << 20;
/// Takes a list of pictures.
const MERGE: &str = "fal-ai/nano-banana/edit";
/// Takes a picture and a mask.
const REPAINT: &str = "fal-ai/flux-lora/inpainting";
/// Inputs of one request that are on their way at once, as the README says.
const AT_ONCE: usize = 3;
/// Longer than any test waits.
const FOR_EVER: Duration = Duration::from_mins(10);

async fn emulator() -> Emulator {
    Emulator::start(EmulatorConfig::default().with_accepted_key(KEY)).await.unwrap()
}

fn fal(emulator: &Emulator) -> FalProvider {
    FalProvider::new(config(&emulator.base_url()).with_parts_above(MIB as u64).unwrap()).unwrap()
}

/// A picture by its first bytes, `bytes` long and full of `salt`.
fn picture(bytes: usize, salt: u8) -> Vec<u8> {
    let mut content = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    content.resize(bytes, salt);
    content
}

fn given(content: &[u8], name: &str) -> MediaInput {
    MediaInput::bytes(content.to_vec(), name)
}

fn request(mut images: Vec<MediaInput>, delivery: Delivery) -> ImageToImageRequest {
    let mut request = ImageToImageRequest::new(images.remove(0)).with_prompt("one image of all");
    request.images.extend(images);
    request.with_delivery(delivery)
}

/// Submits, and gives up where an upload waits for another one that is never sent.
async fn submit(fal: &FalProvider, cx: &Context, id: &str, request: ImageToImageRequest) -> Result<()> {
    let model = fal.with_context(cx.clone()).image_to_image(id).await?;
    let submitting = tokio::time::timeout(Duration::from_secs(20), model.submit(request));
    submitting.await.unwrap_or_else(|_| panic!("the uploads do not end")).map(drop)
}

/// The addresses that the last submission carried.
fn sent(emulator: &Emulator) -> Vec<String> {
    let requests = emulator.requests();
    let submit = requests.iter().rfind(|r| r.route == Route::Submit).unwrap();
    let urls = submit.json.as_ref().unwrap()["image_urls"].as_array().unwrap().clone();
    urls.iter().map(|url| url.as_str().unwrap().to_owned()).collect()
}

/// `cx`, with what it tells of bytes (sent and in all) and of names that were noted.
#[expect(clippy::type_complexity, reason = "two lists that a test looks at once")]
fn told(cx: Context) -> (Context, Arc<Mutex<(Vec<(u64, u64)>, Vec<String>)>>) {
    let seen = Arc::new(Mutex::new((Vec::new(), Vec::new())));
    let sink = Arc::clone(&seen);
    let cx = cx.with_observer(move |event: &Event| match event {
        Event::Uploading { sent, total } => sink.lock().unwrap().0.push((*sent, total.unwrap())),
        Event::Adjusted(note) => sink.lock().unwrap().1.push(note.from.as_str().unwrap_or_default().to_owned()),
        _ => {}
    });
    (cx, seen)
}

/// Waits until so many uploads are under way, as the server sees it.
async fn until_under_way(emulator: &Emulator, uploads: usize) {
    let waiting = async {
        while emulator.under_way(Route::Upload) != uploads {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn inputs_leave_together_and_their_addresses_keep_the_order() {
    let emulator = emulator().await;
    // Nobody is answered before three are there; the first to come are the last to be answered.
    emulator.fail(Route::Upload, Fault::Gathered(AT_ONCE), AT_ONCE);
    emulator.fail(Route::Upload, Fault::Slow(Duration::from_millis(100)), 4);
    let contents: Vec<Vec<u8>> = (0..7_u8).map(|n| picture(90_000 - usize::from(n) * 10_000, n)).collect();
    let names: Vec<String> = (0..7).map(|n| format!("{n}.jpg")).collect();
    let images = contents.iter().zip(&names).map(|(content, name)| given(content, name)).collect();
    let (cx, seen) = told(context());
    submit(&fal(&emulator), &cx, MERGE, request(images, Delivery::new())).await.unwrap();

    assert_eq!(emulator.most_at_once(Route::Upload), AT_ONCE);
    assert_eq!((emulator.count(Route::Upload), emulator.count(Route::Token)), (7, 1));
    for (content, url) in contents.iter().zip(sent(&emulator)) {
        assert!(emulator.file(&url).await.unwrap() == *content);
    }
    let requests = emulator.requests();
    let at = |route: Route| requests.iter().rposition(|r| r.route == route).unwrap();
    assert!(at(Route::Upload) < at(Route::Submit), "nothing is bought before all inputs are there");

    let (bytes, noted) = seen.lock().unwrap().clone();
    let all: u64 = contents.iter().map(|content| content.len() as u64).sum();
    assert!(bytes.is_sorted() && bytes.iter().all(|(_, total)| *total == all), "{bytes:?}");
    assert_eq!(bytes.last(), Some(&(all, all)));
    assert_eq!(noted, names, "every note, in the order of the inputs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_080_the_same_content_given_twice_is_sent_once_whatever_the_terms() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        MediaInput::Path(path)
    };
    // Small ones go whole; large ones are read while they leave, and two of one length have to be told apart.
    for (bytes, begins) in [(5_000, "/cdn/files/upload"), (3 * MIB, "/cdn/files/upload/multipart")] {
        let (one, other) = (picture(bytes, 1), picture(bytes, 2));
        let forced = Delivery::new().with_reuse_uploads(false);
        for delivery in [Delivery::new(), forced, Delivery::new().with_setting("lifecycle", "immediate")] {
            let words = format!("{bytes} {delivery:?}");
            let emulator = emulator().await;
            let first = file("one.png", &one);
            let copy = file("copy.png", &one);
            let images = vec![first.clone(), file("other.png", &other), first, copy, given(&one, "memory.png")];
            let (cx, seen) = told(context());
            submit(&fal(&emulator), &cx, MERGE, request(images, delivery)).await.unwrap();
            let begun = emulator.requests().iter().filter(|r| r.path == begins).count();
            assert_eq!(begun, 2, "{words}");
            let urls = sent(&emulator);
            assert!([2, 3, 4].iter().all(|at| urls[*at] == urls[0]) && urls[1] != urls[0], "{urls:?}");
            assert!(emulator.file(&urls[0]).await.unwrap() == one && emulator.file(&urls[1]).await.unwrap() == other);
            let all = 2 * bytes as u64;
            assert_eq!(seen.lock().unwrap().0.last(), Some(&(all, all)), "what is not sent is not counted");
        }
    }
}

#[tokio::test]
async fn one_large_file_given_twice_is_sent_once_and_not_read_before() {
    let emulator = emulator().await;
    let (fal, folder) = (fal(&emulator), tempfile::tempdir().unwrap());
    let (path, copy) = (folder.path().join("one.png"), folder.path().join("copy.png"));
    for path in [&path, &copy] {
        std::fs::write(path, picture(3 * MIB, 1)).unwrap();
    }
    let begun = || emulator.requests().iter().filter(|r| r.path == "/cdn/files/upload/multipart").count();
    let images = vec![MediaInput::Path(path.clone()), MediaInput::Path(path)];
    submit(&fal, &context(), MERGE, request(images, Delivery::new().with_reuse_uploads(false))).await.unwrap();
    let urls = sent(&emulator);
    assert_eq!((begun(), &urls[0]), (1, &urls[1]));
    // By force a large file is not hashed, unless it has to be told from another one: a copy is not known.
    upload(&fal, &context(), MediaInput::Path(copy)).await.unwrap();
    assert_eq!(begun(), 2);
}

#[tokio::test]
async fn what_is_there_already_is_no_part_of_the_bytes_to_send() {
    let emulator = emulator().await;
    let (fal, old, new) = (fal(&emulator), picture(40_000, 1), picture(50_000, 2));
    let url = upload(&fal, &context(), given(&old, "old.png")).await.unwrap();
    let (cx, seen) = told(context());
    let images = vec![given(&old, "old.png"), given(&new, "new.png")];
    submit(&fal, &cx, MERGE, request(images, Delivery::new())).await.unwrap();
    assert_eq!((emulator.count(Route::Upload), sent(&emulator)[0].as_str()), (2, url.as_str()));
    let bytes = seen.lock().unwrap().0.clone();
    assert!(bytes.is_sorted_by_key(|(sent, _)| *sent) && bytes.last() == Some(&(50_000, 50_000)), "{bytes:?}");
}

/// A picture and a mask, each of which may be the first to arrive.
fn repainting() -> ImageToImageRequest {
    let image = given(&picture(9_000, 1), "image.png");
    let mut request = request(vec![image], Delivery::new());
    request.inputs.push(mediagen_core::Input::new(mediagen_core::Role::Mask, given(&picture(8_000, 2), "mask.png")));
    request
}

fn uploads(emulator: &Emulator) -> Vec<RequestRecord> {
    emulator.requests().into_iter().filter(|r| r.route == Route::Upload).collect()
}

fn assert_nothing_was_bought(emulator: &Emulator, error: &Error) {
    assert_eq!(error.dispatch(), Dispatch::NotSent, "{error:?}");
    assert_eq!((emulator.count(Route::Submit), emulator.jobs_created()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_fails_names_its_option_and_ends_the_others() {
    let emulator = emulator().await;
    // The first to arrive would take for ever; the second is refused, by every way.
    emulator.fail(Route::Upload, Fault::Slow(FOR_EVER), 1);
    emulator.fail(Route::Upload, Fault::Status(400, json!({"detail": "no such files"})), 9);
    let error = submit(&fal(&emulator), &context(), REPAINT, repainting()).await.unwrap_err();
    assert_nothing_was_bought(&emulator, &error);
    let refused = uploads(&emulator)[1].header("x-fal-file-name").unwrap().to_owned();
    let option = Path::new(&refused).file_stem().unwrap().to_str().unwrap().to_owned();
    let fields: Vec<_> = error.fields().iter().map(|field| (field.path.clone(), field.message.clone())).collect();
    assert_eq!(fields, [(option, format!("`{refused}` could not be uploaded"))], "{error:?}");
    // The other one hung up.
    until_under_way(&emulator, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_ends_all_uploads() {
    let emulator = emulator().await;
    emulator.fail(Route::Upload, Fault::Slow(FOR_EVER), 2);
    let cx = context();
    let fal = fal(&emulator).with_context(cx.clone());
    let stop = async {
        until_under_way(&emulator, 2).await;
        cx.cancellation().cancel();
    };
    let (outcome, ()) = tokio::join!(submit(&fal, &cx, REPAINT, repainting()), stop);
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_nothing_was_bought(&emulator, &error);
    until_under_way(&emulator, 0).await;
    assert_eq!(uploads(&emulator).len(), 2);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_any_more_names_its_option_before_anything_is_sent() {
    let emulator = emulator().await;
    let opened = Arc::new(Mutex::new(0));
    // It is read a first time for its type.
    let mask = MediaInput::stream("mask.png", Some(8_000), move || {
        let mut opened = opened.lock().unwrap();
        *opened += 1;
        let whole = bytes::Bytes::from(picture(8_000, 2));
        let chunk = if *opened == 1 { Ok(whole) } else { Err(std::io::Error::other("gone")) };
        Box::pin(futures_util::stream::iter([chunk]))
    });
    let mut request = repainting();
    request.inputs[0].media = mask;
    let error = submit(&fal(&emulator), &context(), REPAINT, request).await.unwrap_err();
    assert_eq!((error.kind(), error.fields()[0].path.as_str()), (ErrorKind::Io, "mask"), "{error:?}");
    assert_nothing_was_bought(&emulator, &error);
    assert!(uploads(&emulator).is_empty());
}
