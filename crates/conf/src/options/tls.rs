//! `tls { }`: certificates and how the handshake goes.

use super::reader::{Field, Read, Reader};
use crate::grammar::{Data, plain};
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

/// Where a `tls` block stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// A listener for clients.
    Client,
    /// A link between servers, which knows the other's URL.
    Server,
}

impl Tls {
    pub(super) fn read(block: &Field<'_>, side: Side, r: &mut Reader<'_>) -> Read<Self> {
        let mut tls = Self::default();
        let before = r.errors.len();
        r.block(block, |r, f| tls.read_field(f, side, r))?;
        if r.errors.len() == before {
            tls.check(block, r)?;
        }
        Ok(tls)
    }

    fn read_field(&mut self, f: &Field<'_>, side: Side, r: &mut Reader<'_>) -> Read<()> {
        match f.name.as_str() {
            "cert_file" => self.cert_file = file_name(f)?,
            "key_file" => self.key_file = file_name(f)?,
            "ca_file" => self.ca_file = file_name(f)?,
            "certs" | "certificates" => self.certs = cert_pairs(f, r)?,
            "verify" => self.verify |= truth(f)?,
            "verify_and_map" => {
                self.verify_and_map = truth(f)?;
                self.verify |= self.verify_and_map;
            }
            "verify_cert_and_check_known_urls" => {
                self.verify_cert_and_check_known_urls = truth(f)?;
                if self.verify_cert_and_check_known_urls && side == Side::Client {
                    return f.fail(format!("{} not supported in this context", f.name));
                }
            }
            "insecure" => self.insecure = truth(f)?,
            "timeout" => {
                let timeout = r.timeout(f)?;
                if !timeout.is_zero() {
                    self.timeout = timeout;
                }
            }
            "handshake_first" | "first" | "immediate" => self.handshake_first = handshake_first(f)?,
            "min_version" => self.min_version = Some(min_version(f)?),
            "cipher_suites" => self.cipher_suites = known(f, CIPHER_SUITES, "cipher")?,
            "curve_preferences" => self.curve_preferences = known(f, CURVES, "curve preference")?,
            "allow_insecure_cipher_suites" => self.allow_insecure_cipher_suites = truth(f)?,
            "pinned_certs" => self.pinned_certs = pinned_certs(f)?,
            "connection_rate_limit" => self.connection_rate_limit = f.limit()?.unwrap_or(0),
            "ocsp_peer" => return f.later_unless_empty("tls.ocsp_peer"),
            "cert_store"
            | "cert_match_by"
            | "cert_match"
            | "ca_certs_match"
            | "cert_match_skip_invalid" => {
                return f.later(&format!("tls.{}", f.name));
            }
            _ if f.value.used => {}
            _ => {
                return f.fail(format!(
                    "error parsing tls config, unknown field {:?}",
                    f.key
                ));
            }
        }
        Ok(())
    }

    /// What no single field can tell.
    fn check(&self, block: &Field<'_>, r: &Reader<'_>) -> Read<()> {
        match (&self.cert_file, &self.key_file) {
            (Some(_), None) => return block.fail("missing 'key_file' in TLS configuration"),
            (None, Some(_)) => return block.fail("missing 'cert_file' in TLS configuration"),
            (Some(_), Some(_)) if !self.certs.is_empty() => {
                return block.fail("error parsing tls config, cannot combine 'cert_file' option with 'certs' option");
            }
            _ => {}
        }
        let weak: Vec<_> = self
            .cipher_suites
            .iter()
            .map(String::as_str)
            .filter(|name| is_weak(name))
            .collect();
        if !weak.is_empty() && !self.allow_insecure_cipher_suites {
            let weak = weak.join(", ");
            return block.fail(format!(
                "insecure cipher suites configured without 'allow_insecure_cipher_suites' option set: {weak}"
            ));
        }
        let pairs = self
            .certs
            .iter()
            .flat_map(|pair| [&pair.cert_file, &pair.key_file]);
        let files = [&self.cert_file, &self.key_file, &self.ca_file]
            .into_iter()
            .flatten();
        for file in files.chain(pairs) {
            if let Err(why) = r.source.read(file) {
                return block.fail(format!(
                    "error parsing tls config, open {}: {}",
                    file.display(),
                    plain(&why)
                ));
            }
        }
        Ok(())
    }
}

fn file_name(f: &Field<'_>) -> Read<Option<PathBuf>> {
    f.path().or_else(|_| {
        f.fail(format!(
            "error parsing tls config, expected '{}' to be filename",
            f.name
        ))
    })
}

fn truth(f: &Field<'_>) -> Read<bool> {
    f.bool().or_else(|_| {
        f.fail(format!(
            "error parsing tls config, expected '{}' to be a boolean",
            f.name
        ))
    })
}

fn cert_pairs(f: &Field<'_>, r: &mut Reader<'_>) -> Read<Vec<CertPair>> {
    f.list()?;
    let mut pairs = Vec::new();
    for item in f.items() {
        let (mut cert_file, mut key_file) = (None, None);
        r.block(&item, |_, f| {
            match f.name.as_str() {
                "cert_file" => cert_file = file_name(f)?,
                "key_file" => key_file = file_name(f)?,
                _ => {
                    return f.fail(format!(
                        "error parsing tls certs config, unknown field {:?}",
                        f.key
                    ));
                }
            }
            Ok(())
        })?;
        match (cert_file, key_file) {
            (Some(cert_file), Some(key_file)) => pairs.push(CertPair {
                cert_file,
                key_file,
            }),
            _ => {
                return item.fail("error parsing certificates config: both 'cert_file' and 'key_file' options are required");
            }
        }
    }
    Ok(pairs)
}

fn handshake_first(f: &Field<'_>) -> Read<HandshakeFirst> {
    match &f.value.data {
        Data::Bool(true) => Ok(HandshakeFirst::On),
        Data::Bool(false) => Ok(HandshakeFirst::Off),
        Data::Text(text) if text.eq_ignore_ascii_case("auto") => Ok(HandshakeFirst::AUTO),
        Data::Text(text) => match f.duration() {
            Ok(wait) => Ok(HandshakeFirst::After(wait)),
            Err(_) => f.fail(format!("field {:?}'s value {text:?} is invalid", f.key)),
        },
        data => f.fail(format!(
            "field {:?} should be a boolean or a string, got {}",
            f.key,
            data.kind()
        )),
    }
}

fn min_version(f: &Field<'_>) -> Read<TlsVersion> {
    match f.str()? {
        "1.2" => Ok(TlsVersion::V1_2),
        "1.3" => Ok(TlsVersion::V1_3),
        version @ ("1.0" | "1.1") => f.fail(format!(
            "error parsing tls config: unsupported TLS version: TLS {version}"
        )),
        version => f.fail(format!(
            "error parsing tls config: unknown version: {version}"
        )),
    }
}

fn pinned_certs(f: &Field<'_>) -> Read<Vec<String>> {
    const WHAT: &str = "hex-encoded sha256 of DER encoded SubjectPublicKeyInfo";
    let Data::List(_) = &f.value.data else {
        return f.fail(format!(
            "error parsing tls config, expected 'pinned_certs' to be a list of {WHAT}"
        ));
    };
    let mut pins = f.texts()?;
    for pin in &mut pins {
        pin.make_ascii_lowercase();
        if pin.len() != 64 || !pin.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return f.fail(format!(
                "error parsing tls config, 'pinned_certs' key {pin} does not look like {WHAT}"
            ));
        }
    }
    Ok(pins)
}

/// A list of names, each of which the reference knows.
fn known(f: &Field<'_>, names: &[&str], what: &str) -> Read<Vec<String>> {
    if f.list()?.is_empty() {
        return f.fail(format!(
            "error parsing tls config, '{}' cannot be empty",
            f.name
        ));
    }
    let chosen = f.texts()?;
    match chosen.iter().find(|name| !names.contains(&name.as_str())) {
        Some(name) => f.fail(format!("unrecognized {what} {name}")),
        None => Ok(chosen),
    }
}

/// Suites with RSA key exchange, RC4, 3DES or CBC with SHA-256.
fn is_weak(name: &str) -> bool {
    name.starts_with("TLS_RSA_")
        || ["_RC4_", "_3DES_", "CBC_SHA256"]
            .iter()
            .any(|part| name.contains(part))
}

/// The cipher suites that can be named, strongest first.
pub const CIPHER_SUITES: &[&str] = &[
    "TLS_AES_256_GCM_SHA384",
    "TLS_AES_128_GCM_SHA256",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_RC4_128_SHA",
    "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
    "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
];

/// The key exchange groups that can be named, in their default order.
pub const CURVES: &[&str] = &[
    "X25519MLKEM768",
    "SecP256r1MLKEM768",
    "SecP384r1MLKEM1024",
    "X25519",
    "CurveP256",
    "CurveP384",
    "CurveP521",
];
