//! The ways into fal's storage: with a token straight to the CDN (protocol 6.2, 6.3), or through an address that fal
//! signs (6.4).

use super::{
    super::{
        Call, FalClient, SMALL_LIMIT, ours, unusable,
        wire::{CdnToken, DirectUpload, Initiated, PartsBegun},
    },
    parts::Place,
};
use http::header;
use mediagen_core::{Context, Phase, Result};
use mediagen_http::{Authorize, Credential, HttpRequest, Repeat, check_base};
use mediagen_provider_kit::config::join;
use mediagen_provider_kit::upload::Load;
use serde_json::json;
use url::{Host, Url};

/// One way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repository {
    /// With a token, in one piece or in parts.
    Cdn,
    /// To a signed address of the CDN, in one piece or in parts.
    Signed,
    /// To a signed address of a bucket, in one piece.
    Bucket,
}

impl FalClient {
    pub(super) async fn send_by(&self, cx: &Context, repository: Repository, load: &Load<'_>) -> Result<Url> {
        match repository {
            Repository::Cdn => self.by_token(cx, load).await,
            Repository::Signed => self.by_signature(cx, load, "fal-cdn-v3", self.goes_in_parts(load)).await,
            Repository::Bucket => self.by_signature(cx, load, "gcs", false).await,
        }
    }

    async fn by_token(&self, cx: &Context, load: &Load<'_>) -> Result<Url> {
        let token = self.cdn_token(cx).await?;
        match self.by_this_token(cx, load, &token).await {
            // A token that was taken back before its time: one fresh one.
            Err(error) if matches!(error.http_status(), Some(401 | 403)) => {
                self.forget_token(&token).await;
                load.restart(cx);
                let token = self.cdn_token(cx).await?;
                self.by_this_token(cx, load, &token).await
            }
            outcome => outcome,
        }
    }

    async fn by_this_token(&self, cx: &Context, load: &Load<'_>, token: &CdnToken) -> Result<Url> {
        let credential = Credential::new(token.authorization().into());
        let in_parts = self.goes_in_parts(load);
        let segments: &[&str] = if in_parts { &["files", "upload", "multipart"] } else { &["files", "upload"] };
        let request = HttpRequest::post(join(&self.bases.cdn, segments), Phase::Upload)
            .authorize(Authorize::With(credential.clone()))
            // An upload costs nothing; a second copy is harmless.
            .repeat(Repeat::Freely)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, load.media_type())
            .header("x-fal-file-name", load.name());
        let request = both_lifecycles(request, load.terms().document.as_deref());
        if !in_parts {
            let request = request.body(load.whole());
            let response = self.ask(&load.part_context(cx, 0), Call::Upload, request, None).await?;
            let answer: DirectUpload = response.json(SMALL_LIMIT).await.map_err(|e| ours(e, None))?;
            return Ok(answer.access_url);
        }
        let response = self.ask(cx, Call::Upload, request, None).await?;
        let status = response.status();
        let begun: PartsBegun = response.json(SMALL_LIMIT).await.map_err(|e| ours(e, None))?;
        if !is_same_service(&self.bases.cdn, &begun.access_url) {
            return Err(unusable("the CDN named a host that is none of its own for the parts", status, None));
        }
        let url = join(&begun.access_url, &["multipart", &begun.upload_id]);
        let place = Place { url, token: Some(credential), file: begun.access_url };
        self.send_parts(cx, load, &place).await?;
        Ok(place.file)
    }

    /// Announces the file, then puts it where the answer says, without any key: the address itself is the right.
    async fn by_signature(&self, cx: &Context, load: &Load<'_>, storage: &str, in_parts: bool) -> Result<Url> {
        let initiate = if in_parts { "initiate-multipart" } else { "initiate" };
        let mut url = join(&self.bases.rest, &["storage", "upload", initiate]);
        url.query_pairs_mut().append_pair("storage_type", storage);
        let body = json!({ "file_name": load.name(), "content_type": load.media_type() });
        let request = HttpRequest::post(url, Phase::Upload).json(&body)?.repeat(Repeat::Freely);
        let request = both_lifecycles(request, load.terms().document.as_deref());
        let response = self.ask(&load.call_context(cx), Call::Upload, request, None).await?;
        let status = response.status();
        let initiated: Initiated = response.json(SMALL_LIMIT).await.map_err(|e| ours(e, None))?;
        if !may_take_a_file(&self.bases.rest, &initiated.upload_url) {
            return Err(unusable("fal named a place for the file that is not reached by https", status, None));
        }
        if in_parts {
            let place = Place { url: initiated.upload_url, token: None, file: initiated.file_url };
            self.send_parts(cx, load, &place).await?;
            return Ok(place.file);
        }
        let request = HttpRequest::put(initiated.upload_url, Phase::Upload)
            .authorize(Authorize::Never)
            .header(header::CONTENT_TYPE, load.media_type())
            .body(load.whole());
        self.ask(&load.part_context(cx, 0), Call::Upload, request, None).await?.finish().await;
        Ok(initiated.file_url)
    }
}

/// Both names of the header: which one each service reads differs by source (protocol 6.5).
fn both_lifecycles(request: HttpRequest, lifecycle: Option<&str>) -> HttpRequest {
    let names = ["x-fal-object-lifecycle", "x-fal-object-lifecycle-preference"];
    lifecycle
        .into_iter()
        .fold(request, |request, document| names.iter().fold(request, |request, name| request.header(*name, document)))
}

/// Whether somebody's file may travel to `url`: over https, or to this machine where fal itself is on it.
fn may_take_a_file(rest: &Url, url: &Url) -> bool {
    url.scheme() == "https" || (rest.scheme() == "http" && check_base(url).is_ok())
}

/// Whether the token may travel to `url`: the CDN's own origin, or a sister host of its domain over https.
fn is_same_service(cdn: &Url, url: &Url) -> bool {
    let sister = |host: Option<Host<&str>>| match host {
        Some(Host::Domain(name)) => name.split_once('.').map(|(_, domain)| domain.to_owned()),
        _ => None,
    };
    let domain = sister(cdn.host()).filter(|domain| domain.contains('.'));
    let same_domain = domain.is_some() && domain == sister(url.host());
    url.origin() == cdn.origin() || (same_domain && url.scheme() == "https" && url.port().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_travels_by_https_or_stays_on_this_machine() {
        let may = |rest: &str, url: &str| may_take_a_file(&Url::parse(rest).unwrap(), &Url::parse(url).unwrap());
        let fal = "https://rest.fal.ai";
        assert!(may(fal, "https://bucket.test/put?signature=x"));
        for other in ["http://bucket.test/put", "http://127.0.0.1:9/put", "ftp://bucket.test/put", "data:,x"] {
            assert!(!may(fal, other), "{other}");
        }
        assert!(may("http://127.0.0.1:9/rest", "http://127.0.0.1:10/put"));
        assert!(!may("http://127.0.0.1:9/rest", "http://bucket.test/put"));
    }

    #[test]
    fn the_token_goes_to_the_cdn_and_its_sisters_alone() {
        let cdn = Url::parse("https://v3.fal.media").unwrap();
        let allowed = |text: &str| is_same_service(&cdn, &Url::parse(text).unwrap());
        assert!(allowed("https://v3.fal.media/x") && allowed("https://v3b.fal.media/x"));
        for other in [
            "http://v3b.fal.media/",
            "https://v3b.fal.media:8443/",
            "https://fal.media.evil.test/",
            "https://evil.media/",
        ] {
            assert!(!allowed(other), "{other}");
        }
        let local = Url::parse("http://127.0.0.1:9/cdn").unwrap();
        assert!(is_same_service(&local, &Url::parse("http://127.0.0.1:9/cdn/files/a").unwrap()));
        assert!(!is_same_service(&local, &Url::parse("https://128.0.0.1/").unwrap()));
    }
}
