//! Names of codings by the four characters of a sample entry, and by the object type inside `esds`.

/// The name, as ffmpeg writes it, of a video's sample entry.
pub(super) fn video(entry: [u8; 4]) -> Option<&'static str> {
    Some(match &entry {
        b"avc1" | b"avc2" | b"avc3" | b"avc4" => "h264",
        b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => "hevc",
        b"vvc1" | b"vvi1" => "vvc",
        b"av01" => "av1",
        b"vp08" => "vp8",
        b"vp09" => "vp9",
        b"mp4v" => "mpeg4",
        b"s263" | b"H263" | b"h263" => "h263",
        b"jpeg" | b"mjpa" | b"mjpg" | b"MJPG" => "mjpeg",
        b"png " => "png",
        b"apch" | b"apcn" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => "prores",
        b"AVdn" | b"AVdh" => "dnxhd",
        b"rle " => "qtrle",
        _ => return None,
    })
}

/// The name of an audio track's sample entry; `mp4a` and PCM of a free form need more than that.
pub(super) fn audio(entry: [u8; 4]) -> Option<&'static str> {
    Some(match &entry {
        b"mp4a" => "aac",
        b".mp3" => "mp3",
        b"Opus" => "opus",
        b"fLaC" => "flac",
        b"alac" => "alac",
        b"ac-3" => "ac3",
        b"ec-3" => "eac3",
        b"ac-4" => "ac4",
        b"samr" => "amr_nb",
        b"sawb" => "amr_wb",
        b"ulaw" => "pcm_mulaw",
        b"alaw" => "pcm_alaw",
        _ => return None,
    })
}

/// The name of an object type of `esds` (the registration authority's list).
pub(super) fn object(object_type: u8) -> Option<&'static str> {
    Some(match object_type {
        0x20 => "mpeg4",
        0x21 => "h264",
        0x23 => "hevc",
        0x40 | 0x66..=0x68 => "aac",
        0x60..=0x65 => "mpeg2video",
        0x69 | 0x6B => "mp3",
        0x6A => "mpeg1video",
        0x6C => "mjpeg",
        0xA5 => "ac3",
        0xA6 => "eac3",
        0xAD => "opus",
        0xDD => "vorbis",
        _ => return None,
    })
}
