//! What a file is called at the provider.

/// Longest file name that is passed on, in bytes; enough to recognise it.
const LONGEST_NAME: usize = 100;

/// The name as a header can carry it: no folders, ASCII letters, digits and `.-_`; its own extension stays, and one
/// without gets that of the content.
pub(super) fn clean_name(given: &str, extension: Option<&str>) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let (stem, own) = match last.rsplit_once('.') {
        Some((stem, own)) if !stem.is_empty() && !own.is_empty() => (stem, Some(own)),
        _ => (last.trim_matches('.'), None),
    };
    let stem: String = stem.chars().map(clean).take(LONGEST_NAME).collect();
    let stem = if stem.chars().any(|c| c.is_ascii_alphanumeric()) { stem } else { "upload".to_owned() };
    let own: Option<String> = own.map(|own| own.chars().map(clean).take(16).collect());
    format!("{stem}.{}", own.as_deref().or(extension).unwrap_or("bin"))
}
