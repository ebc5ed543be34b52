//! `POST /queue/{id}`: takes a job in without reading its input (protocol 2.2).

use super::{
    drive::Driver,
    job::{Job, State},
    status::add_identity,
};
use crate::{
    fal::{
        account::Account,
        admission::{known_app, start_within},
        answer::REQUEST_ID,
        id::shown,
    },
    wire::{Answer, Call, detail, json, with},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Instant};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What taking jobs in needs.
pub(crate) struct Submits {
    pub(crate) account: Arc<Account>,
    pub(crate) driver: Arc<Driver>,
    /// Address of the queue, without a slash at its end.
    pub(crate) base: String,
}

impl Submits {
    pub(super) async fn answer(&self, call: Call) -> Answer {
        let received = Instant::now();
        match self.accept(call, received).await {
            Ok(answer) | Err(answer) => answer,
        }
    }

    async fn accept(&self, call: Call, received: Instant) -> Result<Answer, Answer> {
        let (jobs, runner) = (&self.driver.jobs, &self.driver.runner);
        let endpoint = call.path.clone();
        self.account.require_key(&call.parts.headers, &shown(&endpoint))?;
        let app = known_app(&runner.catalogue, &endpoint)?.to_owned();
        self.account.require_unlocked()?;
        let start_within = start_within(&call)?;
        let delays = runner.timing.now();
        if let Some(limit) = call.param("fal_max_queue_length").and_then(|l| l.parse::<usize>().ok())
            && jobs.length(&endpoint).saturating_add(delays.ahead as usize) > limit
        {
            return Err(detail(429, &format!("The queue of {endpoint} is longer than {limit}")));
        }
        let webhook = call.param("fal_webhook");
        let input = call.json().await;
        let job = jobs.add(|number| {
            let id = runner.ids.next();
            Job {
                address: format!("{}/{app}/requests/{id}", self.base),
                id,
                number,
                endpoint,
                app,
                input,
                webhook,
                start_within,
                delays,
                received,
                state: watch::Sender::new(State { ahead: delays.ahead, ..State::default() }),
                cancel: CancellationToken::new(),
            }
        });
        let body = accepted(&job, jobs.position(&job));
        tokio::spawn(Arc::clone(&self.driver).drive(Arc::clone(&job)));
        Ok(with(json(200, &body), REQUEST_ID, &job.id))
    }
}

fn accepted(job: &Job, position: u64) -> Value {
    let mut body = json!({ "status": "IN_QUEUE", "queue_position": position });
    add_identity(job, &mut body);
    body
}
