//! A fault of the server on behalf of one connection ends that one, and no other of its worker.

mod support;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use support::{Program, hears, login};

/// Symptom (by reading): the buffer that all connections of a worker read into was lost with the one that panicked, and then each of them
/// read nothing, which means that its peer is gone.
#[test]
fn a_panic_ends_its_own_connection() {
    let program = Arc::new(Program::new(false));
    let address = program.serve();
    let mut other = login(address, "joe");
    other
        .write_all(b"SUB x 1\r\nPING\r\n")
        .expect("it takes bytes");
    assert!(hears(&mut other, "PONG\r\n", 1));
    for _ in 0..3 {
        let mut faulty = login(address, "boom");
        assert!(!hears(&mut faulty, "nothing", 1), "its socket is closed");
    }
    other
        .write_all(b"PUB x 2\r\nhi\r\nPING\r\n")
        .expect("it takes bytes");
    assert!(
        hears(&mut other, "MSG x 1 2\r\nhi\r\n", 1),
        "the others go on"
    );
    assert!(hears(&mut login(address, "amy"), "INFO", 1));
    assert_eq!(program.faults.load(SeqCst), 3, "each left the register");
}
