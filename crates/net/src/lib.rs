//! Sockets for the broker: listeners, TLS, WebSocket, the read loop and the flush.
#![forbid(unsafe_code)]
