use super::*;
use mediagen_core::BoxFuture;
use tokio::time::Instant;

/// A clock that stands where it is put; sleeping moves it.
#[derive(Clone, Default)]
struct Hand(Arc<Mutex<Duration>>);

impl Hand {
    fn at(seconds: u64) -> Self {
        Self(Arc::new(Mutex::new(Duration::from_secs(seconds))))
    }
    fn forward(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for Hand {
    fn elapsed(&self) -> Duration {
        *self.0.lock().unwrap()
    }
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.forward(duration);
        Box::pin(std::future::ready(()))
    }
}

const SECOND: Duration = Duration::from_secs(1);

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn get(text: &str) -> HttpRequest {
    HttpRequest::get(url(text), Phase::Catalogue)
}

#[test]
fn a_burst_leaves_at_once_and_the_rest_one_by_one() {
    let mut pace = Pace::default();
    let mut waits = |now| (0..4).map(|_| pace.reserve(now, SECOND, SECOND * 2).as_secs()).collect::<Vec<_>>();
    assert_eq!(waits(SECOND * 5), [0, 0, 0, 1]);
    assert_eq!(waits(SECOND * 65), [0, 0, 0, 1], "a rest saves up one burst and no more");
}

/// A context with a clock of its own, as a server makes one for every request that it serves.
fn fresh() -> Context {
    Context::new(Hand::at(0))
}

#[tokio::test]
async fn callers_at_half_the_rate_never_wait_whatever_contexts_they_come_with() {
    let clock = Hand::at(0);
    let limits = HostLimits::on(clock.clone()).with(&url("https://a.example/"), Limit::per_second(20.0).with_burst(20));
    for call in 0..70 {
        let before = clock.elapsed();
        limits.enter(&fresh(), &get("https://a.example/models")).await.unwrap();
        assert_eq!(clock.elapsed(), before, "call {call} waited");
        clock.forward(SECOND / 10);
    }
}

#[tokio::test]
async fn contexts_whose_clocks_stand_still_do_not_stop_the_pace() {
    let limits = HostLimits::new().with(&url("https://a.example/"), Limit::per_second(500.0).with_burst(20));
    let begun = Instant::now();
    for _ in 0..41 {
        limits.enter(&fresh(), &get("https://a.example/models")).await.unwrap();
    }
    let taken = begun.elapsed();
    assert!(taken >= SECOND * 21 / 500, "twenty at once, then one each 2 ms: {taken:?}");
}

#[tokio::test]
async fn each_place_has_its_own_pace_and_the_longest_path_counts() {
    let clock = Hand::at(0);
    let limits = HostLimits::on(clock.clone())
        .with(&url("https://a.example/"), Limit::per_second(1.0))
        .with(&url("https://a.example/api/"), Limit::per_second(10.0));
    let cx = fresh();
    for (address, calls, millis) in [
        ("https://a.example/models/x", 3, 2_000),
        ("https://a.example/api/models", 3, 200),
        ("https://a.example/apis", 2, 2_000),
        ("https://b.example/", 9, 0),
    ] {
        clock.forward(SECOND * 10);
        let before = clock.elapsed();
        for _ in 0..calls {
            limits.enter(&cx, &get(address)).await.unwrap();
        }
        let taken = clock.elapsed().saturating_sub(before).as_millis();
        assert_eq!(taken, if address.ends_with("apis") { 1_000 } else { millis }, "{address}");
    }
}

#[tokio::test]
async fn a_place_that_asked_for_a_pause_gets_it_from_every_caller() {
    let clock = Hand::at(0);
    let limits = HostLimits::on(clock.clone()).with(&url("https://a.example/"), Limit::per_second(10.0).with_burst(5));
    let other = limits.clone();
    let cx = fresh();
    limits.hold(&url("https://a.example/x"), SECOND * 7);
    other.enter(&cx, &get("https://a.example/y")).await.unwrap();
    assert_eq!(clock.elapsed(), SECOND * 7);
    let stop = HttpRequest::put(url("https://a.example/cancel"), Phase::Cancel);
    limits.hold(&url("https://a.example/x"), SECOND * 7);
    limits.enter(&cx, &stop).await.unwrap();
    assert_eq!(clock.elapsed(), SECOND * 7, "stopping never waits");
}

#[tokio::test]
async fn no_more_are_under_way_than_allowed_and_waiting_can_be_cancelled() {
    let limits = HostLimits::new().with(&url("https://a.example/"), Limit::default().with_in_flight(2));
    let cx = Context::new(Hand::at(0));
    let request = get("https://a.example/");
    let first = limits.enter(&cx, &request).await.unwrap();
    let _second = limits.enter(&cx, &request).await.unwrap();
    assert!(futures_util::FutureExt::now_or_never(limits.enter(&cx, &request)).is_none(), "two are under way");
    drop(first);
    let third = futures_util::FutureExt::now_or_never(limits.enter(&cx, &request)).unwrap().unwrap();
    cx.cancellation().cancel();
    let error = limits.enter(&cx, &request).await.unwrap_err();
    assert_eq!((error.kind(), error.dispatch()), (ErrorKind::Cancelled, Dispatch::NotSent));
    drop(third);
}

#[test]
fn a_rate_that_is_none_is_no_limit() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300] {
        assert_eq!(Limit::per_second(rate).interval(), Duration::ZERO, "{rate}");
    }
    assert_eq!(Limit::per_second(4.0).interval(), Duration::from_millis(250));
}
