//! The token for uploads (protocol 6.1): asked for once, shared by all uploads, replaced before it ends.

use super::super::{Call, FalClient, SMALL_LIMIT, ours, wire::CdnToken};
use mediagen_core::{Context, Phase, Result};
use mediagen_http::{HttpRequest, Repeat};
use mediagen_provider_kit::call::{whole_body, without_progress};
use mediagen_provider_kit::config::join;
use serde_json::json;
use std::{fmt, time::Duration};
use tokio::sync::Mutex;

/// How long a token is used whose life is not told.
const UNTOLD: Duration = Duration::from_mins(10);
/// How long a token is used at most: clocks of contexts begin anew, and nobody gains from an old one.
const LONGEST: Duration = Duration::from_hours(24);
/// The shortest time before its end at which a token is replaced: a large upload has to end with it.
const MARGIN: Duration = Duration::from_mins(5);

/// A token, when it was granted by the context's clock, and for how long it is used.
struct Granted {
    token: CdnToken,
    at: Duration,
    use_for: Duration,
}

/// The one token of a client and its clones. Who needs one while it is being asked for waits for that answer.
#[derive(Default)]
pub(in super::super) struct TokenCache(Mutex<Option<Granted>>);

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenCache(…)")
    }
}

/// How long a token is used that lives this long: not its last tenth, and not its last minutes.
fn use_for(life: Option<Duration>) -> Duration {
    let Some(life) = life else { return UNTOLD };
    // A life shorter than the margin is used for half.
    let most = life.saturating_sub(MARGIN.max(life / 10));
    most.max(life / 2).min(LONGEST)
}

impl FalClient {
    /// The token in use, or a new one.
    pub(super) async fn cdn_token(&self, cx: &Context) -> Result<CdnToken> {
        let mut cached = self.token.0.lock().await;
        let now = cx.clock().elapsed();
        if let Some(granted) = &*cached
            && now.checked_sub(granted.at).is_some_and(|age| age < granted.use_for)
        {
            return Ok(granted.token.clone());
        }
        let mut url = join(&self.bases.rest, &["storage", "auth", "token"]);
        url.query_pairs_mut().append_pair("storage_type", "fal-cdn-v3");
        let quiet = without_progress(cx);
        let token: CdnToken = whole_body(&quiet, Phase::Upload, || async {
            let request = HttpRequest::post(url.clone(), Phase::Upload).json(&json!({}))?.repeat(Repeat::Freely);
            let response = self.ask(&quiet, Call::Upload, request, None).await?;
            response.json(SMALL_LIMIT).await.map_err(|e| ours(e, None))
        })
        .await?;
        let use_for = use_for(token.life());
        *cached = Some(Granted { token: token.clone(), at: now, use_for });
        Ok(token)
    }

    /// Forgets `refused`, unless another upload has already replaced it.
    pub(super) async fn forget_token(&self, refused: &CdnToken) {
        let mut cached = self.token.0.lock().await;
        if cached.as_ref().is_some_and(|granted| granted.token.token == refused.token) {
            *cached = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_replaced_well_before_its_end() {
        let minutes = |n: u64| Duration::from_mins(n);
        assert_eq!(use_for(None), minutes(10));
        assert_eq!(use_for(Some(minutes(30 * 24 * 60))), LONGEST);
        assert_eq!(use_for(Some(minutes(100))), minutes(90));
        assert_eq!(use_for(Some(minutes(20))), minutes(15));
        assert_eq!(use_for(Some(minutes(4))), minutes(2));
        assert_eq!(use_for(Some(Duration::ZERO)), Duration::ZERO);
    }
}
