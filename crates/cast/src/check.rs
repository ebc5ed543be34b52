//! Whether a result is what was asked for.

use crate::{CastOptions, CastSource};
use mediagen_core::{Error, ErrorKind, Result};
use mediagen_probe::sniff::{FileType, MediaClass};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// How far the length of a converted audio may be from that of its source: this part of it, and a second.
const DRIFT: f64 = 0.02;

/// Refuses `made` unless it is of type `to` and fits its source and the options.
pub(super) fn check(made: &CastSource, source: &CastSource, to: FileType, options: &CastOptions) -> Result<()> {
    let wrong = |what: String| Err(Error::new(ErrorKind::InvalidResponse, format!("the converter {what}")));
    let facts = &made.facts;
    if facts.bytes == Some(0) && source.facts.bytes != Some(0) {
        return wrong(format!("wrote nothing where {} was asked for", to.media_type));
    }
    if facts.bytes.is_some_and(|bytes| bytes > options.max_bytes) {
        return Err(crate::program::too_long(options.max_bytes));
    }
    let is_same = made.kind == to || (to.class == MediaClass::Text && is_text(&made.path)?);
    // The same bytes are the same, even where their type is not known.
    let is_copy = source.kind == to && facts == &source.facts;
    if !is_same && !is_copy {
        return wrong(format!("wrote {} where {} was asked for", made.kind.media_type, to.media_type));
    }
    let (had, has) = (&source.facts, facts);
    match to.class {
        MediaClass::Image if has.width.is_none() || has.height.is_none() => {
            wrong("wrote an image without a size".to_owned())
        }
        MediaClass::Image if had.width.is_some() && (had.width, had.height) != (has.width, has.height) => {
            let size = |w: Option<u32>, h: Option<u32>| format!("{}x{}", w.unwrap_or(0), h.unwrap_or(0));
            let (is, was) = (size(has.width, has.height), size(had.width, had.height));
            wrong(format!("wrote an image of {is} where its source is shown as {was}"))
        }
        MediaClass::Image
            if source.kind.class == MediaClass::Image
                && had.duration_s.is_some()
                && has.duration_s.is_none()
                && matches!(to.media_type, "image/gif" | "image/webp") =>
        {
            wrong("made a still of an animation".to_owned())
        }
        MediaClass::Audio => {
            if !is_copy && (has.has_audio != Some(true) || has.sample_rate.is_none()) {
                return wrong("wrote a file without audio".to_owned());
            }
            for (name, asked, is) in [
                ("sample rate", options.sample_rate, has.sample_rate),
                ("count of channels", options.channels.map(u32::from), has.channels.map(u32::from)),
            ] {
                if let Some(asked) = asked.filter(|asked| is != Some(*asked)) {
                    return wrong(format!("wrote a {name} of {} where {asked} was asked for", is.unwrap_or(0)));
                }
            }
            match (had.duration_s.filter(|_| source.kind.class == MediaClass::Audio), has.duration_s) {
                (Some(was), Some(is)) if (was - is).abs() > 1.0 + was * DRIFT => {
                    wrong(format!("wrote {is:.2} s of audio where its source has {was:.2} s"))
                }
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Whether the whole file is UTF-8 without NUL, read piece by piece.
pub(super) fn is_text(path: &Path) -> Result<bool> {
    let io = |e: io::Error| Error::new(ErrorKind::Io, format!("`{}` cannot be read", path.display())).with_source(e);
    let mut file = File::open(path).map_err(io)?;
    let (mut buffer, mut kept) = (vec![0; 64 << 10], 0);
    loop {
        let count = file.read(&mut buffer[kept..]).map_err(io)?;
        let filled = kept + count;
        if buffer[..filled].contains(&0) {
            return Ok(false);
        }
        match std::str::from_utf8(&buffer[..filled]) {
            Ok(_) => kept = 0,
            // The start of a character whose rest is still to come.
            Err(error) if error.error_len().is_none() && count > 0 => {
                let whole = error.valid_up_to();
                buffer.copy_within(whole..filled, 0);
                kept = filled - whole;
            }
            Err(_) => return Ok(false),
        }
        if count == 0 {
            return Ok(kept == 0);
        }
    }
}
