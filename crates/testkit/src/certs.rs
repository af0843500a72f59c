//! Certificates for TLS tests, made once per process in a temporary folder.
//!
//! | file (`.pem`, key in `.key`) | what it is |
//! |---|---|
//! | `ca`, `ca2` | two authorities that don't know each other |
//! | `server` | for `localhost` and the loopback addresses, signed by `ca` |
//! | `server2` | the same names, signed by `ca2`: what a rotation brings |
//! | `client` | CN `client`, organisation `Midge`, signed by `ca` |
//! | `email`, `dns`, `uri` | clients named by `user@midge.test`, `client.midge.test`, `spiffe://midge.test/user` |
//! | `rogue` | a client signed by `ca2` |
//! | `expired` | a client signed by `ca` whose time is over |

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};
use tempfile::TempDir;

/// The folder with all certificates; it lives until the process ends.
pub fn folder() -> Result<&'static Path> {
    static FOLDER: OnceLock<Result<Made, String>> = OnceLock::new();
    let made = FOLDER.get_or_init(|| Made::new().map_err(|error| format!("{error:#}")));
    made.as_ref()
        .map(|made| made.path.as_path())
        .map_err(|error| anyhow::anyhow!("certificates: {error}"))
}

/// The path of one file in it, for example `client.pem`.
pub fn file(name: &str) -> Result<PathBuf> {
    Ok(folder()?.join(name))
}

struct Made {
    path: PathBuf,
    _dir: TempDir,
}

impl Made {
    fn new() -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("midge-certs").tempdir()?;
        let maker = Maker {
            folder: dir.path().to_owned(),
        };
        maker.write_all().context("writing certificates")?;
        Ok(Self {
            path: dir.path().to_owned(),
            _dir: dir,
        })
    }
}

struct Maker {
    folder: PathBuf,
}

impl Maker {
    fn write_all(&self) -> Result<()> {
        let ca = self.authority("ca", "Midge test authority")?;
        let ca2 = self.authority("ca2", "Another test authority")?;
        self.server("server", &ca)?;
        self.server("server2", &ca2)?;
        self.client("client", vec![], &ca, 2099)?;
        self.client("rogue", vec![], &ca2, 2099)?;
        self.client("expired", vec![], &ca, 2020)?;
        self.client(
            "email",
            vec![SanType::Rfc822Name("user@midge.test".try_into()?)],
            &ca,
            2099,
        )?;
        self.client(
            "dns",
            vec![SanType::DnsName("client.midge.test".try_into()?)],
            &ca,
            2099,
        )?;
        self.client(
            "uri",
            vec![SanType::URI("spiffe://midge.test/user".try_into()?)],
            &ca,
            2099,
        )
    }

    fn authority(&self, file: &str, name: &str) -> Result<Issuer<'static, KeyPair>> {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        self.save(file, &params.self_signed(&key)?.pem(), &key)?;
        Ok(Issuer::new(params, key))
    }

    fn server(&self, file: &str, issuer: &Issuer<'_, KeyPair>) -> Result<()> {
        let names = [
            "localhost".to_owned(),
            "127.0.0.1".to_owned(),
            "::1".to_owned(),
        ];
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = named("localhost");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(file, &params, issuer)
    }

    fn client(
        &self,
        file: &str,
        names: Vec<SanType>,
        issuer: &Issuer<'_, KeyPair>,
        last_year: i32,
    ) -> Result<()> {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(file);
        params
            .distinguished_name
            .push(DnType::OrganizationName, "Midge");
        params.subject_alt_names = names;
        params.not_before = date_time_ymd(2019, 1, 1);
        params.not_after = date_time_ymd(last_year, 1, 1);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(file, &params, issuer)
    }

    fn sign(
        &self,
        file: &str,
        params: &CertificateParams,
        issuer: &Issuer<'_, KeyPair>,
    ) -> Result<()> {
        let key = KeyPair::generate()?;
        self.save(file, &params.signed_by(&key, issuer)?.pem(), &key)
    }

    fn save(&self, file: &str, certificate: &str, key: &KeyPair) -> Result<()> {
        std::fs::write(self.folder.join(format!("{file}.pem")), certificate)?;
        std::fs::write(self.folder.join(format!("{file}.key")), key.serialize_pem())?;
        Ok(())
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}
