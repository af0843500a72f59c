//! TLS: certificates from files, and the three orders of INFO and handshake.

use crate::transport::{Duplex, Handshake, Transport};
use midge_conf::{HandshakeFirst, Tls, TlsVersion};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    CipherSuite, NamedGroup, ProtocolVersion, RootCertStore, ServerConfig, ServerConnection,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The first byte of a TLS handshake.
const HANDSHAKE_RECORD: u8 = 0x16;

/// Why certificates can't be used, with the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file can't be read, or is no PEM of the expected kind.
    #[error("{file}: {reason}")]
    File {
        /// Its path.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A file that must be named isn't.
    #[error("missing '{0}' in TLS configuration")]
    Missing(&'static str),
    /// Of the key exchange groups that were asked for the library has none.
    #[error("none of curve_preferences {0:?} is available")]
    NoCurve(Vec<String>),
    /// Of the TLS 1.2 cipher suites that were asked for the library has none.
    #[error("none of cipher_suites {0:?} is available for TLS 1.2")]
    NoSuite(Vec<String>),
    /// The library refuses what the files hold.
    #[error("error parsing X509 certificate/key pair: {0}")]
    Rustls(#[from] rustls::Error),
    /// The authorities can't be used to verify clients.
    #[error("failed to parse root ca certificate: {0}")]
    Verifier(String),
}

/// How a listener's connections come to TLS.
#[derive(Clone)]
pub struct TlsPolicy {
    acceptor: TlsAcceptor,
    timeout: Duration,
    first: HandshakeFirst,
    pinned: Arc<[String]>,
    /// When the certificate ends.
    pub not_after: Option<SystemTime>,
}

impl TlsPolicy {
    /// Reads the files.
    ///
    /// # Errors
    /// The file or pair that can't be used.
    pub fn new(tls: &Tls) -> Result<Self, TlsError> {
        let (chain, key) = pair(tls)?;
        let not_after = chain.first().and_then(not_after);
        let provider = Arc::new(provider(tls)?);
        let versions: &[&rustls::SupportedProtocolVersion] = match tls.min_version {
            Some(TlsVersion::V1_3) => &[&rustls::version::TLS13],
            _ => &[&rustls::version::TLS13, &rustls::version::TLS12],
        };
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(versions)?;
        let builder = if tls.verify || tls.verify_and_map {
            let mut roots = RootCertStore::empty();
            let file = tls.ca_file.as_deref().ok_or(TlsError::Missing("ca_file"))?;
            roots.add_parsable_certificates(certificates(file)?);
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(
                verifier.map_err(|error| TlsError::Verifier(error.to_string()))?,
            )
        } else {
            builder.with_no_client_auth()
        };
        let config = builder.with_single_cert(chain, key)?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            timeout: tls.timeout,
            first: tls.handshake_first,
            pinned: tls
                .pinned_certs
                .iter()
                .map(|hash| hash.to_ascii_lowercase())
                .collect(),
            not_after,
        })
    }

    /// The handshake itself.
    pub(crate) async fn accept(&self, socket: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let stream = timeout(self.timeout, self.acceptor.accept(socket))
            .await
            .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "TLS handshake timeout"))??;
        if !self.pinned.is_empty()
            && !peer_key_hash(stream.get_ref().1).is_some_and(|hash| self.pinned.contains(&hash))
        {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "certificate not pinned",
            ));
        }
        Ok(stream)
    }
}

/// The library's ciphers and key exchange groups without those that aren't asked for. As in the reference `cipher_suites` is about TLS 1.2,
/// whose order is the library's; those of TLS 1.3 stay, and a list of these alone leaves TLS 1.2 none.
fn provider(tls: &Tls) -> Result<CryptoProvider, TlsError> {
    let mut provider = aws_lc_rs::default_provider();
    let suites = &tls.cipher_suites;
    if !suites.is_empty() {
        let asks_for_old = suites.iter().any(|name| !is_of_tls13(name));
        provider
            .cipher_suites
            .retain(|suite| suite.tls13().is_some() || suites.contains(&suite_name(suite.suite())));
        let has_old = provider
            .cipher_suites
            .iter()
            .any(|suite| suite.tls13().is_none());
        if asks_for_old && !has_old && tls.min_version != Some(TlsVersion::V1_3) {
            return Err(TlsError::NoSuite(suites.clone()));
        }
    }
    let curves = &tls.curve_preferences;
    if !curves.is_empty() {
        let is_wanted = |group| curves.iter().any(|name| named_group(name) == Some(group));
        let groups = aws_lc_rs::ALL_KX_GROUPS.iter().copied();
        provider.kx_groups = groups.filter(|group| is_wanted(group.name())).collect();
    }
    match provider.kx_groups.is_empty() {
        true => Err(TlsError::NoCurve(curves.clone())),
        false => Ok(provider),
    }
}

/// Whether a suite is one of TLS 1.3: their names have no key exchange.
fn is_of_tls13(suite: &str) -> bool {
    !suite.contains("_WITH_")
}

/// The entries of `cipher_suites` and `curve_preferences` that the library doesn't have, as `cipher_suites.TLS_RSA_WITH_RC4_128_SHA`.
#[must_use]
pub fn unavailable_tls(tls: &Tls) -> Vec<String> {
    let has_suite = |name: &String| {
        let mut all = aws_lc_rs::ALL_CIPHER_SUITES.iter();
        all.any(|suite| suite_name(suite.suite()) == *name)
    };
    let has_curve = |name: &String| {
        let mut all = aws_lc_rs::ALL_KX_GROUPS.iter();
        all.any(|group| named_group(name) == Some(group.name()))
    };
    let suites = tls.cipher_suites.iter().filter(|name| !has_suite(name));
    let curves = tls.curve_preferences.iter().filter(|name| !has_curve(name));
    suites
        .map(|name| format!("cipher_suites.{name}"))
        .chain(curves.map(|name| format!("curve_preferences.{name}")))
        .collect()
}

/// A key exchange group by the name that configurations have for it.
fn named_group(name: &str) -> Option<NamedGroup> {
    match name {
        "X25519MLKEM768" => Some(NamedGroup::X25519MLKEM768),
        "SecP256r1MLKEM768" => Some(NamedGroup::secp256r1MLKEM768),
        "X25519" => Some(NamedGroup::X25519),
        "CurveP256" => Some(NamedGroup::secp256r1),
        "CurveP384" => Some(NamedGroup::secp384r1),
        "CurveP521" => Some(NamedGroup::secp521r1),
        _ => None,
    }
}

fn pair(tls: &Tls) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let first = tls.certs.first();
    let cert = tls
        .cert_file
        .as_deref()
        .or(first.map(|pair| pair.cert_file.as_path()));
    let key = tls
        .key_file
        .as_deref()
        .or(first.map(|pair| pair.key_file.as_path()));
    let key = key.ok_or(TlsError::Missing("key_file"))?;
    let chain = certificates(cert.ok_or(TlsError::Missing("cert_file"))?)?;
    Ok((
        chain,
        PrivateKeyDer::from_pem_file(key).map_err(|error| file_error(key, &error))?,
    ))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let all = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let all = all.map_err(|error| file_error(file, &error))?;
    match all.is_empty() {
        true => Err(TlsError::File {
            file: file.display().to_string(),
            reason: "no certificate in it".into(),
        }),
        false => Ok(all),
    }
}

fn file_error(file: &Path, error: &rustls_pki_types::pem::Error) -> TlsError {
    TlsError::File {
        file: file.display().to_string(),
        reason: error.to_string(),
    }
}

fn not_after(certificate: &CertificateDer<'_>) -> Option<SystemTime> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let seconds = u64::try_from(parsed.validity().not_after.timestamp()).ok()?;
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

fn peer_key_hash(connection: &ServerConnection) -> Option<String> {
    certificate_facts(connection.peer_certificates()?.first()?).map(|(_, key, _)| key)
}

/// A certificate's subject, and the hex of the SHA-256 of its public key info and of all of it.
#[must_use]
pub fn certificate_facts(der: &[u8]) -> Option<(String, String, String)> {
    let (_, parsed) = x509_parser::parse_x509_certificate(der).ok()?;
    let hash = |bytes: &[u8]| {
        Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    };
    Some((
        parsed.subject().to_string(),
        hash(parsed.public_key().raw),
        hash(der),
    ))
}

/// The client listener's handshake: TLS after INFO, before it, or whichever the client begins with.
/// `allow_plain` lets clients in that never begin it.
#[must_use]
pub fn client_handshake(policy: TlsPolicy, allow_plain: bool) -> Handshake {
    Handshake::Stream(Arc::new(move |socket, _, greeting| {
        let policy = policy.clone();
        Box::pin(async move { begin(&policy, allow_plain, socket, &greeting).await })
    }))
}

async fn begin(
    policy: &TlsPolicy,
    allow_plain: bool,
    mut socket: TcpStream,
    greeting: &[u8],
) -> io::Result<Transport> {
    let mut greeted = false;
    let spoke_first = match policy.first {
        HandshakeFirst::On => true,
        HandshakeFirst::Off => false,
        HandshakeFirst::After(wait) => timeout(wait, first_byte(&socket)).await.is_ok(),
    };
    if !spoke_first {
        socket.write_all(greeting).await?;
        greeted = true;
        let first = timeout(policy.timeout, first_byte(&socket)).await;
        match first
            .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "TLS handshake timeout"))??
        {
            HANDSHAKE_RECORD => {}
            _ if allow_plain => return Ok(Transport::Plain { socket, greeted }),
            _ => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "first record does not look like a TLS handshake",
                ));
            }
        }
    }
    let stream = policy.accept(socket).await?;
    Ok(secured(stream, greeted))
}

async fn first_byte(socket: &TcpStream) -> io::Result<u8> {
    let mut byte = [0];
    match socket.peek(&mut byte).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(byte[0]),
    }
}

fn secured(stream: TlsStream<TcpStream>, greeted: bool) -> Transport {
    let (certificate, tls) = facts(stream.get_ref().1);
    Transport::Stream {
        stream: Box::new(stream),
        certificate,
        tls,
        client_ip: None,
        cookie: String::new(),
        inbound: None,
        greeted,
    }
}

/// A handshake for other protocols than NATS: HTTPS monitoring, say.
pub async fn stream_handshake(policy: TlsPolicy, socket: TcpStream) -> io::Result<impl Duplex> {
    policy.accept(socket).await
}

/// The client's certificate, and the version and suite as monitoring names them.
pub(crate) fn facts(connection: &ServerConnection) -> (Option<Vec<u8>>, Option<(String, String)>) {
    let certificate = connection
        .peer_certificates()
        .and_then(<[_]>::first)
        .map(|der| der.to_vec());
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "1.3",
        Some(ProtocolVersion::TLSv1_2) => "1.2",
        _ => "",
    };
    let suite = connection
        .negotiated_cipher_suite()
        .map(|suite| suite_name(suite.suite()));
    (
        certificate,
        Some((version.into(), suite.unwrap_or_default())),
    )
}

/// The registered name; the library spells TLS 1.3 suites with `TLS13`.
fn suite_name(suite: CipherSuite) -> String {
    suite.as_str().unwrap_or_default().replace("TLS13_", "TLS_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::SupportedCipherSuite;

    /// The ciphers of TLS 1.2, the number of those of TLS 1.3, and the key exchange groups.
    fn offered(tls: &Tls) -> (Vec<String>, usize, Vec<NamedGroup>) {
        let provider = provider(tls).unwrap();
        let (new, old): (Vec<&SupportedCipherSuite>, Vec<_>) = provider
            .cipher_suites
            .iter()
            .partition(|suite| suite.tls13().is_some());
        let old = old.iter().map(|suite| format!("{:?}", suite.suite()));
        let groups = provider.kx_groups.iter().map(|group| group.name());
        (old.collect(), new.len(), groups.collect())
    }

    /// Symptom: a configuration that named its ciphers and curves was taken, and others were offered as well.
    #[test]
    fn only_the_ciphers_and_curves_that_are_asked_for_are_offered() {
        let (old, new, groups) = offered(&Tls::default());
        assert!(old.len() > 2 && new == 3 && groups.len() > 2);
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let wanted = [
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_RSA_WITH_AES_128_CBC_SHA",
        ];
        let tls = Tls {
            cipher_suites: names(&wanted),
            curve_preferences: names(&["CurveP384", "SecP384r1MLKEM1024"]),
            ..Tls::default()
        };
        let want = (names(&wanted[..1]), 3, vec![NamedGroup::secp384r1]);
        assert_eq!(offered(&tls), want);
        let none = Tls {
            curve_preferences: names(&["SecP384r1MLKEM1024"]),
            ..Tls::default()
        };
        assert!(matches!(provider(&none), Err(TlsError::NoCurve(_))));
    }

    /// Symptom: a list of suites without an available one for TLS 1.2 switched that version off without a word.
    #[test]
    fn a_list_without_an_available_suite_for_tls_1_2_is_refused() {
        let tls = |suites: &[&str], min_version| Tls {
            cipher_suites: suites.iter().map(|name| (*name).to_owned()).collect(),
            min_version,
            ..Tls::default()
        };
        let (new, cbc) = (
            "TLS_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        );
        for suites in [&[cbc][..], &[new, cbc]] {
            for version in [None, Some(TlsVersion::V1_2)] {
                let refused = provider(&tls(suites, version)).map(|_| ());
                assert!(matches!(refused, Err(TlsError::NoSuite(_))), "{suites:?}");
            }
            assert!(provider(&tls(suites, Some(TlsVersion::V1_3))).is_ok());
        }
        // As in the reference: who names none for TLS 1.2 wants none.
        assert_eq!(offered(&tls(&[new], None)).0, [""; 0]);
    }

    #[test]
    fn of_all_that_can_be_named_the_weak_and_the_rare_are_not_available() {
        let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let tls = Tls {
            cipher_suites: all(midge_conf::CIPHER_SUITES),
            curve_preferences: all(midge_conf::CURVES),
            ..Tls::default()
        };
        let found = unavailable_tls(&tls);
        let (curves, suites): (Vec<_>, Vec<_>) = found
            .iter()
            .map(String::as_str)
            .partition(|entry| entry.starts_with("curve_preferences."));
        let want =
            ["SecP384r1MLKEM1024", "CurveP521"].map(|name| format!("curve_preferences.{name}"));
        assert_eq!(curves, want);
        let is_weak = |name: &&&str| {
            let parts = ["TLS_RSA_", "_CBC_", "_RC4_"];
            parts.iter().any(|part| name.contains(part))
        };
        let weak = midge_conf::CIPHER_SUITES.iter().filter(is_weak);
        let want: Vec<_> = weak.map(|name| format!("cipher_suites.{name}")).collect();
        assert_eq!(suites, want);
    }
}
