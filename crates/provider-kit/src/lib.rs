#![doc = include_str!("../README.md")]

pub mod call;
pub mod config;
mod input;
mod runtime;
mod stamp;
pub mod upload;

pub use input::{LocalInput, SMALL};
pub use runtime::{TokioClock, TokioSpawner, context};
pub use stamp::Stamp;
