//! The scenes of the demo: data, in the order in which they play.

use mediagen::core::{ModelKind, Options, OutputFormat, Role, Size};

/// One generation of the demo.
pub(super) struct Scene {
    /// The stem of its files.
    pub(super) name: &'static str,
    /// The kind that it shows.
    pub(super) kind: ModelKind,
    /// The model.
    pub(super) model: &'static str,
    /// What to make.
    pub(super) prompt: Option<&'static str>,
    /// The scenes whose first file goes in, by index.
    pub(super) inputs: &'static [(Role, usize)],
    /// The options.
    pub(super) options: fn(&mut Options),
}

/// The scenes.
pub(super) const SCENES: &[Scene] = &[
    Scene {
        name: "1-text-to-image",
        kind: ModelKind::TextToImage,
        model: "fal-ai/flux/dev",
        prompt: Some("a lighthouse at dusk, seen from the sea"),
        inputs: &[],
        options: |o| {
            o.size = Some(Size::new(1024, 768));
            o.seed = Some(7);
        },
    },
    Scene {
        name: "2-upscaled",
        kind: ModelKind::ImageToImage,
        model: "fal-ai/esrgan",
        prompt: None,
        inputs: &[(Role::Image, 0)],
        options: |o| o.scale = Some(2.0),
    },
    Scene {
        name: "3-cut-out",
        kind: ModelKind::ImageToImage,
        model: "fal-ai/birefnet/v2",
        prompt: None,
        inputs: &[(Role::Image, 0)],
        options: |_| {},
    },
    Scene {
        name: "4-text-to-video",
        kind: ModelKind::TextToVideo,
        model: "fal-ai/luma-dream-machine/ray-2",
        prompt: Some("waves roll in under the turning light"),
        inputs: &[],
        options: |o| {
            o.duration = Some(5.0);
            o.resolution = Some("540p".into());
        },
    },
    Scene {
        name: "5-image-to-video",
        kind: ModelKind::ImageToVideo,
        model: "fal-ai/framepack",
        prompt: Some("the light begins to turn"),
        inputs: &[(Role::Image, 0)],
        options: |o| {
            o.duration = Some(3.0);
            o.seed = Some(11);
        },
    },
    Scene {
        name: "6-video-to-video",
        kind: ModelKind::VideoToVideo,
        model: "fal-ai/video-upscaler",
        prompt: None,
        inputs: &[(Role::Video, 3)],
        options: |o| o.scale = Some(2.0),
    },
    Scene {
        name: "7-speech",
        kind: ModelKind::TextToAudio,
        model: "fal-ai/kokoro/american-english",
        prompt: Some("The keeper climbs the stairs and lights the lamp."),
        inputs: &[],
        options: |o| o.voice = Some("af_heart".into()),
    },
    Scene {
        name: "8-audio-to-audio",
        kind: ModelKind::AudioToAudio,
        model: "fal-ai/deepfilternet3",
        prompt: None,
        inputs: &[(Role::Audio, 6)],
        options: |o| o.format = Some(OutputFormat::Wav),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_media_has_a_scene_and_inputs_come_from_earlier_ones() {
        for kind in ModelKind::MEDIA {
            assert!(SCENES.iter().any(|scene| scene.kind == kind), "{kind}");
        }
        for (index, scene) in SCENES.iter().enumerate() {
            assert!(scene.inputs.iter().all(|(_, from)| *from < index), "{}", scene.name);
        }
    }
}
