//! `tls { }`: certificates and how the handshake goes.

use std::path::PathBuf;
use std::time::Duration;

/// TLS of one listener. Files are named, not read: `net` loads them.
#[derive(Clone, Debug, PartialEq)]
pub struct Tls {
    /// PEM file with the certificate chain.
    pub cert_file: Option<PathBuf>,
    /// PEM file with the private key.
    pub key_file: Option<PathBuf>,
    /// PEM file with the authorities that sign peers.
    pub ca_file: Option<PathBuf>,
    /// Several certificates, chosen by the name the client asks for; excludes `cert_file`.
    pub certs: Vec<CertPair>,
    /// Require and verify a client certificate.
    pub verify: bool,
    /// Verify, and take the user's name from the certificate.
    pub verify_and_map: bool,
    /// Also compare the peer's names with the known URLs; routes and gateways only.
    pub verify_cert_and_check_known_urls: bool,
    /// Don't verify the server of connections we open.
    pub insecure: bool,
    /// Time for the handshake.
    pub timeout: Duration,
    /// Whether the handshake comes before INFO.
    pub handshake_first: HandshakeFirst,
    /// Lowest version; the library's default (1.2) when absent.
    pub min_version: Option<TlsVersion>,
    /// Cipher suites by their IANA names; empty is the library's choice.
    pub cipher_suites: Vec<String>,
    /// Let `cipher_suites` name weak ones.
    pub allow_insecure_cipher_suites: bool,
    /// Key exchange groups in order; empty is the library's choice.
    pub curve_preferences: Vec<String>,
    /// Lower-case hex SHA-256 of the public keys that peers may show; empty is any.
    pub pinned_certs: Vec<String>,
    /// Handshakes per second; 0 is unlimited.
    pub connection_rate_limit: u64,
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            cert_file: None,
            key_file: None,
            ca_file: None,
            certs: Vec::new(),
            verify: false,
            verify_and_map: false,
            verify_cert_and_check_known_urls: false,
            insecure: false,
            timeout: Duration::from_secs(2),
            handshake_first: HandshakeFirst::Off,
            min_version: None,
            cipher_suites: Vec::new(),
            allow_insecure_cipher_suites: false,
            curve_preferences: Vec::new(),
            pinned_certs: Vec::new(),
            connection_rate_limit: 0,
        }
    }
}

/// One certificate of `certs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertPair {
    /// PEM file with the chain.
    pub cert_file: PathBuf,
    /// PEM file with the private key.
    pub key_file: PathBuf,
}

/// The order of INFO and the TLS handshake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HandshakeFirst {
    /// INFO first, in the clear.
    #[default]
    Off,
    /// The handshake first, always.
    On,
    /// Wait this long for a ClientHello, then send INFO. `auto` waits 50 ms.
    After(Duration),
}

impl HandshakeFirst {
    /// What `auto` stands for.
    pub const AUTO: Self = Self::After(Duration::from_millis(50));
}

/// A TLS version we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// TLS 1.2.
    V1_2,
    /// TLS 1.3.
    V1_3,
}
