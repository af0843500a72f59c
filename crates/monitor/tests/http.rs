//! The paths over HTTP, and what bounds a client of them.

mod support;

use midge_monitor::{CONNECTIONS_MAX, HEADER_BYTES_MAX, HEADER_TIMEOUT, Monitor, SNAPSHOTS_MAX};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use support::full;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

fn monitor() -> Monitor {
    Monitor::new(Arc::new(full()), "/")
}

/// A connection to a fresh monitor, without the network.
fn connect() -> DuplexStream {
    let (ours, theirs) = duplex(64 * 1024);
    tokio::spawn(async move { monitor().serve_stream(theirs).await });
    ours
}

async fn ask(request: &str) -> String {
    let mut stream = connect();
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("read");
    answer
}

#[tokio::test]
async fn an_answer_has_status_type_and_leave_for_scripts() {
    let answer = ask("GET /varz?x=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(head.contains("access-control-allow-origin: *"), "{head}");
    assert!(
        head.contains(&format!("content-length: {}", body.len())),
        "{head}"
    );
    let answer = ask("GET /connz?limit=x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(
        answer.starts_with("HTTP/1.1 400 Bad Request\r\n"),
        "{answer}"
    );
    assert!(!answer.contains("access-control"), "{answer}");
}

#[tokio::test]
async fn other_methods_get_the_same_answer() {
    for method in ["POST", "OPTIONS"] {
        let answer = ask(&format!(
            "{method} /varz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        ))
        .await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
    let head = ask("HEAD /varz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(
        head.contains("content-length: ") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let mut stream = connect();
    let mut answers = String::new();
    for path in ["/healthz", "/healthz", "/leafz"] {
        let last = if path == "/leafz" {
            "Connection: close\r\n"
        } else {
            ""
        };
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n{last}\r\n");
        stream.write_all(request.as_bytes()).await.expect("sent");
    }
    stream.read_to_string(&mut answers).await.expect("read");
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 3);
}

#[tokio::test]
async fn nonsense_and_oversized_heads_are_refused() {
    assert!(
        ask("CONNECT {\"verbose\":false}\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 400")
    );
    let long = "x".repeat(2 * HEADER_BYTES_MAX);
    let (mut stream, theirs) = duplex(8 * HEADER_BYTES_MAX);
    tokio::spawn(async move { monitor().serve_stream(theirs).await });
    let request = format!("GET /varz HTTP/1.1\r\nHost: {long}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("read");
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_dawdles_is_cut() {
    for begin in ["", "GET /varz HT"] {
        let mut stream = connect();
        stream.write_all(begin.as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        let end = timeout(
            HEADER_TIMEOUT + Duration::from_secs(1),
            stream.read_to_end(&mut answer),
        );
        end.await.expect("cut in time").expect("read");
    }
}

/// A monitor on a free port, and the end of its life.
async fn listen() -> (
    std::net::SocketAddr,
    oneshot::Sender<()>,
    tokio::task::JoinHandle<()>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(async move {
        monitor()
            .serve(listener, async { drop(stopped.await) })
            .await;
    });
    (address, stop, serving)
}

async fn healthy(address: std::net::SocketAddr) -> bool {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .expect("sent");
    let mut answer = String::new();
    let read = timeout(
        Duration::from_millis(300),
        stream.read_to_string(&mut answer),
    )
    .await;
    read.is_ok() && answer.ends_with("{\"status\":\"ok\"}")
}

#[tokio::test]
async fn shutdown_ends_the_listener_and_what_is_open() {
    let (address, stop, serving) = listen().await;
    assert!(healthy(address).await);
    let mut idle = TcpStream::connect(address).await.expect("connected");
    sleep(Duration::from_millis(50)).await;
    drop(stop);
    serving.await.expect("ended");
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap_or(0), 0);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn connections_are_bounded_and_the_oldest_gives_way() {
    let (address, _stop, _serving) = listen().await;
    let mut idle = Vec::new();
    for _ in 0..CONNECTIONS_MAX {
        idle.push(TcpStream::connect(address).await.expect("connected"));
    }
    // Silent sockets once kept everybody out, health included.
    for _ in 0..3 {
        assert!(healthy(address).await, "there is always a place");
    }
    let cut = async |stream: &mut TcpStream| stream.read(&mut [0; 1]).await.unwrap_or(0);
    assert_eq!(cut(&mut idle[0]).await, 0, "the oldest is cut");
    let youngest = idle.last_mut().expect("some");
    let read = timeout(Duration::from_millis(50), cut(youngest)).await;
    assert!(read.is_err(), "the youngest stays");
}

/// Snapshots that are being made, the most there were at one time, and whether they may end.
#[derive(Default)]
struct Running {
    state: Mutex<(usize, usize, bool)>,
    changed: Condvar,
}

impl Running {
    fn run(&self) {
        let mut state = self.state.lock().expect("no panic");
        state.0 += 1;
        state.1 = state.1.max(state.0);
        self.changed.notify_all();
        let mut state = self
            .changed
            .wait_while(state, |state| !state.2)
            .expect("no panic");
        state.0 -= 1;
    }
}

/// Symptom: a connection that gave way left its snapshot running, so that whoever asked for many and never read them had hundreds of
/// threads at work.
#[tokio::test]
async fn snapshots_are_few_and_health_waits_for_none() {
    const ASKED: &[u8] = b"GET /varz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let running = Arc::new(Running::default());
    let hook = running.clone();
    let mut fake = full();
    fake.on_varz = Some(Box::new(move || hook.run()));
    let monitor = Monitor::new(Arc::new(fake), "/");
    let mut waiting = Vec::new();
    for round in 0..2 {
        for _ in 0..4 * SNAPSHOTS_MAX {
            let (mut ours, theirs) = duplex(64 * 1024);
            let monitor = monitor.clone();
            let task = tokio::spawn(async move { monitor.serve_stream(theirs).await });
            ours.write_all(ASKED).await.expect("sent");
            waiting.push((ours, task));
        }
        let (mut ours, theirs) = duplex(64 * 1024);
        let monitor = monitor.clone();
        tokio::spawn(async move { monitor.serve_stream(theirs).await });
        ours.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .await
            .expect("sent");
        let mut answer = String::new();
        ours.read_to_string(&mut answer).await.expect("read");
        assert!(answer.contains("200 OK"), "{answer}");
        if round == 0 {
            // As those do that give way.
            waiting.drain(..).for_each(|(_, task)| task.abort());
        }
    }
    running.state.lock().expect("no panic").2 = true;
    running.changed.notify_all();
    for (mut ours, _) in waiting {
        let mut answer = String::new();
        ours.read_to_string(&mut answer).await.expect("read");
        assert!(answer.contains("200 OK"), "{answer}");
    }
    let most = running.state.lock().expect("no panic").1;
    assert!(most <= SNAPSHOTS_MAX, "{most} at one time");
}

#[tokio::test]
async fn an_answer_without_room_is_refused() {
    let mut fake = full();
    fake.answer_max = Some(100);
    let (mut ours, theirs) = duplex(64 * 1024);
    let monitor = Monitor::new(Arc::new(fake), "/");
    tokio::spawn(async move { monitor.serve_stream(theirs).await });
    ours.write_all(b"GET /varz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .expect("sent");
    let mut answer = String::new();
    ours.read_to_string(&mut answer).await.expect("read");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
}

#[tokio::test]
async fn a_handshake_comes_before_http() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let handshake = |mut stream: TcpStream| async move {
            let mut word = [0; 4];
            stream.read_exact(&mut word).await?;
            let fine = word == *b"open";
            fine.then_some(stream)
                .ok_or_else(|| std::io::Error::other("wrong word"))
        };
        monitor()
            .serve_with(listener, handshake, std::future::pending())
            .await;
    });
    let talk = async |word: &str| {
        let mut stream = TcpStream::connect(address).await.expect("connected");
        let request =
            format!("{word}GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        // A refused one may be reset while it still has bytes for us.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).expect("text")
    };
    assert!(talk("open").await.starts_with("HTTP/1.1 200 OK"));
    assert_eq!(talk("shut").await, "");
}
