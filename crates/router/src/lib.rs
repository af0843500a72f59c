//! Who gets this message: interest per account, queue groups, match caches.
#![forbid(unsafe_code)]
