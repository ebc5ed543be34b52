//! The website's wishes about programs: `robots.txt` (RFC 9309), for our name and for everybody.

use crate::info::INFO;
use mediagen_core::{Error, ErrorKind, Result};

/// Our name in front of the version, in lower case.
const AGENT: &str = "mediagen-fal";
/// Most rules that are kept.
const MOST: usize = 1_000;

/// Which paths of the website may be read. By default all.
#[derive(Debug, Default)]
pub(crate) struct Robots {
    /// Whether the pattern allows, and the pattern.
    rules: Vec<(bool, String)>,
}

impl Robots {
    /// No wishes.
    pub(crate) const NONE: Self = Self { rules: Vec::new() };

    /// Reads the file; lines that cannot be understood are skipped.
    pub(crate) fn read(text: &str) -> Self {
        let (mut ours, mut everybodys, mut named) = (None, Vec::new(), false);
        let (mut for_us, mut for_all) = (false, false);
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            let allows = match key.as_str() {
                "user-agent" => {
                    if !named {
                        (for_us, for_all) = (false, false);
                    }
                    named = true;
                    for_all |= value == "*";
                    if value.eq_ignore_ascii_case(AGENT) {
                        for_us = true;
                        ours.get_or_insert_with(Vec::new);
                    }
                    continue;
                }
                "allow" => true,
                "disallow" => false,
                _ => continue,
            };
            named = false;
            let rule = (allows, value.to_owned());
            if value.is_empty() {
                continue;
            }
            if let Some(ours) = ours.as_mut().filter(|ours| for_us && ours.len() < MOST) {
                ours.push(rule.clone());
            }
            if for_all && everybodys.len() < MOST {
                everybodys.push(rule);
            }
        }
        Self { rules: ours.unwrap_or(everybodys) }
    }

    /// Refuses a path (without the slash before it) that programs are asked to leave alone.
    ///
    /// # Errors
    /// `PermissionDenied` naming the path.
    pub(crate) fn check(&self, path: &str) -> Result<()> {
        let path = format!("/{path}");
        let matching = self.rules.iter().filter(|(_, pattern)| matches(pattern, &path));
        // The longest pattern counts; between equals, permission.
        match matching.max_by_key(|(allows, pattern)| (pattern.len(), *allows)) {
            Some((false, pattern)) => {
                let message = format!("the website asks programs to leave `{path}` alone (`Disallow: {pattern}`)");
                Err(Error::new(ErrorKind::PermissionDenied, message).with_provider(INFO.id.clone()))
            }
            _ => Ok(()),
        }
    }
}

/// A prefix, in which `*` stands for anything and `$` at the end for the end of the path.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, whole) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (index, part) in parts.iter().enumerate() {
        if whole && index + 1 == parts.len() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    !whole || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(text: &str, path: &str) -> bool {
        Robots::read(text).check(path).is_ok()
    }

    #[test]
    fn the_longest_rule_for_everybody_counts() {
        let text = "User-agent: badbot\nDisallow: /\n\nUSER-AGENT: other\nUser-agent: *  # all\nDisallow: /explore # no\n\
            Allow: /explore/models\nDisallow: /*.xml$\nDisallow:\nnonsense\nSitemap: https://a.example/sitemap.xml";
        for (path, expected) in [
            ("models", true),
            ("explore", false),
            ("explore/x", false),
            ("explore/models", true),
            ("sitemap.xml", false),
            ("sitemap.xml.gz", true),
        ] {
            assert_eq!(allowed(text, path), expected, "{path}");
        }
        assert!(allowed("", "models") && allowed("<html>not found</html>", "models"));
    }

    #[test]
    fn rules_by_our_name_come_first() {
        let text = "User-agent: *\nDisallow: /\nUser-agent: Mediagen-Fal\nDisallow: /private\n";
        assert!(allowed(text, "models") && !allowed(text, "private/x"));
        assert!(!allowed("User-agent: *\nDisallow: /\n", "models"));
    }
}
