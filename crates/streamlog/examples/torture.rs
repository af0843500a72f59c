//! Cuts the power until so many places were tried, and tells how many of each kind: what `cargo xtask crash streamlog` runs. Every fourth store is
//! encrypted.
#![allow(clippy::print_stdout, reason = "a tool's report")]
use midge_streamlog::{Key, Work, sim};

fn main() -> Result<(), String> {
    let mut args = std::env::args().skip(1);
    let mut next = |default: u64| {
        args.next()
            .map_or(Ok(default), |text| text.parse().map_err(|_| text))
    };
    let (cases, mut seed) = (next(100_000)?, next(1)?);
    let mut all = sim::Report::default();
    while all.total() < cases && all.failure.is_none() {
        let key = seed.is_multiple_of(4).then(|| Key::new([8; 32]));
        all.add(sim::torture(seed, 250, 1, key.as_ref()));
        seed += 1;
    }
    for work in Work::ALL {
        println!(
            "{:>12} {:?}",
            all.cuts.get(&work).copied().unwrap_or(0),
            work
        );
    }
    println!("{:>12} cuts, seeds below {seed}", all.total());
    all.failure.map_or(Ok(()), Err)
}
