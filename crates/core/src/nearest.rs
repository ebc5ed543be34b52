//! "Did you mean": the known names closest to a wrong one.

/// Up to `limit` of `known`, closest to `wanted` first; names that have nothing in common are left out.
///
/// Closeness is the better of the whole names' Jaro-Winkler similarity and that of their last path segments, so that
/// `flux-dev` finds `vendor/flux/dev`; equal ones keep alphabetical order. A name counts from 0.7 on.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>, limit: usize) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|name| (similarity(&wanted, &name.to_lowercase()), name))
        .filter(|(s, _)| *s >= 0.7)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(limit).map(|(_, name)| name.to_owned()).collect()
}

fn similarity(wanted: &str, name: &str) -> f64 {
    let whole = strsim::jaro_winkler(wanted, name);
    let tail = |text: &str| text.split_once('/').map_or_else(|| text.to_owned(), |(_, rest)| rest.replace('/', "-"));
    let tails = strsim::jaro_winkler(&tail(wanted), &tail(name)) * 0.98;
    let contained = if wanted.len() > 3 && tail(name).contains(&tail(wanted)) { 0.9 } else { 0.0 };
    whole.max(tails).max(contained)
}

/// Names in one line, for messages and hints.
pub fn join<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_and_a_missing_owner_find_the_name() {
        let known = ["acme/flux/dev", "acme/flux/schnell", "acme/kokoro", "other/upscaler"];
        assert_eq!(nearest("acme/flux/dve", known, 1), ["acme/flux/dev"]);
        assert_eq!(nearest("flux-schnell", known, 1), ["acme/flux/schnell"]);
        assert!(nearest("zzzzqqqq", known, 3).is_empty());
    }
}
