//! A server of its own for what a verb does to it: its configuration, its folder, and what it tells over HTTP.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::bench::contestant::{Contestant, Server};
use crate::tree;

/// Accounts `A` and `B`, with the users `a` and `b`; whoever has no name is `b`.
pub struct Stage {
    contestant: Contestant,
    folder: PathBuf,
    config: PathBuf,
    pub monitor: SocketAddr,
}

impl Stage {
    /// An empty folder `name` below the target folder; the store is in it, or in `store`.
    pub fn new(name: &'static str, program: PathBuf, store: Option<&Path>) -> Result<Self> {
        let folder = tree::target()?.join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let monitor = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let config = folder.join("server.conf");
        let user = |name: &str| {
            format!(
                "{} {{ jetstream: enabled, users: [{{ user: {name}, password: p }}] }}",
                name.to_uppercase()
            )
        };
        let store = store.map_or_else(|| folder.join("store"), |store| store.join("store"));
        let text = format!(
            "host: \"127.0.0.1\"\nhttp: \"{monitor}\"\nno_auth_user: b\nmax_payload: 64MB\nmax_pending: 1GB\njetstream {{ store_dir: \"{}\" }}\naccounts {{ {}, {} }}\n",
            store.display(),
            user("a"),
            user("b"),
        );
        fs::write(&config, text)?;
        Ok(Self {
            contestant: Contestant::new(name, program),
            folder,
            config,
            monitor,
        })
    }

    pub fn start(&self) -> Result<Server> {
        self.contestant.start(&self.config)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What the server answers to a GET.
pub fn http(monitor: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(monitor)?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: x\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
