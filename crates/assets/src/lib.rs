#![doc = include_str!("../README.md")]

pub mod probe;
pub mod sniff;
