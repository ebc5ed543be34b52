//! What models cost, kept like the rest.

use crate::{
    Discovery, Listed,
    cache::{Cache, Prices, is_fresh},
};
use mediagen_core::{Context, Discovering, Event, Price, Result};
use std::{collections::BTreeMap, sync::Arc};

/// Models in one step of progress; a provider cuts it further as it needs.
const STEP: usize = 200;

impl Discovery {
    /// What each of `models` costs, by name; an empty list where the provider publishes no price. Prices that are kept and
    /// young enough are not read again.
    ///
    /// # Errors
    /// Those of [`Provider::prices`](mediagen_core::Provider::prices). What was read before the failure is kept.
    pub async fn prices(&self, cx: &Context, models: &[&str]) -> Result<BTreeMap<String, Vec<Price>>> {
        let (cache, max_age) = self.cache_and_age();
        let (now, Prices(kept)) = cache.run(cx, |cache, cx| Ok((cache.now(cx.clock()), cache.prices(cx)))).await?;
        let is_old = |name: &&str| kept.get(*name).is_none_or(|(_, at)| !is_fresh(*at, now, max_age));
        let lacking: Vec<&str> = models.iter().copied().filter(is_old).collect();
        for (number, step) in lacking.chunks(STEP).enumerate() {
            let read = cx.until_cancelled(self.provider().prices(cx, step)).await??;
            let at = cx.clock().now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs();
            let _lock = cache.lock(cx, "prices").await?;
            let new: Vec<_> = step
                .iter()
                .map(|name| ((*name).to_owned(), (read.get(*name).cloned().unwrap_or_default(), at)))
                .collect();
            let save = move |cache: &Cache, cx: &Context| {
                // Another process may have written in the meantime.
                let mut all = cache.prices(cx);
                all.0.extend(new);
                cache.save_prices(&all)
            };
            cache.run(cx, save).await?;
            let done = (number * STEP + step.len()).min(lacking.len());
            cx.emit(Event::Discovered { step: Discovering::Prices, done, total: Some(lacking.len()) });
        }
        let mut all = cache.run(cx, |cache, cx| Ok(cache.prices(cx))).await?;
        let prices_of = |name: &&str| ((*name).to_owned(), all.0.remove(*name).unwrap_or_default().0);
        Ok(models.iter().map(prices_of).collect())
    }

    /// `listed` with the prices that are kept, however old.
    ///
    /// # Errors
    /// `Unexpected` when the reader does not finish; prices that cannot be read count as none.
    pub async fn with_kept_prices(&self, cx: &Context, mut listed: Listed) -> Result<Listed> {
        let (cache, _) = self.cache_and_age();
        let Prices(mut prices) = cache.run(cx, |cache, cx| Ok(cache.prices(cx))).await?;
        if !prices.is_empty() {
            let mut kept = |name: &str| prices.remove(name).map(|(prices, _)| prices);
            Arc::make_mut(&mut listed.catalogue).set_prices(&mut kept);
        }
        Ok(listed)
    }
}
