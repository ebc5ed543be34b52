//! Media files of every format, made by ffmpeg.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// An image of 96 by 64 that changes, 10 frames a second.
const IMAGE: &str = "testsrc2=size=96x64:rate=10";
const SOUND: &str = "sine=frequency=440:duration=2.3:sample_rate=";

/// One file: its name, the sources (video rate, audio rate) and ffmpeg's options.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    /// The media type that it must be found to have.
    pub(crate) media_type: &'static str,
    video: &'static str,
    audio: &'static str,
    options: &'static str,
}

const fn image(name: &'static str, media_type: &'static str, options: &'static str) -> Sample {
    Sample { name, media_type, video: "", audio: "", options }
}

const fn audio(name: &'static str, media_type: &'static str, rate: &'static str, options: &'static str) -> Sample {
    Sample { name, media_type, video: "", audio: rate, options }
}

const fn video(
    name: &'static str,
    media_type: &'static str,
    rate: &'static str,
    audio: &'static str,
    options: &'static str,
) -> Sample {
    Sample { name, media_type, video: rate, audio, options }
}

pub(crate) const IMAGES: &[Sample] = &[
    image("rgb.png", "image/png", "-frames:v 1 -pix_fmt rgb24"),
    image("alpha.png", "image/png", "-frames:v 1 -pix_fmt rgba"),
    image("grey.png", "image/png", "-frames:v 1 -pix_fmt gray"),
    image("moving.png", "image/png", "-frames:v 7 -f apng -pix_fmt rgba"),
    image("plain.jpg", "image/jpeg", "-frames:v 1 -pix_fmt yuvj420p"),
    image("turned.jpg", "image/jpeg", "-frames:v 1 -pix_fmt yuvj420p"),
    image("still.gif", "image/gif", "-frames:v 1"),
    image("moving.gif", "image/gif", "-frames:v 8"),
    image("lossy.webp", "image/webp", "-frames:v 1 -c:v libwebp -pix_fmt yuv420p"),
    image("alpha.webp", "image/webp", "-frames:v 1 -c:v libwebp -lossless 1 -vf format=rgba,colorchannelmixer=aa=0.5"),
    image("alpha-lossy.webp", "image/webp", "-frames:v 1 -c:v libwebp -vf format=yuva420p,colorchannelmixer=aa=0.5"),
    image("moving.webp", "image/webp", "-frames:v 6 -c:v libwebp_anim -loop 0"),
    image("plain.bmp", "image/bmp", "-frames:v 1 -pix_fmt bgr24"),
    image("plain.tiff", "image/tiff", "-frames:v 1 -pix_fmt rgb24"),
    image("alpha.tiff", "image/tiff", "-frames:v 1 -pix_fmt rgba"),
    image("still.avif", "image/avif", "-frames:v 1 -c:v libaom-av1 -still-picture 1 -cpu-used 8 -pix_fmt yuv420p"),
];

pub(crate) const AUDIO_FILES: &[Sample] = &[
    audio("8k-mono.wav", "audio/wav", "8000", "-ac 1"),
    audio("44k-stereo.wav", "audio/wav", "44100", "-ac 2"),
    audio("96k-24.wav", "audio/wav", "96000", "-ac 2 -c:a pcm_s24le"),
    audio("float.wav", "audio/wav", "48000", "-ac 1 -c:a pcm_f32le"),
    audio("alaw.wav", "audio/wav", "8000", "-ac 1 -c:a pcm_alaw"),
    audio("cbr.mp3", "audio/mpeg", "44100", "-ac 2 -b:a 128k"),
    audio("cbr-mono.mp3", "audio/mpeg", "22050", "-ac 1 -b:a 48k -id3v2_version 0"),
    audio("vbr.mp3", "audio/mpeg", "44100", "-ac 2 -q:a 5"),
    audio("vbr-bare.mp3", "audio/mpeg", "44100", "-ac 2 -q:a 5 -write_xing 0"),
    audio("8k.mp3", "audio/mpeg", "8000", "-ac 1 -b:a 16k -write_xing 0"),
    audio("48k.flac", "audio/flac", "48000", "-ac 2"),
    audio("96k.flac", "audio/flac", "96000", "-ac 1 -sample_fmt s32"),
    audio("vorbis.ogg", "audio/ogg", "44100", "-ac 2 -c:a libvorbis"),
    audio("flac.ogg", "audio/ogg", "32000", "-ac 1 -c:a flac"),
    audio("mono.opus", "audio/opus", "48000", "-ac 1 -c:a libopus"),
    audio("bare.aac", "audio/aac", "44100", "-ac 2 -c:a aac -f adts"),
    audio("mono.m4a", "audio/mp4", "22050", "-ac 1 -c:a aac"),
    audio("96k.m4a", "audio/mp4", "96000", "-ac 2 -c:a aac -b:a 256k"),
    audio("alac.m4a", "audio/mp4", "96000", "-ac 2 -c:a alac"),
    audio("only-audio.mp4", "audio/mp4", "48000", "-ac 2 -c:a aac"),
    audio("only-audio.webm", "audio/webm", "48000", "-ac 2 -c:a libopus"),
    audio("only-audio.mkv", "audio/x-matroska", "44100", "-ac 1 -c:a pcm_s16le"),
];

pub(crate) const VIDEOS: &[Sample] = &[
    video("h264-25.mp4", "video/mp4", "25", "44100", "-c:v libx264 -pix_fmt yuv420p -c:a aac -ac 2"),
    video("silent-23976.mp4", "video/mp4", "24000/1001", "", "-c:v libx264 -pix_fmt yuv420p"),
    video(
        "hevc-2997.mp4",
        "video/mp4",
        "30000/1001",
        "48000",
        "-c:v libx265 -x265-params log-level=none -c:a aac -ac 1",
    ),
    video("turned.mp4", "video/mp4", "30", "44100", "-c:v mpeg4 -c:a aac"),
    video(
        "variable.mp4",
        "video/mp4",
        "30",
        "",
        "-c:v libx264 -pix_fmt yuv420p -vf select='lt(n\\,10)+not(mod(n\\,3))' -vsync vfr",
    ),
    video(
        "fragments.mp4",
        "video/mp4",
        "30",
        "44100",
        "-c:v libx264 -pix_fmt yuv420p -movflags frag_keyframe+empty_moov -g 15 -c:a aac",
    ),
    video("fragments-late.mp4", "video/mp4", "30", "", "-c:v mpeg4 -movflags frag_keyframe -g 15"),
    video("pcm.mov", "video/quicktime", "60", "48000", "-c:v mpeg4 -c:a pcm_s24le -ac 2"),
    video("prores.mov", "video/quicktime", "24", "", "-c:v prores_ks -profile:v 0"),
    video("vp8-10.webm", "video/webm", "10", "44100", "-c:v libvpx -deadline realtime -c:a libvorbis -ac 1"),
    video(
        "vp9-2997.webm",
        "video/webm",
        "30000/1001",
        "48000",
        "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus",
    ),
    video("alpha.webm", "video/webm", "25", "", "-c:v libvpx -deadline realtime -auto-alt-ref 0 -pix_fmt yuva420p"),
    video("live.webm", "video/webm", "15", "", "-c:v libvpx -deadline realtime -live 1"),
    video("h264-23976.mkv", "video/x-matroska", "24000/1001", "44100", "-c:v libx264 -pix_fmt yuv420p -c:a flac -ac 2"),
    video("silent-5994.mkv", "video/x-matroska", "60000/1001", "", "-c:v mpeg4"),
    video("theora.ogv", "video/ogg", "25", "44100", "-c:v libtheora -c:a libvorbis"),
];

/// Whether the programs are there; says so where they are not.
pub(crate) fn are_installed() -> bool {
    let there = |program: &str| Command::new(program).arg("-version").output().is_ok();
    let installed = there("ffmpeg") && there("ffprobe");
    if !installed {
        eprintln!("SKIPPED: ffmpeg and ffprobe are not installed, so nothing is made and compared with them");
    }
    installed
}

/// Makes the files in `dir`; leaves out, with a word, what this ffmpeg cannot make.
pub(crate) fn make(dir: &Path, samples: &'static [Sample]) -> Vec<(&'static Sample, PathBuf)> {
    std::fs::create_dir_all(dir).unwrap();
    let made = samples.iter().filter_map(|sample| Some((sample, sample.make(dir)?)));
    made.collect()
}

impl Sample {
    fn make(&self, dir: &Path) -> Option<PathBuf> {
        let path = dir.join(self.name);
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-nostdin", "-y", "-threads", "1"]);
        match (self.video, self.audio) {
            ("", "") => drop(command.args(["-f", "lavfi", "-i", IMAGE])),
            (rate, audio) => {
                if !rate.is_empty() {
                    let source = format!("testsrc2=size=128x72:rate={rate}:duration=2");
                    command.args(["-f", "lavfi", "-i", &source]);
                }
                if !audio.is_empty() {
                    command.args(["-f", "lavfi", "-i", &format!("{SOUND}{audio}")]);
                }
            }
        }
        let output = command.args(self.options.split(' ')).args(["-threads", "1"]).arg(&path).output().unwrap();
        if !output.status.success() {
            eprintln!("this ffmpeg cannot make {}: {}", self.name, String::from_utf8_lossy(&output.stderr));
            return None;
        }
        match self.name {
            "turned.jpg" => turn_jpeg(&path),
            "turned.mp4" => turn_mp4(&path),
            _ => {}
        }
        Some(path)
    }
}

/// Puts an EXIF orientation of 6 (turn by 90 degrees) behind the start of the file.
fn turn_jpeg(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    let mut exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01".to_vec();
    exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]);
    let mut turned = bytes[..2].to_vec();
    turned.extend([0xFF, 0xE1]);
    turned.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    turned.extend(exif);
    turned.extend(&bytes[2..]);
    std::fs::write(path, turned).unwrap();
}

/// Puts the matrix of a quarter turn into the header of the first track, which is the video's.
fn turn_mp4(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let at = bytes.windows(4).position(|name| name == b"tkhd").unwrap() + 4 + 40;
    let matrix = [0, 0x1_0000, 0, 0xFFFF_0000_u32, 0, 0, 72 << 16, 0, 0x4000_0000];
    for (index, cell) in matrix.iter().enumerate() {
        bytes[at + index * 4..][..4].copy_from_slice(&cell.to_be_bytes());
    }
    std::fs::write(path, bytes).unwrap();
}
