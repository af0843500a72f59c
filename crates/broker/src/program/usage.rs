//! The flags, as `--help` lists them.

/// Each flag with what it does, in groups.
pub(crate) fn flags(program: &str) -> String {
    let mut text = format!("\nUsage: {program} [options]\n");
    for (title, flags) in GROUPS {
        text += &format!("\n{title}:\n");
        for (flag, effect) in *flags {
            text += &format!("    {flag:<33}{effect}\n");
        }
    }
    text.push('\n');
    text
}

type Group = (&'static str, &'static [(&'static str, &'static str)]);

const GROUPS: &[Group] = &[
    (
        "Server Options",
        &[
            ("-a, --addr, --net <host>", "Address to listen on (0.0.0.0)"),
            (
                "-p, --port <port>",
                "Port for clients (4222), -1 for any free one",
            ),
            (
                "-n, --name, --server_name <name>",
                "Name of this server (its id)",
            ),
            ("-P, --pid <file>", "Write the process id there"),
            ("-m, --http_port <port>", "Port for HTTP monitoring"),
            ("-ms, --https_port <port>", "Port for HTTPS monitoring"),
            ("-c, --config <file>", "Configuration file"),
            ("-t", "Check the configuration file and exit"),
            (
                "-sl, --signal <signal>[=<pid>]",
                "Tell a running server: ldm, stop, quit, term, reopen, reload;",
            ),
            ("", "<pid> is a process id or the path of a pid file"),
            (
                "--client_advertise <address>",
                "Address that clients are told",
            ),
            (
                "--ports_file_dir <dir>",
                "Write <program>_<pid>.ports there",
            ),
        ],
    ),
    (
        "Logging Options",
        &[
            ("-l, --log <file>", "Log to a file"),
            ("-T, --logtime", "Stamp log lines with the time (true)"),
            ("--logtime_utc", "Stamp in UTC (false)"),
            ("-D, --debug", "Log more"),
            ("-V, --trace", "Log the protocol"),
            (
                "-VV, -DV, -DVV",
                "Log the system account's protocol too, and more",
            ),
            (
                "--log_size_limit <bytes>",
                "Rotate the log file at this size",
            ),
            (
                "--max_traced_msg_len <bytes>",
                "Payload bytes in trace lines (all)",
            ),
        ],
    ),
    (
        "JetStream Options",
        &[
            ("-js, --jetstream", "Streams (read, not served yet)"),
            ("-sd, --store_dir <dir>", "Folder of the store"),
        ],
    ),
    (
        "Authorization Options",
        &[
            ("--user <user>", "User that connections must show"),
            ("--pass <password>", "Password that connections must show"),
            ("--auth <token>", "Token that connections must show"),
        ],
    ),
    (
        "TLS Options",
        &[
            ("--tls", "Speak TLS with clients"),
            ("--tlscert <file>", "Certificate of the server"),
            ("--tlskey <file>", "Private key of the certificate"),
            ("--tlsverify", "Require certificates of clients"),
            ("--tlscacert <file>", "Authorities that sign clients"),
        ],
    ),
    (
        "Cluster Options",
        &[
            (
                "--cluster, --cluster_listen <url>",
                "Cluster port (opened; peers are refused)",
            ),
            ("--cluster_name <name>", "Name of the cluster"),
            ("--routes <urls>", "Servers of the cluster (not joined yet)"),
            ("--no_advertise", "Keep cluster addresses from clients"),
            (
                "--cluster_advertise <address>",
                "Address that other servers are told",
            ),
            ("--connect_retries <n>", "Tries of an implicit route"),
        ],
    ),
    (
        "Common Options",
        &[
            ("-h, --help", "This list"),
            ("-v, --version", "The version"),
            ("--help_tls", "TLS versions, suites and curves"),
        ],
    ),
];

/// `--help_tls`.
pub(crate) const TLS: &str = "\
TLS versions: 1.2, 1.3

Cipher suites (TLS 1.3):
    TLS_AES_128_GCM_SHA256
    TLS_AES_256_GCM_SHA384
    TLS_CHACHA20_POLY1305_SHA256

Cipher suites (TLS 1.2):
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
    TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
    TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
    TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
    TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256

Curves: X25519MLKEM768, X25519, CurveP256, CurveP384
";
