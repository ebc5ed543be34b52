//! The documents of the contract, each as one typed report: JSON and text are two renderings of it.

mod assets;
mod doctor;
mod dry_run;
#[cfg(feature = "emulate")]
mod emulate;
mod error;
mod generation;
mod models;
mod price;
mod schema;
mod text;
mod upload;

pub(crate) use assets::{AssetsReport, GalleryReport, ShownAsset, VerifiedReport};
pub(crate) use doctor::{DoctorReport, Finding, State};
pub(crate) use dry_run::DryRunReport;
#[cfg(feature = "emulate")]
pub(crate) use emulate::{DemoReport, ListeningReport};
pub(crate) use error::ErrorReport;
pub(crate) use generation::{CostReport, FileReport, GenerationReport, Head, RequestCounts, Timings};
pub(crate) use models::{Found, ModelsReport};
pub(crate) use price::{PricePart, PriceReport, UnitPriceReport};
pub(crate) use schema::SchemaReport;
pub(crate) use upload::UploadReport;
