use super::*;
use crate::media::paint;
use std::{path::Path, process::Command};

fn small(prompt: &str, seed: u64) -> VideoSpec {
    VideoSpec::new(160, 96, 24.0, 12, prompt, seed)
}

/// One frame of an H.264 video, counted from 0; past the end the last one.
fn video_frame(bytes: &[u8], index: u32) -> Result<Image, MediaError> {
    let mut found = None;
    read::Track::find(bytes)?.each_frame(bytes, |number, frame| {
        if number <= index {
            found = Some(frame);
        }
        Ok(())
    })?;
    found.map(|frame| frame.to_image()).ok_or_else(|| read::unreadable("it has no frame"))
}

/// What ffprobe reports for `entries` of the first stream, after ffmpeg has decoded everything; `None` where they are not
/// installed.
fn ffprobe(video: &Video, entries: &str) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("video.mp4");
    std::fs::write(&path, &video.bytes).unwrap();
    let Ok(answer) = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v:0", "-count_frames", "-of", "default=noprint_wrappers=1:nokey=1"])
        .args(["-show_entries", entries])
        .arg(&path)
        .output()
    else {
        eprintln!("ffprobe is not installed: nothing compared");
        return None;
    };
    assert!(answer.stderr.is_empty(), "{}", String::from_utf8_lossy(&answer.stderr));
    assert_decodes(&path);
    Some(String::from_utf8(answer.stdout).unwrap().lines().map(str::to_owned).collect())
}

fn assert_decodes(path: &Path) {
    let null = ["-f", "null", "-"];
    let Ok(answer) = Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(path).args(null).output() else { return };
    assert!(answer.status.success() && answer.stderr.is_empty(), "{}", String::from_utf8_lossy(&answer.stderr));
}

#[test]
fn ffprobe_agrees_with_what_a_video_says_of_itself() {
    for (fps, frames, rate) in [(24.0, 48, "24/1"), (29.97, 30, "30000/1001"), (12.5, 7, "25/2"), (8.0, 1, "8/1")] {
        let video = video(&VideoSpec::new(320, 180, fps, frames, "a train", 3)).unwrap();
        let wanted = "stream=codec_name,profile,width,height,pix_fmt,r_frame_rate,nb_frames,nb_read_frames,duration";
        let Some(facts) = ffprobe(&video, wanted) else { return };
        let [codec, profile, width, height, layout, fraction, duration, count, read] = facts.as_slice() else {
            panic!("{facts:?}")
        };
        assert_eq!([codec, profile, layout], ["h264", "Constrained Baseline", "yuv420p"]);
        assert_eq!((width.as_str(), height.as_str(), fraction.as_str()), ("320", "180", rate));
        assert_eq!((count, read), (&frames.to_string(), &frames.to_string()));
        assert!((duration.parse::<f64>().unwrap() - video.duration_s).abs() < 1e-4, "{duration} {}", video.duration_s);
    }
}

#[test]
fn probing_agrees_with_what_a_video_says_of_itself() {
    let video = video(&VideoSpec::new(321, 181, 29.97, 31, "odd", 1)).unwrap();
    let facts = probe_video(&video.bytes).unwrap();
    assert_eq!((video.width, video.height, video.frames), (322, 182, 31));
    assert_eq!((facts.width, facts.height, facts.frames), (322, 182, 31));
    assert!((facts.fps - 30_000.0 / 1001.0).abs() < 1e-6 && (facts.fps - video.fps).abs() < 1e-6);
    assert!((facts.duration_s - video.duration_s).abs() < 1e-6);
}

#[test]
fn the_index_comes_before_the_frames() {
    let bytes = video(&small("fast start", 1)).unwrap().bytes;
    let at = |name: &[u8]| bytes.windows(4).position(|window| window == name);
    assert!(at(b"moov").unwrap() < at(b"mdat").unwrap());
}

#[test]
fn the_same_prompt_and_seed_give_the_same_bytes_and_others_do_not() {
    let bytes = video(&small("a train", 1)).unwrap().bytes;
    assert_eq!(bytes, video(&small("a train", 1)).unwrap().bytes);
    assert_ne!(bytes, video(&small("a train", 2)).unwrap().bytes);
    assert_ne!(bytes, video(&small("a ship", 1)).unwrap().bytes);
}

/// Mean difference of all parts of all pixels.
fn difference(a: &Image, b: &Image) -> f64 {
    let (a, b) = (a.pixels.as_raw(), b.pixels.as_raw());
    assert_eq!(a.len(), b.len());
    let sum: u32 = a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
    f64::from(sum) / f64::from(u32::try_from(a.len()).unwrap())
}

#[test]
fn the_frames_move() {
    let bytes = video(&small("a train", 1)).unwrap().bytes;
    let frames: Vec<Image> = [0, 4, 8].map(|index| video_frame(&bytes, index).unwrap()).to_vec();
    assert!(difference(&frames[0], &frames[1]) > 0.3 && difference(&frames[1], &frames[2]) > 0.3);
}

#[test]
fn a_video_begins_and_ends_with_the_given_frames() {
    let (first, last) = (paint(160, 96, "first", 1).unwrap(), paint(320, 200, "last", 2).unwrap());
    let spec = VideoSpec { first_frame: Some(first.clone()), last_frame: Some(last.clone()), ..small("between", 3) };
    let bytes = video(&spec).unwrap().bytes;
    assert!(difference(&video_frame(&bytes, 0).unwrap(), &first) < 6.0);
    assert!(difference(&video_frame(&bytes, 11).unwrap(), &last.resize(160, 96).unwrap()) < 6.0);
    assert!(difference(&video_frame(&bytes, 5).unwrap(), &first) > 6.0);
}

#[test]
fn a_larger_video_keeps_rate_duration_and_content() {
    let before = video(&small("a train", 1)).unwrap();
    let after = transform_video(&before.bytes, &VideoChange { scale: Some(2.0), ..VideoChange::default() }).unwrap();
    assert_eq!((after.width, after.height, after.frames), (320, 192, 12));
    assert!((after.duration_s - before.duration_s).abs() < 1e-9);
    let (old, new) = (video_frame(&before.bytes, 6).unwrap(), video_frame(&after.bytes, 6).unwrap());
    assert!(difference(&new, &old.resize(320, 192).unwrap()) < 5.0);
    assert!(ffprobe(&after, "stream=width").is_none_or(|facts| facts == ["320"]));
}

#[test]
fn another_rate_keeps_the_duration() {
    let before = video(&small("a train", 1)).unwrap();
    for (fps, frames) in [(48.0, 24), (12.0, 6)] {
        let after = transform_video(&before.bytes, &VideoChange { fps: Some(fps), ..VideoChange::default() }).unwrap();
        assert_eq!((after.frames, probe_video(&after.bytes).unwrap().frames), (frames, frames));
        assert!((after.duration_s - 0.5).abs() < 1e-9);
    }
}

#[test]
fn restyling_swapping_and_cutting_out_change_the_frames() {
    let before = video(&small("a train", 1)).unwrap();
    let frame = |change: &VideoChange| video_frame(&transform_video(&before.bytes, change).unwrap().bytes, 3).unwrap();
    let plain = frame(&VideoChange::default());
    let style = |seed| Some(Restyle { prompt: "oil".to_owned(), seed, strength: 0.7 });
    let restyled = frame(&VideoChange { restyle: style(1), ..VideoChange::default() });
    assert!(difference(&restyled, &plain) > 5.0);
    assert!(difference(&restyled, &frame(&VideoChange { restyle: style(2), ..VideoChange::default() })) > 5.0);
    let face = Image::plain(50, 50, [0, 255, 0, 255]).ok();
    let [red, green, blue, _] = frame(&VideoChange { face, ..VideoChange::default() }).pixel(80, 36).unwrap();
    assert!(green > 200 && red < 60 && blue < 60, "{red} {green} {blue}");
    let cut_out = frame(&VideoChange { background: Some([255, 0, 0]), ..VideoChange::default() });
    let red = cut_out.pixels.pixels().filter(|pixel| pixel.0[0] > 200 && pixel.0[1] < 60 && pixel.0[2] < 60).count();
    assert!(red > 160 * 96 / 10, "{red} pixels are red");
}

#[test]
fn values_outside_the_limits_are_refused_in_words() {
    let refused =
        |width, height, fps, frames| video(&VideoSpec::new(width, height, fps, frames, "", 0)).unwrap_err().to_string();
    assert_eq!(refused(8194, 100, 24.0, 1), "video width is 8194, allowed is 16 to 3840");
    assert_eq!(refused(2162, 3000, 24.0, 1), "video width is 2162, allowed is 16 to 2160");
    assert_eq!(refused(64, 8, 24.0, 1), "video height is 8, allowed is 16 to 2160");
    assert_eq!(refused(64, 64, 24.0, 2001), "number of frames is 2001, allowed is 1 to 2000");
    assert_eq!(refused(64, 64, 24.0, 0), "number of frames is 0, allowed is 1 to 2000");
    assert_eq!(refused(64, 64, f64::NAN, 1), "frame rate is NaN, allowed is 0.1 to 240");
    let before = video(&small("", 1)).unwrap().bytes;
    assert!(transform_video(&before, &VideoChange { scale: Some(60.0), ..VideoChange::default() }).is_err());
    assert!(transform_video(&before, &VideoChange { fps: Some(0.0), ..VideoChange::default() }).is_err());
}

#[test]
fn hostile_bytes_are_errors_and_never_panics() {
    let whole = video(&VideoSpec::new(64, 48, 10.0, 3, "x", 0)).unwrap().bytes;
    for bytes in [&b""[..], b"no video", b"\0\0\0\x08ftyp", &whole[..60], &whole[..whole.len() - 40]] {
        assert!(transform_video(bytes, &VideoChange::default()).is_err(), "{} bytes", bytes.len());
    }
    let mut noise = crate::media::noise::Noise::new("damage", 1);
    let length = u32::try_from(whole.len()).unwrap();
    for _ in 0..400 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            let place = usize::try_from(noise.below(length)).unwrap();
            bytes[place] = u8::try_from(noise.below(256)).unwrap();
        }
        // Whatever comes of it, it comes as a value.
        let _ = probe_video(&bytes);
        let _ = video_frame(&bytes, 2);
    }
}

#[test]
fn frames_for_a_duration_are_rounded() {
    assert_eq!(VideoSpec::frames_for(5.0, 24.0), 120);
    assert_eq!(VideoSpec::frames_for(0.0, 24.0), 1);
    assert_eq!(VideoSpec::frames_for(1.0, 29.97), 30);
}
