//! Credentials in, grant out: accounts, users, permissions, nkeys.
#![forbid(unsafe_code)]
