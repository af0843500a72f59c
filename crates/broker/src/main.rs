//! The `midge` program.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    let port: u16 = std::env::args().nth(1).and_then(|p| p.parse().ok()).unwrap_or(4222);
    let options = midge_conf::Options {
        port: midge_conf::Port::Fixed(port),
        http_port: Some(midge_conf::Port::Fixed(port + 1000)),
        ..Default::default()
    };
    let broker = midge_broker::Broker::start(options)?;
    std::thread::park();
    broker.stop();
    Ok(())
}
