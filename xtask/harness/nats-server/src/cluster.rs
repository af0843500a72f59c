//! Three servers that know each other.

use std::net::TcpListener;

use crate::Server;

const SIZE: usize = 3;

/// Running servers which share one cluster.
pub struct Cluster {
    /// The members, in the order they were started.
    pub servers: Vec<Server>,
}

/// Starts three servers with the configuration file `config`, connected by routes.
pub fn run_cluster(config: &str) -> Cluster {
    let routes = free_ports().map(|port| format!("nats://127.0.0.1:{port}"));
    let servers = (0..SIZE).map(|n| member(config, n, &routes)).collect();
    Cluster { servers }
}

impl Cluster {
    /// The address of the first member.
    pub fn client_url(&self) -> String {
        self.servers[0].client_url()
    }
}

fn member(config: &str, n: usize, routes: &[String; SIZE]) -> Server {
    let others = (0..SIZE)
        .filter(|other| *other != n)
        .map(|other| routes[other].as_str());
    let others = others.collect::<Vec<_>>().join(",");
    let name = format!("node{n}");
    Server::start(
        config,
        &[
            "-p",
            "-1",
            "--cluster",
            &routes[n],
            "--cluster_name",
            "cluster",
            "--routes",
            &others,
            "-n",
            &name,
        ],
    )
}

/// Ports that were free a moment ago, all different because all are held while we ask.
fn free_ports() -> [u16; SIZE] {
    let held: [TcpListener; SIZE] =
        std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    held.map(|listener| listener.local_addr().expect("its address").port())
}
