//! The lock-free message container: ready-to-send chunks and the mailbox they travel in.
#![deny(unsafe_op_in_unsafe_fn)]
