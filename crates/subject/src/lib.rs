//! Subjects, filters, the trie that matches them, and transforms.
#![forbid(unsafe_code)]
