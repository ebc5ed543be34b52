//! A catalogue's category words, mapped to kinds and to the capabilities they guarantee. Data, no logic.

use crate::{MediaCapability, ModelKind};

/// One row: the category's text, its kind, and what every model of it may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CategoryRow {
    /// The text as catalogues write it.
    pub category: &'static str,
    /// The kind to build.
    pub kind: ModelKind,
    /// The capabilities at category level; evidence decides the rest.
    pub capabilities: &'static [MediaCapability],
}

/// The guaranteed rows: the seven of the seed system in its order, then sisters that share a kind.
pub const CATEGORIES: &[CategoryRow] = &[
    row("text-to-image", ModelKind::TextToImage, &[MediaCapability::ImageGeneration]),
    row("text-to-video", ModelKind::TextToVideo, &[MediaCapability::VideoGeneration]),
    row("image-to-video", ModelKind::ImageToVideo, &[MediaCapability::VideoAnimation]),
    row("video-to-video", ModelKind::VideoToVideo, &[MediaCapability::VideoUpscaling, MediaCapability::VideoFaceSwap]),
    row(
        "image-to-image",
        ModelKind::ImageToImage,
        &[MediaCapability::ImageUpscaling, MediaCapability::ImageEnhancement],
    ),
    row("text-to-audio", ModelKind::TextToAudio, &[MediaCapability::AudioGeneration, MediaCapability::TextToSpeech]),
    row("audio-to-audio", ModelKind::AudioToAudio, &[MediaCapability::AudioEnhancement]),
    row("text-to-speech", ModelKind::TextToAudio, &[MediaCapability::TextToSpeech]),
    row("speech-to-speech", ModelKind::AudioToAudio, &[MediaCapability::AudioEnhancement]),
];

const fn row(category: &'static str, kind: ModelKind, capabilities: &'static [MediaCapability]) -> CategoryRow {
    CategoryRow { category, kind, capabilities }
}

/// The row of `category`; `None` for one that has no kind, which stays listed as it is.
pub fn lookup(category: &str) -> Option<&'static CategoryRow> {
    CATEGORIES.iter().find(|row| row.category == category)
}

#[cfg(test)]
mod tests {
    use super::*;
    use MediaCapability as C;

    #[test]
    fn a_002_the_seven_category_rows_map_exactly_and_in_order() {
        let seed: Vec<_> = CATEGORIES.iter().take(7).map(|r| (r.category, r.capabilities.to_vec())).collect();
        assert_eq!(
            seed,
            [
                ("text-to-image", vec![C::ImageGeneration]),
                ("text-to-video", vec![C::VideoGeneration]),
                ("image-to-video", vec![C::VideoAnimation]),
                ("video-to-video", vec![C::VideoUpscaling, C::VideoFaceSwap]),
                ("image-to-image", vec![C::ImageUpscaling, C::ImageEnhancement]),
                ("text-to-audio", vec![C::AudioGeneration, C::TextToSpeech]),
                ("audio-to-audio", vec![C::AudioEnhancement]),
            ]
        );
        for row in CATEGORIES.iter().take(7) {
            assert_eq!(row.kind.as_str(), row.category);
        }
    }

    #[test]
    fn a_003_an_unknown_category_has_no_kind() {
        assert!(lookup("image-to-3d").is_none() && lookup("training").is_none() && lookup("").is_none());
    }
}
