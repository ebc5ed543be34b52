//! Inputs that changed, and inputs inside the body.

use super::*;
use mediagen_core::Input;

fn plan(measured: Measured, how: Via) -> Plan {
    let mut slot = Slot::new(0, measured.role, "/image");
    slot.how = how;
    let id = mediagen_core::ModelId::new(mediagen_core::ProviderId::new("x"), "m");
    Plan::new(id, mediagen_core::ModelKind::ImageToImage, mediagen_core::JsonMap::new())
        .with_inputs(vec![measured])
        .with_slots(vec![slot])
}

#[tokio::test]
async fn a_file_that_changed_is_refused_and_a_touched_one_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gif");
    std::fs::write(&path, b"GIF89a\x40\x01\xf0\x00\x00\x00\x00").unwrap();
    let media = MediaInput::Path(path.clone());
    let input = Input::new(Role::Image, media.clone());
    let opened = LocalInput::open(&media).await.unwrap().unwrap();
    let measured = opened.measured(&input);
    let again = LocalInput::reopen(&measured, &media).await.unwrap().unwrap();
    assert_eq!((&again.name, &again.media_type, again.hash), (&opened.name, &opened.media_type, opened.hash));
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert!(LocalInput::reopen(&measured, &media).await.unwrap().is_some(), "the same content");
    std::fs::write(&path, b"GIF89a\x41\x01\xf0\x00\x00\x00\x00").unwrap();
    let error = LocalInput::reopen(&measured, &media).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InputChanged);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(LocalInput::reopen(&measured, &media).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn what_goes_inside_the_body_is_read_when_it_leaves_and_carries_its_hash() {
    struct None;
    #[async_trait::async_trait]
    impl Storage for None {
        async fn send(&self, _: &Context, _: &crate::upload::Load<'_>) -> Result<serde_json::Value> {
            Err(Error::new(ErrorKind::Unexpected, "nothing is uploaded"))
        }
        fn name_error(&self, error: Error) -> Error {
            error
        }
    }
    let media = MediaInput::bytes(&b"GIF89a\x40\x01\xf0\x00\x00\x00\x00"[..], "a.gif");
    let request = Request::new().with_input(Role::Image, media.clone());
    let measured = Inputs::open(&request).await.unwrap().measured().remove(0);
    let uploads = Uploads::new(crate::upload::Account::new("key", "https://x.test"), Option::None, 1 << 20);
    let cx = mediagen_runtime::context();
    let terms = UploadTerms::new();
    let (inline, gone) = (plan(measured.clone(), Via::Inline), plan(measured, Via::Upload));
    let done = upload_inputs(&cx, &uploads, &None, &inline, &[media], &terms).await.unwrap();
    assert_eq!(done[0].reference, "data:image/gif;base64,R0lGODlhQAHwAAAAAA==");
    assert_eq!(done[0].shown.as_deref(), Some("data:image/gif;base64,…"));
    assert_eq!(done[0].blake3, inline.inputs[0].blake3);
    let error = upload_inputs(&cx, &uploads, &None, &gone, &[], &terms).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InputGone);
}
