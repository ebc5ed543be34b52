#![doc = include_str!("../README.md")]

pub mod call;
pub mod config;
pub mod estimate;
mod factories;
mod input;
mod inputs;
pub mod outcome;
pub mod output;
mod stamp;
pub mod upload;

pub use input::{LocalInput, SMALL};
pub use inputs::{Inputs, upload_inputs};
pub use stamp::Stamp;
