//! Where this system keeps its files: the one rule for journal, cache, assets and aliases.

use std::path::PathBuf;

/// `MEDIAGEN_HOME`, or `mediagen` in the platform's folder for data; `None` where nothing names either.
///
/// `variable` gives the value of an environment variable. This crate reads none itself: a `config.rs` calls this. Empty
/// values count as not set.
pub fn home(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let path = |name: &str| variable(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    let data = || {
        if cfg!(windows) {
            path("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            Some(path("HOME")?.join("Library/Application Support"))
        } else {
            // A relative path there is to be ignored, says the convention.
            let named = path("XDG_DATA_HOME").filter(|path| path.is_absolute());
            named.or_else(|| Some(path("HOME")?.join(".local/share")))
        }
    };
    path("MEDIAGEN_HOME").or_else(|| Some(data()?.join("mediagen")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(set: &[(&str, &str)]) -> Option<PathBuf> {
        home(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_variable_comes_before_the_platform_and_empty_is_unset() {
        assert_eq!(of(&[("MEDIAGEN_HOME", "/m"), ("HOME", "/h")]), Some("/m".into()));
        assert_eq!(of(&[]), None);
        if cfg!(target_os = "linux") {
            assert_eq!(of(&[("MEDIAGEN_HOME", ""), ("HOME", "/h")]), Some("/h/.local/share/mediagen".into()));
            assert_eq!(of(&[("XDG_DATA_HOME", "/x"), ("HOME", "/h")]), Some("/x/mediagen".into()));
            assert_eq!(of(&[("XDG_DATA_HOME", "x"), ("HOME", "/h")]), Some("/h/.local/share/mediagen".into()));
        }
    }
}
