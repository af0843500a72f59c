//! Ports of features to come: open, so that configurations with them work, and refusing every peer.

use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Refusals at a time.
const REFUSALS_MAX: usize = 64;
const REFUSAL_TIME: Duration = Duration::from_secs(1);

/// Answers each connection with an error that says what is missing.
pub(crate) async fn refuse(socket: std::net::TcpListener, feature: &'static str) {
    let Ok(listener) = TcpListener::from_std(socket) else {
        return;
    };
    let places = Arc::new(Semaphore::new(REFUSALS_MAX));
    loop {
        let Ok((mut peer, address)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Ok(place) = places.clone().try_acquire_owned() else {
            continue;
        };
        // Without the port: a peer that goes on trying is one line a minute.
        tracing::warn!("{} - refused: {feature} is not supported yet", address.ip());
        tokio::spawn(async move {
            let answer = format!("-ERR '{feature} is not supported yet'\r\n");
            let _ = tokio::time::timeout(REFUSAL_TIME, peer.write_all(answer.as_bytes())).await;
            drop(place);
        });
    }
}
