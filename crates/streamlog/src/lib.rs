//! An embedded, mmap-backed, crash-safe segment log with group commit.
#![deny(unsafe_op_in_unsafe_fn)]
