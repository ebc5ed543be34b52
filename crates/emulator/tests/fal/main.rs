//! The emulator over real sockets: every statement of the protocol that a client relies on.

mod account;
mod catalogue;
mod cdn;
mod chat;
mod faults;
mod fixture;
mod life;
mod multipart;
mod pages;
mod queue;
mod run;
mod stream;
mod webhook;
