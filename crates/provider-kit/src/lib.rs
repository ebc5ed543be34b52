#![doc = include_str!("../README.md")]

pub mod call;
mod input;
mod runtime;
pub mod upload;

pub use input::{LocalInput, SMALL};
pub use runtime::{TokioClock, TokioSpawner, context};
