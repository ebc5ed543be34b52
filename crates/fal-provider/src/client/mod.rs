//! fal's wire: one method per remote call, no loop, no waiting.

mod catalogue;
mod error;
mod fal_client;
mod headers;
mod lifecycle;
mod prices;
mod problem;
mod queue;
mod refusal;
mod retry;
mod robots;
mod run;
mod storage;
mod urls;
mod wire;

pub(crate) use catalogue::ListQuery;
pub(crate) use error::{Call, failure_of, kind_of_type, merge_status, unusable};
pub(crate) use fal_client::FalClient;
pub(crate) use headers::{Handling, LARGEST_INLINE, Wishes};
pub(crate) use lifecycle::Lifecycle;
pub(crate) use prices::unit_price;
pub(crate) use queue::Fetched;
pub(crate) use urls::JobUrls;
pub(crate) use wire::{ModelItem, ModelsPage, StatusAnswer};

use error::refused;
use fal_client::{CATALOGUE_LIMIT, PAGE_LIMIT, RESULT_LIMIT, SMALL_LIMIT, STATUS_LIMIT, ours, request_id};
