//! HTTP around the answers: listeners, connections and their bounds.

use crate::Source;
use crate::respond::{JSON, Responder, Response, TEXT};
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Future, ready};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};

/// Connections at the same time. Whoever comes when all places are taken gets that of the oldest one: a monitor asks again, and those who
/// hold places without asking anything are the first to be the oldest.
pub const CONNECTIONS_MAX: usize = 128;
/// Time to send the head of a request, from the connection's begin or the answer before.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of the head of a request.
pub const HEADER_BYTES_MAX: usize = 16 * 1024;
/// Age at which a connection gets no further request; twice that is its end.
pub const CONNECTION_AGE_MAX: Duration = Duration::from_secs(60);
/// Snapshots made at the same time, whoever still waits for them; and so many answers about health beside them.
pub const SNAPSHOTS_MAX: usize = 2;
/// Pause after the system refused an accept (no file descriptors left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The monitoring server: cheap to clone, it serves any number of listeners.
#[derive(Clone)]
pub struct Monitor {
    responder: Arc<Responder>,
    slots: Arc<Semaphore>,
    /// Places for snapshots. One that is being made can't be stopped, so it keeps its place when its connection has given way.
    snapshots: Arc<Semaphore>,
    /// Places for answers about health, which wait behind no snapshot.
    health: Arc<Semaphore>,
    /// The connections, oldest first, and some that ended.
    open: Arc<Mutex<VecDeque<AbortHandle>>>,
}

impl Monitor {
    /// Answers from `source`, below `base_path` (`/` or nothing for none).
    pub fn new(source: Arc<dyn Source>, base_path: &str) -> Self {
        Self {
            responder: Arc::new(Responder::new(source, base_path)),
            slots: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
            snapshots: Arc::new(Semaphore::new(SNAPSHOTS_MAX)),
            health: Arc::new(Semaphore::new(SNAPSHOTS_MAX)),
            open: Arc::default(),
        }
    }

    /// The answer to one request. It may take a moment where there are very many connections.
    pub fn respond(&self, path: &str, query: &str) -> Response {
        self.responder.respond(path, query)
    }

    /// Serves plain HTTP until `shutdown` completes; what is open then is cut.
    pub async fn serve(&self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        self.serve_with(listener, |stream| ready(Ok(stream)), shutdown)
            .await;
    }

    /// As [`serve`](Self::serve), with a handshake (TLS) before HTTP. The handshake has [`HEADER_TIMEOUT`].
    pub async fn serve_with<H, F, S>(
        &self,
        listener: TcpListener,
        handshake: H,
        shutdown: impl Future<Output = ()>,
    ) where
        H: Fn(TcpStream) -> F,
        F: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut shutdown = pin!(shutdown);
        // Dropped at the end, and with it every connection.
        let mut connections = JoinSet::new();
        loop {
            while connections.try_join_next().is_some() {}
            let accepted = async {
                let accepted = listener.accept().await;
                Some((accepted, self.slot().await?))
            };
            let accepted = tokio::select! {
                () = &mut shutdown => return,
                accepted = accepted => accepted,
            };
            match accepted {
                None => return,
                Some((Ok((stream, _)), slot)) => {
                    let monitor = self.clone();
                    let handshake = handshake(stream);
                    let ends = connections.spawn(async move {
                        if let Ok(Ok(stream)) = timeout(HEADER_TIMEOUT, handshake).await {
                            monitor.serve_stream(stream).await;
                        }
                        drop(slot);
                    });
                    let mut open = self.open.lock();
                    if open.len() >= 2 * CONNECTIONS_MAX {
                        open.retain(|connection| !connection.is_finished());
                    }
                    open.push_back(ends);
                }
                Some((Err(error), _)) => {
                    tracing::warn!("Error accepting a monitoring connection: {error}");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// A place for a connection; if need be the oldest one gives way.
    async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        if self.slots.available_permits() == 0 {
            let mut open = self.open.lock();
            open.retain(|connection| !connection.is_finished());
            if let Some(oldest) = open.pop_front() {
                oldest.abort();
            }
        }
        self.slots.clone().acquire_owned().await.ok()
    }

    /// Serves one connection to its end.
    pub async fn serve_stream<S>(&self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
            let monitor = self.clone();
            async move {
                let path = request.uri().path().to_owned();
                let query = request.uri().query().unwrap_or_default().to_owned();
                Ok::<_, Infallible>(monitor.reply(path, query).await)
            }
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .max_buf_size(HEADER_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        // How a monitoring client ends its connection is its own business.
        if timeout(CONNECTION_AGE_MAX, connection.as_mut())
            .await
            .is_err()
        {
            connection.as_mut().graceful_shutdown();
            let _ = timeout(CONNECTION_AGE_MAX, connection).await;
        }
    }

    /// Status, type and body, if there is room for that.
    fn answer(&self, path: &str, query: &str) -> (u16, &'static str, Bytes) {
        let answer = self.respond(path, query);
        match self.responder.source().hold_answer(answer.body) {
            Some(body) => (answer.status, answer.content_type, body),
            None => {
                let body = Bytes::from_static(b"maximum memory exceeded\n");
                (503, TEXT, body)
            }
        }
    }

    /// A large snapshot takes milliseconds, so it is made where nobody waits for it.
    async fn reply(self, path: String, query: String) -> hyper::Response<Full<Bytes>> {
        let places = match path.ends_with("/healthz") {
            true => self.health.clone(),
            false => self.snapshots.clone(),
        };
        let place = places.acquire_owned().await;
        let work = move || {
            let _place = place;
            self.answer(&path, &query)
        };
        let made = tokio::task::spawn_blocking(work).await;
        let (status, content_type, body) = made.unwrap_or_else(|_| {
            let body = Bytes::from_static(b"internal error\n");
            (500, TEXT, body)
        });
        let mut response = hyper::Response::new(Full::new(body));
        *response.status_mut() =
            hyper::StatusCode::from_u16(status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if content_type == JSON {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        response
    }
}
