//! How many requests of each class are being answered at this moment, and how many were at most.

use super::fault::Route;
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::watch;

/// The requests between their arrival and the beginning of their answer.
#[derive(Debug)]
pub(crate) struct UnderWay(watch::Sender<BTreeMap<Route, Count>>);

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    now: usize,
    most: usize,
}

/// One request under way; it ends with the value, also when the client went away.
pub(crate) struct Entered {
    all: Arc<UnderWay>,
    route: Route,
}

impl Default for UnderWay {
    fn default() -> Self {
        Self(watch::Sender::new(BTreeMap::new()))
    }
}

impl UnderWay {
    pub(crate) fn enter(self: &Arc<Self>, route: Route) -> Entered {
        self.0.send_modify(|counts| {
            let count = counts.entry(route).or_default();
            count.now += 1;
            count.most = count.most.max(count.now);
        });
        Entered { all: Arc::clone(self), route }
    }

    pub(crate) fn now(&self, route: Route) -> usize {
        self.0.borrow().get(&route).map_or(0, |count| count.now)
    }

    pub(crate) fn most(&self) -> BTreeMap<Route, usize> {
        self.0.borrow().iter().map(|(route, count)| (*route, count.most)).collect()
    }

    /// Waits until so many requests of `route` have been under way at the same time.
    pub(crate) async fn gathered(&self, route: Route, requests: usize) {
        let mut seen = self.0.subscribe();
        // The peak, because the first request may be gone before the next one sees the count.
        let enough = |counts: &BTreeMap<Route, Count>| counts.get(&route).is_some_and(|count| count.most >= requests);
        // The sender lives as long as the service; without it nothing is left to wait for.
        drop(seen.wait_for(enough).await);
    }

    /// Forgets the peaks.
    pub(crate) fn clear(&self) {
        self.0.send_modify(|counts| counts.values_mut().for_each(|count| count.most = count.now));
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.all.0.send_modify(|counts| {
            if let Some(count) = counts.get_mut(&self.route) {
                count.now = count.now.saturating_sub(1);
            }
        });
    }
}
