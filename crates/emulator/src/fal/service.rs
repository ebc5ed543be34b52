//! The whole of fal on one port: put together from a configuration, and one entrance that finds the area for a request.

use super::{
    EmulatorConfig,
    account::Account,
    api::{self, Api, Pages},
    catalogue::Catalogue,
    cdn::{Cdn, Downloads, Store},
    control::Control,
    queue::{self, Driver, Jobs, Queue, Streams, Submits},
    rest::Rest,
    run::Run,
    runner::{Delays, Ids, JobFaults, Runner, Timing},
    webhook,
    www::{self, Website},
};
use crate::{
    openrouter::Chat,
    wire::{Answer, Arrival, Call, Connection, Fault, Route, Traffic, changed, detail},
};
use axum::{
    body::Body,
    extract::{ConnectInfo, State},
    http::{Method, Request},
};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// The areas, each with what it needs.
pub(super) struct Service {
    pub(super) traffic: Arc<Traffic>,
    pub(super) control: Control,
    pub(super) chat: Chat,
    pub(super) stopping: CancellationToken,
    queue: Queue,
    run: Run,
    rest: Rest,
    cdn: Cdn,
    api: Api,
    website: Website,
}

impl Service {
    /// Puts a service together that is reached at `base`.
    pub(super) fn new(config: EmulatorConfig, base: &str) -> std::io::Result<Self> {
        let stopping = CancellationToken::new();
        let account = Arc::new(Account::new(config.accepted_keys, config.balance, config.locked));
        let catalogue: Arc<Catalogue> = Arc::new(config.catalogue);
        let store = Arc::new(Store::new(base.to_owned())?);
        let webhooks = Arc::new(webhook::Sender::new());
        let delays = Delays { queue: config.queue_delay, run: config.run_delay, ahead: config.queue_ahead };
        let timing = Arc::new(Timing::new(delays));
        let job_faults = Arc::<JobFaults>::default();
        let traffic = Arc::<Traffic>::default();
        let jobs = Arc::new(Jobs::new(config.result_ttl));
        let concurrency = config.concurrency.max(1);
        let runner = Arc::new(Runner {
            catalogue: Arc::clone(&catalogue),
            files: Arc::clone(&store) as _,
            places: Arc::new(Semaphore::new(concurrency)),
            concurrency,
            timing: Arc::clone(&timing),
            faults: Arc::clone(&job_faults),
            ids: Ids::new(config.id_seed),
        });
        let driver = Arc::new(Driver {
            jobs: Arc::clone(&jobs),
            runner: Arc::clone(&runner),
            webhooks: Arc::clone(&webhooks),
            slow_cancel: config.slow_cancel,
            stopping: stopping.clone(),
        });
        let (plain, expanded) = config.page_limits;
        Ok(Self {
            control: Control {
                traffic: Arc::clone(&traffic),
                account: Arc::clone(&account),
                jobs: Arc::clone(&jobs),
                job_faults,
                store: Arc::clone(&store),
                timing,
            },
            traffic,
            chat: Chat::default(),
            queue: Queue {
                account: Arc::clone(&account),
                jobs,
                submits: Submits { account: Arc::clone(&account), driver, base: format!("{base}/queue") },
                streams: Streams {
                    offered: config.status_stream,
                    ping_interval: config.ping_interval,
                    stopping: stopping.clone(),
                },
            },
            run: Run { account: Arc::clone(&account), runner },
            rest: Rest { account: Arc::clone(&account), store: Arc::clone(&store), webhooks },
            cdn: Cdn {
                account: Arc::clone(&account),
                store,
                downloads: Downloads { ranges: config.ranges, digests: config.digests },
                strict_part_order: config.strict_part_order,
            },
            api: Api {
                account,
                catalogue: Arc::clone(&catalogue),
                pages: Pages { plain, expanded, strict: config.strict_page_limits },
            },
            website: Website {
                catalogue,
                base: base.to_owned(),
                robots: config.robots,
                bare_list: config.bare_website_list,
            },
            stopping,
        })
    }

    /// Answers one request.
    async fn answer(&self, connection: Connection, request: Request<Body>) -> Answer {
        let (parts, body) = request.into_parts();
        let uri_path = parts.uri.path().to_owned();
        let (area, rest) = split(&uri_path);
        let path = percent_decode(rest.trim_matches('/'));
        let call = Call { parts, body, path };
        if area == "__emulator" {
            return self.control.answer(call).await;
        }
        let route = classify(area, &call.path, &call.parts.method);
        let is_file = area == "cdn" && !uri_path.ends_with("/complete");
        let arrival = Arrival { route, is_file, call, connection };
        let (answer, fault) = self.traffic.pass(arrival, |call| self.area(area, call)).await;
        match fault {
            Some(Fault::CircularCursor) => changed(answer, api::lead_back).await,
            Some(Fault::EmptyPage) => changed(answer, www::empty).await,
            _ => answer,
        }
    }

    async fn area(&self, area: &str, call: Call) -> Answer {
        match area {
            "queue" => self.queue.answer(call).await,
            "run" => self.run.answer(call).await,
            "rest" => self.rest.answer(call).await,
            "cdn" => self.cdn.answer(call).await,
            "api" => self.api.answer(call).await,
            "www" => self.website.answer(&call),
            "openrouter" => self.chat.answer(call).await,
            _ => detail(404, &format!("No such service: /{area}")),
        }
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("traffic", &self.traffic).finish_non_exhaustive()
    }
}

/// The entrance of the router.
pub(super) async fn dispatch(
    State(service): State<Arc<Service>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request<Body>,
) -> Answer {
    service.answer(connection, request).await
}

/// The area (first path segment) and the rest of the path.
fn split(path: &str) -> (&str, &str) {
    let path = path.trim_start_matches('/');
    path.split_once('/').unwrap_or((path, ""))
}

fn classify(area: &str, path: &str, method: &Method) -> Route {
    match area {
        "queue" => queue::classify(path, method),
        "run" => Route::Run,
        "rest" if path.starts_with("tokens") || path.starts_with("storage/auth") => Route::Token,
        "rest" if path.starts_with("storage/upload") => Route::Upload,
        "cdn" if method == Method::GET || method == Method::HEAD => Route::Download,
        "cdn" => Route::Upload,
        "api" if path == "models" => Route::Models,
        "api" if path.starts_with("models/pricing") => Route::Pricing,
        "www" if path == "api/models" => Route::Models,
        "www" if path.starts_with("api/openapi") => Route::OpenApi,
        "www" if path == "robots.txt" => Route::Robots,
        "www" if !path.starts_with("api/") => Route::Page,
        "openrouter" if path == "chat/completions" => Route::Chat,
        _ => Route::Other,
    }
}

fn percent_decode(path: &str) -> String {
    // A path is a query's value without `+` and `&`, which are escaped before decoding.
    let escaped = format!("p={}", path.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(escaped.as_bytes()).next().map(|(_, v)| v.into_owned()).unwrap_or_default()
}
