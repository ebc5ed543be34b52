#![doc = include_str!("../README.md")]

pub mod fal;
mod media;
mod work;
