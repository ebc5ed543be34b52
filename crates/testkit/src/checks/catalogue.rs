//! Scenarios about the catalogue.

use crate::bench::{Bench, Verdict, ensure};
use mediagen_core::ModelQuery;

/// Most pages that are read before the listing counts as endless.
const PAGES: usize = 10;

pub(super) async fn foreign_next_page(bench: &Bench) -> Verdict {
    let mut query = ModelQuery::default();
    for page in 0..PAGES {
        let listed = bench.provider.list(&bench.cx, &query).await;
        ensure(bench.server.strays().is_empty(), || "the next page was requested from a foreign host".into())?;
        match listed.inspect_err(|error| bench.keep_error(error)) {
            Ok(listed) => {
                ensure(page > 0 || !listed.models.is_empty(), || "the first page has no models".into())?;
                let Some(next) = listed.next else { return Ok(()) };
                query.cursor = Some(next);
            }
            Err(error) if page == 0 => return Err(format!("the first page was expected: {error:?}")),
            Err(error) => {
                return ensure(!error.is_retryable(), || format!("a repetition cannot help: {error:?}"));
            }
        }
    }
    Err(format!("the listing goes on after {PAGES} pages"))
}
