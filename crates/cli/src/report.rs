//! The documents of the contract, each as one typed report: JSON and text are two renderings of it.

mod dry_run;
mod generation;
mod price;
mod text;

pub(crate) use dry_run::DryRunReport;
pub(crate) use generation::{CostReport, FileReport, GenerationReport, Head, RequestCounts, Timings};
pub(crate) use price::{PricePart, PriceReport, UnitPriceReport};
