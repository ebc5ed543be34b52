//! The emulator over real sockets: every statement of the protocol that a client relies on.

#[path = "server/account.rs"]
mod account;
#[path = "server/catalogue.rs"]
mod catalogue;
#[path = "server/cdn.rs"]
mod cdn;
#[path = "server/faults.rs"]
mod faults;
#[path = "server/fixture.rs"]
mod fixture;
#[path = "server/life.rs"]
mod life;
#[path = "server/multipart.rs"]
mod multipart;
#[path = "server/openrouter.rs"]
mod openrouter;
#[path = "server/pages.rs"]
mod pages;
#[path = "server/queue.rs"]
mod queue;
#[path = "server/run.rs"]
mod run;
#[path = "server/stream.rs"]
mod stream;
#[path = "server/webhook.rs"]
mod webhook;
