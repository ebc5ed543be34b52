//! Connections are used again, as the server counts them.

use crate::server::{Act, RawServer};
use mediagen_core::{Context, Phase};
use mediagen_http::{HttpClient, HttpRequest, HttpResponse};
use mediagen_runtime::TokioClock;
use std::time::Duration;

const EMPTY: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const HALF: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab";
const LATE: Duration = Duration::from_millis(60);

/// Every first answer of a pair comes in two pieces, the second one late.
async fn server(first: &'static [u8], second: &'static [u8]) -> RawServer {
    RawServer::start(move |number| match number % 2 {
        0 => Act::Late(first.to_vec(), LATE, second.to_vec()),
        _ => Act::Keep(EMPTY.to_vec()),
    })
    .await
}

async fn ask(client: &HttpClient, server: &RawServer) -> HttpResponse {
    let cx = Context::new(TokioClock::new());
    client.send(&cx, HttpRequest::get(server.url("/f"), Phase::Status)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_reads_gives_its_connection_back_when_it_is_finished() {
    let server = server(HALF, b"cd").await;
    let client = HttpClient::builder().build().unwrap();
    for _ in 0..4 {
        ask(&client, &server).await.finish().await;
    }
    assert_eq!((server.seen().len(), server.connections()), (4, 1));
    // Left in the middle, it costs one.
    drop(ask(&client, &server).await);
    ask(&client, &server).await.finish().await;
    assert_eq!((server.seen().len(), server.connections()), (6, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_or_endless_rest_is_not_waited_for() {
    let large = server(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n", b"x").await;
    let endless = RawServer::start(|_| Act::Hang(HALF.to_vec())).await;
    let client = HttpClient::builder().build().unwrap();
    for server in [large, endless] {
        let answer = ask(&client, &server).await;
        let finishing = tokio::time::timeout(Duration::from_secs(20), answer.finish());
        finishing.await.expect("it gives up by itself");
    }
}
