//! The everyday uses of NATS through the Rust client; prints a line for each that works.
//!
//! `smoke URL` panics at the first that doesn't. The Python and Node programs in `xtask/smoke`
//! do the same in the same order.
#![forbid(unsafe_code)]

use std::time::Duration;

use async_nats::{Client, HeaderMap, RequestErrorKind, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::timeout;

const ANSWER_MAX: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_millis(200);
const JOBS: usize = 100;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::args().nth(1).expect("the server's URL");
    let client = async_nats::connect(url).await.expect("connect");
    publish_and_subscribe(&client).await;
    queue_group(&client).await;
    request_and_reply(&client).await;
    headers(&client).await;
    no_responders(&client).await;
    large_payload(&client).await;
}

async fn publish_and_subscribe(client: &Client) {
    let mut wild = client.subscribe("orders.*.new").await.expect("subscribe");
    let mut tail = client.subscribe("orders.>").await.expect("subscribe");
    client
        .publish("orders.eu.new", "one".into())
        .await
        .expect("publish");
    client
        .publish("orders.eu.old", "two".into())
        .await
        .expect("publish");
    client.flush().await.expect("flush");
    assert_eq!(next(&mut wild).await.payload, "one");
    assert_eq!(next(&mut tail).await.payload, "one");
    assert_eq!(next(&mut tail).await.subject.as_str(), "orders.eu.old");
    silent(&mut wild).await;
    wild.unsubscribe().await.expect("unsubscribe");
    client
        .publish("orders.eu.new", "three".into())
        .await
        .expect("publish");
    assert_eq!(next(&mut tail).await.payload, "three");
    println!("ok publish and subscribe");
}

async fn queue_group(client: &Client) {
    let mut one = client
        .queue_subscribe("jobs", "workers".into())
        .await
        .expect("subscribe");
    let mut two = client
        .queue_subscribe("jobs", "workers".into())
        .await
        .expect("subscribe");
    for number in 0..JOBS {
        client
            .publish("jobs", number.to_string().into())
            .await
            .expect("publish");
    }
    client.flush().await.expect("flush");
    let (first, second) = (drain(&mut one).await, drain(&mut two).await);
    assert!(
        first > 0 && second > 0,
        "one member got all: {first} and {second}"
    );
    assert_eq!(first + second, JOBS, "each job once");
    println!("ok queue group");
}

async fn request_and_reply(client: &Client) {
    let mut requests = client.subscribe("time").await.expect("subscribe");
    let answering = client.clone();
    let server = tokio::spawn(async move {
        let request = requests.next().await.expect("a request");
        let reply = request.reply.expect("a reply subject");
        answering
            .publish(reply, "noon".into())
            .await
            .expect("publish");
    });
    let answer = client
        .request("time", "now?".into())
        .await
        .expect("an answer");
    assert_eq!(answer.payload, "noon");
    server.await.expect("the answering task");
    println!("ok request and reply");
}

async fn headers(client: &Client) {
    let mut subscription = client.subscribe("with.headers").await.expect("subscribe");
    let mut headers = HeaderMap::new();
    headers.append("Colour", "red");
    headers.append("Colour", "blue");
    client
        .publish_with_headers("with.headers", headers, "x".into())
        .await
        .expect("publish");
    let message = next(&mut subscription).await;
    let headers = message.headers.expect("headers");
    let colours: Vec<_> = headers
        .get_all("Colour")
        .map(|value| value.as_str())
        .collect();
    assert_eq!(colours, ["red", "blue"]);
    println!("ok headers");
}

async fn no_responders(client: &Client) {
    let error = client
        .request("nobody.home", "?".into())
        .await
        .expect_err("nobody answers");
    assert_eq!(error.kind(), RequestErrorKind::NoResponders);
    println!("ok no responders");
}

async fn large_payload(client: &Client) {
    let payload = Bytes::from(vec![b'x'; client.server_info().max_payload]);
    let mut subscription = client.subscribe("large").await.expect("subscribe");
    client
        .publish("large", payload.clone())
        .await
        .expect("publish");
    assert_eq!(next(&mut subscription).await.payload, payload);
    println!("ok large payload");
}

async fn next(subscription: &mut Subscriber) -> async_nats::Message {
    let message = timeout(ANSWER_MAX, subscription.next()).await;
    message
        .expect("a message in time")
        .expect("an open subscription")
}

async fn silent(subscription: &mut Subscriber) {
    assert!(
        timeout(SILENCE, subscription.next()).await.is_err(),
        "an unexpected message"
    );
}

/// Counts what arrives until it has been silent for a while.
async fn drain(subscription: &mut Subscriber) -> usize {
    let mut count = 0;
    while timeout(SILENCE, subscription.next()).await.is_ok() {
        count += 1;
    }
    count
}
