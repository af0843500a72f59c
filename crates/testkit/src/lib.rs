//! Transcripts, servers on free ports and a virtual clock for Midge's tests.
#![forbid(unsafe_code)]
