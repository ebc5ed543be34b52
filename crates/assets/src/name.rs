//! File names: templates, cleaning, and claiming a name that is free.

use mediagen_core::{Error, ErrorKind, Result};
use mediagen_disk::sync_folder;
use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// The fields that a template may use.
pub const FIELDS: &[&str] = &["model", "index", "ext", "job", "seed"];
/// The longest stem in bytes: room is left for a counter, an extension and `.part` within the usual 255.
const MAX_STEM: usize = 180;
/// The longest extension in bytes.
const MAX_EXTENSION: usize = 16;
/// The most names that are tried before a folder is taken to be unusable.
const MAX_TRIES: u32 = 100_000;
/// Names that Windows keeps for devices, with any extension.
const DEVICES: &[&str] = &[
    "con", "prn", "aux", "nul", "conin$", "conout$", "clock$", "com0", "com1", "com2", "com3", "com4", "com5", "com6",
    "com7", "com8", "com9", "com¹", "com²", "com³", "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7",
    "lpt8", "lpt9", "lpt¹", "lpt²", "lpt³",
];

/// One safe file name without extension, made of `text`: never empty, never a path, at most 180 bytes.
///
/// Separators, control and direction characters, characters that a file system refuses, and spaces become `-`;
/// repeated dots and dashes become one; neither begins nor ends the name; device names of Windows get a `_`.
pub fn clean(text: &str) -> String {
    let mut stem = String::with_capacity(text.len().min(MAX_STEM));
    for character in text.chars() {
        let character = if is_unsafe(character) { '-' } else { character };
        let repeated = matches!(character, '-' | '.') && stem.ends_with(['-', '.']);
        let leading = stem.is_empty() && matches!(character, '-' | '.');
        if !repeated && !leading {
            if stem.len() + character.len_utf8() > MAX_STEM {
                break;
            }
            stem.push(character);
        }
    }
    stem.truncate(stem.trim_end_matches(['-', '.']).len());
    let device = stem.split('.').next().unwrap_or_default().to_lowercase();
    match () {
        () if stem.is_empty() => "output".to_owned(),
        () if DEVICES.contains(&&*device) => format!("_{stem}"),
        () => stem,
    }
}

/// Whether `character` may not stand in a name.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || character.is_whitespace()
        || matches!(character, '/' | '\\' | '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\u{FFFD}')
        // Zero-width, direction and line characters make a name look like another.
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// A safe extension: lower-case ASCII letters and digits only, at most 16; `bin` where nothing is left.
pub fn clean_extension(text: &str) -> String {
    let safe = text.chars().filter(char::is_ascii_alphanumeric).take(MAX_EXTENSION);
    let extension = safe.collect::<String>().to_ascii_lowercase();
    if extension.is_empty() { "bin".to_owned() } else { extension }
}

/// Fills `template`; a field without a value leaves nothing behind.
///
/// # Errors
/// `InvalidInput` naming an unknown field or an open brace.
pub(crate) fn fill<'a>(template: &str, value: impl Fn(&str) -> Option<&'a str>) -> Result<String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (field, after) = after.split_once('}').ok_or_else(|| {
            Error::new(ErrorKind::InvalidInput, format!("file name template `{template}` has a `{{` without a `}}`"))
        })?;
        if !FIELDS.contains(&field) {
            let message = format!("file name template `{template}` has an unknown field `{field}`");
            return Err(
                Error::new(ErrorKind::InvalidInput, message).with_hint("known: {model}, {index}, {ext}, {job}, {seed}")
            );
        }
        filled.push_str(value(field).unwrap_or_default());
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Creates the first free of `stem.extension`, `stem-2.extension`, … in `dir`. Creation is the claim: two callers, in
/// one process or several, never get the same. Blocking.
///
/// # Errors
/// `Io` naming the folder when no file can be created there.
pub fn claim(dir: &Path, stem: &str, extension: &str) -> Result<(PathBuf, File)> {
    for number in 1..=MAX_TRIES {
        let name = if number == 1 { format!("{stem}.{extension}") } else { format!("{stem}-{number}.{extension}") };
        let path = dir.join(name);
        match OpenOptions::new().write(true).read(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(unwritable(dir).with_source(e)),
        }
    }
    Err(unwritable(dir).with("reason", format!("{MAX_TRIES} files named `{stem}` exist already")))
}

/// Claims the final name, then renames over the claim. Claim and rename are separate calls, so a crash between them
/// leaves an empty file next to a whole `.part`, never a wrong one. Blocking.
///
/// # Errors
/// `Io` when no name is free, and when `part` cannot be renamed; the claim is taken back then.
pub fn move_to_free_name(part: &Path, dir: &Path, stem: &str, extension: &str) -> Result<PathBuf> {
    let path = take_free_name(part, dir, stem, extension)?;
    sync_folder(dir);
    Ok(path)
}

/// As [`move_to_free_name`]; the folder is not forced to disk.
pub(crate) fn take_free_name(part: &Path, dir: &Path, stem: &str, extension: &str) -> Result<PathBuf> {
    let (path, claim) = claim(dir, stem, extension)?;
    drop(claim);
    if let Err(e) = std::fs::rename(part, &path) {
        let _ = std::fs::remove_file(&path);
        return Err(Error::new(ErrorKind::Io, format!("`{}` cannot be renamed", part.display()))
            .with("to", path.display())
            .with_source(e));
    }
    Ok(path)
}

/// The error of a folder that takes no file.
pub fn unwritable(dir: &Path) -> Error {
    Error::new(ErrorKind::Io, format!("no file can be created in `{}`", dir.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_become_plain_ones() {
        let cases = [
            ("../../etc/passwd", "etc-passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("/abs/olute", "abs-olute"),
            ("..", "output"),
            ("", "output"),
            ("\0\n\r", "output"),
            ("a\0b\x1b[31mc", "a-b-[31mc"),
            ("CON", "_CON"),
            ("nul.tar", "_nul.tar"),
            ("COM1.txt.png", "_COM1.txt.png"),
            ("lpt²", "_lpt²"),
            ("name. . .", "name"),
            ("-rf", "rf"),
            (".hidden", "hidden"),
            ("invoice\u{202E}gpj.exe", "invoice-gpj.exe"),
            ("C:evil", "C-evil"),
            ("file:stream", "file-stream"),
            ("fal-ai/flux/dev", "fal-ai-flux-dev"),
            ("Grüße 日本", "Grüße-日本"),
        ];
        for (hostile, plain) in cases {
            assert_eq!(clean(hostile), plain, "{hostile:?}");
        }
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        let name = clean(&"ü".repeat(5000));
        assert!(name.len() <= MAX_STEM && name.chars().all(|c| c == 'ü'));
        assert_eq!(clean_extension("../../PnG"), "png");
        assert_eq!(clean_extension("\0/"), "bin");
        assert!(clean_extension(&"x".repeat(999)).len() <= MAX_EXTENSION);
    }

    #[test]
    fn templates_are_filled_and_unknown_fields_refused() {
        let value = |field: &str| (field == "model").then_some("flux");
        assert_eq!(fill("{model}_{seed}-x", value).unwrap(), "flux_-x");
        let error = fill("{model}-{nope}", value).unwrap_err();
        assert!(error.message().contains("nope") && error.hint().unwrap().contains("{seed}"));
        assert_eq!(fill("{model", value).unwrap_err().kind(), ErrorKind::InvalidInput);
    }

    #[test]
    fn a_claimed_name_is_never_given_twice() {
        let dir = tempfile::tempdir().unwrap();
        let names: Vec<_> = (0..3)
            .map(|_| claim(dir.path(), "a", "png").unwrap().0.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["a.png", "a-2.png", "a-3.png"]);
        let error = claim(&dir.path().join("missing"), "a", "png").unwrap_err();
        assert!(error.kind() == ErrorKind::Io && error.message().contains("missing"));
    }
}
