//! Whether content can be what an input is for.

use super::LocalInput;
use mediagen_core::{Dispatch, Error, ErrorKind, FieldProblem, ProblemCode, Result, Role};
use mediagen_probe::sniff::{MediaClass, by_media_type};

/// Images that may move, and so may stand for a video.
const ANIMATED: &[&str] = &["image/gif", "image/webp", "image/png", "image/avif"];

pub(super) fn check(role: Role, input: &LocalInput) -> Result<()> {
    let class = by_media_type(&input.media_type).map(|found| found.class);
    let class = if input.is_text { Some(MediaClass::Text) } else { class };
    let allowed = match (role, class) {
        (_, Some(MediaClass::Text)) => false,
        // An archive, a 3D model or what is not recognised: the provider knows.
        (_, None | Some(MediaClass::Model3d | MediaClass::Other)) => true,
        // A reference for style may be a video, and the soundtrack of a video may be the audio.
        (Role::Reference, Some(class)) => class != MediaClass::Audio,
        (Role::Audio | Role::VoiceSample, Some(class)) => class != MediaClass::Image,
        (Role::Video, Some(MediaClass::Image)) => ANIMATED.contains(&input.media_type.as_str()),
        (Role::Video, Some(class)) => class == MediaClass::Video,
        (_, Some(class)) => class == MediaClass::Image,
    };
    if allowed {
        return Ok(());
    }
    let found = if input.is_text { "text" } else { input.media_type.as_str() };
    let message = format!("`{}` is {found}, which cannot be the {}", input.given, words(role));
    Err(Error::new(ErrorKind::InvalidInput, message)
        .with_dispatch(Dispatch::NotSent)
        .with_field(
            FieldProblem::new(role.as_str(), format!("the content is {found}"))
                .with_code(ProblemCode::Media)
                .with_give(role.as_str()),
        )
        .with_hint(format!("give {} another file", words(role))))
}

fn words(role: Role) -> String {
    role.as_str().replace('_', " ")
}

/// Whether this is the beginning of a text: media have bytes that no text has.
pub(super) fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end within a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_printed = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{c}');
    !text.is_empty() && text.chars().all(is_printed)
}
