//! The times of a generation, for the records of its files.

use mediagen_core::Context;

/// Takes the times of one generation, where records are written.
#[derive(Clone)]
pub(crate) struct Watch {
    #[cfg(feature = "assets")]
    stopwatch: mediagen_assets::keep::Stopwatch,
}

impl Watch {
    /// Starts now.
    pub(crate) fn start() -> Self {
        Self {
            #[cfg(feature = "assets")]
            stopwatch: mediagen_assets::keep::Stopwatch::new(),
        }
    }

    /// The context whose events it reads.
    pub(crate) fn watched(&self, cx: &Context) -> Context {
        #[cfg(feature = "assets")]
        return self.stopwatch.watch(cx);
        #[cfg(not(feature = "assets"))]
        {
            let Self {} = self;
            cx.clone()
        }
    }

    #[cfg(feature = "assets")]
    pub(crate) fn stopwatch(&self) -> &mediagen_assets::keep::Stopwatch {
        &self.stopwatch
    }
}
