//! Casts: the same content in another form, such as a film's frame, a film's sound, or a picture in another format.
//!
//! Converters are constant data ([`CastEntry`]) that any crate may submit; a [`CastRegistry`] is a checked, ordered value
//! built from them. A [`Plan`] says which steps a cast takes, which programs they need and whether one of them costs
//! money, before anything runs. What comes out is measured, and is what was asked for or an error.
//!
//! ```rust,no_run
//! use mediagen_assets::{Target, cast::{CastOptions, CastRegistry, CastSource}};
//! use mediagen_probe::sniff;
//!
//! async fn first_frame(cx: &mediagen_core::Context) -> mediagen_core::Result<()> {
//!     let png = sniff::by_extension("png").expect("a known type");
//!     let source = CastSource::open("film.mp4").await?;
//!     let plan = CastRegistry::linked()?.plan(&source, png, &CastOptions::default())?;
//!     println!("{plan}");
//!     let made = plan.run(cx, &Target::new("out").with_name("first")).await?;
//!     println!("{}", made.path.display());
//!     Ok(())
//! }
//! ```

mod built_in;
mod check;
mod entry;
mod ffprobe;
mod options;
mod output;
mod plan;
mod registry;
mod run;
mod source;

pub use built_in::built_in;
pub use entry::{CastEntry, CastJob, CastWish};
pub use ffprobe::{Ffprobe, complete};
pub use options::{CastOptions, MAX_BYTES_PER_PIXEL, Spending};
pub use output::CastOutput;
pub use plan::{Plan, Step};
pub use registry::{CastRegistry, CastRegistryError};
pub use source::CastSource;
