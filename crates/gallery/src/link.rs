//! Links from the page to the media.

use std::path::{Component, Path, PathBuf};
use url::Url;

/// The link from a page in the folder `from` to the file `to`, both absolute: relative where they share a folder, else
/// a `file://` link; `None` where there is none to make.
///
/// It begins with `./`, `../` or `file://` in every case, so no file name can be taken for a scheme.
pub(super) fn link(from: &Path, to: &Path) -> Option<String> {
    let (from, to) = (plain(from), plain(to));
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b);
    let (mut folders, mut steps) = (0, 0);
    for (component, _) in shared {
        steps += 1;
        folders += usize::from(matches!(component, Component::Normal(_)));
    }
    if folders == 0 && from.components().any(|component| matches!(component, Component::Normal(_))) {
        return Url::from_file_path(&to).ok().map(String::from);
    }
    let up = from.components().count() - steps;
    let mut link = if up == 0 { "./".to_owned() } else { "../".repeat(up) };
    let down: Vec<String> = to.components().skip(steps).map(|component| encode(component.as_os_str())).collect();
    link.push_str(&down.join("/"));
    Some(link)
}

/// `path` without `.` and `..`, by its words alone, as a browser reads a link.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}

/// One name with every byte but letters, digits, `-`, `.`, `_` and `~` as `%XX`.
fn encode(name: &std::ffi::OsStr) -> String {
    let mut encoded = String::new();
    for &byte in name.as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            encoded.push('%');
            encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
            encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    encoded
}
