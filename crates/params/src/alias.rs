//! What canonical options and roles are called elsewhere, whoever the provider is: one table, best name first.
//!
//! A name alone decides nothing: the field behind it must also be of a type, and have values, that can carry the option
//! ([`Carries`]), because the same word means other things elsewhere. No model is named here, and no provider: names that
//! only one provider uses are rows of its own (see [`AliasTable`](crate::AliasTable)), and what one model does differently
//! is a [`Rule`](crate::Rule).

use mediagen_core::ModelKind::{self, AudioToAudio, TextToAudio};

/// What a field must be able to carry to be a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carries {
    /// Free text.
    Text,
    /// A number on the model's own scale.
    Number,
    /// A number that may be above 1.
    Factor,
    /// A number that is 1 or more.
    Growth,
    /// A number from 0 to 1.
    Share,
    /// True or false.
    Flag,
    /// A URL, alone, in a list or in an object.
    Media,
    /// Decided by the option's own module.
    Special,
}

/// One row: a canonical option or role, for some kinds or (empty) all, and the fields it goes to, best first.
///
/// Fields are dotted paths; `inputs[].text` is the first item of a list, and a leading `*` stands for any beginning of a
/// required field's name, a leading `=` lets any scale of numbers pass, and a leading `>` only numbers from 1 up: what is
/// called a bare `scale` and may be below 1 is a weight, not an enlargement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Neutral {
    pub(crate) option: &'static str,
    pub(crate) kinds: &'static [ModelKind],
    pub(crate) carries: Carries,
    pub(crate) fields: &'static [&'static str],
}

const fn row(option: &'static str, carries: Carries, fields: &'static [&'static str]) -> Neutral {
    Neutral { option, kinds: &[], carries, fields }
}

const fn of(kinds: &'static [ModelKind], row: Neutral) -> Neutral {
    Neutral { option: row.option, kinds, carries: row.carries, fields: row.fields }
}

/// `option` where it is a canonical option, a role or `prompt`.
pub(crate) fn canonical(option: &str) -> Option<&'static str> {
    named(option).filter(|option| !matches!(*option, "width" | "height"))
}

/// `option` where the table has a row for it.
pub(crate) fn named(option: &str) -> Option<&'static str> {
    NEUTRAL.iter().find(|row| row.option == option).map(|row| row.option)
}

#[rustfmt::skip]
pub(crate) static NEUTRAL: &[Neutral] = &[
    // Speech models that have both `text` and `prompt` mean the style by `prompt`.
    of(&[TextToAudio], row("prompt", Carries::Text, &[
        "text", "gen_text", "script", "transcript", "input_text", "preview_text", "prompt", "text_prompt", "inputs[].text",
        "scene[].text", "dialogue[].text", "input", "speech_text", "content", "lyrics", "lyrics_prompt", "lyric", "tags", "caption", "description"])),
    of(&[AudioToAudio], row("prompt", Carries::Text, &[
        "prompt", "text_prompt", "tags", "text", "description", "instruction", "instructions", "lyrics"])),
    row("prompt", Carries::Text, &[
        "prompt", "text_prompt", "text", "instruction", "instructions", "edit_instruction", "edit_prompt", "text_input",
        "script", "input_text", "caption", "description", "prompts"]),
    row("negative_prompt", Carries::Text, &["negative_prompt", "neg_prompt", "n_prompt", "negative", "negative_text"]),

    row("image", Carries::Media, &[
        "image", "input_image", "start_image", "first_frame_image", "first_frame", "init_image", "base_image",
        "image_input", "input_images", "images", "image_source", "image_path", "frames", "target_image", "source_image"]),
    row("end_image", Carries::Media, &[
        "end_image", "last_frame", "last_frame_image", "tail_image", "end_frame", "end_frame_image", "last_image"]),
    row("mask", Carries::Media, &["mask", "mask_image", "masks", "mask_video"]),
    row("reference", Carries::Media, &[
        "reference_images", "reference_image", "style_image", "style_reference_images", "reference_videos",
        "reference_video", "images", "input_images", "image_input", "image"]),
    row("video", Carries::Media, &[
        "video", "input_video", "source_video", "target_video", "driving_video", "video_path", "videos", "input_videos"]),
    // A model that makes audio from text takes audio as the voice or style to follow: see `voice_sample`.
    of(&[TextToAudio], row("audio", Carries::Media, &["audio", "input_audio", "source_audio"])),
    row("audio", Carries::Media, &[
        "audio", "input_audio", "source_audio", "driven_audio", "driving_audio", "audio_file", "audio_path", "song",
        "music"]),
    row("voice_sample", Carries::Media, &[
        "voice_sample", "reference_audio", "ref_audio", "audio_prompt", "prompt_audio", "speaker_audio", "voice_file",
        "reference_voice", "audio"]),
    row("source_face", Carries::Media, &[
        "source_face", "source_face_image", "face_image", "face_image_0", "swap_image", "reference_face", "source_image",
        "image"]),

    row("seed", Carries::Number, &["seed", "random_seed", "noise_seed", "rng_seed"]),
    row("count", Carries::Number, &[
        "num_images", "num_outputs", "number_of_images", "num_videos", "num_samples", "num_generations",
        "num_variations", "num_results", "number_of_results", "batch_size", "num_copies", "n", "samples", "n_images",
        "image_count", "number_of_videos", "number_of_outputs", "max_images"]),
    row("steps", Carries::Number, &[
        "num_inference_steps", "steps", "num_steps", "inference_steps", "number_of_steps", "sampling_steps",
        "ddim_steps", "diffusion_steps", "steps_num", "num_sampling_steps", "num_denoising_steps", "denoising_steps",
        "sample_steps", "infer_steps"]),
    row("guidance", Carries::Number, &[
        "guidance_scale", "cfg_scale", "guidance", "cfg", "text_guidance_scale", "prompt_guidance_scale",
        "cfg_strength", "classifier_free_guidance_scale", "cfg_weight", "guidance_strength", "guide_scale", "true_cfg",
        "text_guidance", "prompt_guidance", "cfg_guidance_scale"]),
    row("strength", Carries::Share, &[
        "strength", "image_strength", "video_strength", "prompt_strength", "denoising_strength", "denoise_strength",
        "edit_strength", "img2img_strength", "transformation_strength", "fidelity", "creativity",
        "image_prompt_strength", "init_noise_level", "noise_strength", "=noise_aug_strength", "=cond_aug"]),
    row("fps", Carries::Number, &[
        "fps", "frames_per_second", "frame_rate", "video_fps", "output_fps", "target_fps", "export_fps",
        "video_frame_rate", "output_frame_rate", "target_frame_rate"]),
    row("loop", Carries::Flag, &["loop", "looping", "is_loop", "seamless_loop", "enable_loop", "loop_video"]),
    row("motion", Carries::Number, &[
        "motion_bucket_id", "motion_strength", "motion_scale", "motion", "motion_intensity", "motion_score"]),
    row("scale", Carries::Factor, &[
        "upscale_factor", "upscaling_factor", ">scale", "scale_factor", "upscaling", "upscale", "upscale_ratio",
        "outscale", "enlarge_factor", "magnification", "upscale_by", "resize_factor", "scale_ratio", "upsample_factor",
        "upscaling_ratio", "target_scale"]),
    row("similarity", Carries::Share, &[
        "similarity", "similarity_boost", "face_similarity", "identity_strength", "id_weight", "id_scale",
        "voice_similarity", "resemblance", "reference_strength"]),
    row("denoise", Carries::Flag, &[
        "denoise", "denoising", "enable_denoise", "noise_reduction", "remove_noise", "remove_background_noise",
        "need_noise_reduction"]),
    row("voice_sample_text", Carries::Text, &[
        "ref_text", "reference_text", "voice_sample_text", "reference_transcript", "ref_transcript", "prompt_text",
        "reference_audio_text", "sample_text", "speakers[].prompt"]),
    row("speed", Carries::Number, &[
        "speed", "voice_setting.speed", "voice.speed", "speaking_rate", "speech_rate", "speed_factor", "voice_speed",
        "speech_speed", "speaking_speed", "rate", "inputs[].speed", "tempo"]),
    row("pitch", Carries::Number, &["pitch", "voice_setting.pitch", "voice.pitch", "pitch_shift", "pitch_semitones"]),
    row("volume", Carries::Number, &["volume", "voice_setting.vol", "voice_setting.volume", "voice.volume", "vol", "gain"]),
    row("sample_rate", Carries::Number, &[
        "sample_rate", "audio_setting.sample_rate", "sampling_rate", "sample_rate_hz", "output_sample_rate",
        "audio_settings.sample_rate"]),

    row("format", Carries::Special, &[
        "output_format", "format", "image_format", "audio_format", "video_format", "video_output_type", "output_type",
        "audio_setting.format", "audio_settings.format", "file_format", "export_format", "response_format",
        "output_container_and_codec", "output_container", "output_video_format", "output_audio_format",
        "output_image_format", "container", "output_codec", "video_codec", "codec"]),
    row("language", Carries::Special, &[
        "language", "language_code", "lang", "language_boost", "tts_language", "target_language", "output_language",
        "target_lang", "text_language", "language_id", "voice_language", "lang_code", "speech_language", "text_lang",
        "audio_language", "prompt_language"]),
    row("voice", Carries::Special, &[
        "voice", "voice_id", "voice_setting.voice_id", "voice.voice", "voice.voice_id", "voice.name", "voice_name",
        "speaker", "speaker_id", "voice_preset", "preset_voice", "speaker_name", "speaker_voice", "voice_type",
        "inputs[].voice", "speakers[].voice", "speakers[].speaker_id", "speakers[].preset", "voices"]),
    row("duration", Carries::Special, &[
        "duration", "duration_seconds", "duration_in_seconds", "seconds", "video_length", "video_duration",
        "seconds_total", "audio_length_in_s", "audio_duration", "length_seconds", "length", "music_duration",
        "total_seconds", "num_seconds", "duration_s", "clip_duration", "target_duration", "output_duration",
        "length_in_seconds", "audio_length", "song_duration", "music_length_ms", "duration_ms", "length_ms",
        "num_frames", "number_of_frames", "frame_count", "total_frames", "video_frames", "num_video_frames", "n_frames",
        "output_frames", "frames", "length_frames"]),
    row("quality", Carries::Special, &["quality", "rendering_speed", "video_quality", "image_quality", "output_quality"]),
    row("size", Carries::Special, &[
        "image_size", "video_size", "size", "output_size", "target_size", "canvas_size", "resolution", "dimensions",
        "video_resolution", "output_resolution"]),
    row("width", Carries::Number, &["width", "image_width", "output_width", "target_width", "video_width"]),
    row("height", Carries::Number, &["height", "image_height", "output_height", "target_height", "video_height"]),
    row("aspect_ratio", Carries::Special, &[
        "aspect_ratio", "ratio", "image_aspect_ratio", "video_aspect_ratio", "output_aspect_ratio",
        "target_aspect_ratio", "aspect", "frame_aspect_ratio", "image_size", "size", "orientation", "resolution_mode"]),
    row("resolution", Carries::Special, &[
        "resolution", "image_resolution", "video_resolution", "output_resolution", "target_resolution", "video_quality",
        "megapixels", "size", "image_size", "quality"]),
];
