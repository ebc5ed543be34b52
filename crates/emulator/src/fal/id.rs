//! Ids of endpoints taken apart.

/// The application of an endpoint id: two segments, or three in a namespace (protocol 2.1).
pub(crate) fn app_of(id: &str) -> Option<&str> {
    let length = match id.split('/').next()? {
        "workflows" | "comfy" => 3,
        _ => 2,
    };
    let ends = id.match_indices('/').map(|(at, _)| at).chain([id.len()]);
    let end = ends.into_iter().nth(length - 1)?;
    (!id[..end].split('/').any(str::is_empty)).then(|| &id[..end])
}

/// What a refusal calls the application of this id.
pub(crate) fn shown(id: &str) -> String {
    format!("application \"{}\"", app_of(id).unwrap_or(id))
}

#[cfg(test)]
mod tests {
    use super::app_of;

    #[test]
    fn the_application_is_two_segments_or_three_in_a_namespace() {
        assert_eq!(app_of("fal-ai/flux/dev/x"), Some("fal-ai/flux"));
        assert_eq!(app_of("fal-ai/flux"), Some("fal-ai/flux"));
        assert_eq!(app_of("workflows/me/mine/deep"), Some("workflows/me/mine"));
        assert_eq!(app_of("comfy/me"), None);
        assert_eq!(app_of("flux"), None);
        assert_eq!(app_of("fal-ai//dev"), None);
    }
}
