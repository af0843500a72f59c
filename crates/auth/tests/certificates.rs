//! Users by the names in their certificates.

use midge_auth::{
    Authenticator, Certificate, ConnectionType, Credentials, Denial, DistinguishedName, Error,
    Grant, Step, Transport,
};
use midge_conf::{Authorization, Identity, Options, Tls, User};

const NAMES: &[u8] = include_bytes!("../testdata/names.der");
const SUBJECT: &[u8] = include_bytes!("../testdata/subject.der");
const UNUSUAL: &[u8] = include_bytes!("../testdata/unusual.der");
const NOBODY: &[u8] = include_bytes!("../testdata/nobody.der");

fn user(name: &str, password: Option<&str>) -> User {
    User {
        identity: Identity::Password {
            name: name.into(),
            password: password.map(Into::into),
        },
        permissions: None,
        allowed_connection_types: Vec::new(),
    }
}

fn mapping(users: Vec<User>) -> Options {
    Options {
        authorization: Authorization {
            users,
            ..Authorization::default()
        },
        tls: Some(Tls {
            verify_and_map: true,
            ..Tls::default()
        }),
        ..Options::default()
    }
}

fn decide(
    options: &Options,
    who: &Credentials<'_>,
    der: Option<&[u8]>,
    kind: ConnectionType,
) -> Result<Grant, Denial> {
    let certificate = der.map(|der| Certificate::from_der(der).expect("a certificate"));
    let transport = Transport {
        kind,
        certificate: certificate.as_ref(),
    };
    match Authenticator::new(options)
        .expect("a configuration")
        .begin(who, b"", &transport)
    {
        Step::Done(verdict) => verdict,
        Step::Slow(check) => check.run(),
    }
}

/// Whom the certificate names among these users.
#[track_caller]
fn check(users: &[&str], der: &[u8], name: Option<&str>) {
    let options = mapping(users.iter().map(|name| user(name, None)).collect());
    let grant = decide(
        &options,
        &Credentials::default(),
        Some(der),
        ConnectionType::Standard,
    );
    let found = grant.map(|grant| grant.user.as_deref().map(str::to_owned));
    assert_eq!(
        found,
        name.map(|name| Some(name.to_owned()))
            .ok_or(Denial::Certificate),
        "{users:?}"
    );
}

#[test]
fn names_are_read_from_a_certificate() {
    let certificate = Certificate::from_der(NAMES).expect("a certificate");
    assert_eq!(certificate.emails, ["ann@x.org", "second@x.org"]);
    assert_eq!(certificate.dns_names, ["ann.host"]);
    assert_eq!(certificate.uris, ["spiffe://x/ann"]);
    assert_eq!(
        certificate.subject.to_string(),
        "CN=ann,OU=ships,O=Ex,DC=example,DC=com"
    );
    let unusual = Certificate::from_der(UNUSUAL).expect("a certificate");
    assert!(unusual.emails.is_empty());
    assert_eq!(
        unusual.subject.to_string(),
        "2.5.4.12=Dr+UID=7,1.2.840.113549.1.9.1=lu@x.org,CN=Lu\\, čižek"
    );
    assert_eq!(
        Certificate::from_der(NOBODY)
            .expect("a certificate")
            .subject,
        DistinguishedName::default()
    );
}

#[test]
fn what_is_no_certificate_is_an_error_wherever_it_is_cut() {
    assert_eq!(Certificate::from_der(b""), Err(Error::Certificate));
    assert_eq!(Certificate::from_der(b"\x30\x80"), Err(Error::Certificate));
    assert_eq!(
        Certificate::from_der(b"\x30\x84\xff\xff\xff\xff"),
        Err(Error::Certificate)
    );
    for end in 0..NAMES.len() {
        assert_eq!(
            Certificate::from_der(&NAMES[..end]),
            Err(Error::Certificate),
            "{end}"
        );
    }
    for at in 0..NAMES.len() {
        let mut damaged = NAMES.to_vec();
        damaged[at] ^= 0x81;
        // Whatever it says, it says it without a panic.
        let _ = Certificate::from_der(&damaged);
    }
}

//= row 188, behaviours: accounts 30
#[test]
fn a_user_is_found_by_each_kind_of_name() {
    check(&["ann@x.org"], NAMES, Some("ann@x.org"));
    check(&["second@x.org"], NAMES, Some("second@x.org"));
    check(&["ann.host"], NAMES, Some("ann.host"));
    check(&["spiffe://x/ann"], NAMES, Some("spiffe://x/ann"));
    check(&["bob@x.org"], NAMES, None);
    check(&["ann"], NAMES, None);
    check(&["bob"], SUBJECT, None);
    check(&["CN=nobody"], NOBODY, None);
    // E-mails first, then hosts, URIs, the subject.
    let all = [
        "CN=ann,OU=ships,O=Ex,DC=example,DC=com",
        "spiffe://x/ann",
        "ann.host",
        "ann@x.org",
    ];
    check(&all, NAMES, Some("ann@x.org"));
    check(&all[..3], NAMES, Some("ann.host"));
    check(&all[..2], NAMES, Some("spiffe://x/ann"));
    check(&all[..1], NAMES, Some(all[0]));
}

//= row 188
#[test]
fn a_subject_matches_in_any_order_and_case_of_its_types() {
    let exact = "CN=ann,OU=ships,O=Ex,DC=example,DC=com";
    let turned = "DC=com,DC=example,O=Ex,OU=ships,CN=ann";
    let lower = "cn=ann,ou=ships,o=Ex,dc=example,dc=com";
    check(&[exact], NAMES, Some(exact));
    check(&[turned], NAMES, Some(turned));
    check(&[lower], NAMES, Some(lower));
    check(&[turned, exact], NAMES, Some(exact));
    check(&["CN=Ann,OU=ships,O=Ex,DC=example,DC=com"], NAMES, None);
    check(&["CN=ann,OU=ships,O=Ex,DC=example"], NAMES, None);
    // The common attributes alone, spelled exactly.
    check(
        &["CN=bob,OU=ships,O=Ex"],
        SUBJECT,
        Some("CN=bob,OU=ships,O=Ex"),
    );
    check(&["OU=ships,CN=bob,O=Ex"], SUBJECT, None);
    let unusual = "CN=Lu\\, čižek";
    check(&[unusual], UNUSUAL, Some(unusual));
}

#[test]
fn a_mapped_user_with_a_password_shows_both() {
    let options = mapping(vec![user("ann@x.org", Some("sec"))]);
    let tcp = ConnectionType::Standard;
    let who = |password| Credentials {
        password,
        ..Credentials::default()
    };
    assert_eq!(
        decide(&options, &who(None), Some(NAMES), tcp),
        Err(Denial::WrongSecret)
    );
    assert!(decide(&options, &who(Some("sec")), Some(NAMES), tcp).is_ok());
    // The certificate names the user, whatever CONNECT says.
    let other = Credentials {
        user: Some("eve"),
        ..who(Some("sec"))
    };
    let grant = decide(&options, &other, Some(NAMES), tcp).expect("admitted");
    assert_eq!(grant.user.as_deref(), Some("ann@x.org"));
    assert_eq!(
        decide(&options, &other, None, tcp),
        Err(Denial::Certificate)
    );
}

#[test]
fn a_certificate_that_names_nobody_is_not_helped_by_a_password() {
    let mut options = mapping(vec![user("ann@x.org", None), user("n", Some("p"))]);
    options.no_auth_user = Some("n".into());
    let who = Credentials {
        user: Some("n"),
        password: Some("p"),
        ..Credentials::default()
    };
    let tcp = ConnectionType::Standard;
    assert_eq!(
        decide(&options, &who, Some(SUBJECT), tcp),
        Err(Denial::Certificate)
    );
    assert_eq!(
        decide(&options, &Credentials::default(), Some(SUBJECT), tcp),
        Err(Denial::Certificate)
    );
}

//= row 189
#[test]
fn users_that_certificates_name_have_no_empty_password_elsewhere() {
    let options = mapping(vec![user("ann@x.org", None), user("n", Some("p"))]);
    let ws = ConnectionType::WebSocket;
    let who = |user, password| Credentials {
        user: Some(user),
        password,
        ..Credentials::default()
    };
    assert_eq!(
        decide(&options, &who("ann@x.org", None), None, ws),
        Err(Denial::Certificate)
    );
    assert_eq!(
        decide(&options, &who("ann@x.org", Some("")), None, ws),
        Err(Denial::Certificate)
    );
    assert!(decide(&options, &who("n", Some("p")), None, ws).is_ok());
}

#[test]
fn a_mapped_user_comes_over_allowed_transports_alone() {
    let elsewhere = User {
        allowed_connection_types: vec![ConnectionType::WebSocket],
        ..user("ann@x.org", None)
    };
    let options = mapping(vec![elsewhere, user("ann.host", None)]);
    let grant = decide(
        &options,
        &Credentials::default(),
        Some(NAMES),
        ConnectionType::Standard,
    );
    assert_eq!(grant.expect("admitted").user.as_deref(), Some("ann.host"));
}
