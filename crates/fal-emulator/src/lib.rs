#![doc = include_str!("../README.md")]

pub mod catalogue;
pub mod media;
pub mod server;
pub mod work;

pub use server::{Emulator, EmulatorConfig, EmulatorError, Fault, JobFault, JobRecord, RequestRecord, Route};
