//! Criterion groups and their peers; see `benches/`.
