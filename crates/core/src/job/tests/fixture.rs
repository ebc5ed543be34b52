//! A scripted driver, a stepped clock, and a small executor that steps it.

use crate::{
    BoxFuture, BoxStream, CancelOutcome, Clock, Context, Error, ErrorKind, Event, Job, JobDriver, JobStatus, JobTicket,
    JobView, ModelId, ModelKind, Output, Part, PartSource, ProviderId, Result, Retry, Spawn,
};
use async_trait::async_trait;
use std::{
    pin::{Pin, pin},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Poll, Wake, Waker},
    time::Duration,
};

pub(super) type View = JobView;
type Looks = Box<dyn Fn(usize, Duration) -> Result<View> + Send + Sync>;
/// One element of a scripted stream: how long it takes, and what comes.
pub(super) type Step = (Duration, Result<View>);
type Streams = Box<dyn Fn(usize) -> Result<Option<Vec<Step>>> + Send + Sync>;

/// Time that moves only when everything waits for it.
#[derive(Clone, Default)]
pub(super) struct Stepped(Arc<Mutex<Timers>>);

#[derive(Default)]
struct Timers {
    now: Duration,
    next_id: u64,
    waiting: Vec<(Duration, u64, Waker)>,
}

impl Clock for Stepped {
    fn elapsed(&self) -> Duration {
        self.0.lock().unwrap().now
    }
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let mut timers = self.0.lock().unwrap();
        timers.next_id += 1;
        let sleep = Sleep { timers: Arc::clone(&self.0), due: timers.now.saturating_add(duration), id: timers.next_id };
        Box::pin(sleep)
    }
}

struct Sleep {
    timers: Arc<Mutex<Timers>>,
    due: Duration,
    id: u64,
}

impl Future for Sleep {
    type Output = ();
    fn poll(self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<()> {
        let mut timers = self.timers.lock().unwrap();
        if timers.now >= self.due {
            return Poll::Ready(());
        }
        timers.waiting.retain(|(_, id, _)| *id != self.id);
        timers.waiting.push((self.due, self.id, cx.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.timers.lock().unwrap().waiting.retain(|(_, id, _)| *id != self.id);
    }
}

struct Flag(AtomicBool);
impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Stepped {
    /// Runs `future`, stepping to the earliest timer whenever nothing else can go on.
    pub(super) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let flag = Arc::new(Flag(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&flag));
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut std::task::Context::from_waker(&waker)) {
                return output;
            }
            while !flag.0.swap(false, Ordering::SeqCst) {
                self.step();
            }
        }
    }

    fn step(&self) {
        let mut timers = self.0.lock().unwrap();
        let due = timers.waiting.iter().map(|(due, ..)| *due).min().expect("the future waits for nothing");
        timers.now = timers.now.max(due);
        for (_, _, waker) in timers.waiting.iter().filter(|(at, ..)| *at <= due) {
            waker.wake_by_ref();
        }
    }
}

/// What the far end saw, and when.
#[derive(Default)]
pub(super) struct Log {
    pub(super) polls: Mutex<Vec<Duration>>,
    pub(super) watches: Mutex<usize>,
    pub(super) fetches: Mutex<usize>,
    pub(super) cancels: Mutex<Vec<Duration>>,
    pub(super) events: Mutex<Vec<String>>,
}

impl Log {
    pub(super) fn polls(&self) -> usize {
        self.polls.lock().unwrap().len()
    }
    pub(super) fn cancels(&self) -> usize {
        self.cancels.lock().unwrap().len()
    }
    pub(super) fn watches(&self) -> usize {
        *self.watches.lock().unwrap()
    }
    pub(super) fn fetches(&self) -> usize {
        *self.fetches.lock().unwrap()
    }
    pub(super) fn events(&self) -> Vec<String> {
        self.events.lock().unwrap().clone()
    }
}

/// One bench a test: clock, driver and log.
pub(super) struct Bench {
    pub(super) clock: Stepped,
    pub(super) log: Arc<Log>,
    pub(super) spawned: Arc<Mutex<Vec<BoxFuture<'static, ()>>>>,
}

struct Collect(Arc<Mutex<Vec<BoxFuture<'static, ()>>>>);
impl Spawn for Collect {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.0.lock().unwrap().push(task);
    }
}

impl Bench {
    pub(super) fn new() -> Self {
        Self { clock: Stepped::default(), log: Arc::default(), spawned: Arc::default() }
    }

    /// A context on this bench; events are kept as short texts.
    pub(super) fn context(&self) -> Context {
        let log = Arc::clone(&self.log);
        Context::new(self.clock.clone())
            .with_spawner(Collect(Arc::clone(&self.spawned)))
            .with_observer(move |event: &Event| log.events.lock().unwrap().push(short(event)))
    }

    /// A job that is polled: `looks` gets the number of the poll from 1 and the time.
    pub(super) fn polled(&self, looks: impl Fn(usize, Duration) -> Result<View> + Send + Sync + 'static) -> Job {
        self.job(|_| Ok(None), looks)
    }

    /// A job with a stream: `streams` gets the number of the opening from 1.
    pub(super) fn job(
        &self,
        streams: impl Fn(usize) -> Result<Option<Vec<Step>>> + Send + Sync + 'static,
        looks: impl Fn(usize, Duration) -> Result<View> + Send + Sync + 'static,
    ) -> Job {
        Job::new(Scripted {
            ticket: ticket(),
            clock: self.clock.clone(),
            log: Arc::clone(&self.log),
            looks: Box::new(looks),
            streams: Box::new(streams),
        })
    }

    /// Runs the tasks that outlived a dropped future.
    pub(super) fn run_spawned(&self) {
        let tasks: Vec<_> = self.spawned.lock().unwrap().drain(..).collect();
        for task in tasks {
            self.clock.run(task);
        }
    }
}

struct Scripted {
    ticket: JobTicket,
    clock: Stepped,
    log: Arc<Log>,
    looks: Looks,
    streams: Streams,
}

#[async_trait]
impl JobDriver for Scripted {
    fn ticket(&self) -> &JobTicket {
        &self.ticket
    }
    async fn poll(&self, _: &Context) -> Result<View> {
        let nth = {
            let mut polls = self.log.polls.lock().unwrap();
            polls.push(self.clock.elapsed());
            polls.len()
        };
        (self.looks)(nth, self.clock.elapsed())
    }
    async fn watch(&self, _: &Context) -> Result<Option<BoxStream<'static, Result<View>>>> {
        let nth = {
            let mut watches = self.log.watches.lock().unwrap();
            *watches += 1;
            *watches
        };
        let Some(steps) = (self.streams)(nth)? else { return Ok(None) };
        let clock = self.clock.clone();
        let stream = futures_util::stream::unfold((clock, steps.into_iter()), |(clock, mut steps)| async move {
            let (delay, item) = steps.next()?;
            clock.sleep(delay).await;
            Some((item, (clock, steps)))
        });
        Ok(Some(Box::pin(stream)))
    }
    async fn fetch(&self, _: &Context) -> Result<Output> {
        *self.log.fetches.lock().unwrap() += 1;
        Ok(output())
    }
    async fn cancel(&self, _: &Context) -> Result<CancelOutcome> {
        self.log.cancels.lock().unwrap().push(self.clock.elapsed());
        Ok(CancelOutcome::Requested)
    }
}

pub(super) fn ticket() -> JobTicket {
    let model = ModelId::new(ProviderId::new("toy"), "acme/paint");
    JobTicket::new(model, ModelKind::TextToImage, Some("job-7".into()), serde_json::Value::Null)
}

pub(super) fn output() -> Output {
    let part = Part::new("", PartSource::Bytes(vec![1, 2, 3].into()));
    Output { parts: vec![part], ..Output::default() }
}

pub(super) fn queued(position: u32) -> View {
    View::new(JobStatus::Queued { position: Some(position) })
}

pub(super) fn running() -> View {
    View::new(JobStatus::Running { progress: None })
}

pub(super) fn done() -> View {
    View::new(JobStatus::Succeeded)
}

pub(super) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn lost() -> Error {
    Error::new(ErrorKind::Unavailable, "the connection was lost").with_retry(Retry::After(None))
}

fn short(event: &Event) -> String {
    match event {
        Event::Queued { position } => format!("queued {position:?}"),
        Event::Running { progress } => format!("running {progress:?}"),
        Event::Log(line) => format!("log {}", line.message),
        Event::Warning(text) => format!("warning {text}"),
        Event::Completed => "completed".into(),
        other => format!("{other:?}"),
    }
}
