//! Where a job is asked about: the addresses that fal gave, if the key may go there, else our own (protocol 1.1, 2.1).

use super::{FalClient, wire::SubmitAnswer};
use crate::id::EndpointId;
use serde_json::{Value, json};
use url::Url;

/// The addresses of one job. All of them are below the queue's base address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobUrls {
    pub(crate) status: Url,
    pub(crate) response: Url,
    pub(crate) cancel: Url,
}

impl JobUrls {
    /// Built from the id alone: `{queue}/{[namespace/]owner/alias}/requests/{request id}…`.
    pub(crate) fn of(queue: &Url, id: &EndpointId, request_id: &str) -> Self {
        let mut response = queue.clone();
        if let Ok(mut path) = response.path_segments_mut() {
            path.pop_if_empty().extend(id.app().split('/')).push("requests").push(request_id);
        }
        Self { status: below(&response, "status"), cancel: below(&response, "cancel"), response }
    }

    /// Those of `answer` that lie below the queue's base address, the others built from the id.
    pub(crate) fn given(queue: &Url, id: &EndpointId, answer: &SubmitAnswer) -> Self {
        Self::checked(
            queue,
            Self::of(queue, id, &answer.request_id),
            [answer.status_url.as_deref(), answer.response_url.as_deref(), answer.cancel_url.as_deref()],
        )
    }

    /// Those of a ticket, checked again: a ticket may come from anywhere.
    pub(crate) fn of_token(queue: &Url, id: &EndpointId, request_id: &str, token: &Value) -> Self {
        let text = |key: &str| token.get(key).and_then(Value::as_str);
        Self::checked(
            queue,
            Self::of(queue, id, request_id),
            [text("status_url"), text("response_url"), text("cancel_url")],
        )
    }

    fn checked(queue: &Url, own: Self, given: [Option<&str>; 3]) -> Self {
        let [status, response, cancel] = given;
        Self {
            status: allowed(queue, own.status, status),
            response: allowed(queue, own.response, response),
            cancel: allowed(queue, own.cancel, cancel),
        }
    }

    /// The stream of status changes.
    pub(crate) fn stream(&self) -> Url {
        below(&self.status, "stream")
    }

    /// For a ticket: no secret in it.
    pub(crate) fn to_token(&self) -> Value {
        json!({ "status_url": self.status, "response_url": self.response, "cancel_url": self.cancel })
    }
}

fn below(base: &Url, segment: &str) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.push(segment);
    }
    url
}

/// The address that was given if it is below `queue`, otherwise our own. Most are what we would have built, and those are not
/// parsed again.
fn allowed(queue: &Url, own: Url, given: Option<&str>) -> Url {
    let Some(text) = given.filter(|text| *text != own.as_str()) else { return own };
    let Some(mut url) = Url::parse(text).ok().filter(|url| is_below(queue, url)) else { return own };
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// Same scheme, host, port and user as `base`, at or below its path.
fn is_below(base: &Url, url: &Url) -> bool {
    let path = base.path().trim_end_matches('/');
    url.origin() == base.origin()
        && url.username().is_empty()
        && url.password().is_none()
        && url.path().strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
}

impl FalClient {
    /// See [`JobUrls::given`].
    pub(crate) fn job_urls(&self, id: &EndpointId, answer: &SubmitAnswer) -> JobUrls {
        JobUrls::given(&self.bases.queue, id, answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(queue: &str, status_url: &str) -> String {
        let answer = SubmitAnswer {
            request_id: "r 1/2".into(),
            status_url: Some(status_url.into()),
            response_url: None,
            cancel_url: None,
        };
        let id = EndpointId::parse("fal-ai/flux/dev").unwrap();
        JobUrls::given(&Url::parse(queue).unwrap(), &id, &answer).status.into()
    }

    #[test]
    fn an_address_elsewhere_is_never_used() {
        let own = "https://queue.fal.run/fal-ai/flux/requests/r%201%2F2/status";
        let good = "https://queue.fal.run/fal-ai/flux/requests/x/status";
        assert_eq!(urls("https://queue.fal.run", good), good);
        for bad in [
            "https://evil.test/fal-ai/flux/requests/x/status",
            "http://queue.fal.run/fal-ai/flux/requests/x/status",
            "https://queue.fal.run:8443/a/b/requests/x/status",
            "https://queue.fal.run.evil.test/a",
            "https://queue.fal.run./a",
            "https://user@queue.fal.run/a",
            "not an address",
        ] {
            assert_eq!(urls("https://queue.fal.run", bad), own, "{bad}");
        }
        let base = "http://127.0.0.1:9/queue";
        assert_eq!(
            urls(base, "http://127.0.0.1:9/cdn/x"),
            "http://127.0.0.1:9/queue/fal-ai/flux/requests/r%201%2F2/status"
        );
        assert_eq!(
            urls(base, "http://127.0.0.1:9/queuex/x"),
            "http://127.0.0.1:9/queue/fal-ai/flux/requests/r%201%2F2/status"
        );
        assert_eq!(urls(base, "http://127.0.0.1:9/queue/x?key=1"), "http://127.0.0.1:9/queue/x");
    }

    #[test]
    fn a_namespace_stays_and_the_rest_of_the_path_goes() {
        let queue = Url::parse("https://queue.fal.run/").unwrap();
        let id = EndpointId::parse("workflows/me/poster/v2").unwrap();
        let urls = JobUrls::of(&queue, &id, "r");
        assert_eq!(urls.response.as_str(), "https://queue.fal.run/workflows/me/poster/requests/r");
        assert_eq!(urls.cancel.as_str(), "https://queue.fal.run/workflows/me/poster/requests/r/cancel");
        assert_eq!(urls.stream().as_str(), "https://queue.fal.run/workflows/me/poster/requests/r/status/stream");
        assert_eq!(JobUrls::of_token(&queue, &id, "r", &urls.to_token()), urls);
    }
}
