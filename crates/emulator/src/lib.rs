#![doc = include_str!("../README.md")]
#![expect(
    clippy::result_large_err,
    reason = "a refusal is an HTTP answer like any other: made once per request and sent at once"
)]

pub mod fal;
mod media;
mod openrouter;
mod wire;
mod work;
