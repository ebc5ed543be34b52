//! Paths of the queue.

use crate::wire::Route;
use axum::http::Method;

/// What is wanted of a request of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Result,
    Status,
    Stream,
    Cancel,
}

/// `prefix/requests/{id}[/action]` taken apart.
pub(super) fn parse(path: &str) -> Option<(&str, &str, Action)> {
    let (prefix, rest) = path.split_once("/requests/")?;
    let (id, action) = rest.split_once('/').unwrap_or((rest, ""));
    let action = match action {
        "" | "response" => Action::Result,
        "status" => Action::Status,
        "status/stream" => Action::Stream,
        "cancel" => Action::Cancel,
        _ => return None,
    };
    Some((prefix, id, action))
}

/// The class of a request to the queue.
pub(crate) fn classify(path: &str, method: &Method) -> Route {
    match parse(path) {
        Some((_, _, Action::Result)) => Route::Result,
        Some((_, _, Action::Status)) => Route::Status,
        Some((_, _, Action::Stream)) => Route::Stream,
        Some((_, _, Action::Cancel)) => Route::Cancel,
        None if method == Method::POST => Route::Submit,
        None => Route::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, parse};

    #[test]
    fn request_paths_are_taken_apart_at_any_depth() {
        assert_eq!(parse("a/b/c/requests/1/status/stream"), Some(("a/b/c", "1", Action::Stream)));
        assert_eq!(parse("a/b/requests/1/response"), Some(("a/b", "1", Action::Result)));
        assert_eq!(parse("a/b/requests/1/other"), None);
        assert_eq!(parse("a/b"), None);
    }
}
