//! What canonical options and roles are called elsewhere: one table, best name first.
//!
//! A name alone decides nothing: the field behind it must also be of a type, and have values, that can carry the option
//! ([`Carries`]), because the same word means other things elsewhere. No model is named here; what one model does
//! differently is a [`Rule`](crate::Rule) of its provider.

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
pub(crate) struct Alias {
    pub(crate) option: &'static str,
    pub(crate) kinds: &'static [ModelKind],
    pub(crate) carries: Carries,
    pub(crate) fields: &'static [&'static str],
}

const fn row(option: &'static str, carries: Carries, fields: &'static [&'static str]) -> Alias {
    Alias { option, kinds: &[], carries, fields }
}

const fn of(kinds: &'static [ModelKind], alias: Alias) -> Alias {
    Alias { option: alias.option, kinds, carries: alias.carries, fields: alias.fields }
}

/// `option` where it is a canonical option, a role or `prompt`.
pub(crate) fn canonical(option: &str) -> Option<&'static str> {
    let row = ALIASES.iter().find(|alias| alias.option == option)?;
    (!matches!(option, "width" | "height")).then_some(row.option)
}

#[rustfmt::skip]
pub(crate) static ALIASES: &[Alias] = &[
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
        "image_url", "start_image_url", "first_frame_url", "first_frame_image_url", "first_image_url",
        "start_frame_url", "input_image_url", "image_urls", "input_image_urls", "images_urls", "base_image_url",
        "target_image_url", "target_image", "source_image_url", "init_image_url", "initial_image_url",
        "human_image_url", "person_image_url", "model_image_url", "subject_image_url", "main_image_url",
        "portrait_image_url", "character_image_url", "product_image_url", "photo_url", "picture_url",
        "control_image_url", "img_url", "image", "input_image", "image_source", "images", "frames", "images[].url",
        "frames[].url", "images[].image_url", "image_references[].image_url", "reference_image_url",
        "reference_image_urls", "subject_reference_image_url", "control_lora_image_url", "garment_image_url",
        "image_data_url", "images_data_url", "face_image_url", "*image_url", "*image_urls", "*frame_url", "*photo_url",
        "*picture_url"]),
    row("end_image", Carries::Media, &[
        "end_image_url", "last_frame_url", "tail_image_url", "last_image_url", "end_frame_url", "last_frame_image_url",
        "final_image_url", "end_image", "last_frame", "last_frame_image", "tail_image", "end_frame_image_url",
        "ending_image_url", "image_tail_url", "final_frame_url", "end_frame"]),
    row("mask", Carries::Media, &[
        "mask_url", "mask_image_url", "mask_video_url", "inpaint_mask_url", "mask", "mask_image", "mask_urls", "masks",
        "*mask_url"]),
    row("reference", Carries::Media, &[
        "reference_image_urls", "reference_image_url", "ref_image_urls", "ref_image_url", "style_image_url",
        "style_reference_image_url", "style_reference_url", "subject_image_urls", "image_prompt_url", "style_image",
        "reference_images", "reference_image", "image_references[].image_url", "reference_video_urls",
        "reference_video_url", "garment_image_url", "image_urls", "input_image_urls", "images_urls", "images", "input_images",
        "image_url"]),
    row("video", Carries::Media, &[
        "video_url", "input_video_url", "source_video_url", "base_video_url", "main_video_url", "target_video_url",
        "video_urls", "input_video_urls", "video", "input_video", "video.video_url", "driving_video_url",
        "reference_video_url", "reference_video_urls", "ref_video_urls", "target_video", "videos[].url", "videos",
        "video_data_url", "source_video", "media_url", "*video_url", "*video_urls"]),
    // A model that makes sound from text takes sound as the voice or style to follow: see `voice_sample`.
    of(&[TextToAudio], row("audio", Carries::Media, &[
        "audio_url", "input_audio_url", "source_audio_url", "audio_urls", "audio", "song_url", "music_url"])),
    row("audio", Carries::Media, &[
        "audio_url", "input_audio_url", "source_audio_url", "driven_audio_url", "driving_audio_url", "speech_audio_url",
        "audio_urls", "audio_file_url", "audio", "input_audio", "song_url", "music_url", "sound_url", "voice_url",
        "reference_audio_url", "ref_audio_url", "audio_data_url", "vocals_url", "vocal_url", "speech_url", "song",
        "music", "*audio_url", "*audio_urls"]),
    row("voice_sample", Carries::Media, &[
        "ref_audio_url", "reference_audio_url", "voice_sample_url", "voice_sample", "speaker_audio_url", "speaker_url",
        "voice_url", "reference_voice_url", "voice_audio_url", "prompt_audio_url", "audio_prompt_url",
        "sample_audio_url", "ref_audio_urls", "reference_audio_urls", "target_voice_audio_url", "speakers[].audio_url",
        "voice_sample_audio_url", "clone_audio_url", "sample_url", "audio_url", "audio_urls", "*voice_url",
        "*voice_audio_url"]),
    row("source_face", Carries::Media, &[
        "source_face_url", "face_image_url", "source_face", "swap_image_url", "face_url", "source_face_image_url",
        "source_face_image", "face_image", "face_image_0", "reference_face_url", "swap_image", "user_image_url",
        "source_image_url", "source_image", "*face_url", "*face_image_url", "image_url"]),

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
