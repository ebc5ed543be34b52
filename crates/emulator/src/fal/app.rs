//! What all routes of one emulator share.

use super::{
    EmulatorConfig,
    cdn::{Store, StoredFile},
    faults::Faults,
    queue::Queue,
    record::Recorder,
    under_way::UnderWay,
};
use crate::fal::catalogue::Endpoint;
use std::{
    collections::{HashSet, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// Locks `mutex`; a panic elsewhere does not make its data unusable here.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Delays as they are now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delays {
    pub(crate) queue: Duration,
    pub(crate) run: Option<Duration>,
    pub(crate) ahead: u32,
}

#[derive(Debug)]
pub(crate) struct App {
    pub(crate) config: EmulatorConfig,
    pub(crate) base: String,
    pub(crate) faults: Faults,
    pub(crate) recorder: Recorder,
    pub(crate) under_way: Arc<UnderWay>,
    /// How many were accepted so far.
    pub(crate) connections: Arc<AtomicU64>,
    pub(crate) queue: Queue,
    pub(crate) files: Store,
    pub(crate) stopping: CancellationToken,
    pub(crate) webhooks: super::webhook::Sender,
    tokens: Mutex<HashSet<String>>,
    chat_replies: Mutex<VecDeque<String>>,
    delays: Mutex<Delays>,
    locked: AtomicBool,
    ids: AtomicU64,
}

impl App {
    pub(crate) fn new(config: EmulatorConfig, base: String) -> std::io::Result<Self> {
        let delays = Delays { queue: config.queue_delay, run: config.run_delay, ahead: config.queue_ahead };
        Ok(Self {
            base,
            faults: Faults::default(),
            recorder: Recorder::default(),
            under_way: Arc::default(),
            connections: Arc::default(),
            queue: Queue::new(config.concurrency.max(1), config.result_ttl),
            files: Store::new()?,
            stopping: CancellationToken::new(),
            webhooks: super::webhook::Sender::default(),
            tokens: Mutex::default(),
            chat_replies: Mutex::default(),
            delays: Mutex::new(delays),
            locked: AtomicBool::new(config.locked),
            ids: AtomicU64::new(0),
            config,
        })
    }

    pub(crate) fn locked(&self) -> bool {
        self.locked.load(Ordering::SeqCst)
    }

    pub(crate) fn set_locked(&self, locked: bool) {
        self.locked.store(locked, Ordering::SeqCst);
    }

    pub(crate) fn delays(&self) -> Delays {
        *lock(&self.delays)
    }

    pub(crate) fn set_delays(&self, queue: Duration, run: Option<Duration>) {
        let mut delays = lock(&self.delays);
        delays.queue = queue;
        delays.run = run;
    }

    pub(crate) fn set_queue_ahead(&self, requests: u32) {
        lock(&self.delays).ahead = requests;
    }

    /// A new request id: a version 4 UUID, drawn or counted.
    pub(crate) fn next_id(&self) -> String {
        let Some(seed) = self.config.id_seed else {
            return uuid::Uuid::new_v4().to_string();
        };
        let number = self.ids.fetch_add(1, Ordering::SeqCst);
        let digest = blake3::hash(format!("{seed}/{number}").as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.as_bytes()[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// A new opaque CDN token, valid for the life of this emulator.
    pub(crate) fn issue_token(&self) -> String {
        let token = format!("cdn-{}", uuid::Uuid::new_v4().simple());
        lock(&self.tokens).insert(token.clone());
        token
    }

    /// Remembers a browser token (protocol 1.3).
    pub(crate) fn keep_token(&self, token: &str) {
        lock(&self.tokens).insert(token.to_owned());
    }

    pub(crate) fn add_chat_reply(&self, reply: String) {
        lock(&self.chat_replies).push_back(reply);
    }

    pub(crate) fn next_chat_reply(&self) -> Option<String> {
        lock(&self.chat_replies).pop_front()
    }

    pub(crate) fn knows_token(&self, token: &str) -> bool {
        lock(&self.tokens).contains(token)
    }

    /// The public address of the file under `key`.
    pub(crate) fn file_url(&self, key: &str) -> String {
        format!("{}/cdn/files/{key}", self.base)
    }

    /// The file behind one of this emulator's CDN addresses.
    pub(crate) fn file_of_url(&self, url: &str) -> Option<StoredFile> {
        let rest = url.strip_prefix(&self.base)?.strip_prefix("/cdn/files/")?;
        self.files.get(rest.split(['?', '#']).next().unwrap_or(rest))
    }

    pub(crate) fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.config.catalogue.get(id)
    }
}
