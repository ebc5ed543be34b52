//! A webhook from the emulator, by a real connection, verified with the keys that the emulator publishes.

use crate::support::{KEY, config, context};
use fal_provider::FalProvider;
use mediagen_core::{Delivery, JobStatus, Provider as _, TextToImageRequest};
use mediagen_emulator::fal::{Emulator, EmulatorConfig};
use std::time::SystemTime;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Reads one request and acknowledges it: its headers and its body.
async fn receive(mut stream: TcpStream) -> (Vec<(String, String)>, Vec<u8>) {
    let mut read = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let n = stream.read(&mut chunk).await.unwrap();
        read.extend_from_slice(&chunk[..n]);
        let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(read[..end].to_vec()).unwrap();
        let headers: Vec<(String, String)> =
            head.lines().skip(1).filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.into(), v.into())).collect();
        let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length")).unwrap();
        if read.len() >= end + 4 + length.1.parse::<usize>().unwrap() {
            stream.write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            return (headers, read[end + 4..].to_vec());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_verified_with_the_published_keys_and_names_its_job() {
    let emulator = Emulator::start(EmulatorConfig::default().with_accepted_key(KEY)).await.unwrap();
    let fal = FalProvider::new(config(&emulator.base_url())).unwrap().with_context(context());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let delivery = Delivery::new().with_webhook(address.parse().unwrap());
    let model = fal.text_to_image("fal-ai/flux/dev").await.unwrap();
    let submitted = model.submit(TextToImageRequest::new("x").with_delivery(delivery)).await.unwrap();
    let (headers, body) = receive(listener.accept().await.unwrap().0).await;
    let hooks = fal.webhooks().unwrap();
    let keys = hooks.keys(fal.context()).await.unwrap();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let event = hooks.verify(&keys, &headers, &body, SystemTime::now()).unwrap();
    assert_eq!(event.request_id, submitted.job().unwrap().ticket().request_id);
    assert_eq!(event.view.status, JobStatus::Succeeded);
    assert_eq!(event.view.output.unwrap().parts.len(), 1);
    let mut other = body.clone();
    other[0] = b' ';
    assert!(hooks.verify(&keys, &headers, &other, SystemTime::now()).is_err());
}
