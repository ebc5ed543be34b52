//! The engine of one command: the provider that was named, and prices that are kept for a day.

use crate::args::Global;
use async_trait::async_trait;
use mediagen::{
    Mediagen,
    core::{Context, Price, Provider, ProviderId, Result},
    discovery::{Discovery, DiscoveryPolicy, config},
    engine::{FromProvider, PriceSource},
};
use std::sync::Arc;

/// An engine under whose `cx` everything happens.
///
/// # Errors
/// `Config` when two linked providers claim one name.
pub(crate) fn engine(global: &Global, cx: Context) -> Result<Mediagen> {
    let builder = Mediagen::builder(mediagen::registry()?).context(cx).prices(KeptPrices::default());
    Ok(builder.default_provider(ProviderId::named(global.provider())).build())
}

/// Prices that this machine keeps for a day.
#[derive(Default)]
struct KeptPrices {
    /// For a machine without a folder to keep them in.
    otherwise: FromProvider,
}

#[async_trait]
impl PriceSource for KeptPrices {
    async fn prices(&self, cx: &Context, provider: &Arc<dyn Provider>, model: &str) -> Result<Arc<[Price]>> {
        let Ok(folder) = config::folder_from_env(&**provider) else {
            return self.otherwise.prices(cx, provider, model).await;
        };
        provider.check_credentials()?;
        let kept = Discovery::new(Arc::clone(provider), folder, DiscoveryPolicy::default());
        let mut prices = kept.prices(cx, &[model]).await?;
        Ok(prices.remove(model).unwrap_or_default().into())
    }
}
