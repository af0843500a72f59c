//! What holds for any bytes of a WebSocket peer, as a plain function: the fuzz target and the tests share it.

use crate::transport::Transport;
use crate::websocket::{WebSocketPolicy, upgrade};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

const UPGRADE: &[u8] =
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
/// A message before the login; more than a script has.
const LOGIN_MAX: usize = 32 << 10;
/// Bytes that one read may take before anybody has looked at them.
const READ_AHEAD: usize = 64 << 10;

/// What came of a peer's bytes.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    upgraded: bool,
    read: Vec<u8>,
    failed: bool,
}

/// A script: a byte that says how its rest is cut, and whether it is the whole of what the peer sends or follows a valid upgrade.
///
/// # Panics
/// When it matters how the bytes are cut, or when more is read, or held, than they have.
pub fn websocket(script: &[u8]) {
    let Some((how, rest)) = script.split_first() else {
        return;
    };
    let bytes = match how & 1 {
        0 => [UPGRADE, rest].concat(),
        _ => rest.to_vec(),
    };
    if bytes.len() > LOGIN_MAX {
        return;
    }
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_time().build().expect("a runtime");
    let whole = runtime.block_on(play(&bytes, bytes.len().max(1)));
    assert!(whole.read.len() <= bytes.len(), "{whole:?}");
    let piece = usize::from(how >> 1).max(1);
    assert_eq!(whole, runtime.block_on(play(&bytes, piece)));
}

async fn play(bytes: &[u8], piece: usize) -> Outcome {
    let (server, peer) = duplex(LOGIN_MAX);
    let (mut answers, mut requests) = tokio::io::split(peer);
    let say = async {
        for part in bytes.chunks(piece) {
            // Who is refused hears no more.
            if requests.write_all(part).await.is_err() {
                break;
            }
            tokio::task::yield_now().await;
        }
        let _ = requests.shutdown().await;
    };
    let hear = async {
        let mut heard = Vec::new();
        let _ = answers.read_to_end(&mut heard).await;
    };
    let (outcome, (), ()) = tokio::join!(serve(server), say, hear);
    outcome
}

async fn serve(stream: DuplexStream) -> Outcome {
    let policy = WebSocketPolicy {
        timeout: Duration::from_secs(60),
        max_message: LOGIN_MAX,
        max_login: LOGIN_MAX,
        ..WebSocketPolicy::default()
    };
    let mut outcome = Outcome {
        upgraded: false,
        read: Vec::new(),
        failed: false,
    };
    let upgraded = upgrade(&policy, false, stream, None, None).await;
    let Ok(Transport::Stream {
        mut stream,
        inbound: Some(inbound),
        ..
    }) = upgraded
    else {
        return outcome;
    };
    outcome.upgraded = true;
    let mut bytes = [0; 512];
    loop {
        match stream.read(&mut bytes).await {
            Ok(0) => return outcome,
            Ok(len) => outcome.read.extend_from_slice(&bytes[..len]),
            Err(_) => {
                outcome.failed = true;
                return outcome;
            }
        }
        let held = inbound.held();
        assert!(held <= LOGIN_MAX + READ_AHEAD, "{held} bytes are held");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;

    #[test]
    fn the_laws_hold_for_the_saved_corpus() {
        let folder =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/websocket_bytes");
        let mut files = 0;
        for entry in std::fs::read_dir(&folder).expect("the corpus is part of the repository") {
            let path = entry.expect("a readable folder").path();
            websocket(&std::fs::read(&path).expect("a readable file"));
            files += 1;
        }
        assert!(files >= 6, "{files} files in {}", folder.display());
    }

    #[test]
    fn frames_become_the_bytes_that_they_carry() {
        let frame = [&[0x82, 0x86, 0, 0, 0, 0], &b"PING\r\n"[..]].concat();
        let bytes = [UPGRADE, &frame[..]].concat();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
        let outcome = runtime.block_on(play(&bytes, 7));
        // It fails at the end, since the peer doesn't say that it goes.
        assert!(outcome.upgraded && outcome.failed);
        assert_eq!(outcome.read, b"PING\r\n");
    }

    /// A masked frame whose mask is zero.
    fn frame() -> impl Strategy<Value = Vec<u8>> {
        let bytes = prop::collection::vec(any::<u8>(), 0..40);
        (any::<u8>(), bytes).prop_map(|(head, bytes)| {
            [
                &[head & 0x8f, 0x80 | bytes.len() as u8, 0, 0, 0, 0],
                &bytes[..],
            ]
            .concat()
        })
    }

    proptest! {
        #[test]
        fn the_laws_hold_for_any_frames(how in any::<u8>(), frames in prop::collection::vec(frame(), 0..8)) {
            websocket(&[&[how & !1], &frames.concat()[..]].concat());
        }
    }
}
