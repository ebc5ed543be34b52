//! What a test may choose about an emulator before it starts.

use crate::fal::catalogue::Catalogue;
use std::time::Duration;

/// How an emulator behaves. Build it with [`EmulatorConfig::default`] and the `with_` methods.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each named and documented")]
pub struct EmulatorConfig {
    /// TCP port on 127.0.0.1; 0 (the default) picks a free one.
    pub port: u16,
    /// The endpoints on offer; by default [`Catalogue::builtin`].
    pub catalogue: Catalogue,
    /// Time in the queue before a run starts; on the synchronous `/run` route it plays the cold start. Default 0.
    pub queue_delay: Duration,
    /// Requests of others that stand in front of each new one; they go one by one during `queue_delay`. Default 0.
    pub queue_ahead: u32,
    /// Time a run takes; `None` (the default) lets the endpoint decide.
    pub run_delay: Option<Duration>,
    /// Whether `.../status/stream` answers; `false` refuses it with 404, so that clients must poll. Default true.
    pub status_stream: bool,
    /// Time between two `: ping` comments of a silent status stream. Default 10 s.
    pub ping_interval: Duration,
    /// Requests of the account that may run at the same time, at least 1 (protocol 8). Default 2.
    pub concurrency: usize,
    /// Keys that are accepted, as `id:secret`; empty (the default) accepts every key that is not empty.
    pub accepted_keys: Vec<String>,
    /// Whether the account starts locked: 403 on everything that costs, status still answers. Default false.
    pub locked: bool,
    /// Whether a running job ignores cancellation and finishes as usual (protocol 2.9). Default false.
    pub slow_cancel: bool,
    /// Whether the CDN honours `Range` and announces it in `Accept-Ranges`. Default true.
    pub ranges: bool,
    /// Whether the CDN sends `Repr-Digest` (RFC 9530) with files up to 64 MiB. Default false.
    pub digests: bool,
    /// Whether the completion of a multipart upload must name its parts in order (protocol 12). Default false,
    /// because fal's own Python client names them in the order in which it sent them.
    pub strict_part_order: bool,
    /// How long a finished request is kept (protocol 2.8). Default 1 h.
    pub result_ttl: Duration,
    /// US dollars on the account, for the balance routes. Default 100.
    pub balance: f64,
    /// Most models of one page of `/api/models`, without and with `expand=openapi-3.0` (protocol 7.1). Default 500, 10.
    pub page_limits: (usize, usize),
    /// Whether a larger `limit` is refused with 400; `false` (the default) returns as many as are allowed.
    pub strict_page_limits: bool,
    /// Whether `/www/api/models` answers a bare array, as it did before July 2025 (protocol 7.3). Default false.
    pub bare_website_list: bool,
    /// The website's `robots.txt`. Default: everything but `/dashboard` may be read.
    pub robots: String,
    /// Makes request ids a function of this number and of the order of submits; `None` (the default) makes them random.
    pub id_seed: Option<u64>,
}

impl Default for EmulatorConfig {
    fn default() -> Self {
        Self {
            port: 0,
            catalogue: Catalogue::builtin(),
            queue_delay: Duration::ZERO,
            queue_ahead: 0,
            run_delay: None,
            status_stream: true,
            ping_interval: Duration::from_secs(10),
            concurrency: 2,
            accepted_keys: Vec::new(),
            locked: false,
            slow_cancel: false,
            ranges: true,
            digests: false,
            strict_part_order: false,
            result_ttl: Duration::from_hours(1),
            balance: 100.0,
            page_limits: (500, 10),
            strict_page_limits: false,
            bare_website_list: false,
            robots: "User-Agent: *\nDisallow: /dashboard\n".to_owned(),
            id_seed: None,
        }
    }
}

impl EmulatorConfig {
    /// Sets [`port`](Self::port).
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets [`catalogue`](Self::catalogue).
    pub fn with_catalogue(mut self, catalogue: Catalogue) -> Self {
        self.catalogue = catalogue;
        self
    }

    /// Sets [`queue_delay`](Self::queue_delay).
    pub fn with_queue_delay(mut self, delay: Duration) -> Self {
        self.queue_delay = delay;
        self
    }

    /// Sets [`queue_ahead`](Self::queue_ahead).
    pub fn with_queue_ahead(mut self, requests: u32) -> Self {
        self.queue_ahead = requests;
        self
    }

    /// Sets [`run_delay`](Self::run_delay).
    pub fn with_run_delay(mut self, delay: Duration) -> Self {
        self.run_delay = Some(delay);
        self
    }

    /// Sets [`status_stream`](Self::status_stream).
    pub fn with_status_stream(mut self, on: bool) -> Self {
        self.status_stream = on;
        self
    }

    /// Sets [`ping_interval`](Self::ping_interval).
    pub fn with_ping_interval(mut self, interval: Duration) -> Self {
        self.ping_interval = interval;
        self
    }

    /// Sets [`concurrency`](Self::concurrency).
    pub fn with_concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests;
        self
    }

    /// Adds a key to [`accepted_keys`](Self::accepted_keys); from then on no other key is accepted.
    pub fn with_accepted_key(mut self, key: impl Into<String>) -> Self {
        self.accepted_keys.push(key.into());
        self
    }

    /// Sets [`locked`](Self::locked).
    pub fn with_locked(mut self, locked: bool) -> Self {
        self.locked = locked;
        self
    }

    /// Sets [`slow_cancel`](Self::slow_cancel).
    pub fn with_slow_cancel(mut self, slow: bool) -> Self {
        self.slow_cancel = slow;
        self
    }

    /// Sets [`ranges`](Self::ranges).
    pub fn with_ranges(mut self, on: bool) -> Self {
        self.ranges = on;
        self
    }

    /// Sets [`digests`](Self::digests).
    pub fn with_digests(mut self, on: bool) -> Self {
        self.digests = on;
        self
    }

    /// Sets [`strict_part_order`](Self::strict_part_order).
    pub fn with_strict_part_order(mut self, strict: bool) -> Self {
        self.strict_part_order = strict;
        self
    }

    /// Sets [`result_ttl`](Self::result_ttl).
    pub fn with_result_ttl(mut self, ttl: Duration) -> Self {
        self.result_ttl = ttl;
        self
    }

    /// Sets [`balance`](Self::balance).
    pub fn with_balance(mut self, dollars: f64) -> Self {
        self.balance = dollars;
        self
    }

    /// Sets [`page_limits`](Self::page_limits), each at least 1; `strict` as in
    /// [`strict_page_limits`](Self::strict_page_limits).
    pub fn with_page_limits(mut self, plain: usize, expanded: usize, strict: bool) -> Self {
        self.page_limits = (plain.max(1), expanded.max(1));
        self.strict_page_limits = strict;
        self
    }

    /// Sets [`bare_website_list`](Self::bare_website_list).
    pub fn with_bare_website_list(mut self, bare: bool) -> Self {
        self.bare_website_list = bare;
        self
    }

    /// Sets [`robots`](Self::robots).
    pub fn with_robots(mut self, text: impl Into<String>) -> Self {
        self.robots = text.into();
        self
    }

    /// Sets [`id_seed`](Self::id_seed).
    pub fn with_id_seed(mut self, seed: u64) -> Self {
        self.id_seed = Some(seed);
        self
    }
}
