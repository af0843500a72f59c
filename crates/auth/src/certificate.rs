//! The names in a client's certificate.
//!
//! The certificate was verified by the TLS library, so this file only has to find four fields in it; a reader of
//! the few DER forms on the way is shorter than what a general parser would bring along.

use crate::{DistinguishedName, Error};

/// The names a certificate carries. Users are looked for by the e-mail addresses first, then by the host
/// names, the URIs, and the subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Subject alternative names: e-mail addresses.
    pub emails: Vec<String>,
    /// Subject alternative names: host names.
    pub dns_names: Vec<String>,
    /// Subject alternative names: URIs.
    pub uris: Vec<String>,
    /// The subject.
    pub subject: DistinguishedName,
}

impl Certificate {
    /// Reads a certificate as the TLS handshake gives it.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        read(der).ok_or(Error::Certificate)
    }

    /// All alternative names that can name a user.
    pub(crate) fn alternative_names(&self) -> impl Iterator<Item = &str> {
        let lists = [&self.emails, &self.dns_names, &self.uris];
        lists.into_iter().flatten().map(String::as_str)
    }
}

// Tags of DER elements.
const OID: u8 = 0x06;
const OCTETS: u8 = 0x04;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
const BMP_STRING: u8 = 0x1e;
/// UTF-8, numeric, printable, teletex (read as UTF-8), IA5.
const STRINGS: [u8; 5] = [0x0c, 0x12, 0x13, 0x14, 0x16];
// Tags of alternative names.
const EMAIL: u8 = 0x81;
const DNS_NAME: u8 = 0x82;
const URI: u8 = 0x86;

/// 2.5.29.17
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];

fn read(der: &[u8]) -> Option<Certificate> {
    let certificate = Der(der).next_of(SEQUENCE)?;
    let mut fields = Der(certificate).next_of(SEQUENCE).map(Der)?;
    fields.skip_if(VERSION);
    for _serial_algorithm_issuer_validity in 0..4 {
        fields.next()?;
    }
    let mut found = Certificate {
        subject: subject(fields.next_of(SEQUENCE)?)?,
        ..Certificate::default()
    };
    if let Some((_, extensions)) = fields.find(|(tag, _)| *tag == EXTENSIONS) {
        for (_, extension) in Der(Der(extensions).next_of(SEQUENCE)?) {
            let mut extension = Der(extension);
            if extension.next_of(OID)? == SUBJECT_ALT_NAME {
                let (_, names) = extension.find(|(tag, _)| *tag == OCTETS)?;
                alternative_names(Der(names).next_of(SEQUENCE)?, &mut found);
            }
        }
    }
    Some(found)
}

fn subject(names: &[u8]) -> Option<DistinguishedName> {
    let relative = Der(names).map(|(tag, set)| {
        let attributes = (tag == SET).then_some(Der(set))?;
        attributes
            .map(|(_, attribute)| read_attribute(attribute))
            .collect()
    });
    Some(DistinguishedName::from_certificate(
        relative.collect::<Option<_>>()?,
    ))
}

fn read_attribute(attribute: &[u8]) -> Option<(String, String)> {
    let mut fields = Der(attribute);
    let oid = dotted(fields.next_of(OID)?)?;
    let (tag, value) = fields.next()?;
    Some((oid, string(tag, value)?))
}

fn alternative_names(names: &[u8], found: &mut Certificate) {
    for (tag, name) in Der(names) {
        let list = match tag {
            EMAIL => &mut found.emails,
            DNS_NAME => &mut found.dns_names,
            URI => &mut found.uris,
            _ => continue,
        };
        list.extend(String::from_utf8(name.to_vec()));
    }
}

fn string(tag: u8, value: &[u8]) -> Option<String> {
    if tag == BMP_STRING {
        let units: Vec<u16> = value
            .chunks(2)
            .map(|pair| {
                pair.iter()
                    .fold(0, |unit, &byte| unit << 8 | u16::from(byte))
            })
            .collect();
        return String::from_utf16(&units).ok();
    }
    STRINGS
        .contains(&tag)
        .then(|| String::from_utf8(value.to_vec()).ok())?
}

/// An object identifier as text: `2.5.4.3`.
fn dotted(oid: &[u8]) -> Option<String> {
    let mut arcs = Vec::new();
    let mut arc: u64 = 0;
    for byte in oid {
        arc = arc.checked_mul(128)? | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            arcs.push(std::mem::take(&mut arc));
        }
    }
    let (first, rest) = arcs.split_first()?;
    let root = (first / 40).min(2);
    let head = [root, first - root * 40];
    let texts: Vec<String> = head.iter().chain(rest).map(u64::to_string).collect();
    Some(texts.join("."))
}

/// DER elements one after the other, as `(tag, content)`. Ends at the first that isn't whole.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn next_of(&mut self, wanted: u8) -> Option<&'a [u8]> {
        let (tag, content) = self.next()?;
        (tag == wanted).then_some(content)
    }

    fn skip_if(&mut self, tag: u8) {
        if self.0.first() == Some(&tag) {
            self.next();
        }
    }
}

impl<'a> Iterator for Der<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&[tag, length], rest) = self.0.split_first_chunk()?;
        let (length, rest) = match length {
            0..=0x7f => (usize::from(length), rest),
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
                (
                    digits
                        .iter()
                        .fold(0, |sum, &digit| sum << 8 | usize::from(digit)),
                    rest,
                )
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }
}
